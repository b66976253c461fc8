// Package cli is the otplint command: its flags, its subcommands, its exit
// status. It loads, runs and prints by internal/load, runner and format.
package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/otplint/otplint/analyzers"
	"github.com/otplint/otplint/internal/checkdoc"
	"github.com/otplint/otplint/internal/load"
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
	}
	return c.lint(args)
}

// commands are the words that Main knows.
var commands = []string{"explain", "list", "version", "help"}

// mistaken says what a first argument was probably meant to be that is no
// package, but looks like a command or a directory; nil if it is neither.
func mistaken(word, dir string, problems []load.Problem) error {
	isWord := !strings.ContainsAny(word, `./\@`)
	if !isWord || !slices.ContainsFunc(problems, func(p load.Problem) bool { return p.Package == word }) {
		return nil
	}
	if info, err := os.Stat(filepath.Join(dir, word)); err == nil && info.IsDir() {
		return fmt.Errorf("no package has the import path %s: write ./%s for the directory", word, word)
	}
	if near := suggest.For(word, append(checkNames(), commands...)); slices.Contains(commands, near) {
		return fmt.Errorf("unknown command %q: did you mean %q?", word, near)
	} else if near != "" {
		return fmt.Errorf("unknown command %q: did you mean \"explain %s\"?", word, near)
	}
	return fmt.Errorf("unknown command %q: the commands are %s (packages to lint are named like ./...)", word, strings.Join(commands, ", "))
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
	if isHelp(names[0]) {
		fmt.Fprintf(c.stdout, "usage: otplint explain CHECK...\n\nThe checks are %s.\n", strings.Join(checkNames(), ", "))
		return Clean
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

func isHelp(arg string) bool { return slices.Contains([]string{"-h", "-help", "--help"}, arg) }

func (c *command) list(args []string) int {
	if len(args) == 1 && isHelp(args[0]) {
		fmt.Fprintln(c.stdout, "usage: otplint list")
		return Clean
	}
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

// development is the version of what is built from source and not from a
// released module: the release that it leads to.
const development = "v0.1.0-dev"

// version describes the build: a module version or the commit, and the Go
// version, which decides what export data can be read.
func version() string {
	version := development
	info, ok := debug.ReadBuildInfo()
	if ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = info.Main.Version
	}
	return fmt.Sprintf("%s, built with %s for %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
