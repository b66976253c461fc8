// Package helper helps tests, and is no test itself.
package helper

import (
	"testing"

	"otplint.test/scatteredcalls/stock"

	"github.com/otplint/otplint/runtime/genserver"
)

func Drop(t testing.TB, s stock.Ref) {
	t.Cleanup(func() { genserver.Cast(t.Context(), s, stock.Drop{}) })
	genserver.Cast(t.Context(), s, stock.Drop{})
}
