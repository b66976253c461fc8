// Package before is a service as many are: goroutines that start each other, and stop when the program does.
package before

import (
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// Visits counts visits: a struct behind a mutex.
type Visits struct {
	mu     sync.Mutex
	byLink map[string]int
}

// Count counts one.
func (v *Visits) Count(link string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.byLink[link]++
}

// Mailer is a worker loop.
type Mailer struct{ jobs chan string }

func NewMailer() *Mailer {
	m := &Mailer{jobs: make(chan string, 100)}
	go m.loop()
	return m
}

func (m *Mailer) loop() {
	for to := range m.jobs {
		send(to)
	}
}

// blocked is a global variable, and a ticker's goroutine refreshes it.
var blocked = struct {
	sync.RWMutex
	hosts map[string]bool
}{}

func refreshBlocked() {
	for range time.Tick(time.Minute) {
		hosts := fetchBlocked()
		blocked.Lock()
		blocked.hosts = hosts
		blocked.Unlock()
	}
}

// IsBlocked reads it, wherever in the program.
func IsBlocked(host string) bool {
	blocked.RLock()
	defer blocked.RUnlock()
	return blocked.hosts[host]
}

// sessions is a sync.Map of what users do, and somebody has to forget them.
var sessions sync.Map // user -> *Session

type Session struct {
	mu    sync.Mutex
	links []string
	used  time.Time
}

// Visit notes a link in the user's session.
func Visit(user, link string) {
	v, _ := sessions.LoadOrStore(user, &Session{})
	s := v.(*Session)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.links, s.used = append(s.links, link), time.Now()
}

func forgetSessions() {
	for {
		time.Sleep(time.Minute)
		sessions.Range(func(user, v any) bool {
			s := v.(*Session)
			s.mu.Lock()
			defer s.mu.Unlock()
			if time.Since(s.used) > 30*time.Minute {
				sessions.Delete(user)
			}
			return true
		})
	}
}

// Hub hands events to channels.
type Hub struct {
	mu   sync.Mutex
	subs []chan string
}

func (h *Hub) Subscribe() <-chan string {
	h.mu.Lock()
	defer h.mu.Unlock()
	sub := make(chan string, 16)
	h.subs = append(h.subs, sub)
	return sub
}

func (h *Hub) Publish(link string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, sub := range h.subs {
		select {
		case sub <- link:
		default: // slow subscribers lose events
		}
	}
}

// CheckAll looks whether links work, all at once.
func CheckAll(links []string) []error {
	errs := make([]error, len(links))
	var wg sync.WaitGroup
	for i, link := range links {
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs[i] = check(link)
		}()
	}
	wg.Wait()
	return errs
}

// Run is the service, until a signal ends it.
func Run(addr string) {
	mailer, visits, hub := NewMailer(), &Visits{byLink: make(map[string]int)}, &Hub{}
	go refreshBlocked()
	go forgetSessions()
	go func() { log.Fatal(http.ListenAndServe(addr, routes(mailer, visits, hub))) }()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	<-stop
}

func routes(m *Mailer, v *Visits, h *Hub) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/{link}", func(w http.ResponseWriter, r *http.Request) {
		link := r.PathValue("link")
		if IsBlocked(link) {
			http.NotFound(w, r)
			return
		}
		v.Count(link)
		Visit(r.RemoteAddr, link)
		h.Publish(link)
		m.jobs <- link
	})
	return mux
}

func send(to string)                { log.Println("mail to", to) }
func fetchBlocked() map[string]bool { return map[string]bool{} }
func check(link string) error       { _, err := http.Head(link); return err }
