package orderedtree

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/testkit"
)

// Run is the whole main function of a service, but for the signals: HTTP drains first, the database closes last.
func TestService(t *testing.T) {
	kit := testkit.New(t)
	ctx, stop := context.WithCancel(kit.Context())
	path := filepath.Join(t.TempDir(), "db")
	service := New(path, "127.0.0.1:0")
	ended := make(chan error, 1)
	go func() { ended <- supervisor.Run(ctx, service.Root) }()
	addr, err := service.HTTP.Addr()
	for err != nil { // it starts
		time.Sleep(time.Millisecond)
		addr, err = service.HTTP.Addr()
	}
	response, err := http.Post("http://"+addr.String()+"/buy", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	left, err := io.ReadAll(response.Body)
	response.Body.Close()
	if string(left) != "99\n" || err != nil {
		t.Errorf("%q, %v", left, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if noted, err := os.ReadFile(path); string(noted) != "sold one\n" || err != nil {
		t.Errorf("%q, %v", noted, err)
	}
}
