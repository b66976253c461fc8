package near

import (
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
)

// slow is a server of a test.
type slow struct{}

func (slow) Init(c *genserver.Context) genserver.Result {
	time.Sleep(time.Minute)
	return c.OK()
}

func TestSlow(t *testing.T) {
	if _, err := genserver.Start(t.Context(), func() slow { return slow{} }); err != nil {
		t.Fatal(err)
	}
}
