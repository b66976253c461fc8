package ets

import "errors"

// Errors of tables, for errors.Is. Most come with a text that says more.
var (
	// ErrNotFound says that the table has no such key.
	ErrNotFound = errors.New("ets: no such key")
	// ErrNoTable says that the table is gone, with its owner or by Drop, or
	// that there is none of that name.
	ErrNoTable = errors.New("ets: no such table")
	// ErrAccess refuses what only the owner of the table may do.
	ErrAccess = errors.New("ets: access denied")
	// ErrNoOwner refuses to make a table for a plain goroutine: a table needs
	// a process to belong to.
	ErrNoOwner = errors.New("ets: a table needs an owner: make it with the context of a process, such as the one that Init gets, or as a child of a supervisor with ets.Child")
)
