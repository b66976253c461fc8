// Package good holds goroutines that look alike and have an owner, or end.
package good

import (
	"bufio"
	"context"
	"iter"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

func forever() {
	for {
		time.Sleep(time.Second)
	}
}

// Joined.

func joinedHere() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		forever()
	}()
	wg.Wait()
}

func waitGroupGo() {
	var wg sync.WaitGroup
	wg.Go(forever)
	wg.Wait()
}

type joinedInStop struct{ wg sync.WaitGroup }

func (j *joinedInStop) Start() {
	j.wg.Add(1)
	go j.run()
}

func (j *joinedInStop) run() {
	defer j.finish()
	forever()
}

func (j *joinedInStop) finish() { j.wg.Done() }
func (j *joinedInStop) Stop()   { j.wg.Wait() }

// The group belongs to the caller.
func callersGroup(wg *sync.WaitGroup) {
	wg.Add(1)
	go func() {
		defer wg.Done()
		forever()
	}()
}

// Owner is exported, and so is its group: somebody else may wait.
type Owner struct{ Group sync.WaitGroup }

func (o *Owner) start() {
	go func() {
		defer o.Group.Done()
		forever()
	}()
}

func (o *Owner) Start()               { o.start() }
func CallersGroup(wg *sync.WaitGroup) { callersGroup(wg) }

// Each iteration's goroutine is joined.
func perElement(each iter.Seq[int]) {
	var wg sync.WaitGroup
	for range each {
		wg.Add(1)
		go func() {
			defer wg.Done()
			forever()
		}()
		wg.Go(forever)
	}
	wg.Wait()
}

// A group of one's own.
type pool struct{ wg sync.WaitGroup }

func (p *pool) Go(f func()) {
	p.wg.Add(1)
	go func() {
		defer p.wg.Done()
		f()
	}()
}

func (p *pool) Wait() { p.wg.Wait() }

func ownPool() {
	var p pool
	p.Go(forever)
	p.Wait()
}

type flusher struct {
	done chan struct{}
	quit chan struct{}
}

func newFlusher() *flusher {
	done := make(chan struct{})
	f := &flusher{done: done, quit: make(chan struct{})}
	go func() {
		defer close(done)
		forever()
	}()
	return f
}

func (f *flusher) Close() { <-f.done }

func doneReturned() <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		forever()
	}()
	return done
}

func DoneReturned() <-chan struct{} { return doneReturned() }

func deferredUnknown(onEnd func()) {
	go func() {
		defer onEnd()
		forever()
	}()
}

// Awaited.

func awaitedServer(ctx context.Context, srv *http.Server) error {
	failed := make(chan error, 1)
	go func() { failed <- srv.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return srv.Shutdown(context.Background())
	}
}

func awaitedLocal() error {
	srv := &http.Server{}
	failed := make(chan error, 1)
	go func() {
		err := srv.ListenAndServe()
		failed <- err
	}()
	return <-failed
}

// Told to stop: no owner, and not reported unless -strict.

func cancellable(ctx context.Context) {
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
			}
		}
	}()
}

type quitter struct {
	quit chan struct{}
	jobs chan int
}

func newQuitter() *quitter {
	q := &quitter{quit: make(chan struct{}), jobs: make(chan int)}
	go q.run()
	go q.drain()
	return q
}

func (q *quitter) run() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-q.quit:
			return
		case <-t.C:
		}
	}
}

func (q *quitter) drain() {
	for range q.jobs {
	}
}

func (q *quitter) Stop() {
	close(q.quit)
	close(q.jobs)
}

// A finalizer stops it.
type finalized struct{ quit chan struct{} }

func newFinalized() *finalized {
	f := &finalized{make(chan struct{})}
	go func(quit chan struct{}) {
		for {
			select {
			case <-quit:
				return
			default:
				time.Sleep(time.Second)
			}
		}
	}(f.quit)
	runtime.SetFinalizer(f, func(f *finalized) { close(f.quit) })
	return f
}

func errLoop(ctx context.Context, step func()) {
	go func() {
		for ctx.Err() == nil {
			step()
		}
	}()
}

