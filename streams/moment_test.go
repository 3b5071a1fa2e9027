package streams

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// Whatever lies in the log, a moment ends before the first later tick, and between the
// ticks around it before the first event that was recorded later.
func TestMomentIsTheLastEventUpToIt(t *testing.T) {
	l := newTestLog(t)
	const begin = capacity.Instant(1_800_000_000_000)
	none, err := l.Moment(t.Context(), begin)
	require.NoError(t, err)
	require.Zero(t, none, "the log is empty")

	chance := rand.New(rand.NewPCG(1, 2))
	slot := begin
	var events []flow.Event
	for range 30 {
		var pending []Pending
		for _, e := range ticking(chance, &slot) {
			p, err := Encode(&e)
			require.NoError(t, err)
			pending, events = append(pending, p), append(events, e)
		}
		_, err := l.Append(t.Context(), pending)
		require.NoError(t, err)
		for range 20 {
			at := begin + capacity.Instant(chance.IntN(int(slot-begin)/1000+25)-5)*1000
			got, err := l.Moment(t.Context(), at)
			require.NoError(t, err)
			require.EqualValues(t, upTo(events, at), got, "at %s", at)
		}
	}
}

// ticking is what follows in a log: ticks, and before each of them events in the order
// they were recorded, of which the tick before may have overtaken some.
func ticking(chance *rand.Rand, slot *capacity.Instant) (events []flow.Event) {
	for range 1 + chance.IntN(4) {
		recorded := *slot + capacity.Instant(chance.IntN(5)-2)*1000
		for range chance.IntN(6) {
			events = append(events, flow.Event{ID: "e", Feed: "pas", Kind: flow.Heartbeat, Happened: recorded, Recorded: recorded})
			recorded += capacity.Instant(chance.IntN(4)) * 1000
		}
		*slot += 10_000
		events = append(events, flow.Event{ID: "t", Feed: flow.Centre, Kind: flow.Tick, Happened: *slot, Recorded: *slot})
	}
	return events
}

// upTo says it the slow way.
func upTo(events []flow.Event, at capacity.Instant) int {
	n := 0
	for i, e := range events {
		if e.Kind == flow.Tick && e.Recorded <= at {
			n = i + 1
		}
	}
	for n < len(events) && events[n].Recorded <= at {
		n++
	}
	return n
}
