// Package checkdoc makes text of the checks' documentation: for a terminal
// (otplint explain) and as the pages under docs/checks. The one source is the
// documentation beside each check.
package checkdoc

import (
	"flag"
	"fmt"
	"strings"

	"github.com/otplint/otplint/analyzers"
)

//go:generate go test -run TestPages -update .

// Text is what otplint explain prints.
func Text(c *analyzers.Check) string {
	doc := c.Doc.Compile()
	b := new(strings.Builder)
	fmt.Fprintf(b, "%s (%v): %s\n\n%s\n\n", c.Name, c.Tier(), doc.Title, doc.Text)
	if doc.Before != "" {
		fmt.Fprintf(b, "Before:\n\n%s\nAfter:\n\n%s\n", indent(doc.Before), indent(doc.After))
	}
	if flags := flagsOf(c); len(flags) > 0 {
		b.WriteString("Flags:\n\n")
		for _, f := range flags {
			fmt.Fprintf(b, "    -%s.%s%s\n        %s\n", c.Name, f.Name, defaultOf(f), f.Usage)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(b, "%s\n", c.URL)
	return b.String()
}

// Markdown is the check's page under docs/checks.
func Markdown(c *analyzers.Check) string {
	doc := c.Doc.Compile()
	b := new(strings.Builder)
	fmt.Fprintf(b, "<!-- Generated from the check's documentation; see internal/checkdoc. -->\n\n")
	fmt.Fprintf(b, "# %s\n\n**%s.** Tier: %v. Since: %s.\n\n%s\n\n", c.Name, strings.TrimSuffix(doc.TitleMarkdown, "."), c.Tier(), doc.Since, doc.TextMarkdown)
	if doc.Before != "" {
		fmt.Fprintf(b, "Before:\n\n```go\n%s\n```\n\nAfter:\n\n```go\n%s\n```\n\n", doc.Before, doc.After)
	}
	if flags := flagsOf(c); len(flags) > 0 {
		b.WriteString("| flag | meaning |\n|---|---|\n")
		for _, f := range flags {
			fmt.Fprintf(b, "| `-%s.%s%s` | %s |\n", c.Name, f.Name, defaultOf(f), f.Usage)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(b, "To silence one finding, with a reason: `//otplint:ignore %s REASON` on its line or the line above. To turn the check off: `-checks -%s` (with go vet: `-%s=false`).\n", c.Name, c.Name, c.Name)
	return b.String()
}

func flagsOf(c *analyzers.Check) []*flag.Flag {
	var flags []*flag.Flag
	c.Flags.VisitAll(func(f *flag.Flag) { flags = append(flags, f) })
	return flags
}

func defaultOf(f *flag.Flag) string {
	if f.DefValue == "" {
		return ""
	}
	return "=" + f.DefValue
}

func indent(code string) string {
	b := new(strings.Builder)
	for line := range strings.Lines(code + "\n") {
		if strings.TrimSpace(line) != "" {
			b.WriteString("    ")
		}
		b.WriteString(line)
	}
	return b.String()
}
