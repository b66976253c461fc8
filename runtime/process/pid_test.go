package process_test

import (
	"context"
	"testing"

	"github.com/otplint/otplint/runtime/process"
)

func TestComparePIDs(t *testing.T) {
	var ordered []process.PID
	for _, name := range []string{"b", "a"} { // by age, not by name
		ctx := process.WithNode(context.Background(), process.NewNode(name))
		for range 12 {
			pid, err := process.Spawn(ctx, func(c *process.Context) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			ordered = append(ordered, pid)
		}
	}
	ordered = append([]process.PID{{}}, ordered...)
	for i, a := range ordered {
		for j, b := range ordered {
			want := 0
			switch {
			case i < j:
				want = -1
			case i > j:
				want = 1
			}
			if got := a.Compare(b); got != want {
				t.Errorf("%v.Compare(%v) = %d, want %d", a, b, got, want)
			}
		}
	}
}
