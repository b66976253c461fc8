// Package analyzers lists otplint's checks. Each check is an ordinary
// go/analysis analyzer in a folder of its own; this package adds its tier and
// documentation, and nothing else. It does not run them: see internal/runner,
// internal/unit, or any go/analysis driver.
package analyzers

import (
	"slices"
	"strings"

	"github.com/otplint/otplint/analyzers/bottleneck"
	"github.com/otplint/otplint/analyzers/callcycle"
	"github.com/otplint/otplint/analyzers/childorder"
	"github.com/otplint/otplint/analyzers/directive"
	"github.com/otplint/otplint/analyzers/dynchild"
	"github.com/otplint/otplint/analyzers/initblock"
	"github.com/otplint/otplint/analyzers/msgshape"
	"github.com/otplint/otplint/analyzers/nodefault"
	"github.com/otplint/otplint/analyzers/noreply"
	"github.com/otplint/otplint/analyzers/oversizedstate"
	"github.com/otplint/otplint/analyzers/restarttype"
	"github.com/otplint/otplint/analyzers/scatteredcalls"
	"github.com/otplint/otplint/analyzers/selfcall"
	"github.com/otplint/otplint/analyzers/startrace"
	"github.com/otplint/otplint/analyzers/trapexit"
	"github.com/otplint/otplint/analyzers/unhandledmsg"
	"github.com/otplint/otplint/analyzers/unsupervised"
)

// All holds every check, sorted by name.
var All = withDirective(
	newCheck(bottleneck.Analyzer, bottleneck.Doc),
	newCheck(callcycle.Analyzer, callcycle.Doc),
	newCheck(childorder.Analyzer, childorder.Doc),
	newCheck(dynchild.Analyzer, dynchild.Doc),
	newCheck(initblock.Analyzer, initblock.Doc),
	newCheck(msgshape.Analyzer, msgshape.Doc),
	newCheck(nodefault.Analyzer, nodefault.Doc),
	newCheck(noreply.Analyzer, noreply.Doc),
	newCheck(oversizedstate.Analyzer, oversizedstate.Doc),
	newCheck(restarttype.Analyzer, restarttype.Doc),
	newCheck(scatteredcalls.Analyzer, scatteredcalls.Doc),
	newCheck(selfcall.Analyzer, selfcall.Doc),
	newCheck(startrace.Analyzer, startrace.Doc),
	newCheck(trapexit.Analyzer, trapexit.Doc),
	newCheck(unhandledmsg.Analyzer, unhandledmsg.Doc),
	newCheck(unsupervised.Analyzer, unsupervised.Doc),
)

// withDirective adds the check of directives, which name the others.
func withDirective(checks ...*Check) []*Check {
	var names []string
	for _, c := range checks {
		names = append(names, c.Name)
	}
	checks = append(checks, newCheck(directive.New(names), directive.Doc))
	slices.SortFunc(checks, func(a, b *Check) int { return strings.Compare(a.Name, b.Name) })
	return checks
}
