package flow

import (
	"cmp"
	"reflect"
	"slices"

	"flowcentre/capacity"
)

// sitter is a patient in the picture of one unit, with what of the course belongs there.
// It is made again only when the patient has changed, or time alone has changed it, so that
// a unit costs those who changed and not those who are in it.
type sitter struct {
	patient *patient
	unit    *unit
	stale   bool             // must be made again
	turn    capacity.Instant // when it must be for time alone; 0 for never

	attendances []*capacity.Attendance
	stays       []*capacity.Stay
	requests    []*capacity.Request
	shown       people
	unplanned   []move // how those came here of whose discharge nothing is told
}

// people is what is shown of the people of a unit, or of one of them. A further list has
// its place here, in sitter.show or portray, and its roll in showPeople.
type people struct {
	attendances []*AttendanceView
	requests    []*RequestView
	discharges  []*DischargeView
}

func (p *people) add(one *people) {
	p.attendances = append(p.attendances, one.attendances...)
	p.requests = append(p.requests, one.requests...)
	p.discharges = append(p.discharges, one.discharges...)
}

// meet puts a patient into the pictures of the units that the course is about, and takes
// the patient out of the others, now and when the course has ended long enough ago. It also
// keeps who has which bed request, and who came by which ambulance.
func (s *State) meet(p *patient, c *course) {
	s.register(p, c)
	s.aboard(p, c)
	units, until := c.units(s.at.Add(-keepPictured))
	if until != 0 {
		s.due.set(&p.alarm, until.Add(keepPictured)+1, duePatient, p.key)
	}
	p.sitters = slices.DeleteFunc(p.sitters, func(x *sitter) bool {
		if slices.Contains(units, x.unit.def.ID) {
			return false
		}
		x.unit.rise(p)
		s.view.unit(x.unit)
		return true
	})
	for _, id := range units {
		if u := s.units[id]; u != nil {
			s.sit(p, u)
			s.view.unit(u)
		}
	}
}

// sit puts a patient into the unit's picture, or has what is there made again.
func (s *State) sit(p *patient, u *unit) {
	for _, x := range p.sitters {
		if x.unit == u {
			x.stale = true
			return
		}
	}
	x := &sitter{patient: p, unit: u, stale: true}
	p.sitters = append(p.sitters, x)
	i, _ := u.seat(p)
	u.people = slices.Insert(u.people, i, x)
}

// rise takes a patient out of the unit's picture.
func (u *unit) rise(p *patient) {
	if i, there := u.seat(p); there {
		u.people = slices.Delete(u.people, i, i+1)
	}
}

// seat is the patient's place among the people of the unit, who are in the order of keys.
func (u *unit) seat(p *patient) (int, bool) {
	return slices.BinarySearchFunc(u.people, p.key, func(x *sitter, key string) int { return cmp.Compare(x.patient.key, key) })
}