func flag(stopped *atomic.Bool) {
	go func() {
		for !stopped.Load() {
			time.Sleep(time.Second)
		}
	}()
}

type condition struct {
	mu     sync.Mutex
	cond   *sync.Cond
	closed bool
	queue  []int
}

func (c *condition) start() {
	go func() {
		for {
			c.mu.Lock()
			for len(c.queue) == 0 && !c.closed {
				c.cond.Wait()
			}
			if c.closed {
				c.mu.Unlock()
				return
			}
			c.queue = c.queue[1:]
			c.mu.Unlock()
		}
	}()
}

func stoppedServer() func() error {
	srv := &http.Server{}
	go srv.ListenAndServe()
	return func() error { return srv.Close() }
}

func stoppedByMethodValue(cleanup func(func() error)) {
	srv := &http.Server{}
	go srv.ListenAndServe()
	cleanup(srv.Close)
}

func closedListener() error {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		return err
	}
	defer l.Close()
	go http.Serve(l, nil)
	return nil
}

// Bounded.

func oneShot(c net.Conn, done chan struct{}, ctx context.Context) {
	go c.Close()
	go func() { done <- struct{}{} }()
	go log.Println("bye")
	go func() {
		<-ctx.Done()
		c.Close()
	}()
}

func perConnection(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go echo(c)
	}
}

func echo(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if _, err := c.Write([]byte(line)); err != nil {
			return
		}
	}
}

func acceptLoop(l net.Listener) {
	go perConnection(l)
}

func counted(step func() error) {
	go func() {
		for i := 0; i < 3; i++ {
			if step() == nil {
				return
			}
			time.Sleep(time.Second)
		}
	}()
	go func() {
		for step() != nil {
			time.Sleep(time.Second)
		}
	}()
	go func() {
		for i := range 3 {
			log.Print(i)
		}
		panic("that was all")
	}()
}

// Pipeline stages end when the stage before closes its channel.
func pipeline(n int) []int {
	first, second := make(chan int), make(chan int)
	go func() {
		defer close(first)
		for i := range n {
			first <- i
		}
	}()
	go func() {
		defer close(second)
		for i := range first {
			second <- i * i
		}
	}()
	var all []int
	for i := range second {
		all = append(all, i)
	}
	return all
}

// Stage gets its channel from elsewhere: who closes it cannot be seen.
func Stage(in <-chan int) {
	go func() {
		for i := range in {
			log.Print(i)
		}
	}()
}

func idle() {
	wake := make(chan struct{})
	go func() {
		for {
			select {
			case <-wake:
			case <-time.After(time.Minute):
				return
			}
		}
	}()
	wake <- struct{}{}
}

func goexit() {
	go func() {
		for {
			runtime.Goexit()
		}
	}()
}

func recovered(next func() int) {
	go func() {
		defer func() { _ = recover() }()
		for {
			if next() < 0 {
				panic("negative")
			}
		}
	}()
}

// Signals, singletons, unknown code.

func reload(load func()) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, os.Interrupt)
	go func() {
		for {
			<-hup
			load()
		}
	}()
	go func() {
		for range hup {
			load()
		}
	}()
}

var once sync.Once

func singleton() {
	once.Do(func() { go forever() })
}

var (
	startOnce = sync.OnceFunc(func() { go forever() })
	valueOnce = sync.OnceValue(func() int { go forever(); return 1 })
	pairOnce  = sync.OnceValues(connect)
)

func connect() (int, error) {
	go forever()
	return 1, nil
}

type runner interface{ Run() }

func unknown(r runner, f func()) {
	go r.Run()
	go f()
}

// Supervised.

func supervised() supervisor.Spec {
	return supervisor.Func("forever", func(ctx context.Context) error {
		for {
			time.Sleep(time.Second)
		}
	})
}

type service struct{}

func (service) Serve(ctx context.Context) error {
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
			}
		}
	}()
	<-ctx.Done()
	return ctx.Err()
}

// Its end is told to a process.
func tells(ctx context.Context, owner process.PID) {
	srv := &http.Server{}
	go func() {
		err := srv.ListenAndServe()
		process.Exit(ctx, owner, err)
	}()
}
