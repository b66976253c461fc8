package dead

import (
	"context"
	"testing"

	"github.com/otplint/otplint/runtime/genserver"
)

type fromTest struct{ genserver.CallTo[Server, int] }

func TestUnhandled(t *testing.T) {
	r, err := genserver.Start(context.Background(), func() Server { return Server{} })
	if err != nil {
		t.Fatal(err)
	}
	callOld(context.Background(), r)
	genserver.Call(context.Background(), r, fromTest{})
}
