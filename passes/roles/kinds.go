package roles

import (
	"strings"
	"time"
)

// Framework is one actor framework or supervision library.
type Framework struct {
	Name   string // as messages print it
	Module string // its module path
	Prefix string // import path of its root package; packages below it belong to it

	Funcs     []Func
	Callbacks []Callback
	Types     []Type
	Consts    []Const

	Remedies Remedies

	// CallTimeout is how long a call waits when its context has no deadline; 0 means for ever.
	CallTimeout time.Duration
	// OnTaken is what starting a process under a taken name does.
	OnTaken Taken
	// TerminateNeedsTrapExit: without trap-exit the terminate callback does not run when the supervisor stops
	// the process.
	TerminateNeedsTrapExit bool
	// Normal is the variable with the exit reason of a process that has done its work, as package and name.
	Normal [2]string
	// PanicRestarts: a panic in a callback is an exit reason that the supervisor sees, not the end of the program.
	PanicRestarts bool
}

// Remedies are the framework's cures, as messages name them; "" where it has none.
type Remedies struct {
	Work       string // makes long-running work a supervised child
	HTTP       string // makes an HTTP server one
	Table      string // a table that callers read themselves
	PerKey     string // starts a process for each key
	Partitions string // spreads the keys over several processes
}

// Named is a remedy as a message adds it to the words that describe it: " (ets.Child)", or nothing.
func (Remedies) Named(remedy string) string {
	if remedy == "" {
		return ""
	}
	return " (" + remedy + ")"
}

// Taken is what happens when a process is started under a name that is in use.
type Taken uint8

// The answers a framework can give to a taken name.
const (
	TakenIsError Taken = iota + 1
	TakenReturnsExisting
	TakenIsSilent
)

// Kind is the role of a function.
type Kind uint8

// The roles of functions, in OTP's terms.
const (
	Call          Kind = iota + 1 // synchronous request to a server
	Cast                          // asynchronous message to a server, delivery not reported
	TryCast                       // asynchronous message, delivery reported
	Invoke                        // call whose target and message are untyped
	Send                          // plain message to a process
	Start                         // starts a server that nobody is linked to
	StartLink                     // starts a server linked to its caller
	StopServer                    // asks a server to stop
	Inspect                       // runs a function inside a server, synchronously
	Spawn                         // starts a plain process
	SpawnLink                     // starts a plain process linked to its caller
	Exit                          // sends an exit signal
	Wait                          // blocks until a process has ended
	Receive                       // blocks until a message arrives
	Monitor                       // observes a process
	Async                         // starts a task whose result somebody has to await
	Await                         // waits for the result of a task
	Demonitor                     // ends an observation
	Link                          // links two processes
	Unlink                        // unlinks them
	TrapExit                      // turns exit signals into messages
	Register                      // binds a name
	Unregister                    // frees a name
	Lookup                        // resolves a name
	Publish                       // plain message to whoever has subscribed
	Subscribe                     // asks for the messages of a topic
	Unsubscribe                   // ends that
	Notify                        // asks for a task's result as a message
	SendAfter                     // one message later
	SendEvery                     // a message every interval
	CancelTimer                   // stops a timer
	Reply                         // answers a call
	Fail                          // answers a call with an error
	Caller                        // keeps a call to answer it later
	NamedRef                      // makes a reference from a name
	RefTo                         // makes a reference from a destination
	View                          // makes a reference to an interface that a server implements
	Pick                          // makes a reference to one of several processes, by a key
	Dest                          // the untyped destination of a reference
	Self                          // the process's own identity
	Parent                        // that of the process which started it
	ChildRef                      // the reference that a child's siblings hold
	ChildMap                      // the same child, its reference converted
	ChildMaker                    // makes a child
	ChildModifier                 // the same child, changed
	StartChild                    // adds a child to a running supervisor
	ManageChild                   // terminates, restarts or deletes a child; lists children
	StartTree                     // starts a supervision tree
	StopTree                      // stops one
	TreeFlag                      // a supervisor's option
	StartOption                   // a start's option
	Result                        // makes a callback's result
	Unhandled                     // the result for a message that no case handles
)

