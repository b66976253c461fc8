// Package actors computes the actor model of a package: its servers and their messages, the sites that start,
// supervise, call, cast and reply, the supervision trees, and what each function may call, block on and write.
//
// The model (Package and what it holds) is names and positions only, so that one value is pass result, fact and
// cache entry. A check reads a *Model: the package under analysis, its dependencies' models, and helpers over
// both. This package decides nothing and reports nothing.
//
// Unknown is silent: an operand that cannot be resolved is left zero and counted in Stats; no rule may treat it
// as evidence.
package actors

import (
	"time"

	"github.com/otplint/otplint/passes/roles"
)

// Package is the actor model of one package.
type Package struct {
	Path     string
	Imports  []string // packages of the cone that files other than tests import, sorted
	Files    []File
	Servers  []Server
	Messages []Message
	Funcs    []Func // only those with something to say; a missing one calls, blocks on and writes nothing
	Sites    []Site
	Trees    []Tree
	Bindings []Binding
	Held     []Held
	Stats    Stats

	index index
}

// File is a source file of the package.
type File struct {
	Name            string
	Test, Generated bool
}

// Server is a type with a framework's callbacks, or an agent: a framework's own server that runs the functions it is
// sent. An agent has no callbacks here and its type keeps the type arguments, which say what state it has; each
// package that makes such agents lists it.
type Server struct {
	Type      TypeID // as a reference has it: "*p.Counter"; without type arguments unless it is an agent
	Pos       Pos    // of the type's name; of an agent, where the first one is made
	Callbacks []Callback
	Handles   []Handled
	Exported  bool
	Agent     bool
}

// Callback is one callback that a server implements.
type Callback struct {
	Kind roles.CallbackKind
	Func FuncID
	Pos  Pos
	// Open: the message also goes where the model cannot follow (another function's any, reflection, a tag
	// field), so that more messages may be handled than Handles lists.
	Open bool
	// Refuses: a message that no case takes certainly ends as one that the server does not know (Unhandled), or in a
	// panic.
	Refuses bool
}

// Handled is one message that a callback handles.
type Handled struct {
	Kind roles.CallbackKind
	Msg  TypeID
	Pos  Pos    // of the case
	Func FuncID // where the case stands: the callback or a helper it passes the message to
	// ReadOnly: the clause provably writes nothing that can be reached from the server's state, and no package
	// variable. It may still call, cast or block: see SitesIn and BlocksIn.
	ReadOnly bool
}

// Message is a type that embeds a request or an asynchronous message of a server.
type Message struct {
	Type     TypeID
	Pos      Pos
	Kind     roles.CallbackKind // HandleCall or HandleCast
	Server   TypeID             // the embed's type argument
	Reply    TypeID
	Exported bool
}

// SiteKind is what a site does.
type SiteKind uint8

// The kinds of sites.
const (
	CallSite SiteKind = iota + 1
	CastSite          // cast or trycast
	SendSite          // of a plain message, to a process or to the subscribers of a topic
	InvokeSite
	StartSite // start or start_link of a server
	SpawnSite // of a plain process or a task
	StopSite
	InspectSite // runs a function inside a server, suspends or resumes it
	ReplySite   // answers; Deferred when through a kept caller
	MonitorSite
	LinkSite
	RegisterSite
	TimerSite      // send after or every
	ChildSite      // makes a child, directly or through a function that returns one
	ChildRefSite   // takes the reference of a child
	StartChildSite // adds a child to a running supervisor
	ManageSite     // terminates, restarts, deletes or lists the children of a running supervisor
	RunSite        // starts a tree
	ConstructSite  // builds a message: a composite literal
	ContinueSite   // has the own process go on with a message, before any other
	FindSite       // finds what another process keeps: a name, an entry of a registry, an opened resource
	AskSite        // asks for what the runtime sends, see Brings: subscribes, traps exits, waits idle, awaits a task
)

var siteKinds = [...]string{"none", "call", "cast", "send", "invoke", "start", "spawn", "stop", "inspect", "reply", "monitor",
	"link", "register", "timer", "child", "childref", "startchild", "manage", "run", "construct", "continue", "find", "ask"}

func (k SiteKind) String() string { return siteKinds[k] }

// Operand is a type, or a parameter of the enclosing function that stands for one; the zero Operand is unknown.
type Operand struct {
	Type  TypeID
	TArg  roles.Arg // the enclosing function's type parameter (of the receiver's type first, then its own), from 1
	Param roles.Arg // the enclosing function's parameter (receiver first), from 1
}

// Known says whether the operand is a type.
func (o Operand) Known() bool { return o.Type != "" }

// InstanceKind says how an instance of a server is known.
type InstanceKind uint8

// How an instance is known. Two operands are the same instance if kind and value are equal and the kind is not
// UnknownInstance, ParamInstance, FieldInstance or NoInstance.
const (
	UnknownInstance InstanceKind = iota
	NamedInstance                // Value is the registered name
	ChildInstance                // Pos is where the child is made; Value its id if known
	ParamInstance                // Param of the enclosing function
	FieldInstance                // Value is the struct field that holds the reference, "p.T.f"; Param the parameter whose field it is
	GlobalInstance               // Value is the package variable, "p.v"
	SelfInstance                 // the process itself
	ParentInstance               // the process that started it
	NoInstance                   // of a context: no process's
)

