package ets

import (
	"errors"
	"fmt"

	"github.com/otplint/otplint/runtime/process"
)

// Access says who may use a table. It does not change.
type Access uint8

const (
	// Protected lets everybody read and the owner write. It is the default.
	Protected Access = iota
	// Public lets everybody read and write.
	Public
	// Private lets nobody but the owner read or write.
	Private
)

// String is the word for it.
func (a Access) String() string {
	switch a {
	case Protected:
		return "protected"
	case Public:
		return "public"
	case Private:
		return "private"
	}
	return fmt.Sprintf("Access(%d)", uint8(a))
}

// Option is an option of a new table.
type Option func(*config)

type config struct {
	name   string
	named  bool
	access Access
	heir   heir
	clone  any // of Copy: a func(V) V
}

// Named makes the table known on its node under a name, for [Find] and for
// tools. A name that a live table has fails the start with
// process.ErrNameTaken. (OTP: named_table.)
func Named(name string) Option {
	return func(c *config) { c.name, c.named = name, true }
}

// WithAccess sets who may use the table. The default is Protected.
func WithAccess(a Access) Option { return func(c *config) { c.access = a } }

// Heir names the process that owns the table next when its owner ends. The
// message [Transfer] tells it so, with data. to is resolved at that moment; if it leads to no
// live process, the table is gone. SetHeir changes the heir. (OTP: heir.)
func Heir(to process.Dest, data any) Option {
	return func(c *config) { c.heir = heir{to, data} }
}

// Copy has the table keep copies: clone is called for every value that comes
// in and every one that goes out, so that nobody shares memory with the
// table. Without it values are Go values as everywhere, see the package
// comment. A bag takes no Copy: it could not tell its values apart.
func Copy[V any](clone func(V) V) Option {
	return func(c *config) { c.clone = clone }
}

func configure(opts []Option) (config, error) {
	var c config
	for _, opt := range opts {
		opt(&c)
	}
	switch {
	case c.access > Private:
		return c, fmt.Errorf("ets: %v is no access; choose Protected, Public or Private", c.access)
	case c.named && c.name == "":
		return c, errors.New("ets: the name of a table must not be empty; leave out Named for a table without a name")
	}
	return c, nil
}

// copier copies values on their way in and out, if the table's user wants it.
type copier[V any] struct{ clone func(V) V }

func newCopier[V any](c config) (copier[V], error) {
	if c.clone == nil {
		return copier[V]{}, nil
	}
	clone, ok := c.clone.(func(V) V)
	if !ok || clone == nil {
		var v *V
		return copier[V]{}, fmt.Errorf("ets: the table's values are %s, Copy needs a function from and to that, not %T", fmt.Sprintf("%T", v)[1:], c.clone)
	}
	return copier[V]{clone}, nil
}

func (c *copier[V]) copy(v V) V {
	if c.clone == nil {
		return v
	}
	return c.clone(v)
}
