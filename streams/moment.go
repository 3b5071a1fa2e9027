package streams

import (
	"context"
	"errors"
	"fmt"
	"sort"

	"github.com/nats-io/nats.go/jetstream"

	"flowcentre/capacity"
)

// Moment is the last event of the log at a moment of the centre's clock; where the log
// begins later, it is the sequence before the first. Ticks tell the time: what stands
// after a later tick is later. Between two ticks it is told by when events were recorded.
func (l *Log) Moment(ctx context.Context, at capacity.Instant) (uint64, error) {
	seq, err := l.moment(ctx, at)
	if err != nil {
		return 0, fmt.Errorf("look for %s in the log: %w", at, err)
	}
	return seq, nil
}

func (l *Log) moment(ctx context.Context, at capacity.Instant) (uint64, error) {
	state, err := l.State(ctx)
	if err != nil || state.Last == 0 {
		return 0, err
	}
	stream, err := l.js.Stream(ctx, Stream)
	if err != nil {
		return 0, err
	}
	later := func(seq uint64, of ...jetstream.GetMsgOpt) (bool, error) {
		msg, err := stream.GetMsg(ctx, seq, of...)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		return l.entry(msg.Sequence, msg.Data).Event.Recorded > at, nil
	}
	first, err := search(state.First, state.Last, func(seq uint64) (bool, error) {
		return later(seq, jetstream.WithGetMsgSubject(ClockSubject)) // the next tick from there
	})
	if err != nil {
		return 0, err
	}
	last := state.Last
	if tick, err := stream.GetMsg(ctx, first, jetstream.WithGetMsgSubject(ClockSubject)); err == nil {
		last = tick.Sequence
	} else if !errors.Is(err, jetstream.ErrMsgNotFound) {
		return 0, err
	}
	first, err = search(first, last, func(seq uint64) (bool, error) { return later(seq) })
	return first - 1, err
}

// search is the first sequence, of those from first to last, that is beyond; last+1 when
// none is.
func search(first, last uint64, beyond func(seq uint64) (bool, error)) (uint64, error) {
	var fault error
	n := sort.Search(int(last+1-first), func(n int) bool {
		if fault != nil {
			return true
		}
		is, err := beyond(first + uint64(n))
		fault = err
		return is
	})
	return first + uint64(n), fault
}
