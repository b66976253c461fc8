// Command wiring starts what lives as long as it does.
package main

import (
	"context"
	"net/http"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

func main() {
	go http.ListenAndServe(":0", nil)
	go func() {
		for {
			time.Sleep(time.Second)
		}
	}()
	run(context.Background(), "")
}

func run(ctx context.Context, pid process.Name) {
	go poll() // want `never ends`
	<-ctx.Done()
}

func poll() {
	for {
		time.Sleep(time.Second)
	}
}
