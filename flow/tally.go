package flow

import (
	"slices"

	"flowcentre/capacity"
)

// entry is what one fact of a patient or journey counts for in history: so many in one
// hour at one subject.
type entry struct {
	hour    int64 // hours of UTC since 1970
	subject string
	what    capacity.Counter
	n       int64
}

func hourOf(at capacity.Instant) int64 { return int64(at) / 3_600_000 }

func startOf(hour int64) capacity.Instant { return capacity.Instant(hour) * 3_600_000 }

// The kinds of subject that history counts of.
const (
	ofUnit = "unit/"
	ofFeed = "feed/"
)

// of counts something for each group that somebody belongs to, those that nobody told
// included.
func (t *tally) of(who capacity.Segment, at capacity.Instant, what capacity.Counter, n int64) {
	for _, by := range capacity.Segments() {
		t.add(by+"/"+who.By(by), at, what, n)
	}
}

// tally is a list of entries in the making.
type tally []entry

func (t *tally) add(subject string, at capacity.Instant, what capacity.Counter, n int64) {
	*t = append(*t, entry{hourOf(at), subject, what, n})
}

// recount replaces what a patient or journey counted for before by what it counts for
// now. What was forgotten was not taken out: it stays counted.
func (s *State) recount(counted *tally, now tally) {
	if slices.Equal(*counted, now) {
		return
	}
	for _, e := range *counted {
		s.history.add(s, e.subject, e.hour, e.what, -e.n)
	}
	for _, e := range now {
		s.history.add(s, e.subject, e.hour, e.what, e.n)
	}
	*counted = slices.Clip(now)
}

// tally is what a course counts for. It depends on nothing but the facts, and on which
// units are A&E departments.
func (c *course) tally() (t tally) {
	for _, st := range c.stays {
		if st.phase == deleted || st.phase == cancelled {
			continue
		}
		who := c.segment(st)
		if st.ae != nil {
			st.ae.tally(&t, st, who)
		}
		st.tally(&t, c, who)
	}
	for _, r := range c.requests {
		if r.origin != "elective" || !r.requested.Told() {
			continue
		}
		switch {
		case r.arrived.Told():
			t.add(ofUnit+r.at.Unit, r.arrived.At, capacity.ElectivesDone, 1)
		case r.cancelled.Told():
			t.add(ofUnit+r.at.Unit, r.cancelled.At, capacity.ElectivesCancelled, 1)
		}
	}
	return t
}

// segment is the group that the person of a stay belongs to: what the facts of the stay
// tell, and where they do not, those of the person's others.
func (c *course) segment(st *stay) (who capacity.Segment) {
	for _, o := range append([]*stay{st}, c.stays...) {
		who = who.Or(o.segment)
		if o.ae != nil {
			who = who.Or(o.ae.segment)
		}
	}
	return who
}

func (a *attendance) tally(t *tally, st *stay, who capacity.Segment) {
	unit := ofUnit + a.unit
	switch {
	case !a.arrived.Told():
		return
	case a.streamed:
		at := a.arrived.At
		if a.left.Told() {
			at = a.left.At
		}
		t.add(unit, at, capacity.StreamedAway, 1)
		return
	}
	t.add(unit, a.arrived.At, capacity.Arrivals, 1)
	t.of(who, a.arrived.At, capacity.Arrivals, 1)
	if a.mode == "ambulance" {
		t.add(unit, a.arrived.At, capacity.AmbulanceArrivals, 1)
	}
	if !a.left.Told() {
		return
	}
	t.add(unit, a.left.At, capacity.Departures, 1)
	switch took := a.left.At.Sub(a.arrived.At); {
	case took <= 4*hour:
		t.add(unit, a.left.At, capacity.DeparturesIn4h, 1)
	case took > 12*hour:
		t.add(unit, a.left.At, capacity.DeparturesOver12h, 1)
	}
	if a.goingTo == "admitted" || st.into != nil {
		t.add(unit, a.left.At, capacity.DeparturesAdmitted, 1)
	}
}

