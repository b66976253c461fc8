package actors

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Dump writes a package's model as text, for tests and for people who ask why a check said what it said. Files
// are printed without their directories.
func (p *Package) Dump(w io.Writer) {
	d := dumper{w}
	d.line(0, "package %s", p.Path)
	for i := range p.Servers {
		d.server(&p.Servers[i])
	}
	for _, m := range p.Messages {
		d.line(1, "message %s: %v of %s%s", m.Type, m.Kind, m.Server, opt(" -> ", string(m.Reply)))
	}
	for i := range p.Trees {
		d.tree(1, &p.Trees[i])
	}
	for i := range p.Sites {
		d.site(&p.Sites[i])
	}
	for i := range p.Funcs {
		d.fn(&p.Funcs[i])
	}
	for _, h := range p.Held {
		d.line(1, "held %s%s in %s at %s%s", h.Field, opt(" of ", h.Owner.String()), h.Func.Name(), short(h.Pos), opt(" is ", h.Instance.String()))
	}
	for _, b := range p.Bindings {
		d.line(1, "binding %s <- %s at %s%s", b.Iface, b.Type, short(b.Pos), flag(b.View, " view"))
	}
	d.stats(&p.Stats)
}

type dumper struct{ w io.Writer }

func (d dumper) line(indent int, format string, args ...any) {
	fmt.Fprintf(d.w, "%s%s\n", strings.Repeat("  ", indent), fmt.Sprintf(format, args...))
}

func (d dumper) server(s *Server) {
	d.line(1, "%s %s at %s", cmp.Or(flag(s.Agent, "agent"), "server"), s.Type, short(s.Pos))
	for i := range s.Callbacks {
		c := &s.Callbacks[i]
		d.line(2, "%v%s%s", c.Kind, flag(c.Open, " open"), flag(c.Refuses, " refuses"))
		for h := range s.Handled(c.Kind) {
			d.line(3, "case %s at %s%s%s", h.Msg, short(h.Pos), flag(h.Func != c.Func, " in "+h.Func.Name()), flag(h.ReadOnly, " readonly"))
		}
	}
}

func (d dumper) tree(indent int, t *Tree) {
	d.line(indent, "tree %q %v at %s%s%s", t.ID, t.Strategy, short(t.Pos), flag(t.Open, " open"), flag(t.Loop, " loop"))
	for i := range t.Children {
		d.child(indent+1, &t.Children[i])
	}
}

func (d dumper) child(indent int, c *Child) {
	id := fmt.Sprintf("%q", c.ID)
	if c.IDParam != 0 {
		id = fmt.Sprintf("parameter %d", c.IDParam)
	}
	d.line(indent, "child %s %v%s %v at %s%s%s%s%s", id, c.Kind, opt(" ", string(c.Server)), c.Restart, short(c.Pos),
		opt(" by ", c.Factory.Name()), flag(c.Loop, " loop"), flag(c.Significant, " significant"), via(c.Via))
	for _, u := range c.Uses {
		d.line(indent+1, "uses %q at %s", u.ID, short(u.Pos))
	}
	if c.Tree != nil {
		d.tree(indent+1, c.Tree)
	}
}

func (d dumper) site(s *Site) {
	d.line(1, "%v %s in %s at %s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s", s.Kind, s.Role, s.Func.Name(), short(s.Pos),
		opt(" target ", s.Target.String()), opt(" msg ", s.Msg.String()), opt(" reply ", string(s.Reply)),
		opt(" instance ", s.Instance.String())+opt(" as ", s.As.String())+opt(" named ", s.Name), flag(s.Child.IsValid(), " starts child made at "+short(s.Child)), opt(" id ", s.ID), opt(" runs ", s.Factory.Name()), cases(s.Case),
		opt(" to ", s.To.Name()), flag(s.Go, " go"), flag(s.Loop, " loop"), flag(s.Deferred, " deferred"),
		flag(s.Function, " function"), flag(s.ReadOnly, " readonly"), opt(" brings ", string(s.Brings)), via(s.Via))
}

