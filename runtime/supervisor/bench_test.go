package supervisor_test

import (
	"testing"

	"github.com/otplint/otplint/internal/benchtest"
)

// BenchmarkRestart is the time from a crash to the new incarnation's Init.
func BenchmarkRestart(b *testing.B) {
	benchtest.Run(b, "restart", benchtest.GenServer, benchtest.Channel)
}

func BenchmarkIdle(b *testing.B) {
	benchtest.Run(b, "idle", benchtest.Supervised)
}
