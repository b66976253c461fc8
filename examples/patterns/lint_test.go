package patterns

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/otplint/otplint/internal/cli"
)

func TestMain(m *testing.M) {
	if os.Getenv("PATTERNS_OTPLINT") != "" { // the linter is run as this program, in a process of its own
		os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// otplint runs the linter in this folder, and returns what it prints.
func otplint(t *testing.T, args ...string) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd := exec.Command(exe, append([]string{"-fail-on", "none"}, args...)...)
	cmd.Env = append(os.Environ(), "PATTERNS_OTPLINT=1")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("otplint %q: %v\n%s", args, err, &stderr)
	}
	return string(out)
}

// The patterns are as the linter wants them, also if it judges all that is there.
func TestNoFindings(t *testing.T) {
	if out := otplint(t, "-unsupervised.scope=module", "-unsupervised.strict", "./..."); out != "" {
		t.Error(out)
	}
}

type found struct {
	Check, File string
	Line        int
}

// What the documents warn of is found by the check that they name: the folder's.
func TestNotLikeThis(t *testing.T) {
	dirs, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	shown := shownLines(t)
	for _, dir := range dirs {
		check := filepath.Base(dir)
		if check == "before" {
			continue
		}
		t.Run(check, func(t *testing.T) {
			findings := decode(t, otplint(t, "-format", "json", "./"+filepath.ToSlash(dir)))
			if len(findings) == 0 {
				t.Error("nothing is found")
			}
			for _, f := range findings {
				if f.Check != check {
					t.Errorf("%s speaks, too: %+v", f.Check, f)
				}
				if line := lineOf(t, f); !slices.Contains(shown, line) {
					t.Errorf("no document shows the line of the finding: %s", line)
				}
			}
		})
	}
}

// shownLines are the lines of all blocks of code in the documents.
func shownLines(t *testing.T) (shown []string) {
	for _, doc := range documents {
		for _, block := range goBlock.FindAllStringSubmatch(read(t, doc), -1) {
			shown = append(shown, lines(block[1])...)
		}
	}
	return shown
}

func decode(t *testing.T, out string) (all []found) {
	for dec := json.NewDecoder(strings.NewReader(out)); ; {
		var f found
		if err := dec.Decode(&f); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
}

func lineOf(t *testing.T, f found) string {
	data, err := os.ReadFile(filepath.FromSlash(f.File))
	if err != nil {
		t.Fatal(err)
	}
	return lines(string(data))[f.Line-1]
}

// The inventory that docs/migrating.md shows is what the linter prints.
func TestInventory(t *testing.T) {
	shown := lines(read(t, "docs/migrating.md"))
	out := otplint(t, "-C", "testdata/before", "-unsupervised.scope=module", ".")
	if !strings.Contains(out, "(unsupervised)") {
		t.Fatalf("it prints\n%s", out)
	}
	for _, line := range lines(out) {
		if !slices.Contains(shown, line) {
			t.Errorf("docs/migrating.md does not show: %s", line)
		}
	}
}
