// Package roles is the table of framework symbols: which function calls a server, which makes a child, which
// method is a callback, and with what semantics. It is the only package of the linter that knows a framework's
// names; everything else asks it about a types.Object. A framework is data (see otp.go for the bundled runtime):
// adding one changes no rule.
//
// It does not look at code and reports nothing.
package roles

import (
	"go/constant"
	"go/token"
	"go/types"
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

	// CallTimeout is how long a call waits when its context has no deadline; 0 means for ever.
	CallTimeout time.Duration
	// OnTaken is what starting a process under a taken name does.
	OnTaken Taken
	// TerminateNeedsTrapExit: without trap-exit the terminate callback does not run when the supervisor stops
	// the process.
	TerminateNeedsTrapExit bool
	// PanicRestarts: a panic in a callback is an exit reason that the supervisor sees, not the end of the program.
	PanicRestarts bool
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
	Demonitor                     // ends an observation
	Link                          // links two processes
	Unlink                        // unlinks them
	TrapExit                      // turns exit signals into messages
	Register                      // binds a name
	Unregister                    // frees a name
	Lookup                        // resolves a name
	SendAfter                     // one message later
	SendEvery                     // a message every interval
	CancelTimer                   // stops a timer
	Reply                         // answers a call
	Fail                          // answers a call with an error
	Caller                        // keeps a call to answer it later
	NamedRef                      // makes a reference from a name
	RefTo                         // makes a reference from a destination
	View                          // makes a reference to an interface that a server implements
	Dest                          // the untyped destination of a reference
	Self                          // the process's own identity
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
	case Call, Invoke, StopServer, Inspect, Wait, Receive, Start, StartLink, StartChild, ManageChild, StartTree, StopTree:
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
	PoolChild                            // several instances of one server behind one reference
)

var childKinds = [...]string{"unknown", "server", "func", "serve", "resource", "http", "supervisor", "dynamic", "pool"}

func (k ChildKind) String() string { return childKinds[k] }

// Modifier says which part of a child's specification a ChildModifier sets.
type Modifier uint8

// What a ChildModifier can set.
const (
	SetID Modifier = iota + 1
	SetRestart
	SetShutdown
	SetSignificant
)

// Func is the role of one function or method with its semantics.
type Func struct {
	Package string // import path, relative to the framework's prefix
	Recv    string // receiver's type name, "" for a function
	Name    string
	Kind    Kind

	// Server and Reply are type parameters: of the function, or of the receiver's type when the function has none.
	Server, Reply Arg
	// Iface is View's type parameter for the interface; Server is then the server behind it.
	Iface Arg

	Target   Arg // whom it addresses
	Msg      Arg // the message, request or reply value
	ID       Arg // the id or name
	Body     Arg // what the started process runs, or the factory of it; such a function is owned by the process
	Strategy Arg
	Children Arg
	Child    Arg // a child value
	Value    Arg // a modifier's value

	ChildKind ChildKind
	Modifier  Modifier
	// InitTree: Body computes strategy and children when the supervisor starts.
	InitTree bool
	// Instances is the parameter with the number of instances (PoolChild).
	Instances Arg

	framework *Framework
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
	StrategyType
	RestartType
	ServiceType // a value with Serve(ctx) error
	ResourceType
	PIDType
	NameType
	DestType
	TimerType
	MonitorType
	OptionType

	AnyType
	ErrorType
	StdContextType
)

