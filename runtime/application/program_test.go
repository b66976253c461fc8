package application_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/application"
	"github.com/otplint/otplint/runtime/supervisor"
)

// program makes the test binary a program of applications, for tests that need a real process: its value says which.
const program = "OTPLINT_TEST_APPLICATION"

func asProgram() bool {
	what := os.Getenv(program)
	if what == "" {
		return false
	}
	a := told("a", nil)
	b := told("b", nil, a)
	top := &application.App{Name: "top", Needs: []*application.App{b}, Start: func(context.Context) (application.Instance, error) {
		fmt.Println("ready")
		return application.Instance{Tree: supervisor.Supervisor("top", supervisor.OneForOne, nil)}, nil
	}}
	switch what {
	case "gives up":
		c := told("c", supervisor.Func("crash", func(context.Context) error { return errBoom }), b)
		c.Mode = application.Permanent
		top = c
	case "start fails":
		top.Start = func(context.Context) (application.Instance, error) { return application.Instance{}, errBoom }
	case "start hangs":
		top.Start = func(context.Context) (application.Instance, error) {
			first := make(chan os.Signal, 1)
			signal.Notify(first, syscall.SIGTERM)
			fmt.Println("ready")
			<-first
			fmt.Println("told")
			select {}
		}
	case "restores": // when Run has returned, signals end the program again
		fmt.Println(application.Run(&application.App{Name: "lib"}))
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			fmt.Println(err)
		}
		time.Sleep(10 * time.Second)
		os.Exit(9)
	case "panics":
		top.Start = func(context.Context) (application.Instance, error) { panic("boom") }
	case "hangs":
		top.Needs = append(top.Needs, &application.App{Name: "stuck", Start: func(context.Context) (application.Instance, error) {
			return application.Instance{
				Tree: supervisor.Supervisor("stuck", supervisor.OneForOne, nil),
				Stop: func(context.Context) { fmt.Println("stuck"); select {} },
			}, nil
		}})
	}
	os.Exit(application.Run(top))
	return true
}

// told is an application that tells what happens to it on the standard output.
func told(name string, child supervisor.Spec, needs ...*application.App) *application.App {
	return &application.App{Name: name, Needs: needs, Start: func(context.Context) (application.Instance, error) {
		children := []supervisor.Spec{supervisor.Opened("worker",
			func(context.Context) (int, error) { fmt.Println("+" + name); return 0, nil },
			func(ctx context.Context, _ int) error { <-ctx.Done(); fmt.Println("-" + name); return nil })}
		if child != nil {
			children = append(children, child)
		}
		return application.Instance{
			Tree: supervisor.Supervisor(name, supervisor.OneForOne, children),
			Stop: func(context.Context) { fmt.Println(name + ".stop") },
		}, nil
	}}
}

// TestProgram runs real programs, which get real signals.
func TestProgram(t *testing.T) {
	const ordered = "+a +b ready -b b.stop -a a.stop"
	for _, tt := range []struct {
		program string
		signals map[string]os.Signal // what is sent after which line
		code    int
		out     string
		log     string // what is in the log
	}{
		{"serves", map[string]os.Signal{"ready": syscall.SIGTERM}, 0, ordered, "application stopped"},
		{"serves", map[string]os.Signal{"ready": os.Interrupt}, 0, ordered, "application stopped"},
		{"gives up", nil, 1, "+a +b +c -c c.stop -b b.stop -a a.stop", `permanent application \"c\" ended: shutdown: child \"crash\"`},
		{"start fails", nil, 1, "+a +b -b b.stop -a a.stop", `application: \"top\" failed to start: boom`},
		{"panics", nil, 1, "+a +b -b b.stop -a a.stop", `application: \"top\" failed to start: panic: boom`},
		{"start hangs", map[string]os.Signal{"ready": syscall.SIGTERM, "told": os.Interrupt}, 2, "+a +b ready told", ""},
		{"restores", nil, -1, "0", ""},
		{"hangs", map[string]os.Signal{"ready": syscall.SIGTERM, "stuck": syscall.SIGTERM}, 2, "+a +b ready stuck", ""},
	} {
		t.Run(tt.program, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, os.Args[0])
			cmd.Env = append(os.Environ(), program+"="+tt.program)
			var log strings.Builder
			cmd.Stderr = &log
			pipe, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var out []string
			for lines := bufio.NewScanner(pipe); lines.Scan(); {
				line := lines.Text()
				out = append(out, line)
				if s := tt.signals[line]; s != nil {
					if err := cmd.Process.Signal(s); err != nil {
						t.Error(err)
					}
				}
			}
			var exit *exec.ExitError
			if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if code := cmd.ProcessState.ExitCode(); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if got := strings.Join(out, " "); got != tt.out {
				t.Errorf("printed %s, want %s", got, tt.out)
			}
			if !strings.Contains(log.String(), tt.log) {
				t.Errorf("the log has no %q:\n%s", tt.log, log.String())
			}
		})
	}
}
