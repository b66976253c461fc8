// Package meta writes one defect in many ways.
package meta

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/dynchild/rooms"
)

type api struct {
	rooms  supervisor.Ref
	opener opener
}

func (a api) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/plain/{id}", func(w http.ResponseWriter, r *http.Request) {
		supervisor.StartChild(r.Context(), a.rooms, supervisor.Server(r.PathValue("id"), rooms.New)) // want `HTTP handler api.routes:`
	})
	mux.HandleFunc("/extracted/{id}", a.extracted)
	mux.HandleFunc("/generic/{id}", a.generic)
	mux.HandleFunc("/abstract/{id}", a.abstract)
	mux.HandleFunc("/alias/{id}", a.alias)
	return mux
}

func (a api) extracted(w http.ResponseWriter, r *http.Request) { a.helper(r.Context(), idOf(r)) }

func idOf(r *http.Request) string { return "room-" + r.PathValue("id") }

func (a api) helper(ctx context.Context, id string) {
	child := rooms.Child(id)
	supervisor.StartChild(ctx, a.rooms, child.Shutdown(supervisor.Infinity)) // want `HTTP handler api.extracted`
}

func add[T any](ctx context.Context, sup supervisor.Ref, c supervisor.Child[T], id string) {
	supervisor.StartChild(ctx, sup, supervisor.Server("x", rooms.New).ID(id)) // want `HTTP handler api.generic`
}

func (a api) generic(w http.ResponseWriter, r *http.Request) {
	add(r.Context(), a.rooms, rooms.Child("x"), r.FormValue("id"))
}

type opener interface {
	open(ctx context.Context, id string)
}

type static struct{ sup supervisor.Ref }

func (s static) open(ctx context.Context, id string) {
	supervisor.StartChild(ctx, s.sup, rooms.Child(id)) // want `HTTP handler api.abstract`
}

func newAPI(sup supervisor.Ref) api { return api{sup, static{sup}} }

func (a api) abstract(w http.ResponseWriter, r *http.Request) {
	a.opener.open(r.Context(), r.PathValue("id"))
}

type tree = supervisor.Ref

func (a api) alias(w http.ResponseWriter, r *http.Request) {
	var sup tree = a.rooms
	id := r.PathValue("id")
	go func() {
		supervisor.StartChild(context.Background(), sup, rooms.Child(id)) // want `HTTP handler api.alias`
	}()
}
