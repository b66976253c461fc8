// Package patient lets calls wait without a limit of their own, as those to
// supervisors do in OTP: a child that starts or stops may take long.
package patient

import (
	"context"
	"time"
)

// Context is ctx, with a deadline that never comes if it has none: a call has
// no default timeout then. It spares the timer of one made by package context.
func Context(ctx context.Context) context.Context {
	if _, limited := ctx.Deadline(); limited {
		return ctx
	}
	return unlimited{ctx}
}

type unlimited struct{ context.Context }

func (unlimited) Deadline() (time.Time, bool) {
	const never = 100 * 365 * 24 * time.Hour
	return time.Now().Add(never), true
}
