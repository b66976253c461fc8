package process_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// Receiving what has piled up takes a time that is linear in its length: each receive used to move all of the rest.
func TestReceiveABacklog(t *testing.T) {
	w := proctest.New(t)
	receive := func(n int) time.Duration {
		full, took := make(chan struct{}), make(chan time.Duration)
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			<-full
			begin := time.Now()
			for want := range n {
				if got, err := process.Receive(c); got != want || err != nil {
					t.Errorf("received %v, %v, want %v", got, err, want)
					break
				}
			}
			took <- time.Since(begin)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			process.Send(w.Ctx, pid, i)
		}
		close(full)
		return <-took
	}
	const n, factor = 2500, 16
	short := min(receive(n), receive(n), receive(n))
	if long := receive(factor * n); long > factor*factor/2*short && long > 100*time.Millisecond {
		t.Errorf("%d messages take %v, %d take %v", n, short, factor*n, long)
	}
}

// The function of a selective receive is the user's: it may use its process as any other code of it may.
func TestMatchUsesItsProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		p := w.Puppet()
		p.Do(func(c *process.Context) {
			for _, msg := range []string{"first", "second"} {
				process.Send(c, c.Self(), msg)
			}
			got, err := process.ReceiveMatch(c, func(msg string) bool {
				if _, ok := process.InfoOf(c, c.Self()); !ok || c.Err() != nil {
					t.Error("no process")
				}
				process.Send(c, c.Self(), "after "+msg)
				return msg == "second"
			})
			if got != "second" || err != nil {
				t.Errorf("received %v, %v", got, err)
			}
			for _, want := range []string{"first", "after first", "after second"} {
				if got, err := process.Receive(c, process.After(0)); got != want || err != nil {
					t.Errorf("received %v, %v, want %v", got, err, want)
				}
			}
		})
		p.Want(nil)
	})
}

// A nil message is received by whoever takes any, and by nobody who wants a type.
func TestReceiveNil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		got := make(chan any, 3)
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			n, err := process.ReceiveMatch(c, func(int) bool { return true })
			got <- n
			if err != nil {
				return err
			}
			v, err := process.Receive(c)
			got <- v
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		fate := w.Watch(pid)
		for _, msg := range []any{nil, 1} {
			if err := process.Send(w.Ctx, pid, msg); err != nil {
				t.Fatal(err)
			}
		}
		fate.Want(process.Normal)
		if n, v := <-got, <-got; n != 1 || v != nil {
			t.Errorf("received %v, then %v, want 1 and nil", n, v)
		}
	})
}
