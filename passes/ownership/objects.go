package ownership

import "golang.org/x/tools/go/ssa"

// An op is something done to an object that decides who owns a goroutine.
type op uint8

const (
	opClose op = iota // close(ch), l.Close()
	opSend
	opRecv
	opDone // wg.Done()
	opWait // wg.Wait()
	opStop // srv.Shutdown, srv.Close
)

// An event is one op on a class, and where it happens.
type event struct {
	op op
	in ssa.Instruction
}

// An object is a class of values that may be the same channel, WaitGroup,
// context, listener or server.
type object struct {
	open    bool // code that is not seen may hold it
	live    bool // context: something may cancel it
	inert   bool // context: comes from Background or TODO
	ticks   bool // a ticker's channel: never closed
	signals bool // a channel of os.Signal
	made    bool // the package makes it
	kept    bool // process: a field, map or global of the package holds it
	given   bool // process: an exported function returns it
	events  []event
	name    string // how a reader knows it
}

func (o *object) has(op op) bool {
	for _, e := range o.events {
		if e.op == op {
			return true
		}
	}
	return false
}

// ends reports whether a receive from the object, or its closing, can happen:
// whether it works as a stop signal.
func (o *object) ends() bool {
	return o.open || o.live || o.signals || o.has(opClose) || o.has(opSend)
}

// find returns the root of a node.
func (f *flow) find(n any) any {
	for {
		p, ok := f.parent[n]
		if !ok || p == n {
			return n
		}
		if pp, ok := f.parent[p]; ok {
			f.parent[n] = pp
		}
		n = p
	}
}

// object returns the class of a node.
func (f *flow) object(n any) *object {
	root := f.find(n)
	o := f.class[root]
	if o == nil {
		o = &object{}
		f.class[root] = o
	}
	return o
}

// of returns the class of a value.
func (f *flow) of(v ssa.Value) *object { return f.object(f.node(v)) }

func (f *flow) union(a, b any) {
	ra, rb := f.find(a), f.find(b)
	if ra == rb {
		return
	}
	oa, ob := f.class[ra], f.class[rb]
	f.parent[rb] = ra
	delete(f.class, rb)
	switch {
	case ob == nil:
	case oa == nil:
		f.class[ra] = ob
	default:
		oa.open = oa.open || ob.open
		oa.live = oa.live || ob.live
		oa.inert = oa.inert || ob.inert
		oa.ticks = oa.ticks || ob.ticks
		oa.signals = oa.signals || ob.signals
		oa.made = oa.made || ob.made
		oa.kept = oa.kept || ob.kept
		oa.given = oa.given || ob.given
		oa.events = append(oa.events, ob.events...)
		if oa.name == "" {
			oa.name = ob.name
		}
	}
}
