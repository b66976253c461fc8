package genserver

import (
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/otplint/otplint/runtime/process"
)

// cell is where a caller waits and its answer is put: one for each call that
// is under way, reused by type of answer, so that a call allocates nothing.
type cell[R any] struct {
	process.Pending
	val  R
	err  error // what the server failed the call with
	pool *pool
}

func newCell[R any]() *cell[R] {
	c := new(cell[R])
	c.Init(c)
	return c
}

// getCell gets a cell for a call to pid. What lives in a synctest bubble is
// not pooled, since a channel must not leave its bubble.
func getCell[R any](pid process.PID) *cell[R] {
	if process.Bubbled(pid) {
		return newCell[R]()
	}
	return poolOf[R]().Get().(*cell[R])
}

// putCell is for a cell whose answer was read.
func putCell[R any](c *cell[R], pid process.PID) {
	var none R
	c.val, c.err = none, nil
	if !process.Bubbled(pid) {
		c.pool.Put(c)
	}
}

// pool is the cells for one type of answer.
type pool struct {
	answer reflect.Type
	sync.Pool
}

// pools finds the pool of a type. recent, indexed by a few bits of the type's
// address, spares most calls the map.
var (
	pools  sync.Map // reflect.Type to *pool
	recent [256]atomic.Pointer[pool]
)

func poolOf[R any]() *pool {
	t := reflect.TypeFor[R]()
	at := reflect.ValueOf(t).Pointer()
	slot := &recent[(at>>5^at>>13)%uintptr(len(recent))]
	if p := slot.Load(); p != nil && p.answer == t {
		return p
	}
	p, known := pools.Load(t)
	if !known {
		fresh := &pool{answer: t}
		fresh.New = func() any {
			c := newCell[R]()
			c.pool = fresh
			return c
		}
		p, _ = pools.LoadOrStore(t, fresh)
	}
	slot.Store(p.(*pool))
	return p.(*pool)
}
