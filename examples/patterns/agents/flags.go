// Package agents shows an agent, and the mutex that does the same with less.
package agents

import (
	"context"
	"maps"
	"sync"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Flags are switches that are known when the program is built: Set takes no others.
type Flags struct{ agent agent.Ref[map[string]bool] }

// Child is the flags as a child of a supervisor. A restart begins with the defaults.
func Child(id string, defaults map[string]bool) supervisor.Child[Flags] {
	child := agent.Child(id, func() map[string]bool { return maps.Clone(defaults) })
	return supervisor.Map(child, func(a agent.Ref[map[string]bool]) Flags { return Flags{a} })
}

// Get reads a flag.
func (f Flags) Get(ctx context.Context, name string) (bool, error) {
	return agent.Get(ctx, f.agent, func(flags map[string]bool) bool { return flags[name] })
}

// Set sets a flag and says whether there is one of that name. It reads and writes in one function.
func (f Flags) Set(ctx context.Context, name string, on bool) (known bool, err error) {
	return agent.GetAndUpdate(ctx, f.agent, func(flags map[string]bool) (bool, map[string]bool) {
		if _, known := flags[name]; !known {
			return false, flags
		}
		flags[name] = on
		return true, flags
	})
}

// Plain is the same without a process.
type Plain struct {
	mu    sync.RWMutex
	flags map[string]bool
}

// NewPlain makes flags with these defaults.
func NewPlain(defaults map[string]bool) *Plain { return &Plain{flags: maps.Clone(defaults)} }

// Get reads a flag.
func (p *Plain) Get(name string) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.flags[name]
}

// Set sets a flag and says whether there is one of that name.
func (p *Plain) Set(name string, on bool) (known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known = p.flags[name]; known {
		p.flags[name] = on
	}
	return known
}
