package checkdoc_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/otplint/otplint/analyzers"
	"github.com/otplint/otplint/internal/checkdoc"
)

var update = flag.Bool("update", false, "write the pages instead of comparing them")

const dir = "../../docs/checks"

func TestPages(t *testing.T) {
	pages := map[string]bool{}
	for _, c := range analyzers.All {
		name := filepath.Join(dir, c.Name+".md")
		pages[name] = true
		want := checkdoc.Markdown(c)
		if *update {
			if err := os.WriteFile(name, []byte(want), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(name)
		if err != nil || string(got) != want {
			t.Errorf("%s is stale (%v): run go generate ./internal/checkdoc", name, err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if !pages[name] {
			t.Errorf("%s documents no check", name)
		}
	}
}

// Documentation is complete: it is all that a user gets to see of a check.
func TestDocumentation(t *testing.T) {
	for _, c := range analyzers.All {
		doc := c.Doc.Compile()
		for what, text := range map[string]string{
			"title": doc.Title, "text": doc.Text, "before": doc.Before, "after": doc.After, "since": doc.Since,
		} {
			if strings.TrimSpace(text) == "" || text == "TODO" {
				t.Errorf("%s has no %s", c.Name, what)
			}
		}
		text := checkdoc.Text(c)
		for _, want := range []string{c.Name, c.Tier().String(), doc.Title, doc.Text, "Before:", "After:", c.URL} {
			if !strings.Contains(text, want) {
				t.Errorf("otplint explain %s lacks %q", c.Name, want)
			}
		}
	}
}

// The README names every check.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range analyzers.All {
		if link := "[`" + c.Name + "`](docs/checks/" + c.Name + ".md)"; !strings.Contains(string(readme), link) {
			t.Errorf("README has no %s", link)
		}
	}
}
