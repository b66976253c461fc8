package patterns

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// documents are the texts whose code this folder holds.
var documents = []string{"docs/patterns.md", "docs/migrating.md", "skills/go-otp-patterns/SKILL.md"}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// Each block of code is an excerpt of one file here: paragraphs of it, in its order.
func TestBlocks(t *testing.T) {
	sources := goFiles(t)
	for _, doc := range documents {
		blocks := goBlock.FindAllStringSubmatch(read(t, doc), -1)
		if len(blocks) < 5 {
			t.Errorf("%s has %d blocks of code", doc, len(blocks))
		}
		for _, block := range blocks {
			if !slices.ContainsFunc(sources, func(source []string) bool { return excerpt(source, lines(block[1])) }) {
				t.Errorf("%s: in no file of examples/patterns:\n%s", doc, block[1])
			}
		}
	}
}

// goFiles are the lines of all Go files below.
func goFiles(t *testing.T) (sources [][]string) {
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		data, err := os.ReadFile(path)
		sources = append(sources, lines(string(data)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

// lines are the lines of a text without indentation.
func lines(text string) (all []string) {
	for line := range strings.Lines(text) {
		all = append(all, strings.TrimSpace(line))
	}
	return all
}

// excerpt says whether the paragraphs of block stand in source, in this order.
func excerpt(source, block []string) bool {
	for len(block) > 0 {
		end := slices.Index(block, "")
		if end < 0 {
			end = len(block)
		}
		at := index(source, block[:end])
		if at < 0 {
			return false
		}
		source, block = source[at+end:], block[min(end+1, len(block)):]
	}
	return true
}

func index(source, part []string) int {
	for i := 0; i+len(part) <= len(source); i++ {
		if slices.Equal(source[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

func TestExcerpt(t *testing.T) {
	source := lines("a\nb\n\nc\nd\n\ne\n")
	for text, want := range map[string]bool{"a\nb\n": true, "\tb\n\nd\n": true, "a\n\ne\n": true, "b\na\n": false, "c\n\na\n": false, "f\n": false} {
		if got := excerpt(source, lines(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

// prose is a document without its blocks of code.
func prose(t *testing.T, doc string) string {
	return regexp.MustCompile("(?s)```.*?```").ReplaceAllString(read(t, doc), "")
}

// What the documents link to exists.
func TestLinks(t *testing.T) {
	for _, doc := range documents {
		links := link.FindAllStringSubmatch(prose(t, doc), -1)
		if len(links) == 0 {
			t.Errorf("%s has no links", doc)
		}
		for _, l := range links {
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(doc), l[1])); err != nil {
				t.Errorf("%s: %v", doc, err)
			}
		}
	}
}

var heading = regexp.MustCompile(`(?m)^#+ (.*)$`)

// A link within a document leads to one of its headings.
func TestAnchors(t *testing.T) {
	inner := regexp.MustCompile(`\]\(#([^)]*)\)`)
	punctuation := regexp.MustCompile(`[^a-z0-9 -]`)
	for _, doc := range documents {
		text := prose(t, doc)
		var anchors []string
		for _, h := range heading.FindAllStringSubmatch(text, -1) {
			anchor := punctuation.ReplaceAllString(strings.ToLower(h[1]), "")
			anchors = append(anchors, strings.ReplaceAll(anchor, " ", "-"))
		}
		for _, l := range inner.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(anchors, l[1]) {
				t.Errorf("%s has no heading #%s", doc, l[1])
			}
		}
	}
}

var symbol = regexp.MustCompile("`([a-z]+)\\.([A-Z]\\w*)(?:\\.([A-Z]\\w*))?[`({\\[]")

// What the documents name of the runtime exists.
func TestSymbols(t *testing.T) {
	known := map[string][]string{}
	named := 0
	for _, doc := range documents {
		for _, m := range symbol.FindAllStringSubmatch(prose(t, doc), -1) {
			dir := filepath.Join(root, "runtime", m[1])
			if _, err := os.Stat(dir); err != nil {
				continue // a package of the standard library
			}
			if known[dir] == nil {
				known[dir] = exported(t, dir)
			}
			named++
			for _, name := range m[2:] {
				if name != "" && !slices.Contains(known[dir], name) {
					t.Errorf("%s: %s has no %s", doc, m[1], name)
				}
			}
		}
	}
	if named < 30 {
		t.Errorf("only %d names found: the documents' form has changed", named)
	}
}

// exported are the names that a package declares, those of methods and fields too.
func exported(t *testing.T, dir string) (names []string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				names = append(names, n.Name.Name)
				return false
			case *ast.TypeSpec:
				names = append(names, n.Name.Name)
			case *ast.ValueSpec:
				for _, id := range n.Names {
					names = append(names, id.Name)
				}
			case *ast.Field:
				for _, id := range n.Names {
					names = append(names, id.Name)
				}
			}
			return true
		})
	}
	return names
}

// The skill's front matter says what it is called and when to load it, and it is short.
func TestSkill(t *testing.T) {
	skill := read(t, "skills/go-otp-patterns/SKILL.md")
	matter := regexp.MustCompile(`^---\nname: (.*)\ndescription: (.*)\n---\n`).FindStringSubmatch(skill)
	if matter == nil {
		t.Fatal("no front matter with a name and a description")
	}
	if matter[1] != "go-otp-patterns" {
		t.Errorf("name: %s", matter[1])
	}
	if n := len(matter[2]); n < 100 || n > 1024 || !strings.Contains(matter[2], "Use when") {
		t.Errorf("the description has %d characters, and should say when to use the skill: %s", n, matter[2])
	}
	if strings.Contains(matter[2], ": ") || strings.Contains(matter[2], " #") {
		t.Errorf("the description is no plain scalar of YAML: %s", matter[2])
	}
	if n := strings.Count(skill, "\n"); n > 200 {
		t.Errorf("%d lines", n)
	}
}
