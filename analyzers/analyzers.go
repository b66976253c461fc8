// Package analyzers lists otplint's checks. Each check is an ordinary
// go/analysis analyzer in a folder of its own; this package adds its tier and
// documentation, and nothing else. It does not run them: see internal/runner,
// internal/unit, or any go/analysis driver.
package analyzers

// All holds every check, sorted by name.
var All = []*Check{}
