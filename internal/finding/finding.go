// Package finding holds what the checks report, in a form that needs neither
// syntax nor a file set: positions are resolved, fixes are byte offsets.
package finding

import (
	"cmp"
	"go/token"
	"slices"
)

// Possible is the category of the findings which a check of the error tier
// makes without proof: they are warnings. Its documentation says which.
const Possible = "possible"

// A Finding is one diagnostic of a check.
type Finding struct {
	Check    string
	Category string // the check's own subdivision, "" if it has none
	Package  string // import path
	Pos      token.Position
	End      token.Position // not valid if the check gave none
	Message  string
	Related  []Related
	Fixes    []Fix
	URL      string
	// Fingerprint identifies the finding across edits elsewhere in its file. It
	// is made of the check, the package, the enclosing declaration and the
	// reported code, and holds no line number.
	Fingerprint string

	identity string // what the fingerprint is made of
}

// Related is a step of the evidence.
type Related struct {
	Pos     token.Position
	Message string
}

// A Fix is one way to repair what the finding is about.
type Fix struct {
	Message string
	Edits   []Edit
}

// An Edit replaces the bytes from Start up to End of a file.
type Edit struct {
	File       string
	Start, End int
	New        string
}

// Sort orders findings by position, then check, then message.
func Sort(findings []Finding) {
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Pos.Filename, b.Pos.Filename),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
			cmp.Compare(a.Check, b.Check),
			cmp.Compare(a.Message, b.Message),
		)
	})
}
