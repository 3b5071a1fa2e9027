package county

import (
	"cmp"
	"slices"
	"time"

	"flowcentre/capacity"
)

// community is all community hospitals, whose one feed speaks CloudEvents.
type community struct {
	county *County
	wards  []*ward
}

// Beds that community wards keep back, in all, and how long their patients stay.
const (
	keptBack        = 2
	mostLeaving     = .055 // part of the beds, of a day
	communityMedian = 18 * 24 * time.Hour
	communitySpread = .6
)

func (m *community) start() {
	m.county.daily(0, 1, m.round)
	if m.county.local().Hour() >= 1 {
		m.round()
	}
}

// round settles who leaves today, few of them at the weekend.
func (m *community) round() {
	c := m.county
	left, all := 0, 0
	for _, w := range m.wards {
		all += len(w.beds)
	}
	most := int(mostLeaving * float64(all) * leavingOn[c.local().Weekday()])
	for _, w := range m.wards {
		for _, b := range w.beds {
			s := b.stay
			if s == nil || s.today || s.ready > c.today(24) || left >= most {
				continue
			}
			at := c.today(10 + 6.5*c.rnd.Float64())
			if at <= c.now {
				continue
			}
			s.today = true
			left++
			if told := c.today(8.5 + c.rnd.Float64()); told > c.now {
				c.at(told, func() {
					d := s.named(w.assigner)
					d.Due = at - at%(30*60_000)
					c.tell(w.records, "bed", "discharge-expected", d)
				})
			}
			c.at(at, func() { m.discharge(s) })
		}
	}
}

// keep keeps a bed for somebody who is to come, if there is one to spare.
func (m *community) keep(p *person, comes capacity.Instant) *stay {
	c := m.county
	free := 0
	var roomy *ward
	for _, w := range m.wards {
		n := w.free()
		free += n
		if n > 0 && (roomy == nil || n > roomy.free()) {
			roomy = w
		}
	}
	if free <= keptBack {
		return nil
	}
	s := c.visitOf(p, "", "REH")
	s.bed, s.doctor = nil, ""
	b := roomy.freeBed()
	b.kept = s
	d := s.named(roomy.assigner)
	d.Place, d.Due, d.Class = b.place(), comes-comes%(15*60_000), "inpatient"
	c.tell(roomy.records, "bed", "arrival-expected", d)
	return s
}

// keptFor finds the bed that is kept for a stay.
func (m *community) keptFor(s *stay) *bed {
	for _, w := range m.wards {
		for _, b := range w.beds {
			if b.kept == s {
				return b
			}
		}
	}
	return nil
}

func (m *community) release(s *stay) {
	b := m.keptFor(s)
	b.kept, s.gone = nil, true
	d := s.named(b.ward.assigner)
	d.Place = b.place()
	m.county.tell(b.ward.records, "bed", "arrival-cancelled", d)
}

func (m *community) arrive(s *stay) {
	c := m.county
	b := m.keptFor(s)
	s.enter(b.ward, b)
	s.from, s.admitted = c.now, true
	s.ready = c.now.Add(c.lognormal(communityMedian, communitySpread))
	d := s.named(b.ward.assigner)
	d.Place, d.Class = b.place(), "inpatient"
	s.told(&d)
	c.tell(b.ward.records, "bed", "admitted", d)
}

func (m *community) discharge(s *stay) {
	c := m.county
	b := s.bed
	d := s.named(b.ward.assigner)
	d.Place, d.Outcome, d.GoingTo = b.place(), "1", "19"
	if c.chance(.15) {
		d.GoingTo = "54"
	}
	s.leave()
	s.gone = true
	c.tell(b.ward.records, "bed", "discharged", d)
	c.clean(b, true)
}

