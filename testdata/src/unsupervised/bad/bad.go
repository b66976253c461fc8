// Package bad holds goroutines that run for ever and that nobody owns.
package bad

import (
	"context"
	"iter"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

var _ process.PID

type poller struct {
	every time.Duration
	seen  int
}

func newPoller() *poller {
	p := &poller{every: time.Second}
	go p.loop() // want `goroutine has no owner: the loop at bad.go:\d+ never ends, nothing joins, awaits or stops it, and a panic in it ends the program; make it a supervised child \(supervisor.Func\)`
	return p
}

func (p *poller) loop() {
	for {
		p.seen++
		time.Sleep(p.every)
	}
}

func twoCallsDown() {
	go func() { // want `the loop at bad.go:\d+ never ends`
		prepare()
		serveForever()
	}()
}

func prepare()      {}
func serveForever() { again() }
func again() {
	for {
		prepare()
	}
}

func methodValue(p *poller) {
	run := p.loop
	go run() // want `never ends`
}

func tickerIsNeverClosed(flush func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	go func() { // want `never ends \(a ticker's channel is never closed\)`
		for range t.C {
			flush()
		}
	}()
}

func tick(flush func()) {
	go func() { // want `never ends \(a ticker's channel is never closed\)`
		for range time.Tick(time.Second) {
			flush()
		}
	}()
}

func perElement(each iter.Seq[*poller]) {
	for p := range each {
		go func() { // want `never ends`
			for {
				p.seen++
			}
		}()
		go p.loop() // want `never ends`
	}
}

// The stop channel exists, and nobody ever closes it.
type worker struct {
	jobs chan int
	quit chan struct{}
}

func newWorker() *worker {
	w := &worker{jobs: make(chan int), quit: make(chan struct{})}
	go w.run() // want `never ends \(nothing closes worker.quit\)`
	return w
}

func (w *worker) add(n int) { w.jobs <- n }

func (w *worker) run() {
	for {
		select {
		case <-w.jobs:
		case <-w.quit:
			return
		}
	}
}

type drain struct{ in chan int }

func newDrain() *drain {
	d := &drain{in: make(chan int)}
	go func() { // want `never ends \(nothing closes drain.in\)`
		for n := range d.in {
			log.Println(n)
		}
	}()
	return d
}

func background(step func()) {
	go watch(context.Background(), step) // want `never ends \(its context is never cancelled \(context.Background\)\)`
}

func watch(ctx context.Context, step func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
			step()
		}
	}
}

func errAfterBackground(step func()) {
	ctx := context.WithValue(context.TODO(), key{}, 1)
	go func() { // want `its context is never cancelled`
		for ctx.Err() == nil {
			step()
		}
	}()
}

type key struct{}

// A WaitGroup that nobody waits for joins nothing; bad_test.go waits, which
// does not help production code.
type group struct{ wg sync.WaitGroup }

func (g *group) start() {
	g.wg.Add(1)
	go func() { // want `never ends`
		defer g.wg.Done()
		for {
			time.Sleep(time.Second)
		}
	}()
	g.wg.Go(forever) // want `never ends`
}

func forever() {
	for {
		time.Sleep(time.Second)
	}
}

// Done before the work says nothing about its end.
func doneTooEarly() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { // want `never ends`
		wg.Done()
		for {
			time.Sleep(time.Second)
		}
	}()
	wg.Wait()
}

// Sending items is not telling that the work has ended.
func generator() <-chan int {
	out := make(chan int)
	go func() { // want `never ends`
		for i := 0; ; i++ {
			out <- i
		}
	}()
	return out
}

// A recovered panic restarts the loop, unseen; nothing stops it.
func restartByHand(step func()) {
	go func() { // want `never ends`
		for {
			func() {
				defer func() { _ = recover() }()
				step()
			}()
		}
	}()
}

// A loop that ends the program on failure still never stops otherwise.
func fatal(step func() error) {
	go func() { // want `never ends`
		for {
			if err := step(); err != nil {
				log.Fatal(err)
			}
		}
	}()
}

func empty() {
	go func() { // want `the empty select at bad.go:\d+ blocks for ever`
		select {}
	}()
}

func server() {
	go http.ListenAndServe(":0", nil) // want `the server at bad.go:\d+ runs until the program ends \(http.ListenAndServe cannot be shut down\)`
}

func serverVariable() {
	srv := &http.Server{Addr: ":0"}
	go func() { // want `nothing calls its Shutdown or Close`
		if err := srv.ListenAndServe(); err != nil {
			log.Print(err)
		}
	}()
}

func listener() error {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		return err
	}
	go func() { // want `nothing closes its listener`
		log.Print(http.Serve(l, nil))
	}()
	return nil
}

func accept(l net.Listener) {
	go func() { // want `never ends`
		for {
			c, err := l.Accept()
			if err != nil {
				continue
			}
			c.Close()
		}
	}()
}

func later() {
	time.AfterFunc(time.Second, forever) // want `never ends`
}

// safely wraps go; its callers are judged, not it.
func safely(f func()) {
	go func() {
		defer func() { _ = recover() }()
		f()
	}()
}

func twice(f func()) { safely(f) }

func wrapped() {
	safely(forever) // want `never ends`
	twice(func() {  // want `never ends`
		for {
			time.Sleep(time.Second)
		}
	})
}

func generic[T any](in chan T, use func(T)) {
	go pump(in, use) // want `never ends`
}

func pump[T any](in chan T, use func(T)) {
	for {
		use(<-in)
	}
}

type queue[T any] struct{ in chan T }

func (q *queue[T]) start() {
	go q.run() // want `never ends`
}

func (q *queue[T]) run() {
	for {
		<-q.in
	}
}

func useGeneric() {
	generic(make(chan int), func(int) {})
	(&queue[string]{}).start()
}

func init() {
	go forever() // want `never ends`
}

var _ = func() int {
	go forever() // want `never ends`
	return 0
}()

// Once for each call, or for each value, is not once for the program.
func startsOnce() func() {
	return sync.OnceFunc(func() { go forever() }) // want `never ends`
}

var latest func()

func renew() {
	latest = sync.OnceFunc(func() { go forever() }) // want `never ends`
}

var each = every(func() { go forever() }) // want `never ends`

func every(f func()) func() { return func() { f() } }
