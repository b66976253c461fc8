// Package benchtest holds the workloads of the runtime's benchmarks and the
// systems that run them: the runtime itself, and the raw-Go floors that it is
// measured against in the same run. The module bench adds the peers.
//
// It is not a general harness: a workload does b.N operations and reports
// what all of them cost, in CPU time as well, since the wall clock of a shared
// machine says little.
package benchtest

import (
	"runtime"
	"testing"
	"time"
)

// Handler is a consumer's code. Every system calls it through this interface,
// with the message as an any, as an actor's code is called.
type Handler interface{ Handle(msg any) }

// Op is the message that all systems send: one word that has to be boxed.
type Op struct{ By int }

// Box is a running consumer.
type Box struct {
	Send func(by int) // boxes a message with by and puts it into the mailbox
	Stop func()       // ends the consumer
}

// System is something that runs workloads. A nil function is a workload that
// it does not have.
type System struct {
	Name string
	// Start starts a consumer that calls h with an Op, or a message like it,
	// of which By tells the number.
	Start func(h Handler) Box
	// Call starts a server that adds what it is sent to a sum, using 4 KB of
	// stack if stack is not 0, and returns a round trip to it, with a deadline or not.
	Call func(stack int, deadline bool) (call func(by int) int, stop func())
	// Ring starts n consumers, each of which sends what it gets to the next,
	// one less. A token ends with zero, at which done is called.
	Ring func(n int, done func()) Ring
	// Spawn starts one consumer and returns how to end it.
	Spawn func() (stop func())
	// Idle starts n consumers, sends one message to each and lets them come
	// to rest.
	Idle func(n int) (stop func())
	// Restart starts a supervised consumer that calls started whenever it
	// begins, and returns how to crash it; that tells when it did.
	Restart func(started func()) (crash func() time.Time, stop func())
}

// Ring is a running ring.
type Ring struct {
	Inject func(at, hops int)
	Stop   func()
}

// By is the number of a message.
func By(msg any) int {
	switch msg := msg.(type) {
	case Op:
		return msg.By
	case cast:
		return msg.By
	}
	return 0
}

// Meter measures CPU time beside what testing.B does.
type Meter struct {
	b   *testing.B
	cpu time.Duration
	at  time.Duration
}

// Measure begins a measurement; what was set up before does not count.
func Measure(b *testing.B) *Meter {
	runtime.GC()
	b.ReportAllocs()
	b.ResetTimer()
	return &Meter{b: b, at: cpuTime()}
}

// Pause stops both clocks.
func (m *Meter) Pause() {
	m.b.StopTimer()
	m.cpu += cpuTime() - m.at
}

// Resume starts them again.
func (m *Meter) Resume() {
	m.at = cpuTime()
	m.b.StartTimer()
}

// Done ends the measurement.
func (m *Meter) Done() {
	m.Pause()
	m.b.ReportMetric(float64(m.cpu.Nanoseconds())/float64(m.b.N), CPU)
}

// The units of what is reported.
const (
	CPU  = "cpu-ns/op"
	Wall = "ns/op"
	Idle = "bytes/process"
)

// UseStack uses 4 KB of stack, or none if size is 0. It returns 0.
func UseStack(size, n int) int {
	if size == 0 {
		return 0
	}
	return fillStack(n)
}

//go:noinline
func fillStack(n int) int {
	var buf [4096]byte
	buf[n&4095] = byte(n)
	return int(buf[(n+1)&4095])
}

// sum is the state of the servers that are called.
type sum struct{ n, stack int }

func (s *sum) add(by int) int {
	s.n += UseStack(s.stack, by) + by
	return s.n
}
