package bad

import "testing"

func TestGroup(t *testing.T) {
	var g group
	g.start()
	go forever() // a test's goroutines are its own business
	g.wg.Wait()
}
