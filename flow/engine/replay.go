package engine

import (
	"context"
	"fmt"

	"flowcentre/flow"
)

// Replay folds the log from its first event to event upTo into an empty state, with no
// store, so that its digest can be compared with that of a store which came the same
// way. It reads in until then, and stops at whatever would stop the engine.
func Replay(ctx context.Context, in <-chan []flow.Entry, upTo uint64) (*flow.State, error) {
	s := flow.New("replay")
	for settled := uint64(0); s.Seq() < upTo; {
		select {
		case entries, open := <-in:
			if !open {
				return nil, fmt.Errorf("the log ended at event %d, before event %d", s.Seq(), upTo)
			}
			entries = entries[:min(uint64(len(entries)), upTo-s.Seq())]
			if _, err := fold(s, entries); err != nil {
				return nil, err
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if s.Seq()-settled >= commitMax {
			s.Changes()
			settled = s.Seq()
		}
	}
	s.Changes()
	return s, nil
}
