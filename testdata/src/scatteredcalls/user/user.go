// Package user talks to stock's server past its client API.
package user

import (
	"context"
	"encoding/gob"
	"reflect"
	"time"

	"otplint.test/scatteredcalls/proto"
	"otplint.test/scatteredcalls/stock"
	"otplint.test/scatteredcalls/wrap"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

type api struct{ stock stock.Ref }

// Raw sites.

func (a *api) call(ctx context.Context) {
	genserver.Call(ctx, a.stock, stock.Get{SKU: "x"})             // want `^raw genserver.Call of stock.Get outside package stock: use its client function stock.Level$`
	genserver.Call(ctx, a.stock, stock.Count{})                   // want `use its client function stock.Client.Count$`
	genserver.Call(ctx, a.stock, stock.List{})                    // want `^raw genserver.Call of stock.List outside package stock, whose client API has no function for it \(it has one for 3 of 5 exported messages\): add one, and unexport List$`
	genserver.Cast(ctx, a.stock, stock.Drop{})                    // want `raw genserver.Cast of stock.Drop outside package stock, whose client API has no function`
	_ = genserver.TryCast(ctx, a.stock, stock.Drop{})             // want `raw genserver.TryCast of stock.Drop`
	process.Send(ctx, a.stock.Dest(), stock.Refresh{})            // want `^raw process.Send of stock.Refresh outside package stock, whose client API has no function for it: add one, so that only stock knows what Stock is sent$`
	process.Send(ctx, a.stock.Dest(), "now")                      // want `raw process.Send of string outside package stock`
	genserver.Cast(ctx, a.stock, stock.NewDrop())                 // want `raw genserver.Cast of stock.Drop`
	wrap.Retry(ctx, a.stock, stock.List{})                        // want `raw genserver.Call of stock.List`
	genserver.Call(ctx, stock.Client{Ref: a.stock}, stock.List{}) // want `raw genserver.Call of stock.List`
}

func variable(ctx context.Context, s stock.Ref) {
	msg := stock.Get{SKU: "y"}
	msg.SKU += "z"
	genserver.Call(ctx, s, msg) // want `raw genserver.Call of stock.Get`
}

func pointer(ctx context.Context, s stock.Ref) {
	genserver.Call(ctx, s, &stock.Get{}) // want `raw genserver.Call of stock.Get`
}

func literal(s stock.Ref) func(context.Context) {
	return func(ctx context.Context) {
		genserver.Cast(ctx, s, stock.Drop{}) // want `raw genserver.Cast of stock.Drop`
	}
}

func loop(ctx context.Context, s stock.Ref) {
	for range 3 {
		go genserver.Cast(ctx, s, stock.Drop{}) // want `raw genserver.Cast of stock.Drop`
	}
	defer genserver.Cast(ctx, s, stock.Drop{}) // want `raw genserver.Cast of stock.Drop`
}

func own(ctx context.Context, s stock.Ref) {
	ask(ctx, s, stock.Count{}) // want `raw genserver.Call of stock.Count outside package stock: use its client function stock.Client.Count`
}

func ask[R any](ctx context.Context, s stock.Ref, m genserver.Request[*stock.Stock, R]) {
	genserver.Call(ctx, s, m) // counts where the message is given
}

func ticker(c *process.Context, s stock.Ref) {
	c.SendAfterTo(s.Dest(), time.Second, stock.Refresh{}) // want `raw Context.SendAfterTo of stock.Refresh`
}

var late = genserver.Named[*stock.Stock]("stock")

func named(ctx context.Context) {
	genserver.Call(ctx, late, stock.Get{}) // want `raw genserver.Call of stock.Get`
}

// Messages that are built.

func handed(ctx context.Context, s stock.Ref) {
	var list []stock.Add
	for _, sku := range []string{"a", "b"} {
		list = append(list, stock.Add{SKU: sku}) // want `^stock.Add is built outside package stock and handed to stock.Deliver, which asks for messages instead of data: let it build the message, and unexport Add$`
	}
	stock.Deliver(ctx, s, list)
	stock.Deliver(ctx, s, []stock.Add{{SKU: "c"}, // want `stock.Add is built`
		{SKU: "d"}}) // want `stock.Add is built`
	stock.Do(ctx, s, stock.Get{}) // want `stock.Get is built outside package stock and handed to stock.Do`
}

func made() stock.Get {
	return stock.Get{} // want `^stock.Get is built outside package stock: use its client function stock.Level$`
}

var global = stock.List{} // want `^stock.List is built outside package stock, whose client API has no function for it`

func twice(ctx context.Context, s stock.Ref) {
	genserver.Cast(ctx, s, stock.Add{})    // want `raw genserver.Cast of stock.Add`
	stock.Deliver(ctx, s, []stock.Add{{}}) // want `stock.Add is built`
}

// Near misses.

type owner struct{ watcher process.PID }

func (o *owner) fine(ctx context.Context, c *process.Context, s stock.Ref, pid process.PID) {
	stock.Level(ctx, s, "x")
	stock.Client{Ref: s}.Count(ctx)
	genserver.Stop(ctx, s, process.Normal)
	genserver.Inspect(ctx, s, func(*stock.Stock) int { return 1 })
	c.Monitor(s.Dest())
	c.Link(s.Dest())
	process.Exit(ctx, pid, process.Kill)
	genserver.Invoke(ctx, s.Dest(), 1)          // untyped
	process.Send(ctx, pid, stock.Refresh{})     // to a PID: who asked for it
	process.Send(ctx, o.watcher, stock.Moved{}) // an event
	process.Send(ctx, c.Parent(), "done")
	c.SendAfter(time.Second, stock.Refresh{}) // to oneself
	process.Send(ctx, s.Dest(), proto.Changed{})
	genserver.Call(ctx, s, stock.Private()) // a message nobody else knows
	stock.Do(ctx, s, stock.Private())
	gob.Register(stock.Get{})
	_ = reflect.TypeOf(stock.Drop{})
	var _ []stock.Add
	var _ stock.Get
	_ = stock.Moved{SKU: "x"}
	_ = stock.Refresh{}
}

func view(ctx context.Context, r genserver.Ref[proto.Counter]) {
	genserver.Call(ctx, r, proto.Next{})
	_ = proto.Next{}
}

func received(ctx context.Context, s stock.Ref, m genserver.Request[*stock.Stock, int], list []stock.Add) {
	genserver.Call(ctx, s, m)
	stock.Deliver(ctx, s, list)
}

func switched(m any) bool {
	switch m.(type) {
	case stock.Get:
		return true
	}
	return false
}

func ignored(ctx context.Context, s stock.Ref) {
	//otplint:ignore scatteredcalls the load generator speaks the protocol
	genserver.Cast(ctx, s, stock.Drop{})
}
