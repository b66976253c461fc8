module otplint.test

go 1.26.0

require github.com/otplint/otplint v0.0.0

require (
	github.com/puzpuzpuz/xsync/v4 v4.5.0 // indirect
	github.com/tidwall/btree v1.8.2 // indirect
)

replace github.com/otplint/otplint => ../..
