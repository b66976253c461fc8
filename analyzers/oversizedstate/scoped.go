package oversizedstate

import "go/types"

// requestScoped are types whose values are of no use once the handler or query
// that they belong to has ended. They are types of libraries, not roles of a
// framework.
var requestScoped = map[string]bool{
	"net/http.Request": true, "net/http.Response": true, "net/http.ResponseWriter": true,
	"database/sql.Rows": true, "database/sql.Row": true,
	"github.com/gin-gonic/gin.Context": true, "github.com/labstack/echo/v4.Context": true,
	"github.com/gofiber/fiber/v2.Ctx": true,
}

// scoped names a type whose values belong to one request.
func scoped(t types.Type) (name string, ok bool) {
	star := ""
	t = types.Unalias(t)
	if p, isPointer := t.(*types.Pointer); isPointer {
		star, t = "*", types.Unalias(p.Elem())
	}
	named, isNamed := t.(*types.Named)
	if !isNamed || named.Obj().Pkg() == nil || !requestScoped[named.Obj().Pkg().Path()+"."+named.Obj().Name()] {
		return "", false
	}
	return star + named.Obj().Pkg().Name() + "." + named.Obj().Name(), true
}
