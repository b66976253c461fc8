package supervisor

import (
	"time"

	"github.com/otplint/otplint/runtime/internal/restart"
	"github.com/otplint/otplint/runtime/process"
)

// Strategy says which siblings are restarted with a child. It has no default.
// See supervisor(3), "strategy".
type Strategy uint8

const (
	OneForOne  Strategy = iota + 1 // none
	OneForAll                      // all
	RestForOne                     // those started after it
)

var strategyNames = [...]string{"invalid", "one_for_one", "one_for_all", "rest_for_one"}

func (s Strategy) String() string { return nameOf(strategyNames[:], s) }

// AutoShutdownMode says when the end of significant children stops their supervisor.
type AutoShutdownMode uint8

const (
	Never          AutoShutdownMode = iota // the default
	AnySignificant                         // when one of them has ended
	AllSignificant                         // when the last of them has ended
)

var autoShutdownNames = [...]string{"never", "any_significant", "all_significant"}

func (m AutoShutdownMode) String() string {
	if int(m) >= len(autoShutdownNames) {
		return "invalid"
	}
	return autoShutdownNames[m]
}

// Flag is an option of a supervisor.
type Flag func(*flags)

type flags struct {
	strategy  Strategy
	intensity restart.Intensity
	backoff   restart.Backoff
	auto      AutoShutdownMode
	name      process.Name
}

// Intensity allows n restarts within any period; the next one makes the
// supervisor stop its children and exit with process.Shutdown. The default is
// 3 in 5 s (Elixir's; Erlang has 1 in 5 s); n may be 0.
//
// All children share the count. A restart of a group counts once, and an
// attempt to restart that fails counts too. The window slides and is exact;
// OTP's measures in whole seconds, so that it is up to one second longer.
func Intensity(n int, period time.Duration) Flag {
	return func(f *flags) { f.intensity.N, f.intensity.Period = n, period }
}

// Backoff makes the supervisor wait with the restarts of a child that keeps
// ending: least before the second in a row, twice as long before each after
// that, at most most; each at random between half and all of it, so that
// what fell together does not come back together. A child that has run for
// longer than most begins anew. Meanwhile the child, and with it the siblings
// that its strategy restarts, do not run; if it is terminated by hand while it
// waits, they stay stopped, too. OTP has no back-off, which is the default:
// what cannot be restarted at once is then escalated.
//
// The delayed restarts count for the Intensity like all others, so allow for
// as many within its period as are meant to be tried: with 100 ms and 15 s the
// first ten restarts take 20 to 41 s, each after them 7.5 to 15 s.
func Backoff(least, most time.Duration) Flag {
	return func(f *flags) { f.backoff = restart.Backoff{Min: least, Max: most} }
}

// AutoShutdown makes the supervisor stop when significant children have ended
// by themselves; see [Child.Significant]. It then exits with process.Shutdown.
func AutoShutdown(m AutoShutdownMode) Flag { return func(f *flags) { f.auto = m } }

// Named registers the supervisor's process under a name.
func Named(name process.Name) Flag { return func(f *flags) { f.name = name } }

// flagsOf applies the flags to the defaults and checks them, for the supervisor id.
func flagsOf(id string, strategy Strategy, list []Flag) (flags, error) {
	f := flags{strategy: strategy, intensity: restart.Default()}
	for _, set := range list {
		if set != nil {
			set(&f)
		}
	}
	switch {
	case f.strategy < OneForOne || f.strategy > RestForOne:
		return f, &SpecError{ID: id, Problem: InvalidStrategy}
	case !f.intensity.Valid():
		return f, &SpecError{ID: id, Problem: InvalidIntensity}
	case !f.backoff.Valid():
		return f, &SpecError{ID: id, Problem: InvalidBackoff}
	case f.auto > AllSignificant:
		return f, &SpecError{ID: id, Problem: InvalidAutoShutdown}
	}
	return f, nil
}
