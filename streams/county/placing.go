package county

import (
	"cmp"
	"slices"
)

// falls gives an emergency a specialty, and now and then a need to be alone.
func (h *hospital) falls(s *stay) {
	s.need, s.alone = h.needed(), h.county.chance(needsSideRoom)
	if s.need == gynaecology && s.sex != "F" {
		s.need = surgery
	}
}

// needed draws the specialty of an emergency by the beds there are for it.
func (h *hospital) needed() specialty {
	weights := make([]float64, len(h.adult))
	for i, w := range h.adult {
		switch {
		case w.is == acuteMed || w.is == escalation:
		case w.is == "ONC" || w.is == vascular || w.is == urology || w.is == gynaecology:
			weights[i] = .55 * float64(len(w.beds))
		case w.is.surgical():
			weights[i] = .7 * float64(len(w.beds))
		default:
			weights[i] = float64(len(w.beds))
		}
	}
	if len(weights) == 0 {
		return medicine
	}
	w := h.adult[h.county.weighed(weights)]
	if len(w.also) > 0 && h.county.chance(general) {
		return w.also[0]
	}
	return w.is
}

// general are the patients whom other wards of medicine, or of surgery, may take as well.
const general = .6

// ask puts somebody on the list of those who wait for a bed.
func (h *hospital) ask(s *stay) {
	if s.queued || s.gone {
		return
	}
	s.queued, s.asked = true, h.county.now
	h.waiting = append(h.waiting, s)
}

// meet finds beds for those who wait, as a bed meeting would, first for those who make
// room by going on.
func (h *hospital) meet() {
	h.staying = slices.DeleteFunc(h.staying, func(s *stay) bool { return s.gone })
	h.waiting = slices.DeleteFunc(h.waiting, func(s *stay) bool { return s.gone || !s.queued })
	slices.SortStableFunc(h.waiting, func(a, b *stay) int { return cmp.Compare(h.rank(a), h.rank(b)) })
	for _, s := range h.waiting {
		if s.moving || s.today || s.away {
			continue
		}
		if b := h.find(s); b != nil {
			h.offer(s, b)
		}
	}
}

func (h *hospital) rank(s *stay) int {
	switch s.ward {
	case h.ccu:
		return 0
	case h.amu:
		return 1
	case h.ed:
		return 3
	}
	switch {
	case s.reason == "C":
		return 2
	case h.county.now.Sub(s.asked) > turnAfter:
		return 3
	}
	return 4
}

// find looks for a bed: critical care for the few, the AMU for medical patients who
// come, a ward of the specialty, another ward, escalation beds.
func (h *hospital) find(s *stay) *bed {
	c := h.county
	if s.need == criticalCare && h.ccu != nil {
		if b := h.ccu.freeBed(); b != nil {
			return b
		}
	}
	waited := c.now.Sub(s.asked)
	if !s.admitted && s.reason == "E" && h.amu != nil && !s.need.surgical() {
		if b := h.amu.bedFor(s, waited); b != nil || waited < pastAMU {
			return b
		}
	}
	var best *ward
	score := 0
	for _, w := range h.adult {
		free := w.freeFor(s, waited)
		if free == 0 || w == h.amu || w.is == gynaecology && s.sex != "F" {
			continue
		}
		points := free
		switch {
		case w.takes(s.need):
			points += 100
		case w.is == escalation:
			points += 30
		case waited < outlieAfter, w.free() < 2 && waited < anyWardAfter:
			continue // the last bed is for the ward's own
		case w.is.surgical() == s.need.surgical():
			points += 20
		}
		if points > score {
			best, score = w, points
		}
	}
	if best == nil {
		return nil
	}
	return best.bedFor(s, waited)
}

