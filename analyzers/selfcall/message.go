package selfcall

import (
	"fmt"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// finding is a wait that leads back.
type finding struct {
	wait    *actors.Wait
	who, in string
	proof   *proof
}

// report reports a finding at the call, or, if that is in a dependency, where this package brings it about: the last
// step of the path, or what proves it. A finding without any of these here is the dependency's own.
func (c *check) report(f *finding) {
	at, ok := c.place(f)
	if !ok || c.reported[f.wait.Pos] || c.m.Quiet(at) {
		return
	}
	c.reported[f.wait.Pos] = true
	d := analysis.Diagnostic{Pos: c.m.TokenPos(at), Message: c.message(f)}
	if at == f.wait.Pos {
		d.End = c.m.TokenPos(f.wait.End)
	}
	relate := func(p actors.Pos, format string, args ...any) {
		if p.IsValid() {
			d.Related = append(d.Related, analysis.RelatedInformation{Pos: c.m.TokenPos(p), Message: fmt.Sprintf(format, args...)})
		}
	}
	steps := f.wait.Frame.Path
	relate(steps[0].Func.Pos, "%s", f.in)
	for i, s := range steps[:len(steps)-1] {
		if callee := steps[i+1].Func.ID; callee.Parent() == "" {
			relate(s.Edge.Pos, "calls %s", callee.Name())
		}
	}
	relate(f.wait.Pos, "%s here", f.what())
	relate(f.proof.at, "%s", f.proof.note)
	c.pass.Report(d)
}

// place is where a finding stands.
func (c *check) place(f *finding) (at actors.Pos, ok bool) {
	if at, ok := f.wait.In(c.m.Pkg); ok {
		return at, true
	}
	return f.proof.at, c.m.File(f.proof.at) != nil
}

// what is the call as people name it: "genserver.Call of get".
func (f *finding) what() string {
	role := f.wait.Role
	if msg := f.wait.Msg; msg.Known() && !f.wait.Function {
		return fmt.Sprintf("%s of %s", role, msg.Type.Name())
	}
	return role
}

func (c *check) message(f *finding) string {
	var b strings.Builder
	if f.proof.parent {
		fmt.Fprintf(&b, "deadlock: %s waits with %s for the process that waits for it (%s): a supervisor handles nothing until a child it starts or stops has returned",
			f.in, f.what(), f.proof.how)
	} else {
		fmt.Fprintf(&b, "deadlock: %s waits with %s for its own process (%s): %s handles nothing until it has returned",
			f.in, f.what(), f.proof.how, f.who)
	}
	fmt.Fprintf(&b, "; %s; %s", c.outcome(f), f.cure())
	return b.String()
}

// outcome is what the runtime does, which the context decides.
func (c *check) outcome(f *finding) string {
	refused := "ErrCallingSelf"
	if f.proof.parent {
		refused = "a DeadlockError"
	}
	wait := "until its time is over"
	if f.wait.Kind == actors.CallSite {
		if d := roles.CallTimeoutFor(c.pass.Pkg); d > 0 {
			wait += fmt.Sprintf(" (%v, or the context's deadline)", d)
		}
	}
	switch f.wait.As.Kind {
	case actors.SelfInstance:
		return fmt.Sprintf("with the process's own context the runtime refuses it at once with %s", refused)
	case actors.NoInstance:
		return fmt.Sprintf("its context is not the process's own, so it stands still %s", wait)
	}
	return fmt.Sprintf("it is refused at once with %s if the context is the process's own, and stands still %s if not", refused, wait)
}

// cure is what to do instead.
func (f *finding) cure() string {
	switch {
	case f.proof.parent:
		return "do it in HandleContinue, or leave it to the supervisor's declaration"
	case f.wait.Kind == actors.StopSite:
		return "return a result that stops instead"
	case f.wait.Function || f.wait.Kind == actors.InspectSite:
		return "use the state that the function has"
	}
	return "use the state, with a function that the handler of the message calls as well"
}

// fieldName is a field as people name it: "Counter.self".
func fieldName(field string) string {
	field = field[strings.LastIndexByte(field, '/')+1:]
	_, name, _ := strings.Cut(field, ".")
	return name
}
