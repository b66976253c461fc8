package checktest

import (
	"bytes"
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/internal/finding"
)

// Fixes applies the first fix of each finding in a package of the test module, which is the folder dir below
// testdata/src and imports nothing else of that module. It holds each file against the file of the same name with
// ".golden" added, wants the result to compile and to be formatted, and wants neither that the findings which had a
// fix are still there nor that others have come. left is how many findings have no fix.
func Fixes(t *testing.T, a *analysis.Analyzer, dir string, left int) {
	t.Helper()
	source := filepath.Join(Dir(t), filepath.FromSlash(dir))
	work := Module(t, "")
	if err := os.CopyFS(work, onlyGo(source)); err != nil {
		t.Fatal(err)
	}
	before := Findings(t, a, work, ".")
	fixable := slices.DeleteFunc(slices.Clone(before), func(f finding.Finding) bool { return len(f.Fixes) == 0 })
	if len(before)-len(fixable) != left {
		t.Errorf("%d of %d findings have no fix, want %d", len(before)-len(fixable), len(before), left)
	}
	for name, text := range apply(t, fixable) {
		if formatted, err := format.Source(text); err != nil || !bytes.Equal(formatted, text) {
			t.Errorf("%s: not formatted after the fix (%v)", filepath.Base(name), err)
		}
		golden, err := os.ReadFile(filepath.Join(source, filepath.Base(name)+".golden"))
		if err != nil || string(golden) != string(text) {
			t.Errorf("%s differs from its golden file (%v):\n%s", filepath.Base(name), err, text)
		}
		if err := os.WriteFile(name, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "./...")
	build.Dir = work
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("after the fixes: %v\n%s", err, out)
	}
	if after := Findings(t, a, work, "."); len(after) != left {
		t.Errorf("%d findings after the fixes, want %d: %v", len(after), left, after)
	}
}

// apply makes the edits of the findings' first fixes; equal ones, such as an import that two need, once.
func apply(t *testing.T, findings []finding.Finding) map[string][]byte {
	t.Helper()
	edits := map[string][]finding.Edit{}
	for _, f := range findings {
		for _, e := range f.Fixes[0].Edits {
			if !slices.Contains(edits[e.File], e) {
				edits[e.File] = append(edits[e.File], e)
			}
		}
	}
	texts := map[string][]byte{}
	for name, list := range edits {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(list, func(a, b finding.Edit) int { return b.Start - a.Start })
		for i, e := range list {
			if i > 0 && e.End > list[i-1].Start {
				t.Fatalf("%s: fixes overlap at %d", name, e.End)
			}
			text = slices.Concat(text[:e.Start], []byte(e.New), text[e.End:])
		}
		texts[name] = text
	}
	return texts
}

// onlyGo is a folder's Go files.
func onlyGo(dir string) fs.FS { return goFiles{os.DirFS(dir)} }

type goFiles struct{ fs.FS }

func (g goFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(g.FS, name)
	return slices.DeleteFunc(list, func(e fs.DirEntry) bool { return e.IsDir() || !strings.HasSuffix(e.Name(), ".go") }), err
}
