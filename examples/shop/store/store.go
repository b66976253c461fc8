// Package store is the shop's database: buckets of JSON values in memory, and a journal file that brings them back
// after a crash. It is as small as a database can be that keeps its promise: what Write has accepted is there again
// after Open. It is no server: any goroutine reads and writes it directly, so that reads never queue behind a mailbox.
package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"
	"sync/atomic"
)

var (
	// ErrNotFound says that a bucket has no value for a key.
	ErrNotFound = errors.New("not found")
	// ErrClosed says that the store was closed; its supervisor is about to open the next one, or is stopping.
	ErrClosed = errors.New("store is closed")
	// ErrClaimed refuses to write as somebody whom another has replaced.
	ErrClaimed = errors.New("another writer has taken over")
)

// Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	path   string
	broken chan error // buffered: the first failed write, for Serve

	mu      sync.RWMutex
	journal *os.File // nil once closed
	records int      // in the journal since it was last compacted
	data    map[string]map[string]json.RawMessage
	claimed map[string]uint64 // the claim that is valid, by name
}

// An Op is one change of a Write. Put and Delete make it.
type Op struct {
	Bucket string          `json:"bucket"`
	Key    string          `json:"key"`
	Value  json.RawMessage `json:"value,omitempty"` // absent: delete
	err    error
}

// Put sets the value of a key. A value that JSON cannot express makes Write fail.
func Put(bucket, key string, value any) Op {
	raw, err := json.Marshal(value)
	return Op{Bucket: bucket, Key: key, Value: raw, err: err}
}

// Delete removes a key; a key that is not there is no error.
func Delete(bucket, key string) Op { return Op{Bucket: bucket, Key: key} }

// Open reads the journal at path, creating it if there is none, and leaves it compacted.
func Open(path string) (*Store, error) {
	s := &Store{
		path:    path,
		broken:  make(chan error, 1),
		data:    make(map[string]map[string]json.RawMessage),
		claimed: make(map[string]uint64),
	}
	if err := s.replay(); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if err := s.compact(); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return s, nil
}

// Serve keeps the store open until ctx ends or a write fails, and closes it. After a failed write the journal may end
// in half a record, so only a store opened anew can be trusted; the error makes the supervisor do that.
func (s *Store) Serve(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return s.Close()
	case err := <-s.broken:
		return errors.Join(err, s.Close())
	}
}

// Close flushes the journal to disk and closes it. Later reads and writes fail with ErrClosed.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal == nil {
		return nil
	}
	err := errors.Join(s.journal.Sync(), s.journal.Close())
	s.journal = nil
	return err
}

// Writer is the right to write, see Claim.
type Writer struct {
	s     *Store
	name  string
	claim uint64
}

// claims numbers the claims of the program.
var claims atomic.Uint64

// Claim makes its caller the one who writes under a name, and ends the right of whoever did before. A server claims
// before it reads what it begins with. That what it has read stays true its supervisor alone cannot guarantee: the
// server's predecessor may have been killed in the middle of a callback, which runs on, or not have come to its exit
// signal yet.
func (s *Store) Claim(name string) Writer {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := Writer{s: s, name: name, claim: claims.Add(1)}
	s.claimed[name] = w.claim
	return w
}

// Claim is the number of the claim: a later one has a higher number.
func (w Writer) Claim() uint64 { return w.claim }

// Write makes all changes or, with an error, none. (If it is the disk that fails, only the store opened next knows.) It
// fails with ErrClaimed and ErrClosed.
func (w Writer) Write(ops ...Op) error {
	s := w.s
	for _, op := range ops {
		if op.err != nil {
			return fmt.Errorf("write %s/%s: %w", op.Bucket, op.Key, op.err)
		}
	}
	line, err := json.Marshal(ops)
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal == nil {
		return ErrClosed
	}
	if s.claimed[w.name] != w.claim {
		return fmt.Errorf("write as %s: %w", w.name, ErrClaimed)
	}
	if _, err := s.journal.Write(append(line, '\n')); err != nil {
		return s.fail(fmt.Errorf("write: %w", err))
	}
	s.apply(ops)
	if s.records > 1024+2*s.live() {
		if err := s.compact(); err != nil {
			return s.fail(fmt.Errorf("compact: %w", err))
		}
	}
	return nil
}

// Get returns the value of a key, or ErrNotFound.
func Get[T any](s *Store, bucket, key string) (T, error) {
	var v T
	s.mu.RLock()
	raw, ok := s.data[bucket][key]
	closed := s.journal == nil
	s.mu.RUnlock()
	switch {
	case closed:
		return v, ErrClosed
	case !ok:
		return v, fmt.Errorf("%s/%s: %w", bucket, key, ErrNotFound)
	}
	err := json.Unmarshal(raw, &v)
	return v, err
}

// All returns the values of a bucket by key.
func All[T any](s *Store, bucket string) (map[string]T, error) {
	s.mu.RLock()
	raws := maps.Clone(s.data[bucket])
	closed := s.journal == nil
	s.mu.RUnlock()
	if closed {
		return nil, ErrClosed
	}
	values := make(map[string]T, len(raws))
	for key, raw := range raws {
		var v T
		if err := json.Unmarshal(raw, &v); err != nil {
			return nil, fmt.Errorf("%s/%s: %w", bucket, key, err)
		}
		values[key] = v
	}
	return values, nil
}

// replay applies the journal's batches. The last may be torn by a crash in the middle of a write that was never
// acknowledged: it is dropped.
func (s *Store) replay() error {
	file, err := os.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	dec := json.NewDecoder(bufio.NewReader(file))
	for {
		var ops []Op
		err := dec.Decode(&ops)
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("journal %s: %w", s.path, err)
		}
		s.apply(ops)
	}
}

// compact replaces the journal by one that holds only what is alive, and the maps likewise: a map keeps the room that it
// once needed.
func (s *Store) compact() error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	for _, bucket := range slices.Sorted(maps.Keys(s.data)) {
		for _, key := range slices.Sorted(maps.Keys(s.data[bucket])) {
			if err := enc.Encode([]Op{{Bucket: bucket, Key: key, Value: s.data[bucket][key]}}); err != nil {
				return err
			}
		}
	}
	next := s.path + ".next"
	if err := os.WriteFile(next, buf.Bytes(), 0o600); err != nil {
		return err
	}
	if s.journal != nil { // Windows does not rename over an open file
		if err := s.journal.Close(); err != nil {
			return err
		}
		s.journal = nil
	}
	if err := os.Rename(next, s.path); err != nil {
		return err
	}
	journal, err := os.OpenFile(s.path, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	s.journal, s.records = journal, s.live()
	for bucket, values := range s.data {
		fresh := make(map[string]json.RawMessage, len(values))
		maps.Copy(fresh, values)
		s.data[bucket] = fresh
	}
	return nil
}

func (s *Store) apply(ops []Op) {
	s.records += len(ops)
	for _, op := range ops {
		if op.Value == nil {
			delete(s.data[op.Bucket], op.Key)
			continue
		}
		if s.data[op.Bucket] == nil {
			s.data[op.Bucket] = make(map[string]json.RawMessage)
		}
		s.data[op.Bucket][op.Key] = op.Value
	}
}

func (s *Store) live() int {
	n := 0
	for _, bucket := range s.data {
		n += len(bucket)
	}
	return n
}

// fail tells Serve of the first write that failed.
func (s *Store) fail(err error) error {
	select {
	case s.broken <- err:
	default:
	}
	return err
}
