// Package near has lists that are in order, or of which nobody knows.
package near

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/childorder/stock"
)

// Ordered is how it should be.
func Ordered(ctx context.Context) error {
	items := stock.Child("items")
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.RestForOne, []supervisor.Spec{
		items, stock.MenuChild("menu", items.Ref()),
	}))
}

type holder struct{ stock stock.Ref }

type get struct{ genserver.CallTo[*holder, int] }

func (h *holder) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (h *holder) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case get:
		n, _ := stock.Level(c, h.stock, "apple")
		return req.Reply(from, n)
	}
	return c.Unhandled(req)
}

// Held references that messages and requests use do not need the sibling at the start.
func Held(ctx context.Context) error {
	items := stock.Child("items")
	h := supervisor.Server("holder", func() *holder { return &holder{items.Ref()} })
	web := httpchild.Child("web", ":0", func() *http.Server {
		mux := http.NewServeMux()
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { stock.Level(r.Context(), items.Ref(), "apple") })
		return &http.Server{Handler: mux}
	})
	loop := supervisor.Func("loop", func(ctx context.Context) error {
		stock.Level(ctx, items.Ref(), "apple")
		<-ctx.Done()
		return nil
	})
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, []supervisor.Spec{h, web, loop, items}))
}

type patient struct {
	stock stock.Ref
	n     int
}

type again struct{}

func (p *patient) Init(c *genserver.Context) genserver.Result {
	n, err := stock.Level(c, p.stock, "apple")
	if err != nil {
		c.SendAfter(time.Second, again{})
		return c.OK()
	}
	p.n = n
	return c.OK()
}

func (p *patient) HandleInfo(c *genserver.Context, msg any) genserver.Result { return c.NoReply() }

type continues struct{ stock stock.Ref }

func (p *continues) Init(c *genserver.Context) genserver.Result {
	if _, err := stock.Level(c, p.stock, "apple"); err != nil {
		return c.OK().Continue(again{})
	}
	return c.OK()
}

func (p *continues) HandleContinue(c *genserver.Context, msg any) genserver.Result {
	return c.NoReply()
}

type asks struct{ stock stock.Ref }

func (p *asks) Init(c *genserver.Context) genserver.Result {
	if _, err := stock.Level(c, p.stock, "apple"); errors.Is(err, process.NoProc) {
		return c.OK()
	}
	return c.OK()
}

type loops struct{ stock stock.Ref }

func (p *loops) Init(c *genserver.Context) genserver.Result {
	for {
		if _, err := stock.Level(c, p.stock, "apple"); err != nil {
			time.Sleep(time.Millisecond)
			continue
		}
		return c.OK()
	}
}

type starts struct{ stock stock.Ref }

func (p *starts) Init(c *genserver.Context) genserver.Result {
	ref := p.stock
	go stock.Level(context.Background(), ref, "apple")
	return c.OK()
}

// Provided for: each does without the sibling, or tries again.
func Provided(ctx context.Context) error {
	items := stock.Child("items")
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Server("patient", func() *patient { return &patient{stock: items.Ref()} }),
		supervisor.Server("continues", func() *continues { return &continues{items.Ref()} }),
		supervisor.Server("asks", func() *asks { return &asks{items.Ref()} }),
		supervisor.Server("loops", func() *loops { return &loops{items.Ref()} }),
		supervisor.Server("starts", func() *starts { return &starts{items.Ref()} }),
		items,
	}))
}

// Another: the one that Init calls is not the later sibling, although that is of its type.
func Another(ctx context.Context, main stock.Ref) error {
	spare := stock.Child("spare")
	first := stock.Child("first")
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, []supervisor.Spec{
		first,
		stock.MenuChild("menu", main),
		supervisor.Server("both", func() *both { return &both{now: first.Ref(), later: spare.Ref()} }),
		spare,
	}))
}

type both struct{ now, later stock.Ref }

func (b *both) Init(c *genserver.Context) genserver.Result {
	stock.Level(c, b.now, "apple")
	return c.OK()
}

// Chosen lists: one of them is in order.
func Chosen(ctx context.Context, fast bool) error {
	items := stock.Child("items")
	menu := stock.MenuChild("menu", items.Ref())
	list := []supervisor.Spec{items, menu}
	if fast {
		list = []supervisor.Spec{menu, items}
	}
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, list))
}

// Open lists may hold anything in between.
func Open(ctx context.Context, more []supervisor.Spec) error {
	items := stock.Child("items")
	list := append(more, stock.MenuChild("menu", items.Ref()))
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, append(list, items)))
}

// Added later, when all run.
func Added(ctx context.Context, sup supervisor.Ref) error {
	items := stock.Child("items")
	rooms := dynsupervisor.New("rooms")
	if _, err := supervisor.StartChild(ctx, sup, stock.MenuChild("menu", items.Ref())); err != nil {
		return err
	}
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, []supervisor.Spec{rooms, items}))
}

type silent struct{ stock stock.Ref }

func (s *silent) Init(c *genserver.Context) genserver.Result   { return c.OK() }
func (s *silent) Terminate(c *genserver.Context, reason error) { stock.Level(c, s.stock, "apple") }

type kept struct{ stock stock.Ref }

func (s *kept) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	return c.OK()
}
func (s *kept) Terminate(c *genserver.Context, reason error) { stock.Level(c, s.stock, "apple") }

// Stopped in the right order, or without a Terminate, as without trapping exits.
func Stopped(ctx context.Context) error {
	items := stock.Child("items")
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Server("silent", func() *silent { return &silent{items.Ref()} }),
		items,
		supervisor.Server("kept", func() *kept { return &kept{items.Ref()} }),
	}))
}
