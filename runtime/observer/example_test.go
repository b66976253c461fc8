package observer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/observer"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// A service mounts the observer beside its other pages for people who run it.
func ExampleHandler() {
	ctx := process.WithNode(context.Background(), process.NewNode("shop"))
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Server("stock", newShelf, genserver.WithName("stock")),
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, sup)

	mux := http.NewServeMux()
	mux.Handle("/debug/observer/", http.StripPrefix("/debug/observer", observer.Handler(ctx)))
	server := httptest.NewServer(mux)
	defer server.Close()

	resp, err := server.Client().Get(server.URL + "/debug/observer/processes.json?q=stock")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	var found struct {
		Processes []struct{ Name, Type string }
	}
	err = json.NewDecoder(resp.Body).Decode(&found)
	fmt.Println(found.Processes, err)
	// Output:
	// [{stock observer_test.shelf}] <nil>
}
