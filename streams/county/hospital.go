package county

import (
	"cmp"
	"slices"
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
	amu    *ward
	ccu    *ward
	kids   *ward
	labour *ward
	lounge *ward

	staying []*stay // admitted, in the order of admission
	waiting []*stay // for a bed: in A&E, at home, on the AMU, in critical care
	closed  int     // bays closed for infection control
}

// take adds a ward.
func (h *hospital) take(w *ward) {
	h.wards = append(h.wards, w)
	switch {
	case w.unit.Kind == capacity.AandE:
		h.ed = w
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
	emergenciesPerBed = .228
	attendancesPerBed = .48
	electivesPerBed   = .11
	electivesOfSmall  = .34 // per bed, of a site without A&E
	childrenPerBed    = .58
	birthsPerBed      = .45
	throughAandE      = .62
	leaveAim          = .96 // of core beds in use at midnight
	leaveAimOfSmall   = .88
	lean              = .3  // part of a surplus that leaves in a day beyond the usual
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
	c.daily(8, 40, h.leaves)
	c.daily(9, 20, h.infection)
	for _, t := range [][2]int{{18, 15}, {19, 45}, {21, 20}} {
		c.daily(t[0], t[1], h.escalate)
	}
	c.daily(10, 10, h.standDown)
	h.hour()
	if t := c.local(); t.Hour() >= 1 {
		h.round()
	}
}

// hour brings those who come within the next one.
func (h *hospital) hour() {
	c := h.county
	t := c.local()
	hour, day := t.Hour(), int(t.Weekday())
	come := func(perDay float64, shape *[24]float64, arrive func()) {
		for range c.poisson(perDay * share(shape, hour)) {
			c.after(c.between(0, time.Hour), arrive)
		}
	}
	// Days differ by more than chance alone would make them.
	mood := .94 + .12*float64((uint64(t.YearDay())*2654435761+c.options.Seed*40503)%1000)/1000
	if e := h.emergencies() * admittedOn[day] * mood; e > 0 {
		come(e*throughAandE, &admittedArrive, func() { h.attend(true) })
		come(e*(1-throughAandE), &referredArrive, h.refer)
		come(max(0, attendancesPerBed*h.core(nil)*attendingOn[day]*mood-e*throughAandE), &attending, func() { h.attend(false) })
	}
	if h.kids != nil {
		come(childrenPerBed*float64(len(h.kids.beds)), &attending, func() { h.admitTo(h.kids, "E", c.lognormal(26*time.Hour, .7)) })
	}
	if h.labour != nil {
		come(birthsPerBed*float64(len(h.labour.beds)), &referredArrive, func() { h.admitTo(h.labour, "L", c.lognormal(38*time.Hour, .4)) })
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

// attend brings somebody to A&E, who is admitted or goes home.
func (h *hospital) attend(stays bool) {
	c := h.county
	age := 16 + 80*c.rnd.Float64()
	if stays {
		age = c.adultAge()
	}
	s := c.visitOf(c.newPerson(age, ""), "E", "EM")
	s.enter(h.ed, nil)
	c.hl7(h.ed.records, "A04", s, visitFields{class: "E", place: s.location()})
	if !stays {
		c.after(max(25*minute, c.lognormal(175*minute, .55)), func() { h.goHome(s) })
		return
	}
	c.after(max(60*minute, c.lognormal(225*minute, .35)), func() { h.decide(s) })
}

// decide admits somebody from A&E, as soon as there is a bed.
func (h *hospital) decide(s *stay) {
	s.need = h.needed()
	if h.ccu != nil && h.county.chance(.055) {
		s.need = criticalCare
	}
	h.ask(s)
}

// goHome ends an attendance.
func (h *hospital) goHome(s *stay) {
	place := s.location()
	s.leave()
	s.gone = true
	h.county.hl7(h.ed.records, "A03", s, visitFields{class: "E", place: place, outcome: "1", goingTo: "19", left: h.county.now})
}

// refer brings somebody sent by a GP or a clinic, who waits elsewhere until there is a bed.
func (h *hospital) refer() {
	c := h.county
	s := c.visitOf(c.newPerson(c.adultAge(), ""), "E", h.needed())
	h.ask(s)
	c.after(18*time.Hour, func() {
		if !s.admitted && !s.moving {
			s.gone = true // seen elsewhere, or no longer in need
		}
	})
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
	return h.adult[h.county.weighed(weights)].is
}

// ask puts somebody on the list of those who wait for a bed.
func (h *hospital) ask(s *stay) {
	if s.queued || s.gone {
		return
	}
	s.queued = true
	h.waiting = append(h.waiting, s)
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
	s := c.visitOf(c.newPerson(age, sex), reason, w.is)
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
	prior := s.location()
	if prior == "" {
		s.from = c.now
	}
	s.enter(b.ward, b)
	s.admitted, s.moving, s.queued = true, false, false
	if s.ready == 0 {
		s.ready = c.now.Add(c.length())
	}
	if s.need == criticalCare && b.ward != h.ccu {
		s.need = h.needed()
	}
	h.staying = append(h.staying, s)
	c.hl7(b.ward.records, "A01", s, visitFields{place: s.location(), prior: prior})
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
	case p < .45:
		return c.lognormal(36*time.Hour, .7)
	case p < .88:
		return c.lognormal(5*day, .7)
	default:
		return min(60*day, c.lognormal(15*day, .8))
	}
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
	if s.reason == "C" {
		return 2
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
	fresh := !s.admitted
	if fresh && s.reason == "E" && h.amu != nil && !s.need.surgical() {
		if b := h.amu.freeBed(); b != nil || c.now.Sub(s.from) < 5*time.Hour {
			return b
		}
	}
	var best *ward
	score := 0
	for _, w := range h.adult {
		free := w.free()
		if free == 0 || w == h.amu || w.is == gynaecology && s.sex != "F" {
			continue
		}
		points := free
		switch {
		case w.is == s.need:
			points += 100
		case w.is == escalation:
			points += 30
		case free < 2:
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
	return best.freeBed()
}

// offer keeps a bed for a patient, says so, and lets them come.
func (h *hospital) offer(s *stay, b *bed) {
	c := h.county
	s.moving = true
	b.kept = s
	arrive := c.between(15*minute, 70*minute)
	coming := c.now.Add(arrive)
	switch {
	case s.admitted:
		c.hl7(b.ward.records, "A15", s, visitFields{place: s.location(), pending: b.ward.location(b), planned: coming})
		if c.chance(.03) {
			c.after(c.between(8*minute, 14*minute), func() { h.withdraw(s, b) })
			return
		}
		c.after(arrive, func() { h.transfer(s, b) })
	default:
		if s.ward == h.ed && s.ward != nil && c.chance(.5) {
			c.hl7(b.ward.records, "A14", s, visitFields{class: "E", place: s.location(), pending: b.ward.location(b), arriving: coming, planned: coming})
		}
		c.after(arrive, func() {
			if s.ward == nil && c.chance(.012) {
				h.admitInError(s, b)
				return
			}
			h.admit(s, b)
		})
	}
}

// withdraw cancels a pending transfer: the patient waits on.
func (h *hospital) withdraw(s *stay, b *bed) {
	b.kept, s.moving = nil, false
	h.county.hl7(b.ward.records, "A26", s, visitFields{place: s.location(), was: b.ward.location(b)})
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
	s.enter(b.ward, b)
	s.moving, s.queued = false, false
	c.hl7(b.ward.records, "A02", s, visitFields{place: s.location(), prior: prior})
	h.clean(old)
}

// intensive keeps somebody in critical care for a while, and then wants a ward for them.
func (h *hospital) intensive(s *stay) {
	c := h.county
	c.after(c.lognormal(55*time.Hour, .6), func() {
		s.need = h.needed()
		s.ready = max(s.ready, c.now.Add(36*time.Hour))
		h.ask(s)
	})
}

func (h *hospital) transferInError(s *stay, b *bed) {
	c := h.county
	from, wrong := s.location(), b.ward.location(b)
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
		b.kept, again.moving, again.queued = again, true, true
		c.after(c.between(5*minute, 20*minute), func() { h.admit(again, b) })
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
	case s.onward != nil:
		going = "51"
	case p < .03 && s.reason == "E":
		outcome, going = "4", "79"
	case p < .08:
		going = "54"
	}
	if bed != nil && s.onward == nil && c.chance(.006) {
		h.dischargeInError(s, visitFields{place: place, outcome: outcome, goingTo: going, left: c.now})
		return
	}
	s.leave()
	s.gone, s.queued = true, false
	c.hl7(w.records, "A03", s, visitFields{place: place, outcome: outcome, goingTo: going, left: c.now})
	h.clean(bed)
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
