package partition

import (
	"hash/fnv"
	"reflect"
)

// Key is what partitions are chosen by: any integer or string. What has
// another type needs an encoding as a string, which is its owner's to choose,
// for only he knows what makes two keys the same: string(id[:]) for a UUID,
// t.UTC().Format(time.RFC3339Nano) for a time, a + "\x00" + b for a pair.
type Key interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr | ~string
}

// For is the partition of the key: for an integer the remainder of its
// absolute value by the number of partitions, for a string that of its hash.
// The same key leads to the same partition, in every process, on every machine
// and in every later version, for as long as the number of partitions is the
// same. It allocates nothing.
func For[K Key, T any](p Partitions[T], key K) T { return p.at(hashOf(key)) }

func hashOf[K Key](key K) uint64 {
	switch k := any(key).(type) { // the usual types need no reflection
	case string:
		return hashString(k)
	case int:
		return abs(int64(k))
	case int64:
		return abs(k)
	case uint64:
		return k
	}
	switch v := reflect.ValueOf(key); {
	case v.CanInt():
		return abs(v.Int())
	case v.CanUint():
		return v.Uint()
	default:
		return hashString(v.String())
	}
}

// abs is the absolute value, of the least integer too.
func abs(k int64) uint64 {
	if k < 0 {
		return -uint64(k)
	}
	return uint64(k)
}

// hashString is FNV-1a, folded: the low bits of FNV-1a, which a remainder by a
// small number is made of, depend on the low bits of the key's bytes alone.
func hashString(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	sum := h.Sum64()
	return sum>>32 ^ sum&0xffffffff
}
