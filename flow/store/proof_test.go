package store

import (
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestProof(t *testing.T) {
	hash := sha256.Sum256([]byte("event 50"))
	at := Position{Stream: "log a", Seq: 50, EventHash: hash}
	read := func(seq uint64) ([32]byte, error) {
		assert.Equal(t, uint64(50), seq)
		return hash, nil
	}
	none := func(uint64) ([32]byte, error) { t.Error("no event is there to be read"); return hash, nil }
	other := func(uint64) ([32]byte, error) { return sha256.Sum256([]byte("other")), nil }
	damage := errors.New("block damaged")
	unreadable := func(uint64) ([32]byte, error) { return [32]byte{}, damage }

	for _, c := range []struct {
		name        string
		at          Position
		stream      string
		first, last uint64
		hashAt      func(uint64) ([32]byte, error)
		err         error
		says        string
	}{
		{"the log goes on", at, "log a", 1, 70, read, nil, ""},
		{"the log ends here", at, "log a", 1, 50, read, nil, ""},
		{"all before has expired", at, "log a", 50, 70, read, nil, ""},
		{"all applied has expired", at, "log a", 51, 70, none, nil, ""},
		{"the log is empty, at our end", at, "log a", 51, 50, none, nil, ""},
		{"nothing applied, new log", Position{}, "log a", 1, 0, none, nil, ""},
		{"nothing applied, long log", Position{}, "log a", 1, 900, none, nil, ""},

		{"another log", at, "log b", 1, 70, none, ErrOtherLog, `it follows "log a", and this log is "log b"`},
		{"restored from an older copy", at, "log a", 1, 49, none, ErrLogBehind, "50 events were applied, and the log ends at 49"},
		{"recreated empty", at, "log a", 1, 0, none, ErrLogBehind, "put the newer log back"},
		{"expired before being read", at, "log a", 52, 70, none, ErrExpired, "the log begins at 52, so 1 are missing"},
		{"expired before the first start", Position{}, "log a", 4, 70, none, ErrExpired, "so 3 are missing"},
		{"sequence used again", at, "log a", 1, 70, other, ErrOtherEvent, "at 50"},
		{"unreadable", at, "log a", 1, 70, unreadable, damage, "read event 50"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Prove(c.at, c.stream, c.first, c.last, c.hashAt)
			require.ErrorIs(t, err, c.err)
			if c.err != nil {
				assert.ErrorContains(t, err, c.says)
			}
		})
	}
}
