package dynsupervisor

import (
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/restart"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Option is an option of a dynamic supervisor.
type Option func(*options)

type options struct {
	intensity restart.Intensity
	backoff   restart.Backoff
	max       int // of children; unlimited for no limit
	name      process.Name
}

const unlimited = int(^uint(0) >> 1)

// Intensity allows n restarts within any period, of all children together; the
// next one makes the supervisor stop its children and exit with
// process.Shutdown. The default is 3 in 5 s, which may be little for many
// children; n may be 0. See supervisor.Intensity.
func Intensity(n int, period time.Duration) Option {
	return func(o *options) { o.intensity = restart.Intensity{N: n, Period: period} }
}

// Backoff makes the supervisor wait with the restarts of a child that keeps
// ending, from least up to most; the other children do not notice. The default
// is not to wait, as in OTP. See supervisor.Backoff.
func Backoff(least, most time.Duration) Option {
	return func(o *options) { o.backoff = restart.Backoff{Min: least, Max: most} }
}

// MaxChildren limits the number of children to n, those included that are
// being restarted; a start beyond it fails with ErrMaxChildren. 0 forbids
// all. The default is no limit.
func MaxChildren(n int) Option { return func(o *options) { o.max = n } }

// Named registers the supervisor's process under a name.
func Named(name process.Name) Option { return func(o *options) { o.name = name } }

// InvalidMaxChildren is a MaxChildren below 0.
const InvalidMaxChildren supervisor.Problem = "its maximum of children is negative"

func optionsOf(list []Option) options {
	o := options{intensity: restart.Default(), max: unlimited}
	for _, set := range list {
		if set != nil {
			set(&o)
		}
	}
	return o
}

// validate checks the options of the supervisor id.
func (o *options) validate(id string) error {
	switch {
	case id == "":
		return &supervisor.SpecError{ID: id, Problem: supervisor.MissingID}
	case !o.intensity.Valid():
		return &supervisor.SpecError{ID: id, Problem: supervisor.InvalidIntensity}
	case !o.backoff.Valid():
		return &supervisor.SpecError{ID: id, Problem: supervisor.InvalidBackoff}
	case o.max < 0:
		return &supervisor.SpecError{ID: id, Problem: InvalidMaxChildren}
	}
	return nil
}

// process is what the options say of the supervisor's process.
func (o *options) process() []genserver.Option {
	if o.name == "" {
		return nil
	}
	return []genserver.Option{genserver.WithName(o.name)}
}
