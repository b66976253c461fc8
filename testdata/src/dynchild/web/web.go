// Package web opens rooms on request.
package web

import (
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/dynchild/rooms"
)

type API struct{ Rooms supervisor.Ref }

// Open by another package's function.
func (a API) Open(w http.ResponseWriter, r *http.Request) {
	rooms.Open(r.Context(), a.Rooms, r.PathValue("room")) // want `a static supervisor gets a child for each request: its id is built from data and the start is reached from HTTP handler API.Open; .* under a dynamic supervisor \(dynsupervisor\)`
}

// Lobby has a fixed id.
func (a API) Lobby(w http.ResponseWriter, r *http.Request) {
	rooms.Open(r.Context(), a.Rooms, "lobby")
}

// Create here, reached by two.
func (a API) Create(w http.ResponseWriter, r *http.Request) { a.create(r, r.FormValue("name")) }
func (a API) Again(w http.ResponseWriter, r *http.Request)  { a.create(r, r.FormValue("other")) }

func (a API) create(r *http.Request, name string) {
	supervisor.StartChild(r.Context(), a.Rooms, rooms.Child(name)) // want `reached from HTTP handler API.Create, HTTP handler API.Again;`
}
