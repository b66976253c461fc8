// Package reasons looks at exit reasons, which are errors that somebody else
// made: their methods may panic, which a nil pointer in an error is enough
// for, and must not do so in the process that only hears of the reason.
package reasons

import "errors"

// Is is errors.Is; a reason that panics when it is asked is no target.
func Is(reason, target error) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return errors.Is(reason, target)
}
