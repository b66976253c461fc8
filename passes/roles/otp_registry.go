package roles

// otpRegistry has the rows of packages registry and pubsub.
var otpRegistry = []Func{
	{Package: "registry", Name: "New", Kind: ChildMaker, ChildKind: RegistryChild, ID: 1},
	{Package: "registry", Name: "Via", Kind: Pick},
	{Package: "registry", Recv: "Registry", Name: "Via", Kind: Pick},
	{Package: "registry", Recv: "Registry", Name: "Lookup", Kind: Lookup, ID: 1},
	{Package: "registry", Recv: "Registry", Name: "Register", Kind: Register, ID: 2},
	{Package: "registry", Recv: "Registry", Name: "Unregister", Kind: Unregister, ID: 2},
	{Package: "registry", Name: "GetOrStart", Kind: StartChild, Target: 5, Child: 6, Many: true},
	{Package: "pubsub", Name: "New", Kind: ChildMaker, ChildKind: RegistryChild, ID: 1},
	{Package: "pubsub", Name: "Broadcast", Kind: Publish, ID: 3, Msg: 4},
	{Package: "pubsub", Name: "BroadcastFrom", Kind: Publish, ID: 3, Msg: 4},
	{Package: "pubsub", Name: "LocalBroadcast", Kind: Publish, ID: 3, Msg: 4},
	{Package: "pubsub", Name: "LocalBroadcastFrom", Kind: Publish, ID: 3, Msg: 4},
	{Package: "pubsub", Name: "Dispatch", Kind: Publish, ID: 3, Msg: 5},
	{Package: "pubsub", Name: "Subscribe", Kind: Subscribe, Target: 2, ID: 3, Brings: Brings{Arg: 1}},
	{Package: "pubsub", Name: "Unsubscribe", Kind: Unsubscribe, ID: 3},
}

// otpETS has the row of package ets: whoever uses a table waits for nobody and tells nobody.
var otpETS = []Func{
	{Package: "ets", Name: "Child", Kind: ChildMaker, ChildKind: ResourceChild, ID: 1, Body: 2},
}
