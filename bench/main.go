// Command bench runs the runtime's benchmarks beside the raw-Go floors and
// the peers, in turn, and prints a table of medians for docs/benchmarks.md. It
// is a module of its own, so that the peers are nobody's dependency.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/otplint/otplint/internal/benchtest"
)

// systems is the columns of a comparison; the first is compared with the rest.
var systems = []benchtest.System{
	benchtest.GenServer, benchtest.Process, benchtest.Linked, benchtest.Supervised,
	benchtest.Queue, benchtest.Channel, proto, sutured,
}

func main() {
	testing.Init()
	rounds := flag.Int("rounds", 9, "how often each system runs each workload")
	each := flag.Duration("time", 200*time.Millisecond, "how long a run takes, about")
	only := flag.String("run", "", "run the workloads that match this regular expression")
	flag.Parse()
	match, err := regexp.Compile(*only)
	if err == nil {
		err = flag.Set("test.benchtime", each.String())
	}
	if err != nil || *rounds < 1 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "bench:", err, "(see -h)")
		os.Exit(2)
	}
	fmt.Printf("%s, %s/%s, %d cores, medians of %d interleaved rounds\n", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.GOMAXPROCS(0), *rounds)
	show("genserver is", core(), match, *rounds)
	show("the first is", parts, match, *rounds)
}

// workload is one thing to measure.
type workload struct {
	name       string
	unit       string // the primary figure
	contenders []contender
}

// contender is one way to do it; the first is compared with the rest.
type contender struct {
	name string
	run  func(b *testing.B)
}

// core is benchtest's workloads on all systems.
func core() (list []workload) {
	for _, w := range benchtest.Workloads {
		row := workload{name: w.Name, unit: w.Unit}
		for _, s := range systems {
			if f := w.On(s); f != nil {
				row.contenders = append(row.contenders, contender{s.Name, f})
			}
		}
		list = append(list, row)
	}
	return list
}

// show prints a table of the workloads that match.
func show(ratio string, list []workload, match *regexp.Regexp, rounds int) {
	header := false
	for _, w := range list {
		if !match.MatchString(w.name) {
			continue
		}
		if !header {
			fmt.Printf("\n| workload | system | CPU ns | wall ns | bytes | allocs | %s |\n|---|---|--:|--:|--:|--:|--:|\n", ratio)
			header = true
		}
		compare(w, rounds)
	}
}

// sample is what one run gave.
type sample struct{ cpu, wall, bytes, allocs, primary float64 }

// compare runs a workload's contenders in turn and prints a row for each.
func compare(w workload, rounds int) {
	samples := make([][]sample, len(w.contenders))
	for range rounds {
		for i, c := range w.contenders {
			samples[i] = append(samples[i], measure(w.unit, c.run))
		}
	}
	for i, c := range w.contenders {
		of := func(f func(sample) float64) float64 { return median(samples[i], f) }
		fmt.Printf("| %s | %s | %s | %s | %s | %s | %s |\n", w.name, c.name,
			number(of(func(s sample) float64 { return s.cpu })),
			number(of(func(s sample) float64 { return s.wall })),
			number(of(func(s sample) float64 { return s.bytes })),
			number(of(func(s sample) float64 { return s.allocs })),
			ratio(samples[0], samples[i], i))
	}
}

func measure(unit string, f func(*testing.B)) sample {
	r := testing.Benchmark(f)
	s := sample{
		cpu:    r.Extra[benchtest.CPU],
		wall:   float64(r.T.Nanoseconds()) / float64(max(r.N, 1)),
		allocs: float64(r.AllocsPerOp()),
		bytes:  float64(r.AllocedBytesPerOp()),
	}
	if wall, own := r.Extra[benchtest.Wall]; own {
		s.wall = wall
	}
	switch unit {
	case benchtest.CPU:
		s.primary = s.cpu
	case benchtest.Wall:
		s.primary = s.wall
	case benchtest.Idle:
		s.bytes, s.allocs = r.Extra[benchtest.Idle], 0 // of 100,000 starts
		s.primary = s.bytes
	}
	return s
}

func median(samples []sample, f func(sample) float64) float64 {
	all := make([]float64, len(samples))
	for i, s := range samples {
		all[i] = f(s)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// ratio is the median of the ratios within each round: what disturbed the
// machine disturbed both.
func ratio(first, other []sample, i int) string {
	if i == 0 || len(first) != len(other) {
		return ""
	}
	all := make([]float64, len(first))
	for r := range first {
		all[r] = first[r].primary / other[r].primary
	}
	slices.Sort(all)
	return fmt.Sprintf("%.2fx", all[len(all)/2])
}

func number(v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", v)
}
