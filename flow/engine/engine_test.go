package engine

import (
	"context"
	"crypto/sha256"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/flow"
	"flowcentre/flow/store"
)

const logName = "EVENTS 2027-01-12T00:00:00Z 5f1c"

// openEngine makes an engine on the store at path, and gives what to close in the end.
func openEngine(t testing.TB, path string, o Options) (*Engine, io.Closer) {
	st, err := store.Open(path, store.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { st.Close() })
	state, at, err := st.Load()
	require.NoError(t, err)
	at.Stream = logName
	return New(st, state, at, o), st
}

func enginePath(t testing.TB) string { return filepath.Join(t.TempDir(), "engine.db") }

// feed gives the entries in slices of n and closes.
func feed(entries []flow.Entry, n int) <-chan []flow.Entry {
	in := make(chan []flow.Entry, len(entries)/n+1)
	for slice := range slices.Chunk(entries, n) {
		in <- slice
	}
	close(in)
	return in
}

// straight is the state after all entries, with no store and no batches.
func straight(t testing.TB, entries []flow.Entry) *flow.State {
	s := flow.New("straight")
	for i := range entries {
		s.Apply(&entries[i].Event)
	}
	s.Changes()
	return s
}

func TestWhatTheEngineCommitsIsWhatTheLogSays(t *testing.T) {
	c := newCounty(t, 1, 100)
	c.trials = true
	log := c.pass(5000)
	path := enginePath(t)
	var commits []CommitStats
	e, st := openEngine(t, path, Options{CommitMax: 300, OnCommit: func(s CommitStats) { commits = append(commits, s) }})
	before, _ := e.Board().Latest()
	assert.Zero(t, before.Seq)
	require.NoError(t, e.Run(t.Context(), feed(log, 7)))

	want := straight(t, log)
	v, _ := e.Board().Latest()
	assert.Equal(t, want.Digest(), v.Digest)
	assert.Equal(t, uint64(len(log)), v.Seq)
	require.NoError(t, e.Board().Stopped())

	total := 0
	for _, s := range commits {
		total += s.Events
		assert.LessOrEqual(t, s.Events, 300+7)
		assert.Positive(t, s.Took)
		assert.GreaterOrEqual(t, s.Waited, s.Took)
	}
	assert.Equal(t, len(log), total)
	s := e.Stats()
	assert.Equal(t, Stats{
		Applied: v.Seq, Committed: v.Seq, Commits: uint64(len(commits)),
		LastCommit: commits[len(commits)-1].Took, Lag: commits[len(commits)-1].Waited,
	}, s)

	require.NoError(t, st.Close())
	again, err := store.Open(path, store.Options{})
	require.NoError(t, err)
	defer again.Close()
	state, at, err := again.Load()
	require.NoError(t, err)
	assert.Equal(t, want.Digest(), state.Digest())
	assert.Equal(t, store.Position{
		Stream: logName, Seq: v.Seq, EventHash: sha256.Sum256(log[len(log)-1].Raw), Digest: v.Digest, Epoch: v.Epoch,
	}, at)
}

// Whenever the process ends, what is on disk is the state after some event of the log;
// going on from there gives what an undisturbed run gives.
func TestAKilledEngineGoesOnAsIfNothingHadHappened(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newCounty(t, rapid.Uint64().Draw(rt, "seed"), 60)
		c.trials = true
		log := c.pass(rapid.IntRange(1, 1500).Draw(rt, "events"))
		folder, err := os.MkdirTemp(t.TempDir(), "")
		require.NoError(rt, err)
		defer os.RemoveAll(folder)
		live := filepath.Join(folder, "0.db")
		for life := 1; ; life++ {
			// The file is copied as a commit ends or, when the copy falls into the next
			// one, in its midst: bbolt must then give the state of one of the two.
			next := filepath.Join(folder, string(rune('0'+life))+".db")
			killAt := rapid.IntRange(0, 8).Draw(rt, "commits before the kill")
			if life == 6 {
				killAt = 1 << 30
			}
			var st io.Closer
			var e *Engine
			commits, killed := 0, false
			ctx, kill := context.WithCancel(context.Background())
			e, st = openEngine(t, live, Options{
				CommitMax: rapid.IntRange(1, 400).Draw(rt, "commit max"),
				OnCommit: func(CommitStats) {
					if commits++; commits == killAt {
						copyFile(rt, live, next)
						killed = true
						kill()
					}
				},
			})
			at, _ := e.Board().Latest()
			err := e.Run(ctx, feed(log[at.Seq:], rapid.IntRange(1, 100).Draw(rt, "slice")))
			kill()
			require.NoError(rt, err)
			require.NoError(rt, st.Close())
			if killed {
				live = next
				continue
			}
			v, _ := e.Board().Latest()
			want := straight(t, log)
			require.Equal(rt, uint64(len(log)), v.Seq)
			require.Equal(rt, want.Digest(), v.Digest)
			return
		}
	})
}

