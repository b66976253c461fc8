// Package directive defines a check that finds directives which silence
// nothing: an //otplint:ignore that gives no reason, names no check, or names
// one that does not exist. The directives themselves are read and honoured by
// passes/ignore.
package directive

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/internal/suggest"
	"github.com/otplint/otplint/passes/cone"
	"github.com/otplint/otplint/passes/ignore"
)

// New returns the check. Checks are the names that a directive may use.
func New(checks []string) *analysis.Analyzer {
	known := append(slices.Clone(checks), "directive", ignore.All)
	return ignore.Honour(&analysis.Analyzer{
		Name:     "directive",
		Doc:      Doc.Compile().String(),
		Requires: []*analysis.Analyzer{cone.Analyzer},
		Run: func(pass *analysis.Pass) (any, error) {
			if pass.ResultOf[cone.Analyzer].(cone.Status) == cone.User {
				report(pass, known)
			}
			return nil, nil
		},
	})
}

func report(pass *analysis.Pass, known []string) {
	directives := pass.ResultOf[ignore.Analyzer].(*ignore.Directives)
	for _, m := range directives.Malformed {
		pass.Report(analysis.Diagnostic{Pos: m.Pos, End: m.End, Message: m.Problem})
	}
	for _, n := range directives.Named {
		if slices.Contains(known, n.Check) {
			continue
		}
		message := fmt.Sprintf("there is no check %q, so the directive silences nothing", n.Check)
		if near := suggest.For(n.Check, known); near != "" {
			message += fmt.Sprintf("; did you mean %q?", near)
		} else {
			message += "; the checks are " + strings.Join(known, ", ")
		}
		pass.Report(analysis.Diagnostic{Pos: n.Pos, End: n.End, Message: message})
	}
}
