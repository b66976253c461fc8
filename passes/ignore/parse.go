package ignore

import "strings"

// All is the name that stands for every check.
const All = "all"

// Parsed is what one comment says.
type Parsed struct {
	Found   bool     // it is a directive, well formed or not
	Own     bool     // it is otplint's own form
	File    bool     // it is meant for the whole file
	Checks  []string // the checks named, or All
	Problem string   // why it cannot be honoured; empty if it can
}

const usage = "write //otplint:ignore CHECK REASON"

// Parse reads a comment, including its leading slashes. Any text is allowed.
func Parse(text string) Parsed {
	if rest, ok := directiveArgs(text, "//otplint:ignore"); ok {
		return parseOwn(rest)
	}
	if rest, ok := directiveArgs(text, "//lint:ignore"); ok {
		return parseLint(rest, false)
	}
	if rest, ok := directiveArgs(text, "//lint:file-ignore"); ok {
		return parseLint(rest, true)
	}
	if rest, ok := strings.CutPrefix(text, "//nolint"); ok {
		return parseNolint(rest)
	}
	if body, ok := strings.CutPrefix(text, "//"); ok {
		if _, ok := directiveArgs(strings.TrimLeft(body, " \t"), "otplint:ignore"); ok {
			return Parsed{Found: true, Own: true, Problem: "a directive has no space after //: " + usage}
		}
	}
	return Parsed{}
}

// directiveArgs cuts the name off the text if a space or nothing follows it.
func directiveArgs(text, name string) (args string, ok bool) {
	rest, ok := strings.CutPrefix(text, name)
	if !ok || rest != "" && !strings.ContainsAny(rest[:1], " \t") {
		return "", false
	}
	return strings.TrimSpace(rest), true
}

func parseOwn(args string) Parsed {
	p := Parsed{Found: true, Own: true}
	list, reason := cutField(args)
	p.Checks = splitChecks(list)
	switch {
	case len(p.Checks) == 0:
		p.Problem = "the directive names no check: " + usage
	case reason == "":
		p.Problem = "the directive gives no reason, so it is not honoured: " + usage
	}
	return p
}

// parseLint reads staticcheck's form. One that has no reason is staticcheck's
// to report, as it may not be meant for us.
func parseLint(args string, file bool) Parsed {
	list, reason := cutField(args)
	if reason == "" {
		return Parsed{}
	}
	return Parsed{Found: true, File: file, Checks: splitChecks(list)}
}

// parseNolint reads golangci-lint's form, which names the linter, "otplint",
// and needs no reason.
func parseNolint(rest string) Parsed {
	rest, _, _ = strings.Cut(rest, "//")
	rest = strings.TrimSpace(rest)
	if rest == "" {
		return Parsed{Found: true, Checks: []string{All}}
	}
	list, ok := strings.CutPrefix(rest, ":")
	if !ok {
		return Parsed{}
	}
	checks := splitChecks(list)
	for i, name := range checks {
		if name == "otplint" {
			checks[i] = All
		}
	}
	return Parsed{Found: true, Checks: checks}
}

// cutField splits off the first field.
func cutField(s string) (field, rest string) {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i], strings.TrimSpace(s[i:])
	}
	return s, ""
}

func splitChecks(list string) []string {
	var checks []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			checks = append(checks, name)
		}
	}
	return checks
}
