package county

import (
	"cmp"
	"time"

	"flowcentre/capacity"
)

const minute = time.Minute

// hospital is one acute site as it really is.
type hospital struct {
	county *County
	id     string
	wards  []*ward
	adult  []*ward // those that count as adult general and acute, the escalation ward too
	ed     *ward
	ae     *department // of which ed is the place
	amu    *ward
	ccu    *ward
	kids   *ward
	labour *ward
	lounge *ward

	staying []*stay          // admitted, in the order of admission
	waiting []*stay          // for a bed: in A&E, at home, on the AMU, in critical care
	closed  int              // bays closed for infection control
	scanner capacity.Instant // is down until then

	discharges *feed // tells of discharges to come
}

// take adds a ward.
func (h *hospital) take(w *ward) {
	c := h.county
	h.wards = append(h.wards, w)
	if h.discharges == nil {
		h.discharges = c.voice(w.unit, "discharge")
	}
	switch {
	case w.unit.Kind == capacity.AandE:
		h.ed, h.ae = w, c.department(h, w)
	case w.unit.Kind == capacity.DischargeLounge:
		h.lounge = w
	case w.is == criticalCare:
		h.ccu = w
	case w.is == children:
		h.kids = w
	case w.is == maternity:
		h.labour = w
	case w.unit.Class == capacity.AdultGA:
		h.adult = append(h.adult, w)
		if w.is == acuteMed {
			h.amu = w
		}
	}
}

// locality is where the site is, by the first unit that says so.
func (h *hospital) locality() string {
	for _, w := range h.wards {
		if w.unit.Locality != "" {
			return w.unit.Locality
		}
	}
	return ""
}

// core counts the beds that are there without anybody opening any.
func (h *hospital) core(of func(*ward) bool) (n float64) {
	for _, w := range h.adult {
		if of != nil && !of(w) {
			continue
		}
		for _, b := range w.beds {
			if !b.def.Escalation {
				n++
			}
		}
	}
	return n
}

func surgical(w *ward) bool { return w.is.surgical() }

// How much comes to a site of a size; see doc.go.
const (
	emergenciesPerBed = .229
	attendancesPerBed = .53
	electivesPerBed   = .11
	electivesOfSmall  = .34 // per bed, of a site without A&E
	childrenPerBed    = .58
	birthsPerBed      = .45
	transfersPerBed   = .004 // from other hospitals
	leaveAim          = .952 // of core beds in use at midnight
	leaveAimOfSmall   = .88
	lean              = .4  // part of a surplus that leaves in a day beyond the usual
	changesMind       = .06 // of those told to leave today do not
)

func (h *hospital) emergencies() float64 {
	if h.ed == nil {
		return 0
	}
	return emergenciesPerBed * h.core(nil)
}

func (h *hospital) electives() float64 {
	if h.ed == nil {
		return electivesOfSmall * h.core(nil)
	}
	return electivesPerBed * h.core(surgical)
}

// start sets what goes on at the site going.
func (h *hospital) start() {
	c := h.county
	c.every(time.Hour, h.hour)
	c.every(7*minute, h.meet)
	c.daily(0, 5, h.round)
	c.daily(14, 10, h.bookElectives)
	c.daily(7, 50, h.list)
	c.daily(8, 40, h.leaves)
	c.daily(9, 20, h.infection)
	for _, t := range [][2]int{{18, 15}, {19, 45}, {21, 20}} {
		c.daily(t[0], t[1], h.escalate)
	}
	c.daily(10, 10, h.standDown)
	if h.ae != nil {
		h.ae.start()
	}
	h.hour()
	h.book(0, 5*minute)
	if t := c.local(); t.Hour() >= 1 {
		h.round()
	}
}

// hour brings those who come within the next one by another way than A&E.
func (h *hospital) hour() {
	c := h.county
	t := c.local()
	hour, day := t.Hour(), t.Weekday()
	if h.ae != nil {
		throughAE := admittedShare * attendancesPerBed * h.core(nil)
		c.come((h.emergencies()-throughAE)*admittedOn[day]*c.mood()*share(&referredArrive, hour), h.refer)
		c.come(transfersPerBed*h.core(nil)*share(&referredArrive, hour), h.takeOver)
		c.come(transfersOut*h.core(nil)*share(&working, hour), h.sendOut)
		if most := c.largest(); most != h {
			c.come(transfersBetween*h.core(nil)*share(&working, hour), func() { h.sendTo(most) })
		}
	}
	if h.kids != nil {
		c.come(childrenPerBed*float64(len(h.kids.beds))*share(&attending, hour), func() { h.admitTo(h.kids, "E", c.lognormal(26*time.Hour, .7)) })
	}
	if h.labour != nil {
		c.come(birthsPerBed*float64(len(h.labour.beds))*share(&referredArrive, hour), func() { h.admitTo(h.labour, "L", c.lognormal(38*time.Hour, .4)) })
	}
	if hour >= 8 && hour < 22 {
		for range c.poisson(.012 * float64(len(h.staying))) {
			c.after(c.between(0, time.Hour), h.correct)
		}
		if c.chance(.12) {
			c.after(c.between(0, time.Hour), h.swapBeds)
		}
	}
}

