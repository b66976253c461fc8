package observer

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// patience is how long all that a page asks of supervisors and servers may take.
const patience = 400 * time.Millisecond

//go:embed assets
var assets embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"count": count, "pidLink": pidLink,
}).ParseFS(assets, "assets/*.html"))

// page is one of the pages.
type page struct {
	name, title string
	// view is what the page shows, and the HTTP status.
	view func(ctx context.Context, h *handler, q url.Values) (any, int)
}

var pages = map[string]page{
	"":          {"tree", "Supervision tree", viewTree},
	"tree":      {"tree", "Supervision tree", viewTree},
	"processes": {"processes", "Processes", viewProcesses},
	"process":   {"process", "Process", viewProcess},
	"published": {"published", "Tables and registries", viewPublished},
}

func wantsJSON(r *http.Request) bool {
	accept := strings.Join(r.Header.Values("Accept"), ",")
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

func renderJSON(w http.ResponseWriter, v any, status int) {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		http.Error(w, "observer: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(body, '\n')) //nolint:errcheck // the client has gone
}

// layout is what the frame around a page needs.
type layout struct {
	Page, Title, Node, Query string
	Body                     template.HTML
}

func renderHTML(w http.ResponseWriter, h *handler, p page, q url.Values, v any, status int) {
	var body, all bytes.Buffer
	err := templates.ExecuteTemplate(&body, p.name+".html", v)
	if err == nil {
		err = templates.ExecuteTemplate(&all, "layout.html", layout{
			p.name, p.title, h.node.Name(), q.Get("q"),
			template.HTML(body.String()), // by a template, which has escaped it
		})
	}
	if err != nil {
		http.Error(w, "observer: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(all.Bytes()) //nolint:errcheck // the client has gone
}

// serveAsset serves the script and the style sheet.
func serveAsset(w http.ResponseWriter, r *http.Request, name string) bool {
	if name != "observer.js" && name != "observer.css" {
		return false
	}
	http.ServeFileFS(w, r, assets, "assets/"+name)
	return true
}

// count writes a number in groups of three digits.
func count(n any) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u2009" + s[i:]
	}
	return s
}

// pidLink is where the page of a process is.
func pidLink(pid process.PID) string { return "process?pid=" + url.QueryEscape(pid.String()) }
