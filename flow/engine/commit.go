package engine

import (
	"context"
	"errors"
	"time"

	"flowcentre/flow"
	"flowcentre/flow/store"
)

// commit is what is written in one transaction, and then how it went.
type commit struct {
	at      store.Position
	changes []flow.Record
	events  int
	came    time.Time // when the first of the events was taken from the log

	took time.Duration
	err  error
}

// commitAll writes one commit after the other until there are no more.
func (e *Engine) commitAll(ctx context.Context, jobs <-chan commit, done chan<- commit) {
	for c := range jobs {
		c.took, c.err = e.commitOne(ctx, c)
		done <- c
	}
}

// commitOne tries again while the disk is full, until ctx ends: what is on the board
// stays readable, and the log keeps what is not yet committed.
func (e *Engine) commitOne(ctx context.Context, c commit) (took time.Duration, err error) {
	for wait := retryMin; ; wait = min(2*wait, retryMax) {
		began := time.Now()
		err = e.store.Commit(c.at, c.changes)
		if !errors.Is(err, store.ErrFull) {
			if err == nil && e.full.Swap(false) {
				e.log.Info("the store has room again", "seq", c.at.Seq)
			}
			return time.Since(began), err
		}
		if !e.full.Swap(true) {
			e.log.Error("the disk is full: what is shown stays as it is, and the commit is tried again until there is room", "seq", c.at.Seq, "err", err)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return time.Since(began), err
		}
	}
}
