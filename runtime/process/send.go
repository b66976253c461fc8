package process

import (
	"context"
	"fmt"
)

// Send puts msg into a process's mailbox and returns. A GenServer gets it in
// HandleInfo, a plain process with Receive. It fails with NoProc if there is
// nobody, and with ErrFenced if the context is of a process that has ended;
// nil does not mean that the message will be received.
func Send(ctx context.Context, to Dest, msg any) error {
	return deliver(ctx, to, Envelope{Msg: msg, Kind: KindInfo})
}

func deliver(ctx context.Context, to Dest, e Envelope) error {
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
	if !pid.p.post(e) {
		return fmt.Errorf("send %T to %v: %w", e.Msg, to, NoProc)
	}
	return nil
}

// Post puts a behaviour's own message into the mailbox of a process of that
// behaviour, for the authors of behaviours. It fails with NoProc if the
// process is dead and with ErrFenced.
func Post(ctx context.Context, to PID, kind Kind, msg any) error {
	if err := fence(ctx); err != nil {
		return err
	}
	if to.p == nil || !to.p.post(Envelope{Msg: msg, Kind: kind}) {
		return NoProc
	}
	return nil
}

// BehaviourOf gives the behaviour of a process, dead or alive, for the
// authors of behaviours: only what is immutable in it may be touched.
func BehaviourOf(pid PID) Behaviour {
	if pid.p == nil {
		return nil
	}
	return pid.p.behaviour
}
