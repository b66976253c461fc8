// Package indirect imports mid only: lib's facts reach it through mid's.
package indirect

import "otplint.test/unsupervised/mid"

func starts() {
	go mid.NewPoller().Loop() // want `the loop at lib.go:15 never ends`
}
