package ets

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/otplint/otplint/runtime/process"
)

// Table is a table of any kind: a *Set, an *OrderedSet or a *Bag.
type Table interface {
	process.Published
	Info() (Info, bool)
	Len() int
	Err(ctx context.Context) error
	Clear(ctx context.Context) error
	Drop(ctx context.Context) error
	GiveAway(ctx context.Context, to process.Dest, data any) error
	SetHeir(ctx context.Context, to process.Dest, data any) error
}

// Transfer tells a process that a table is its own now: it was given away, or
// its owner From has ended and made the process the heir. Data is what was
// said with GiveAway or with the heir. It comes before the Down of From and
// passes a full mailbox. (OTP: {'ETS-TRANSFER', Tab, From, Data}.)
type Transfer struct {
	Table Table
	From  process.PID
	Data  any
}

// Info is what can be told of a table from outside, whatever its access.
// (OTP: ets:info/1.)
type Info struct {
	Name   string // "" for none
	Type   string // such as ets.Set[string,int]
	Access Access
	Owner  process.PID
	Heir   process.Dest // nil for none
	Size   int          // the number of entries
}

// heir is who gets the table of an owner that ends; its zero value is nobody.
type heir struct {
	to   process.Dest
	data any
}

// tenure is the time for which one process owns a table.
type tenure struct {
	pid    process.PID
	cancel func() // of AtExit
}

// table is what tables of all kinds have in common: whose they are, who may
// use them, and how they end.
type table struct {
	gate
	name     string
	access   Access
	typ      string
	node     *process.Node
	self     Table
	wipe     func()                 // makes the contents unreachable; must not wait
	owner    atomic.Pointer[tenure] // nil once the table is gone
	mu       sync.Mutex             // orders changes of what follows and of the owner
	heir     heir
	withdraw func() // the name
}

