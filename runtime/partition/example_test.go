package partition_test

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Counter counts how often pages were seen.
type Counter struct{ seen map[string]int }

type (
	see struct {
		genserver.CallTo[*Counter, int]
		page string
	}
	total struct {
		genserver.CallTo[*Counter, int]
	}
)

func NewCounter() *Counter { return &Counter{seen: map[string]int{}} }

func (s *Counter) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Counter) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case see:
		s.seen[req.page]++
		return req.Reply(from, s.seen[req.page])
	case total:
		sum := 0
		for _, n := range s.seen {
			sum += n
		}
		return req.Reply(from, sum)
	}
	return c.Unhandled(req)
}

// Hits is how the program holds the counters: instead of a genserver.Ref[*Counter].
type Hits = partition.Partitions[genserver.Ref[*Counter]]

// Child is several counters, each with its share of the pages.
func Child(id string, n int) supervisor.Child[Hits] {
	return partition.New(id, n, func(int) supervisor.Child[genserver.Ref[*Counter]] {
		return supervisor.Server("counter", NewCounter)
	})
}

// See counts a page.
func See(ctx context.Context, h Hits, page string) (int, error) {
	return genserver.Call(ctx, partition.For(h, page), see{page: page})
}

// Total asks all the counters.
func Total(ctx context.Context, h Hits) (sum int, err error) {
	for _, counter := range h.All() {
		n, err := genserver.Call(ctx, counter, total{})
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// quiet is a context whose node does not log the crashes that the examples show.
func quiet() context.Context {
	return process.WithNode(context.Background(), process.NewNode("example", process.WithLogger(slog.New(slog.DiscardHandler))))
}

// One counter was asked by the whole program; now each has its share of the
// pages. Only the client API knows.
func Example() {
	ctx := quiet()
	hits := Child("hits", 4)
	tree, err := supervisor.Start(ctx, supervisor.Supervisor("site", supervisor.OneForOne, []supervisor.Spec{hits}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, tree)

	for _, page := range []string{"/", "/cart", "/", "/help", "/"} {
		if _, err := See(ctx, hits.Ref(), page); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(See(ctx, hits.Ref(), "/"))
	fmt.Println(Total(ctx, hits.Ref()))
	// Output:
	// 4 <nil>
	// 6 <nil>
}

// An integer key is led to its remainder, a string by its hash.
func ExampleFor() {
	shards := partition.New("shards", 3, func(i int) supervisor.Child[string] {
		shard := supervisor.Server("shard", NewCounter)
		return supervisor.Map(shard, func(genserver.Ref[*Counter]) string { return fmt.Sprint("shard ", i) })
	}).Ref()
	type UserID string
	fmt.Println(partition.For(shards, 5))
	fmt.Println(partition.For(shards, uint8(4)))
	fmt.Println(partition.For(shards, UserID("user-1")) == partition.For(shards, "user-1"))
	// Output:
	// shard 2
	// shard 1
	// true
}

// Fewer partitions, and as many again. What the stopped ones kept is gone.
func ExamplePartitions_Resize() {
	ctx := quiet()
	hits := Child("hits", 4)
	tree, err := supervisor.Start(ctx, supervisor.Supervisor("site", supervisor.OneForOne, []supervisor.Spec{hits}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, tree)
	fmt.Println(hits.Ref().Resize(ctx, 1))
	fmt.Println(supervisor.CountChildren(ctx, hits.Ref()))
	fmt.Println(hits.Ref().Resize(ctx, 4))
	_, err = hits.Ref().Resize(ctx, 5)
	fmt.Println(err)
	// Output:
	// 4 <nil>
	// {4 1 0 4} <nil>
	// 1 <nil>
	// partition: resize to 5 of 4: a set of partitions has no more than it was made with
}
