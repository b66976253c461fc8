// Package partition is Elixir's PartitionSupervisor: the same child several
// times over, each with its share of the keys.
//
// A process does one thing at a time. When one server is asked by the whole
// program, its mailbox is where the program queues, which is what otplint's
// check "bottleneck" finds. If what it keeps falls apart by some key, by user,
// by page, by account, so may the server:
//
//	hits := partition.New("hits", partition.PerCPU, func(int) supervisor.Child[counter.Ref] {
//		return counter.Child("hits")
//	})
//
//	// Hit was counter.Increment(ctx, hits, page).
//	func Hit(ctx context.Context, hits Hits, page string) {
//		counter.Increment(ctx, partition.For(hits, page), page)
//	}
//
//	// Total asks all of them, one after the other, while they go on counting.
//	func Total(ctx context.Context, hits Hits) (sum int, err error) {
//		for _, c := range hits.All() {
//			n, err := counter.Total(ctx, c)
//			...
//
// The same key always leads to the same partition, so what concerns one key
// still happens in order. The child may be of any kind, a dynamic supervisor
// whose starts queue included.
//
// # What it is not for
//
// It is no pool of workers: a key whose partition is busy waits, though others
// may be idle; for work that needs no state see package task. It does not help
// what has no key, or one key that is hotter than all others; readers of one
// value should share a table, package ets. A process for each key, which comes
// and goes, is package dynsupervisor's, found with package registry. And what
// holds across keys, a total or a maximum, is no longer one process's to say.
//
// Behaviour follows the module PartitionSupervisor of Elixir;
// docs/conformance.md lists it case by case.
package partition
