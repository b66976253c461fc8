// Command shop is a small service on the runtime: an HTTP API in front of stock, carts and orders, a worker that ships,
// a janitor that cleans up, and a database below. It is written the way otplint wants it; examples/smells is the same
// service written the way it often comes out at first.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/otplint/otplint/runtime/supervisor"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cfg := defaults()
	flag.StringVar(&cfg.addr, "addr", cfg.addr, "serve HTTP on this `address`")
	flag.StringVar(&cfg.ops, "ops", cfg.ops, "serve probes and the observer on this `address`")
	flag.StringVar(&cfg.journal, "db", "", "keep the database in this `file` (default: a temporary one)")
	flag.Parse()
	if err := run(ctx, cfg, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends, then stops in order. It fails if the shop does not start or gives up.
func run(ctx context.Context, cfg config, out io.Writer) error {
	if cfg.journal == "" {
		dir, err := os.MkdirTemp("", "shop")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		cfg.journal = filepath.Join(dir, "journal")
	}
	return supervisor.Run(ctx, newShop(ctx, cfg, out).root)
}
