package observer

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

const (
	dumpDepth    = 6  // how deep values are nested that are written
	dumpElements = 50 // of a slice or map that are written
)

// dump writes a server's state in at most about size bytes. Of the state it
// reads what is part of it and, but for the pointer to the state itself,
// nothing that it points to: that may be somebody else's at this moment. For
// the same reason it leaves out what stands beside a lock. No method of the
// state is called.
func dump(state any, size int) string {
	v := reflect.ValueOf(state)
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	d := dumper{left: size}
	d.value(v, 0)
	if d.left <= 0 {
		d.text.WriteString(" …")
	}
	return d.text.String()
}

type dumper struct {
	text strings.Builder
	left int // bytes that may still be written
}

// write writes s as far as there is room.
func (d *dumper) write(s string) {
	if len(s) > d.left {
		s = strings.ToValidUTF8(s[:max(d.left, 0)], "")
		d.left = 0
	}
	d.left -= len(s)
	d.text.WriteString(s)
}

func (d *dumper) value(v reflect.Value, depth int) {
	if d.left <= 0 {
		return
	}
	switch v.Kind() {
	case reflect.Invalid:
		d.write("nil")
	case reflect.String:
		d.write(strconv.Quote(v.String()[:min(v.Len(), d.left)]))
	case reflect.Bool:
		d.write(strconv.FormatBool(v.Bool()))
	case reflect.Interface:
		d.value(v.Elem(), depth)
	case reflect.Pointer, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		d.reference(v)
	case reflect.Struct, reflect.Slice, reflect.Array, reflect.Map:
		d.composite(v, depth)
	default:
		d.number(v)
	}
}

func (d *dumper) number(v reflect.Value) {
	switch {
	case v.CanInt():
		d.write(strconv.FormatInt(v.Int(), 10))
	case v.CanUint():
		d.write(strconv.FormatUint(v.Uint(), 10))
	case v.CanFloat():
		d.write(strconv.FormatFloat(v.Float(), 'g', -1, 64))
	default:
		d.write(fmt.Sprint(v.Complex()))
	}
}

// reference says that there is something, and not what.
func (d *dumper) reference(v reflect.Value) {
	if v.IsNil() {
		d.write("nil")
		return
	}
	d.write("(" + v.Type().String() + ")")
}

func (d *dumper) composite(v reflect.Value, depth int) {
	d.write(v.Type().String())
	if depth == dumpDepth {
		d.write("{…}")
		return
	}
	if v.Kind() == reflect.Struct && locks(v.Type()) {
		d.write("{not read, since it has a lock}")
		return
	}
	indent := "\n" + strings.Repeat("\t", depth)
	d.write("{")
	n := d.elements(v, depth, indent+"\t")
	if n > 0 {
		d.write(indent)
	}
	d.write("}")
}

// elements writes what a composite consists of and returns how much that is.
func (d *dumper) elements(v reflect.Value, depth int, separator string) int {
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			d.write(separator + v.Type().Field(i).Name + ": ")
			d.value(v.Field(i), depth+1)
		}
		return v.NumField()
	}
	n := v.Len()
	shown := min(n, dumpElements)
	if v.Kind() == reflect.Map {
		for i, entries := 0, v.MapRange(); i < shown && entries.Next(); i++ {
			d.write(separator)
			d.value(entries.Key(), depth+1)
			d.write(": ")
			d.value(entries.Value(), depth+1)
		}
	} else {
		for i := range shown {
			d.write(separator)
			d.value(v.Index(i), depth+1)
		}
	}
	if shown < n {
		d.write(fmt.Sprintf("%s… and %d more", separator, n-shown))
	}
	return n
}

// locks reports whether a struct guards its fields with a lock, or is one.
func locks(t reflect.Type) bool {
	if t.PkgPath() == "sync" || t.PkgPath() == "sync/atomic" {
		return true
	}
	for i := range t.NumField() {
		f := t.Field(i).Type
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		if f.PkgPath() == "sync" && (f.Name() == "Mutex" || f.Name() == "RWMutex") {
			return true
		}
	}
	return false
}
