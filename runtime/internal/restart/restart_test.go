package restart

import (
	"testing"
	"time"
)

func TestIntensity(t *testing.T) {
	i := Intensity{N: 2, Period: time.Second}
	start := time.Now()
	for _, step := range []struct {
		after time.Duration
		want  bool
	}{
		{0, true},
		{500 * time.Millisecond, true},
		{time.Second, false},
		{1001 * time.Millisecond, true},
		{1400 * time.Millisecond, false}, // those at 0.5 and 1.001 count
		{1502 * time.Millisecond, true},
	} {
		if got := i.Allow(start.Add(step.after)); got != step.want {
			t.Errorf("after %v: %v, want %v", step.after, got, step.want)
		}
	}
	if none := (Intensity{Period: time.Second}); none.Allow(start) {
		t.Error("an intensity of 0 allows a restart")
	}
}

// A supervisor of very many children allows many restarts, and counts each in no time and little room.
func TestLargeIntensity(t *testing.T) {
	const n, within = 100_000, 1_000_000
	i := Intensity{N: n, Period: time.Second}
	now := time.Now()
	for range within {
		now = now.Add(time.Second/n + 1) // never more than n in a period
		if !i.Allow(now) {
			t.Fatal("refused")
		}
	}
	if room := cap(i.recent); room > 4*n {
		t.Errorf("room for %d restarts", room)
	}
}

func TestBackoff(t *testing.T) {
	b := Backoff{Min: 100 * time.Millisecond, Max: time.Second}
	var h History
	now := time.Now()
	for i, nominal := range []time.Duration{0, 100, 200, 400, 800, 1000, 1000} {
		nominal *= time.Millisecond
		d := b.Delay(&h, now)
		if d < nominal/2 || d > nominal {
			t.Errorf("restart %d waits %v, want %v to %v", i+1, d, nominal/2, nominal)
		}
		now = now.Add(d + b.Max) // it falls again before it has run for longer than Max
	}
	if d := b.Delay(&h, now.Add(2*time.Second)); d != 0 {
		t.Errorf("after a good while it waits %v", d)
	}
	for range 200 { // no overflow, however long it goes on
		if d := b.Delay(&h, now); d < 0 || d > b.Max {
			t.Fatalf("waits %v", d)
		}
	}
	if d := (Backoff{}).Delay(&h, now); d != 0 {
		t.Errorf("the zero Backoff waits %v", d)
	}
}

func TestValid(t *testing.T) {
	for b, want := range map[Backoff]bool{
		{}: true, {1, 1}: true, {1, 2}: true, {0, 1}: false, {2, 1}: false, {-1, 1}: false, {-2, -1}: false,
	} {
		if b.Valid() != want {
			t.Errorf("%v: valid is %v", b, !want)
		}
	}
}
