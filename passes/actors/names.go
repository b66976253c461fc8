package actors

import (
	"strconv"
	"strings"
)

// Pos is a source position that means the same in every process: no token.Pos. Line directives are not applied.
type Pos struct {
	File      string
	Line, Col int
}

// IsValid says whether the position is known.
func (p Pos) IsValid() bool { return p.Line > 0 }

func (p Pos) String() string {
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Col)
}

// TypeID names a type in the whole program: import path, name and canonical type arguments ("?" for a type
// parameter), "*" for a pointer; a type declared in a function carries its position. "" is unknown.
type TypeID string

// Origin is the ID without type arguments: every instance of a generic type has the same.
func (t TypeID) Origin() TypeID {
	if i := strings.IndexByte(string(t), '['); i > 0 && !strings.HasPrefix(string(t), "[") {
		return t[:i]
	}
	return t
}

// Arg is the one type argument of an instance of a generic type, "" if it has none.
func (t TypeID) Arg() TypeID {
	if t.Origin() == t {
		return ""
	}
	return t[len(t.Origin())+1 : len(t)-1]
}

// anyArg stands for a type parameter: a generic function's own name for it means nothing elsewhere.
const anyArg = "?"

// Matches says whether two IDs may be the same type: they are equal, or instances of one generic type of which one
// is named inside a generic function.
func (t TypeID) Matches(u TypeID) bool {
	if t == u {
		return true
	}
	return (strings.Contains(string(t), anyArg) || strings.Contains(string(u), anyArg)) && t.Origin() == u.Origin()
}

// Elem is the ID without leading pointers.
func (t TypeID) Elem() TypeID { return TypeID(strings.TrimLeft(string(t), "*")) }

// Package path of the named type, "" if it has none.
func (t TypeID) Package() string {
	s := t.qualified()
	return s[:max(0, strings.LastIndexByte(s, '.'))]
}

// Name is the type as a message prints it: without import path, pointer and type arguments.
func (t TypeID) Name() string {
	s := t.qualified()
	return s[strings.LastIndexByte(s, '.')+1:]
}

// qualified is "import/path.Name".
func (t TypeID) qualified() string {
	s, _, _ := strings.Cut(string(t.Elem().Origin()), "@")
	return s
}

// FuncID names a function in the whole program. All instances of a generic function have its ID, literals have
// their parent's with "$1", "$2", ... in source order.
type FuncID string

// Name is the function as a message prints it: "New", "Counter.HandleCall"; a literal is named by its parent.
func (f FuncID) Name() string {
	s := string(f)
	if i := strings.IndexByte(s, '$'); i >= 0 {
		s = s[:i]
	}
	if recv, method, ok := cutRecv(s); ok {
		return recv.Name() + "." + method
	}
	return TypeID(s).Name()
}

// Package is the import path of the function's package.
func (f FuncID) Package() string {
	s, _, _ := strings.Cut(string(f), "$")
	if recv, _, ok := cutRecv(s); ok {
		return recv.Package()
	}
	return TypeID(s).Package()
}

// cutRecv splits "(*p.T).M" into "*p.T" and "M".
func cutRecv(s string) (recv TypeID, method string, ok bool) {
	if !strings.HasPrefix(s, "(") {
		return "", "", false
	}
	end := strings.LastIndex(s, ").")
	return TypeID(s[1:end]), s[end+2:], true
}

// Parent is the function that a literal stands in; "" for a declared function.
func (f FuncID) Parent() FuncID {
	if i := strings.LastIndexByte(string(f), '$'); i >= 0 {
		return f[:i]
	}
	return ""
}
