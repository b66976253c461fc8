package process

import (
	"context"
	"testing"
	"testing/synctest"
)

// driven is a behaviour that does nothing but handle.
type driven struct {
	handle  func(c *Context, m *Envelope) error
	release func()
}

func (*driven) Init(*Context) error                     { return nil }
func (*driven) Begin(*Context) error                    { return nil }
func (b *driven) Handle(c *Context, m *Envelope) error  { return b.handle(c, m) }
func (*driven) Terminate(*Context, error)               {}
func (*driven) Describe() (behaviour, stateType string) { return "driven", "" }
func (b *driven) Release() {
	if b.release != nil {
		b.release()
	}
}

// Demonitor with Flush while its Down is being handled, as OTP's programs do, and while the Down waits in the mailbox, keeps nothing. The
// note that a Down was to be dropped stayed for each one that had left the mailbox before.
func TestFlushKeepsNothing(t *testing.T) {
	const rounds = 100
	ended := func(c *Context) MonitorRef {
		pid, err := Spawn(c, func(*Context) error { return nil })
		if err != nil {
			t.Error(err)
		}
		ref := c.Monitor(pid)
		if _, err := Wait(context.Background(), pid); err != nil {
			t.Error(err)
		}
		return ref
	}
	kept := func(c *Context) int {
		c.p.mu.Lock()
		defer c.p.mu.Unlock()
		if c.p.ext == nil {
			return 0
		}
		return len(c.p.ext.downs) + len(c.p.ext.watching)
	}
	for name, run := range map[string]func(ctx context.Context, done chan<- int) (PID, error){
		"driven": func(ctx context.Context, done chan<- int) (PID, error) {
			n := 0
			pid, err := Start(ctx, &driven{handle: func(c *Context, m *Envelope) error {
				if d, ok := m.Msg.(Down); ok {
					if !c.TakeDown(m) {
						t.Error("a Down that was not flushed is none")
					}
					c.Demonitor(d.Ref, Flush())
				}
				if n++; n > rounds {
					done <- kept(c)
					return Normal
				}
				ended(c)
				return nil
			}})
			Send(ctx, pid, "begin")
			return pid, err
		},
		"plain, received": func(ctx context.Context, done chan<- int) (PID, error) {
			return Spawn(ctx, func(c *Context) error {
				for range rounds {
					ref := ended(c)
					if _, err := ReceiveMatch(c, func(d Down) bool { return d.Ref == ref }); err != nil {
						return err
					}
					c.Demonitor(ref, Flush())
				}
				done <- kept(c)
				return nil
			})
		},
		"plain, flushed": func(ctx context.Context, done chan<- int) (PID, error) {
			return Spawn(ctx, func(c *Context) error {
				for range rounds {
					c.Demonitor(ended(c), Flush())
				}
				if msg, err := Receive(c, After(0)); err != ErrTimeout {
					t.Errorf("%v, %v: it was flushed", msg, err)
				}
				done <- kept(c)
				return nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, done := WithNode(t.Context(), NewNode("test")), make(chan int, 1)
				if _, err := run(ctx, done); err != nil {
					t.Fatal(err)
				}
				if n := <-done; n != 0 {
					t.Errorf("%d references are kept after %d Downs", n, rounds)
				}
			})
		})
	}
}
