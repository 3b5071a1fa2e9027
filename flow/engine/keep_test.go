package engine

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/flow"
	"flowcentre/flow/store"
)

func openCheckpoints(t require.TestingT, folder string, e *Engine, every uint64) *store.Checkpoints {
	c, err := store.OpenCheckpoints(folder, store.CheckpointOptions{
		Epoch: e.at.Epoch, Every: every, Fits: func(store.Position) error { return nil },
	})
	require.NoError(t, err)
	return c
}

// pastAt is the state after event seq, from the newest checkpoint beyond after.
func pastAt(t require.TestingT, c *store.Checkpoints, log []flow.Entry, after, seq uint64) *flow.State {
	s, err := c.Load(after, seq)
	require.NoError(t, err)
	if s == nil {
		s = flow.New("past")
	}
	require.LessOrEqual(t, s.Seq(), seq)
	require.NoError(t, Replay(context.Background(), s, feed(log[s.Seq():], 64), seq))
	return s
}

// face is what people see, without what a restart may change.
func face(t require.TestingT, s *flow.State) (face map[string]any) {
	b, err := json.Marshal(s.View())
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &face))
	delete(face, "epoch")
	forgetVersions(face)
	return face
}

func forgetVersions(of any) {
	switch of := of.(type) {
	case map[string]any:
		delete(of, "version")
		for _, inner := range of {
			forgetVersions(inner)
		}
	case []any:
		for _, inner := range of {
			forgetVersions(inner)
		}
	}
}

// Whatever happened and whenever checkpoints were taken, the state after any event is
// the same from the checkpoint before it as from the first event.
func TestAnyPastStateIsThatOfAReplayFromTheFirstEvent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newCounty(t, rapid.Uint64().Draw(rt, "seed"), 60)
		c.trials = true
		log := c.pass(rapid.IntRange(50, 700).Draw(rt, "events"))
		folder, err := os.MkdirTemp(t.TempDir(), "")
		require.NoError(rt, err)
		defer os.RemoveAll(folder)

		var e *Engine
		var checkpoints *store.Checkpoints
		chance := rapid.IntRange(0, 3)
		taken := 0
		e, st := openEngine(t, filepath.Join(folder, "engine.db"), Options{
			CommitMax: rapid.IntRange(1, 200).Draw(rt, "commit max"),
			OnCommit: func(s CommitStats) {
				if chance.Draw(rt, "take") == 0 {
					at, err := checkpoints.Take(e.store)
					require.NoError(rt, err)
					require.Equal(rt, s.Seq, at.Seq)
					taken++
				}
			},
		})
		checkpoints = openCheckpoints(rt, folder, e, 0)
		require.NoError(rt, e.Run(t.Context(), feed(log, rapid.IntRange(1, 100).Draw(rt, "slice"))))
		require.NoError(rt, st.Close())

		again := openCheckpoints(rt, folder, e, 0)
		for range 4 {
			seq := rapid.Uint64Range(1, uint64(len(log))).Draw(rt, "seq")
			want := straight(t, log[:seq])
			got := pastAt(rt, again, log, 0, seq)
			require.Equal(rt, want.Digest(), got.Digest(), "at %d, with %d checkpoints", seq, taken)
			require.Equal(rt, face(rt, want), face(rt, got), "at %d, with %d checkpoints", seq, taken)
		}
	})
}

func TestCheckpointsAreTakenWhileTheEngineGoesOn(t *testing.T) {
	log := newCounty(t, 11, 100).pass(3000)
	folder := t.TempDir()
	e, st := openEngine(t, filepath.Join(folder, "engine.db"), Options{FrameEvery: -1, CommitMax: 50})
	defer st.Close()
	checkpoints := openCheckpoints(t, filepath.Join(folder, "checkpoints"), e, 400)
	ctx, stop := context.WithCancel(t.Context())
	kept := make(chan error, 1)
	go func() { kept <- e.Keep(ctx, checkpoints) }()
	in := make(chan []flow.Entry)
	ended := make(chan error, 1)
	go func() { ended <- e.Run(t.Context(), in) }()

	found := map[uint64]bool{}
	var after uint64
	for upTo := 500; upTo <= len(log); upTo += 500 {
		in <- log[upTo-500 : upTo]
		require.NoError(t, e.Board().WaitFor(t.Context(), uint64(upTo)))
		require.Eventually(t, func() bool {
			s, err := checkpoints.Load(after, uint64(len(log)))
			require.NoError(t, err)
			if s == nil {
				return false
			}
			assert.Equal(t, straight(t, log[:s.Seq()]).Digest(), s.Digest())
			assert.GreaterOrEqual(t, s.Seq(), after+400)
			found[s.Seq()], after = true, s.Seq()
			return true
		}, 20*time.Second, time.Millisecond)
	}
	assert.GreaterOrEqual(t, len(found), 5)
	close(in)
	require.NoError(t, <-ended)
	stop()
	require.ErrorIs(t, <-kept, context.Canceled)
}