// Instance is which process an operand denotes, as far as it is known: a reference, the process's own state or
// context, or a context that was made from that.
type Instance struct {
	Kind  InstanceKind
	Value string
	Param roles.Arg
	Pos   Pos
}

// Site is one place that uses a framework.
type Site struct {
	Kind     SiteKind
	Role     string // the symbol used, as messages print it: "genserver.Call"
	Pos, End Pos    // the call expression or literal
	Func     FuncID // enclosing
	Target   Operand
	Msg      Operand
	Reply    TypeID
	Instance Instance
	As       Instance  // call, stop, inspect, startchild, manage: the process that the context stands for
	Name     string    // start, child: the constant name that the process is registered under, if known
	ID       string    // constant name or id given, if known
	IDParam  roles.Arg // the enclosing function's parameter that gives it
	Factory  FuncID    // start, child: what makes the server, or the code that runs; of Function, the function
	Function bool      // call, cast: sends a function that runs in the server, instead of a message
	ReadOnly bool      // Function: it provably writes nothing that can be reached from the state, and no package variable
	ChildOf  roles.ChildKind
	Case     []TypeID     // the messages during which it runs, in a handler; nil: any
	Child    Pos          // startchild, run: where the child that it starts is made; Target, ID and Factory are the child's
	Starts   *Child       // startchild: the child that it starts; child: what a template or pool makes; nil if unknown
	To       FuncID       // construct: the function that gets the message, alone or in a list; "" if unknown
	Via      []Hop        // wrappers between Func and the framework's function, outermost first
	Origin   Pos          // with Via: where the innermost wrapper uses the framework
	Go       bool         // runs in another goroutine or process than the declared function it stands in
	GoStmt   bool         // is itself the operand of a go statement
	Input    bool         // in a loop that waits for connections or messages
	Effect   roles.Effect // of the role
	Loop     bool         // in a loop of the function, or of a role that starts one of many
	Deferred bool         // reply: through a kept caller
	Linked   bool         // start, spawn, link: the process that does it is linked
	Brings   TypeID       // what the runtime will send to the process that asks for it here: "process.Down"
}

// Hop is a step of a path: a call at Pos into Func.
type Hop struct {
	Func FuncID
	Pos  Pos
}

// EdgeKind says how a function may run another.
type EdgeKind uint8

// The kinds of edges.
const (
	StaticEdge  EdgeKind = iota + 1 // calls it
	LiteralEdge                     // makes the function literal
	ValueEdge                       // takes it as a value: a method value, an argument
	InvokeEdge                      // calls the method Method of the interface Iface
)

// Edge is one way in which a function may run another.
type Edge struct {
	Kind     EdgeKind
	Callee   FuncID // of InvokeEdge: "", see Model.Callees
	Iface    TypeID
	Method   string
	Pos, End Pos  // the call expression; a literal's or value's position
	Go       bool // runs in another goroutine or process
	Sent     bool // with Go: in a process that is there already, one function at a time
	Input    bool // in a loop that waits for connections or messages
	Loop     bool // many times: in a loop, or where a role says so
	Defer    bool
	Case     []TypeID      // as in Site
	Forward  roles.Arg     // the callee's parameter (receiver first) that gets the caller's dispatched message
	TArgs    []Operand     // type arguments, receiver's first
	Limit    time.Duration // how long it may take at most, by a context that it is given; 0: nobody knows
	Args     []Operand     // arguments behind an interface or type parameter, receiver first; zero elsewhere
	Refs     []RefArg      // arguments that are references, states or contexts whose instance is known
	Built    []BuiltArg    // arguments that are built from data or from parameters
	Now      bool          // LiteralEdge: what is made here runs before the function goes on, if at all
}

// BuiltArg is an argument that is built from data, as Child.IDData and IDFrom say of an id.
type BuiltArg struct {
	Param roles.Arg // of the callee, receiver first
	Data  bool
	From  roles.Arg // the caller's parameter
}

// RefArg is an argument that denotes a process: a reference, a server's state, a context.
type RefArg struct {
	Param    roles.Arg // of the callee, receiver first
	Instance Instance
}

// BlockClass says what a function may block on.
type BlockClass uint8

// The classes of blocking.
const (
	BlockCall  BlockClass = iota + 1 // another process
	BlockSleep                       // time
	BlockIO                          // network, subprocess: as long as others take
	BlockFile                        // a local file, or a stream whose length nobody knows
	BlockChan                        // a channel operation or select without default
	BlockLock                        // a mutex, a WaitGroup, a condition
)

var blockClasses = [...]string{"none", "call", "sleep", "io", "file", "channel", "lock"}

func (c BlockClass) String() string { return blockClasses[c] }

