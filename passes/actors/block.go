package actors

import (
	"go/types"
	"strings"
)

// blocking lists what blocks in the standard library, by the function's ID. A "*" stands for all functions or
// methods with the prefix. These names are the language's, not a framework's: roles has those.
var blocking = map[string]BlockClass{
	"time.Sleep": BlockSleep,

	"(*sync.WaitGroup).Wait": BlockLock, "(*sync.Cond).Wait": BlockLock,
	"(*sync.Mutex).Lock": BlockLock, "(*sync.RWMutex).Lock": BlockLock, "(*sync.RWMutex).RLock": BlockLock,
	"(sync.Locker).Lock": BlockLock, "(*golang.org/x/sync/errgroup.Group).Wait": BlockLock,

	"net.Dial*": BlockIO, "net.Lookup*": BlockIO, "net.Listen*": BlockIO,
	"(*net.Dialer).Dial*": BlockIO, "(*net.Resolver).Lookup*": BlockIO,
	"(net.Conn).Read": BlockIO, "(net.Conn).Write": BlockIO, "(net.Listener).Accept": BlockIO,
	"(*net.TCPConn).Read": BlockIO, "(*net.TCPConn).Write": BlockIO, "(*net.TCPListener).Accept*": BlockIO,
	"(*net.UDPConn).Read*": BlockIO, "(*net.UDPConn).Write*": BlockIO,

	"net/http.Get": BlockIO, "net/http.Head": BlockIO, "net/http.Post*": BlockIO,
	"net/http.ListenAndServe*": BlockIO, "net/http.Serve": BlockIO, "net/http.ServeTLS": BlockIO,
	"(*net/http.Client).Do": BlockIO, "(*net/http.Client).Get": BlockIO, "(*net/http.Client).Head": BlockIO,
	"(*net/http.Client).Post*": BlockIO, "(net/http.RoundTripper).RoundTrip": BlockIO,
	"(*net/http.Server).ListenAndServe*": BlockIO, "(*net/http.Server).Serve": BlockIO,
	"(*net/http.Server).ServeTLS": BlockIO, "(*net/http.Server).Shutdown": BlockIO,
	"net/smtp.SendMail": BlockIO, "(*net/rpc.Client).Call": BlockIO,

	"(*database/sql.DB).Query*": BlockIO, "(*database/sql.DB).Exec*": BlockIO, "(*database/sql.DB).Ping*": BlockIO,
	"(*database/sql.DB).Begin*": BlockIO, "(*database/sql.DB).Prepare*": BlockIO, "(*database/sql.DB).Conn": BlockIO,
	"(*database/sql.Tx).Query*": BlockIO, "(*database/sql.Tx).Exec*": BlockIO, "(*database/sql.Tx).Commit": BlockIO,
	"(*database/sql.Tx).Rollback": BlockIO, "(*database/sql.Stmt).Query*": BlockIO,
	"(*database/sql.Stmt).Exec*": BlockIO, "(*database/sql.Conn).Query*": BlockIO, "(*database/sql.Conn).Exec*": BlockIO,

	"os.ReadFile": BlockFile, "os.WriteFile": BlockFile, "os.ReadDir": BlockFile, "os.Open*": BlockFile, "os.Create*": BlockFile,
	"(*os.File).Read*": BlockFile, "(*os.File).Write*": BlockFile, "(*os.File).Sync": BlockFile,
	"io.ReadAll": BlockFile, "io.Copy*": BlockFile, "io.ReadFull": BlockFile,
	"(*os/exec.Cmd).Run": BlockIO, "(*os/exec.Cmd).Wait": BlockIO, "(*os/exec.Cmd).Output": BlockIO,
	"(*os/exec.Cmd).CombinedOutput": BlockIO, "(*os.Process).Wait": BlockIO,
}

// spawning lists what runs its function argument in another goroutine.
var spawning = map[string]bool{
	"time.AfterFunc": true, "context.AfterFunc": true, "(*sync.WaitGroup).Go": true,
	"(*golang.org/x/sync/errgroup.Group).Go": true, "(*golang.org/x/sync/errgroup.Group).TryGo": true,
}

var blockingPrefix = prefixes(blocking)

// prefixes collects the "*" entries by what stands before the name's last dot, so that few are compared.
func prefixes(table map[string]BlockClass) map[string][]string {
	byOwner := map[string][]string{}
	for name := range table {
		if p, ok := strings.CutSuffix(name, "*"); ok {
			owner := p[:strings.LastIndexByte(p, '.')]
			byOwner[owner] = append(byOwner[owner], p)
		}
	}
	return byOwner
}

// stdBlock is what a function of the standard library blocks on.
func stdBlock(id FuncID) (BlockClass, bool) {
	if class, ok := blocking[string(id)]; ok {
		return class, true
	}
	dot := strings.LastIndexByte(string(id), '.')
	if dot < 0 {
		return 0, false
	}
	for _, p := range blockingPrefix[string(id[:dot])] {
		if strings.HasPrefix(string(id), p) {
			return blocking[p+"*"], true
		}
	}
	return 0, false
}

// isHandler says whether a function is an HTTP handler, by its signature.
func isHandler(sig *types.Signature) bool {
	return sig.Params().Len() == 2 && sig.Results().Len() == 0 && !sig.Variadic() &&
		isHTTP(sig.Params().At(0).Type(), "ResponseWriter") &&
		isHTTP(deref(sig.Params().At(1).Type()), "Request") && deref(sig.Params().At(1).Type()) != sig.Params().At(1).Type()
}

func isHTTP(t types.Type, name string) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Name() == name && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "net/http"
}
