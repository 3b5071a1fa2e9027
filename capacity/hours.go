package capacity

import "slices"

// problems are what is wrong with hours of the week, each with its field for a path.
func (h Hours) problems() (all []Problem) {
	if _, known := weekdays(h.Days); !known {
		all = append(all, Problem{"days", `"` + h.Days + `" is no day of the week and no range of them`, "write mon, or mon-fri; leave it out for every day"})
	}
	switch {
	case h.From < 0 || h.From >= dayMinutes:
		all = append(all, Problem{"from", "the hours begin outside the day", "write 00:00 to 23:59"})
	case h.To < 0 || h.To > dayMinutes:
		all = append(all, Problem{"to", "the hours end outside the day", "write 00:00 to 24:00; one before from is on the next day"})
	case h.From == h.To:
		all = append(all, Problem{"to", "the hours end when they begin", "leave out from and to for the whole day"})
	}
	return all
}

// OpenAt says whether the unit takes people on at that time of the week, by its hours, and
// when that next changes, 0 for never. Hours are local time: a night in which the clocks
// change is as long as it is.
func (u *Unit) OpenAt(at Instant, z Zone) (open bool, changes Instant) {
	if len(u.Hours) == 0 {
		return true, 0
	}
	var runs []expected
	for _, h := range u.Hours {
		runs = append(runs, h.runs(at, z)...)
	}
	within := func(at Instant) bool {
		return slices.ContainsFunc(runs, func(r expected) bool { return r.from <= at && at < r.to })
	}
	var edges []Instant
	for _, r := range runs {
		edges = append(edges, r.from, r.to)
	}
	slices.Sort(edges)
	open = within(at)
	for _, edge := range edges {
		if edge > at && within(edge) != open {
			return open, edge
		}
	}
	return open, 0
}

// runs are the hours as they fall in the calendar, from the day before at on.
func (h Hours) runs(at Instant, z Zone) []expected {
	days, _ := weekdays(h.Days)
	from, to := h.From, h.To
	if to <= from {
		to += dayMinutes
	}
	today := z.Weekday(at)
	var all []expected
	for d := -1; d <= ahead; d++ {
		if days[(today+d+7)%7] {
			all = append(all, expected{from: z.Clock(at, d*dayMinutes+from), to: z.Clock(at, d*dayMinutes+to)})
		}
	}
	return all
}