// tally counts the inpatient's part of a stay.
func (st *stay) tally(t *tally, c *course, who capacity.Segment) {
	if st.began.Told() && !st.began.found {
		unit := ofUnit + st.began.unit
		t.add(unit, st.began.At, capacity.Admissions, 1)
		if c.emergency(st) {
			t.add(unit, st.began.At, capacity.EmergencyAdmissions, 1)
			t.of(who, st.began.At, capacity.EmergencyAdmissions, 1)
		}
	}
	path := st.path()
	for i, m := range path {
		if i > 0 && c.ward(m.at.Unit) && path[i-1].at.Unit != m.at.Unit && slices.ContainsFunc(path[:i], func(m move) bool { return c.ward(m.at.Unit) }) {
			t.add(ofUnit+m.at.Unit, m.since, capacity.UnitMoves, 1)
			t.of(who, m.since, capacity.UnitMoves, 1)
		}
	}
	if len(path) == 0 || !c.ward(path[len(path)-1].at.Unit) {
		return
	}
	last := ofUnit + path[len(path)-1].at.Unit
	if st.phase == ended {
		t.add(last, st.ended, capacity.LeftHospital, 1)
		if took := st.ended.Sub(st.began.At); st.began.Told() && !st.began.found && took >= 0 {
			t.of(who, st.ended, capacity.StaysEnded, 1)
			t.of(who, st.ended, capacity.StaySeconds, int64(took.Seconds()))
			t.of(who, st.ended, capacity.StayOfDays+capacity.Counter(min(took/(24*hour), capacity.LongestStay)), 1)
		}
	}
	for _, f := range st.plan.Failures {
		t.add(last, f.At, capacity.DischargesFailed, 1)
	}
}

// ward says whether a unit is one for inpatients.
func (c *course) ward(unit string) bool { return unit != "" && !c.dept(unit) }

// emergency says whether a stay came by way of A&E, or A&E or a GP had asked for its bed.
func (c *course) emergency(st *stay) bool {
	asked := func(r *request) bool {
		return (r.origin == "ae" || r.origin == "gp") && r.arrived.Told() && (r.inferred == st || r.inferred == nil && r.arrived.At >= st.began.At && (st.phase == open || r.arrived.At <= st.ended))
	}
	return st.ae != nil || slices.ContainsFunc(c.stays, func(o *stay) bool { return o.into == st && o.ae != nil }) || slices.ContainsFunc(c.requests, asked)
}

func (j *journey) tally() (t tally) {
	took := j.HandedOver.At.Sub(j.Arrived.At)
	if !j.Arrived.Told() || !j.HandedOver.Told() || took < 0 {
		return nil
	}
	unit := ofUnit + j.Unit
	t.add(unit, j.HandedOver.At, capacity.Handovers, 1)
	t.add(unit, j.HandedOver.At, capacity.HandoverSeconds, int64(took.Seconds()))
	for _, over := range capacity.HandoverCounters(took) {
		t.add(unit, j.HandedOver.At, over, 1)
	}
	return t
}

// tally is what a referral counts for.
func (r *referral) tally(avoided *capacity.Avoided) (t tally) {
	st := r.story
	who := capacity.Segment{Locality: st.Locality, AgeBand: st.AgeBand, Frailty: st.Frailty, Condition: st.Condition}
	if took := st.started.At.Sub(st.made.At); st.made.Told() && st.started.Told() && took >= 0 {
		t.of(who, st.started.At, capacity.FirstContacts, 1)
		t.of(who, st.started.At, capacity.ContactSeconds, int64(took.Seconds()))
		if took <= 2*hour {
			t.of(who, st.started.At, capacity.ContactsIn2h, 1)
		}
	}
	if avoided != nil && avoided.State == AvoidedConfirmed {
		t.of(who, r.claimed(), capacity.AdmissionsAvoided, 1)
	}
	return t
}
