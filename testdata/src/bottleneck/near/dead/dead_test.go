package dead

import "testing"

func TestTree(t *testing.T) {
	if _, err := tree(t.Context()); err != nil {
		t.Error(err)
	}
}
