package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/analyzers"
	"github.com/otplint/otplint/analyzers/unsupervised"
	"github.com/otplint/otplint/internal/finding"
	"github.com/otplint/otplint/internal/format"
	"github.com/otplint/otplint/internal/load"
	"github.com/otplint/otplint/internal/runner"
	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/cone"
	"github.com/otplint/otplint/passes/roles"
)

// InCone says whether an import path is a known framework's.
func InCone(path string) bool { return roles.FrameworkOf(path) != nil }

// lint loads the packages, runs the checks and prints what they find.
func (c *command) lint(args []string) int {
	o, err := parseFlags(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(c.stdout, usage())
		return Clean
	}
	if err != nil {
		return c.fail("%v", err)
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return c.fail("%v", err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return c.fail("-C=%s: no such directory", o.dir)
	}
	graph, err := c.load(o, dir)
	if err != nil {
		return c.fail("%v", err)
	}
	if err := mistaken(o.patterns[0], dir, graph.Problems); err != nil {
		return c.fail("%v", err)
	}
	result, stats := c.run(o, graph)
	if err := o.format(c.stdout, result.Findings, format.Options{Dir: dir, Tier: tierOf}); err != nil {
		return c.fail("cannot write the findings: %v", err)
	}
	if stats != nil {
		stats.print(c.stderr)
	}
	status := c.status(o, dir, graph, result)
	if o.summary && len(result.Findings) > 0 {
		fmt.Fprintf(c.stderr, "otplint: %s\n", summary(result.Findings))
	}
	return status
}

func (c *command) load(o *options, dir string) (*load.Graph, error) {
	if unsupervised.WholeModule() {
		cone.WholeModule()
	}
	return load.Load(context.Background(), load.Config{
		Dir:         dir,
		Tests:       o.tests,
		Tags:        o.tags,
		Patterns:    o.patterns,
		InCone:      InCone,
		WholeModule: unsupervised.WholeModule(),
		Warn:        func(line string) { fmt.Fprintln(c.stderr, line) },
	})
}

func (c *command) run(o *options, graph *load.Graph) (runner.Result, *stats) {
	cfg := runner.Config{}
	for _, check := range o.checks {
		cfg.Analyzers = append(cfg.Analyzers, check.Analyzer)
	}
	var s *stats
	if o.stats {
		s = &stats{several: map[actors.TypeID]bool{}}
		cfg.Observe = map[*analysis.Analyzer]func(*load.Package, any){s.analyzer(): s.add}
	}
	return runner.Run(graph, cfg), s
}

// status says what was wrong and returns the exit status.
func (c *command) status(o *options, dir string, graph *load.Graph, result runner.Result) int {
	problems := append(graph.Problems, result.Problems...)
	for _, p := range problems {
		fmt.Fprintf(c.stderr, "otplint: %s\n", p.Relative(dir))
	}
	switch {
	case len(problems) > 0:
		return Failed
	case fails(result.Findings, o.failOn):
		return Findings
	case !reported(graph):
		fmt.Fprintln(c.stderr, "otplint: none of these packages uses a known actor framework, directly or not, so there was nothing to check; -unsupervised.scope=module judges the goroutines of all packages of the module")
	}
	return Clean
}

func fails(findings []finding.Finding, failOn analyzers.Tier) bool {
	for _, f := range findings {
		if findingTier(f) >= failOn {
			return true
		}
	}
	return false
}

// reported tells whether any check looked at anything.
func reported(graph *load.Graph) bool {
	for _, p := range graph.Packages {
		if p.Report {
			return true
		}
	}
	return false
}

func tierOf(f finding.Finding) string { return findingTier(f).String() }

func findingTier(f finding.Finding) analyzers.Tier {
	return analyzers.Lookup(f.Check).TierOf(f.Category)
}

// summary counts findings by tier, worst first, and the packages they are in.
func summary(findings []finding.Finding) string {
	tiers := map[analyzers.Tier]int{}
	packages := map[string]bool{}
	for _, f := range findings {
		tiers[findingTier(f)]++
		packages[f.Package] = true
	}
	var parts []string
	for tier := analyzers.Error; tier >= analyzers.Advice; tier-- {
		switch n := tiers[tier]; {
		case n == 0:
		case tier == analyzers.Advice:
			parts = append(parts, fmt.Sprintf("%d %v", n, tier))
		default:
			parts = append(parts, count(n, tier.String()))
		}
	}
	return fmt.Sprintf("%s (%s) in %s", count(len(findings), "finding"), strings.Join(parts, ", "), count(len(packages), "package"))
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
