package process_test

import (
	"context"
	"testing"

	"github.com/otplint/otplint/runtime/process"
)

// ParsePID finds a process that lives or fails; nothing makes it panic.
func FuzzParsePID(f *testing.F) {
	node := process.NewNode("n.1")
	ctx := process.WithNode(context.Background(), node)
	stop := make(chan struct{})
	f.Cleanup(func() { close(stop) })
	pid, err := process.Spawn(ctx, func(*process.Context) error { <-stop; return nil })
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{pid.String(), "<n.1.2>", "<n.1>", "<>", "", "<n.1.-1>", "<n.1.18446744073709551616>", "<other.1>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := node.ParsePID(text)
		if err != nil {
			return
		}
		if got != pid {
			t.Errorf("%q gives %v, which nobody started", text, got)
		}
	})
}
