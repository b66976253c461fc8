package agent_test

import (
	"context"
	"testing"

	"github.com/otplint/otplint/runtime/agent"
)

// A nil function is its caller's mistake, and does not cost the agent its life.
func TestNilFunctions(t *testing.T) {
	ctx := context.Background()
	a, err := agent.Start(ctx, func() int { return 7 })
	if err != nil {
		t.Fatal(err)
	}
	defer agent.Stop(ctx, a)
	agent.Cast(ctx, a, nil)
	_, get := agent.Get[int, int](ctx, a, nil)
	_, getAndUpdate := agent.GetAndUpdate[int, int](ctx, a, nil)
	_, do := agent.Do[int, int](ctx, a, nil)
	for name, err := range map[string]error{"Get": get, "Update": agent.Update(ctx, a, nil), "GetAndUpdate": getAndUpdate, "Do": do} {
		if err == nil {
			t.Errorf("%s of a nil function succeeds", name)
		}
	}
	if v, err := agent.Get(ctx, a, same); v != 7 || err != nil {
		t.Errorf("the agent has %d, %v", v, err)
	}
}
