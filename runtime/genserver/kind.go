package genserver

import (
	"fmt"
	"reflect"
	"sync"
)

// kind is what there is to know of a type of server.
type kind struct {
	typ reflect.Type
	bad error // why no server of this type can be started
}

var kinds sync.Map // reflect.Type to *kind

func kindOf[S Server]() *kind {
	t := reflect.TypeFor[S]()
	if k, ok := kinds.Load(t); ok {
		return k.(*kind)
	}
	k, _ := kinds.LoadOrStore(t, &kind{typ: t, bad: misfit(t)})
	return k.(*kind)
}

// is reports whether a server of this kind may be sent what is for a want.
func (k *kind) is(want reflect.Type) bool {
	return k.typ == want || want.Kind() == reflect.Interface && k.typ.Implements(want)
}

// misfit finds a method that has a callback's name and not its signature,
// which would otherwise never be called.
func misfit(t reflect.Type) error {
	p := t
	if t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface {
		p = reflect.PointerTo(t) // methods that a value does not have count as well
	}
	// MethodByName stands here with constants: with anything else the linker
	// keeps every exported method of the program.
	_, call := p.MethodByName("HandleCall")
	_, cast := p.MethodByName("HandleCast")
	_, info := p.MethodByName("HandleInfo")
	_, cont := p.MethodByName("HandleContinue")
	_, term := p.MethodByName("Terminate")
	for _, c := range []struct {
		name string
		has  bool
		want reflect.Type
	}{
		{"HandleCall", call, reflect.TypeFor[CallHandler]()},
		{"HandleCast", cast, reflect.TypeFor[CastHandler]()},
		{"HandleInfo", info, reflect.TypeFor[InfoHandler]()},
		{"HandleContinue", cont, reflect.TypeFor[ContinueHandler]()},
		{"Terminate", term, reflect.TypeFor[Terminator]()},
	} {
		if c.has && !t.Implements(c.want) {
			return fmt.Errorf("genserver: %v has a method %s that is not the callback's: it has to be %v on %v",
				t, c.name, c.want.Method(0).Type, t)
		}
	}
	return nil
}
