package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/otplint/otplint/analyzers"
	"github.com/otplint/otplint/internal/cli"
	"github.com/otplint/otplint/internal/genmod"
	"github.com/otplint/otplint/internal/testmod"
	"github.com/otplint/otplint/internal/unit"
)

// This test binary is otplint for its own tests: flags of checks are global, so
// every run needs a process.
func TestMain(m *testing.M) {
	if args := os.Args[1:]; unit.Is(args) {
		os.Exit(unit.Main(args, cli.InCone, analyzers.Analyzers()...))
	}
	if os.Getenv("OTPLINT_TEST_MAIN") != "" {
		os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// root is the directory of this module, which holds the runtime.
func root(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

type run struct {
	stdout, stderr string
	status         int
}

func otplint(t testing.TB, dir string, args ...string) run {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), "OTPLINT_TEST_MAIN=1", "PWD="+dir)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return run{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// service is a small module that uses the runtime; lib leaves a goroutine alone.
const service = `
-- go.mod --
module service.example

go 1.26.0

require github.com/otplint/otplint v0.0.0

replace github.com/otplint/otplint => ROOT
-- lib/lib.go --
package lib

import (
	"time"

	"github.com/otplint/otplint/runtime/genserver"
)

type Ref[S any] = genserver.Ref[S]

func Poll() {
	go func() {
		for {
			time.Sleep(time.Second)
		}
	}()
}
-- lib/lib_test.go --
package lib

import "testing"

func TestPoll(t *testing.T) { Poll() }
-- app/main.go --
package main

import "service.example/lib"

func main() {
	lib.Poll()
}
-- quiet/quiet.go --
package quiet

import (
	"time"

	_ "service.example/lib"
)

func Poll() {
	//otplint:ignore unsupervised it is the test's
	go func() {
		for {
			time.Sleep(time.Second)
		}
	}()
}
-- plain/plain.go --
package plain

import "time"

func Poll() {
	go func() {
		for {
			time.Sleep(time.Second)
		}
	}()
}
-- empty/README --
-- broken/broken.go --
package broken

import _ "github.com/otplint/otplint/runtime/genserver"

var x int = "one"
-- syntax/syntax.go --
package syntax

func {
`

func write(t testing.TB) string {
	return testmod.Write(t, strings.ReplaceAll(service, "ROOT", root(t)))
}

func TestLint(t *testing.T) {
	dir := write(t)
	const (
		finding = "lib/lib.go:12:2: goroutine has no owner"
		one     = "otplint: 1 finding (1 warning) in 1 package\n"
	)
	for _, test := range []struct {
		args           string
		status         int
		stdout, stderr string // parts; "" means that nothing is printed
	}{
		{"./lib", cli.Findings, finding, one},
		{"-format json ./lib", cli.Findings, `"line":12`, ""},
		{"./lib ./app ./quiet ./plain", cli.Findings, finding, one},
		{"./app", cli.Clean, "", ""},
		{"./quiet", cli.Clean, "", ""},
		{"./plain", cli.Clean, "", "none of these packages uses a known actor framework, directly or not, so there was nothing to check; -unsupervised.scope=module judges"},
		{"-unsupervised.scope=module ./plain", cli.Findings, "plain/plain.go:6:2: goroutine has no owner", one},
		{"-fail-on none ./lib", cli.Clean, finding, one},
		{"-fail-on error ./lib", cli.Clean, finding, one},
		{"-fail-on advice ./lib", cli.Findings, finding, one},
		{"-checks -unsupervised ./lib", cli.Clean, "", ""},
		{"-checks unsupervised ./lib", cli.Findings, finding, one},
		{"-tests=false ./lib", cli.Findings, finding, one},
		{"-C lib", cli.Findings, "lib.go:12:2: goroutine has no owner", one},
		{"-stats ./lib", cli.Findings, finding, "resolved unresolved"},

		{"./empty", cli.Failed, "", "otplint: no Go files in empty"},
		{"./missing", cli.Failed, "", "otplint: stat missing: directory not found"},
		{"./empty/...", cli.Failed, "", "otplint: no packages match ./empty/..."},
		{"./broken", cli.Failed, "", "otplint: broken/broken.go:5:13: cannot use \"one\""},
		{"./syntax", cli.Failed, "", "otplint: syntax/syntax.go:3:6: expected 'IDENT'"},
		{"./broken ./lib", cli.Failed, finding, "otplint: broken/broken.go:5:13: cannot use"},
		{"-C nowhere", cli.Failed, "", "otplint: -C=nowhere: no such directory"},
		{"-C /", cli.Failed, "", "otplint: no go.mod in this directory or above it"},

		{"checks", cli.Failed, "", `otplint: unknown command "checks": the commands are explain, list, version, help (packages to lint`},
		{"explian", cli.Failed, "", `otplint: unknown command "explian": did you mean "explain"?`},
		{"bottleneck", cli.Failed, "", `otplint: unknown command "bottleneck": did you mean "explain bottleneck"?`},
		{"lib", cli.Failed, "", "otplint: no package has the import path lib: write ./lib for the directory"},
		{"fmt", cli.Clean, "", "none of these packages uses"},
		{"service.example/lib", cli.Findings, finding, one},

		{"-nonsense", cli.Failed, "", "otplint: flag provided but not defined: -nonsense; otplint help lists"},
		{"-format xml", cli.Failed, "", `otplint: unknown format "xml": want one of text, json`},
		{"-fail-on never", cli.Failed, "", "otplint: -fail-on=never: want error, warning, advice or none"},
		{"-checks unsupervized", cli.Failed, "", `otplint: unknown check "unsupervized": did you mean "unsupervised"?`},
		{"-unsupervised.scope=world", cli.Failed, "", "otplint: invalid value"},
		{"./lib -stats", cli.Failed, "", "otplint: flag -stats stands after the packages"},
	} {
		t.Run(test.args, func(t *testing.T) {
			r := otplint(t, dir, strings.Fields(test.args)...)
			if r.status != test.status {
				t.Errorf("exit status %d, want %d", r.status, test.status)
			}
			for _, stream := range []struct{ name, got, want string }{{"stdout", r.stdout, test.stdout}, {"stderr", r.stderr, test.stderr}} {
				if (stream.got == "") != (stream.want == "") || !strings.Contains(stream.got, stream.want) {
					t.Errorf("%s: %q, want %q", stream.name, stream.got, stream.want)
				}
			}
		})
	}
}

func TestText(t *testing.T) {
	r := otplint(t, write(t), "./lib")
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	if !strings.HasSuffix(lines[0], "(unsupervised)") {
		t.Errorf("the check does not end the line: %q", lines[0])
	}
	for _, line := range lines[1:] {
		if !strings.HasPrefix(line, "\tlib/lib.go:") {
			t.Errorf("not related information, and not the only finding: %q", line)
		}
	}
}

func TestJSON(t *testing.T) {
	r := otplint(t, write(t), "-format", "json", "./lib")
	var f struct {
		Check, Tier, Package, File, Message, URL, Fingerprint string
		Line, Column                                          int
	}
	if err := json.Unmarshal([]byte(r.stdout), &f); err != nil {
		t.Fatalf("%v in %s", err, r.stdout)
	}
	if f.Check != "unsupervised" || f.Tier != "warning" || f.Package != "service.example/lib" || f.File != "lib/lib.go" || f.Line != 12 || f.Column != 2 ||
		f.Fingerprint == "" || !strings.HasSuffix(f.URL, "/docs/checks/unsupervised.md") {
		t.Errorf("got %+v", f)
	}
}

func TestSubcommands(t *testing.T) {
	for _, test := range []struct {
		args           string
		status         int
		stdout, stderr string
	}{
		{"help", cli.Clean, "usage: otplint [flags] [packages]", ""},
		{"-h", cli.Clean, "-unsupervised.scope", ""},
		{"-h", cli.Clean, "(default all)", ""},
		{"-h", cli.Clean, "(default warning)", ""},
		{"-h", cli.Clean, "the other checks are silent there (default true)", ""},
		{"version", cli.Clean, "otplint v0.", ""},
		{"list -h", cli.Clean, "usage: otplint list", ""},
		{"explain -h", cli.Clean, "usage: otplint explain CHECK", ""},
		{"list", cli.Clean, "unsupervised     warning", ""},
		{"list all", cli.Failed, "", "list takes no arguments"},
		{"explain unsupervised", cli.Clean, "unsupervised (warning): ", ""},
		{"help directive", cli.Clean, "directive (warning): ", ""},
		{"explain", cli.Failed, "", "explain what? Name a check: "},
		{"explain unsuperwised", cli.Failed, "", `did you mean "unsupervised"?`},
	} {
		r := otplint(t, t.TempDir(), strings.Fields(test.args)...)
		if r.status != test.status || !strings.Contains(r.stdout, test.stdout) || !strings.Contains(r.stderr, test.stderr) || (r.stderr == "") != (test.stderr == "") {
			t.Errorf("%s: %+v", test.args, r)
		}
	}
}

func TestStats(t *testing.T) {
	dir := filepath.Join(root(t), "testdata", "src")
	t.Setenv("GOWORK", "off")
	t.Setenv("GOPROXY", "off")
	const line = "bottleneck: 1 server with more than one instance not judged\n"
	for pattern, want := range map[string]bool{"./bottleneck/near/two": true, "./bottleneck/app": false} {
		if r := otplint(t, dir, "-stats", pattern); strings.Contains(r.stderr, line) != want {
			t.Errorf("%s: %q, want it to have the line: %v", pattern, r.stderr, want)
		}
	}
}

// A service that is still to be moved onto the runtime can be asked about its goroutines.
func TestModuleWithoutFramework(t *testing.T) {
	dir := testmod.Write(t, `
-- go.mod --
module plain.example

go 1.26
-- plain.go --
package plain

import "time"

func Poll() {
	go func() {
		for {
			time.Sleep(time.Second)
		}
	}()
}
`)
	if r := otplint(t, dir, "-unsupervised.scope=module", "./..."); r.status != cli.Findings || !strings.Contains(r.stdout, "plain.go:6:2: goroutine has no owner") {
		t.Errorf("with scope=module: %+v", r)
	}
	if r := otplint(t, dir, "./..."); r.status != cli.Clean || !strings.Contains(r.stderr, "-unsupervised.scope=module") {
		t.Errorf("without: %+v", r)
	}
}

// The command and go vet agree on a generated module, whatever the
// command looks at first, and on what it contains.
func TestGenerated(t *testing.T) {
	dir := testmod.Write(t, "")
	module := genmod.Module{Packages: 11, Runtime: root(t)}
	if err := module.Write(dir); err != nil {
		t.Fatal(err)
	}
	command := otplint(t, dir)
	got := places(command.stdout)
	if command.status != cli.Findings || len(got) != module.Findings() {
		t.Fatalf("%d findings, want %d: %+v", len(got), module.Findings(), command)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	vet := exec.Command("go", "vet", "-vettool="+exe, "./...")
	vet.Dir = dir
	out, _ := vet.CombinedOutput()
	if vetted := places(string(out)); !slices.Equal(got, vetted) {
		t.Errorf("command %q, vet %q", got, vetted)
	}
}

// places returns the positions of findings, sorted, without related ones.
func places(text string) []string {
	var result []string
	for line := range strings.Lines(text) {
		place, message, ok := strings.Cut(line, ": ")
		if ok && !strings.HasPrefix(line, "#") && !strings.HasPrefix(place, "\t") && !strings.HasPrefix(message, "\t") {
			result = append(result, place)
		}
	}
	slices.Sort(result)
	return result
}
