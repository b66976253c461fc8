// Package mid hides low from top.
package mid

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"otplint.test/deep/low"
)

type Holder struct{ Low genserver.Ref[*low.Low] }

func (h *Holder) Do(ctx context.Context) (int, error) { return low.Do(ctx, h.Low) }
