package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func open(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	s := open(t, path)
	if err := s.Claim("test").Write(Put("a", "x", 1), Put("a", "y", 2), Put("b", "x", "three")); err != nil {
		t.Fatal(err)
	}
	if err := s.Claim("test").Write(Delete("a", "y"), Delete("a", "z")); err != nil {
		t.Fatal(err)
	}
	// A crash in the middle of the next write.
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`[{"bucket":"a","key":"x","val`); err != nil {
		t.Fatal(err)
	}
	file.Close()

	s = open(t, path)
	if all, err := All[int](s, "a"); err != nil || fmt.Sprint(all) != "map[x:1]" {
		t.Errorf("bucket a is %v, %v", all, err)
	}
	if v, err := Get[string](s, "b", "x"); err != nil || v != "three" {
		t.Errorf("b/x is %q, %v", v, err)
	}
	if _, err := Get[int](s, "a", "y"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a/y: %v, want %v", err, ErrNotFound)
	}
}

func TestBrokenJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(path, []byte("not a journal\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil {
		t.Error("a file that is no journal opens")
	}
}

func TestAllOrNothing(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "journal"))
	if err := s.Claim("test").Write(Put("a", "x", 1), Put("a", "y", func() {})); err == nil {
		t.Error("a func is written")
	}
	if all, err := All[int](s, "a"); err != nil || len(all) != 0 {
		t.Errorf("bucket a is %v, %v", all, err)
	}
}

// Whoever was replaced changes nothing any more; others do.
func TestClaim(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "journal"))
	old, other := s.Claim("a"), s.Claim("b")
	next := s.Claim("a")
	if next.Claim() <= old.Claim() {
		t.Errorf("claim %d follows %d", next.Claim(), old.Claim())
	}
	if err := old.Write(Put("a", "x", 1)); !errors.Is(err, ErrClaimed) {
		t.Errorf("write of the one before: %v, want %v", err, ErrClaimed)
	}
	if err := errors.Join(next.Write(Put("a", "x", 2)), other.Write(Put("b", "x", 3))); err != nil {
		t.Error(err)
	}
	if all, err := All[int](s, "a"); err != nil || fmt.Sprint(all) != "map[x:2]" {
		t.Errorf("bucket a is %v, %v", all, err)
	}
}

func TestCompaction(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	s := open(t, path)
	for i := range 5000 {
		if err := s.Claim("test").Write(Put("a", "x", i)); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 64<<10 {
		t.Errorf("journal of one value: %d bytes, %v", info.Size(), err)
	}
	if v, err := Get[int](open(t, path), "a", "x"); err != nil || v != 4999 {
		t.Errorf("a/x is %d, %v", v, err)
	}
}

func TestServe(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "journal"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Serve(ctx); err != nil {
		t.Errorf("serve until cancelled: %v", err)
	}
	if err := s.Claim("test").Write(Put("a", "x", 1)); !errors.Is(err, ErrClosed) {
		t.Errorf("write: %v, want %v", err, ErrClosed)
	}
	if _, err := Get[int](s, "a", "x"); !errors.Is(err, ErrClosed) {
		t.Errorf("read: %v, want %v", err, ErrClosed)
	}

	s = open(t, filepath.Join(t.TempDir(), "journal"))
	s.journal.Close() // the disk is gone
	if err := s.Claim("test").Write(Put("a", "x", 1)); err == nil {
		t.Error("write to a lost disk succeeds")
	}
	if err := s.Serve(t.Context()); err == nil {
		t.Error("a failed write does not end Serve")
	}
}
