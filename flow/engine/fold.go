package engine

import (
	"fmt"
	"runtime/debug"

	"flowcentre/flow"
)

// GapError stops the engine: the log did not give the next event. In a log that
// forbids deletion that is damage, never normal.
type GapError struct {
	Want, Got uint64
}

func (e *GapError) Error() string {
	return fmt.Sprintf("the log gave event %d where event %d was next: it is damaged, or was changed; "+
		"compare it with a backup, or rebuild the store from the log", e.Got, e.Want)
}

// PanicError stops the engine: applying an event met a fault of the program. The state
// may be half changed, so nothing of it was committed or shown.
type PanicError struct {
	Seq   uint64
	Value any
	Stack []byte
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("event %d cannot be applied: a fault in the program (%v); "+
		"what was committed before it is whole; report the fault with this sequence", e.Seq, e.Value)
}

// fold applies the entries in order and gives how many it applied: all of them, or
// those before a *GapError. After a *PanicError the state is of no further use.
func fold(s *flow.State, entries []flow.Entry) (applied int, err error) {
	var seq uint64
	defer func() {
		if p := recover(); p != nil {
			err = &PanicError{Seq: seq, Value: p, Stack: debug.Stack()}
		}
	}()
	for i := range entries {
		e := &entries[i].Event
		if want := s.Seq() + 1; e.Seq != want {
			return i, &GapError{Want: want, Got: e.Seq}
		}
		seq = e.Seq
		s.Apply(e)
	}
	return len(entries), nil
}
