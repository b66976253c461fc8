package genserver_test

import (
	"testing"

	"github.com/otplint/otplint/internal/benchtest"
)

func BenchmarkCast(b *testing.B) {
	benchtest.Run(b, "send", benchtest.GenServer, benchtest.Queue)
}

func BenchmarkCall(b *testing.B) {
	benchtest.Run(b, "call", benchtest.GenServer, benchtest.Channel)
}

func BenchmarkCallDeadline(b *testing.B) {
	benchtest.Run(b, "call/deadline", benchtest.GenServer, benchtest.Channel)
}

func BenchmarkCall4KB(b *testing.B) {
	benchtest.Run(b, "call/4KB-stack", benchtest.GenServer, benchtest.Channel)
}

func BenchmarkStart(b *testing.B) {
	benchtest.Run(b, "spawn", benchtest.GenServer, benchtest.Channel)
}

func BenchmarkIdle(b *testing.B) {
	benchtest.Run(b, "idle", benchtest.GenServer, benchtest.Linked, benchtest.Channel)
}
