package county

import (
	"slices"
	"time"
)

// inUse counts patients in adult beds, and the core beds and all beds that take or hold
// patients.
func (h *hospital) inUse() (occupied, core, open float64) {
	for _, w := range h.adult {
		for _, b := range w.beds {
			if b.stay != nil {
				occupied++
			}
			if b.shut && b.stay == nil {
				continue
			}
			open++
			if !b.def.Escalation {
				core++
			}
		}
	}
	return occupied, core, open
}

// leaves sends a patient home for some hours.
func (h *hospital) leaves() {
	c := h.county
	if !c.chance(.6) || len(h.staying) == 0 {
		return
	}
	s := pick(c, h.staying)
	if !h.settled(s) || c.now.Sub(s.from) < 48*time.Hour {
		return
	}
	out, back := c.today(10+2*c.rnd.Float64()), c.today(16+3*c.rnd.Float64())
	c.at(out, func() {
		if !h.settled(s) {
			return
		}
		s.away = true
		c.hl7(s.ward.records, "A21", s, visitFields{place: s.location(), back: c.today(18)})
		c.at(back, func() {
			s.away = false
			c.hl7(s.ward.records, "A22", s, visitFields{place: s.location()})
		})
	})
}

// settled tells whether a patient is in a ward bed with nothing about to happen.
func (h *hospital) settled(s *stay) bool {
	return !s.gone && !s.today && !s.moving && !s.queued && !s.away && s.bed != nil && slices.Contains(h.adult, s.ward)
}

// correct sends a correction of details.
func (h *hospital) correct() {
	c := h.county
	if len(h.staying) == 0 {
		return
	}
	s := pick(c, h.staying)
	if s.gone || s.ward == nil || s.moving || s.away {
		return
	}
	c.hl7(s.ward.records, "A08", s, visitFields{place: s.location(), leaving: s.due})
}

// swapBeds has two patients of a ward change beds.
func (h *hospital) swapBeds() {
	c := h.county
	var all []*stay
	w := pick(c, append([]*ward{nil}, h.adult...))
	if w == nil {
		return
	}
	for _, b := range w.beds {
		if b.stay != nil && b.kept == nil && h.settled(b.stay) {
			all = append(all, b.stay)
		}
	}
	if len(all) < 2 {
		return
	}
	i := c.rnd.IntN(len(all) - 1)
	one, other := all[i], all[i+1]
	if one.sex != other.sex {
		return
	}
	one.bed, other.bed = other.bed, one.bed
	one.bed.stay, other.bed.stay = one, other
	c.swap(w.records, one, other)
}

// bays are the bays of a ward in order, each with its beds.
func (w *ward) bays() (names []string, beds map[string][]*bed) {
	beds = map[string][]*bed{}
	for _, b := range w.beds {
		if _, seen := beds[b.def.Bay]; !seen {
			names = append(names, b.def.Bay)
		}
		beds[b.def.Bay] = append(beds[b.def.Bay], b)
	}
	return names, beds
}

// escalate opens a bay of escalation beds on a bad evening.
func (h *hospital) escalate() {
	c := h.county
	stuck := 0
	for _, s := range h.waiting {
		if !s.moving && !s.gone && h.rank(s) >= 2 {
			stuck++
		}
	}
	occupied, _, open := h.inUse()
	if occupied < .965*open || stuck < 3 {
		return
	}
	for _, w := range h.adult {
		names, beds := w.bays()
		for _, name := range names {
			if b := beds[name][0]; !b.def.Escalation || !b.shut {
				continue
			}
			for _, b := range beds[name] {
				b.shut = false
			}
			c.tell(w.board, "bed", "opened", details{Place: w.unit.ID + "/" + name, Reason: "capacity", Until: c.today(60), Role: "clinical_site_manager"})
			return
		}
	}
}

// standDown closes the escalation bays to new patients when they are no longer needed,
// one a day, and else opens them for another day.
func (h *hospital) standDown() {
	c := h.county
	occupied, _, open := h.inUse()
	ease := occupied < .97*open
	for _, w := range h.adult {
		names, beds := w.bays()
		for _, name := range names {
			if b := beds[name][0]; !b.def.Escalation || b.shut {
				continue
			}
			d := details{Place: w.unit.ID + "/" + name, Role: "clinical_site_manager"}
			if ease && !slices.ContainsFunc(beds[name], func(b *bed) bool { return b.kept != nil }) {
				ease = false
				for _, b := range beds[name] {
					b.shut = true
				}
				d.Reason = "no_longer_needed"
				c.tell(w.board, "bed", "closed", d)
				continue
			}
			d.Reason, d.Until = "capacity", c.today(60)
			c.tell(w.board, "bed", "opened", d)
		}
	}
}
