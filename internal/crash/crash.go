// Package crash says where a recovered panic came from.
package crash

import (
	"fmt"
	"runtime"
	"strings"
)

// Site names the function and line that panicked. It is to be called by the
// deferred function that recovers, or by what that calls.
func Site() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	panicking := false
	for {
		frame, more := frames.Next()
		if panicking && !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", frame.Function, frame.Line)
		}
		panicking = panicking || frame.Function == "runtime.gopanic"
		if !more {
			return "an unknown place"
		}
	}
}
