package testkit

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/internal/leak"
	"github.com/otplint/otplint/runtime/process"
)

// NoLeaks makes the test fail if, some time after its children have stopped, a
// process still runs on its node, or the code of one that was killed has not
// returned. Without it such processes are killed and nothing is said.
func (t *T) NoLeaks() { t.w.strict = t }

// reportProcesses fails the test over the processes that do not end.
func (t *T) reportProcesses() {
	t.Helper()
	if t.eventually(func() bool { return len(alive(t.w.node)) == 0 }) {
		return
	}
	left := alive(t.w.node)
	t.Errorf("testkit: %d processes left behind:\n\t%s", len(left), strings.Join(left, "\n\t"))
}

// reportAbandoned fails the test over code that outlives its process.
func (t *T) reportAbandoned() {
	t.Helper()
	if !t.eventually(func() bool { return t.w.node.Abandoned() == 0 }) {
		t.Errorf("testkit: the code of %d processes that were killed is still running; the log has its stacks", t.w.node.Abandoned())
	}
}

func alive(n *process.Node) (list []string) {
	for pid := range n.Processes() {
		list = append(list, describe(pid))
	}
	slices.Sort(list)
	return list
}

// Main runs a package's tests, from its TestMain, and then fails if they have
// left a process on the default node, or a goroutine of the runtime or of any
// process. It does not return.
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
//
// Goroutines end some time after their processes; Main waits for them up to
// twice Patience. After a failed test it does not look. A goroutine that a
// callback has started with a bare go statement is not known to be a
// process's; a test in virtual time fails over it all the same.
func Main(m *testing.M) { os.Exit(verify(m.Run, os.Stderr, 2*Patience)) }

func verify(tests func() int, w io.Writer, patience time.Duration) int {
	code := tests()
	if code != 0 {
		return code
	}
	if left := alive(process.NodeOf(context.Background())); len(left) > 0 {
		fmt.Fprintf(w, "FAIL: %d processes left behind by the tests on the default node:\n\t%s\n", len(left), strings.Join(left, "\n\t"))
		code = 1
	}
	if left := leak.Goroutines("github.com/otplint/otplint/runtime/", patience); len(left) > 0 {
		fmt.Fprintf(w, "FAIL: %d goroutines left behind by the tests:\n\n%s\n", len(left), strings.Join(left, "\n\n"))
		code = 1
	}
	return code
}
