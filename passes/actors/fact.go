package actors

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/gob"
	"fmt"
	"slices"
)

// Closure is the package fact: the models of the package and of all its dependencies in the cone. It carries the
// dependencies because vet and gopls drop the facts of packages that are imported only indirectly; so nobody may
// import the fact of an indirect dependency. It is compressed, since every importer carries it on.
type Closure struct {
	Data []byte // flate of gob of []*Package, sorted by path
}

// AFact makes Closure a fact.
func (*Closure) AFact() {}

func (c *Closure) String() string {
	packages, err := c.Packages()
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("actor models of %d packages", len(packages))
}

// NewClosure encodes models.
func NewClosure(packages []*Package) (*Closure, error) {
	sortPackages(packages)
	var buf bytes.Buffer
	w, err := flate.NewWriter(&buf, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if err := gob.NewEncoder(w).Encode(packages); err != nil {
		return nil, fmt.Errorf("encoding actor models: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return &Closure{Data: buf.Bytes()}, nil
}

// Packages decodes the models, sorted by path.
func (c *Closure) Packages() ([]*Package, error) {
	var packages []*Package
	err := gob.NewDecoder(flate.NewReader(bytes.NewReader(c.Data))).Decode(&packages)
	if err != nil {
		return nil, fmt.Errorf("decoding actor models: %w", err)
	}
	return packages, nil
}

func sortPackages(packages []*Package) {
	slices.SortFunc(packages, func(a, b *Package) int { return cmp.Compare(a.Path, b.Path) })
}
