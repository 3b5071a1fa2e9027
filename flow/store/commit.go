package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"go.etcd.io/bbolt"
	bolt "go.etcd.io/bbolt/errors"

	"flowcentre/flow"
)

// Commit writes the changed records and the position in one transaction, and returns
// when they are on disk. A record without a value is deleted.
//
// On ErrFull nothing was written: the same commit may be tried again once there is
// room. Any other error is ErrBroken: what is on disk is not known, every later Commit
// fails too, and the process must end and open the store anew.
func (s *Store) Commit(p Position, changes []flow.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	err := guard(func() error {
		return s.db.Update(func(tx *bbolt.Tx) error {
			if err := putAll(tx, changes); err != nil {
				return err
			}
			return writePosition(tx, p)
		})
	})
	switch {
	case err == nil:
		return nil
	case full(err):
		return fmt.Errorf("commit to %s: %w: %w", s.path, ErrFull, err)
	default:
		s.broken = fmt.Errorf("commit to %s: %w: %w; the process must end, and proves the store when it starts again", s.path, ErrBroken, err)
		return s.broken
	}
}

// putAll writes the records as they come: sorted by key, as flow.State.Changes gives
// them, they touch each page of the file once.
func putAll(tx *bbolt.Tx, changes []flow.Record) error {
	var bucket *bbolt.Bucket
	var open string
	var key bytes.Buffer
	for _, r := range changes {
		name, rest, ok := strings.Cut(r.Key, "/")
		if !ok || rest == "" || name == string(metaBucket) {
			return fmt.Errorf("record key %q is not bucket/key", r.Key)
		}
		if bucket == nil || name != open {
			b, err := tx.CreateBucketIfNotExists([]byte(name))
			if err != nil {
				return fmt.Errorf("bucket %s: %w", name, err)
			}
			bucket, open = b, name
		}
		key.Reset()
		key.WriteString(rest)
		if err := write(bucket, key.Bytes(), r.Value); err != nil {
			return fmt.Errorf("record %s: %w", r.Key, err)
		}
	}
	return nil
}

func write(b *bbolt.Bucket, key, value []byte) error {
	if len(value) == 0 {
		return b.Delete(key)
	}
	return b.Put(key, value)
}

// full tells a write that found no room, which bbolt undoes wholly, from every other
// error. A failed fsync is never "full", whatever its reason: pages may be lost then.
func full(err error) bool {
	if errors.Is(err, bolt.ErrMaxSizeReached) {
		return true
	}
	var path *os.PathError
	return errors.As(err, &path) && path.Op == "write" &&
		(errors.Is(path, syscall.ENOSPC) || errors.Is(path, syscall.EDQUOT))
}