// Block is one operation that may block.
type Block struct {
	Class BlockClass
	What  string // "time.Sleep", "net/http.Client.Do", "receive", "genserver.Call"
	Pos   Pos
	Case  []TypeID // as in Site
	Go    bool     // in a go statement: blocks another goroutine
	Loop  bool     // in a loop of the function
	Local bool     // the channel, or one of a select's, was made by the same function
	// Limit is how long it blocks at most, where constants say so: of a sleep, or of the context that it is given.
	// 0: nobody knows.
	Limit time.Duration
}

// Release is an operation that gives back, writes out or removes what outlives the process or what others hold.
type Release struct {
	What string // "os.File.Close", "close of a channel"
	Pos  Pos
}

// End makes a result that ends the server whose callback returns it.
type End struct {
	Pos    Pos
	Case   []TypeID // as in Site
	Normal bool     // for the reason of a process that has done its work
}

// EntryKind says on which concurrent path a function starts.
type EntryKind uint8

// The kinds of entry points.
const (
	NoEntry   EntryKind = iota
	HTTPEntry           // func(http.ResponseWriter, *http.Request), also as ServeHTTP
	LoopEntry           // started by a go statement in a loop
)

var entryKinds = [...]string{"", "HTTP handler", "goroutine in a loop"}

func (k EntryKind) String() string { return entryKinds[k] }

// Func is the summary of a function.
type Func struct {
	ID          FuncID
	Pos         Pos
	Recv        TypeID // receiver's type without pointer and type arguments
	Exported    bool   // callable from other packages: it and its receiver's type are exported
	Test        bool   // in a test file
	Generated   bool
	Entry       EntryKind // HTTPEntry by its signature; see Model.Entries for all
	Switched    roles.Arg // the parameter (receiver first) whose dynamic type it dispatches on
	Writes      []Write
	Edges       []Edge
	Blocks      []Block
	Releases    []Release // those of go statements are left out
	Ends        []End
	Traps       bool    // makes its process trap exits
	Returns     []Child // the children it returns, one or a list; ids may be parameters
	ReturnsOpen bool    // the list may hold more
	Retries     bool    // after an error it tries again, now or later, or it asks which error of a framework it is
}

// Write is a parameter through which a function may write: to what it points at, at any depth.
type Write struct {
	Param roles.Arg // receiver first
	Case  []TypeID  // as in Site
}

// PackageVariable is the Param of a Write to a package variable.
const PackageVariable roles.Arg = 255

// Child is one child of a supervisor.
type Child struct {
	Kind        roles.ChildKind
	ID          string
	IDParam     roles.Arg     // the enclosing function's parameter that gives the id
	IDData      bool          // the id is built from what differs from one time to the next
	IDFrom      roles.Arg     // the enclosing function's parameter that the id is built from
	Pos         Pos           // where it is made: the call of the maker in the package that lists it
	Server      TypeID        // of a server child; of a pool, or a supervisor with a template, that of its children
	Factory     FuncID        // makes the server, or is the code that runs
	Restart     roles.Restart // Permanent unless the child says otherwise; 0 unknown
	RestartAt   Pos           // the parenthesis of where the child says so; none for the default
	Name        string        // that its process is registered under, if known
	Shutdown    time.Duration // as given
	HasShutdown bool
	Significant bool
	Loop        bool   // listed or made in a loop, or what Server says is made many times: several instances
	Tree        *Tree  // of a supervisor child, if its declaration is known
	Of          *Child // of a pool, or a supervisor with a template: the child that it makes, if known
	Via         []Hop  // functions that returned it, outermost first
	Uses        []Use  // children whose references its factory holds
}

// Held is a reference that a function keeps in a field of a struct.
type Held struct {
	Field    string   // "p.T.f", as in FieldInstance
	Owner    Instance // whose field, if the struct is a parameter; zero if it is made there
	Instance Instance // the process
	Func     FuncID
	Pos      Pos
}

// Use is a reference to a child, held by a sibling's factory.
type Use struct {
	Child Pos // where that child is made
	ID    string
	Type  TypeID // of the reference
	Entry bool   // an entry in the registry that the child is, taken by the sibling's start
	Pos   Pos    // of the Ref()
}

// Tree is one declared supervisor.
type Tree struct {
	ID       string
	Pos      Pos
	Func     FuncID
	Strategy roles.Strategy
	Children []Child
	Open     bool // the list may hold more children than are known
	Loop     bool
}

// Binding is a place where a concrete type becomes an interface of the cone: the witness that calls through the
// interface may reach the type's methods.
type Binding struct {
	Iface, Type TypeID
	Pos         Pos
	Func        FuncID
	View        bool     // of a reference: messages for the interface may be sent to the server
	Methods     []Method // the type's methods that the interface has, sorted by name
}

// Method is the function that a type has for a method; it may be promoted from an embedded field.
type Method struct {
	Name string
	Func FuncID
}

// Stats counts sites by kind. A site is resolved when its server and its message, as far as the kind has them,
// are known; operands that are the enclosing function's parameters count where it is called.
type Stats struct {
	Resolved, Unresolved [AskSite + 1]int
}