// offer keeps a bed for a patient, says so, and lets them come.
func (h *hospital) offer(s *stay, b *bed) {
	c := h.county
	s.moving = true
	b.kept = s
	c.allocate(s.request, b)
	s.transfer.offered(b)
	arrive := c.between(15*minute, 70*minute)
	coming := c.now.Add(arrive)
	switch {
	case s.admitted:
		c.hl7(b.ward.records, "A15", s, visitFields{place: s.location(), pending: b.ward.location(b, nil), planned: coming})
		if c.chance(.03) {
			c.after(c.between(8*minute, 14*minute), func() { h.withdraw(s, b) })
			return
		}
		c.after(arrive, func() { h.transfer(s, b) })
	case s.ward == h.ed && s.ward != nil:
		if c.chance(thinkAgain) {
			c.after(c.between(5*minute, 14*minute), func() { h.giveUp(s, b) })
			return
		}
		if c.chance(.5) {
			c.hl7(b.ward.records, "A14", s, visitFields{class: "E", place: s.location(), pending: b.ward.location(b, nil), arriving: coming, planned: coming})
		}
		c.at(max(c.now.Add(c.between(10*minute, 50*minute)), s.attending.fit.Add(5*minute)), func() {
			s.attending.takeUp()
			c.after(c.between(5*minute, 18*minute), func() { h.admit(s, b) })
		})
	default:
		c.after(arrive, func() {
			if s.transfer == nil && c.chance(.012) {
				h.admitInError(s, b)
				return
			}
			s.request.leaves()
			s.transfer.leaves()
			c.after(c.between(2*minute, 10*minute), func() { h.admit(s, b) })
		})
	}
}

// withdraw cancels a pending transfer: the patient waits on.
func (h *hospital) withdraw(s *stay, b *bed) {
	h.giveUp(s, b)
	h.county.hl7(b.ward.records, "A26", s, visitFields{place: s.location(), was: b.ward.location(b, nil)})
}

// giveUp keeps a bed for a patient no longer: another needs it more.
func (h *hospital) giveUp(s *stay, b *bed) {
	b.kept, s.moving = nil, false
	h.county.endAllocation(s.request, "needed_elsewhere")
}

// transfer moves an inpatient. Now and then it is entered too early, cancelled, and
// entered again.
func (h *hospital) transfer(s *stay, b *bed) {
	c := h.county
	if c.chance(.012) {
		h.transferInError(s, b)
		return
	}
	prior, old := s.location(), s.bed
	s.request.leaves()
	s.enter(b.ward, b)
	s.moving, s.queued = false, false
	c.hl7(b.ward.records, "A02", s, visitFields{place: s.location(), prior: prior})
	s.request.arrives()
	h.clean(old)
}

func (h *hospital) transferInError(s *stay, b *bed) {
	c := h.county
	from, wrong := s.location(), b.ward.location(b, nil)
	back := s.bed
	s.enter(b.ward, b)
	back.kept = s
	c.writeNow(b.ward.records, "A02", s, visitFields{place: wrong, prior: from})
	c.after(c.between(4*minute, 12*minute), func() {
		s.enter(back.ward, back)
		b.kept = s
		c.hl7(b.ward.records, "A12", s, visitFields{place: from, prior: wrong})
		c.after(c.between(15*minute, 40*minute), func() { h.transfer(s, b) })
	})
}

// admitInError admits somebody, takes it back, and admits them under a visit of its own.
func (h *hospital) admitInError(s *stay, b *bed) {
	c := h.county
	s.enter(b.ward, b)
	s.admitted = true
	c.hl7(b.ward.records, "A01", s, visitFields{place: s.location()})
	c.after(c.between(5*minute, 15*minute), func() {
		c.hl7(b.ward.records, "A11", s, visitFields{place: s.location()})
		s.leave()
		s.gone = true
		again := c.visitOf(s.person, s.reason, s.need)
		again.alone = s.alone
		if again.request = s.request; again.request != nil {
			again.request.stay = again
		}
		b.kept, again.moving, again.queued = again, true, true
		c.after(c.between(5*minute, 20*minute), func() { h.admit(again, b) })
	})
}
