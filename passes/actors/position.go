package actors

import (
	"go/token"
	"sync"

	"golang.org/x/tools/go/analysis"
)

// positions converts between token.Pos and Pos. The checks of a package share it, and drivers such as vet and gopls
// run them at the same time.
type positions struct {
	fset *token.FileSet
	own  map[string]*token.File // files of the package under analysis

	mu   sync.Mutex             // guards made
	made map[string]*token.File // stand-ins for files of other packages
}

func newPositions(pass *analysis.Pass) *positions {
	p := &positions{fset: pass.Fset, own: map[string]*token.File{}, made: map[string]*token.File{}}
	for _, file := range pass.Files {
		if f := pass.Fset.File(file.FileStart); f != nil {
			p.own[f.Name()] = f
		}
	}
	return p
}

func (p *positions) of(pos token.Pos) Pos {
	if !pos.IsValid() {
		return Pos{}
	}
	at := p.fset.PositionFor(pos, false)
	return Pos{File: at.Filename, Line: at.Line, Col: at.Column}
}

// lineWidth is how many columns a line of a stand-in file has.
const lineWidth = 256

// pos is the inverse of of. For a file of another package, whose syntax is not here, it makes a stand-in in the
// file set whose every line is lineWidth bytes long: the position prints as the real line and column, which is
// all that a driver does with related information.
func (p *positions) pos(at Pos) token.Pos {
	if !at.IsValid() {
		return token.NoPos
	}
	if f := p.own[at.File]; f != nil {
		if at.Line > f.LineCount() {
			return token.NoPos
		}
		offset := f.Offset(f.LineStart(at.Line)) + at.Col - 1
		return f.Pos(min(offset, f.Size()))
	}
	f := p.standIn(at.File, at.Line)
	return f.Pos((at.Line-1)*lineWidth + min(at.Col, lineWidth) - 1)
}

// standIn is a stand-in for the file that has at least so many lines.
func (p *positions) standIn(name string, line int) *token.File {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f := p.made[name]; f != nil && f.LineCount() >= line {
		return f
	}
	lines := make([]int, (line/1024+1)*1024)
	for i := range lines {
		lines[i] = i * lineWidth
	}
	f := p.fset.AddFile(name, -1, len(lines)*lineWidth)
	f.SetLines(lines)
	p.made[name] = f
	return f
}
