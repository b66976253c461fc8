package actorssa

import "golang.org/x/tools/go/ssa"

// Binding is what a literal's captured variable is bound to, or nil if the
// literal is not made in exactly one place.
func Binding(free *ssa.FreeVar) ssa.Value {
	f := free.Parent()
	if f.Referrers() == nil {
		return nil
	}
	var made *ssa.MakeClosure
	for _, ref := range *f.Referrers() {
		if c, ok := ref.(*ssa.MakeClosure); ok {
			if made != nil {
				return nil
			}
			made = c
		}
	}
	if made == nil {
		return nil
	}
	for i, v := range f.FreeVars {
		if v == free && i < len(made.Bindings) {
			return made.Bindings[i]
		}
	}
	return nil
}
