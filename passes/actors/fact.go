package actors

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/gob"
	"fmt"
	"io"
	"slices"
	"sync"
)

// Closure is the package fact: the models of the package and of all its dependencies in the cone. It carries the
// dependencies because vet and gopls drop the facts of packages that are imported only indirectly; so nobody may
// import the fact of an indirect dependency.
//
// It is encoded only by a driver that writes facts, compressed, since every importer carries it on. Inside it each
// model is encoded for itself: what several imports bring is decoded once, and carried on as it came.
type Closure struct {
	units []*unit // sorted by path
}

// unit is one package's model, decoded or encoded on demand. Several goroutines may share it.
type unit struct {
	path string

	decode sync.Once
	pkg    *Package
	err    error // of decode

	encode sync.Once
	data   []byte
	bad    error // of encode
}

// AFact makes Closure a fact.
func (*Closure) AFact() {}

func (c *Closure) String() string { return fmt.Sprintf("actor models of %d packages", len(c.units)) }

// Packages are the models, sorted by path.
func (c *Closure) Packages() ([]*Package, error) {
	packages := make([]*Package, len(c.units))
	for i, u := range c.units {
		p, err := u.model()
		if err != nil {
			return nil, err
		}
		packages[i] = p
	}
	return packages, nil
}

// unite is the closure of packages whose imports have the given ones, without the package itself: an external
// test imports the variant of the package that it tests.
func unite(closures []*Closure, self string) *Closure {
	byPath := map[string]*unit{}
	for _, c := range closures {
		for _, u := range c.units {
			if u.path != self {
				byPath[u.path] = u
			}
		}
	}
	all := &Closure{}
	for _, u := range byPath {
		all.units = append(all.units, u)
	}
	all.sort()
	return all
}

// with is the closure with one more model.
func (c *Closure) with(p *Package) *Closure {
	u := &unit{path: p.Path, pkg: p}
	u.decode.Do(func() {})
	more := &Closure{units: append(slices.Clone(c.units), u)}
	more.sort()
	return more
}

func (c *Closure) sort() {
	slices.SortFunc(c.units, func(a, b *unit) int { return cmp.Compare(a.path, b.path) })
}

func (u *unit) model() (*Package, error) {
	u.decode.Do(func() {
		u.pkg = new(Package)
		if err := gob.NewDecoder(bytes.NewReader(u.data)).Decode(u.pkg); err != nil {
			u.err = fmt.Errorf("decoding the actor model of %s: %w", u.path, err)
		}
	})
	return u.pkg, u.err
}

func (u *unit) bytes() ([]byte, error) {
	u.encode.Do(func() {
		var buf bytes.Buffer
		if err := gob.NewEncoder(&buf).Encode(u.pkg); err != nil {
			u.bad = fmt.Errorf("encoding the actor model of %s: %w", u.path, err)
		}
		u.data = buf.Bytes()
	})
	return u.data, u.bad
}

// encodedUnit is a unit on the wire.
type encodedUnit struct {
	Path string
	Data []byte
}

// GobEncode encodes the closure.
func (c *Closure) GobEncode() ([]byte, error) {
	units := make([]encodedUnit, len(c.units))
	for i, u := range c.units {
		data, err := u.bytes()
		if err != nil {
			return nil, err
		}
		units[i] = encodedUnit{u.path, data}
	}
	var buf bytes.Buffer
	w, err := flate.NewWriter(&buf, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if err := gob.NewEncoder(w).Encode(units); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// GobDecode decodes the closure; its models are decoded when they are asked for.
func (c *Closure) GobDecode(data []byte) error {
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(data)))
	if err != nil {
		return fmt.Errorf("decoding actor models: %w", err)
	}
	var units []encodedUnit
	if err := gob.NewDecoder(bytes.NewReader(raw)).Decode(&units); err != nil {
		return fmt.Errorf("decoding actor models: %w", err)
	}
	c.units = nil
	for _, e := range units {
		u := &unit{path: e.Path, data: e.Data}
		u.encode.Do(func() {})
		c.units = append(c.units, u)
	}
	return nil
}