// Blocks says whether the caller of a function of this role waits for another process.
func (k Kind) Blocks() bool {
	switch k {
	case Call, Invoke, StopServer, Inspect, Wait, Receive, Await, Start, StartLink, StartChild, ManageChild, StartTree, StopTree:
		return true
	}
	return false
}

// Arg names a parameter or type parameter, counted from 1 without the receiver; 0 means there is none.
type Arg uint8

// Index is the 0-based position, or -1.
func (a Arg) Index() int { return int(a) - 1 }

// ChildKind says what a child runs.
type ChildKind uint8

// The kinds of children.
const (
	ServerChild     ChildKind = iota + 1 // a server
	FuncChild                            // a function
	ServeChild                           // a value with Serve(ctx) error
	ResourceChild                        // something opened at start and closed at stop
	HTTPChild                            // an HTTP server
	SupervisorChild                      // a supervisor with a fixed list of children
	DynamicChild                         // a supervisor whose children come while it runs
	PoolChild                            // several instances of one child behind one reference
	RegistryChild                        // a registry, or topics: where others find processes
)

var childKinds = [...]string{"unknown", "server", "func", "serve", "resource", "http", "supervisor", "dynamic", "pool", "registry"}

func (k ChildKind) String() string { return childKinds[k] }

// Modifier says which part of a child's specification a ChildModifier sets.
type Modifier uint8

// What a ChildModifier can set.
const (
	SetID Modifier = iota + 1
	SetRestart
	SetShutdown
	SetSignificant
	SetVia
	SetName // of its process
)

// Effect is what a callback's result makes the server do besides going on, or a supervisor with a specification.
type Effect uint8

// The effects of results and of what manages children.
const (
	Stops   Effect = iota + 1 // the server ends
	Keeps                     // the supervisor keeps the child's specification when that has ended
	Deletes                   // the supervisor forgets it
	Idles                     // the server is told when no message has come for a while
)

// Verdict is what a callback's result says of the call that is being handled.
type Verdict uint8

// The verdicts of results that neither answer nor end the server.
const (
	Waits   Verdict = iota + 1 // somebody will answer later
	Refused                    // not for calls: the server crashes
)

// Func is the role of one function or method with its semantics.
type Func struct {
	Package string // import path, relative to the framework's prefix
	Recv    string // receiver's type name, "" for a function
	Name    string
	Kind    Kind

	// Server and Reply are type parameters: of the function, or of the receiver's type when the function has none.
	// Where Server is 0 the reference that the function takes or gives tells the server.
	Server, Reply Arg
	// Iface is View's type parameter for the interface; Server is then the server behind it.
	Iface Arg

	Target   Arg // whom it addresses
	Msg      Arg // the message, request or reply value
	ID       Arg // the id or name
	Body     Arg // what the started process runs, the factory of it, or what a server is sent to run; the process owns it
	Strategy Arg
	Children Arg
	Child    Arg // a child value
	Makes    Arg // the function that makes children, each time that it is called
	Value    Arg // a modifier's value; the other process of a link; the reason of a result that stops

	ChildKind ChildKind
	Modifier  Modifier
	Effect    Effect
	Verdict   Verdict
	// InitTree: Body computes strategy and children when the supervisor starts.
	InitTree bool
	// Many: what it starts is one of many of its kind, or many of them at once.
	Many bool
	// Reads: Body, which runs in the server, gives the server no new state.
	Reads bool
	// Restart is the restart type of the child that it makes; 0 is Permanent.
	Restart Restart
	// Linked is the function of the same package that starts the same, linked to its caller.
	Linked string
	// Unlinked: what it starts is not linked to its caller, whatever its kind says.
	Unlinked bool
	// Brings is what the runtime sends to the process that asks for it.
	Brings Brings
	// Instances is the parameter with the number of instances (PoolChild).
	Instances Arg

	framework *Framework
}

// Brings is the type of a message that the runtime sends, by value; the zero Brings is none. If Arg is set and Name is
// not, it is that type parameter (of the function, or of the receiver's type when the function has none).
type Brings struct {
	Package, Name string // relative to the framework's prefix
	Arg           Arg    // the type parameter that the message's type has as its argument
}

// Framework that the function belongs to.
func (f Func) Framework() *Framework { return f.framework }

