package testkit

// Verify is what Main does but for the exit.
var Verify = verify
