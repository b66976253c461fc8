package bottleneck_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/bottleneck"
	"github.com/otplint/otplint/internal/checktest"
)

func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), bottleneck.Analyzer, "./bottleneck/...")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, bottleneck.Analyzer, bottleneck.Doc)
}

// TestRelated holds the evidence: each caller with the steps of a call, the reads, what blocks, and a bound.
func TestRelated(t *testing.T) {
	for _, test := range []struct {
		pattern string
		want    []string
	}{
		{"./bottleneck/app", []string{
			"HTTP handler API.Handler:17", "calls API.sum", "calls List", "calls Store with list",
			"HTTP handler API.show", "calls Get", "calls Store with get",
			"HTTP handler first:38", "calls Get", "calls Store with get",
			"get only reads the state", "list only reads the state",
		}},
		{"./bottleneck/slow", []string{
			"HTTP handler api.one", "calls api.hit", "calls Hit", "calls Gate with hit",
			"HTTP handler api.two", "calls api.hit", "calls Hit", "calls Gate with hit",
			"HTTP handler api.three", "calls api.hit", "calls Hit", "calls Gate with hit",
			"HTTP handler api.fetch", "calls Fetch", "calls Gate with fetch",
			"fetch blocks the server", "calls Gate.get", "waits for http.Get",
		}},
		{"./bottleneck/ratesapp", []string{
			"HTTP handler api.price", "calls Get", "calls the agent with a function",
			"HTTP handler api.refund", "calls Get", "calls the agent with a function",
			"HTTP handler api.list", "calls All", "calls the agent with a function",
			"Get only reads the state", "All only reads the state",
		}},
	} {
		found := checktest.Findings(t, bottleneck.Analyzer, checktest.Dir(t), test.pattern)
		if len(found) != 1 {
			t.Errorf("%s: %d findings", test.pattern, len(found))
			continue
		}
		var got []string
		for _, r := range found[0].Related {
			got = append(got, r.Message)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: related\n%s\nwant\n%s", test.pattern, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
	}
}

// TestFlags: what is silent by a threshold is found below it, and the other way round.
func TestFlags(t *testing.T) {
	dir := checktest.Dir(t)
	for _, test := range []struct {
		callers, readers, pattern string
		want                      int
	}{
		{"2", "2", "./bottleneck/under", 1},
		{"3", "1", "./bottleneck/near/resource", 1},
		{"4", "2", "./bottleneck/app", 0},
		{"2", "2", "./bottleneck/near/serial", 0}, // a matter of kind, not of number
	} {
		set(t, "callers", test.callers)
		set(t, "readers", test.readers)
		if got := checktest.Findings(t, bottleneck.Analyzer, dir, test.pattern); len(got) != test.want {
			t.Errorf("-callers=%s -readers=%s %s: %d findings, want %d: %v", test.callers, test.readers, test.pattern, len(got), test.want, got)
		}
	}
}

func set(t *testing.T, name, value string) {
	t.Helper()
	flag := bottleneck.Analyzer.Flags.Lookup(name)
	if err := flag.Value.Set(value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { flag.Value.Set(flag.DefValue) })
}

// TestExamples holds the example programs against what is expected of them.
func TestExamples(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	got := map[string]bool{}
	for _, d := range checktest.Findings(t, bottleneck.Analyzer, "../..", "./examples/...") {
		got[regexp.MustCompile(`the one [\w.]+`).FindString(d.Message)] = true
	}
	for _, want := range []string{"the one stock.Stock", "the one pricing.Prices", "the one orders.Orders"} {
		if !got[want] {
			t.Errorf("no finding about %s", want)
		}
		delete(got, want)
	}
	if len(got) > 0 {
		t.Errorf("unexpected: %v", got)
	}
}

// TestVet holds the findings of go vet, which has only the facts of direct imports, against those of the checker.
func TestVet(t *testing.T) {
	dir := checktest.Dir(t)
	var want []string
	for _, d := range checktest.Findings(t, bottleneck.Analyzer, dir, "./bottleneck/...") {
		want = append(want, d.Message)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\S+\.go:\d+:\d+: (.*wait for each other.*) \(bottleneck\)$`).FindAllStringSubmatch(checktest.Vet(t, "bottleneck", "./bottleneck/..."), -1) {
		got = append(got, m[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if got := slices.Compact(got); len(got) == 0 || !slices.Equal(got, slices.Compact(want)) {
		t.Errorf("go vet finds\n%s\nthe checker\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
