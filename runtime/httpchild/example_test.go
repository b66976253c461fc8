package httpchild_test

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/supervisor"
)

// The server listens when the start returns, and stops first, being the last child.
func Example() {
	ctx := context.Background()
	api := httpchild.Child("http", "127.0.0.1:0", func() *http.Server {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /{name}", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "hello %s", r.PathValue("name"))
		})
		return &http.Server{Handler: mux}
	})
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{api}))
	if err != nil {
		fmt.Println(err)
		return
	}
	addr, err := api.Ref().Addr()
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := client.Get("http://" + addr.String() + "/joe")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(string(body), err)
	fmt.Println(supervisor.Stop(ctx, sup))
	// Output:
	// hello joe <nil>
	// <nil>
}
