// Package leak finds the goroutines that tests leave behind. It is for the ends of test runs; it knows nothing of processes.
package leak

import (
	"runtime"
	"strings"
	"time"
)

// Goroutines returns the stacks of the goroutines, but for the caller's own, that run or were started by code whose import path
// begins with prefix and that do not end within the given time.
func Goroutines(prefix string, wait time.Duration) []string {
	deadline := time.Now().Add(wait)
	for {
		left := of(prefix, stacks())
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

// of keeps the stacks that show the prefix, but for the first, the caller's own.
func of(prefix string, all []string) (left []string) {
	for _, s := range all[1:] {
		if strings.Contains(s, prefix) {
			left = append(left, s)
		}
	}
	return left
}
