package capacity

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
