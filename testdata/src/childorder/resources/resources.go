// Package resources needs what is opened, registered and subscribed to.
package resources

import (
	"context"
	"os"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

type store struct{ db supervisor.Resource[*os.File] }

func (s *store) Init(c *genserver.Context) genserver.Result {
	if _, err := s.db.Get(); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func open(context.Context) (*os.File, error) { return os.Open("db") }

// Got before it is opened.
func Got(ctx context.Context) error {
	db := supervisor.Closer("db", open)
	st := supervisor.Server("store", func() *store { return &store{db.Ref()} })
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.RestForOne, []supervisor.Spec{st, db})) // want `store \(child 1 of 2\) asks db \(Resource.Get\) in Init, .* that fails with process.NoProc`
}

// Opened by what is opened later.
func Opened(ctx context.Context) error {
	db := supervisor.Closer("db", open)
	index := supervisor.Closer("index", func(ctx context.Context) (*os.File, error) { return db.Ref().Get() })
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.RestForOne, []supervisor.Spec{index, db})) // want `index \(child 1 of 2\) asks db \(Resource.Get\) in the function that opens it`
}

type room struct {
	of *registry.Registry[string, int]
}

func (r *room) Init(c *genserver.Context) genserver.Result {
	if err := r.of.Register(c, "lobby", 1); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

// Registered by itself, by its start, and looked for.
func Registered(ctx context.Context) error {
	rooms := registry.New[string, int]("rooms")
	lobby := supervisor.Server("lobby", func() *room { return &room{rooms.Ref()} })
	hall := supervisor.Server("hall", func() *guest { return &guest{} }).Via(rooms.Ref().Entry("hall", 2))
	seeker := supervisor.Server("seeker", func() *seeker { return &seeker{rooms.Ref()} })
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.RestForOne, []supervisor.Spec{
		lobby,  // want `lobby \(child 1 of 4\) registers in rooms in Init`
		hall,   // want `hall \(child 2 of 4\) takes an entry of rooms when it starts, but rooms \(child 4\) is started after it: the start fails`
		seeker, // want `seeker \(child 3 of 4\) asks rooms \(Registry.Lookup\) in Init, .* nothing is found`
		rooms,
	}))
}

type guest struct{ topics *pubsub.PubSub }
type placed struct{}

const orders = pubsub.Topic[placed]("orders")

func (g *guest) Init(c *genserver.Context) genserver.Result {
	if g.topics != nil {
		pubsub.Subscribe(c, g.topics, orders)
	}
	return c.OK()
}

func (g *guest) HandleInfo(c *genserver.Context, msg any) genserver.Result { return c.NoReply() }

type seeker struct {
	of *registry.Registry[string, int]
}

func (s *seeker) Init(c *genserver.Context) genserver.Result {
	s.of.Lookup("hall")
	return c.OK()
}

// Subscribed before there are topics.
func Subscribed(ctx context.Context) error {
	bus := pubsub.New("bus")
	g := supervisor.Server("guest", func() *guest { return &guest{bus.Ref()} })
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.RestForOne, []supervisor.Spec{g, bus})) // want `guest \(child 1 of 2\) subscribes to bus in Init`
}
