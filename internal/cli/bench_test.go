//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/otplint/otplint/internal/genmod"
	"github.com/otplint/otplint/internal/testmod"
)

// BenchmarkDrivers compares the command with go vet on a generated module of
// 100 packages that use the runtime, the build cache warm. The command keeps no
// cache, so each of its runs is cold; for go vet "cold" means a tool that the
// vet cache does not know, "edited" that the package which all others depend on
// has got a new function. CPU time is that of all processes.
//
//	go test -run '^$' -bench Drivers -benchtime 3x ./internal/cli
func BenchmarkDrivers(b *testing.B) {
	dir := testmod.Write(b, "")
	module := genmod.Module{Packages: 100, Runtime: root(b)}
	if err := module.Write(dir); err != nil {
		b.Fatal(err)
	}
	tool := filepath.Join(dir, "otplint")
	must(b, root(b), "go", "build", "-o", tool, "./cmd/otplint")
	must(b, dir, "go", "build", "./...")

	functions := 0
	newTool := func() { appendTo(b, tool, "\n") }
	edit := func() {
		functions++
		appendTo(b, filepath.Join(dir, "p0000", "p0000.go"), fmt.Sprintf("\n// New is new.\nfunc New%d() {}\n", functions))
	}
	vettool := []string{"go", "vet", "-vettool=" + tool, "./..."}
	for _, driver := range []struct {
		name   string
		before func() // each run, not measured
		args   []string
	}{
		{"golist", nil, []string{"go", "list", "-deps", "-test", "-json=ImportPath", "./..."}}, // the floor
		{"otplint", nil, []string{tool, "-fail-on=none"}},
		{"otplint/edited", edit, []string{tool, "-fail-on=none"}},
		{"vettool/cold", newTool, vettool},
		{"vettool/warm", nil, vettool},
		{"vettool/edited", edit, vettool},
		{"govet/warm", nil, []string{"go", "vet", "./..."}},
	} {
		b.Run(driver.name, func(b *testing.B) {
			command(dir, driver.args...).Run() // warm up; vet fails on findings
			measure(b, driver.before, func() *exec.Cmd { return command(dir, driver.args...) })
		})
	}
}

// measure reports CPU time and peak memory of the command, run b.N times.
func measure(b *testing.B, before func(), command func() *exec.Cmd) {
	var cpu time.Duration
	var peak int64
	for b.Loop() {
		if before != nil {
			b.StopTimer()
			before()
			b.StartTimer()
		}
		cmd := command()
		cmd.Run() // vet fails on findings
		cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		peak = max(peak, int64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)) //nolint:unconvert // its type depends on the system
	}
	b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(float64(peak)/1024, "peak-MB") // Linux counts in KB
}

func command(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	return cmd
}

func must(b *testing.B, dir string, args ...string) {
	b.Helper()
	if out, err := command(dir, args...).CombinedOutput(); err != nil {
		b.Fatalf("%v: %v\n%s", args, err, out)
	}
}

func appendTo(b *testing.B, name, text string) {
	b.Helper()
	file, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString(text); err != nil {
		b.Fatal(err)
	}
}
