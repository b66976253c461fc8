package genserver

import (
	"maps"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/otplint/otplint/runtime/process"
)

// cell is where a caller waits and its answer is put: one for each call that
// is under way, reused by type of answer, so that a call allocates nothing.
type cell[R any] struct {
	process.Pending
	val R
	err error // what the server failed the call with
}

func newCell[R any]() *cell[R] {
	c := new(cell[R])
	c.Init(c)
	return c
}

// pools has a pool for each type of answer. It is copied on write: there are
// few types, and they are all seen soon.
var pools struct {
	sync.Mutex
	byType atomic.Pointer[map[reflect.Type]*sync.Pool]
}

func poolOf[R any]() *sync.Pool {
	t := reflect.TypeFor[R]()
	if m := pools.byType.Load(); m != nil {
		if p := (*m)[t]; p != nil {
			return p
		}
	}
	return addPool(t, &sync.Pool{New: func() any { return newCell[R]() }})
}

func addPool(t reflect.Type, p *sync.Pool) *sync.Pool {
	pools.Lock()
	defer pools.Unlock()
	m := make(map[reflect.Type]*sync.Pool)
	if old := pools.byType.Load(); old != nil {
		if first := (*old)[t]; first != nil {
			return first
		}
		maps.Copy(m, *old)
	}
	m[t] = p
	pools.byType.Store(&m)
	return p
}
