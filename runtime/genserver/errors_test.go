package genserver_test

import (
	"testing"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
)

type mute struct{}

func (*mute) Init(c *genserver.Context) genserver.Result { return c.OK() }

type hum struct{ genserver.CallTo[*mute, int] }

type strict struct{}

func (*strict) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (*strict) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case obey:
		return c.OK()
	default:
		return c.Unhandled(req)
	}
}

type obey struct {
	genserver.CallTo[*strict, int]
}

// What a mistake costs a server its life for is said so that it can be mended.
func TestErrorsSayWhatToDo(t *testing.T) {
	w := proctest.New(t)
	start := func() genserver.Ref[*strict] {
		s, err := genserver.Start(w.Ctx, func() *strict { return new(strict) })
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	silent, err := genserver.Start(w.Ctx, func() *mute { return new(mute) })
	if err != nil {
		t.Fatal(err)
	}
	_, absent := genserver.Call(w.Ctx, silent, hum{})
	_, pointer := genserver.Call(w.Ctx, start(), &obey{})
	_, ok := genserver.Call(w.Ctx, start(), obey{})
	_, zero := genserver.Call(w.Ctx, genserver.Ref[*strict]{}, obey{})
	_, nothing := genserver.Start[*strict](w.Ctx, nil)
	for _, test := range []struct {
		err  error
		want string
	}{
		{absent, "the server has no HandleCall for genserver_test.hum"},
		{pointer, "HandleCall has no case for *genserver_test.obey: messages are values, so send it without the &"},
		{ok, "HandleCall returned a result that it may not return: the request's Reply or Fail, c.NoReply when its Caller answers later, " +
			"c.Stop or c.Unhandled; not c.OK, nor the zero Result"},
		{zero, "no process"},
	} {
		failed, is := test.err.(*genserver.CallError)
		if !is || failed.Reason.Error() != test.want {
			t.Errorf("%v, want %s", test.err, test.want)
		}
	}
	if want := "call genserver_test.obey to the zero Ref: no process"; zero.Error() != want {
		t.Errorf("%v, want %s", zero, want)
	}
	if want := "genserver: the function that is to make a *genserver_test.strict is nil"; nothing == nil || nothing.Error() != want {
		t.Errorf("%v, want %s", nothing, want)
	}
}
