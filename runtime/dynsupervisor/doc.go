// Package dynsupervisor is Elixir's DynamicSupervisor, OTP's supervisor of
// the strategy simple_one_for_one: it begins without children and gets them
// while it runs, one process per user, room or session.
//
//	rooms := dynsupervisor.New("rooms", dynsupervisor.MaxChildren(10_000)) // a child of a supervisor
//	...
//	room, err := dynsupervisor.StartChild(ctx, rooms.Ref(), supervisor.Server("room", newRoom))
//
// To start, restart, end or stop a child costs the same however many there
// are; a hundred thousand are no problem. What StartChild returns is the
// reference to that one child, which survives its restarts.
//
// Children are all supervised one for one. They are of any kind that package
// supervisor has, and their ids need not differ: one Child value may be
// started any number of times, except that a supervisor with a list of children
// stands for these too and is refused with supervisor.ErrInUse while they run.
// If all children are made alike, [Template] says so once, and makes each anew. The default restart type is Permanent here too; what ends by
// itself when its user leaves should be Transient or Temporary, or it will be
// started again.
//
// # What it is not for
//
// It has no order: children start when somebody asks and stop all at once. A
// fixed set of parts that depend on each other belongs under
// supervisor.Supervisor. It finds no child by a key; that is what package
// registry is for, whose GetOrStart also settles the race between two that
// start the same. Its children are gone when it is restarted itself, since
// only their users know which were needed.
//
// The supervisor starts one child after the other and waits for the Init of
// each, so Init should be short (see genserver's Continue), and it waits while
// Terminate stops a child. Where that is too slow, spread the children over
// several of them: package partition.
//
// Behaviour follows the module DynamicSupervisor of Elixir;
// docs/conformance.md lists it case by case.
package dynsupervisor
