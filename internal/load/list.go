package load

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/types"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// listed is a package as go list prints it, and what the loader learns of it.
type listed struct {
	ImportPath string
	Name       string
	Dir        string
	ForTest    string
	Match      []string
	DepOnly    bool
	Module     *analysis.Module
	Imports    []string
	ImportMap  map[string]string
	Error      *listError

	GoFiles, CgoFiles, CompiledGoFiles          []string
	CFiles, CXXFiles, HFiles, SFiles, SysoFiles []string
	IgnoredGoFiles, IgnoredOtherFiles           []string

	named   bool // by the user's patterns
	matters bool // named, or imported by one that is
	cone    bool // type-checked from source
	root    bool // the variant of its package whose findings count
}

// listFields are the fields above that go list has to fill.
const listFields = "ImportPath,Name,Dir,ForTest,Match,DepOnly,Module,Imports,ImportMap,Error," +
	"GoFiles,CgoFiles,CFiles,CXXFiles,HFiles,SFiles,SysoFiles,IgnoredGoFiles,IgnoredOtherFiles"

type listError struct {
	ImportStack []string
	Pos         string
	Err         string
}

func (e *listError) problem(path string) Problem {
	message := strings.ReplaceAll(strings.TrimSpace(e.Err), "\n\t", " ")
	if message == "import cycle not allowed" {
		message += ": " + strings.Join(e.ImportStack, " imports ")
	}
	return Problem{Pos: e.Pos, Package: path, Message: message}
}

// broken reports whether go list could not load the package.
func (p *listed) broken() bool { return p.Error != nil }

// empty reports whether the package has no Go files but tests in packages of
// their own.
func (p *listed) empty() bool { return len(p.GoFiles)+len(p.CgoFiles) == 0 }

// path is the import path without the name of the test it was made for.
func (p *listed) path() string {
	path, _, _ := strings.Cut(p.ImportPath, " [")
	return path
}

// main reports whether the package is in a module being worked on.
func (p *listed) main() bool { return p.Module != nil && p.Module.Main }

// synthesized reports whether the package is the main that go test generates.
func (p *listed) synthesized() bool {
	return p.Name == "main" && strings.HasSuffix(p.ImportPath, ".test") &&
		len(p.GoFiles) > 0 && filepath.IsAbs(p.GoFiles[0])
}

// externalTest reports whether the package is a p_test.
func (p *listed) externalTest() bool {
	return p.ForTest != "" && p.path() == p.ForTest+"_test" && strings.HasSuffix(p.Name, "_test")
}

// withTests reports whether the package is a p with its own test files.
func (p *listed) withTests() bool {
	return p.ForTest != "" && p.path() == p.ForTest && !p.synthesized()
}

func (p *listed) make() *Package {
	return &Package{
		ID:        p.ImportPath,
		Path:      p.path(),
		Name:      p.Name,
		Dir:       p.Dir,
		Module:    p.Module,
		Files:     p.abs(p.GoFiles),
		Other:     p.abs(p.CFiles, p.CXXFiles, p.HFiles, p.SFiles, p.SysoFiles),
		Ignored:   p.abs(p.IgnoredGoFiles, p.IgnoredOtherFiles),
		Main:      p.main(),
		Report:    p.root && p.named,
		Matters:   p.matters,
		importMap: p.ImportMap,
		listed:    p,
	}
}

func (p *listed) abs(lists ...[]string) []string {
	var names []string
	for _, list := range lists {
		for _, name := range list {
			if !filepath.IsAbs(name) {
				name = filepath.Join(p.Dir, name)
			}
			names = append(names, name)
		}
	}
	return names
}

// list lists the packages that the patterns name, the whole main module (or
// workspace) if it may be in the cone, and all they depend on; dependencies
// first.
func list(ctx context.Context, cfg Config) ([]*listed, error) {
	args := []string{"-e", "-deps", "-json=" + listFields}
	if cfg.Tests {
		args = append(args, "-test")
	}
	args = append(args, "--")
	if cfg.WholeModule && !slices.ContainsFunc(cfg.Patterns, isFile) {
		args = append(args, "work") // go list takes no patterns beside files
	}
	all, err := goList(ctx, cfg, append(args, cfg.Patterns...))
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(all, (*listed).main) && noModule(ctx, cfg) {
		return nil, ErrNoModule
	}
	for _, p := range all {
		p.addCgoImports()
	}
	return all, nil
}

// addCgoImports adds what the files that cgo generates import.
func (p *listed) addCgoImports() {
	if len(p.CgoFiles) == 0 || p.ImportPath == "runtime/cgo" {
		return
	}
	for _, path := range []string{"runtime/cgo", "syscall"} {
		if !slices.Contains(p.Imports, path) && !(path == "syscall" && strings.HasPrefix(p.ImportPath, "runtime/")) {
			p.Imports = append(p.Imports, path)
		}
	}
}