func (d dumper) fn(f *Func) {
	d.line(1, "func %s at %s%s%s", f.ID, short(f.Pos), opt(" entry ", f.Entry.String()), flag(f.Test, " test"))
	for i := range f.Edges {
		e := &f.Edges[i]
		d.line(2, "%v %s at %s%s%s%s%s%s", e.Kind, e.callee(), short(e.Pos), flag(e.Go, " go")+flag(e.Sent, " sent"), flag(e.Loop, " loop"),
			flag(e.Defer, " defer"), flag(e.Forward != 0, " forwards message")+flag(e.Now, " now"), cases(e.Case))
	}
	for _, b := range f.Blocks {
		d.line(2, "blocks %v %s at %s%s%s%s", b.Class, b.What, short(b.Pos), flag(b.Go, " go"), flag(b.Limit > 0, " for "+b.Limit.String()), cases(b.Case))
	}
	for _, r := range f.Releases {
		d.line(2, "releases by %s at %s", r.What, short(r.Pos))
	}
	for _, e := range f.Ends {
		d.line(2, "ends at %s%s%s", short(e.Pos), flag(e.Normal, " normally"), cases(e.Case))
	}
	if f.Traps {
		d.line(2, "traps exits")
	}
	for _, w := range f.Writes {
		if w.Param == PackageVariable {
			d.line(2, "writes a package variable%s", cases(w.Case))
		} else {
			d.line(2, "writes parameter %d%s", w.Param, cases(w.Case))
		}
	}
	for i := range f.Returns {
		d.child(2, &f.Returns[i])
	}
}

func (d dumper) stats(s *Stats) {
	for k := CallSite; k <= AskSite; k++ {
		if s.Resolved[k]+s.Unresolved[k] > 0 {
			d.line(1, "%v sites: %d resolved, %d unresolved", k, s.Resolved[k], s.Unresolved[k])
		}
	}
}

func (k EdgeKind) String() string {
	return [...]string{"none", "calls", "literal", "value", "invokes"}[k]
}

func (e *Edge) callee() string {
	if e.Kind == InvokeEdge {
		return e.Iface.Name() + "." + e.Method
	}
	return string(e.Callee)
}

func (o Operand) String() string {
	switch {
	case o.Known():
		return string(o.Type)
	case o.TArg != 0:
		return fmt.Sprintf("type parameter %d", o.TArg)
	case o.Param != 0:
		return fmt.Sprintf("parameter %d", o.Param)
	}
	return ""
}

func (i Instance) String() string {
	switch i.Kind {
	case NamedInstance:
		return fmt.Sprintf("named %q", i.Value)
	case ChildInstance:
		return fmt.Sprintf("child %q made at %s", i.Value, short(i.Pos))
	case ParamInstance:
		return fmt.Sprintf("parameter %d", i.Param)
	case FieldInstance:
		return "field " + i.Value + flag(i.Param != 0, fmt.Sprintf(" of parameter %d", i.Param))
	case GlobalInstance:
		return "variable " + i.Value
	case SelfInstance:
		return "self"
	case ParentInstance:
		return "parent"
	case NoInstance:
		return "nobody"
	}
	return ""
}

func via(hops []Hop) string {
	s := ""
	for _, h := range hops {
		s += " via " + h.Func.Name()
	}
	return s
}

func cases(list []TypeID) string {
	if list == nil {
		return ""
	}
	names := make([]string, len(list))
	for i, t := range list {
		names[i] = t.Name()
	}
	return " for " + strings.Join(names, ", ")
}

func short(p Pos) string {
	if !p.IsValid() {
		return "-"
	}
	return fmt.Sprintf("%s:%d:%d", filepath.Base(p.File), p.Line, p.Col)
}

func opt(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func flag(on bool, s string) string {
	if on {
		return s
	}
	return ""
}