// String is the name a message prints: "genserver.Call", "Child.Ref".
func (f Func) String() string {
	if f.Recv != "" {
		return f.Recv + "." + f.Name
	}
	return f.Package[strings.LastIndexByte(f.Package, '/')+1:] + "." + f.Name
}

// LinkedName is the start that links, as messages name it: "genserver.StartLink"; "" if there is none.
func (f Func) LinkedName() string {
	if f.Linked == "" {
		return ""
	}
	return Func{Package: f.Package, Name: f.Linked}.String()
}

// Runs says whether Body runs in a process that is there already, rather than in one that is started for it.
func (f Func) Runs() bool {
	switch f.Kind {
	case Call, Cast, TryCast, Inspect:
		return f.Body != 0
	}
	return false
}

// CallbackKind is one of OTP's callbacks.
type CallbackKind uint8

// OTP's callbacks, and Serve of a supervised value.
const (
	Init CallbackKind = iota + 1
	HandleCall
	HandleCast
	HandleInfo
	HandleContinue
	Terminate
	Serve
)

var callbackKinds = [...]string{"none", "Init", "HandleCall", "HandleCast", "HandleInfo", "HandleContinue", "Terminate", "Serve"}

func (k CallbackKind) String() string { return callbackKinds[k] }

// Callback is a method that the framework calls inside the process.
type Callback struct {
	Name     string
	Kind     CallbackKind
	Params   []TypeKind
	Results  []TypeKind
	Msg      Arg  // the parameter with the message
	Required bool // a type is a server if and only if it has the required callbacks

	framework *Framework
}

// Framework that calls the callback.
func (c Callback) Framework() *Framework { return c.framework }

// TypeKind is the role of a type.
type TypeKind uint8

// The roles of types. The last group are types of the language and the standard library, for signatures.
const (
	RefType            TypeKind = iota + 1 // a reference to a server
	ToType                                 // constraint: a reference, or what embeds one
	CallToType                             // embedded by a request
	CastToType                             // embedded by an asynchronous message
	RequestType                            // constraint: any request
	MessageType                            // constraint: any asynchronous message
	ContextType                            // a server's own view of itself
	ProcessContextType                     // a plain process's
	ResultType                             // what callbacks return
	FromType                               // names a call to answer
	CallerType                             // a call kept for later
	ChildType                              // one child of a supervisor
	SpecType                               // constraint: any child
	SupType                                // the state of a supervisor's process
	AgentType                              // a server that runs the functions it is sent
	StrategyType
	RestartType
	ServiceType   // a value with Serve(ctx) error
	ResourceType  // what a child has opened, for others to use
	DirectoryType // where others find processes: a registry, topics
	PIDType
	NameType
	DestType
	TimerType
	MonitorType
	OptionType
	ExitedType  // the message that an exit signal becomes
	TimeoutType // the message that none has come for a while
	DownType    // the message that a monitor brings
	DoneType    // the result of a task, as a message

	AnyType
	ErrorType
	StdContextType
)

// Refers says whether a value of such a type denotes a process.
func (k TypeKind) Refers() bool {
	switch k {
	case RefType, ToType, PIDType, DestType, NameType, ResourceType, DirectoryType:
		return true
	}
	return false
}

// Type is the role of one named type.
type Type struct {
	Package, Name string
	Kind          TypeKind
	Server, Reply Arg // its type parameters

	framework *Framework
}

// Framework that the type belongs to.
func (t Type) Framework() *Framework { return t.framework }

// Strategy of a supervisor, as OTP names it.
type Strategy uint8

// OTP's strategies. 0 is unknown.
const (
	OneForOne Strategy = iota + 1
	OneForAll
	RestForOne
	SimpleOneForOne
)

var strategies = [...]string{"unknown", "one_for_one", "one_for_all", "rest_for_one", "simple_one_for_one"}

func (s Strategy) String() string { return strategies[s] }

// Restart type of a child, as OTP names it.
type Restart uint8

// OTP's restart types. 0 is unknown.
const (
	Permanent Restart = iota + 1
	Transient
	Temporary
)

var restarts = [...]string{"unknown", "permanent", "transient", "temporary"}

func (r Restart) String() string { return restarts[r] }

// Const is a constant with a meaning of OTP's; at most one field of the two is set.
type Const struct {
	Package, Name string
	Strategy      Strategy
	Restart       Restart
}
