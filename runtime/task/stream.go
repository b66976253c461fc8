package task

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// StreamOption is an option of a stream. One that makes no sense makes the
// stream's first and only element an ErrOption, and nothing runs.
type StreamOption func(*streamOptions)

type streamOptions struct {
	most      int
	unordered bool
	timeout   time.Duration
	kill      bool
	withInput bool
	stop      time.Duration
}

// MaxConcurrency sets how many items may be worked on at a time. The default is
// runtime.GOMAXPROCS(0).
func MaxConcurrency(n int) StreamOption { return func(o *streamOptions) { o.most = n } }

// Ordered says whether the results come in the order of the inputs, as is the
// default, or as they are made. What is ready before its turn is kept, and does
// not keep others from starting: only running tasks count for MaxConcurrency.
func Ordered(on bool) StreamOption { return func(o *streamOptions) { o.unordered = !on } }

// Timeout sets how long one item may take: more than zero, or
// supervisor.Infinity. The default is DefaultTimeout. When an item takes
// longer, the stream ends with ErrTimeout as its last element, unless
// KillOnTimeout says otherwise.
func Timeout(d time.Duration) StreamOption { return func(o *streamOptions) { o.timeout = d } }

// KillOnTimeout makes an item that takes longer than Timeout be killed; its
// element is an *ExitError with ErrTimeout and the stream goes on. A function
// that does not watch its context is abandoned so, and each kill of a busy
// process is logged: a function that may well take too long is better given a
// deadline of its own.
func KillOnTimeout() StreamOption { return func(o *streamOptions) { o.kill = true } }

// WithInput makes every error that belongs to one input an *InputError[I].
// (Elixir: zip_input_on_exit.)
func WithInput() StreamOption { return func(o *streamOptions) { o.withInput = true } }

// StopWithin sets how long the running tasks may take to end when the stream is
// left early, before they are killed: see Task.Shutdown, also for what is
// special in zero and supervisor.Infinity. The default is 5 s. (Elixir: the
// option shutdown.)
func StopWithin(limit time.Duration) StreamOption {
	return func(o *streamOptions) { o.stop = limit }
}

// InputError is an error of a stream with the input that it belongs to.
type InputError[I any] struct {
	Input I
	Err   error
}

func (e *InputError[I]) Error() string { return fmt.Sprintf("input %v: %v", e.Input, e.Err) }

func (e *InputError[I]) Unwrap() error { return e.Err }

// AsyncStream runs f on each input, each in a process of its own, several at a
// time, and iterates over what f returns. It is lazy: nothing runs before the
// range begins; an input is asked for when there is room to work on it, and
// nothing is started while the body of the range runs. All of it happens in
// the goroutine that ranges; only f runs elsewhere.
//
// An error that f returns is an element like others. A crash is one too, as an
// *ExitError; but if ctx belongs to a process, which does not trap exits, the
// crash ends that process with the same reason. If that process ends, the tasks
// do. When ctx ends, so do the tasks' contexts, and nothing more is started:
// its error is the last element, if anything was left to do.
//
// Leaving the range early, in whatever way, asks the running tasks to end and
// waits for them; see StopWithin. After the range no f runs, but one that does
// not watch its context and was abandoned.
// (Elixir: Task.async_stream/3.)
func AsyncStream[I, O any](ctx context.Context, in iter.Seq[I], f func(ctx context.Context, input I) (O, error), opts ...StreamOption) iter.Seq2[O, error] {
	return streamOf(ctx, nil, in, f, true, opts)
}

// AsyncStreamIn is AsyncStream with tasks that run under a supervisor. If one
// cannot be started, that error is the last element. (Elixir:
// Task.Supervisor.async_stream/4.)
func AsyncStreamIn[I, O any](ctx context.Context, sup genserver.To[*dynsupervisor.Sup], in iter.Seq[I], f func(ctx context.Context, input I) (O, error), opts ...StreamOption) iter.Seq2[O, error] {
	return streamOf(ctx, sup, in, f, true, opts)
}

// AsyncStreamNoLink is AsyncStreamIn in which a crash is but an element, and
// never ends the process that ranges. (Elixir:
// Task.Supervisor.async_stream_nolink/4.)
func AsyncStreamNoLink[I, O any](ctx context.Context, sup genserver.To[*dynsupervisor.Sup], in iter.Seq[I], f func(ctx context.Context, input I) (O, error), opts ...StreamOption) iter.Seq2[O, error] {
	return streamOf(ctx, sup, in, f, false, opts)
}

func streamOf[I, O any](ctx context.Context, sup genserver.To[*dynsupervisor.Sup], in iter.Seq[I], f func(context.Context, I) (O, error), linked bool, opts []StreamOption) iter.Seq2[O, error] {
	o := streamOptions{most: runtime.GOMAXPROCS(0), timeout: DefaultTimeout, stop: DefaultTimeout}
	for _, opt := range opts {
		opt(&o)
	}
	problem := o.problem()
	return func(yield func(O, error) bool) {
		if problem != nil {
			var none O
			yield(none, problem)
			return
		}
		s := &stream[I, O]{o: o, ctx: ctx, sup: sup, f: f, linked: linked, woken: make(chan struct{}, 1)}
		s.run(in, yield)
	}
}

func (o *streamOptions) problem() error {
	switch {
	case o.most < 1:
		return fmt.Errorf("%w: MaxConcurrency(%d): at least 1", ErrOption, o.most)
	case o.timeout <= 0 && o.timeout != supervisor.Infinity:
		return fmt.Errorf("%w: Timeout(%v): more than zero, or supervisor.Infinity", ErrOption, o.timeout)
	case o.stop < 0 && o.stop != supervisor.Infinity:
		return fmt.Errorf("%w: StopWithin(%v): zero, more, or supervisor.Infinity", ErrOption, o.stop)
	}
	return nil
}
