package partitioned

import (
	"fmt"
	"sync"
	"testing"

	"github.com/otplint/otplint/runtime/testkit"
)

func TestQuota(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		q := testkit.Start(t, Child("quota"))
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				if _, err := Use(t.Context(), q, fmt.Sprint(i%10), 1); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n, err := Use(t.Context(), q, "7", 0); n != 10 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if n, err := Total(t.Context(), q); n != 100 || err != nil {
			t.Errorf("%d in all, %v", n, err)
		}
	})
}
