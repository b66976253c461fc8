package conformance

import (
	"strings"
	"testing"
	"time"
)

const document = `
| Area | | Cases | ... |
| XX | Things | 4 | 1 | 1 | 1 | 1 |
| YY | Others | 1 | 1 | 0 | 0 | 0 |

| XX-001 | One thing. | passes | |
| XX-002 | Another. | changed in Go | because |
| XX-003 | A third. | not applicable | no such thing |
| XX-004 | A fourth. | cluster | two nodes |
| YY-001 | Elsewhere. | passes | |
`

func agreed() []Case {
	test := func(*testing.T) {}
	return []Case{
		{ID: "XX-001", Standing: Passes, Test: test},
		{ID: "XX-002", Standing: Changed, Why: "because", Test: test},
		{ID: "XX-003", Standing: NotApplicable, Why: "no such thing"},
		{ID: "XX-004", Standing: Cluster, Why: "two nodes"},
	}
}

func TestCheck(t *testing.T) {
	if problems := check(document, "XX", agreed()); len(problems) > 0 {
		t.Errorf("an area that agrees: %q", problems)
	}
	for _, tt := range []struct {
		name   string
		change func([]Case) []Case
		want   string
	}{
		{"case not declared", func(c []Case) []Case { return c[:3] }, "XX-004: in the document, not declared"},
		{"case not listed", func(c []Case) []Case { return append(c, Case{ID: "XX-005", Standing: Passes, Test: c[0].Test}) }, "XX-005: declared by a test, not"},
		{"declared twice", func(c []Case) []Case { return append(c, c[0]) }, "XX-001: declared twice"},
		{"other standing", func(c []Case) []Case { c[2].Standing = Cluster; return c }, `XX-003: the document says "not applicable", the test "cluster"`},
		{"other reason", func(c []Case) []Case { c[1].Why = "why not"; return c }, `XX-002: the document explains "because"`},
		{"passes without test", func(c []Case) []Case { c[0].Test = nil; return c }, `XX-001: "passes" without a test`},
		{"changed without test", func(c []Case) []Case { c[1].Test = nil; return c }, `XX-002: "changed in Go" without a test`},
		{"no reason", func(c []Case) []Case { c[3].Why = ""; return c }, `XX-004: "cluster" without a reason`},
		{"no standing", func(c []Case) []Case { c[0].Standing = 0; return c }, "XX-001: no standing"},
		{"counts", func(c []Case) []Case { c[2].Standing = Cluster; return c }, "counts: the document says"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if all := strings.Join(check(document, "XX", tt.change(agreed())), "\n"); !strings.Contains(all, tt.want) {
				t.Errorf("problems:\n%s\nwant one with %q", all, tt.want)
			}
		})
	}
	if all := strings.Join(check(document, "ZZ", nil), "\n"); !strings.Contains(all, "counts: no row for ZZ") {
		t.Errorf("an area without counts: %q", all)
	}
}

func TestUpdate(t *testing.T) {
	cases := agreed()
	cases[1] = Case{ID: "XX-002", Standing: Passes, Test: cases[0].Test}
	got := update(document, "XX", cases)
	if problems := check(got, "XX", cases); len(problems) > 0 {
		t.Errorf("after the update: %q\n%s", problems, got)
	}
	for _, want := range []string{"| XX-002 | Another. | passes | |", "| YY-001 | Elsewhere. | passes | |", "| YY | Others | 1 | 1 | 0 | 0 | 0 |"} {
		if !strings.Contains(got, want) {
			t.Errorf("lost %q in\n%s", want, got)
		}
	}
}

func TestLeaked(t *testing.T) {
	stop := make(chan struct{})
	go func() { <-stop }()
	if left := leaked(50 * time.Millisecond); len(left) == 0 {
		t.Error("a blocked goroutine was not found")
	}
	close(stop)
	for _, s := range leaked(patience) {
		if strings.Contains(s, "TestLeaked.func") {
			t.Errorf("still there:\n%s", s)
		}
	}
}
