// Package conformance declares and runs the tests that say how much of Erlang/OTP's behaviour the runtime keeps.
//
// Each package lists the cases of its area ("GS", "PR", "SUP") in a test named TestConformance, one [Case] per id, so that
//
//	go test ./runtime/... -run 'TestConformance/GS-029'
//
// runs one. docs/conformance.md is the list of all cases with a sentence for each; [Run] fails when the declarations of an area and
// its rows in the document disagree. With CONFORMANCE_UPDATE=1 in the environment it rewrites the document's standings and counts
// instead (add -p 1, since several packages share the document); the sentences stay as they were written.
//
// The package is only for the runtime's own tests; it knows nothing of processes.
package conformance

import (
	"fmt"
	"os"
	"testing"
	"testing/synctest"
)

// Standing says what became of a case in Go.
type Standing uint8

const (
	Passes        Standing = iota + 1 // the test asserts what OTP does
	Changed                           // the test asserts what Go does instead; Why says what and for which reason
	NotApplicable                     // has no meaning in Go; Why says why
	Cluster                           // needs several nodes; belongs to the cluster layer
)

var standings = map[Standing]string{Passes: "passes", Changed: "changed in Go", NotApplicable: "not applicable", Cluster: "cluster"}

// String is how the document spells the standing.
func (s Standing) String() string { return standings[s] }

// Case is one OTP behaviour.
type Case struct {
	ID       string // "GS-029"
	Standing Standing
	Why      string // required unless the case passes: one sentence for the document
	Test     func(t *testing.T)
	RealTime bool // run Test in real time; by default it runs in a synctest bubble, where time is virtual
}

// problem says what is wrong with the declaration itself, or nothing.
func (c Case) problem() string {
	tested := c.Standing == Passes || c.Standing == Changed
	switch {
	case standings[c.Standing] == "":
		return c.ID + ": no standing"
	case tested && c.Test == nil:
		return fmt.Sprintf("%s: %q without a test", c.ID, c.Standing)
	case !tested && c.Test != nil:
		return fmt.Sprintf("%s: %q with a test", c.ID, c.Standing)
	case c.Standing == Passes && c.Why != "":
		return c.ID + ": passes, yet explains itself"
	case c.Standing != Passes && c.Why == "":
		return fmt.Sprintf("%s: %q without a reason", c.ID, c.Standing)
	}
	return ""
}

// Run compares the cases of an area with the document and runs each under its id. Lists are joined, so that a package may keep one
// list per file.
func Run(t *testing.T, area string, lists ...[]Case) {
	var cases []Case
	for _, list := range lists {
		cases = append(cases, list...)
	}
	t.Run("document", func(t *testing.T) { hold(t, area, cases) })
	for _, c := range cases {
		if c.Test == nil {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			if c.RealTime {
				c.Test(t)
				return
			}
			synctest.Test(t, c.Test)
		})
	}
}

// hold holds the document against the cases, or rewrites it.
func hold(t *testing.T, area string, cases []Case) {
	path, err := documentPath()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("CONFORMANCE_UPDATE") != "" {
		text = []byte(update(string(text), area, cases))
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range check(string(text), area, cases) {
		t.Error(p)
	}
}
