package slowwork

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/testkit"
)

func render(_ context.Context, image string) ([]byte, error) {
	time.Sleep(time.Second)
	if image == "" {
		panic("no image")
	}
	return []byte("small " + image), nil
}

func TestThumbs(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		th := testkit.Start(t, Child("thumbs", render, 2))
		begin := time.Now()
		results := make(chan error, 2)
		for _, image := range []string{"cat", ""} {
			go func() {
				_, err := Thumbnail(t.Context(), th, image)
				results <- err
			}()
		}
		synctest.Wait()
		if n, err := Made(t.Context(), th); n != 0 || err != nil || time.Since(begin) != 0 {
			t.Errorf("%d, %v after %v: the server is not free", n, err, time.Since(begin))
		}
		if _, err := Thumbnail(t.Context(), th, "dog"); !errors.Is(err, dynsupervisor.ErrMaxChildren) {
			t.Errorf("a third one: %v", err)
		}
		var crash *process.PanicError
		if err := errors.Join(<-results, <-results); !errors.As(err, &crash) || time.Since(begin) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		if n, err := Made(t.Context(), th); n != 1 || err != nil {
			t.Errorf("%d, %v: the crash has harmed the server", n, err)
		}
	})
}
