// Package client sends what the server's package does not handle: there it is seen.
package client

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"otplint.test/unhandledmsg/other"
	"otplint.test/unhandledmsg/proto"
)

func Sweep(ctx context.Context, r genserver.Ref[*other.Memory]) {
	genserver.Call(ctx, r, other.Sweep{}) // want `other.Memory.HandleCall has no case for Sweep, which is called at 1 place \(Sweep\)`
	genserver.Call(ctx, r, &other.Size{}) // want `Size is sent as a pointer`
	genserver.Call(ctx, r, other.Size{})
}

// Store: whichever server it is, its own package answers for it.
func Store(ctx context.Context, r genserver.Ref[*other.Disk]) {
	proto.Put(ctx, other.AsStore(r))
	genserver.Call(ctx, other.AsStore(r), proto.Write{})
}
