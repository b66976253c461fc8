// Package application is OTP's application: a part of a program that is
// started and stopped as a unit, after what it needs and before what needs
// it, with a supervision tree of its own.
//
//	var Port application.Key[int] = "port"
//
//	var Shop = &application.App{
//		Name:  "shop",
//		Needs: []*application.App{db.App, metrics.App},
//		Mode:  application.Permanent,
//		Env:   []application.Setting{Port.Value(8080)},
//		Start: func(ctx context.Context) (application.Instance, error) {
//			return application.Instance{Tree: tree(Port.Get(ctx, 80))}, nil
//		},
//	}
//
//	func main() { os.Exit(application.Run(Shop)) }
//
// # When a program needs it
//
// One tree is enough for most services, and [supervisor.Run] runs it: order,
// restarts and the ordered stop are the supervisor's. Applications are for
// programs made of parts that are written apart: several trees with
// dependencies between them, the end of one of which is the end of the program
// (Permanent) or is not (Temporary), or with something to do before and after
// the life of a tree ([Instance.PrepStop], [Instance.Stop]). They are not a way
// to order the workers of one service, nor a plugin system, nor a place for
// configuration that is known when the program is built.
//
// An application that others include in their own tree (OTP's
// included_applications) is not an App here but a function that returns a
// [supervisor.Child]; [Instance.Phases] run when the whole tree stands.
//
// # State
//
// OTP hands what start/2 returns to prep_stop/1, and what that returns to
// stop/1. Here the three are closures that share variables: Start makes the
// state and returns the functions that use it, so it keeps its type, and each
// start has its own.
//
// # A process for each application
//
// As in OTP an application that runs has a process above its tree, the
// application master, in which Start, the phases, PrepStop and Stop run. A
// panic in one of them is that function's failure, and is reported. A context
// that descends from any process of the tree reaches the application's
// environment, see [Key].
//
// Behaviour follows application(3), application(7) and Elixir's Application;
// docs/conformance.md lists it case by case, and where Go differs.
package application
