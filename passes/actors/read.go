package actors

import "strings"

// readers are functions of the standard library that only read what they are given, by package or by ID. The list
// need not be complete: what is missing counts as a writer.
var (
	readerPackages = map[string]bool{
		"errors": true, "strings": true, "strconv": true, "math": true, "unicode": true, "unicode/utf8": true,
		"time": true, "context": true, "log": true, "log/slog": true, "cmp": true, "path": true, "path/filepath": true,
		"math/bits": true, "crypto/sha256": true, "html": true, "net/url": true,
	}
	readers = map[string]bool{
		"fmt.Sprint": true, "fmt.Sprintf": true, "fmt.Sprintln": true, "fmt.Errorf": true,
		"fmt.Print": true, "fmt.Printf": true, "fmt.Println": true,
		"encoding/json.Marshal": true, "encoding/json.MarshalIndent": true,
		"maps.Keys": true, "maps.Values": true, "maps.All": true, "maps.Clone": true, "maps.Collect": true,
		"maps.Equal": true, "maps.EqualFunc": true,
		"slices.All": true, "slices.Values": true, "slices.Backward": true, "slices.Clone": true, "slices.Collect": true,
		"slices.Concat": true, "slices.Contains": true, "slices.ContainsFunc": true, "slices.Equal": true,
		"slices.Index": true, "slices.IndexFunc": true, "slices.Max": true, "slices.MaxFunc": true, "slices.Min": true,
		"slices.MinFunc": true, "slices.BinarySearch": true, "slices.BinarySearchFunc": true, "slices.IsSorted": true,
		"slices.Sorted": true, "slices.SortedFunc": true, "slices.SortedStableFunc": true,
		"sort.Search": true, "sort.SearchInts": true, "sort.SearchStrings": true,
		"bytes.Equal": true, "bytes.Contains": true, "bytes.Compare": true, "bytes.Clone": true, "bytes.Index": true,
		// Locks change no state that a message asks for.
		"(*sync.Mutex).Lock": true, "(*sync.Mutex).Unlock": true,
		"(*sync.RWMutex).Lock": true, "(*sync.RWMutex).Unlock": true,
		"(*sync.RWMutex).RLock": true, "(*sync.RWMutex).RUnlock": true,
	}
)

// Reads says whether a function of the standard library is known only to read what it is given.
func Reads(id FuncID) bool { return reads(id) }

// reads says whether a function of the standard library only reads what it is given.
func reads(id FuncID) bool {
	if readers[string(id)] {
		return true
	}
	// A method on a pointer may write to its receiver.
	return !strings.HasPrefix(string(id), "(*") && readerPackages[id.Package()]
}
