package store

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"flowcentre/flow"
)

// bulk is about n kilobytes of records that are never the same twice.
func bulk(seq, n int) []flow.Record {
	records := make([]flow.Record, n)
	for i := range records {
		records[i] = flow.Record{Key: fmt.Sprintf("bulk/%06d-%06d", seq, i), Value: bytes.Repeat([]byte{byte(seq)}, 1000)}
	}
	return records
}

// fill commits until there is no room, and gives the last position that is on disk.
func fill(t *testing.T, s *Store) (last Position, next Position) {
	for seq := 1; seq < 1000; seq++ {
		next = Position{Stream: logName, Seq: uint64(seq), Epoch: "e"}
		err := s.Commit(next, bulk(seq, 500))
		if err != nil {
			require.ErrorIs(t, err, ErrFull)
			require.NotErrorIs(t, err, ErrBroken)
			return last, next
		}
		last = next
	}
	t.Fatal("never full")
	return
}

func stored(t *testing.T, s *Store) (p Position, records int) {
	require.NoError(t, s.db.View(func(tx *bbolt.Tx) (err error) {
		p, err = readPosition(tx)
		if b := tx.Bucket([]byte("bulk")); b != nil {
			records = b.Stats().KeyN
		}
		return err
	}))
	return p, records
}

func TestAtItsLimitTheStoreRefusesAndKeepsWhatItHas(t *testing.T) {
	s := openStore(t, enginePath(t), Options{MaxSize: 24 << 20})
	last, next := fill(t, s)
	for range 3 {
		require.ErrorIs(t, s.Commit(next, bulk(int(next.Seq), 500)), ErrFull)
	}
	p, n := stored(t, s)
	assert.Equal(t, last, p)
	assert.Equal(t, 500*int(last.Seq), n, "nothing of the refused commit is there")
	require.NoError(t, s.Check())
}

func TestAFullDiskRefusesAndHealsWhenThereIsRoom(t *testing.T) {
	folder := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder).CombinedOutput(); err != nil {
		t.Skipf("a small file system cannot be mounted here (%v: %s)", err, bytes.TrimSpace(out))
	}
	t.Cleanup(func() { _ = exec.Command("umount", folder).Run() })

	s := openStore(t, filepath.Join(folder, "engine.db"), Options{})
	ballast := filepath.Join(folder, "ballast")
	require.NoError(t, os.WriteFile(ballast, make([]byte, 12<<20), 0o600))
	last, next := fill(t, s)
	p, n := stored(t, s)
	assert.Equal(t, last, p)
	assert.Equal(t, 500*int(last.Seq), n)

	require.NoError(t, os.Remove(ballast))
	require.NoError(t, s.Commit(next, bulk(int(next.Seq), 500)), "the same commit goes through once there is room")
	p, n = stored(t, s)
	assert.Equal(t, next, p)
	assert.Equal(t, 500*int(next.Seq), n)
	require.NoError(t, s.Check())
	require.NoError(t, s.Close())
}

func TestAnyOtherFailedWriteEndsTheStore(t *testing.T) {
	path := enginePath(t)
	s := openStore(t, path, Options{})
	require.NoError(t, s.Commit(Position{Seq: 1, Epoch: "e"}, bulk(1, 1)))
	require.NoError(t, s.Close())

	s, err := open(path, &bbolt.Options{Timeout: time.Second, OpenFile: func(name string, _ int, mode os.FileMode) (*os.File, error) {
		return os.OpenFile(name, os.O_RDONLY, mode) // writes fail, as on a disk that has gone bad
	}})
	require.NoError(t, err)
	defer s.Close()

	err = s.Commit(Position{Seq: 2, Epoch: "e"}, bulk(2, 1))
	require.ErrorIs(t, err, ErrBroken)
	require.NotErrorIs(t, err, ErrFull)
}

func TestARecordWithoutABucketIsAFault(t *testing.T) {
	for _, key := range []string{"", "bed", "/a", "bed/", "meta/position"} {
		s := openStore(t, enginePath(t), Options{})
		require.ErrorIs(t, s.Commit(Position{Seq: 1}, []flow.Record{{Key: key, Value: []byte("x")}}), ErrBroken, key)
		require.ErrorIs(t, s.Commit(Position{Seq: 1}, bulk(1, 1)), ErrBroken, "nothing is written after a failed commit")
	}
}
