// Package serial asks servers that serialise on purpose, from many handlers.
package serial

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/gate"
	"otplint.test/bottleneck/seq"
)

type api struct {
	numbers genserver.Ref[*seq.Seq]
	journal genserver.Ref[*seq.Log]
	gate    gate.Ref
}

func (a api) one(w http.ResponseWriter, r *http.Request)   { a.answer(w, r.Context()) }
func (a api) two(w http.ResponseWriter, r *http.Request)   { a.answer(w, r.Context()) }
func (a api) three(w http.ResponseWriter, r *http.Request) { a.answer(w, r.Context()) }

func (a api) four(w http.ResponseWriter, r *http.Request) {
	n, err := seq.Next(r.Context(), a.numbers)
	fmt.Fprintln(w, n, err, seq.Write(r.Context(), a.journal, "four"))
}

// answer numbers, writes ahead, and has fetched what only one may fetch at a time.
func (a api) answer(w io.Writer, ctx context.Context) {
	n, err := seq.Next(ctx, a.numbers)
	if err == nil {
		err = seq.Write(ctx, a.journal, "answer")
	}
	code, _ := gate.Fetch(ctx, a.gate, "http://localhost/")
	fmt.Fprintln(w, n, code, err)
}

func Run(ctx context.Context, file *os.File) error {
	numbers, journal, g := seq.Numbers("numbers"), seq.Journal("journal", file), gate.Child("gate")
	a := api{numbers.Ref(), journal.Ref(), g.Ref()}
	http.HandleFunc("/1", a.one)
	http.HandleFunc("/2", a.two)
	http.HandleFunc("/3", a.three)
	http.HandleFunc("/4", a.four)
	return supervisor.Run(ctx, supervisor.Supervisor("serial", supervisor.OneForOne, []supervisor.Spec{numbers, journal, g}))
}
