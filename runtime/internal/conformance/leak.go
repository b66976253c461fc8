package conformance

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/internal/leak"
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
	return leak.Goroutines("github.com/otplint/otplint/", wait)
}
