package unsupervised

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title:    `Long-running work that nobody owns`,
	Text:     `TODO`,
	Since:    "v0.1.0",
	Severity: lint.SeverityWarning,
}
