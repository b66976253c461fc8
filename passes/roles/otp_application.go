package roles

// otpApplication has the rows of what stands around the trees: packages application and observer.
var otpApplication = []Func{
	{Package: "application", Name: "Run", Kind: StartTree},
	{Package: "application", Recv: "Controller", Name: "Run", Kind: StartTree},
	{Package: "application", Recv: "Controller", Name: "Start", Kind: StartTree},
	{Package: "application", Recv: "Controller", Name: "EnsureAllStarted", Kind: StartTree},
	{Package: "application", Recv: "Controller", Name: "Stop", Kind: StopTree},
	{Package: "application", Recv: "Controller", Name: "Shutdown", Kind: StopTree},
	{Package: "observer", Name: "Child", Kind: ChildMaker, ChildKind: HTTPChild, ID: 1},
}

// otpTestkit has the rows of package testkit.
var otpTestkit = []Func{
	{Package: "testkit", Name: "Start", Kind: StartChild, Child: 2},
	{Package: "testkit", Recv: "T", Name: "Stop", Kind: ManageChild, ID: 1},
	{Package: "testkit", Recv: "T", Name: "Crash", Kind: Exit, Target: 1},
	{Package: "testkit", Recv: "T", Name: "CrashWith", Kind: Exit, Target: 1},
	{Package: "testkit", Recv: "T", Name: "Kill", Kind: Exit, Target: 1},
	{Package: "testkit", Recv: "T", Name: "AwaitRestart", Kind: Wait, Target: 1},
	{Package: "testkit", Recv: "T", Name: "Watch", Kind: Monitor, Target: 1},
	{Package: "testkit", Name: "NewProbe", Kind: SpawnLink},
	{Package: "testkit", Recv: "Probe", Name: "Monitor", Kind: Monitor, Target: 1},
	{Package: "testkit", Recv: "Probe", Name: "Do", Kind: Inspect, Body: 1},
	{Package: "testkit", Name: "Expect", Kind: Receive},
	{Package: "testkit", Name: "ExpectNone", Kind: Receive},
}
