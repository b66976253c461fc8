// Command otplint finds what goes wrong with processes and supervision in Go
// programs. Run "otplint help" for its usage; the same program is a vet tool:
//
//	go vet -vettool=$(which otplint) ./...
package main

import (
	"os"

	"github.com/otplint/otplint/analyzers"
	"github.com/otplint/otplint/internal/cli"
	"github.com/otplint/otplint/internal/unit"
)

func main() {
	if args := os.Args[1:]; unit.Is(args) {
		os.Exit(unit.Main(args, cli.InCone, analyzers.Analyzers()...))
	}
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
}
