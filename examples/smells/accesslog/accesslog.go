// Package accesslog writes a line for each request, without making the request wait for the disk.
package accesslog

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Log is an open access log.
type Log struct {
	mu     sync.RWMutex // held while lines may be sent to
	closed bool
	lines  chan string
	done   chan error
}

// Open returns a log that writes to w until Close.
func Open(w io.Writer) *Log {
	l := &Log{lines: make(chan string, 256), done: make(chan error, 1)}
	go l.write(bufio.NewWriter(w))
	return l
}

// Close writes what is left and waits for it.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return errors.New("access log is closed")
	}
	l.closed = true
	close(l.lines)
	return <-l.done
}

// Wrap logs the requests of h.
func (l *Log) Wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		h.ServeHTTP(w, r)
		l.mu.RLock()
		defer l.mu.RUnlock()
		if !l.closed {
			l.lines <- fmt.Sprintf("%s %s %s\n", r.Method, r.URL.Path, time.Since(start))
		}
	})
}

func (l *Log) write(w *bufio.Writer) {
	var failed error
	for line := range l.lines {
		if failed == nil {
			_, failed = w.WriteString(line)
		}
	}
	l.done <- errors.Join(failed, w.Flush())
}
