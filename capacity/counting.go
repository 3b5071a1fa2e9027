package capacity

import (
	"iter"
	"slices"
	"time"
)

// counting is an Amount while it is being taken from a unit.
type counting struct {
	*Picture
	*Clock
	form  Form
	items bool
	sum   Amount

	dawn Instant // of the local day, once asked for
}

// count takes an item, made to count by some moments of something with these facts.
func (n *counting) count(i Item, facts []uint64, because ...Moment) {
	i.Unit, i.Site = n.Unit.ID, n.Unit.Site
	if i.At == 0 && len(because) > 0 {
		i.At = because[0].At
	}
	n.sum.count(n.form, &i)
	if n.items {
		i.Events = sequences(facts, because)
		n.sum.Items = append(n.sum.Items, i)
	}
}

// one counts one patient, journey or request.
func (n *counting) one(key string, facts []uint64, because ...Moment) {
	n.count(Item{Key: key, Value: 1}, facts, because...)
}

// took takes the minutes from one moment to another, where both are told in that order.
func (n *counting) took(key string, facts []uint64, from, to Moment) {
	if from.Told() && to.At >= from.At {
		n.count(Item{Key: key, At: to.At, Value: to.At.Sub(from.At).Truncate(time.Second).Minutes()}, facts, from, to)
	}
}

// instant takes a moment that may be the earliest.
func (n *counting) instant(key string, at Instant, facts []uint64, because Moment) {
	n.count(Item{Key: key, Until: at, Value: float64(at) / 1000}, facts, because)
}

// side is a share's: whether an item of the whole is counted.
func side(counted bool) string {
	if counted {
		return Part
	}
	return Rest
}

// when is the moment if something is so, else none.
func (m Moment) when(so bool) Moment {
	if so {
		return m
	}
	return Moment{}
}

// or is the moment or, where it is not told, another.
func (m Moment) or(other Moment) Moment {
	if m.Told() {
		return m
	}
	return other
}

// sooner is the first of two moments that is told.
func sooner(a, b Moment) Moment {
	if !a.Told() || b.Told() && b.At < a.At {
		return b
	}
	return a
}

// sequences are the facts and the moments' events, each once, oldest first.
func sequences(facts []uint64, moments []Moment) []uint64 {
	all := append([]uint64{}, facts...)
	for _, m := range moments {
		if m.Seq != 0 {
			all = append(all, m.Seq)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// over says whether more than d has passed since an instant: 4 hours to the millisecond
// are not over 4 hours.
func (n *counting) over(since Instant, d time.Duration) bool {
	return n.Longer(since, d+time.Millisecond)
}

// midnight is when the local day began.
func (n *counting) midnight() Instant {
	if n.dawn == 0 {
		n.dawn = n.Midnight()
	}
	return n.dawn
}

// today says whether an instant lies in the local day.
func (n *counting) today(at Instant) bool {
	return at >= n.midnight() && at < n.clock(24)
}

// clock is when the local clock shows an hour today; at 24 the day ends.
func (n *counting) clock(hour int) Instant {
	return n.Zone.Clock(n.midnight(), 60*hour)
}

// here are the attendances in the department: arrived, not left, not streamed away.
func (n *counting) here() iter.Seq[*Attendance] {
	return func(yield func(*Attendance) bool) {
		for i := range n.Attendances {
			if a := n.Attendances[i]; a.Open() && !a.Streamed && !yield(a) {
				return
			}
		}
	}
}

// staying are the stays of patients who are on the unit.
func (n *counting) staying() iter.Seq[*Stay] {
	return func(yield func(*Stay) bool) {
		for i := range n.Stays {
			if s := n.Stays[i]; s.Open() && !yield(s) {
				return
			}
		}
	}
}
