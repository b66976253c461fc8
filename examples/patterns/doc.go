// Package patterns holds the code that docs/patterns.md, docs/migrating.md and skills/go-otp-patterns show: a small
// package for each pattern, with a test. What not to do is in testdata, in a folder for the check that finds it.
package patterns
