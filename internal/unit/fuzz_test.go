package unit

import "testing"

func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"ImportPath": "a", "ImportMap": {"b": "c"}, "PackageVetx": {"c": "f"}}`))
	f.Add([]byte(`{"ImportMap": null}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parse("x.cfg", data)
		if (c == nil) == (err == nil) {
			t.Fatalf("config %v, error %v", c, err)
		}
		if err == nil && c.FixArchive == "" && len(c.ImportMap) == 0 && !c.outside(func(string) bool { return false }) {
			t.Errorf("%s imports nothing and is in the cone", data)
		}
	})
}
