package roles

import (
	"slices"
	"time"
)

// otp is the bundled runtime.
var otp = &Framework{
	Name:                   "otplint/runtime",
	Module:                 "github.com/otplint/otplint",
	Prefix:                 "github.com/otplint/otplint/runtime",
	CallTimeout:            5 * time.Second,
	OnTaken:                TakenIsError,
	TerminateNeedsTrapExit: true,
	Normal:                 [2]string{"process", "Normal"},
	PanicRestarts:          true,

	Funcs: slices.Concat(otpProcess, otpGenserver, otpSupervisor, otpDynamic, otpAgent, otpTask, otpRegistry, otpETS,
		otpApplication, otpTestkit),

	Remedies: Remedies{
		Work:       "supervisor.Func",
		HTTP:       "httpchild.Child",
		Table:      "ets.Child",
		PerKey:     "dynsupervisor",
		Partitions: "partition.New",
	},

	Callbacks: []Callback{
		{Name: "Init", Kind: Init, Params: []TypeKind{ContextType}, Results: []TypeKind{ResultType}, Required: true},
		{Name: "HandleCall", Kind: HandleCall, Params: []TypeKind{ContextType, FromType, AnyType}, Results: []TypeKind{ResultType}, Msg: 3},
		{Name: "HandleCast", Kind: HandleCast, Params: []TypeKind{ContextType, AnyType}, Results: []TypeKind{ResultType}, Msg: 2},
		{Name: "HandleInfo", Kind: HandleInfo, Params: []TypeKind{ContextType, AnyType}, Results: []TypeKind{ResultType}, Msg: 2},
		{Name: "HandleContinue", Kind: HandleContinue, Params: []TypeKind{ContextType, AnyType}, Results: []TypeKind{ResultType}, Msg: 2},
		{Name: "Terminate", Kind: Terminate, Params: []TypeKind{ContextType, ErrorType}},
		{Name: "Serve", Kind: Serve, Params: []TypeKind{StdContextType}, Results: []TypeKind{ErrorType}},
	},

	Types: []Type{
		{Package: "genserver", Name: "Ref", Kind: RefType, Server: 1},
		{Package: "genserver", Name: "To", Kind: ToType, Server: 1},
		{Package: "genserver", Name: "CallTo", Kind: CallToType, Server: 1, Reply: 2},
		{Package: "genserver", Name: "CastTo", Kind: CastToType, Server: 1},
		{Package: "genserver", Name: "Request", Kind: RequestType, Server: 1, Reply: 2},
		{Package: "genserver", Name: "Message", Kind: MessageType, Server: 1},
		{Package: "genserver", Name: "Context", Kind: ContextType},
		{Package: "genserver", Name: "Result", Kind: ResultType},
		{Package: "genserver", Name: "From", Kind: FromType},
		{Package: "genserver", Name: "Caller", Kind: CallerType, Reply: 1},
		{Package: "genserver", Name: "Option", Kind: OptionType},
		{Package: "genserver", Name: "Timeout", Kind: TimeoutType},
		{Package: "process", Name: "Context", Kind: ProcessContextType},
		{Package: "process", Name: "PID", Kind: PIDType},
		{Package: "process", Name: "Name", Kind: NameType},
		{Package: "process", Name: "Dest", Kind: DestType},
		{Package: "process", Name: "Timer", Kind: TimerType},
		{Package: "process", Name: "MonitorRef", Kind: MonitorType},
		{Package: "process", Name: "Option", Kind: OptionType},
		{Package: "process", Name: "Exited", Kind: ExitedType},
		{Package: "process", Name: "Down", Kind: DownType},
		{Package: "task", Name: "Done", Kind: DoneType},
		{Package: "supervisor", Name: "Child", Kind: ChildType},
		{Package: "supervisor", Name: "Spec", Kind: SpecType},
		{Package: "supervisor", Name: "Sup", Kind: SupType},
		{Package: "supervisor", Name: "Strategy", Kind: StrategyType},
		{Package: "supervisor", Name: "Restart", Kind: RestartType},
		{Package: "supervisor", Name: "Service", Kind: ServiceType},
		{Package: "supervisor", Name: "Resource", Kind: ResourceType},
		{Package: "supervisor", Name: "Flag", Kind: OptionType},
		{Package: "dynsupervisor", Name: "Sup", Kind: SupType},
		{Package: "dynsupervisor", Name: "Option", Kind: OptionType},
		{Package: "agent", Name: "Agent", Kind: AgentType},
		{Package: "registry", Name: "Registry", Kind: DirectoryType},
		{Package: "pubsub", Name: "PubSub", Kind: DirectoryType},
	},

	Consts: []Const{
		{Package: "supervisor", Name: "OneForOne", Strategy: OneForOne},
		{Package: "supervisor", Name: "OneForAll", Strategy: OneForAll},
		{Package: "supervisor", Name: "RestForOne", Strategy: RestForOne},
		{Package: "supervisor", Name: "Permanent", Restart: Permanent},
		{Package: "supervisor", Name: "Transient", Restart: Transient},
		{Package: "supervisor", Name: "Temporary", Restart: Temporary},
	},
}
