package capacity

import (
	"slices"
	"strings"
	"time"
)

const (
	dayMinutes = 24 * 60
	weekStart  = Instant(4 * 24 * 3600 * 1000) // the first Monday of 1970, 00:00 UTC
	ahead      = 15                            // days looked ahead: any week, and the two that the clocks change in, show all of a cadence
)

// Expects is within how many seconds something should come from the feed at that time of
// the week, 0 when nothing is expected, and when another expectation begins, 0 for never.
func (f *Feed) Expects(at Instant, z Zone) (every int, changes Instant) {
	hours := f.hours(at, z)
	every = f.every(hours, at)
	var edges []Instant
	for _, h := range hours {
		edges = append(edges, h.from, h.to)
	}
	slices.Sort(edges)
	for _, edge := range edges {
		if edge > at && f.every(hours, edge) != every {
			return every, edge
		}
	}
	return every, 0
}

// Deadline is when the feed falls silent if nothing comes from it after last, 0 for
// never. Time in which nothing is expected, or was expected less often, is not held
// against it: what begins to be expected at 08:00 every 5 minutes is due by 08:05.
func (f *Feed) Deadline(last Instant, z Zone) Instant {
	for from, end := last, last.Add(ahead*24*time.Hour); from < end; {
		every, changes := f.Expects(from, z)
		limit := from.Add(time.Duration(every) * time.Second)
		if every > 0 && (changes == 0 || limit <= changes) {
			return limit
		}
		if changes == 0 {
			return 0
		}
		from = changes
	}
	return 0
}

// expected is one run of hours, as it falls in the calendar; of a cadence, how often
// something is expected in them.
type expected struct {
	from, to Instant
	every    int
}

// hours are the runs of the feed's cadence from the day before at on, those of one entry
// after those of the entry before it.
func (f *Feed) hours(at Instant, z Zone) []expected {
	var all []expected
	for _, c := range f.Cadence {
		for _, h := range (Hours{c.Days, c.From, c.To}).runs(at, z) {
			h.every = c.Every
			all = append(all, h)
		}
	}
	return all
}

func (f *Feed) every(hours []expected, at Instant) int {
	for _, h := range hours {
		if h.from <= at && at < h.to {
			return h.every
		}
	}
	return f.Every
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// weekdays reads one day, a range of days such as sat-sun, or nothing for all. It tells
// whether it could.
func weekdays(text string) (days [7]bool, ok bool) {
	if text == "" {
		return [7]bool{true, true, true, true, true, true, true}, true
	}
	from, to, isRange := strings.Cut(text, "-")
	if !isRange {
		to = from
	}
	first, last := slices.Index(dayNames, from), slices.Index(dayNames, to)
	if first < 0 || last < 0 {
		return days, false
	}
	for d := first; ; d = (d + 1) % 7 {
		days[d] = true
		if d == last {
			return days, true
		}
	}
}
