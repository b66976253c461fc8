package ownership

import (
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// A Class is a place on the ownership lattice. Smaller is better owned.
type Class uint8

const (
	Unknown     Class = iota // something decisive cannot be seen: say nothing
	Joined                   // waited for by a WaitGroup or its like, or by a done channel
	Awaited                  // its result is received elsewhere
	Cancellable              // can be told to stop; nobody learns that it did
	Bounded                  // nothing in it is known to run for ever
	Ownerless                // runs for ever and nobody owns it
)

func (c Class) String() string {
	return [...]string{"unknown", "joined", "awaited", "cancellable", "bounded", "ownerless"}[c]
}

// A Kind says why a piece of work lasts.
type Kind uint8

const (
	Endless   Kind = iota + 1 // a loop that nothing leaves
	DeadStop                  // a loop that only an event can end that never happens
	Stoppable                 // a loop that a context or a channel ends
	Serves                    // a server call that lasts until the server is shut down
	Blocks                    // an empty select
)

// Work is the evidence that a goroutine lasts: the loop or the call.
type Work struct {
	Kind Kind
	Pos  token.Pos // in the analysed package; NoPos if the work is in another one
	Site string    // "poller.go:20", wherever it is
	Func string    // the function that holds it, as a reader would name it
	Stop string    // DeadStop: what would have to end it, and does not
}

// A Goroutine is one start of a goroutine.
type Goroutine struct {
	Pos     token.Pos     // of the go keyword, or of the call that starts it
	Starter *ssa.Function // the function that starts it
	Entry   string        // what it runs, as a reader would name it
	Class   Class
	Work    *Work  // why it lasts; nil if nothing in it does
	Wiring  bool   // started by main.main or by a singleton's sync.Once
	Helper  string // the wrapper that starts it, "" for a go statement

	body *body
}
