package application

import "slices"

// plan lists applications and all that they need, each after what it needs. It
// validates them, so that what is wrong is found before anything starts.
// running are those that live under their names now.
func plan(apps []*App, running []*run) ([]*App, error) {
	p := planner{names: map[string]*App{}}
	for _, r := range running {
		p.names[r.app.Name] = r.app
	}
	for _, app := range apps {
		if err := p.visit(app); err != nil {
			return nil, err
		}
	}
	return p.order, nil
}

// planner walks along Needs, depth first.
type planner struct {
	names map[string]*App
	order []*App
	path  []*App // from an application that was asked for to where the walk is
}

func (p *planner) visit(app *App) error {
	if slices.Contains(p.order, app) {
		return nil
	}
	cyclic := slices.Contains(p.path, app)
	p.path = append(p.path, app)
	if problem := p.problem(app, cyclic); problem != "" {
		return &SpecError{p.trail(), problem}
	}
	p.names[app.Name] = app
	for _, need := range app.Needs {
		if err := p.visit(need); err != nil {
			return err
		}
	}
	p.path = p.path[:len(p.path)-1]
	p.order = append(p.order, app)
	return nil
}

// problem is what is wrong with one application, or "".
func (p *planner) problem(app *App, cyclic bool) Problem {
	switch {
	case app == nil:
		return NilApp
	case cyclic:
		return CyclicNeeds
	case app.Name == "":
		return MissingName
	case p.names[app.Name] != nil && p.names[app.Name] != app:
		return DuplicateName
	case app.Mode > Permanent:
		return InvalidMode
	case slices.ContainsFunc(app.Env, func(s Setting) bool { return s.key == nil }):
		return InvalidSetting
	}
	return ""
}

// trail names the applications of the path.
func (p *planner) trail() []string {
	names := make([]string, len(p.path))
	for i, app := range p.path {
		if names[i] = "<nil>"; app != nil {
			names[i] = app.Name
		}
	}
	return names
}
