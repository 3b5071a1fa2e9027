package flow

import (
	"cmp"
	"slices"
	"time"

	"flowcentre/capacity"
)

// attendance is what is told of a visit as an attendance in A&E. HL7 messages of an
// emergency visit and events of the A&E family are facts of the same attendance.
type attendance struct {
	unit, area             string
	mode, acuity           string
	service, goingTo       string
	ambulance              string
	segment                capacity.Segment
	arrived, assessed      capacity.Moment
	seen, referred         capacity.Moment
	decided, ready, left   capacity.Moment
	streamed, gone, onward bool // sent on from the door; left as a list shows; left for a bed
	events                 []uint64
}

// How long after an attendance a fact without a visit number is still taken to be of it,
// and how long before its arrival.
const (
	trailing = 24 * time.Hour
	leading  = 2 * time.Hour
)

// first keeps the earliest moment told.
func first(m *capacity.Moment, f *fact) {
	if !m.Told() || f.Happened < m.At {
		*m = capacity.Moment{At: f.Happened, Seq: f.Seq}
	}
}

// attendanceFact takes a fact of the A&E family.
func (c *course) attendanceFact(patient string, f *fact) {
	s := c.attendanceOf(f)
	if s == nil && f.Kind == AttendanceCancelled && f.Visit != "" {
		s = &stay{visit: f.Visit, id: f.Visit, class: Emergency}
		c.stays = append(c.stays, s)
	}
	if s == nil && announces(f.Kind) && c.dept(f.Place.Unit) {
		s = c.visit(patient, f)
	}
	if s == nil || s.ae == nil && !(announces(f.Kind) && c.dept(f.Place.Unit)) && f.Kind != AttendanceCancelled {
		if f.Kind != notListed {
			c.orphans = append(c.orphans, f)
			c.doubts = append(c.doubts, doubt{NoAttendance, *f, 0, nil})
		}
		return
	}
	c.milestone(s, f)
	c.attend(s, f)
	c.fulfil(s, f)
}

// announces tells the facts that show by themselves that somebody is in A&E.
func announces(k Kind) bool {
	return k == AttendanceArrived || k == AttendanceStreamed || k == AttendanceMoved || k == listed
}

// attendanceOf is the visit that a fact of the A&E family is about: by its number; without
// one the visit that is open in A&E, else the latest there was, if it is not long ago.
func (c *course) attendanceOf(f *fact) *stay {
	if f.Visit != "" {
		visit := f.Visit
		if n, ok := c.numbers[visit]; ok {
			visit = n
		}
		for _, s := range c.stays {
			if s.visit == visit {
				return s
			}
		}
	}
	fits := func(s *stay) bool {
		return s.ae != nil && s.phase != cancelled && s.phase != deleted && (f.Visit == "" || s.visit == "")
	}
	for _, s := range slices.Backward(c.stays) {
		if fits(s) && s.phase == open && !s.ae.left.Told() {
			return s.numbered(f)
		}
	}
	if f.Kind == AttendanceArrived || f.Kind == AttendanceStreamed {
		return nil
	}
	for _, s := range slices.Backward(c.stays) {
		if fits(s) && s.ae.arrived.At <= f.Happened && (!s.ae.left.Told() || f.Happened <= s.ae.left.At.Add(trailing)) {
			return s.numbered(f)
		}
	}
	return nil
}

// numbered gives a stay without a number that of the fact.
func (s *stay) numbered(f *fact) *stay {
	if s.visit == "" {
		s.visit = f.Visit
	}
	return s
}

// visit begins an A&E visit.
func (c *course) visit(patient string, f *fact) *stay {
	s := &stay{visit: f.Visit, id: f.Visit, class: Emergency}
	if s.id == "" {
		s.id = patient + "#" + itoa(f.Seq)
	}
	s.stand(f)
	c.stays = append(c.stays, s)
	return s
}

// milestone takes one fact of an attendance.
func (c *course) milestone(s *stay, f *fact) {
	if s.phase == cancelled || s.phase == deleted {
		return
	}
	switch f.Kind {
	case AttendanceCancelled:
		s.end(deleted, f)
		return
	case AttendanceArrived, AttendanceStreamed, AttendanceMoved, listed:
		c.inDepartment(s, f)
	case DepartureCancelled:
		if a := s.ae; a != nil && a.left.Told() {
			s.comeBack()
		} else {
			c.cancelsNothing(s, f)
		}
	}
	a := s.ae
	if a == nil {
		a = &attendance{unit: f.Place.Unit}
		s.ae = a
	}
	a.take(f)
	s.sex = cmp.Or(f.more().Sex, s.sex)
	c.note(&a.events, f)
	switch f.Kind {
	case AttendanceAssessed, AttendanceSeen, AttendanceReferred, DecidedToAdmit, ReadyToProceed:
		if f.Place.Bay != "" && c.dept(s.at.Unit) && f.Place.Unit == s.at.Unit {
			s.at.Bay = f.Place.Bay
		}
	case AttendanceStreamed:
		a.streamed = true
		c.leave(s, f, false)
	case AttendanceDeparted:
		c.doubts = slices.DeleteFunc(c.doubts, func(d doubt) bool { return d.kind == CancelsNothing && d.about == s })
		c.leave(s, f, f.more().GoingTo == "admitted" || f.Place.Unit != "" && !c.dept(f.Place.Unit) || f.more().GoingTo == "" && c.awaits(s))
		a.gone = false
	case notListed:
		if !a.left.Told() && c.dept(s.at.Unit) {
			c.leave(s, f, c.awaits(s))
			a.gone = true
		}
	}
}

