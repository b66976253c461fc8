package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestExamples holds the findings over the examples against what their author
// wrote down in EXPECTED.md before there were any checks: each row is found,
// nothing else is, and go vet says the same.
func TestExamples(t *testing.T) {
	command := findingsOf(t)
	rows := readExpected(t)
	inModule := func(r row) bool { return strings.Contains(r.why, "scope=module") }
	match(t, command, slices.DeleteFunc(slices.Clone(rows), inModule))
	t.Run("module", func(t *testing.T) {
		match(t, findingsOf(t, "-unsupervised.scope=module"), rows)
	})
	t.Run("vet", func(t *testing.T) {
		if vetted := vetExamples(t); !slices.Equal(command, vetted) {
			t.Errorf("the command finds\n%q\nand go vet\n%q", command, vetted)
		}
	})
}

// example is one finding: the check and where, relative to examples/smells.
type example struct {
	Check, File string
	Line        int
}

func (e example) less(f example) int {
	return strings.Compare(e.String(), f.String())
}

func (e example) String() string { return e.Check + " " + e.File + ":" + strconv.Itoa(e.Line) }

func findingsOf(t *testing.T, flags ...string) []example {
	t.Helper()
	out := otplint(t, root(t), append(flags, "-format", "json", "-fail-on", "none", "./examples/...")...)
	if out.status != 0 {
		t.Fatalf("status %d: %s", out.status, out.stderr)
	}
	var found []example
	for dec := json.NewDecoder(strings.NewReader(out.stdout)); ; {
		var e example
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		e.File = inSmells(t, e.File)
		found = append(found, e)
	}
	slices.SortFunc(found, example.less)
	return found
}

// inSmells makes a file's name relative to examples/smells: no other example
// has findings.
func inSmells(t *testing.T, file string) string {
	rest, ok := strings.CutPrefix(filepath.ToSlash(file), "examples/smells/")
	if !ok {
		t.Errorf("a finding in %s", file)
	}
	return rest
}

// row is a row of EXPECTED.md. The finding stands at a line that contains one
// of the texts.
type row struct {
	check, file, why string
	texts            []string
}

var quoted = regexp.MustCompile("`([^`]+)`")

func readExpected(t *testing.T) []row {
	data, err := os.ReadFile(filepath.Join(root(t), "examples/smells/EXPECTED.md"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	check := ""
	for line := range strings.Lines(string(data)) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			check = strings.TrimSpace(title)
		}
		cells := strings.Split(line, "|")
		if len(cells) < 5 || !quoted.MatchString(cells[2]) || strings.HasPrefix(check, "Near misses") {
			continue
		}
		r := row{check: check, file: strings.TrimSpace(cells[1]), why: cells[len(cells)-2]}
		for _, cell := range cells[2 : len(cells)-2] {
			if m := quoted.FindStringSubmatch(cell); m != nil {
				r.texts = append(r.texts, m[1])
			}
		}
		rows = append(rows, r)
	}
	if len(rows) < 30 {
		t.Fatalf("only %d rows in EXPECTED.md: its form has changed", len(rows))
	}
	return rows
}

// match pairs findings and rows one to one.
func match(t *testing.T, found []example, rows []row) {
	t.Helper()
	rows = slices.Clone(rows)
	for _, e := range found {
		line := sourceLine(t, e)
		i := slices.IndexFunc(rows, func(r row) bool { return r.describes(e, line) })
		if i < 0 {
			t.Errorf("not expected: %v: %s", e, line)
			continue
		}
		rows = slices.Delete(rows, i, i+1)
	}
	for _, r := range rows {
		t.Errorf("not found: %s %s %q", r.check, r.file, r.texts)
	}
}

func (r row) describes(e example, line string) bool {
	return r.check == e.Check && r.file == e.File && slices.ContainsFunc(r.texts, func(text string) bool {
		return strings.Contains(words(line), words(strings.TrimSuffix(text, "...})")))
	})
}

// words folds white space.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }

func sourceLine(t *testing.T, e example) string {
	data, err := os.ReadFile(filepath.Join(root(t), "examples/smells", filepath.FromSlash(e.File)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(data), "\n")[e.Line-1]
}

// vetExamples is what go vet finds with this test binary as its tool.
func vetExamples(t *testing.T) []example {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "vet", "-json", "-vettool="+exe, "./examples/...")
	cmd.Dir = root(t)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	var found []example
	for dec := json.NewDecoder(&stdout); ; {
		var byPackage map[string]map[string][]struct{ Posn string }
		if err := dec.Decode(&byPackage); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for _, byCheck := range byPackage {
			for check, diagnostics := range byCheck {
				for _, d := range diagnostics {
					found = append(found, at(t, check, d.Posn))
				}
			}
		}
	}
	slices.SortFunc(found, example.less)
	return found
}

// at reads a position as go vet prints it: file:line:column.
func at(t *testing.T, check, posn string) example {
	parts := strings.Split(posn, ":")
	rel, err := filepath.Rel(root(t), strings.Join(parts[:len(parts)-2], ":"))
	line, lineErr := strconv.Atoi(parts[len(parts)-2])
	if err := errors.Join(err, lineErr); err != nil {
		t.Fatal(err)
	}
	return example{check, inSmells(t, rel), line}
}
