package firststep

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) } // every loop ends

func TestService(t *testing.T) {
	kit := testkit.New(t)
	ctx, stop := context.WithCancel(kit.Context())
	defer stop()
	mailer := NewMailer()
	root, web := Tree("127.0.0.1:0", mailer)
	ended := make(chan error, 1)
	go func() { ended <- supervisor.Run(ctx, root) }()
	addr, err := web.Addr()
	for err != nil { // it starts
		time.Sleep(time.Millisecond)
		addr, err = web.Addr()
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + addr.String() + "/a")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	for len(mailer.jobs) > 0 {
		time.Sleep(time.Millisecond)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
