package observer

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Option is an option of a Handler.
type Option func(*handler)

// ShowState lets the page of a server show its state, shortened, and what the
// state points to not at all. It is off by default, since states hold what is
// nobody's business. The state is read in the server's process between two
// messages, as OTP's sys:get_state/1 does; a server whose maps other
// goroutines write must not be looked at in this way.
func ShowState() Option { return func(h *handler) { h.showState = true } }

// AllowRemote answers whoever asks. Put it behind what asks for a password: the
// observer does not. The default is to answer requests from this machine only,
// that are for this machine's own names (so that no web page can have its
// visitors' browsers ask, by DNS rebinding) and that no header tells were
// forwarded. A proxy on this machine that asks for localhost itself and does not
// tell for whom, as nginx does unless it is told to, looks like a user of this
// machine: do not let one forward to the observer's path.
func AllowRemote() Option { return func(h *handler) { h.allowRemote = true } }

// Handler shows the node of ctx, of which it uses nothing else. It may be
// mounted under any prefix, with http.StripPrefix; its links are relative.
// Only GET and HEAD are answered. A page is JSON if its name ends in .json
// (tree.json, processes.json, process.json, published.json) or if the request
// accepts application/json and no HTML.
func Handler(ctx context.Context, opts ...Option) http.Handler {
	h := &handler{node: process.NodeOf(ctx)}
	for _, set := range opts {
		if set != nil {
			set(h)
		}
	}
	return h
}

// Child is a child of a supervisor that serves a Handler of its node at addr,
// such as "127.0.0.1:8081", and nothing else.
func Child(id, addr string, opts ...Option) supervisor.Child[httpchild.Ref] {
	return httpchild.Child(id, addr, func() *http.Server {
		return &http.Server{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				Handler(r.Context(), opts...).ServeHTTP(w, r) // whose context names the child's node
			}),
			ReadHeaderTimeout: 10 * time.Second,
			WriteTimeout:      time.Minute,
			IdleTimeout:       5 * time.Minute,
		}
	})
}

type handler struct {
	node        *process.Node
	showState   bool
	allowRemote bool
}

// ServeHTTP finds the page.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	protect(w.Header())
	if problem := h.refuses(r); problem != "" {
		http.Error(w, problem, http.StatusForbidden)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "the observer only shows: use GET", http.StatusMethodNotAllowed)
		return
	}
	if r.URL.Path == "" { // mounted, and asked for without the slash
		redirectToSlash(w, r)
		return
	}
	name, json := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/"), ".json")
	if serveAsset(w, r, name) {
		return
	}
	p, ok := pages[name]
	if !ok || json && name == "" {
		http.NotFound(w, r)
		return
	}
	ctx, cancel := context.WithTimeout(process.WithNode(r.Context(), h.node), patience)
	defer cancel()
	v, status := p.view(ctx, h, r.URL.Query())
	if json || wantsJSON(r) {
		renderJSON(w, v, status)
		return
	}
	renderHTML(w, h, p, r.URL.Query(), v, status)
}

// redirectToSlash makes the relative links of the first page work.
func redirectToSlash(w http.ResponseWriter, r *http.Request) {
	path, query, _ := strings.Cut(r.RequestURI, "?")
	to := "./" + path[strings.LastIndexByte(path, '/')+1:] + "/"
	if query != "" {
		to += "?" + query
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusMovedPermanently)
}
