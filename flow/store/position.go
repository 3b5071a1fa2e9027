package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"
)

// Position says how far into which log a state has come.
type Position struct {
	Stream    string   // the identity of the log; empty until the first commit
	Seq       uint64   // the last event applied; 0 before the first
	EventHash [32]byte // SHA-256 of the bytes of that event
	Digest    string   // of the state after it
	Epoch     string   // chosen when the store was created
}

// format is raised when a version of the store cannot be read by the one before.
const format = 2

var (
	metaBucket  = []byte("meta")
	positionKey = []byte("position")
)

type storedPosition struct {
	Format    int    `json:"format"`
	Stream    string `json:"stream"`
	Seq       uint64 `json:"seq"`
	EventHash string `json:"event_hash"`
	Digest    string `json:"digest"`
	Epoch     string `json:"epoch"`
	Sum       string `json:"sum"`
}

// sum covers every other field: the digest of the state covers the records alone.
func (p storedPosition) sum() (string, error) {
	p.Sum = ""
	b, err := json.Marshal(p)
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:8]), err
}

// readPosition gives the zero Position for an empty store.
func readPosition(tx *bbolt.Tx) (Position, error) {
	meta := tx.Bucket(metaBucket)
	if meta == nil {
		return Position{}, nil
	}
	var p storedPosition
	if err := json.Unmarshal(meta.Get(positionKey), &p); err != nil {
		return Position{}, fmt.Errorf("position: %w", err)
	}
	if p.Format != format {
		return Position{}, fmt.Errorf("%w: its format is %d, this version reads %d; run the version that wrote it, or move the file aside to build it anew from the log",
			ErrFormat, p.Format, format)
	}
	if sum, err := p.sum(); err != nil || sum != p.Sum {
		return Position{}, fmt.Errorf("position: its checksum is %q and should be %q", p.Sum, sum)
	}
	at := Position{Stream: p.Stream, Seq: p.Seq, Digest: p.Digest, Epoch: p.Epoch}
	if n, err := hex.Decode(at.EventHash[:], []byte(p.EventHash)); err != nil || n != len(at.EventHash) {
		return Position{}, fmt.Errorf("position: event hash %q is not 64 hexadecimal digits", p.EventHash)
	}
	return at, nil
}

func writePosition(tx *bbolt.Tx, p Position) error {
	meta, err := tx.CreateBucketIfNotExists(metaBucket)
	if err != nil {
		return err
	}
	record := storedPosition{
		Format: format, Stream: p.Stream, Seq: p.Seq, EventHash: hex.EncodeToString(p.EventHash[:]),
		Digest: p.Digest, Epoch: p.Epoch,
	}
	if record.Sum, err = record.sum(); err != nil {
		return err
	}
	b, err := json.Marshal(record)
	if err != nil {
		return err
	}
	return meta.Put(positionKey, b)
}
