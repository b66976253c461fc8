package testkit

import (
	"context"
	"errors"
	"fmt"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// Fate is how one process ends, watched from [T.Watch] on.
type Fate struct {
	t      *T
	pid    process.PID
	who    string
	ref    process.MonitorRef
	ended  bool
	reason error
}

// Watch watches the process that d means now. It fails the test if there is
// none.
func (t *T) Watch(d process.Dest) *Fate {
	t.Helper()
	pid := t.resolve(d)
	return &Fate{t: t, pid: pid, who: describe(pid), ref: t.watcher().Monitor(pid)}
}

func (t *T) watcher() *Probe {
	t.Helper()
	if t.w.watcher == nil {
		t.w.watcher = NewProbe(t)
		t.w.bubbled = process.Bubbled(t.w.watcher.pid)
	}
	return t.w.watcher
}

// PID is the process that is watched.
func (f *Fate) PID() process.PID { return f.pid }

// Reason waits until the process has ended and returns its exit reason. It
// fails the test if the process lives on.
func (f *Fate) Reason() error {
	f.t.Helper()
	if !f.look() {
		f.t.Fatalf("testkit: %s is alive after %v, expected it to end", f.who, f.t.patience)
	}
	return f.reason
}

// Expect waits until the process has ended and fails the test if its exit
// reason is not want, nor an error that wraps it (errors.Is). What a panic
// ended with is for Reason and errors.As.
func (f *Fate) Expect(want error) {
	f.t.Helper()
	if want == nil {
		want = process.Normal
	}
	if reason := f.Reason(); !errors.Is(reason, want) {
		f.t.Errorf("testkit: %s ended with %v, expected %v", f.who, reason, want)
	}
}

// ExpectAlive fails the test if the process has ended. In virtual time what
// is under way comes first; in real time it may still end right after.
func (f *Fate) ExpectAlive() {
	f.t.Helper()
	f.t.settle()
	if !f.pid.Alive() {
		f.look()
		f.t.Errorf("testkit: %s ended with %v, expected it to live", f.who, f.reason)
	}
}

// look waits for the process's end and reports whether it has come.
func (f *Fate) look() bool {
	if f.ended {
		return true
	}
	down, ok := f.t.w.watcher.in.take(f.t.patience, func(msg any) bool {
		d, ok := msg.(process.Down)
		return ok && d.Ref == f.ref
	})
	if ok {
		f.ended, f.reason = true, down.(process.Down).Reason
	}
	return ok
}

// ErrCrash is the exit reason of what [T.Crash] ends.
var ErrCrash = errors.New("crashed on purpose by a test")

// Crash is CrashWith the reason ErrCrash.
func (t *T) Crash(d process.Dest) (dead process.PID) {
	t.Helper()
	return t.CrashWith(d, ErrCrash)
}

// CrashWith makes the process that d means now end with a reason, and returns
// its PID once it is dead for everyone: its name is free, its callers and links
// have been told. What others make of that may still be under way: see
// [T.AwaitRestart].
//
// A genserver, a supervisor too, ends as by its own doing, when it has handled
// what is in its mailbox: Terminate runs. Another process gets an exit signal
// with the reason, which must not be process.Normal. It fails the test if there is
// no process and if it does not end in time, since its code runs on or since
// it traps exits: [T.Kill] does not mind.
func (t *T) CrashWith(d process.Dest, reason error) (dead process.PID) {
	t.Helper()
	pid := t.resolve(d)
	ctx, cancel := t.limited()
	defer cancel()
	err := genserver.Stop(ctx, genserver.RefTo[genserver.Server](pid), reason)
	if errors.Is(err, genserver.ErrWrongServer) {
		process.Exit(ctx, pid, reason)
		process.Wait(ctx, pid)
	}
	t.wantDead(pid)
	return pid
}

// Kill kills the process that d means now, and returns its PID once it is dead
// for everyone. Nothing keeps a process from being killed, and Terminate does
// not run. One whose code is running is abandoned: the code may run on, see
// package process.
func (t *T) Kill(d process.Dest) (dead process.PID) {
	t.Helper()
	pid := t.resolve(d)
	ctx, cancel := t.limited()
	defer cancel()
	process.Exit(ctx, pid, process.Kill)
	process.Wait(ctx, pid)
	t.wantDead(pid)
	return pid
}

func (t *T) wantDead(pid process.PID) {
	t.Helper()
	info, alive := process.InfoOf(t.w.ctx, pid)
	if !alive {
		return
	}
	why := "it goes on"
	switch {
	case info.Busy:
		why = "its code is still running; Kill does not wait for it"
	case info.TrapExit:
		why = "it traps exits and goes on; Kill cannot be trapped"
	}
	t.Fatalf("testkit: %s has not ended after %v: %s", describe(pid), t.patience, why)
}

// AwaitRestart waits until a process other than old runs behind a reference,
// and returns it. It fails the test if none does in time.
//
//	old := t.Crash(ref.Dest())
//	t.AwaitRestart(ref.Dest(), old)
//
// A reference to a supervisor's child finds the new incarnation when its start
// has returned, a name as soon as it has the name.
func (t *T) AwaitRestart(d process.Dest, old process.PID) process.PID {
	t.Helper()
	if pid, ok := d.(process.PID); ok {
		t.Fatalf("testkit: the PID %v is one incarnation and never restarts; give a reference or a name", pid)
	}
	var now process.PID
	if t.eventually(func() bool {
		now, _ = d.Resolve(t.w.node)
		return now != old && now.Alive()
	}) {
		return now
	}
	if now == old && old.Alive() {
		t.Fatalf("testkit: %v was not restarted within %v: %s is alive", d, t.patience, describe(old))
	}
	t.Fatalf("testkit: %v was not restarted within %v: there is no process", d, t.patience)
	return now
}

// resolve is the process that d means now.
func (t *T) resolve(d process.Dest) process.PID {
	t.Helper()
	pid, err := d.Resolve(t.w.node)
	if err == nil && !pid.Alive() {
		err = process.NoProc
	}
	if err != nil {
		t.Fatalf("testkit: %v: %v", d, err)
	}
	return pid
}

// describe is a process for people.
func describe(pid process.PID) string {
	info, ok := process.InfoOf(context.Background(), pid)
	if !ok {
		return pid.String()
	}
	what := info.Behaviour
	if info.Type != "" {
		what += " of " + info.Type
	}
	if info.Name != "" {
		what = fmt.Sprintf("%q, %s", string(info.Name), what)
	}
	return fmt.Sprintf("%v (%s)", pid, what)
}
