package pubsub

import (
	"context"
	"reflect"

	"github.com/otplint/otplint/runtime/process"
)

// Adapter takes what is broadcast to other nodes. There, [PubSub.Deliver]
// gives it to the subscribers.
type Adapter interface {
	// Broadcast sends a message to all other nodes, in the order of its calls
	// by one goroutine. It must not wait for them.
	Broadcast(ctx context.Context, m Remote) error
}

// WithAdapter connects a PubSub to those of other nodes.
func WithAdapter(a Adapter) Option { return func(o *options) { o.adapter = a } }

// Remote is a message on its way between nodes.
type Remote struct {
	Topic   string
	Type    reflect.Type // of the topic's messages; Message's own, unless that is an interface
	Message any
}

// Deliver gives a message of another node to this one's subscribers. It is for
// adapters, and fails as [LocalBroadcast] does.
func (ps *PubSub) Deliver(ctx context.Context, m Remote) error {
	return ps.deliver(ctx, topic{m.Topic, m.Type}, m.Message, process.PID{})
}