func copyFile(t require.TestingT, from, to string) {
	b, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, b, 0o600))
}

func TestAGapStopsTheEngineVisibly(t *testing.T) {
	log := newCounty(t, 2, 50).pass(100)
	holed := append(append([]flow.Entry(nil), log[:60]...), log[61:]...)
	repeated := append(append([]flow.Entry(nil), log[:60]...), log[59:]...)
	for _, c := range []struct {
		name string
		log  []flow.Entry
		got  uint64
	}{{"one is missing", holed, 62}, {"one comes twice", repeated, 60}} {
		t.Run(c.name, func(t *testing.T) {
			path := enginePath(t)
			e, st := openEngine(t, path, Options{})
			err := e.Run(t.Context(), feed(c.log, 16))
			var gap *GapError
			require.ErrorAs(t, err, &gap)
			assert.Equal(t, GapError{Want: 61, Got: c.got}, *gap)
			require.ErrorAs(t, e.Board().Stopped(), &gap)

			v, _ := e.Board().Latest()
			assert.Equal(t, uint64(60), v.Seq, "what came before the gap is shown")
			require.ErrorAs(t, e.Board().WaitFor(t.Context(), 61), &gap)
			require.NoError(t, st.Close())
			again, st := openEngine(t, path, Options{})
			require.NoError(t, again.Run(t.Context(), feed(log[60:], 16)), "and on disk")
			st.Close()
		})
	}
}

func TestAStopFinishesTheBatchInHand(t *testing.T) {
	log := newCounty(t, 3, 50).pass(400)
	path := enginePath(t)
	e, st := openEngine(t, path, Options{CommitEvery: time.Hour}) // a backlog would wait for an hour
	ctx, cancel := context.WithCancel(t.Context())
	in := make(chan []flow.Entry)
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx, in) }()
	in <- log[:1]
	in <- log[1:]
	cancel()
	require.NoError(t, <-ended)
	v, _ := e.Board().Latest()
	assert.Equal(t, uint64(len(log)), v.Seq)
	require.NoError(t, e.Board().Stopped())
	require.NoError(t, st.Close())
	again, _ := openEngine(t, path, Options{})
	assert.Equal(t, uint64(len(log)), again.Stats().Committed)
}

func TestViewsAreCutNoMoreOftenThanAskedAndTheLastOneComes(t *testing.T) {
	log := newCounty(t, 4, 50).pass(500)
	path := enginePath(t)
	synctest.Test(t, func(t *testing.T) {
		e, _ := openEngine(t, path, Options{FrameEvery: 250 * time.Millisecond})
		ctx, cancel := context.WithCancel(t.Context())
		in := make(chan []flow.Entry)
		ended := make(chan error, 1)
		go func() { ended <- e.Run(ctx, in) }()

		var mu sync.Mutex
		var shown []time.Time
		go func() {
			for {
				_, next := e.Board().Latest()
				select {
				case <-next:
					mu.Lock()
					shown = append(shown, time.Now())
					mu.Unlock()
				case <-ctx.Done():
					return
				}
			}
		}()
		for i := range log { // one every 10 ms for five seconds
			in <- log[i : i+1]
			time.Sleep(10 * time.Millisecond)
		}
		began := time.Now()
		require.NoError(t, e.Board().WaitFor(t.Context(), uint64(len(log))), "the last view comes though nothing else does")
		assert.LessOrEqual(t, time.Since(began), 250*time.Millisecond)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		assert.InDelta(t, len(log)*10/250, len(shown), 2)
		for i := 1; i < len(shown); i++ {
			assert.GreaterOrEqual(t, shown[i].Sub(shown[i-1]), 250*time.Millisecond)
		}
		cancel()
		require.NoError(t, <-ended)
	})
}

