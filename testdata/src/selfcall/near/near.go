// Package near has calls that look like a process's to itself and are none, or that nobody knows to be.
package near

import (
	"context"
	"net/http"
	"sync"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
)

// Ref refers to a node.
type Ref = genserver.Ref[*Node]

type get struct {
	genserver.CallTo[*Node, int]
}
type poke struct{ genserver.CastTo[*Node] }

// Node has peers, children and a parent of its own type.
type Node struct {
	self, parent, next, changing Ref
	peers                        []*Node
	children                     []Ref
	jobs                         []func()
	n                            int
	sup                          supervisor.Ref
	hooks                        sync.Once
}

// New makes a node below another one.
func New(parent Ref) *Node { return &Node{parent: parent} }

func Get(ctx context.Context, n Ref) (int, error) { return genserver.Call(ctx, n, get{}) }

func (n *Node) Init(c *genserver.Context) genserver.Result {
	n.self = genserver.RefTo[*Node](c.Self())
	n.changing = n.self
	me := n.self
	// a child of the same type: its parent field holds us, and it is not us
	child, err := genserver.StartLink(c.Context, func() *Node { return New(me) })
	if err != nil {
		return c.Stop(err)
	}
	n.children = append(n.children, child)
	Get(c, child)
	// another goroutine waits
	go Get(context.Background(), n.self)
	go func() { Get(context.Background(), me) }()
	// a handler that an HTTP server runs
	http.HandleFunc("/near", func(w http.ResponseWriter, r *http.Request) { Get(r.Context(), me) })
	// kept for later, by whom nobody knows
	n.jobs = append(n.jobs, func() { Get(context.Background(), me) })
	later(func() { Get(context.Background(), me) })
	return c.OK()
}

// later runs its argument elsewhere.
func later(f func()) { go f() }

func (n *Node) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case string: // a task
		me := n.self
		task.Async(c, func(ctx context.Context) (int, error) { return Get(ctx, me) })
	case int: // casts and messages do not wait
		genserver.Cast(c, n.self, poke{})
		process.Send(c, c.Self(), "later")
	case bool: // the parent, a peer, a child: of the same type, not the same
		Get(c, n.parent)
		Get(c, n.next)
		for _, child := range n.children {
			Get(c, child)
		}
	case Ref: // whoever that is
		if msg != n.self {
			Get(c, msg)
		}
		n.changing = msg
	case uint: // assigned something else as well
		Get(c, n.changing)
	case float64: // another one's own reference
		for _, peer := range n.peers {
			Get(c, peer.self)
		}
	case rune: // the own identity is handed over, not called
		register(c, c.Self(), n.next)
	case []int: // after Init the supervisor does not wait
		supervisor.WhichChildren(c, n.sup)
		supervisor.WhichChildren(c, genserver.RefTo[*supervisor.Sup](c.Parent()))
	case []string: // a process that is started for it
		process.Spawn(c, func(p *process.Context) error {
			_, err := Get(p, n.next)
			return err
		})
	case error: // a name that anybody may have
		Get(c, genserver.Named[*Node]("node"))
	}
	return c.NoReply()
}

// register tells next who is there.
func register(ctx context.Context, pid process.PID, next Ref) { Get(ctx, next) }

func (n *Node) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(get); ok {
		return req.Reply(from, n.n) // the handler of what it calls elsewhere
	}
	return c.Unhandled(req)
}

// Pair is two nodes, of which the second has the first as parent.
func Pair() supervisor.Child[supervisor.Ref] {
	var zero Ref
	first := supervisor.Server("first", func() *Node { return New(zero) })
	second := supervisor.Server("second", func() *Node { return New(first.Ref()) })
	return supervisor.Supervisor("pair", supervisor.OneForOne, []supervisor.Spec{first, second})
}

// Worker asks the leader, which is one of them.
type Worker struct{}

type plan struct {
	genserver.CallTo[*Worker, int]
}

func (w *Worker) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (w *Worker) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	genserver.Call(c, genserver.Named[*Worker]("leader"), plan{})
	return c.NoReply()
}

// Workers have a leader.
func Workers() []supervisor.Spec {
	return []supervisor.Spec{
		supervisor.Server("leader", func() *Worker { return &Worker{} }, genserver.WithName("leader")),
		supervisor.Server("worker", func() *Worker { return &Worker{} }),
	}
}

// Manager manages another supervisor than its own.
type Manager struct{ pool supervisor.Ref }

func (m *Manager) Init(c *genserver.Context) genserver.Result {
	supervisor.WhichChildren(c, m.pool)
	return c.OK()
}

// Managed is the tree: the pool is started before its manager.
func Managed() supervisor.Child[supervisor.Ref] {
	pool := supervisor.Supervisor("pool", supervisor.OneForOne, nil)
	manager := supervisor.Server("manager", func() *Manager { return &Manager{pool: pool.Ref()} })
	return supervisor.Supervisor("managed", supervisor.OneForOne, []supervisor.Spec{pool, manager})
}

// Ring embeds the reference of the next one.
type Ring struct{ genserver.Ref[*Ring] }

type pass struct {
	genserver.CallTo[*Ring, int]
}

func (r *Ring) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (r *Ring) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	genserver.Call(c, r.Ref, pass{})
	genserver.Call(c, r, pass{})
	return c.NoReply()
}

// Sum asks one agent in the function that another runs.
func Sum(ctx context.Context, a, b agent.Ref[int]) error {
	return agent.Update(ctx, a, func(n int) int {
		m, _ := agent.Get(ctx, b, func(n int) int { return n })
		return n + m
	})
}

// Later asks it in a goroutine.
func Later(ctx context.Context, a agent.Ref[int]) error {
	return agent.Update(ctx, a, func(n int) int {
		go agent.Update(ctx, a, func(n int) int { return n + 1 })
		return n
	})
}

// speaker has two implementers: who speaks nobody knows.
type speaker interface {
	speak(ctx context.Context, r Ref)
}

type loud struct{}
type quiet struct{}

func (loud) speak(ctx context.Context, r Ref)  { Get(ctx, r) }
func (quiet) speak(ctx context.Context, r Ref) { genserver.Cast(ctx, r, poke{}) }

var speakers = []speaker{loud{}, quiet{}}

func (n *Node) Terminate(c *genserver.Context, reason error) {
	for _, s := range speakers {
		s.speak(c, genserver.RefTo[*Node](c.Self()))
	}
}
