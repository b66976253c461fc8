package testkit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/testkit"
)

// thermometer is the server that the examples test. It tells a subscriber of each change.
type thermometer struct {
	degrees    int
	subscriber process.Dest
}

type (
	changed struct{ From, To int }

	set struct {
		genserver.CallTo[*thermometer, time.Duration] // how long the last value has stood
		degrees                                       int
	}
	read struct {
		genserver.CallTo[*thermometer, int]
	}
)

func thermometerChild(id string, subscriber process.Dest, opts ...genserver.Option) supervisor.Child[genserver.Ref[*thermometer]] {
	return supervisor.Server(id, func() *thermometer { return &thermometer{subscriber: subscriber} }, opts...)
}

func (s *thermometer) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *thermometer) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case set:
		if req.degrees < -273 {
			panic("colder than cold")
		}
		time.Sleep(time.Second) // it is slow
		process.Send(c, s.subscriber, changed{From: s.degrees, To: req.degrees})
		s.degrees = req.degrees
		return req.Reply(from, time.Second)
	case read:
		return req.Reply(from, s.degrees)
	}
	return c.Unhandled(req)
}

func degrees(ctx context.Context, t *testkit.T, th genserver.Ref[*thermometer]) int {
	t.Helper()
	n, err := genserver.Call(ctx, th, read{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A test of messages and of a restart, in virtual time.
func TestExampleThermometer(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		t.NoLeaks()
		probe := testkit.NewProbe(t)
		th := testkit.Start(t, thermometerChild("th", probe))

		if _, err := genserver.Call(t.Context(), th, set{degrees: 21}); err != nil {
			t.Fatal(err)
		}
		testkit.Expect(probe, func(c changed) bool { return c.To == 21 })
		testkit.ExpectNone[any](probe, time.Hour) // takes no time

		old := t.Crash(th.Dest())
		t.AwaitRestart(th.Dest(), old)
		if n := degrees(t.Context(), t, th); n != 0 {
			t.Errorf("%d degrees after a restart", n)
		}
	})
}

// How a server ends: the test watches it, and makes it crash by what it does.
func TestExampleFate(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		th := testkit.Start(t, thermometerChild("th", testkit.NewProbe(t)).Restart(supervisor.Temporary))
		fate := t.Watch(th.Dest())

		_, err := genserver.Call(t.Context(), th, set{degrees: -300})
		var crash *process.PanicError
		if !errors.As(err, &crash) {
			t.Errorf("the caller got %v", err)
		}
		if !errors.As(fate.Reason(), &crash) || crash.Value != "colder than cold" {
			t.Errorf("it ended with %v", fate.Reason())
		}
	})
}

// A probe acts as a process: here it monitors a server that a supervisor stops.
func TestExampleProbe(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		probe := testkit.NewProbe(t)
		th := testkit.Start(t, thermometerChild("th", probe, genserver.WithName("outside")))
		ref := probe.Monitor(process.Name("outside"))

		t.Stop("th")
		down := testkit.Expect[process.Down](probe)
		if down.Ref != ref || !errors.Is(down.Reason, process.Shutdown) {
			t.Errorf("got %+v", down)
		}
		if _, err := genserver.Call(t.Context(), th, read{}); !errors.Is(err, process.NoProc) {
			t.Errorf("after the stop: %v", err)
		}
	})
}
