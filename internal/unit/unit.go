// Package unit answers the go command when it uses otplint as a vet tool: go
// vet -vettool and go fix -fixtool. The analysis of a package is unitchecker's;
// this package adds a gate before it, so that packages which have nothing to do
// with any framework cost no more than the start of a process, and a version
// that cures a bug of the go command.
package unit

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"
)

// Is reports whether the arguments are the go command's, which wants a vet tool.
func Is(args []string) bool {
	if len(args) == 1 && (args[0] == "-V=full" || args[0] == "-flags") {
		return true
	}
	return len(args) > 0 && strings.HasSuffix(args[len(args)-1], ".cfg")
}

// commandOnly are flags that make no sense for one package at a time.
var commandOnly = []string{"unsupervised.scope=module"}

// Main answers the go command and returns the exit status, unless unitchecker
// exits. InCone says whether an import path is a framework's.
func Main(args []string, inCone func(path string) bool, analyzers ...*analysis.Analyzer) int {
	if args[0] == "-V=full" {
		version, err := Version()
		if err != nil {
			return fail(err)
		}
		fmt.Println(version)
		return 0
	}
	if name := args[len(args)-1]; strings.HasSuffix(name, ".cfg") {
		unit, err := read(name)
		if err != nil {
			return fail(err)
		}
		if unit.outside(inCone) {
			if err := unit.writeNoFacts(); err != nil {
				return fail(err)
			}
			return 0
		}
		for _, arg := range args {
			if arg = strings.TrimLeft(arg, "-"); slices.Contains(commandOnly, arg) {
				return fail(fmt.Errorf("-%s needs the whole module in view, and go vet shows one package at a time: run the otplint command instead", arg))
			}
		}
	}
	nameChecks(analyzers)
	guardAll(analyzers)
	unitchecker.Main(analyzers...)
	return 0
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, "otplint:", err)
	return 1
}

// config is the part of unitchecker.Config that the gate reads.
type config struct {
	ImportPath  string
	ImportMap   map[string]string
	PackageVetx map[string]string
	VetxOutput  string
	FixArchive  string
}

func read(name string) (*config, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return parse(name, data)
}

func parse(name string, data []byte) (*config, error) {
	c := new(config)
	if err := json.Unmarshal(data, c); err != nil {
		return nil, fmt.Errorf("%s is no vet configuration of the go command: %w", name, err)
	}
	return c, nil
}

// outside reports whether the package is outside the cone: neither it nor what
// it imports is a framework's, and nothing it imports is in the cone, since all
// packages of the cone have a fact.
func (c *config) outside(inCone func(path string) bool) bool {
	if c.FixArchive != "" || in(inCone, c.ImportPath) {
		return false
	}
	for _, path := range c.ImportMap {
		if in(inCone, path) || hasFacts(c.PackageVetx[path]) {
			return false
		}
	}
	return true
}

// in drops the name of the test that a package was made for.
func in(inCone func(string) bool, path string) bool {
	path, _, _ = strings.Cut(path, " [")
	return inCone(path)
}

func hasFacts(file string) bool {
	if file == "" {
		return false
	}
	info, err := os.Stat(file)
	return err == nil && info.Size() > 0
}

func (c *config) writeNoFacts() error {
	if c.VetxOutput == "" {
		return nil
	}
	return os.WriteFile(c.VetxOutput, nil, 0o666)
}
