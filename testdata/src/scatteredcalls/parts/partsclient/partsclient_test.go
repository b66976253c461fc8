package partsclient

import "otplint.test/scatteredcalls/parts/web"

var _ = web.New
