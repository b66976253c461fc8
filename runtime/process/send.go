package process

import (
	"context"
	"fmt"
)

// Send puts msg into a process's mailbox and returns. A GenServer gets it in
// HandleInfo, a plain process with Receive. It fails with NoProc if there is
// nobody, and with ErrFenced if the context is of a process that has ended;
// nil does not mean that the message will be received. A full mailbox does
// what its [Overflow] says.
func Send(ctx context.Context, to Dest, msg any) error {
	return deliver(ctx, to, Envelope{Msg: msg, Kind: KindInfo}, true)
}

// TrySend is Send that never waits for room: it fails with ErrFull at a full
// mailbox that would make it wait.
func TrySend(ctx context.Context, to Dest, msg any) error {
	return deliver(ctx, to, Envelope{Msg: msg, Kind: KindInfo}, false)
}

func deliver(ctx context.Context, to Dest, e Envelope, mayWait bool) error {
	if err := fence(ctx); err != nil {
		return fmt.Errorf("send %T to %v: %w", e.Msg, to, err)
	}
	pid, ok := to.(PID)
	if !ok {
		var err error
		if pid, err = find(to, NodeOf(ctx)); err != nil {
			return fmt.Errorf("send %T to %v: %w", e.Msg, to, err)
		}
	}
	if pid.p == nil {
		return fmt.Errorf("send %T: %w", e.Msg, NoProc)
	}
	err := pid.p.send(e)
	if err == errNoRoom {
		err = pid.p.overflow(ctx, e, mayWait, 0)
	}
	if err != nil {
		return fmt.Errorf("send %T to %v: %w", e.Msg, to, err)
	}
	return nil
}

// Post puts a behaviour's own message into the mailbox of a process of that
// behaviour, for the authors of behaviours. It fails with NoProc if the
// process is dead and with ErrFenced. A KindCast finds a bounded mailbox
// full, where wait says whether to wait for room; other kinds always pass.
func Post(ctx context.Context, to PID, kind Kind, msg any, wait bool) error {
	if err := fence(ctx); err != nil {
		return err
	}
	if to.p == nil {
		return NoProc
	}
	e := Envelope{Msg: msg, Kind: kind}
	if kind != KindCast {
		if !to.p.post(e) {
			return NoProc
		}
		return nil
	}
	err := to.p.send(e)
	if err == errNoRoom {
		err = to.p.overflow(ctx, e, wait, 0)
	}
	return err
}

// BehaviourOf gives the behaviour of a process, dead or alive, for the
// authors of behaviours: only what is immutable in it may be touched.
func BehaviourOf(pid PID) Behaviour {
	if pid.p == nil {
		return nil
	}
	return pid.p.behaviour
}
