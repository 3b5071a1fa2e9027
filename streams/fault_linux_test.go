package streams

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

// A write that fails stays in JetStream's mind: from then on it answers nothing. The
// child process may not write files beyond 1 MB, which is a disk that is full.
func TestFailedWriteIsNoticed(t *testing.T) {
	if os.Getenv("FLOWCENTRE_SMALL_DISK") == "" {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFailedWriteIsNoticed$", "-test.v")
		child.Env = append(os.Environ(), "FLOWCENTRE_SMALL_DISK=1")
		out, err := child.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return
	}
	s := testServer(t, t.TempDir())
	l := testLog(t, LogOptions{Server: s, AckWait: time.Second})
	d := testDoor(t, l, nil)
	require.NoError(t, s.Health())
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: 1 << 20, Max: 1 << 20}
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))

	logged, err := uint64(0), error(nil)
	for n := 0; err == nil && n < 20_000; n += 500 {
		events := make([]flow.Event, 500)
		for i := range events {
			events[i] = cleaned("wrh", time.Duration(n+i).String())
		}
		for _, r := range d.Post(t.Context(), "wrh", events) {
			if r.Err == nil {
				logged++
			} else {
				err = r.Err
			}
		}
	}
	require.ErrorIs(t, err, ErrUnknown)
	require.Error(t, s.Health())
	require.ErrorContains(t, l.Health(), "start the centre again")
	began := time.Now()
	require.ErrorIs(t, d.Post(t.Context(), "wrh", []flow.Event{cleaned("wrh", "later")})[0].Err, ErrAway)
	require.Less(t, time.Since(began), time.Second, "refused at once")
	require.GreaterOrEqual(t, last(t, l), logged, "nothing acknowledged is missing")
}
