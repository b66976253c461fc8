package conformance

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// patience is how long Main waits for parked goroutines to be given back.
const patience = 10 * time.Second

// Main runs a package's tests from its TestMain and then fails if a goroutine of the runtime is left behind. Processes keep their
// goroutine parked for a while after the last message, so it waits for those; whatever is there still was leaked by a test.
func Main(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if left := leaked(patience); len(left) > 0 {
			fmt.Fprintf(os.Stderr, "FAIL: %d goroutines left behind by the tests:\n\n%s\n", len(left), strings.Join(left, "\n\n"))
			code = 1
		}
	}
	os.Exit(code)
}

// leaked returns the stacks of the goroutines in the module's code that do not end within the given time.
func leaked(wait time.Duration) []string {
	deadline := time.Now().Add(wait)
	for {
		left := ours(stacks())
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func stacks() []string {
	for size := 1 << 20; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size {
			return strings.Split(string(buf[:n]), "\n\n")
		}
	}
}

// ours keeps the stacks that run or were started by code of this module, but for the first, the caller's own.
func ours(all []string) (left []string) {
	for _, s := range all[1:] {
		if strings.Contains(s, "github.com/otplint/otplint/") {
			left = append(left, s)
		}
	}
	return left
}
