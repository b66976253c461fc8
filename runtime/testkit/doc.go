// Package testkit is for the tests of programs that are built on the runtime:
// it starts servers under a supervisor of the test's own, waits for messages,
// crashes processes on purpose and finds what is left behind. It imports
// testing, so only tests import it.
//
// A whole test, of a server that a supervisor restarts and that tells a
// subscriber of its changes:
//
//	func TestMain(m *testing.M) { testkit.Main(m) } // no goroutine is left behind
//
//	func TestThermometer(t *testing.T) {
//		testkit.Run(t, func(t *testkit.T) { // in virtual time
//			t.NoLeaks()
//			probe := testkit.NewProbe(t)
//			th := testkit.Start(t, thermometer.Child("th", probe))
//
//			thermometer.Set(t.Context(), th, 21)
//			testkit.Expect(probe, func(c thermometer.Changed) bool { return c.To == 21 })
//			testkit.ExpectNone[thermometer.Changed](probe, time.Hour) // takes no time
//
//			old := t.Crash(th.Dest())
//			t.AwaitRestart(th.Dest(), old)
//			if n, err := thermometer.Get(t.Context(), th); n != 0 || err != nil {
//				t.Errorf("after a restart: %v, %v", n, err)
//			}
//		})
//	}
//
// [Run] tests in virtual time, [New] in real time; all else is the same. Each
// test has a node of its own, which [T.Context] names: names and logs are the
// test's, and tests may be parallel. A helper that waits does so until what
// it waits for has come, for five seconds at most ([Patience]), and then says
// what came instead.
//
// It does not mock servers: a test double is a server too, or a [Probe] where
// only messages are sent. It checks no values: compare what a call returns as
// in any test.
//
// # Virtual time
//
// In Run time stands still while any process or goroutine of the test runs,
// and jumps to the next timer when all of them wait. So a call's timeout, a
// restart's delay or an hour of silence costs nothing and comes at the exact
// moment; testing/synctest.Wait returns when all that can happen now has
// happened. What works: processes, timers, time.Sleep, contexts with deadlines,
// channels, everything that was started in the test itself.
//
// What does not: real input and output. A goroutine that waits for a network,
// a file or another program counts as running, so time stands still meanwhile
// and nothing settles; use net.Pipe and fakes, or New. Processes that were started
// outside, such as a package's own, may not be waited for. Within Run there
// is no t.Run and no t.Parallel; call it in a subtest, or after Parallel.
// When the test ends every goroutine in it has to end too, or synctest fails it:
// those of processes do.
//
// Behaviour follows ExUnit where that has it (start_supervised,
// assert_receive, refute_receive).
package testkit
