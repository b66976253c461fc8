package testkit

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// inbox is what a probe has got. The probe adds, the test takes.
type inbox struct {
	mu      sync.Mutex
	msgs    []any
	arrived chan struct{} // has room for one
	ended   chan struct{} // closed when the probe has ended
	busy    atomic.Bool   // the test waits for what the probe does
}

func newInbox() *inbox {
	return &inbox{arrived: make(chan struct{}, 1), ended: make(chan struct{})}
}

func (b *inbox) add(msg any) {
	b.mu.Lock()
	b.msgs = append(b.msgs, msg)
	b.mu.Unlock()
	select {
	case b.arrived <- struct{}{}:
	default:
	}
}

// take waits for the first message that match accepts. It calls match once
// for each message.
func (b *inbox) take(within time.Duration, match func(any) bool) (any, bool) {
	timer := time.NewTimer(within)
	defer timer.Stop()
	for looked, over := 0, false; ; {
		for msg, ok := b.at(looked); ok; msg, ok = b.at(looked) {
			if match(msg) {
				b.remove(looked)
				return msg, true
			}
			looked++
		}
		if over {
			return nil, false
		}
		select {
		case <-b.arrived:
		case <-timer.C:
			over = true
		case <-b.ended:
			over = true
		}
	}
}

func (b *inbox) at(i int) (any, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i >= len(b.msgs) {
		return nil, false
	}
	return b.msgs[i], true
}

func (b *inbox) remove(i int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.msgs = append(b.msgs[:i:i], b.msgs[i+1:]...)
}

// describe tells what has come instead of what was wanted.
func (b *inbox) describe(wanted func(any) bool) string {
	const most = 20
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.msgs) == 0 {
		return "no other message has come either"
	}
	var s strings.Builder
	s.WriteString("what has come:")
	for i, msg := range b.msgs {
		if i == most {
			fmt.Fprintf(&s, "\n\tand %d more", len(b.msgs)-most)
			break
		}
		fmt.Fprintf(&s, "\n\t%s", show(msg))
		if wanted(msg) {
			s.WriteString(" (does not match)")
		}
	}
	return s.String()
}

// show is a message for people.
func show(msg any) string {
	const longest = 200
	text := fmt.Sprintf("%T %+v", msg, msg)
	if r := []rune(text); len(r) > longest {
		text = string(r[:longest]) + "..."
	}
	return text
}
