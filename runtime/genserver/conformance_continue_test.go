package genserver_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// note is a cast that the journal keeps.
func note(w *proctest.World, r running, entry string) {
	genserver.Cast(w.Ctx, r.ref, tell{f: func(c *genserver.Context) genserver.Result {
		r.add(entry)
		return c.NoReply()
	}})
}

var continueCases = []conformance.Case{
	{ID: "GS-037", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{init: func(c *genserver.Context) genserver.Result {
			if err := process.Send(c, c.Self(), "message"); err != nil {
				t.Error(err)
			}
			return c.OK().Continue("first")
		}})
		r.Want(nil)
		r.journal.want(t, "continue first, message")
	}},
	{ID: "GS-038", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		var r running
		r = serve(w, server{continuation: func(c *genserver.Context, arg any) genserver.Result {
			r.add(arg.(string))
			if arg == "c1" {
				return c.NoReply().Continue("c2")
			}
			return c.NoReply()
		}})
		genserver.Cast(w.Ctx, r.ref, tell{f: func(c *genserver.Context) genserver.Result {
			time.Sleep(time.Second) // the next cast is in the mailbox by then
			return c.NoReply().Continue("c1")
		}})
		note(w, r, "cast")
		time.Sleep(2 * time.Second)
		r.journal.want(t, "c1, c2, cast")
	}},
	{ID: "GS-039", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		begun := time.Now()
		r := serve(w, server{
			init: func(c *genserver.Context) genserver.Result { return c.OK().Continue("slow") },
			continuation: func(c *genserver.Context, _ any) genserver.Result {
				time.Sleep(300 * time.Millisecond)
				return c.NoReply()
			},
		})
		wantTook(t, begun, 0)
		wantAlive(t, w, r)
		wantTook(t, begun, 300*time.Millisecond)
	}},
	{ID: "GS-040", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		var r running
		r = serve(w, server{continuation: func(c *genserver.Context, _ any) genserver.Result {
			time.Sleep(300 * time.Millisecond)
			r.add("continued")
			return c.NoReply()
		}})
		begun := time.Now()
		v, err := call(w.Ctx, r.ref, func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
			return req.Reply(from, "answer").Continue("slow")
		})
		wantTook(t, begun, 0)
		if v != "answer" || err != nil {
			t.Errorf("%v, %v", v, err)
		}
		r.journal.want(t, "")
		time.Sleep(time.Second)
		r.journal.want(t, "continued")
	}},
	{ID: "GS-041", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{init: func(c *genserver.Context) genserver.Result { return c.OK().Timeout(30 * time.Millisecond) }})
		time.Sleep(29 * time.Millisecond)
		synctest.Wait()
		r.journal.want(t, "")
		time.Sleep(time.Millisecond)
		synctest.Wait()
		r.journal.want(t, "timeout")
		time.Sleep(time.Second)
		synctest.Wait()
		r.journal.want(t, "timeout")
	}},
	{ID: "GS-042", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for name, disturb := range map[string]func(r running){
			"info": func(r running) { process.Send(w.Ctx, r.pid, "message") },
			"cast": func(r running) { note(w, r, "message") },
			"call": func(r running) {
				call(w.Ctx, r.ref, func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
					r.add("message")
					return req.Reply(from, nil)
				})
			},
		} {
			r := serve(w, server{init: func(c *genserver.Context) genserver.Result { return c.OK().Timeout(80 * time.Millisecond) }})
			time.Sleep(50 * time.Millisecond)
			disturb(r)
			time.Sleep(time.Second)
			t.Log(name)
			r.journal.want(t, "message")
		}
	}},
	{ID: "GS-043", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{})
		genserver.Cast(w.Ctx, r.ref, tell{f: func(c *genserver.Context) genserver.Result {
			time.Sleep(time.Second) // the message is in the mailbox by then
			return c.NoReply().Timeout(0)
		}})
		note(w, r, "message")
		time.Sleep(2 * time.Second)
		r.journal.want(t, "message")

		r = serve(w, server{init: func(c *genserver.Context) genserver.Result { return c.OK().Timeout(0) }})
		r.Want(nil)
		r.journal.want(t, "timeout")
	}},
	{ID: "GS-044", Standing: conformance.NotApplicable, Why: "An idle process has no goroutine and no mailbox memory: there is nothing to hibernate."},
	{ID: "GS-046", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{})
		if err := genserver.Suspend(w.Ctx, r.ref); err != nil {
			t.Fatal(err)
		}
		note(w, r, "one")
		note(w, r, "two")
		ctx, cancel := context.WithTimeout(w.Ctx, 100*time.Millisecond)
		defer cancel()
		begun := time.Now()
		_, err := call(ctx, r.ref, func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
			r.add("call")
			return req.Reply(from, nil)
		})
		wantTook(t, begun, 100*time.Millisecond)
		wantCallError(t, err, genserver.ErrTimeout)
		note(w, r, "three")
		r.Want(nil)
		r.journal.want(t, "")
		if err := genserver.Resume(w.Ctx, r.ref); err != nil {
			t.Fatal(err)
		}
		wantAlive(t, w, r)
		r.journal.want(t, "one, two, call, three")
	}},
}
