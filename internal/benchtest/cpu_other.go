//go:build !unix

package benchtest

import "time"

// cpuTime is the wall clock where the CPU time cannot be had.
func cpuTime() time.Duration { return time.Since(begun) }

var begun = time.Now()
