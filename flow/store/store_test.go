package store

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"flowcentre/flow"
)

func TestAnEmptyStoreGivesTheEmptyStateAndANewEpoch(t *testing.T) {
	epochs := map[string]bool{}
	for range 3 {
		state, at, err := openStore(t, enginePath(t), Options{}).Load()
		require.NoError(t, err)
		assert.Zero(t, at.Seq)
		assert.Zero(t, state.Seq())
		assert.GreaterOrEqual(t, len(at.Epoch), 16)
		epochs[at.Epoch] = true
	}
	assert.Len(t, epochs, 3)
}

func TestWhatWasCommittedIsLoadedAgain(t *testing.T) {
	path := enginePath(t)
	s := openStore(t, path, Options{})
	state, at, err := s.Load()
	require.NoError(t, err)
	w := newWard(t, state)
	var last Position
	for n := range 20 {
		w.pass(n)
		last, err = w.commit(s, at.Epoch)
		require.NoError(t, err)
	}
	require.NoError(t, s.Close())

	s = openStore(t, path, Options{})
	require.NoError(t, s.Check())
	again, got, err := s.Load()
	require.NoError(t, err)
	assert.Equal(t, last, got)
	assert.Equal(t, w.Digest(), again.Digest())
	assert.Equal(t, w.Seq(), again.Seq())
	assert.Equal(t, w.At(), again.At())
	assert.Empty(t, again.Changes(), "a loaded state has changed nothing")

	v := newWard(t, again)
	v.now = w.now
	w.pass(30)
	v.pass(30)
	w.Changes()
	v.Changes()
	assert.Equal(t, w.Digest(), v.Digest(), "the loaded state goes on as the other does")
}

func TestARecordWithoutAValueIsDeleted(t *testing.T) {
	path := enginePath(t)
	s := openStore(t, path, Options{})
	put := func(records ...flow.Record) {
		require.NoError(t, s.Commit(Position{Seq: 1, Epoch: "e"}, records))
	}
	put(flow.Record{Key: "unit/b", Value: []byte("2")}, flow.Record{Key: "bed/a/1", Value: []byte("1")})
	put(flow.Record{Key: "bed/a/1"}, flow.Record{Key: "bed/never", Value: nil}, flow.Record{Key: "unit/c", Value: []byte("3")})

	got := map[string]string{}
	require.NoError(t, s.db.View(func(tx *bbolt.Tx) error {
		for k, v := range records(tx) {
			got[k] = string(v)
		}
		return nil
	}))
	assert.Equal(t, map[string]string{"unit/b": "2", "unit/c": "3"}, got)
}

func TestASecondCentreIsRefused(t *testing.T) {
	path := enginePath(t)
	s := openStore(t, path, Options{})
	_, err := Open(path, Options{LockWait: 60 * time.Millisecond})
	require.ErrorIs(t, err, ErrLocked)
	assert.ErrorContains(t, err, "another centre runs in folder "+path[:len(path)-len("/engine.db")])

	require.NoError(t, s.Close())
	openStore(t, path, Options{LockWait: 60 * time.Millisecond})
}

func TestAFolderThatIsNotThereIsNotCalledDamage(t *testing.T) {
	_, err := Open("/nowhere/at/all/engine.db", Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.NotErrorIs(t, err, ErrDamaged)
}

func TestAnotherFormatIsRefusedAndLeftAlone(t *testing.T) {
	path := enginePath(t)
	s := openStore(t, path, Options{})
	require.NoError(t, s.db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket(metaBucket)
		require.NoError(t, err)
		return b.Put(positionKey, []byte(`{"format":99,"seq":7}`))
	}))
	require.NoError(t, s.Close())
	_, err := Open(path, Options{})
	require.ErrorIs(t, err, ErrFormat)
	assert.ErrorContains(t, err, fmt.Sprintf("its format is 99, this version reads %d", format))
	assert.NotErrorIs(t, err, ErrDamaged)
}

func TestDamageIsFoundAndNamed(t *testing.T) {
	whole := func(t *testing.T) []byte {
		path := enginePath(t)
		s := openStore(t, path, Options{})
		state, at, err := s.Load()
		require.NoError(t, err)
		w := newWard(t, state)
		for range 40 {
			w.pass(20)
			_, err = w.commit(s, at.Epoch)
			require.NoError(t, err)
		}
		copied := path + ".copy"
		_, err = s.Copy(copied) // no longer than its content
		require.NoError(t, err)
		b, err := os.ReadFile(copied)
		require.NoError(t, err)
		return b
	}(t)

	load := func(t *testing.T, b []byte) error {
		path := enginePath(t)
		require.NoError(t, os.WriteFile(path, b, 0o600))
		s, err := Open(path, Options{LockWait: 60 * time.Millisecond})
		if err != nil {
			return err
		}
		defer s.Close()
		_, _, err = s.Load()
		return err
	}
	require.NoError(t, load(t, whole))

	t.Run("not a store at all", func(t *testing.T) {
		require.ErrorIs(t, load(t, []byte("hello, this is text")), ErrDamaged)
	})
	for _, cut := range []int{5000, len(whole) / 2, len(whole) - 4096} {
		t.Run("cut short", func(t *testing.T) {
			err := load(t, whole[:cut])
			require.ErrorIs(t, err, ErrDamaged)
			assert.ErrorContains(t, err, "move the file aside and start again")
		})
	}
	t.Run("one byte of a record", func(t *testing.T) {
		found, tried := 0, 0
		for at := 3 * 4096; at < len(whole); at += len(whole) / 150 {
			tried++
			b := append([]byte(nil), whole...)
			b[at] ^= 0x10
			err := load(t, b)
			if err != nil {
				require.ErrorIs(t, err, ErrDamaged)
				found++
			}
		}
		// Most of the file is free pages and unused ends of pages: harmless. Whatever
		// reaches the state must be found, as the digest covers each record.
		assert.Positive(t, found)
		t.Logf("%d of %d damaged copies refused", found, tried)
	})
}

func TestAPositionChangedBehindTheStoresBackIsFound(t *testing.T) {
	for _, change := range [][2]string{{`"seq":41`, `"seq":40`}, {`"epoch":"e`, `"epoch":"f`}, {`"stream":"E`, `"stream":"F`}} {
		path := enginePath(t)
		s := openStore(t, path, Options{})
		require.NoError(t, s.Commit(Position{Stream: logName, Seq: 41, Epoch: "epoch"}, nil))
		require.NoError(t, s.db.Update(func(tx *bbolt.Tx) error {
			b := tx.Bucket(metaBucket)
			v := string(b.Get(positionKey))
			changed := strings.Replace(v, change[0], change[1], 1)
			require.NotEqual(t, v, changed)
			return b.Put(positionKey, []byte(changed))
		}))
		require.NoError(t, s.Close())
		_, err := Open(path, Options{})
		require.ErrorIs(t, err, ErrDamaged)
		assert.ErrorContains(t, err, "checksum")
	}
}

func TestARecordChangedBehindTheStoresBackIsFound(t *testing.T) {
	path := enginePath(t)
	s := openStore(t, path, Options{})
	state, at, err := s.Load()
	require.NoError(t, err)
	w := newWard(t, state)
	w.pass(5)
	_, err = w.commit(s, at.Epoch)
	require.NoError(t, err)

	require.NoError(t, s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("seen"))
		k, _ := b.Cursor().First()
		return b.Delete(k)
	}))
	_, _, err = s.Load()
	require.ErrorIs(t, err, ErrDamaged)
	assert.ErrorContains(t, err, path)
	assert.ErrorContains(t, err, "digest")
}
