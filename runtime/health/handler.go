package health

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"path"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// handler answers probes.
type handler struct {
	root    genserver.To[*supervisor.Sup]
	timeout time.Duration
	checks  []*check
	ignored map[string]bool
	until   context.Context // readiness ends with it
	silence time.Duration   // how long a live root may be silent; 0: for ever

	started atomic.Bool  // the root has been seen alive
	silent  atomic.Int64 // since when it has not answered, in Unix nanoseconds; 0: it has
	live    shared
	ready   shared
}

// Handler answers GET and HEAD of /live and /ready, below wherever it is
// mounted: only the last element of the path counts. The status is 200 or 503,
// and the body is JSON; see the package comment. root is the tree's, which
// need not have started: until it has, the program is live and not ready.
//
// An answer takes as long as [Timeout] at most. Probes that come at the same
// time share one look at the tree, so that many of them cost a supervisor no
// more than one.
//
// Children of dynamic supervisors do not count for readiness: that one of them
// does not run is the matter of its client. The dynamic supervisor counts.
// A child that has done its work, ignored its start or was terminated by
// supervisor.TerminateChild is as it should be.
func Handler(root genserver.To[*supervisor.Sup], opts ...Option) http.Handler {
	h := &handler{root: root, timeout: DefaultTimeout, ignored: map[string]bool{}, until: context.Background()}
	for _, opt := range opts {
		opt(h)
	}
	return h
}

// report is the body of an answer.
type report struct {
	Status   string    `json:"status"`
	Problems []problem `json:"problems,omitempty"`
	More     int       `json:"more,omitempty"` // problems that are not listed
	ok       bool
}

// problem is one reason not to be live or ready.
type problem struct {
	Child   string `json:"child,omitempty"` // its path from the root
	Check   string `json:"check,omitempty"` // or the check's name
	Problem string `json:"problem"`
	Reason  string `json:"reason,omitempty"`
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	probe := map[string]func(context.Context) report{"live": h.isLive, "ready": h.isReady}[path.Base(r.URL.Path)]
	switch {
	case probe == nil:
		http.NotFound(w, r)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "a probe is a GET or HEAD", http.StatusMethodNotAllowed)
		return
	}
	result := probe(r.Context())
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // PIDs are to be read
	if err := encoder.Encode(result); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	if !result.ok {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(body.Bytes()) // that the client is gone is its own affair
	}
}

// isLive answers /live.
func (h *handler) isLive(ctx context.Context) report {
	pid, alive := h.find(ctx)
	switch {
	case !alive && h.started.Load():
		return report{Status: "dead", Problems: []problem{{Problem: "the supervision tree has ended"}}}
	case !alive:
		return report{Status: "starting", ok: true}
	case h.silence <= 0 || h.until.Err() != nil:
		return report{Status: "alive", ok: true}
	}
	return h.live.do(ctx, h.timeout, func(ctx context.Context) report { return h.answers(ctx, pid) })
}

// answers judges a root that must not be silent for too long.
func (h *handler) answers(ctx context.Context, pid process.PID) report {
	asked := time.Now().UnixNano()
	if _, err := supervisor.CountChildren(ctx, genserver.RefTo[*supervisor.Sup](pid)); err == nil {
		h.silent.Store(0)
	} else if h.silent.CompareAndSwap(0, asked) {
		return report{Status: "alive", ok: true} // what was before nobody knows
	} else if silent := time.Since(time.Unix(0, h.silent.Load())); silent > h.silence {
		return report{Status: "silent", Problems: []problem{{
			Problem: "the root has not answered for " + silent.Round(time.Second).String(), Reason: text(err),
		}}}
	}
	return report{Status: "alive", ok: true}
}

// find is the root's process, and whether it lives.
func (h *handler) find(ctx context.Context) (pid process.PID, alive bool) {
	to, ok := h.root.(interface{ Dest() process.Dest }) // a Ref, or what embeds one
	if !ok {
		return pid, false
	}
	pid, err := to.Dest().Resolve(process.NodeOf(ctx))
	if err != nil || !pid.Alive() {
		return pid, false
	}
	h.started.Store(true)
	return pid, true
}

// shared lets requests that come while one is being answered have its answer.
type shared struct {
	mu  sync.Mutex
	now *look // what is being found out, nil for nothing
}

// look is one look at the tree; the report is there when done is closed.
type look struct {
	done   chan struct{}
	report report
}

// do finds out with f, or waits for who does so already. f gets a context of
// its own, since others wait for it who do not go when ctx ends.
func (s *shared) do(ctx context.Context, timeout time.Duration, f func(context.Context) report) report {
	s.mu.Lock()
	if l := s.now; l != nil {
		s.mu.Unlock()
		<-l.done
		return l.report
	}
	l := &look{done: make(chan struct{}), report: report{Status: "unknown"}}
	s.now = l
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.now = nil
		s.mu.Unlock()
		close(l.done)
	}()
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	l.report = f(limited)
	return l.report
}
