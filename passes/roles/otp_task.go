package roles

// otpAgent has the rows of package agent, whose servers run the functions that they are sent.
var otpAgent = []Func{
	{Package: "agent", Name: "Child", Kind: ChildMaker, ChildKind: ServerChild, ID: 1, Body: 2},
	{Package: "agent", Name: "Start", Kind: Start, Body: 2, Linked: "StartLink"},
	{Package: "agent", Name: "StartLink", Kind: StartLink, Body: 2},
	{Package: "agent", Name: "Get", Kind: Call, Target: 2, Body: 3, Reads: true},
	{Package: "agent", Name: "Update", Kind: Call, Target: 2, Body: 3},
	{Package: "agent", Name: "GetAndUpdate", Kind: Call, Target: 2, Body: 3},
	{Package: "agent", Name: "Do", Kind: Call, Target: 2, Body: 3},
	{Package: "agent", Name: "Cast", Kind: Cast, Target: 2, Body: 3},
	{Package: "agent", Name: "Stop", Kind: StopServer, Target: 2},
}

// otpTask has the rows of package task.
var otpTask = []Func{
	{Package: "task", Name: "Async", Kind: Async, Body: 2},
	{Package: "task", Name: "AsyncIn", Kind: Async, Target: 2, Body: 3},
	{Package: "task", Name: "AsyncNoLink", Kind: Async, Target: 2, Body: 3, Unlinked: true},
	{Package: "task", Name: "AsyncStream", Kind: SpawnLink, Body: 3, Many: true},
	{Package: "task", Name: "AsyncStreamIn", Kind: SpawnLink, Body: 4, Many: true},
	{Package: "task", Name: "AsyncStreamNoLink", Kind: SpawnLink, Body: 4, Many: true, Unlinked: true},
	{Package: "task", Name: "Start", Kind: Spawn, Body: 2, Linked: "StartLink"},
	{Package: "task", Name: "StartLink", Kind: SpawnLink, Body: 2},
	{Package: "task", Name: "StartIn", Kind: StartChild, Target: 2, Body: 3},
	{Package: "task", Name: "Child", Kind: ChildMaker, ChildKind: FuncChild, ID: 1, Body: 2, Restart: Temporary},
	{Package: "task", Name: "Supervisor", Kind: ChildMaker, ChildKind: DynamicChild, ID: 1},
	{Package: "task", Recv: "Task", Name: "Await", Kind: Await},
	{Package: "task", Recv: "Task", Name: "Yield", Kind: Await},
	{Package: "task", Recv: "Task", Name: "Shutdown", Kind: Await},
	{Package: "task", Recv: "Task", Name: "Notify", Kind: Notify, Target: 1, Brings: Brings{Package: "task", Name: "Done", Arg: 1}},
	{Package: "task", Name: "AwaitAll", Kind: Await},
	{Package: "task", Name: "YieldMany", Kind: Await},
}
