// Package cli is the otplint command: its flags, its subcommands, its exit
// status. It loads, runs and prints by internal/load, runner and format.
package cli

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/otplint/otplint/analyzers"
	"github.com/otplint/otplint/internal/checkdoc"
	"github.com/otplint/otplint/internal/suggest"
)

// Exit statuses of the command.
const (
	Clean    = 0
	Findings = 1 // at or above the tier that -fail-on names
	Failed   = 2 // bad flags, packages that do not load, internal errors
)

// Main runs the command and returns its exit status. Findings go to stdout,
// everything about the run to stderr.
func Main(args []string, stdout, stderr io.Writer) int {
	c := &command{stdout: stdout, stderr: stderr}
	if len(args) == 0 {
		return c.lint(nil)
	}
	switch args[0] {
	case "explain":
		return c.explain(args[1:])
	case "list":
		return c.list(args[1:])
	case "version", "-version", "--version":
		fmt.Fprintf(stdout, "otplint %s\n", version())
		return Clean
	case "help", "-h", "-help", "--help":
		if len(args) > 1 {
			return c.explain(args[1:])
		}
		fmt.Fprint(stdout, usage())
		return Clean
	case "lint":
		return c.lint(args[1:])
	}
	return c.lint(args)
}

type command struct {
	stdout, stderr io.Writer
}

// fail tells why the command could not do its work.
func (c *command) fail(format string, args ...any) int {
	fmt.Fprintf(c.stderr, "otplint: "+format+"\n", args...)
	return Failed
}

func (c *command) explain(names []string) int {
	if len(names) == 0 {
		return c.fail("explain what? Name a check: %s", strings.Join(checkNames(), ", "))
	}
	for i, name := range names {
		check := analyzers.Lookup(name)
		if check == nil {
			return c.fail("%v", unknownCheck(name))
		}
		if i > 0 {
			fmt.Fprintln(c.stdout)
		}
		fmt.Fprint(c.stdout, checkdoc.Text(check))
	}
	return Clean
}

func (c *command) list(args []string) int {
	if len(args) > 0 {
		return c.fail("list takes no arguments")
	}
	for _, check := range analyzers.All {
		fmt.Fprintf(c.stdout, "%-16s %-8v %s\n", check.Name, check.Tier(), check.Doc.Compile().Title)
	}
	return Clean
}

func checkNames() []string {
	var names []string
	for _, check := range analyzers.All {
		names = append(names, check.Name)
	}
	return names
}

func unknownCheck(name string) error {
	if near := suggest.For(name, checkNames()); near != "" {
		return fmt.Errorf("unknown check %q: did you mean %q?", name, near)
	}
	return fmt.Errorf("unknown check %q: the checks are %s", name, strings.Join(checkNames(), ", "))
}

// version describes the build: a module version or the commit, and the Go
// version, which decides what export data can be read.
func version() string {
	version := "(devel)"
	info, ok := debug.ReadBuildInfo()
	if ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	return fmt.Sprintf("%s, built with %s for %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