func TestAFullDiskStopsNeitherReadersNorTheEngine(t *testing.T) {
	folder := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder).CombinedOutput(); err != nil {
		t.Skipf("a small file system cannot be mounted here (%v: %s)", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", folder).Run() })
	log := newCounty(t, 5, 1000).pass(4000)
	e, st := openEngine(t, filepath.Join(folder, "engine.db"), Options{FrameEvery: -1})
	defer st.Close()
	in := make(chan []flow.Entry)
	ended := make(chan error, 1)
	go func() { ended <- e.Run(t.Context(), in) }()
	in <- log[:100]
	require.NoError(t, e.Board().WaitFor(t.Context(), 100))

	ballast := filepath.Join(folder, "ballast")
	f, err := os.Create(ballast)
	require.NoError(t, err)
	_, err = io.Copy(f, zeros{})
	require.Error(t, err, "the disk is full now")
	f.Close()

	in <- log[100:]
	require.Eventually(t, func() bool { return e.Stats().Full }, 10*time.Second, time.Millisecond)
	v, _ := e.Board().Latest()
	assert.Equal(t, uint64(100), v.Seq, "what is not on disk is not shown")
	require.NoError(t, e.Board().Stopped())

	require.NoError(t, os.Remove(ballast))
	require.NoError(t, e.Board().WaitFor(t.Context(), uint64(len(log))))
	assert.False(t, e.Stats().Full)
	close(in)
	require.NoError(t, <-ended)
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

func TestAStopOnAFullDiskSaysWhatIsNotCommitted(t *testing.T) {
	log := newCounty(t, 6, 1000).pass(4000)
	st, err := store.Open(enginePath(t), store.Options{MaxSize: 64 << 10})
	require.NoError(t, err)
	defer st.Close()
	require.NoError(t, st.Commit(store.Position{Epoch: "e"}, nil))
	e := New(st, flow.New("e"), store.Position{Stream: logName, Epoch: "e"}, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx, feed(log, 500)) }()
	require.Eventually(t, func() bool { return e.Stats().Full }, 30*time.Second, time.Millisecond)
	cancel()
	require.ErrorIs(t, <-ended, store.ErrFull)
	require.ErrorIs(t, e.Board().Stopped(), store.ErrFull)
}

func TestAStoreThatCannotBeWrittenToStopsTheEngine(t *testing.T) {
	log := newCounty(t, 7, 50).pass(50)
	e, st := openEngine(t, enginePath(t), Options{})
	require.NoError(t, st.Close())
	err := e.Run(t.Context(), feed(log, 16))
	require.ErrorIs(t, err, store.ErrBroken)
	require.ErrorIs(t, e.Board().Stopped(), store.ErrBroken)
	v, _ := e.Board().Latest()
	assert.Zero(t, v.Seq, "what is not on disk is not shown")
}

func TestAPanicStopsTheEngineAndIsNeverCommitted(t *testing.T) {
	log := newCounty(t, 9, 50).pass(50)
	path := enginePath(t)
	e, st := openEngine(t, path, Options{})
	e.state = new(flow.State) // whose maps are nil: applying to it panics
	err := e.Run(t.Context(), feed(log, 16))
	var fault *PanicError
	require.ErrorAs(t, err, &fault)
	assert.Contains(t, string(fault.Stack), "flow.(*State).Apply")
	require.ErrorContains(t, e.Board().Stopped(), "cannot be applied: a fault in the program")
	require.NoError(t, st.Close())

	again, _ := openEngine(t, path, Options{})
	assert.Zero(t, again.Stats().Committed)
	require.NoError(t, again.Run(t.Context(), feed(log, 16)))
}

func TestWhatWasAppliedBeforeAPanicInTheSameBatchIsNotCommittedEither(t *testing.T) {
	log := newCounty(t, 9, 50).pass(50)
	e, _ := openEngine(t, enginePath(t), Options{CommitEvery: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l := &line{Engine: e, jobs: make(chan commit, 1), done: make(chan commit, 1)}
	go e.commitAll(ctx, l.jobs, l.done)
	defer close(l.jobs)
	require.NoError(t, l.take(log[:40]))
	e.state = new(flow.State)
	require.ErrorAs(t, l.take([]flow.Entry{{Event: flow.Event{Seq: 1, Kind: flow.Admitted, Feed: "pas"}}}), new(*PanicError))
	require.NoError(t, l.finish())
	assert.Zero(t, e.Stats().Committed)
}

func TestReplayComesToTheSameDigest(t *testing.T) {
	c := newCounty(t, 8, 100)
	c.trials = true
	log := c.pass(3000)
	s := flow.New("replay")
	require.NoError(t, Replay(t.Context(), s, feed(log, 33), 2000))
	assert.Equal(t, uint64(2000), s.Seq())
	assert.Equal(t, straight(t, log[:2000]).Digest(), s.Digest())
	require.NoError(t, Replay(t.Context(), s, feed(log[2000:], 33), 2500), "it goes on from where it stands")
	assert.Equal(t, straight(t, log[:2500]).Digest(), s.Digest())
	require.NoError(t, Replay(t.Context(), s, nil, 2500), "there is nothing to read")

	require.ErrorContains(t, Replay(t.Context(), flow.New("replay"), feed(log, 33), uint64(len(log)+1)), "the log ended at event")
	require.ErrorAs(t, Replay(t.Context(), flow.New("replay"), feed(log[1:], 33), 10), new(*GapError))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Replay(ctx, flow.New("replay"), nil, 10), context.Canceled)
}
