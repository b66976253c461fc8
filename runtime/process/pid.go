package process

import (
	"cmp"
	"context"
	"fmt"
)

// PID identifies one incarnation of a process. It stays valid, and dead,
// after the process has ended; a restarted process has another one. PIDs are
// comparable; the zero PID is nobody's.
type PID struct{ p *proc }

// Alive reports whether the process still runs. It may end right after.
func (pid PID) Alive() bool { return pid.p != nil && !pid.p.isDead() }

// Node is the name of the process's node, "" for the zero PID.
func (pid PID) Node() string {
	if pid.p == nil {
		return ""
	}
	return pid.p.node.name
}

// IsZero reports whether the PID is nobody's.
func (pid PID) IsZero() bool { return pid.p == nil }

// Compare orders the processes of a node by their starts, and those of
// different nodes by when the nodes were made; the zero PID comes first.
func (pid PID) Compare(other PID) int {
	p, q := pid.p, other.p
	switch {
	case p == q:
		return 0
	case p == nil:
		return -1
	case q == nil:
		return 1
	}
	return cmp.Or(cmp.Compare(p.node.seq, q.node.seq), cmp.Compare(p.id, q.id))
}

// String is <node.number>; [Node.ParsePID] reads it.
func (pid PID) String() string {
	if pid.p == nil {
		return "<none>"
	}
	return fmt.Sprintf("<%s.%d>", pid.p.node.name, pid.p.id)
}

// MarshalText makes a PID readable in JSON and logs.
func (pid PID) MarshalText() ([]byte, error) { return []byte(pid.String()), nil }

// Resolve makes a PID a Dest. It fails with NoProc for the zero PID only.
func (pid PID) Resolve(*Node) (PID, error) {
	if pid.p == nil {
		return PID{}, NoProc
	}
	return pid, nil
}

// Dest is whatever can be sent to: a PID, a Name, a supervised child, a
// registry's entry. It is resolved anew at each send, on the sender's node,
// and fails with NoProc while there is no such process.
type Dest interface{ Resolve(n *Node) (PID, error) }

// find resolves a destination. A Dest of the program's own that finds nobody
// and reports no error finds nobody all the same.
func find(to Dest, n *Node) (PID, error) {
	pid, err := to.Resolve(n)
	if err == nil && pid.p == nil {
		err = NoProc
	}
	return pid, err
}

// Name is a name that a process is registered under, unique on its node.
type Name string

// Resolve looks the name up.
func (name Name) Resolve(n *Node) (PID, error) {
	n.namesMu.RLock()
	p := n.names[name]
	n.namesMu.RUnlock()
	if p == nil || p.isDead() {
		return PID{}, NoProc
	}
	return PID{p}, nil
}

// Register gives pid a name on its node until it ends. It fails
// with ErrNameTaken, ErrHasName (one name for each process) or NoProc. (OTP:
// erlang:register/2.)
func Register(ctx context.Context, name Name, pid PID) error {
	if err := fence(ctx); err != nil {
		return fmt.Errorf("register %q: %w", string(name), err)
	}
	if name == "" {
		return fmt.Errorf("register %v: the name is empty", pid)
	}
	if pid.p == nil {
		return fmt.Errorf("register %q: %w", string(name), NoProc)
	}
	return pid.p.register(name)
}

// Unregister frees a name; NoProc if nobody has it.
func Unregister(ctx context.Context, name Name) error {
	if err := fence(ctx); err != nil {
		return fmt.Errorf("unregister %q: %w", string(name), err)
	}
	pid, err := name.Resolve(NodeOf(ctx))
	if err != nil {
		return fmt.Errorf("unregister %q: %w", string(name), err)
	}
	pid.p.unregister(name)
	return nil
}

// WhereIs looks up who is registered under name on the context's node.
func WhereIs(ctx context.Context, name Name) (PID, bool) {
	pid, err := name.Resolve(NodeOf(ctx))
	return pid, err == nil
}

func (p *proc) register(name Name) error {
	n := p.node
	n.namesMu.Lock()
	defer n.namesMu.Unlock()
	if q := n.names[name]; q != nil && !q.isDead() {
		return &AlreadyStarted{Name: name, PID: PID{q}}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.state == dead:
		return fmt.Errorf("register %q: %w", string(name), NoProc)
	case p.ext != nil && p.ext.name != "":
		return fmt.Errorf("register %q: %w: %q", string(name), ErrHasName, string(p.ext.name))
	}
	p.extra().name = name
	n.names[name] = p
	return nil
}

func (p *proc) unregister(name Name) {
	n := p.node
	n.namesMu.Lock()
	defer n.namesMu.Unlock()
	if n.names[name] != p {
		return
	}
	delete(n.names, name)
	p.mu.Lock()
	if p.ext != nil {
		p.ext.name = ""
	}
	p.mu.Unlock()
}
