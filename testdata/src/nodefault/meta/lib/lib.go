// Package lib asks for others.
package lib

import (
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

func Watch(c *genserver.Context, to process.Dest) process.MonitorRef { return c.Monitor(to) }

func WatchAll[T process.Dest](c *genserver.Context, all []T) {
	for _, one := range all {
		c.Monitor(one)
	}
}
