package engine

import (
	"context"
	"time"

	"flowcentre/flow/store"
)

const (
	restAfter = 10          // a checkpoint is followed by ten times the time it took
	restMost  = time.Minute // and by this at most, also where it failed
)

// Keep takes a checkpoint of the store whenever one is due, until ctx ends. The engine
// goes on meanwhile. A checkpoint that cannot be taken is tried again later, for only
// the past becomes slower to ask for.
func (e *Engine) Keep(ctx context.Context, checkpoints *store.Checkpoints) error {
	for ctx.Err() == nil {
		view, next := e.board.Latest()
		if !checkpoints.Due(view.Seq) {
			select {
			case <-next:
			case <-ctx.Done():
			}
			continue
		}
		began := time.Now()
		at, err := checkpoints.Take(e.store)
		took := time.Since(began)
		rest := min(restAfter*took, restMost)
		if err != nil {
			e.log.Warn("no checkpoint: tried again in a minute", "seq", view.Seq, "error", err)
			rest = restMost
		} else {
			e.log.Info("checkpoint", "seq", at.Seq, "took", took)
		}
		select {
		case <-time.After(rest):
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}
