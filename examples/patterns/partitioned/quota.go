// Package partitioned shows a server that was split by a key, because the whole program waited for its one mailbox.
package partitioned

import (
	"context"
	"errors"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/supervisor"
)

const maxAccounts = 1_000_000

// ErrTooMany says that no more accounts are kept.
var ErrTooMany = errors.New("too many accounts")

// quota counts what accounts have used.
type quota struct{ used map[string]int }

type (
	use struct {
		genserver.CallTo[*quota, int]
		account string
		n       int
	}
	total struct{ genserver.CallTo[*quota, int] }
)

// Ref is how the rest of the program holds the counters: it was a genserver.Ref[*quota].
type Ref = partition.Partitions[genserver.Ref[*quota]]

// Child is as many counters as there are CPUs, each with its share of the accounts.
func Child(id string) supervisor.Child[Ref] {
	return partition.New(id, partition.PerCPU, func(int) supervisor.Child[genserver.Ref[*quota]] {
		return supervisor.Server("quota", func() *quota { return &quota{used: make(map[string]int)} })
	})
}

// Use counts n for an account and returns what it has used. The same account leads to the same counter.
func Use(ctx context.Context, q Ref, account string, n int) (int, error) {
	return genserver.Call(ctx, partition.For(q, account), use{account: account, n: n})
}

// Total asks all counters, one after the other, while they go on: it is true of no single moment.
func Total(ctx context.Context, q Ref) (sum int, err error) {
	for _, counter := range q.All() {
		n, err := genserver.Call(ctx, counter, total{})
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// Init begins with nothing used.
func (s *quota) Init(c *genserver.Context) genserver.Result { return c.OK() }

// HandleCall counts.
func (s *quota) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case use:
		if _, known := s.used[req.account]; !known && len(s.used) >= maxAccounts {
			return req.Fail(from, ErrTooMany)
		}
		s.used[req.account] += req.n
		return req.Reply(from, s.used[req.account])
	case total:
		sum := 0
		for _, n := range s.used {
			sum += n
		}
		return req.Reply(from, sum)
	}
	return c.Unhandled(req)
}