// open makes the table its owner's and known by its name.
func (t *table) open(ctx context.Context, self Table, wipe func(), c config) error {
	t.name, t.access, t.heir = c.name, c.access, c.heir
	t.self, t.wipe, t.node = self, wipe, process.NodeOf(ctx)
	t.typ = strings.TrimPrefix(fmt.Sprintf("%T", self), "*")
	pid, ok := process.SelfOf(ctx)
	if !ok {
		return ErrNoOwner
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.appoint(pid) {
		return fmt.Errorf("ets: the owner %v has ended: %w", pid, process.NoProc)
	}
	if !c.named {
		return nil
	}
	withdraw, err := t.node.Publish(directory, c.name, self)
	if err != nil {
		t.end()
		return fmt.Errorf("ets: %w", err)
	}
	t.withdraw = withdraw
	return nil
}

// appoint makes a process the owner unless it is dead, when the changes are
// made that the former one was allowed. t.mu is held.
func (t *table) appoint(pid process.PID) bool {
	next := &tenure{pid: pid}
	cancel, ok := process.AtExit(pid, func(error) { t.bereave(next) })
	if !ok {
		return false
	}
	next.cancel = cancel
	t.close()
	former := t.owner.Swap(next)
	t.gate.open()
	if former != nil {
		former.cancel()
	}
	return true
}

// bereave ends a tenure with its process: the heir comes next, or nobody. It
// runs where the process ends, before anybody hears of that.
func (t *table) bereave(former *tenure) {
	t.mu.Lock()
	heir := t.heir
	t.mu.Unlock()
	next, ok := heir.resolve(t.node) // code of the user's, perhaps, that looks at the table
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner.Load() != former { // given away or dropped meanwhile
		return
	}
	if !ok || !t.appoint(next) {
		t.end()
		return
	}
	t.tell(former.pid, heir.data)
}

func (h heir) resolve(n *process.Node) (pid process.PID, ok bool) {
	if h.to == nil {
		return pid, false
	}
	defer func() { // a Dest of the program's own may panic, and then there is no heir
		if v := recover(); v != nil {
			ok = false
		}
	}()
	pid, err := h.to.Resolve(n)
	return pid, err == nil
}

// tell tells the new owner. As no message of a user's, it finds no mailbox
// full. If it does not arrive, the owner has ended and bereave follows.
func (t *table) tell(from process.PID, data any) {
	_ = process.Post(context.Background(), t.owner.Load().pid, process.KindInfo, Transfer{t.self, from, data}, false)
}

// end makes the table gone. t.mu is held.
func (t *table) end() {
	former := t.owner.Swap(nil)
	if former == nil {
		return
	}
	t.wipe()
	former.cancel()
	if t.withdraw != nil {
		t.withdraw()
	}
}

// ownedBy reports whether the process that ctx belongs to is the owner.
func (t *table) ownedBy(ctx context.Context) bool {
	self, ok := process.SelfOf(ctx)
	now := t.owner.Load()
	return ok && now != nil && now.pid == self
}

// mayRead is for private tables, which alone look at who reads.
func (t *table) mayRead(ctx context.Context) error {
	if t.access == Private && !t.ownedBy(ctx) {
		return t.denied("reads it or writes to it")
	}
	return nil
}

func (t *table) mayWrite(ctx context.Context) error {
	if t.access != Public && !t.ownedBy(ctx) {
		return t.denied("writes to it")
	}
	return nil
}

// denied says who may.
func (t *table) denied(what string) error {
	now := t.owner.Load()
	if now == nil {
		return ErrNoTable
	}
	return fmt.Errorf("%w: %v is %v, only its owner %v %s", ErrAccess, t, t.access, now.pid, what)
}

// String is the table's type and name.
func (t *table) String() string {
	if t.name == "" {
		return t.typ
	}
	return fmt.Sprintf("%s %q", t.typ, t.name)
}

// Info describes the table as it is this moment; false if it is gone.
func (t *table) Info() (Info, bool) {
	t.mu.Lock()
	now, heir := t.owner.Load(), t.heir.to
	t.mu.Unlock()
	if now == nil {
		return Info{}, false
	}
	return Info{t.name, t.typ, t.access, now.pid, heir, t.self.Len()}, true
}

// Summary is what tools show.
func (t *table) Summary() process.Summary {
	i, _ := t.Info()
	return process.Summary{Type: t.typ, Owner: i.Owner, Size: i.Size}
}

// GiveAway makes another process the owner, which the message [Transfer]
// tells so, with data. Only the owner may. It fails with process.NoProc if to
// leads to no live process; the table stays where it is then. (OTP:
// ets:give_away/3.)
func (t *table) GiveAway(ctx context.Context, to process.Dest, data any) error {
	if to == nil {
		return fmt.Errorf("ets: give %v away to nobody: %w", t, process.NoProc)
	}
	pid, err := to.Resolve(t.node)
	if err != nil {
		return fmt.Errorf("ets: give %v away: %w", t, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ownedBy(ctx) {
		return t.denied("gives it away")
	}
	from := t.owner.Load().pid
	if pid == from {
		return fmt.Errorf("ets: give %v away: %v owns it already", t, pid)
	}
	if !t.appoint(pid) {
		return fmt.Errorf("ets: give %v away to %v: %w", t, pid, process.NoProc)
	}
	t.tell(from, data)
	return nil
}

// SetHeir replaces the heir that was given with the option [Heir]; nil is
// none. Only the owner may. (OTP: ets:setopts/2.)
func (t *table) SetHeir(ctx context.Context, to process.Dest, data any) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ownedBy(ctx) {
		return t.denied("sets its heir")
	}
	t.heir = heir{to, data}
	return nil
}

// Drop ends the table: its contents are gone, its name is free. It takes the
// right to write. (OTP: ets:delete/1.)
func (t *table) Drop(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner.Load() == nil {
		return ErrNoTable
	}
	if err := t.mayWrite(ctx); err != nil {
		return err
	}
	t.end()
	return nil
}

// directory is the kind of thing that tables are on a node.
const directory = "table"

// Find is the table of that name on the context's node. It fails with
// ErrNoTable, or says of which type the table is if that is not T. After a
// restart of the owner, and only then, it is another table: keep none that
// you do not own. (OTP: ets:whereis/1.)
func Find[T Table](ctx context.Context, name string) (T, error) {
	var none T
	found, ok := process.NodeOf(ctx).LookupPublished(directory, name)
	if !ok {
		return none, fmt.Errorf("%w: %q", ErrNoTable, name)
	}
	t, ok := found.(T)
	if !ok {
		return none, fmt.Errorf("ets: table %q is a %T, not a %T", name, found, none)
	}
	return t, nil
}
