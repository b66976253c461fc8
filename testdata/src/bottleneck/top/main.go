// Command top has more handlers for the store that package under makes.
package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/under"
)

func main() {
	tree, api := under.Tree()
	http.HandleFunc("/1", api.One)
	http.HandleFunc("/2", api.Two)
	http.HandleFunc("/3", func(w http.ResponseWriter, r *http.Request) {
		n, err := store.Get(r.Context(), api.Items, "three")
		fmt.Fprintln(w, n, err)
	})
	supervisor.Run(context.Background(), tree)
}
