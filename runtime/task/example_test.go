package task_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
)

// quiet is a context whose node does not log the crashes that the examples show.
func quiet() context.Context {
	return process.WithNode(context.Background(), process.NewNode("example", process.WithLogger(slog.New(slog.DiscardHandler))))
}

// Two things at once.
func Example() {
	ctx := context.Background()
	price := task.Async(ctx, func(ctx context.Context) (int, error) { return 42, nil })
	stock := task.Async(ctx, func(ctx context.Context) (string, error) { return "", errors.New("no such item") })

	fmt.Println(price.Await(ctx))
	fmt.Println(stock.Await(ctx))
	// Output:
	// 42 <nil>
	//  no such item
}

// A panic in a task is the task's crash.
func ExampleTask_Await_crash() {
	ctx := quiet()
	var m map[string]int
	_, err := task.Async(ctx, func(context.Context) (int, error) {
		m["x"]++
		return m["x"], nil
	}).Await(ctx)

	var crash *process.PanicError
	fmt.Println(errors.As(err, &crash))
	fmt.Println(crash)
	// Output:
	// true
	// panic: assignment to entry in nil map
}

// All results, or the first error, which stops the others.
func ExampleAwaitAll() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel() // as errgroup does
	length := func(word string) *task.Task[int] {
		return task.Async(ctx, func(context.Context) (int, error) { return len(word), nil })
	}
	fmt.Println(task.AwaitAll(ctx, length("to"), length("be"), length("or not")))
	// Output: [2 2 6] <nil>
}

// A function for each of many inputs, a few at a time; results come in order.
func ExampleAsyncStream() {
	ctx := context.Background()
	words := slices.Values([]string{"one", "two", "three"})
	upper := func(ctx context.Context, word string) (string, error) {
		if word == "two" {
			return "", errors.New("not this one")
		}
		return strings.ToUpper(word), nil
	}
	for word, err := range task.AsyncStream(ctx, words, upper, task.MaxConcurrency(2), task.WithInput()) {
		fmt.Println(word, err)
	}
	// Output:
	// ONE <nil>
	//  input two: not this one
	// THREE <nil>
}

// Mailer is a server that has mail sent by tasks, and stays free for others.
type Mailer struct {
	tasks dynsupervisor.Ref
	who   map[*task.Task[string]]genserver.Caller[string]
}

type Mail struct {
	genserver.CallTo[*Mailer, string]
	To string
}

func (m *Mailer) Init(c *genserver.Context) genserver.Result {
	m.who = map[*task.Task[string]]genserver.Caller[string]{}
	return c.OK()
}

func (m *Mailer) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case Mail:
		sending, err := task.AsyncNoLink(c, m.tasks, func(context.Context) (string, error) {
			return "sent to " + req.To, nil
		})
		if err != nil {
			return req.Fail(from, err)
		}
		sending.Notify(c.Context)
		m.who[sending] = req.Caller(from)
		return c.NoReply()
	}
	return c.Unhandled(req)
}

func (m *Mailer) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case task.Done[string]:
		caller := m.who[msg.Task]
		delete(m.who, msg.Task)
		if msg.Err != nil { // returned, or a crash, which does not harm the server
			caller.Fail(msg.Err)
		} else {
			caller.Reply(msg.Value)
		}
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// A server hands work on, and gets the result as a message.
func ExampleTask_Notify() {
	ctx := context.Background()
	tasks := task.Supervisor("tasks", dynsupervisor.MaxChildren(100))
	mailer := supervisor.Server("mailer", func() *Mailer { return &Mailer{tasks: tasks.Ref()} })
	root, err := supervisor.Start(ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{tasks, mailer}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, root)
	fmt.Println(genserver.Call(ctx, mailer.Ref(), Mail{To: "Joe"}))
	// Output: sent to Joe <nil>
}

// A step that runs once when the tree starts, and is not run again.
func ExampleChild() {
	ctx := context.Background()
	warm := make(chan string)
	root, err := supervisor.Start(ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{
		task.Child("warm up", func(ctx context.Context) error {
			warm <- "warm"
			return nil
		}),
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, root)
	fmt.Println(<-warm)
	// Output: warm
}
