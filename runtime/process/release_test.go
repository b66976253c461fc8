package process

import (
	"runtime"
	"testing"
	"testing/synctest"
	"weak"
)

// The PID of a dead process keeps a control block and no more: neither what its function captured nor its dead ancestors, which PIDs
// used to keep alive.
func TestPIDsKeepNothing(t *testing.T) {
	t.Run("function", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx := WithNode(t.Context(), NewNode("test"))
			pid, captured := func() (PID, weak.Pointer[[1 << 16]byte]) {
				big := new([1 << 16]byte)
				pid, err := Spawn(ctx, func(*Context) error { runtime.KeepAlive(big); return nil })
				if err != nil {
					t.Fatal(err)
				}
				return pid, weak.Make(big)
			}()
			synctest.Wait()
			runtime.GC()
			if captured.Value() != nil {
				t.Error("what the function captured is kept")
			}
			runtime.KeepAlive(pid)
		})
	})
	t.Run("ancestors", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx := WithNode(t.Context(), NewNode("test"))
			last := make(chan PID, 1)
			var generation func(left int) func(*Context) error
			generation = func(left int) func(*Context) error {
				return func(c *Context) error {
					if left == 0 {
						last <- c.Self()
						<-c.Done()
						return nil
					}
					_, err := SpawnLink(c, generation(left-1))
					return err
				}
			}
			if _, err := Spawn(ctx, generation(50)); err != nil {
				t.Fatal(err)
			}
			pid := <-last
			synctest.Wait()
			ancestors := 0
			for p := pid.p.parent.Load(); p != nil; p = p.parent.Load() {
				ancestors++
			}
			if ancestors > 1 {
				t.Errorf("%d dead ancestors are kept, want the parent at most", ancestors)
			}
			Exit(ctx, pid, Shutdown)
		})
	})
}

// A Release that panics costs a line in the log, whoever's goroutine it runs on: that of the process or that of whoever kills it.
func TestPanickingRelease(t *testing.T) {
	for name, reason := range map[string]error{"own goroutine": Shutdown, "killer's": Kill} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := new(lines)
				ctx := WithNode(t.Context(), NewNode("test", WithLogger(log.logger())))
				pid, err := Start(ctx, &driven{release: func() { panic("release") }})
				if err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				Exit(ctx, pid, reason)
				synctest.Wait()
				if pid.Alive() || len(log.take()) != 1 {
					t.Errorf("alive %v, want dead and logged once", pid.Alive())
				}
			})
		})
	}
}
