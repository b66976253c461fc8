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
	for range 2 {
		replicate()
	}
	startPprof()
	func() { startMetrics() }()
	http.HandleFunc("/watch", func(http.ResponseWriter, *http.Request) { watch() })
	defer closed()
	new(app).start()
	http.HandleFunc("/again", again)
	both()
	descend(3)
	value := new(app).restart
	http.HandleFunc("/value", func(http.ResponseWriter, *http.Request) { value() })
	new(app).restart()
	run(context.Background(), "")
}

func poll() {
	for {
		time.Sleep(time.Second)
	}
}

// These only main calls, once.

func run(ctx context.Context, pid process.Name) {
	go poll()
	<-ctx.Done()
}

func startPprof() { go http.ListenAndServe("localhost:6060", nil) }

func startMetrics() { deeper() }

func deeper() { go poll() }

func closed() { go poll() }

type app struct{}

func (a *app) start() { go poll() }

// These run more than once.

func replicate() {
	go poll() // want `never ends`
}

func watch() {
	go poll() // want `never ends`
}

func again(http.ResponseWriter, *http.Request) {
	both()
}

func (a *app) restart() {
	go poll() // want `never ends`
}

func both() {
	go poll() // want `never ends`
}

func descend(n int) {
	go poll() // want `never ends`
	if n > 0 {
		descend(n - 1)
	}
}
