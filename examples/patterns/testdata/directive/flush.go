// Package directive silences a check without a reason.
package directive

import "github.com/otplint/otplint/runtime/process"

type Flusher struct{ log process.PID }

func New(log process.PID) *Flusher {
	f := &Flusher{log}
	//otplint:ignore unsupervised
	go f.flush()
	return f
}

func (f *Flusher) flush() {
	for f.log.Alive() {
	}
}
