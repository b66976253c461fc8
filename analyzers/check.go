package analyzers

import (
	"golang.org/x/tools/go/analysis"
	"honnef.co/go/tools/analysis/lint"

	"github.com/otplint/otplint/internal/finding"
)

// A Check is an analyzer with its documentation as data. The zero value is of
// no use; All holds the checks that exist.
type Check struct {
	*analysis.Analyzer
	// Doc is the source of Analyzer.Doc, of "otplint explain" and of the page
	// under docs/checks.
	Doc *lint.RawDocumentation
}

// Tier says how sure a check is that its finding is a mistake.
type Tier int

const (
	Advice  Tier = iota + 1 // the code may well be meant like this
	Warning                 // a defect under load or on failure
	Error                   // a bug: no false alarm is tolerated
)

// String returns the tier as it stands in output and in the -fail-on flag.
func (t Tier) String() string {
	switch t {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return "advice"
	}
}

// Tier is derived from the severity in the check's documentation.
func (c *Check) Tier() Tier {
	switch c.Doc.Severity {
	case lint.SeverityError:
		return Error
	case lint.SeverityWarning, lint.SeverityDeprecated:
		return Warning
	default:
		return Advice
	}
}

// TierOf is the tier of the check's findings of a category: the check's, but
// that of a finding without proof is Warning at most.
func (c *Check) TierOf(category string) Tier {
	if category == finding.Possible {
		return min(c.Tier(), Warning)
	}
	return c.Tier()
}

// docsURL is where the generated pages of docs/checks are published.
const docsURL = "https://github.com/otplint/otplint/blob/main/docs/checks/"

// newCheck joins an analyzer with its documentation, in place, so that every
// driver (the command, vet, gopls, golangci-lint) gets the same.
func newCheck(a *analysis.Analyzer, doc *lint.RawDocumentation) *Check {
	if a.Doc == "" {
		a.Doc = doc.Compile().String()
	}
	if a.URL == "" {
		a.URL = docsURL + a.Name + ".md"
	}
	return &Check{Analyzer: a, Doc: doc}
}

// Lookup returns the check of that name, or nil.
func Lookup(name string) *Check {
	for _, c := range All {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Analyzers returns the analyzers of all checks.
func Analyzers() []*analysis.Analyzer {
	var list []*analysis.Analyzer
	for _, c := range All {
		list = append(list, c.Analyzer)
	}
	return list
}
