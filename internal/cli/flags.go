package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/otplint/otplint/analyzers"
	"github.com/otplint/otplint/internal/format"
)

// options are the flags of a lint run.
type options struct {
	checks   []*analyzers.Check
	format   format.Func
	summary  bool // counts are for people
	failOn   analyzers.Tier
	tests    bool
	tags     string
	dir      string
	stats    bool
	patterns []string
}

// never is above every tier.
const never = analyzers.Error + 1

func usage() string {
	b := new(strings.Builder)
	b.WriteString(`otplint finds what goes wrong with processes and supervision in Go.

usage: otplint [flags] [packages]    lint; the default is ./...
       otplint explain CHECK...      documentation of checks
       otplint list                  the checks
       otplint version               version of otplint and of the Go it was built with
       otplint help                  this text
       go vet -vettool=$(which otplint) [packages]

flags:
`)
	fs, _ := flagSet()
	for _, name := range []string{"checks", "format", "fail-on", "tests", "tags", "C", "stats"} {
		f := fs.Lookup(name)
		arg, text := flag.UnquoteUsage(f)
		fmt.Fprintf(b, "  %-19s %s%s\n", strings.TrimSpace("-"+name+" "+arg), text, defaultOf(f))
	}
	b.WriteString("  -CHECK.FLAG=VALUE   set a flag of a check:\n")
	fs.VisitAll(func(f *flag.Flag) {
		if strings.Contains(f.Name, ".") {
			_, text := flag.UnquoteUsage(f)
			fmt.Fprintf(b, "      -%s\n          %s%s\n", f.Name, text, defaultOf(f))
		}
	})
	b.WriteString(`
exit status: 0 clean, 1 findings, 2 could not run (bad flags, patterns that match nothing, packages that do not
load; type errors only where the runtime is used, directly or not: go build tells of all)
`)
	return b.String()
}

// defaultOf is the default of a flag in brackets, unless it is none.
func defaultOf(f *flag.Flag) string {
	if f.DefValue == "" || f.Name == "stats" {
		return ""
	}
	return " (default " + f.DefValue + ")"
}

// rawOptions are flag values before they have been understood.
type rawOptions struct {
	checks, format, failOn, tags, dir string
	tests, stats                      bool
}

func flagSet() (*flag.FlagSet, *rawOptions) {
	fs, raw := flag.NewFlagSet("otplint", flag.ContinueOnError), new(rawOptions)
	fs.SetOutput(io.Discard) // errors are printed by the caller
	fs.StringVar(&raw.checks, "checks", "all", "comma-separated `list` of checks: all, NAME, -NAME (all,-bottleneck, or -bottleneck alone)")
	fs.StringVar(&raw.format, "format", "text", "print findings in this `form`: text, or json (one object a line)")
	fs.StringVar(&raw.failOn, "fail-on", "warning", "exit 1 if there is a finding of this `tier` or above: error, warning, advice, none")
	fs.BoolVar(&raw.tests, "tests", true, "load test files too: directive judges them, the other checks are silent there")
	fs.StringVar(&raw.tags, "tags", "", "comma-separated `list` of build tags")
	fs.StringVar(&raw.dir, "C", "", "run in this `directory`; printed paths are relative to it")
	fs.BoolVar(&raw.stats, "stats", false, "tell on stderr how many sites were resolved")
	for _, c := range analyzers.All {
		c.Flags.VisitAll(func(f *flag.Flag) { fs.Var(f.Value, c.Name+"."+f.Name, f.Usage) })
	}
	return fs, raw
}

// parseFlags understands the arguments of a lint run.
func parseFlags(args []string) (*options, error) {
	fs, raw := flagSet()
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		return nil, fmt.Errorf("%w; otplint help lists the flags", err)
	}
	o := &options{tests: raw.tests, tags: raw.tags, dir: raw.dir, stats: raw.stats, patterns: fs.Args()}
	for _, p := range o.patterns {
		if strings.HasPrefix(p, "-") {
			return nil, fmt.Errorf("flag %s stands after the packages: flags come first", p)
		}
	}
	if len(o.patterns) == 0 {
		o.patterns = []string{"./..."}
	}
	o.summary = raw.format == "text"
	if o.format = format.ByName(raw.format); o.format == nil {
		return nil, fmt.Errorf("unknown format %q: want one of %s", raw.format, format.Names())
	}
	var err error
	if o.failOn, err = parseTier(raw.failOn); err != nil {
		return nil, err
	}
	o.checks, err = selectChecks(raw.checks, analyzers.All)
	return o, err
}

func parseTier(name string) (analyzers.Tier, error) {
	for _, tier := range []analyzers.Tier{analyzers.Advice, analyzers.Warning, analyzers.Error} {
		if name == tier.String() {
			return tier, nil
		}
	}
	if name == "none" {
		return never, nil
	}
	return 0, fmt.Errorf("-fail-on=%s: want error, warning, advice or none", name)
}

// selectChecks reads a list such as "all,-bottleneck". Each element adds to
// those before it or takes away; a list that begins by taking away begins with
// all. The result has the order of all.
func selectChecks(list string, all []*analyzers.Check) ([]*analyzers.Check, error) {
	on := map[string]bool{}
	set := func(value bool) {
		for _, c := range all {
			on[c.Name] = value
		}
	}
	set(strings.HasPrefix(strings.TrimSpace(list), "-"))
	for name := range strings.SplitSeq(list, ",") {
		name, off := strings.CutPrefix(strings.TrimSpace(name), "-")
		switch {
		case name == "all":
			set(!off)
		case slices.ContainsFunc(all, func(c *analyzers.Check) bool { return c.Name == name }):
			on[name] = !off
		case name == "":
			return nil, fmt.Errorf("-checks=%s: want names of checks separated by commas, such as all,-bottleneck", list)
		default:
			return nil, unknownCheck(name)
		}
	}
	var selected []*analyzers.Check
	for _, c := range all {
		if on[c.Name] {
			selected = append(selected, c)
		}
	}
	if len(selected) == 0 {
		return nil, fmt.Errorf("-checks=%s leaves no check to run", list)
	}
	return selected, nil
}
