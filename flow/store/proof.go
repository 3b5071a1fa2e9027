package store

import (
	"errors"
	"fmt"
)

// What Prove may find. They come wrapped in a sentence that says what to do.
var (
	ErrOtherLog   = errors.New("the store belongs to another log")
	ErrLogBehind  = errors.New("the log is older than the store")
	ErrExpired    = errors.New("events were lost from the log before they were applied")
	ErrOtherEvent = errors.New("the log holds another event than the one that was applied")
)

// Prove shows, before anything is served, that a state at p goes on from the log whose
// identity is stream and which holds the events from first to last (last+1 to last
// when it is empty). hashAt gives SHA-256 of the bytes of an event. A log that was
// restored, replaced, cut or expired would otherwise be followed in silence, with
// events left out or counted twice.
func Prove(p Position, stream string, first, last uint64, hashAt func(seq uint64) ([32]byte, error)) error {
	if p.Seq > 0 && p.Stream != stream {
		return fmt.Errorf("%w: it follows %q, and this log is %q; "+
			"if the log was replaced on purpose, move the store aside and start again: it is built anew from the log, else put the right log back",
			ErrOtherLog, p.Stream, stream)
	}
	if p.Seq > last {
		return fmt.Errorf("%w: %d events were applied, and the log ends at %d: it was restored from an older copy, or damaged; "+
			"put the newer log back, or accept the loss by moving the store aside and starting again",
			ErrLogBehind, p.Seq, last)
	}
	if first > p.Seq+1 {
		return fmt.Errorf("%w: %d events were applied, and the log begins at %d, so %d are missing; "+
			"restore a store or checkpoint that has come to event %d at least",
			ErrExpired, p.Seq, first, first-p.Seq-1, first-1)
	}
	if p.Seq == 0 || p.Seq < first {
		return nil // nothing applied, or all that was applied has rightly expired
	}
	hash, err := hashAt(p.Seq)
	if err != nil {
		return fmt.Errorf("prove store against log: read event %d: %w", p.Seq, err)
	}
	if hash != p.EventHash {
		return fmt.Errorf("%w, at %d: the log was restored, rewritten or damaged; "+
			"put the right log back, or accept this one by moving the store aside and starting again",
			ErrOtherEvent, p.Seq)
	}
	return nil
}
