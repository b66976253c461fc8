// Package genmod generates Go modules of any size that use the runtime, for
// benchmarks and tests of the drivers. The same numbers give the same module.
package genmod

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// Module says what to generate.
type Module struct {
	Packages int    // server packages, beside the main package
	Messages int    // calls, and as many casts, that each server handles; 0 means 9
	Runtime  string // the directory of the module that holds the runtime
}

// Findings is how many mistakes the module contains: every tenth package starts
// one goroutine that nobody owns.
func (m Module) Findings() int { return (m.Packages + 9) / 10 }

// Write writes the module, whose path is gen.example, below dir.
func (m Module) Write(dir string) error {
	if m.Messages == 0 {
		m.Messages = 9
	}
	files := map[string]string{
		"go.mod": fmt.Sprintf("module gen.example\n\ngo 1.26.0\n\nrequire github.com/otplint/otplint v0.0.0\n\nreplace github.com/otplint/otplint => %s\n", m.Runtime),
	}
	var names []string
	for i := range m.Packages {
		name := fmt.Sprintf("p%04d", i)
		names = append(names, name)
		source, err := execute(server, map[string]any{
			"Name": name, "Deps": deps(i), "Messages": make([]struct{}, m.Messages), "Bad": i%10 == 0,
		})
		if err != nil {
			return err
		}
		files[name+"/"+name+".go"] = source
	}
	source, err := execute(program, names)
	if err != nil {
		return err
	}
	files["main.go"] = source
	for name, content := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// deps returns the two packages that package i calls, in lower layers. There
// are about ten layers however many packages there are.
func deps(i int) []string {
	if i < 2 {
		return nil
	}
	a, b := i/2, i*2/3
	if a == b {
		b = a - 1
	}
	return []string{fmt.Sprintf("p%04d", b), fmt.Sprintf("p%04d", a)}
}

func execute(t *template.Template, data any) (string, error) {
	var buf bytes.Buffer
	err := t.Execute(&buf, data)
	return strings.ReplaceAll(buf.String(), "\n\n\n", "\n\n"), err
}

var server = template.Must(template.New("server").Parse(`// Package {{.Name}} is generated.
package {{.Name}}

import (
	"context"
	"fmt"
{{- if .Bad}}
	"time"
{{- end}}
{{range .Deps}}
	"gen.example/{{.}}"
{{- end}}
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Server is the server's state.
type Server struct {
	counts map[string]int
{{- range .Deps}}
	{{.}} {{.}}.Ref
{{- end}}
}

// Ref is how the rest of the program holds a server.
type Ref = genserver.Ref[*Server]

// Child is the server as a supervisor's child.
func Child({{range .Deps}}{{.}} {{.}}.Ref, {{end}}id string) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *Server {
		return &Server{counts: map[string]int{} {{- range .Deps}}, {{.}}: {{.}} {{- end}}}
	})
}
{{range $i, $_ := .Messages}}
type get{{$i}} struct {
	genserver.CallTo[*Server, int]
	key string
}

type set{{$i}} struct {
	genserver.CastTo[*Server]
	key   string
	value int
}

// Get{{$i}} returns a count.
func Get{{$i}}(ctx context.Context, s Ref, key string) (int, error) {
	n, err := genserver.Call(ctx, s, get{{$i}}{key: key})
	if err != nil {
		return 0, fmt.Errorf("{{$.Name}}: get {{$i}} of %s: %w", key, err)
	}
	return n, nil
}

// Set{{$i}} sets a count.
func Set{{$i}}(ctx context.Context, s Ref, key string, value int) {
	genserver.Cast(ctx, s, set{{$i}}{key: key, value: value})
}
{{end}}
// Init starts empty.
func (s *Server) Init(c *genserver.Context) genserver.Result {
{{- if .Bad}}
	go func() {
		for {
			time.Sleep(time.Second)
			fmt.Println("{{.Name}} lives")
		}
	}()
{{- end}}
	return c.OK()
}

// HandleCall answers.
func (s *Server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
{{- range $i, $_ := .Messages}}
	case get{{$i}}:
		n, err := s.count{{$i}}(c, req.key)
		if err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, n)
{{- end}}
	}
	return c.Unhandled(req)
}

// HandleCast sets.
func (s *Server) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
{{- range $i, $_ := .Messages}}
	case set{{$i}}:
		if msg.value == 0 {
			delete(s.counts, msg.key)
			return c.NoReply()
		}
		s.counts[msg.key] = msg.value
		return c.NoReply()
{{- end}}
	}
	return c.Unhandled(msg)
}
{{range $i, $_ := .Messages}}
func (s *Server) count{{$i}}(ctx context.Context, key string) (int, error) {
	total := s.counts[key]
	for other, n := range s.counts {
		switch {
		case other == key:
			continue
		case len(other) > {{$i}} && n%2 == 0:
			total += n / 2
		case n < 0:
			return 0, fmt.Errorf("count of %s is %d", other, n)
		default:
			total -= {{$i}}
		}
	}
{{- range $.Deps}}
	if below, err := {{.}}.Get{{$i}}(ctx, s.{{.}}, key); err != nil {
		return 0, err
	} else {
		total += below
	}
{{- end}}
	return total, nil
}
{{end}}`))

var program = template.Must(template.New("program").Funcs(template.FuncMap{
	"deps": func(name string) []string {
		var i int
		if _, err := fmt.Sscanf(name, "p%d", &i); err != nil {
			panic(err) // the template names packages so
		}
		return deps(i)
	},
}).Parse(`// Command gen is generated.
package main

import (
	"context"
	"log"
{{range .}}
	"gen.example/{{.}}"
{{- end}}
	"github.com/otplint/otplint/runtime/supervisor"
)

func main() {
{{- range .}}
	child_{{.}} := {{.}}.Child({{range deps .}}child_{{.}}.Ref(), {{end}}"{{.}}")
{{- end}}
	tree := supervisor.Supervisor("gen", supervisor.RestForOne, []supervisor.Spec{
{{- range .}}
		child_{{.}},
{{- end}}
	})
	if err := supervisor.Run(context.Background(), tree); err != nil {
		log.Fatal(err)
	}
}
`))
