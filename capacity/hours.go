package capacity

// problem says what is wrong with hours of the week that are given as they are laid out:
// the field, the reason and the remedy, all empty when they are sound.
func (h Hours) problem() (field, reason, remedy string) {
	switch _, known := weekdays(h.Days); {
	case !known:
		return "days", `"` + h.Days + `" is no day of the week and no range of them`, "write mon, or mon-fri; leave it out for every day"
	case h.From < 0 || h.From >= dayMinutes:
		return "from", "the hours begin outside the day", "write 00:00 to 23:59"
	case h.To < 0 || h.To > dayMinutes:
		return "to", "the hours end outside the day", "write 00:00 to 24:00; one before from is on the next day"
	case h.From == h.To:
		return "to", "the hours end when they begin", "leave out from and to for the whole day"
	}
	return "", "", ""
}