// Refers says whether a value of such a type denotes a process.
func (k TypeKind) Refers() bool {
	switch k {
	case RefType, ToType, PIDType, DestType, NameType:
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

// FrameworkOf returns the framework that a package belongs to, or nil.
func FrameworkOf(path string) *Framework {
	for _, f := range frameworks {
		if path == f.Prefix || strings.HasPrefix(path, f.Prefix) && path[len(f.Prefix)] == '/' {
			return f
		}
	}
	return nil
}

type symbol struct{ path, recv, name string }

var (
	frameworks = []*Framework{otp}
	funcs      = map[symbol]Func{}
	typesByID  = map[symbol]Type{}
	callbacks  = map[string][]Callback{}
)

func init() {
	for _, f := range frameworks {
		index(f)
	}
}

// index fills the lookup tables with one framework's rows.
func index(f *Framework) {
	for _, row := range f.Funcs {
		row.framework = f
		funcs[symbol{f.path(row.Package), row.Recv, row.Name}] = row
	}
	for _, row := range f.Types {
		row.framework = f
		typesByID[symbol{f.path(row.Package), "", row.Name}] = row
	}
	for _, row := range f.Callbacks {
		row.framework = f
		callbacks[row.Name] = append(callbacks[row.Name], row)
	}
}

func (f *Framework) path(rel string) string {
	if rel == "" {
		return f.Prefix
	}
	return f.Prefix + "/" + rel
}

// Of returns the role of a function or method. An instance of a generic function has its origin's role.
func Of(fn *types.Func) (Func, bool) {
	if fn == nil || fn.Pkg() == nil || FrameworkOf(fn.Pkg().Path()) == nil {
		return Func{}, false
	}
	fn = fn.Origin()
	recv := ""
	if r := fn.Signature().Recv(); r != nil {
		named := namedOf(r.Type())
		if named == nil {
			return Func{}, false
		}
		recv = named.Obj().Name()
	}
	f, ok := funcs[symbol{fn.Pkg().Path(), recv, fn.Name()}]
	return f, ok
}

// TypeOf returns the role of a named type, pointer to one, or alias of either.
func TypeOf(t types.Type) (Type, bool) {
	named := namedOf(t)
	if named == nil || named.Obj().Pkg() == nil {
		return Type{}, false
	}
	obj := named.Obj()
	if obj.Parent() != obj.Pkg().Scope() || FrameworkOf(obj.Pkg().Path()) == nil {
		return Type{}, false
	}
	row, ok := typesByID[symbol{obj.Pkg().Path(), "", obj.Name()}]
	return row, ok
}

// IsType says whether t has the given role.
func IsType(t types.Type, kind TypeKind) bool {
	row, ok := TypeOf(t)
	return ok && row.Kind == kind
}

// CallbackOf returns the callback that a method is, by name and signature. A method with a callback's name and
// another signature is none.
func CallbackOf(fn *types.Func) (Callback, bool) {
	if fn == nil {
		return Callback{}, false
	}
	rows := callbacks[fn.Name()]
	if rows == nil || fn.Signature().Recv() == nil {
		return Callback{}, false
	}
	for _, row := range rows {
		if match(fn.Signature().Params(), row.Params) && match(fn.Signature().Results(), row.Results) {
			return row, true
		}
	}
	return Callback{}, false
}

func match(tuple *types.Tuple, kinds []TypeKind) bool {
	if tuple.Len() != len(kinds) {
		return false
	}
	for i, kind := range kinds {
		if !hasKind(tuple.At(i).Type(), kind) {
			return false
		}
	}
	return true
}

func hasKind(t types.Type, kind TypeKind) bool {
	switch kind {
	case AnyType:
		i, ok := t.Underlying().(*types.Interface)
		return ok && i.Empty()
	case ErrorType:
		return types.Identical(t, types.Universe.Lookup("error").Type())
	case StdContextType:
		n, ok := types.Unalias(t).(*types.Named)
		return ok && n.Obj().Name() == "Context" && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "context"
	}
	return IsType(t, kind)
}

// ConstOf returns the meaning of a constant value of one of the framework's types.
func ConstOf(t types.Type, v constant.Value) (Const, bool) {
	row, ok := TypeOf(t)
	if !ok || v == nil {
		return Const{}, false
	}
	scope := namedOf(t).Obj().Pkg().Scope()
	for _, c := range row.framework.Consts {
		if c.Package != row.Package {
			continue
		}
		obj, ok := scope.Lookup(c.Name).(*types.Const)
		if ok && types.Identical(obj.Type(), t) && constant.Compare(obj.Val(), token.EQL, v) {
			return c, true
		}
	}
	return Const{}, false
}

// namedOf is the named type behind aliases and at most one pointer, or nil.
func namedOf(t types.Type) *types.Named {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	named, _ := t.(*types.Named)
	return named
}
