package process_test

import (
	"testing"

	"github.com/otplint/otplint/internal/benchtest"
)

func run(b *testing.B, workload string) {
	benchtest.Run(b, workload, benchtest.Process, benchtest.Queue, benchtest.Channel)
}

func BenchmarkSend(b *testing.B)        { run(b, "send") }
func BenchmarkManySenders(b *testing.B) { run(b, "send/many-senders") }
func BenchmarkFanOut(b *testing.B)      { run(b, "fan-out/1000") }
func BenchmarkRing(b *testing.B)        { run(b, "ring/1-token") }
func BenchmarkRing100(b *testing.B)     { run(b, "ring/100-tokens") }
func BenchmarkSpawn(b *testing.B)       { run(b, "spawn") }
