package store

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

func fitsAll(Position) error { return nil }

func openCheckpoints(t testing.TB, folder, epoch string, fits func(Position) error) *Checkpoints {
	c, err := OpenCheckpoints(folder, CheckpointOptions{Epoch: epoch, Every: 100, Fits: fits})
	require.NoError(t, err)
	return c
}

// takeSome fills a ward and takes n checkpoints; it gives the position of each.
func takeSome(t testing.TB, s *Store, c *Checkpoints, n int) (taken []Position) {
	state, at, err := s.Load()
	require.NoError(t, err)
	w := newWard(t, state)
	for range n {
		w.pass(7)
		_, err := w.commit(s, at.Epoch)
		require.NoError(t, err)
		p, err := c.Take(s)
		require.NoError(t, err)
		taken = append(taken, p)
	}
	return taken
}

func TestTheNewestCheckpointBeforeAnEventIsLoaded(t *testing.T) {
	s := openStore(t, enginePath(t), Options{})
	folder := filepath.Join(t.TempDir(), "checkpoints")
	_, at, err := s.Load()
	require.NoError(t, err)
	c := openCheckpoints(t, folder, at.Epoch, fitsAll)
	none, err := c.Load(0, 1000)
	require.NoError(t, err)
	require.Nil(t, none)
	assert.False(t, c.Due(99))
	assert.True(t, c.Due(100))

	taken := takeSome(t, s, c, 5)
	assert.False(t, c.Due(taken[4].Seq+99))
	assert.True(t, c.Due(taken[4].Seq+100))
	for _, c := range []*Checkpoints{c, openCheckpoints(t, folder, taken[0].Epoch, fitsAll)} {
		for i, p := range taken {
			for _, seq := range []uint64{p.Seq, p.Seq + 1} {
				state, err := c.Load(0, seq)
				require.NoError(t, err)
				assert.Equal(t, p.Seq, state.Seq())
				assert.Equal(t, p.Digest, state.Digest())
			}
			nearer, err := c.Load(p.Seq, p.Seq+1)
			require.NoError(t, err)
			assert.Nil(t, nearer)
			if i > 0 {
				state, err := c.Load(taken[i-1].Seq, p.Seq+1)
				require.NoError(t, err)
				assert.Equal(t, p.Seq, state.Seq())
			}
		}
		before, err := c.Load(0, taken[0].Seq-1)
		require.NoError(t, err)
		assert.Nil(t, before)
	}
}

// However many were taken, a few are kept: the first, the last, and between them some
// whose gaps widen with age, most of them about half of it.
func TestFewCheckpointsAreKeptAndNearToAll(t *testing.T) {
	chance := rand.New(rand.NewPCG(3, 4))
	c := &Checkpoints{}
	seq := uint64(0)
	for range 20_000 {
		seq += 50_000 + uint64(chance.IntN(20_000))
		c.seqs = append(c.seqs, seq)
		if len(c.seqs) > checkpointsKept {
			gone := c.leastMissed()
			require.NotEqual(t, c.seqs[0], gone)
			require.NotEqual(t, seq, gone)
			c.seqs = slices.DeleteFunc(c.seqs, func(s uint64) bool { return s == gone })
		}
		require.LessOrEqual(t, len(c.seqs), checkpointsKept)
		for i := range len(c.seqs) - 1 {
			age, gap := seq-c.seqs[i], c.seqs[i+1]-c.seqs[i]
			require.LessOrEqual(t, float64(gap), max(70_000, 0.85*float64(age)), "%v", c.seqs)
		}
	}
	assert.Less(t, c.seqs[0], uint64(70_001))
	t.Logf("of %d: %v", seq, c.seqs)
}

func TestCheckpointsBeyondTheFewGoFromTheDisk(t *testing.T) {
	s := openStore(t, enginePath(t), Options{})
	folder := t.TempDir()
	c := openCheckpoints(t, folder, "", fitsAll)
	taken := takeSome(t, s, c, checkpointsKept+5)
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, files, checkpointsKept)
	for _, p := range []Position{taken[0], taken[len(taken)-1]} {
		assert.FileExists(t, c.of(p.Seq))
	}
	again, err := c.Take(s)
	require.NoError(t, err)
	assert.Equal(t, taken[len(taken)-1], again, "taken twice at one event")
	assert.Len(t, c.seqs, checkpointsKept)
}

