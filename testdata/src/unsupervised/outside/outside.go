// Package outside does not use the runtime: nothing is said of it.
package outside

import "time"

// Start starts a loop.
func Start() {
	go func() {
		for {
			time.Sleep(time.Second)
		}
	}()
}
