// Package format prints findings: as text for people, as JSON lines for
// programs. It decides nothing; see internal/cli for what fails a run.
package format

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/otplint/otplint/internal/finding"
)

// Options hold what a finding does not know.
type Options struct {
	Dir  string                         // names are relative to it where that is shorter to read
	Tier func(f finding.Finding) string // the tier of a finding
}

// A Func prints findings, which are sorted.
type Func func(w io.Writer, findings []finding.Finding, opt Options) error

// ByName returns the format of that name, or nil.
func ByName(name string) Func {
	switch name {
	case "text":
		return Text
	case "json":
		return JSON
	}
	return nil
}

// Names lists the formats.
func Names() string { return "text, json" }

// Text prints one line a finding, and below it the related information, each
// step indented by a tab.
func Text(w io.Writer, findings []finding.Finding, opt Options) error {
	out := bufio.NewWriter(w)
	for _, f := range findings {
		fmt.Fprintf(out, "%s: %s (%s)\n", place(f.Pos, opt.Dir), indent(f.Message), f.Check)
		for _, r := range f.Related {
			fmt.Fprintf(out, "\t%s: %s\n", place(r.Pos, opt.Dir), indent(r.Message))
		}
	}
	return out.Flush()
}

// indent keeps a message of several lines apart from the next finding.
func indent(message string) string {
	return strings.ReplaceAll(strings.TrimSpace(message), "\n", "\n\t")
}

func place(pos token.Position, dir string) string {
	if !pos.IsValid() {
		return "-"
	}
	return fmt.Sprintf("%s:%d:%d", Relative(pos.Filename, dir), pos.Line, pos.Column)
}

// Relative returns the file name relative to dir if it is below, else as it is.
func Relative(name, dir string) string {
	rel, err := filepath.Rel(dir, name)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(os.PathSeparator)) {
		return name
	}
	return rel
}

type jsonFinding struct {
	Check       string        `json:"check"`
	Tier        string        `json:"tier"`
	Package     string        `json:"package"`
	File        string        `json:"file"`
	Line        int           `json:"line"`
	Column      int           `json:"column"`
	EndLine     int           `json:"endLine"`
	EndColumn   int           `json:"endColumn"`
	Message     string        `json:"message"`
	Related     []jsonRelated `json:"related"`
	Fixes       []jsonFix     `json:"fixes"`
	URL         string        `json:"url"`
	Fingerprint string        `json:"fingerprint"`
}

type jsonRelated struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

type jsonFix struct {
	Message string     `json:"message"`
	Edits   []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	File  string `json:"file"`
	Start int    `json:"start"` // byte offset
	End   int    `json:"end"`
	New   string `json:"new"`
}

// JSON prints one object a line. Lines and columns count from 1, columns in
// bytes; edits give byte offsets from 0. Every key is always there.
func JSON(w io.Writer, findings []finding.Finding, opt Options) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for _, f := range findings {
		if err := enc.Encode(object(f, opt)); err != nil {
			return err
		}
	}
	return out.Flush()
}

func object(f finding.Finding, opt Options) jsonFinding {
	file := func(name string) string { return filepath.ToSlash(Relative(name, opt.Dir)) }
	end := f.End
	if !end.IsValid() {
		end = f.Pos
	}
	o := jsonFinding{
		Check: f.Check, Tier: opt.Tier(f), Package: f.Package,
		File: file(f.Pos.Filename), Line: f.Pos.Line, Column: f.Pos.Column,
		EndLine: end.Line, EndColumn: end.Column,
		Message: f.Message, URL: f.URL, Fingerprint: f.Fingerprint,
		Related: []jsonRelated{}, Fixes: []jsonFix{},
	}
	for _, r := range f.Related {
		o.Related = append(o.Related, jsonRelated{file(r.Pos.Filename), r.Pos.Line, r.Pos.Column, r.Message})
	}
	for _, fix := range f.Fixes {
		edits := []jsonEdit{}
		for _, e := range fix.Edits {
			edits = append(edits, jsonEdit{file(e.File), e.Start, e.End, e.New})
		}
		o.Fixes = append(o.Fixes, jsonFix{fix.Message, edits})
	}
	return o
}
