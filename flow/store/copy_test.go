package store

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestACopyMadeUnderLoadIsWholeAndIsOfOnePosition(t *testing.T) {
	path := enginePath(t)
	s := openStore(t, path, Options{})
	state, at, err := s.Load()
	require.NoError(t, err)
	w := newWard(t, state)

	var wg sync.WaitGroup
	stop := make(chan struct{})
	digests := map[uint64]string{}
	w.pass(1)
	p, err := w.commit(s, at.Epoch)
	require.NoError(t, err)
	digests[p.Seq] = p.Digest
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			w.pass(7)
			p, err := w.commit(s, at.Epoch)
			if !assert.NoError(t, err) {
				return
			}
			digests[p.Seq] = p.Digest
		}
	})
	var copies []string
	var positions []Position
	for i := range 10 {
		to := filepath.Join(t.TempDir(), "checkpoint-"+string(rune('a'+i)))
		p, err := s.Copy(to)
		require.NoError(t, err)
		copies, positions = append(copies, to), append(positions, p)
	}
	close(stop)
	wg.Wait()
	for i, c := range copies {
		copied := openStore(t, c, Options{})
		state, p, err := copied.Load()
		require.NoError(t, err)
		assert.Equal(t, positions[i], p)
		assert.Equal(t, digests[p.Seq], state.Digest())
	}
	assert.Less(t, positions[0].Seq, positions[9].Seq)
}

func TestACopyNeverGoesOverTheLiveStore(t *testing.T) {
	path := enginePath(t)
	s := openStore(t, path, Options{})
	require.NoError(t, s.Commit(Position{Seq: 1, Epoch: "e"}, bulk(1, 1)))
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	link := path + ".link"
	require.NoError(t, os.Link(path, link))
	for _, to := range []string{path, link} {
		_, err := s.Copy(to)
		require.ErrorContains(t, err, "that is the live store")
	}
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

func TestACopyThatFailsLeavesNothingBehind(t *testing.T) {
	s := openStore(t, enginePath(t), Options{})
	folder := t.TempDir()
	to := filepath.Join(folder, "taken")
	require.NoError(t, os.MkdirAll(filepath.Join(to, "by a folder"), 0o700))
	_, err := s.Copy(to)
	require.Error(t, err)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}
