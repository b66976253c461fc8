package health_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/otplint/otplint/runtime/health"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// The probes' server is the first child: it answers until all the others have
// stopped. The public server is the last but for a child that makes the stop
// wait until no new clients are sent.
func Example() {
	node := process.NewNode("shop", process.WithLogger(slog.New(slog.DiscardHandler)))
	ctx, stop := context.WithCancel(process.WithNode(context.Background(), node)) // a program has signal.NotifyContext
	defer stop()

	var root supervisor.Child[supervisor.Ref]
	probes := httpchild.Child("probes", "127.0.0.1:0", func() *http.Server {
		return &http.Server{Handler: health.Handler(root.Ref(), health.Until(ctx), health.Check("database", ping))}
	})
	public := httpchild.Child("public", "127.0.0.1:0", func() *http.Server {
		return &http.Server{Handler: http.NotFoundHandler()}
	})
	up, noNewClients := make(chan struct{}), make(chan struct{})
	grace := supervisor.Func("grace", func(ctx context.Context) error {
		close(up)
		<-ctx.Done()
		<-noNewClients // a program sleeps for some seconds
		return nil
	})
	root = supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{probes, public, grace})

	ended := make(chan error, 1)
	go func() { ended <- supervisor.Run(ctx, root) }()
	<-up
	for probe(probes.Ref(), "/ready") != "200 {\"status\":\"ready\"}" { // as soon as all have started
		time.Sleep(time.Millisecond)
	}
	fmt.Println(probe(probes.Ref(), "/live"))
	stop() // SIGTERM
	fmt.Println(probe(probes.Ref(), "/ready"))
	fmt.Println(probe(probes.Ref(), "/live"))
	close(noNewClients)
	fmt.Println(<-ended)
	// Output:
	// 200 {"status":"alive"}
	// 503 {"status":"stopping","problems":[{"problem":"the stop has begun","reason":"context canceled"}]}
	// 200 {"status":"alive"}
	// <nil>
}

func ping(context.Context) error { return nil }

// probe asks as an orchestrator does.
func probe(server httpchild.Ref, path string) string {
	addr, err := server.Addr()
	if err != nil {
		return err.Error()
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + addr.String() + path)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, bytes.TrimSpace(body))
}
