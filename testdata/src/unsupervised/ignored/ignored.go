// Package ignored has findings that directives silence: a driver that takes this check alone honours them, too.
package ignored

import (
	"time"

	_ "github.com/otplint/otplint/runtime/process"
)

func tick() {
	for {
		time.Sleep(time.Second)
	}
}

func start() {
	//otplint:ignore unsupervised it ends with the program
	go tick()
	go tick() //nolint:unsupervised // so does this
	go tick() // want `goroutine has no owner`
	//otplint:ignore bottleneck another check
	go tick() // want `goroutine has no owner`
}
