package finding

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"
)

// Converter makes findings of one package's diagnostics.
type Converter struct {
	Fset  *token.FileSet
	Files []*ast.File
	Path  string // the package's import path
}

// Convert makes a finding of a diagnostic that the analyzer reported. Its URL
// stands in for one that the diagnostic lacks. Number sets the fingerprint.
func (c *Converter) Convert(a *analysis.Analyzer, d analysis.Diagnostic) Finding {
	f := Finding{
		Check:    a.Name,
		Category: d.Category,
		Package:  c.Path,
		Pos:      c.Fset.Position(d.Pos),
		Message:  d.Message,
		URL:      d.URL,
	}
	if f.URL == "" {
		f.URL = a.URL
	}
	if d.End.IsValid() {
		f.End = c.Fset.Position(d.End)
	}
	for _, r := range d.Related {
		f.Related = append(f.Related, Related{c.Fset.Position(r.Pos), r.Message})
	}
	for _, fix := range d.SuggestedFixes {
		f.Fixes = append(f.Fixes, c.fix(fix))
	}
	f.identity = c.identity(a.Name, d)
	return f
}

func (c *Converter) fix(fix analysis.SuggestedFix) Fix {
	result := Fix{Message: fix.Message}
	for _, edit := range fix.TextEdits {
		end := edit.End
		if !end.IsValid() {
			end = edit.Pos
		}
		file := c.Fset.File(edit.Pos)
		if file == nil {
			continue
		}
		result.Edits = append(result.Edits, Edit{file.Name(), file.Offset(edit.Pos), file.Offset(end), string(edit.NewText)})
	}
	return result
}

// identity is what stays the same when other code moves.
func (c *Converter) identity(check string, d analysis.Diagnostic) string {
	symbol, node := c.enclosing(d.Pos, d.End)
	return fmt.Sprintf("%s\n%s\n%s\n%s", check, c.Path, symbol, node)
}

// Number sorts the findings of one package and sets their fingerprints. Equal
// findings in one declaration are told apart by their order.
func Number(findings []Finding) {
	Sort(findings)
	seen := map[string]int{}
	for i := range findings {
		id := findings[i].identity
		seen[id]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d", id, seen[id]))
		findings[i].Fingerprint = hex.EncodeToString(sum[:16])
	}
}

// enclosing returns the name of the declaration around the position, and the
// node there without its layout and comments.
func (c *Converter) enclosing(pos, end token.Pos) (symbol, node string) {
	if !end.IsValid() {
		end = pos
	}
	for _, file := range c.Files {
		if pos < file.FileStart || file.FileEnd < pos {
			continue
		}
		path, _ := astutil.PathEnclosingInterval(file, pos, end)
		if len(path) < 2 { // the file itself
			return "", ""
		}
		return declared(path[len(path)-2].(ast.Decl), pos), outline(path[0])
	}
	return "", ""
}

// outline writes down the shape, names, values and operators of a node. Unlike
// go/printer it takes no longer than the node is, however deep it is nested.
func outline(root ast.Node) string {
	b := new(strings.Builder)
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil:
			b.WriteByte(')')
			return false
		case *ast.CommentGroup:
			return false
		case *ast.Ident:
			b.WriteString(n.Name)
		case *ast.BasicLit:
			b.WriteString(n.Value)
		case *ast.BinaryExpr:
			b.WriteString(n.Op.String())
		case *ast.UnaryExpr:
			b.WriteString(n.Op.String())
		case *ast.AssignStmt:
			b.WriteString(n.Tok.String())
		case *ast.IncDecStmt:
			b.WriteString(n.Tok.String())
		case *ast.BranchStmt:
			b.WriteString(n.Tok.String())
		default:
			fmt.Fprintf(b, "%T", n)
		}
		b.WriteByte('(')
		return true
	})
	return b.String()
}

// declared names what the declaration declares at the position.
func declared(decl ast.Decl, pos token.Pos) string {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv != nil && len(decl.Recv.List) == 1 {
			return types.ExprString(decl.Recv.List[0].Type) + "." + decl.Name.Name
		}
		return decl.Name.Name
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			if spec.Pos() <= pos && pos <= spec.End() {
				return specName(spec)
			}
		}
	}
	return ""
}

func specName(spec ast.Spec) string {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return spec.Name.Name
	case *ast.ValueSpec:
		return spec.Names[0].Name
	}
	return ""
}