// refer brings somebody sent by a GP or a clinic, who waits elsewhere until there is a bed.
func (h *hospital) refer() {
	c := h.county
	s := c.visitOf(c.newPerson(c.adultAge(), "", h.locality()), "E", "")
	h.falls(s)
	h.wants(s, fromGP)
	c.after(18*time.Hour, func() {
		if !s.admitted && !s.moving {
			s.gone = true
			s.request.cancel("no_longer_needed")
		}
	})
}

// wants has the site team ask for a bed for somebody who is not in the hospital yet.
func (h *hospital) wants(s *stay, origin string) {
	w := h.amu
	if w == nil {
		w = h.adult[0]
	}
	h.request(s, w.siteTeam(), origin, w, 0).isReady()
	h.ask(s)
}

// admitTo brings somebody straight to a ward of their own, if it has a bed.
func (h *hospital) admitTo(w *ward, reason string, stays time.Duration) {
	c := h.county
	b := w.freeBed()
	if b == nil {
		return // to another hospital
	}
	age, sex := 19+22*c.rnd.Float64(), "F"
	if w == h.kids {
		age, sex = 15*c.rnd.Float64(), ""
	}
	s := c.visitOf(c.newPerson(age, sex, h.locality()), reason, w.is)
	s.ready = c.now.Add(stays)
	h.admit(s, b)
	c.at(c.decent(s.ready), func() { h.discharge(s) })
}

// decent moves a time of leaving out of the night.
func (c *County) decent(at capacity.Instant) capacity.Instant {
	t := at.Time().In(c.zone)
	if t.Hour() >= 9 && t.Hour() < 20 {
		return at
	}
	hour := c.weighed(leaving[9:20]) + 9
	day := t.Day()
	if t.Hour() >= 20 {
		day++
	}
	return capacity.At(time.Date(t.Year(), t.Month(), day, hour, c.rnd.IntN(60), 0, 0, c.zone))
}

// admit makes a person an inpatient in a bed.
func (h *hospital) admit(s *stay, b *bed) {
	c := h.county
	prior := cmp.Or(s.came, s.location())
	if prior == "" {
		s.from = c.now
	}
	s.came = ""
	s.enter(b.ward, b)
	s.admitted, s.moving, s.queued = true, false, false
	if s.ready == 0 {
		s.ready = c.now.Add(c.length())
		s.plan = c.planFor(s)
	}
	if s.need == criticalCare && b.ward != h.ccu {
		h.falls(s)
	}
	h.staying = append(h.staying, s)
	c.hl7(b.ward.records, "A01", s, visitFields{place: s.location(), prior: prior})
	s.request.arrives()
	s.transfer.arrives(b.place())
	if b.ward == h.ccu {
		h.intensive(s)
	}
	if b.ward != h.amu {
		return
	}
	if t := c.local(); t.Hour() >= 8 && t.Hour() < 16 && t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && c.chance(.2) {
		s.today = true // same-day emergency care
		c.after(c.between(4*time.Hour, 8*time.Hour), func() { h.discharge(s) })
		return
	}
	c.after(max(3*time.Hour, c.lognormal(9*time.Hour, .5)), func() {
		if !s.today && s.ward == h.amu {
			h.ask(s)
		}
	})
}

// length draws how long until an adult could leave.
func (c *County) length() time.Duration {
	const day = 24 * time.Hour
	switch p := c.rnd.Float64(); {
	case p < .46:
		return c.lognormal(28*time.Hour, .7)
	case p < .89:
		return c.lognormal(64*time.Hour, .7)
	default:
		return min(60*day, c.lognormal(13*day, .8))
	}
}

// intensive keeps somebody in critical care for a while, and then wants a ward for them.
func (h *hospital) intensive(s *stay) {
	c := h.county
	c.after(c.lognormal(55*time.Hour, .6), func() {
		h.falls(s)
		s.ready = max(s.ready, c.now.Add(36*time.Hour))
		h.request(s, h.ccu.siteTeam(), fromCritical, h.ccu, 0).isReady()
		h.ask(s)
	})
}
