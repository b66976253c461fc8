package levelsuser

import (
	"testing"

	"github.com/otplint/otplint/runtime/agent"
	"otplint.test/scatteredcalls/levels"
)

func TestRaw(t *testing.T) {
	agent.Get(t.Context(), levels.Child("levels").Ref(), func(l *levels.Levels) int { return len(l.ByItem) })
}
