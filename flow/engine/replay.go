package engine

import (
	"context"
	"fmt"

	"flowcentre/flow"
)

// Replay folds the log into s up to event upTo, with no store. In gives the events
// after the one that s stands at. It stops at whatever would stop the engine, and then
// s is of no further use.
func Replay(ctx context.Context, s *flow.State, in <-chan []flow.Entry, upTo uint64) error {
	for settled := s.Seq(); s.Seq() < upTo; {
		select {
		case entries, open := <-in:
			if !open {
				return fmt.Errorf("the log ended at event %d, before event %d", s.Seq(), upTo)
			}
			entries = entries[:min(uint64(len(entries)), upTo-s.Seq())]
			if _, err := fold(s, entries); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		if s.Seq()-settled >= commitMax {
			s.Changes()
			settled = s.Seq()
		}
	}
	s.Changes()
	return nil
}
