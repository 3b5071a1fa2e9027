package county

import (
	"cmp"
	"math"
	"slices"
	"time"

	"flowcentre/capacity"
)

// round settles, just after midnight, who leaves today, and when.
func (h *hospital) round() {
	c := h.county
	t := c.local()
	hours := leaving
	if t.Hour() > 0 {
		clear(hours[:t.Hour()+1])
	}
	rest := 0.0
	for i := range hours {
		rest += share(&leaving, i) * min(1, hours[i]*1e9)
	}
	aim := leaveAim
	if h.ed == nil {
		aim = leaveAimOfSmall
	}
	occupied, core, _ := h.inUse()
	usual := (h.emergencies() + h.electives()*5/7) / meanLeaving
	for _, s := range h.waiting {
		if !s.gone && s.queued && !s.admitted {
			occupied++ // nearly: they come as soon as there is a bed
		}
	}
	slack := max(0, (aim-.03)*core-occupied) // with beds to spare nobody is hurried
	n := (usual + lean*(occupied-aim*core) - .5*slack) * leavingOn[t.Weekday()] * (.95 + .1*c.rnd.Float64()) / (1 - changesMind)

	var able []*stay
	for _, s := range h.staying {
		if !s.gone && !s.today && s.ward != nil && slices.Contains(h.adult, s.ward) && c.now.Sub(s.from) > 10*time.Hour && !(s.ward.absent && c.chance(absentKeeps)) {
			able = append(able, s)
		}
	}
	slices.SortStableFunc(able, func(a, b *stay) int { return cmp.Compare(a.could(), b.could()) })
	leave, starts := int(math.Round(n*rest)), h.startsFor()
	var staying []*stay
	for _, s := range able {
		switch home := s.plan.pathway == "1"; {
		case leave == 0, s.could() > c.now.Add(60*time.Hour), home && starts == 0:
			staying = append(staying, s)
			continue
		case home:
			starts--
		}
		leave--
		h.letGo(s, c.today(float64(c.weighed(hours[:]))+c.rnd.Float64()))
	}
	h.review(staying, core)
}

// letGo plans that a patient leaves at a time of the day.
func (h *hospital) letGo(s *stay, at capacity.Instant) {
	c := h.county
	s.today = true
	s.virtual = s.plan.pathway == "0" && !s.need.surgical() && c.chance(stepDown)
	if s.plan.pathway == "2" {
		s.onward = c.commune.keep(s.person, at.Add(80*minute))
	}
	told := c.today(8.4 + 2.2*c.rnd.Float64())
	if at.Sub(told) > 90*minute && told > c.now && c.chance(.85) {
		c.at(told, func() { h.promise(s, at) })
		if c.chance(changesMind) {
			c.at(at.Add(-c.between(20*minute, 60*minute)), func() { h.keepOn(s) })
			return
		}
	}
	if hour := at.Time().In(c.zone).Hour(); h.lounge != nil && hour >= 10 && hour < 19 && c.chance(.18) {
		c.at(at.Add(-c.between(40*minute, 100*minute)), func() { h.toLounge(s) })
	}
	c.at(at, func() { h.discharge(s) })
}

// keepOn takes back that a patient leaves today.
func (h *hospital) keepOn(s *stay) {
	c := h.county
	if s.gone || s.ward == nil {
		return
	}
	s.today, s.due = false, 0
	s.ready = c.now.Add(c.between(16*time.Hour, 40*time.Hour))
	c.hl7(s.ward.records, "A25", s, visitFields{place: s.location()})
	h.fail(s)
	if s.onward != nil {
		c.commune.release(s.onward)
		s.onward = nil
	}
	if s.ward == h.amu {
		h.ask(s)
	}
}

// toLounge has a patient wait for transport or medicines out of bed.
func (h *hospital) toLounge(s *stay) {
	if s.gone || s.moving || s.away || s.bed == nil {
		return
	}
	prior, old := s.location(), s.bed
	s.enter(h.lounge, nil)
	h.county.hl7(h.lounge.records, "A02", s, visitFields{place: s.location(), prior: prior})
	h.clean(old)
}

// discharge lets an inpatient go; one in a thousand or so comes back in the books.
func (h *hospital) discharge(s *stay) {
	c := h.county
	if s.gone || s.ward == nil {
		return
	}
	if s.moving || s.away {
		c.after(40*minute, func() { h.discharge(s) })
		return
	}
	place, bed, w := s.location(), s.bed, s.ward
	outcome, going := "1", "19"
	switch p := c.rnd.Float64(); {
	case s.onward != nil, s.sent:
		going = "51"
	case p < .03 && s.reason == "E":
		outcome, going = "4", "79"
	case s.plan.pathway == "3", p < .06:
		going = "54"
	}
	if bed != nil && s.onward == nil && !s.sent && c.chance(.006) {
		h.dischargeInError(s, visitFields{place: place, outcome: outcome, goingTo: going, left: c.now})
		return
	}
	s.leave()
	s.gone, s.queued = true, false
	c.hl7(w.records, "A03", s, visitFields{place: place, outcome: outcome, goingTo: going, left: c.now})
	h.clean(bed)
	switch {
	case outcome == "4":
		s.care.cancel("no_longer_needed")
	case !s.sent:
		h.arrange(s)
		h.handsOver(s)
	}
	if s.onward != nil {
		c.after(c.between(50*minute, 110*minute), func() { c.commune.arrive(s.onward) })
	}
}

func (h *hospital) dischargeInError(s *stay, v visitFields) {
	c := h.county
	w, b := s.ward, s.bed
	s.leave()
	b.kept, s.moving = s, true
	c.writeNow(w.records, "A03", s, v)
	c.after(c.between(8*minute, 35*minute), func() {
		s.enter(w, b)
		s.moving, s.today = false, false
		s.ready = c.now.Add(c.between(16*time.Hour, 50*time.Hour))
		c.hl7(w.records, "A13", s, v)
	})
}

// clean has a bed that was left cleaned; who left a unit without beds leaves none.
func (h *hospital) clean(b *bed) {
	if b != nil {
		h.county.clean(b, b.ward == h.ccu)
	}
}

func (c *County) clean(b *bed, thorough bool) {
	b.dirty = true
	left := b.left
	wait, work := c.between(8*minute, 30*minute), c.between(20*minute, 55*minute)
	if t := c.local(); t.Hour() < 6 || t.Hour() >= 22 {
		wait += c.between(0, 45*minute)
	}
	if thorough || b.def.SideRoom && c.chance(.3) {
		work += 35 * minute
	}
	c.after(wait, func() {
		if b.left == left {
			c.tell(b.ward.cleaning, "bed", "cleaning-started", details{Place: b.place(), Role: "domestic"})
		}
	})
	c.after(wait+work, func() {
		if b.left != left {
			return
		}
		b.dirty = false
		c.tell(b.ward.cleaning, "bed", "cleaned", details{Place: b.place(), Role: "domestic"})
	})
}
