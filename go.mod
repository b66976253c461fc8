module github.com/otplint/otplint

go 1.26.0

require (
	golang.org/x/tools v0.47.0
	honnef.co/go/tools v0.8.1
)
