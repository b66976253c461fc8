module otplint.test

go 1.26.0

require github.com/otplint/otplint v0.0.0

replace github.com/otplint/otplint => ../..
