package near

import (
	"testing"

	"github.com/otplint/otplint/runtime/genserver"
)

type mute struct{}

type poke struct{ genserver.CallTo[*mute, int] }

func (*mute) Init(c *genserver.Context) result { return c.OK() }

// HandleCall lets callers wait, to see what they do.
func (*mute) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	return c.NoReply()
}

func TestMute(t *testing.T) {
	if _, err := genserver.Start(t.Context(), func() *mute { return &mute{} }); err != nil {
		t.Fatal(err)
	}
}
