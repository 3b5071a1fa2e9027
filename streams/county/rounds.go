package county

import (
	"cmp"
	"math"
	"slices"
	"time"

	"flowcentre/capacity"
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
	usual := (.98*h.emergencies() + h.electives()*5/7) / meanLeaving
	for _, s := range h.waiting {
		if !s.gone && s.queued && !s.admitted {
			occupied++ // nearly: they come as soon as there is a bed
		}
	}
	slack := max(0, (aim-.03)*core-occupied) // with beds to spare nobody is hurried
	n := (usual + lean*(occupied-aim*core) - .5*slack) * leavingOn[t.Weekday()] * (.95 + .1*c.rnd.Float64()) / (1 - changesMind)

	var able []*stay
	for _, s := range h.staying {
		if !s.gone && !s.today && s.ward != nil && slices.Contains(h.adult, s.ward) && c.now.Sub(s.from) > 10*time.Hour {
			able = append(able, s)
		}
	}
	slices.SortStableFunc(able, func(a, b *stay) int { return cmp.Compare(a.ready, b.ready) })
	for i, s := range able {
		if i >= int(math.Round(n*rest)) || s.ready > c.now.Add(60*time.Hour) {
			break
		}
		h.letGo(s, c.today(float64(c.weighed(hours[:]))+c.rnd.Float64()))
	}
}

// letGo plans that a patient leaves at a time of the day.
func (h *hospital) letGo(s *stay, at capacity.Instant) {
	c := h.county
	s.today = true
	if c.now.Sub(s.from) > 72*time.Hour && c.chance(.3) {
		s.onward = c.commune.keep(s.person, at.Add(80*minute))
	}
	told := c.today(8.4 + 2.2*c.rnd.Float64())
	if at.Sub(told) > 90*minute && told > c.now && c.chance(.85) {
		c.at(told, func() {
			if s.gone || s.ward == nil {
				return
			}
			s.due = at - at%(30*60_000)
			c.hl7(s.ward.records, "A16", s, visitFields{place: s.location(), leaving: s.due})
		})
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

// bookElectives tells the afternoon before who comes for an operation.
func (h *hospital) bookElectives() {
	c := h.county
	if tomorrow := c.local().AddDate(0, 0, 1).Weekday(); tomorrow == time.Saturday || tomorrow == time.Sunday {
		return
	}
	for range c.poisson(h.electives()) {
		comes := c.today(24 + 6.8 + 3.2*c.rnd.Float64())
		s := h.elective(comes)
		c.after(c.between(0, 3*time.Hour), func() {
			c.hl7(h.adult[0].records, "A05", s, visitFields{class: "P", arriving: comes, planned: comes})
		})
	}
}

// elective brings a patient for an operation on the day, who goes home again when there
// is no bed by late afternoon.
func (h *hospital) elective(comes capacity.Instant) *stay {
	c := h.county
	weights := make([]float64, len(h.adult))
	for i, w := range h.adult {
		if w.is.surgical() {
			weights[i] = float64(len(w.beds))
		}
	}
	need := h.adult[c.weighed(weights)].is
	sex := ""
	if need == gynaecology {
		sex = "F"
	}
	s := c.visitOf(c.newPerson(c.adultAge(), sex), "C", need)
	c.at(comes, func() { h.ask(s) })
	c.at(comes.Add(8*time.Hour), func() {
		if s.admitted || s.moving || s.gone {
			return
		}
		s.gone = true
		c.hl7(h.adult[0].records, "A38", s, visitFields{class: "P"})
	})
	return s
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

// infection closes a bay to new patients now and then.
func (h *hospital) infection() {
	c := h.county
	if h.ed == nil || h.closed >= 2 || !c.chance(.2) {
		return
	}
	var bay []*bed
	for range 8 {
		w := pick(c, h.adult)
		names, beds := w.bays()
		bay = beds[pick(c, names)]
		if w != h.amu && len(names) > 1 && !slices.ContainsFunc(bay, func(b *bed) bool { return b.shut || b.kept != nil || b.def.SideRoom }) {
			break
		}
		bay = nil
	}
	if bay == nil {
		return
	}
	w := bay[0].ward
	for _, b := range bay {
		b.shut = true
	}
	h.closed++
	place, lasts := w.unit.ID+"/"+bay[0].def.Bay, c.between(5*24*time.Hour, 9*24*time.Hour)
	c.tell(w.board, "bed", "closed", details{Place: place, Reason: "infection_control", Until: c.now.Add(lasts + 2*time.Hour), Role: "infection_prevention"})
	c.after(lasts, func() {
		for _, b := range bay {
			b.shut = false
		}
		h.closed--
		c.tell(w.board, "bed", "opened", details{Place: place, Reason: "cleared", Role: "infection_prevention"})
	})
}
