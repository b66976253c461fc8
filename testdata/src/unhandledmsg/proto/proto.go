// Package proto is a protocol that servers of other packages understand.
package proto

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

type Store interface{ Name() string }

type (
	Read struct {
		genserver.CallTo[Store, string]
	}
	Write struct {
		genserver.CallTo[Store, string]
	}
	Purge struct{ genserver.CastTo[Store] }
)

func Get(ctx context.Context, r genserver.Ref[Store])  { genserver.Call(ctx, r, Read{}) }
func Put(ctx context.Context, r genserver.Ref[Store])  { genserver.Call(ctx, r, Write{}) }
func Drop(ctx context.Context, r genserver.Ref[Store]) { genserver.Cast(ctx, r, Purge{}) }