// inDepartment puts the patient where the fact says, if that is in the department and the
// visit has not gone on from there.
func (c *course) inDepartment(s *stay, f *fact) {
	if !c.dept(f.Place.Unit) {
		return
	}
	if s.ae != nil && s.ae.left.Told() && s.ae.gone && f.Happened > s.ae.left.At {
		s.comeBack()
	}
	if s.phase == open && (c.dept(s.at.Unit) || s.at.Unit == "" && (s.ae == nil || !s.ae.left.Told())) {
		s.to(f)
	}
}

// comeBack undoes a departure from A&E.
func (s *stay) comeBack() {
	if s.at.Unit == "" {
		s.reopen()
	}
	s.ae.left, s.ae.gone, s.ae.onward, s.ae.goingTo = capacity.Moment{}, false, false, ""
}

// leave ends the time in A&E. Whoever leaves for a bed stays open until arriving there.
func (c *course) leave(s *stay, f *fact, onward bool) {
	a := s.ae
	a.left = capacity.Moment{At: f.Happened, Seq: f.Seq}
	if s.phase != open || s.at.Unit != "" && !c.dept(s.at.Unit) {
		return
	}
	if s.at.Unit != "" {
		s.remember()
	}
	if s.at = (ref{}); onward {
		a.onward = true
		return
	}
	s.end(ended, f)
}

// awaits says whether a bed was asked for or an admission decided.
func (c *course) awaits(s *stay) bool {
	return s.ae.decided.Told() || slices.ContainsFunc(c.requests, func(r *request) bool {
		return r.open() && r.at.Unit == s.ae.unit
	})
}

// take notes a milestone. The first time told of each stands, so that a later correction
// cannot stop a clock that runs.
func (a *attendance) take(f *fact) {
	d := f.more()
	switch f.Kind {
	case listed:
		a.mode, a.acuity = cmp.Or(a.mode, d.Mode), cmp.Or(a.acuity, d.Acuity)
		d = &noDetail // it takes back nothing that others told
	case AttendanceArrived:
		first(&a.arrived, f)
		a.mode, a.ambulance = cmp.Or(d.Mode, a.mode), cmp.Or(d.Ambulance, a.ambulance)
	case AttendanceAssessed:
		first(&a.assessed, f)
	case AttendanceSeen:
		first(&a.seen, f)
	case AttendanceReferred:
		first(&a.referred, f)
	case DecidedToAdmit:
		first(&a.decided, f)
	case ReadyToProceed:
		first(&a.ready, f)
	case AttendanceStreamed:
		first(&a.arrived, f)
		a.mode, a.goingTo = cmp.Or(d.Mode, a.mode), "streamed_"+d.Service
	case AttendanceDeparted:
		a.goingTo = d.GoingTo
	}
	if f.Place.Unit == a.unit {
		a.area = cmp.Or(f.Place.Bay, a.area)
	}
	a.acuity, a.service = cmp.Or(d.Acuity, a.acuity), cmp.Or(d.Service, a.service)
	d.segment(&a.segment)
}

// attend keeps the attendance in step with where the patient is.
func (c *course) attend(s *stay, f *fact) {
	in := s.phase == open && c.dept(s.at.Unit)
	a := s.ae
	switch {
	case in && a == nil:
		a = &attendance{arrived: capacity.Moment{At: s.since, Seq: s.seq}}
		s.ae = a
		a.take(f)
	case a == nil:
		return
	case in:
		a.left, a.onward, a.gone, a.goingTo = capacity.Moment{}, false, false, ""
	case !a.left.Told() && (s.phase == ended || s.phase == open && s.at.Unit != ""):
		a.left, a.goingTo = capacity.Moment{At: f.Happened, Seq: f.Seq}, f.more().GoingTo
		if s.at.Unit != "" {
			a.goingTo = "admitted"
		}
	}
	if s.at.Unit != "" {
		a.onward = false
	}
	if in || a.left.Seq == f.Seq {
		c.note(&a.events, f)
	}
	if in {
		a.unit, a.area = s.at.Unit, s.at.Bay
		if !a.arrived.Told() {
			a.arrived = capacity.Moment{At: s.since, Seq: s.seq}
		}
	}
	c.adopt(s)
}

// adopt gives an attendance the facts that came before anybody announced it. Nobody leaves
// before arriving: a departure stays in doubt.
func (c *course) adopt(s *stay) {
	c.orphans = slices.DeleteFunc(c.orphans, func(f *fact) bool {
		if f.Kind == AttendanceDeparted || f.Visit != "" && f.Visit != s.visit || f.Happened < s.ae.arrived.At.Add(-leading) {
			return false
		}
		s.ae.take(f)
		c.note(&s.ae.events, f)
		c.doubts = slices.DeleteFunc(c.doubts, func(d doubt) bool { return d.kind == NoAttendance && d.fact.Seq == f.Seq })
		return true
	})
}
