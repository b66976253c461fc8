package directive

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `A directive that silences nothing`,
	Text: `A finding that is meant to be is silenced where it stands, with the name of
the check and the reason:

    //otplint:ignore unsupervised it ends with the process

at the end of the line, or on the line above a statement or declaration, which
it then covers as a whole. Without a reason the next reader cannot know whether
it still holds, so a directive that gives none is not honoured, and neither is
one that names no check or one that does not exist. This check reports those.

\'//lint:ignore CHECK REASON\' and \'//nolint:otplint\' are honoured as well and
are not reported by this check: they belong to other tools.`,
	Before:   "//otplint:ignore unsupervised\ngo flush()",
	After:    "//otplint:ignore unsupervised flush returns when the queue is empty\ngo flush()",
	Since:    "v0.1.0",
	Severity: lint.SeverityWarning,
}
