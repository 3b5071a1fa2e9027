package store

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"

	"flowcentre/flow"
)

// Load reads the whole state and its position. An empty store gives the empty state
// with a new epoch. A state whose digest is not the one that was committed with it is
// ErrDamaged: no part of it may be shown.
func (s *Store) Load() (*flow.State, Position, error) {
	var state *flow.State
	var at Position
	err := guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) (err error) {
			if at, err = readPosition(tx); err != nil {
				return err
			}
			if at == (Position{}) {
				at.Epoch = rand.Text()
				state = flow.New(at.Epoch)
				at.Digest = state.Digest()
				return nil
			}
			if state, err = flow.Load(at.Epoch, at.Seq, records(tx)); err != nil {
				return err
			}
			if got := state.Digest(); got != at.Digest {
				return fmt.Errorf("the digest of its records is %s, and %s was committed at event %d", got, at.Digest, at.Seq)
			}
			return nil
		})
	})
	if err != nil {
		return nil, Position{}, damaged(s.path, err)
	}
	return state, at, nil
}

// records gives every record but the position. Values are copies: the pages they lie
// on go away with the transaction.
func records(tx *bbolt.Tx) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		buckets := tx.Cursor()
		for name, _ := buckets.First(); name != nil; name, _ = buckets.Next() {
			if bytes.Equal(name, metaBucket) {
				continue
			}
			prefix := string(name) + "/"
			c := tx.Bucket(name).Cursor()
			for k, v := c.First(); k != nil; k, v = c.Next() {
				if !yield(prefix+string(k), bytes.Clone(v)) {
					return
				}
			}
		}
	}
}
