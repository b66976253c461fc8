// Package mid hides lib from package cross: facts have to be carried on.
package mid

import "otplint.test/unsupervised/lib"

// Run never returns either.
func Run() { lib.Run() }

// NewPoller hands out another package's type.
func NewPoller() *lib.Poller { return &lib.Poller{} }
