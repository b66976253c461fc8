package main

import (
	"net/http"
	"testing"

	"github.com/otplint/otplint/runtime/supervisor"
)

func TestAdd(t *testing.T) {
	var sup supervisor.Ref
	_ = func(w http.ResponseWriter, r *http.Request) { add(r.Context(), sup, r.PathValue("room")) }
}
