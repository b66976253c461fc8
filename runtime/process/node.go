package process

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Node holds what processes share: names, PID numbers, the log. Nothing is
// global but one default node, so parallel tests and several members of a
// cluster in one program each have their own. A Node is safe for concurrent
// use and needs no closing. (OTP: erts, node/0.)
type Node struct {
	name      string
	seq       uint64 // orders the locks of processes of different nodes
	logger    *slog.Logger
	lastID    atomic.Uint64
	abandoned atomic.Int64
	lastDump  atomic.Int64 // when stackOf last looked, in Unix nanoseconds
	shards    [shards]shard
	reaper    reaper
	directory directory
	restarts  restarts

	namesMu sync.RWMutex
	names   map[Name]*proc
}

const shards = 16

// shard is one part of the list of live processes.
type shard struct {
	mu      sync.Mutex
	head    *proc
	tallies tallies
	_       [8]byte // one cache line each: spawns on different cores do not meet
}

// NodeOption sets a property of a new node.
type NodeOption func(*Node)

// WithLogger makes the node log to l instead of slog.Default().
func WithLogger(l *slog.Logger) NodeOption { return func(n *Node) { n.logger = l } }

// NewNode makes a node. The name is part of its PIDs' text and should be
// unique among nodes that exchange PIDs.
func NewNode(name string, opts ...NodeOption) *Node {
	n := &Node{name: name, seq: lastNode.Add(1), names: make(map[Name]*proc)}
	for _, opt := range opts {
		opt(n)
	}
	return n
}

var lastNode atomic.Uint64

var defaultNode = NewNode("local")

type nodeKey struct{}

// WithNode makes n the node of whatever is started or resolved with the context.
func WithNode(ctx context.Context, n *Node) context.Context {
	return context.WithValue(ctx, nodeKey{}, n)
}

// NodeOf is the node of the process that ctx belongs to, else the one that
// WithNode gave, else the default one.
func NodeOf(ctx context.Context) *Node {
	if p := procOf(ctx); p != nil {
		return p.node
	}
	if n, ok := ctx.Value(nodeKey{}).(*Node); ok {
		return n
	}
	return defaultNode
}

// Name is the name that the node was made with.
func (n *Node) Name() string { return n.name }

// Abandoned counts the processes that were killed while busy and whose
// callback has not returned yet.
func (n *Node) Abandoned() int { return int(n.abandoned.Load()) }

// Logger is where the node's crash reports and warnings go.
func (n *Node) Logger() *slog.Logger {
	if n.logger != nil {
		return n.logger
	}
	return slog.Default()
}

// Log writes to the node's log. A handler that panics costs its line and
// nothing else: logs are written where a process ends.
func (n *Node) Log(level slog.Level, msg string, args ...any) {
	defer func() { _ = recover() }()
	n.Logger().Log(context.Background(), level, msg, args...)
}

// Processes iterates over a snapshot of the node's live processes, in no order.
func (n *Node) Processes() iter.Seq[PID] {
	return func(yield func(PID) bool) {
		for i := range n.shards {
			for _, p := range n.shards[i].all() {
				if !yield(PID{p}) {
					return
				}
			}
		}
	}
}

// ParsePID finds the live process whose String is text.
func (n *Node) ParsePID(text string) (PID, error) {
	inner, ok := strings.CutPrefix(text, "<")
	inner, ok2 := strings.CutSuffix(inner, ">")
	dot := strings.LastIndexByte(inner, '.')
	if !ok || !ok2 || dot < 0 {
		return PID{}, fmt.Errorf("%q is not a PID; want <node.number>", text)
	}
	id, err := strconv.ParseUint(inner[dot+1:], 10, 64)
	if err != nil || inner[:dot] != n.name {
		return PID{}, fmt.Errorf("%q is not a PID of node %s", text, n.name)
	}
	for _, p := range n.shards[id%shards].all() {
		if p.id == id {
			return PID{p}, nil
		}
	}
	return PID{}, NoProc
}

func (n *Node) add(p *proc) {
	behaviour, stateType := p.behaviour.Describe()
	s := &n.shards[p.id%shards]
	s.mu.Lock()
	s.tallies.enter(p, kind{behaviour, stateType})
	p.next = s.head
	if s.head != nil {
		s.head.prev = p
	}
	s.head = p
	s.mu.Unlock()
}

func (n *Node) remove(p *proc, how ending) {
	s := &n.shards[p.id%shards]
	s.mu.Lock()
	if p.prev != nil {
		p.prev.next = p.next
	} else if s.head == p {
		s.head = p.next
	}
	if p.next != nil {
		p.next.prev = p.prev
	}
	p.prev, p.next = nil, nil
	s.tallies.leave(p, how)
	s.mu.Unlock()
}

func (s *shard) all() []*proc {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ps []*proc
	for p := s.head; p != nil; p = p.next {
		ps = append(ps, p)
	}
	return ps
}
