package live

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestOps(t *testing.T) {
	kit := testkit.New(t) // in real time: it uses the network
	ctx, stop := context.WithCancel(kit.Context())
	defer stop()
	waits := supervisor.Func("waits", func(ctx context.Context) error { <-ctx.Done(); return nil })
	service := supervisor.Supervisor("service", supervisor.OneForOne, []supervisor.Spec{waits})
	broken := make(chan error, 1)
	root, ops := Tree(ctx, "127.0.0.1:0", service, func(context.Context) error {
		select {
		case err := <-broken:
			return err
		default:
			return nil
		}
	})
	ended := make(chan error, 1)
	go func() { ended <- supervisor.Run(ctx, root) }()
	get := func(path string) int {
		for {
			addr, err := ops.Addr()
			if err != nil { // it starts
				time.Sleep(time.Millisecond)
				continue
			}
			client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			response, err := client.Get("http://" + addr.String() + path)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			return response.StatusCode
		}
	}
	for get("/ready") != http.StatusOK { // the rest of the tree starts
		time.Sleep(time.Millisecond)
	}
	broken <- errors.New("no database")
	if code := get("/ready"); code != http.StatusServiceUnavailable {
		t.Errorf("/ready of what is not: %d", code)
	}
	for _, path := range []string{"/live", "/debug/observer/", "/debug/observer/tree.json"} {
		if code := get(path); code != http.StatusOK {
			t.Errorf("%s: %d", path, code)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
