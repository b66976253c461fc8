package ownership

import (
	"go/types"
)

// carries reports whether values of type t carry objects that the flow follows:
// channels, contexts, groups, listeners, servers, and what holds or points at
// them. Structs do not: their fields are followed one by one.
func carries(t types.Type) bool { return carriesIn(t, 0) }

func carriesIn(t types.Type, depth int) bool {
	if depth > 4 {
		return false
	}
	if isContext(t) || isGroup(t) || isServer(t) || isListener(t) || isHandle(t) {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Chan:
		return true
	case *types.Pointer:
		return carriesIn(u.Elem(), depth+1)
	case *types.Slice:
		return carriesIn(u.Elem(), depth+1)
	case *types.Array:
		return carriesIn(u.Elem(), depth+1)
	case *types.Map:
		return carriesIn(u.Elem(), depth+1) || carriesIn(u.Key(), depth+1)
	}
	return false
}

// isContext reports whether t has context.Context's methods.
func isContext(t types.Type) bool {
	if !named(t) {
		return false
	}
	done := method(t, "Done")
	return done != nil && done.Signature().Params().Len() == 0 && done.Signature().Results().Len() == 1 &&
		isSignalChan(done.Signature().Results().At(0).Type()) && method(t, "Err") != nil && method(t, "Deadline") != nil
}

func isSignalChan(t types.Type) bool {
	ch, ok := t.Underlying().(*types.Chan)
	return ok && ch.Dir() == types.RecvOnly
}

// isGroup reports whether t counts goroutines and waits for them, as
// sync.WaitGroup (Done, Wait) and errgroup.Group (Go, Wait) do.
func isGroup(t types.Type) bool {
	if !named(t) || method(t, "Wait") == nil {
		return false
	}
	return startsGoroutine(method(t, "Go")) || niladic(method(t, "Done")) && method(t, "Add") != nil
}

func niladic(m *types.Func) bool {
	return m != nil && m.Signature().Params().Len() == 0 && m.Signature().Results().Len() == 0
}

// startsGoroutine reports whether m is a method that takes one function.
func startsGoroutine(m *types.Func) bool {
	if m == nil || m.Signature().Params().Len() != 1 {
		return false
	}
	_, ok := m.Signature().Params().At(0).Type().Underlying().(*types.Signature)
	return ok
}

func isServer(t types.Type) bool { return isNamed(namedOf(t), "net/http", "Server") }

// isListener reports whether t has net.Listener's methods.
func isListener(t types.Type) bool {
	return named(t) && method(t, "Accept") != nil && method(t, "Close") != nil && method(t, "Addr") != nil
}

// named cheaply excludes what has no methods.
func named(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Named, *types.TypeParam:
		return true
	case *types.Interface:
		return t.NumMethods() > 0
	case *types.Pointer:
		_, ok := types.Unalias(t.Elem()).(*types.Named)
		return ok && !types.IsInterface(t.Elem())
	}
	return false
}

// method returns the exported method of t or *t with that name, or nil.
func method(t types.Type, name string) *types.Func {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	fn, _ := obj.(*types.Func)
	return fn
}

func isNamed(n *types.Named, path, name string) bool {
	return n != nil && n.Obj().Name() == name && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == path
}

// namedOf returns the defined type of t or of what t points at, or nil.
func namedOf(t types.Type) *types.Named {
	n, _ := types.Unalias(deref(t)).(*types.Named)
	return n
}

func deref(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}