// cleanPatterns rewrites patterns as the go command does (cmd/go's
// search.CleanPatterns), so that they can be told in what go list prints.
func cleanPatterns(patterns []string) []string {
	clean := make([]string, len(patterns))
	for i, p := range patterns {
		if filepath.IsAbs(p) {
			clean[i] = filepath.Clean(p)
			continue
		}
		p = strings.ReplaceAll(p, `\`, "/")
		clean[i] = path.Clean(p)
		if strings.HasPrefix(p, "./") && clean[i] != "." {
			clean[i] = "./" + clean[i]
		}
	}
	return clean
}

func isFile(pattern string) bool { return strings.HasSuffix(pattern, ".go") }

// noModule reports whether the go command finds no go.mod.
func noModule(ctx context.Context, cfg Config) bool {
	cmd := exec.CommandContext(ctx, "go", "env", "GOMOD")
	cmd.Dir = cfg.Dir
	out, err := cmd.Output()
	mod := strings.TrimSpace(string(out))
	return err == nil && (mod == "" || mod == "/dev/null" || mod == "NUL")
}

// sizes asks the go command for which platform it builds: go env -w sets it
// where go/build does not look.
func sizes(ctx context.Context, cfg Config) (types.Sizes, error) {
	out, err := goCommand(ctx, cfg, "list", "-f", "{{context.Compiler}} {{context.GOARCH}}", "--", "unsafe")
	if err != nil {
		return nil, err
	}
	compiler, arch, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if s := types.SizesFor(compiler, arch); s != nil {
		return s, nil
	}
	return nil, fmt.Errorf("cannot tell the sizes of types for GOARCH=%s and the compiler %s: set GOARCH to an architecture that Go supports", arch, compiler)
}

// exportData asks the go command for the export data of the packages, which
// it builds if need be, and returns their files by import path.
func exportData(ctx context.Context, cfg Config, paths []string) (map[string]string, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	type entry struct{ ImportPath, Export string }
	entries, err := goListOf[entry](ctx, cfg, append([]string{"-e", "-export", "-json=ImportPath,Export", "--"}, paths...))
	if err != nil {
		return nil, err
	}
	files := make(map[string]string, len(entries))
	for _, e := range entries {
		files[e.ImportPath] = e.Export
	}
	return files, nil
}

// compileCgo replaces the files of packages that use cgo by what cgo makes of
// them: only those can be type-checked. Their positions lead to the originals.
func compileCgo(ctx context.Context, cfg Config, pkgs []*Package) error {
	byID := map[string]*Package{}
	var paths []string
	for _, p := range pkgs {
		if len(p.listed.CgoFiles) > 0 {
			byID[p.ID] = p
			paths = append(paths, cmp.Or(p.listed.ForTest, p.Path))
		}
	}
	if len(paths) == 0 {
		return nil
	}
	slices.Sort(paths)
	args := []string{"-e", "-compiled", "-json=ImportPath,Dir,CompiledGoFiles,Error"}
	if cfg.Tests {
		args = append(args, "-test", "-deps")
	}
	compiled, err := goList(ctx, cfg, append(append(args, "--"), slices.Compact(paths)...))
	if err != nil {
		return err
	}
	for _, c := range compiled {
		p := byID[c.ImportPath]
		if p == nil {
			continue
		}
		if p.Files = nil; c.Error == nil {
			// Generated files stand in the build cache and have no extension;
			// what else is no Go file is listed by mistake (golang/go#28749).
			p.Files = slices.DeleteFunc(c.abs(c.CompiledGoFiles), func(name string) bool {
				return !isFile(name) && filepath.Dir(name) == c.Dir
			})
		}
	}
	return nil
}

func goList(ctx context.Context, cfg Config, args []string) ([]*listed, error) {
	return goListOf[*listed](ctx, cfg, args)
}

// goListOf runs go list and decodes what it prints.
func goListOf[T any](ctx context.Context, cfg Config, args []string) ([]T, error) {
	args = slices.Insert(args, 0, "list")
	if cfg.Tags != "" {
		args = slices.Insert(args, 1, "-tags="+cfg.Tags)
	}
	stdout, err := goCommand(ctx, cfg, args...)
	if err != nil {
		return nil, err
	}
	var result []T
	for dec := json.NewDecoder(bytes.NewReader(stdout)); ; {
		var v T
		if err := dec.Decode(&v); err == io.EOF {
			return result, nil
		} else if err != nil {
			return nil, fmt.Errorf("cannot read what go list printed: %w", err)
		}
		result = append(result, v)
	}
}

// goCommand runs the go command and returns what it prints.
func goCommand(ctx context.Context, cfg Config, args ...string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = cfg.Dir, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			return nil, fmt.Errorf("cannot run the go command: %w", err)
		}
		return nil, fmt.Errorf("go %s failed: %s", args[0], strings.TrimSpace(stderr.String()))
	}
	if cfg.Warn != nil {
		for line := range strings.Lines(stderr.String()) {
			if !strings.Contains(line, "matched no packages") { // see loader.unmatched
				cfg.Warn(strings.TrimSpace(line))
			}
		}
	}
	return stdout.Bytes(), nil
}
