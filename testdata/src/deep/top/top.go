// Package top reaches low through mid only.
package top

import (
	"context"

	"otplint.test/deep/mid"
)

func Run(ctx context.Context, h *mid.Holder) (int, error) { return h.Do(ctx) }
