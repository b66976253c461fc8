// Command smells is the service of examples/shop, written the way it often comes out at first. It works, for a while.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/otplint/otplint/examples/smells/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cfg := app.Config{Log: os.Stderr, Started: func(url string) { fmt.Println("serving", url) }}
	flag.StringVar(&cfg.Addr, "addr", "127.0.0.1:8080", "serve HTTP on this `address`")
	flag.StringVar(&cfg.Supplier, "supplier", "", "ask this `URL` for quotes")
	flag.Parse()
	if err := app.Run(ctx, cfg); err != nil {
		fmt.Fprintln(os.Stderr, "smells:", err)
		os.Exit(1)
	}
}
