package application_test

import (
	"errors"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/application"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Errors say what to do, or what has happened.
func TestErrorTexts(t *testing.T) {
	for _, tt := range []struct {
		err  error
		text string
	}{
		{&application.NotStarted{App: "a"}, `application: "a" is not started`},
		{&application.NotStarted{App: "a", For: "b"}, `application: "b" needs "a", which is not started; start it before, or use EnsureAllStarted`},
		{&application.AlreadyStarted{App: "a"}, `application: "a" is already started`},
		{&application.StartError{App: "a", Reason: &application.PhaseError{Phase: "p", Reason: errBoom}},
			`application: "a" failed to start: phase "p": boom`},
		{&application.NodeDown{App: "a", Mode: application.Transient, Reason: process.Shutdown}, `application: transient application "a" ended: shutdown`},
		{&application.Unset{App: "a", Key: "k"}, `application: "a" has no value for key "k"`},
	} {
		if got := tt.err.Error(); got != tt.text {
			t.Errorf("%T says %s, want %s", tt.err, got, tt.text)
		}
	}
	if got := application.Mode(9).String(); got != "invalid" {
		t.Errorf("a wrong mode is spelled %q", got)
	}
}

// What took the node down is no clean reason, though a tree that gives up ends with one.
func TestNodeDownIsNotClean(t *testing.T) {
	reason := &process.ShutdownReason{Detail: &supervisor.GaveUp{ID: "a", Restarts: 3, Period: time.Second, Reason: errBoom}}
	err := error(&application.NodeDown{App: "a", Reason: reason})
	if !process.Clean(reason) || process.Clean(err) || errors.Is(err, errBoom) {
		t.Errorf("%v is clean", err)
	}
}
