package agents

import (
	"testing"

	"github.com/otplint/otplint/runtime/testkit"
)

func TestFlags(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		f := testkit.Start(t, Child("flags", map[string]bool{"beta": false}))
		p := NewPlain(map[string]bool{"beta": false})
		for name, want := range map[string]bool{"beta": true, "gamma": false} {
			if known, err := f.Set(t.Context(), name, true); known != want || err != nil {
				t.Errorf("%s: %v, %v", name, known, err)
			}
			if on, err := f.Get(t.Context(), name); on != want || err != nil {
				t.Errorf("%s: %v, %v", name, on, err)
			}
			if known := p.Set(name, true); known != want || p.Get(name) != want {
				t.Errorf("%s: %v, %v", name, known, p.Get(name))
			}
		}
	})
}
