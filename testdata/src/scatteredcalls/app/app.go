// Package app is the client API of what is below its internal folder.
package app

import (
	"context"

	"otplint.test/scatteredcalls/app/internal/ledger"

	"github.com/otplint/otplint/runtime/genserver"
)

func Book(ctx context.Context, l genserver.Ref[*ledger.Ledger]) {
	genserver.Cast(ctx, l, ledger.Book{})
}