// open fills the beds as they are at the start and tells each unit's census.
func (c *County) open() {
	for _, h := range c.sites {
		h.fill()
	}
	for _, w := range c.commune.wards {
		for _, b := range w.beds {
			if !b.shut && c.chance(.96) {
				s := c.resident(b, "", "REH", 65+33*c.rnd.Float64(), "", c.lognormal(communityMedian*3/2, communitySpread))
				s.doctor = ""
			}
		}
	}
	for _, h := range c.sites {
		for _, w := range h.wards {
			if w.board != nil {
				c.census(w)
			}
		}
	}
	for _, w := range c.commune.wards {
		c.census(w)
	}
	for _, d := range c.minors {
		d.fill()
		c.census(d.ward)
	}
	c.services()
	c.after(time.Minute, func() {
		for _, h := range c.sites {
			h.start()
		}
		c.statuses()
		c.commune.start()
		for _, d := range c.minors {
			d.start()
		}
		c.shocks()
		c.daily(0, 0, func() {
			c.drift()
			c.shocks()
		})
		for i, f := range c.voices {
			if f.protocol != MLLP && f != c.desk && !f.asked {
				c.after(time.Duration(i)*20*time.Second, func() { c.every(15*time.Minute, func() { c.heartbeat(f) }) })
			}
		}
	})
}

// resident is somebody who is in a bed already, part of the way through a stay.
func (c *County) resident(b *bed, reason string, need specialty, age float64, sex string, length time.Duration) *stay {
	s := c.visitOf(c.newPerson(age, sex, b.ward.unit.Locality), reason, need)
	gone := c.rnd.Float64()
	s.from = c.now.Add(-time.Duration(gone * float64(length)))
	s.from -= s.from % 1000
	s.ready = s.from.Add(length)
	s.plan = c.planFor(s)
	s.admitted = true
	s.enter(b.ward, b)
	return s
}

// fill puts patients into the beds of a site, and into A&E.
func (h *hospital) fill() {
	c := h.county
	for _, w := range h.wards {
		for _, b := range w.beds {
			if b.shut || !c.chance(h.usually(w)) {
				continue
			}
			h.staying = append(h.staying, h.settle(w, b))
		}
	}
	slices.SortStableFunc(h.staying, func(a, b *stay) int { return cmp.Compare(a.from, b.from) })
	if h.ae != nil {
		h.ae.fill()
	}
	h.inherit()
}

func (h *hospital) usually(w *ward) float64 {
	switch w {
	case h.amu:
		return .97
	case h.ccu:
		return .8
	case h.kids:
		return .7
	case h.labour:
		return .78
	}
	return .995
}

// settle puts somebody who has been there for a while into a bed.
func (h *hospital) settle(w *ward, b *bed) *stay {
	c := h.county
	sex := map[string]string{"male": "M", "female": "F"}[b.whose()]
	switch w {
	case h.amu:
		s := c.resident(b, "E", h.needed(), c.adultAge(), sex, c.between(8*time.Hour, 16*time.Hour))
		s.ready = c.now.Add(c.length())
		c.after(c.between(time.Hour, 12*time.Hour), func() {
			if !s.today && s.ward == h.amu {
				h.ask(s)
			}
		})
		return s
	case h.ccu:
		s := c.resident(b, "E", criticalCare, c.adultAge(), "", c.length()+3*24*time.Hour)
		h.intensive(s)
		return s
	case h.kids:
		s := c.resident(b, "E", children, 15*c.rnd.Float64(), "", c.lognormal(36*time.Hour, .7))
		c.at(c.decent(s.ready), func() { h.discharge(s) })
		return s
	case h.labour:
		s := c.resident(b, "L", maternity, 19+22*c.rnd.Float64(), "F", c.lognormal(44*time.Hour, .4))
		c.at(c.decent(s.ready), func() { h.discharge(s) })
		return s
	}
	// Of those found in a bed, long stays are more than of those who come.
	length := c.length()
	if c.chance(.6) {
		length = max(length, c.length())
	}
	reason := "E"
	if w.is == gynaecology {
		sex = "F"
	}
	if w.is.surgical() && (h.ed == nil || c.chance(.35)) {
		reason = "C"
	}
	return c.resident(b, reason, w.is, c.adultAge(), sex, length)
}
