package benchtest

import (
	"runtime"
	"sync"
	"testing"
	"time"
)

// Workload is one thing to measure.
type Workload struct {
	Name string
	Unit string // the primary figure: CPU, Wall or Idle
	// On is the workload on a system, nil if that does not have it.
	On func(System) func(b *testing.B)
}

// Workloads is all of them.
var Workloads = []Workload{
	{"send", CPU, onStart(func(b *testing.B, s System) { send(b, s, 1) })},
	{"send/many-senders", CPU, onStart(func(b *testing.B, s System) { send(b, s, 16) })},
	{"call", CPU, onCall(0, false)},
	{"call/deadline", CPU, onCall(0, true)},
	{"call/4KB-stack", CPU, onCall(4096, false)},
	{"fan-out/1000", CPU, onStart(fanOut)},
	{"ring/1-token", CPU, onRing(1)},
	{"ring/100-tokens", CPU, onRing(100)},
	{"spawn", CPU, func(s System) func(*testing.B) {
		if s.Spawn == nil {
			return nil
		}
		return func(b *testing.B) { spawn(b, s) }
	}},
	{"idle", Idle, func(s System) func(*testing.B) {
		if s.Idle == nil {
			return nil
		}
		return func(b *testing.B) { idle(b, s) }
	}},
	{"restart", Wall, func(s System) func(*testing.B) {
		if s.Restart == nil {
			return nil
		}
		return func(b *testing.B) { restart(b, s) }
	}},
}

// Run runs the named workload on each system that has it, as a benchmark.
func Run(b *testing.B, workload string, systems ...System) {
	for _, w := range Workloads {
		if w.Name != workload {
			continue
		}
		for _, s := range systems {
			if f := w.On(s); f != nil {
				b.Run(s.Name, f)
			}
		}
		return
	}
	b.Fatalf("there is no workload %q", workload)
}

// sink counts messages and says when it has got all.
type sink struct {
	left int
	all  *sync.WaitGroup
}

func (s *sink) Handle(msg any) {
	if By(msg) == 0 {
		return
	}
	if s.left--; s.left == 0 {
		s.all.Done()
	}
}

func onStart(f func(*testing.B, System)) func(System) func(*testing.B) {
	return func(s System) func(*testing.B) {
		if s.Start == nil {
			return nil
		}
		return func(b *testing.B) { f(b, s) }
	}
}

// send is many senders and one consumer, until all is handled.
func send(b *testing.B, s System, senders int) {
	var all sync.WaitGroup
	all.Add(1)
	box := s.Start(&sink{left: b.N, all: &all})
	defer box.Stop()
	m := Measure(b)
	for i := range senders {
		n := (b.N + i) / senders // together b.N
		all.Go(func() {
			for i := range n {
				box.Send(i | 1024) // the runtime boxes small numbers for free
			}
		})
	}
	all.Wait()
	m.Done()
}

func fanOut(b *testing.B, s System) {
	const width = 1000
	var all sync.WaitGroup
	boxes := make([]Box, width)
	for i := range boxes {
		n := (b.N + width - 1 - i) / width // what the loop below sends to it
		if n > 0 {
			all.Add(1)
		}
		boxes[i] = s.Start(&sink{left: n, all: &all})
		defer boxes[i].Stop()
	}
	m := Measure(b)
	for i := range b.N {
		boxes[i%width].Send(i | 1024)
	}
	all.Wait()
	m.Done()
}

func onCall(stack int, deadline bool) func(System) func(*testing.B) {
	return func(s System) func(*testing.B) {
		if s.Call == nil {
			return nil
		}
		return func(b *testing.B) {
			call, stop := s.Call(stack, deadline)
			defer stop()
			call(1)
			want := 1
			m := Measure(b)
			for i := range b.N {
				want += i | 1024
				if got := call(i | 1024); got != want {
					b.Fatalf("sum is %d, want %d", got, want)
				}
			}
			m.Done()
		}
	}
}

func onRing(tokens int) func(System) func(*testing.B) {
	return func(s System) func(*testing.B) {
		if s.Ring == nil {
			return nil
		}
		return func(b *testing.B) {
			const size = 1000
			var all sync.WaitGroup
			ring := s.Ring(size, all.Done)
			defer ring.Stop()
			m := Measure(b)
			all.Add(tokens)
			for i := range tokens {
				ring.Inject(i*size/tokens, (b.N+i)/tokens)
			}
			all.Wait()
			m.Done()
		}
	}
}

// spawn starts consumers in lots and ends each lot while no clock runs.
func spawn(b *testing.B, s System) {
	const lot = 10_000
	stops := make([]func(), 0, lot)
	m := Measure(b)
	for left := b.N; left > 0; left -= lot {
		for range min(left, lot) {
			stops = append(stops, s.Spawn())
		}
		m.Pause()
		for _, stop := range stops {
			stop()
		}
		stops = stops[:0]
		m.Resume()
	}
	m.Done()
}

// idle measures memory: heap and stacks, nothing else.
func idle(b *testing.B, s System) {
	const count = 100_000
	var total int64
	for range b.N {
		before := memory()
		stop := s.Idle(count)
		total += memory() - before
		stop()
	}
	b.ReportMetric(0, Wall)
	b.ReportMetric(float64(total)/float64(b.N)/count, Idle)
}

func memory() int64 {
	var m runtime.MemStats
	for range 3 { // pools give back what they hold at the second collection
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// restart measures from the message that makes a consumer crash to its
// successor's start.
func restart(b *testing.B, s System) {
	started := make(chan time.Time, 1)
	crash, stop := s.Restart(func() { started <- time.Now() })
	defer stop()
	<-started
	var took time.Duration
	m := Measure(b)
	for range b.N {
		at := crash()
		took += (<-started).Sub(at)
	}
	m.Done()
	b.ReportMetric(float64(took.Nanoseconds())/float64(b.N), Wall)
}
