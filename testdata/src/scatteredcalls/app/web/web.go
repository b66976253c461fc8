// Package web is another part of the application.
package web

import (
	"context"

	"otplint.test/scatteredcalls/app/internal/ledger"

	"github.com/otplint/otplint/runtime/genserver"
)

func Book(ctx context.Context, l genserver.Ref[*ledger.Ledger]) {
	genserver.Cast(ctx, l, ledger.Book{}) // want `raw genserver.Cast of ledger.Book outside package ledger, whose client API has no function for it \(it has one for 0 of 1 exported messages\)`
}