// units are those whose picture the course belongs in, sorted: of what ended, what ended
// since then. Until is the end of the first of these that ended, 0 where none has.
func (c *course) units(since capacity.Instant) (all []string, until capacity.Instant) {
	add := func(id string, open bool, ended capacity.Instant) {
		if !open && ended < since {
			return
		}
		if !open {
			until = earlier(until, ended)
		}
		if id != "" && !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	for _, st := range c.stays {
		if st.phase == deleted || st.phase == cancelled {
			continue
		}
		if a := st.ae; a != nil {
			add(a.unit, !a.left.Told(), a.left.At)
		}
		if last, ok := st.last(); ok {
			add(last.at.Unit, st.phase == open, st.ended)
		}
	}
	for _, r := range c.requests {
		add(r.at.Unit, r.open(), max(r.arrived.At, r.cancelled.At))
	}
	slices.Sort(all)
	return all, until
}

// make makes again what of the patient belongs into the unit's picture, and is shown. What
// ended before since is left out.
func (x *sitter) make(s *State, since capacity.Instant) {
	c := trace(x.patient.key, x.patient.facts, s.ground)
	was := x.shown
	*x = sitter{patient: x.patient, unit: x.unit}
	unit := x.unit.def.ID
	for _, st := range c.stays {
		if st.phase == deleted || st.phase == cancelled {
			continue
		}
		if a := st.ae; a != nil && a.unit == unit && (!a.left.Told() || a.left.At >= since) {
			n := a.noun(c, st)
			x.attendances = append(x.attendances, n)
			if st.phase == open && !a.left.Told() {
				x.showAttendance(s, &was, st, n)
			}
		}
		if path := st.path(); len(path) > 0 && path[len(path)-1].at.Unit == unit && !s.dept(unit) && (st.phase == open || st.ended >= since) {
			x.stays = append(x.stays, st.noun(path, s.dept))
		}
		switch {
		case st.phase != open || st.at.Unit != unit:
		case st.hasPlan:
			x.showDischarge(s, &was, st)
		default:
			x.unplanned = append(x.unplanned, st.path()[0])
		}
	}
	for _, r := range c.requests {
		if r.at.Unit != unit || !r.requested.Told() || !r.open() && max(r.arrived.At, r.cancelled.At) < since {
			continue
		}
		n, lapses := s.requestNoun(c, r, x.patient)
		x.turn = earlier(x.turn, lapses)
		x.requests = append(x.requests, n)
		if r.open() {
			x.showRequest(s, &was, r, n)
		}
	}
}

func (x *sitter) showAttendance(s *State, was *people, st *stay, n *capacity.Attendance) {
	v := &AttendanceView{
		ID: publicID(x.patient.key + " " + st.id), Version: s.seq, Key: n.Key, Unit: n.Unit, Area: n.Area, Mode: n.Mode, Acuity: n.Acuity, Service: n.Service,
		Arrived: n.Arrived.At, Assessed: n.Assessed.At, Seen: n.Seen.At, Referred: n.Referred.At, Requested: n.Requested.At,
		Decided: n.Decided.At, Ready: n.Ready.At, Events: n.Events,
	}
	x.shown.attendances = append(x.shown.attendances, same(was.attendances, v, (*AttendanceView).id, func(a *AttendanceView) *uint64 { return &a.Version }))
}

func (x *sitter) showDischarge(s *State, was *people, st *stay) {
	v := &DischargeView{
		ID: publicID(x.patient.key + " " + st.id), Version: s.seq, Key: shortKey(st.id), Unit: st.at.Unit, Bed: st.at.Bed, Expected: st.leaving, NCTR: st.plan.NCTR.At,
		Pathway: st.plan.Pathway, Certainty: st.plan.Certainty, Due: st.plan.Due, GoingTo: st.plan.GoingTo, Reason: st.plan.Reason,
		Owner: st.plan.Owner, Delayed: st.plan.Delayed.At, Start: st.plan.Start, Failed: len(st.plan.Failures), Events: inOrder(st.planned),
	}
	x.shown.discharges = append(x.shown.discharges, same(was.discharges, v, (*DischargeView).id, func(d *DischargeView) *uint64 { return &d.Version }))
}

func (x *sitter) showRequest(s *State, was *people, r *request, n *capacity.Request) {
	v := &RequestView{
		ID: r.id, Version: s.seq, Key: n.Key, Unit: n.Unit, Site: n.Site, Origin: n.Origin, Service: n.Service, Wants: n.Wants, Needs: append([]string{}, n.Needs...),
		Requested: n.Requested.At, Decided: n.Decided.At, Due: n.Due, Bed: n.Bed, Allocated: n.Allocated.At, Until: n.Until,
		Ready: n.Ready.At, Left: n.Left.At, Events: n.Events,
	}
	if n.Bed != "" {
		v.Role = r.role
	}
	x.shown.requests = append(x.shown.requests, same(was.requests, v, (*RequestView).id, func(r *RequestView) *uint64 { return &r.Version }))
}

// same keeps what was shown where nothing but the version differs.
func same[T any](was []*T, now *T, id func(*T) string, version func(*T) *uint64) *T {
	for _, old := range was {
		if id(old) == id(now) {
			fresh := *version(now)
			*version(now) = *version(old)
			if reflect.DeepEqual(old, now) {
				return old
			}
			*version(now) = fresh
			return now
		}
	}
	return now
}
