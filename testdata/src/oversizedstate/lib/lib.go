// Package lib has helpers that get a server's state.
package lib

import "github.com/otplint/otplint/runtime/process"

var _ process.PID

// Evict removes.
func Evict(m map[string]int) {
	for k := range m {
		delete(m, k)
		return
	}
}

// Count reads.
func Count(m map[string]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

// LRU forgets what is old, somewhere.
type LRU struct{ entries map[string]int }

func (l *LRU) Add(k string, n int) { l.entries[k] = n }

// Trim drops what is old.
func Trim(list *[]string) { *list = (*list)[1:] }

// Book grows; it is not the state of a server of this package.
type Book struct {
	Lines []string
}
