// Command shop is a small service on the runtime: an HTTP API in front of stock, carts and orders, a worker that ships,
// a janitor that cleans up, and a database below. It is written the way otplint wants it; examples/smells is the same
// service written the way it often comes out at first.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cfg := defaults()
	flag.StringVar(&cfg.addr, "addr", cfg.addr, "serve HTTP on this `address`")
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
	root, http := tree(cfg)
	sup, err := supervisor.Start(ctx, root)
	if err != nil {
		return err
	}
	addr, err := http.Addr()
	if err != nil {
		return errors.Join(err, supervisor.Stop(context.WithoutCancel(ctx), sup))
	}
	fmt.Fprintf(out, "serving http://%s\n", addr)

	pid, err := sup.Dest().Resolve(process.NodeOf(ctx))
	if err != nil {
		return err
	}
	if reason, err := process.Wait(ctx, pid); err == nil {
		return fmt.Errorf("gave up: %w", reason)
	}
	return supervisor.Stop(context.WithoutCancel(ctx), sup)
}
