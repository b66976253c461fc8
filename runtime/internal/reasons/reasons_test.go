package reasons

import (
	"errors"
	"fmt"
	"testing"
)

type broken struct{ err error }

func (b *broken) Error() string { return "broken" }
func (b *broken) Unwrap() error { return b.err }

func TestIs(t *testing.T) {
	target := errors.New("target")
	for _, test := range []struct {
		reason error
		want   bool
	}{
		{target, true},
		{fmt.Errorf("wrapped: %w", target), true},
		{&broken{target}, true},
		{errors.New("target"), false},
		{nil, false},
		{(*broken)(nil), false}, // its Unwrap panics
	} {
		if got := Is(test.reason, target); got != test.want {
			t.Errorf("Is(%#v) = %v", test.reason, got)
		}
	}
}
