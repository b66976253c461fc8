package pubsub_test

import (
	"context"
	"fmt"
	"sync"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/supervisor"
)

// OrderPlaced is what the shop tells of.
type OrderPlaced struct{ Item string }

// Orders is a topic: it carries OrderPlaced and nothing else.
const Orders = pubsub.Topic[OrderPlaced]("orders")

// mailer is a server that wants to know of orders.
type mailer struct {
	events *pubsub.PubSub
	sent   *sync.WaitGroup
}

func (m *mailer) Init(c *genserver.Context) genserver.Result {
	if err := pubsub.Subscribe(c, m.events, Orders); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func (m *mailer) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case OrderPlaced:
		fmt.Println("mail about", msg.Item)
		m.sent.Done()
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func Example() {
	ctx := context.Background()
	events := pubsub.New("events")
	var sent sync.WaitGroup
	mail := supervisor.Server("mailer", func() *mailer { return &mailer{events: events.Ref(), sent: &sent} })
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("shop", supervisor.RestForOne, []supervisor.Spec{events, mail}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, sup)

	sent.Add(2)
	for _, item := range []string{"a tent", "a lamp"} {
		if err := pubsub.Broadcast(ctx, events.Ref(), Orders, OrderPlaced{item}); err != nil {
			fmt.Println(err)
			return
		}
	}
	sent.Wait()
	// Output:
	// mail about a tent
	// mail about a lamp
}

// A dispatcher that sends to one of those who could do it, by their metadata.
func ExampleDispatch() {
	ctx := context.Background()
	events := pubsub.New("events")
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{events}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, sup)

	ready := make(chan struct{})
	got := make(chan string)
	for _, language := range []string{"de", "fr"} {
		_, err := process.Spawn(ctx, func(c *process.Context) error {
			err := pubsub.Subscribe(c, events.Ref(), Orders, pubsub.WithMeta(language))
			ready <- struct{}{}
			if err != nil {
				return err
			}
			msg, err := process.ReceiveMatch(c, func(OrderPlaced) bool { return true })
			if err == nil {
				got <- language + ": " + msg.Item
			}
			return err
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		<-ready
	}
	french := func(ctx context.Context, _ process.PID, to []pubsub.Subscriber, m OrderPlaced) {
		for _, s := range to {
			if s.Meta == "fr" {
				_ = process.TrySend(ctx, s.PID, m)
			}
		}
	}
	fmt.Println(pubsub.Dispatch(ctx, events.Ref(), Orders, process.PID{}, OrderPlaced{"une tente"}, french))
	fmt.Println(<-got)
	// Output:
	// <nil>
	// fr: une tente
}
