package flow

import (
	"time"

	"flowcentre/capacity"
)

const (
	lateAfter   = 15 * time.Minute // a fact that is recorded so long after it happened is late
	burstSize   = 20               // so many late facts
	burstWithin = time.Minute      // in so short a time are a catch-up burst
	calmAfter   = 2 * time.Minute  // which is over when so long none came
	skewFor     = time.Hour        // for so long a clock that was ahead is told of
)

// lateness is how far what a feed tells lags behind, and whether it is catching up.
type lateness struct {
	Count uint64           `json:"n,omitempty"` // late facts in all
	From  capacity.Instant `json:"f,omitempty"` // when the newest run of late facts began
	Run   int              `json:"r,omitempty"` // how many it had before it was a burst
	Until capacity.Instant `json:"u,omitempty"` // when the burst is over unless more comes
}

// take looks at how late a fact is.
func (l *lateness) take(e *Event) {
	if e.Recorded.Sub(e.Happened) <= lateAfter {
		return
	}
	l.Count++
	if e.Recorded < l.Until {
		l.Until = e.Recorded.Add(calmAfter)
		return
	}
	if e.Recorded > l.From.Add(burstWithin) {
		l.From, l.Run, l.Until = e.Recorded, 0, 0
	}
	if l.Run++; l.Run >= burstSize {
		l.Until = e.Recorded.Add(calmAfter)
	}
}

// skew is the most that a producer's clock was ahead of the centre's of late.
type skew struct {
	Most time.Duration    `json:"m,omitempty"`
	At   capacity.Instant `json:"a,omitempty"`
}

// take looks at how far an event happened ahead of its recording.
func (k *skew) take(e *Event) {
	ahead := max(e.Happened.Sub(e.Recorded), 0)
	if ahead >= k.Most || e.Recorded >= k.At.Add(skewFor) {
		*k = skew{ahead, e.Recorded}
	}
}
