package format_test

import (
	"encoding/json"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/otplint/otplint/internal/finding"
	"github.com/otplint/otplint/internal/format"
)

func findings() ([]finding.Finding, format.Options) {
	dir := filepath.FromSlash("/home/me/shop")
	at := func(name string, line, column int) token.Position {
		return token.Position{Filename: filepath.FromSlash(name), Line: line, Column: column}
	}
	return []finding.Finding{
		{
			Check: "first", Package: "shop/cart", Pos: at("/home/me/shop/cart/cart.go", 3, 7), End: at("/home/me/shop/cart/cart.go", 4, 1),
			Message: "a <b> is\nwrong", URL: "https://test.example", Fingerprint: "abc",
			Related: []finding.Related{{Pos: at("/home/me/lib/lib.go", 1, 2), Message: "made here"}, {Message: "nowhere"}},
			Fixes:   []finding.Fix{{Message: "Do", Edits: []finding.Edit{{File: filepath.FromSlash("/home/me/shop/cart/cart.go"), Start: 5, End: 5, New: "x"}}}},
		},
		{Check: "second", Package: "shop", Pos: at("/home/me/shop/..shop.go", 1, 1), Message: "bad", Fingerprint: "def"},
	}, format.Options{Dir: dir, Tier: func(f finding.Finding) string { return "tier of " + f.Check }}
}

func TestText(t *testing.T) {
	var out strings.Builder
	fs, opt := findings()
	if err := format.Text(&out, fs, opt); err != nil {
		t.Fatal(err)
	}
	want := filepath.FromSlash("cart/cart.go:3:7: a <b> is\n\twrong (first)\n\t/home/me/lib/lib.go:1:2: made here\n\t-: nowhere\n..shop.go:1:1: bad (second)\n")
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestJSON(t *testing.T) {
	var out strings.Builder
	fs, opt := findings()
	if err := format.JSON(&out, fs, opt); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), out.String())
	}
	var first map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"check": "first", "tier": "tier of first", "package": "shop/cart", "file": "cart/cart.go",
		"line": 3.0, "column": 7.0, "endLine": 4.0, "endColumn": 1.0, "message": "a <b> is\nwrong",
		"url": "https://test.example", "fingerprint": "abc",
	} {
		if first[key] != want {
			t.Errorf("%s is %v, want %v", key, first[key], want)
		}
	}
	if !strings.Contains(lines[0], `"fixes":[{"message":"Do","edits":[{"file":"cart/cart.go","start":5,"end":5,"new":"x"}]}]`) {
		t.Errorf("fixes: %s", lines[0])
	}
	if want := `{"check":"second","tier":"tier of second","package":"shop","file":"..shop.go","line":1,"column":1,"endLine":1,"endColumn":1,"message":"bad","related":[],"fixes":[],"url":"","fingerprint":"def"}`; lines[1] != want {
		t.Errorf("got %s, want %s", lines[1], want)
	}
}

// docs/json.md documents every key and no other.
func TestDocumented(t *testing.T) {
	data, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllStringSubmatch(string(data), -1) {
		for _, key := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(row[1], -1) {
			documented = append(documented, key[1])
		}
	}
	var out strings.Builder
	fs, opt := findings()
	if err := format.JSON(&out, fs[:1], opt); err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(out.String()), &object); err != nil {
		t.Fatal(err)
	}
	keys := slices.Sorted(maps.Keys(object))
	if slices.Sort(documented); !slices.Equal(keys, documented) {
		t.Errorf("documented %v, printed %v", documented, keys)
	}
	for list, keys := range map[string]string{"related": "column file line message", "fixes": "edits message"} {
		inner := object[list].([]any)[0].(map[string]any)
		if got := strings.Join(slices.Sorted(maps.Keys(inner)), " "); got != keys {
			t.Errorf("%s has %s: document it, then change this test", list, got)
		}
	}
}