func TestADamagedCheckpointIsRemovedAndTheOneBeforeItRead(t *testing.T) {
	s := openStore(t, enginePath(t), Options{})
	folder := t.TempDir()
	_, at, err := s.Load()
	require.NoError(t, err)
	c := openCheckpoints(t, folder, at.Epoch, fitsAll)
	taken := takeSome(t, s, c, 4)

	other, err := os.ReadFile(c.of(taken[0].Seq))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(c.of(taken[3].Seq), other, 0o600), "whole, and of another event")
	require.NoError(t, os.WriteFile(c.of(taken[2].Seq), other[:len(other)/2], 0o600), "cut short")
	state, err := c.Load(0, math.MaxUint64)
	require.NoError(t, err)
	assert.Equal(t, taken[1].Digest, state.Digest())
	assert.NoFileExists(t, c.of(taken[3].Seq))
	assert.NoFileExists(t, c.of(taken[2].Seq))
	require.NoError(t, os.Remove(c.of(taken[1].Seq)))
	state, err = c.Load(0, math.MaxUint64)
	require.NoError(t, err)
	assert.Equal(t, taken[0].Digest, state.Digest())
}

func TestCheckpointsThatAreNotOfThisLogAndStoreAreRemoved(t *testing.T) {
	s := openStore(t, enginePath(t), Options{})
	_, at, err := s.Load()
	require.NoError(t, err)
	for name, of := range map[string]struct {
		epoch string
		fits  error
		kept  int
		err   error
	}{
		"ours":          {at.Epoch, nil, 2, nil},
		"another store": {"another", nil, 0, nil},
		"another log":   {at.Epoch, ErrOtherLog, 0, nil},
		"a log cut off": {at.Epoch, ErrLogBehind, 0, nil},
		"not known":     {at.Epoch, errors.New("the log does not answer"), 2, errors.New("")},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			c := openCheckpoints(t, folder, at.Epoch, fitsAll)
			w := newWard(t, loaded(t, s))
			for range 2 {
				w.pass(3)
				_, err := w.commit(s, at.Epoch)
				require.NoError(t, err)
				_, err = c.Take(s)
				require.NoError(t, err)
			}
			require.NoError(t, os.WriteFile(filepath.Join(folder, "next.db.part-1"), []byte("half"), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(folder, "next.db"), []byte("whole"), 0o600))
			_, err := OpenCheckpoints(folder, CheckpointOptions{Epoch: of.epoch, Fits: func(Position) error { return of.fits }})
			assert.Equal(t, of.err == nil, err == nil, err)
			files, err := os.ReadDir(folder)
			require.NoError(t, err)
			assert.Len(t, files, of.kept)
		})
	}
}

func loaded(t testing.TB, s *Store) *flow.State {
	state, _, err := s.Load()
	require.NoError(t, err)
	return state
}

const asCheckpointer = "FLOWCENTRE_TEST_CHECKPOINTS_IN"

// TestKilledWhileTakingCheckpoints: whenever the process is killed, the store opens, no
// half of a checkpoint stays, and each that is there is whole.
func TestKilledWhileTakingCheckpoints(t *testing.T) {
	if folder := os.Getenv(asCheckpointer); folder != "" {
		takeForever(t, folder)
	}
	folder := t.TempDir()
	inTheMidst := 0
	for range 20 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWhileTakingCheckpoints$")
		cmd.Env = append(os.Environ(), asCheckpointer+"="+folder)
		require.NoError(t, cmd.Start())
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		require.Eventually(t, func() bool { return len(halves(t, folder)) > 0 }, 20*time.Second, 50*time.Microsecond)
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		if len(halves(t, folder)) > 0 {
			inTheMidst++
		}

		s, err := Open(filepath.Join(folder, "engine.db"), Options{})
		require.NoError(t, err)
		_, at, err := s.Load()
		require.NoError(t, err)
		c := openCheckpoints(t, filepath.Join(folder, "checkpoints"), at.Epoch, fitsAll)
		require.NoError(t, s.Close())
		require.Empty(t, halves(t, folder))
		require.LessOrEqual(t, len(c.seqs), checkpointsKept+1)
		for _, seq := range slices.Clone(c.seqs) {
			state, err := c.Load(seq-1, seq)
			require.NoError(t, err)
			require.NotNil(t, state, "checkpoint %d is damaged", seq)
			require.LessOrEqual(t, seq, at.Seq)
		}
	}
	require.GreaterOrEqual(t, inTheMidst, 5, "the kills came in the midst of writing")
}

// takeForever commits and takes checkpoints until it is killed.
func takeForever(t *testing.T, folder string) {
	s := openStore(t, filepath.Join(folder, "engine.db"), Options{})
	state, at, err := s.Load()
	require.NoError(t, err)
	c := openCheckpoints(t, filepath.Join(folder, "checkpoints"), at.Epoch, fitsAll)
	for w := newWard(t, state); ; w.pass(50) {
		_, err := w.commit(s, at.Epoch)
		require.NoError(t, err)
		_, err = c.Take(s)
		require.NoError(t, err)
	}
}

func halves(t testing.TB, folder string) (halves []string) {
	files, err := os.ReadDir(filepath.Join(folder, "checkpoints"))
	if !errors.Is(err, os.ErrNotExist) {
		require.NoError(t, err)
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), "next") {
			halves = append(halves, f.Name())
		}
	}
	return halves
}
