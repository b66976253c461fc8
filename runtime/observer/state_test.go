package observer

import (
	"strings"
	"sync"
	"testing"
)

type guarded struct {
	Lock   sync.Mutex
	Secret map[string]int
}

type stateful struct {
	Name    string
	next    *stateful
	any     any
	list    []int
	flags   [2]bool
	price   float64
	call    func()
	guarded guarded
}

func TestDump(t *testing.T) {
	for want, state := range map[string]any{
		"nil": nil,
		`"x"`: "x",
		"observer.stateful{\n\tName: \"a\\n\"\n\tnext: (*observer.stateful)\n\tany: 7\n\tlist: []int{\n\t\t1\n\t}\n\tflags: [2]bool{\n\t\ttrue\n\t\tfalse\n\t}\n\tprice: 1.5\n\tcall: nil\n\tguarded: observer.guarded{not read, since it has a lock}\n}": &stateful{
			Name: "a\n", next: new(stateful), any: 7, list: []int{1}, flags: [2]bool{true}, price: 1.5, call: nil, guarded: guarded{},
		},
	} {
		if got := dump(state, 1000); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestDumpIsShort(t *testing.T) {
	if got := dump((*stateful)(nil), 1000); got != "nil" {
		t.Errorf("a nil pointer: %s", got)
	}
	large := map[int][]string{}
	for i := range 1000 {
		large[i] = []string{strings.Repeat("é", 1000)}
	}
	got := dump(large, 5000)
	if len(got) > 5010 || !strings.HasSuffix(got, " …") || !strings.HasPrefix(got, "map[int][]string{") {
		t.Errorf("%d bytes: %s", len(got), got)
	}
	if got := dump(make([]int, 1000), 5000); !strings.Contains(got, "… and 950 more") {
		t.Errorf("%s", got)
	}
	type loop []any
	endless := loop{nil}
	endless[0] = endless
	if got := dump(endless, 5000); !strings.Contains(got, "{…}") {
		t.Errorf("%s", got)
	}
}
