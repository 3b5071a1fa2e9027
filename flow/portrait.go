package flow

import (
	"cmp"
	"reflect"
	"slices"

	"flowcentre/capacity"
)

// portrait is a unit with the people in it, as measures count them and as people see them.
type portrait struct {
	picture     *capacity.Picture
	attendances []*AttendanceView
	ambulances  []*AmbulanceView
	requests    []*RequestView
	discharges  []*DischargeView
}

// showPeople puts together what is shown of the people of all units, in their order, and
// notes what is no longer there.
func (s *State) showPeople(v, was *View) {
	v.measured, v.zone = nil, s.zone()
	v.Attendances, v.Ambulances, v.Requests, v.Discharges = []*AttendanceView{}, []*AmbulanceView{}, []*RequestView{}, []*DischargeView{}
	for _, id := range s.layout.Units {
		p := s.units[id].portrait
		v.measured = append(v.measured, measured{p.picture, s.units[id].figures.taken})
		v.Attendances = append(v.Attendances, p.attendances...)
		v.Ambulances = append(v.Ambulances, p.ambulances...)
		v.Requests = append(v.Requests, p.requests...)
		v.Discharges = append(v.Discharges, p.discharges...)
	}
	rank := map[string]int{}
	if s.layout.Frame != nil {
		for i, site := range s.layout.Frame.Sites {
			rank[site.ID] = i
		}
	}
	slices.SortStableFunc(v.Requests, func(a, b *RequestView) int {
		return cmp.Or(cmp.Compare(rank[a.Site], rank[b.Site]), cmp.Compare(a.Requested, b.Requested), cmp.Compare(a.ID, b.ID))
	})
	bury(s, "attendances", was.Attendances, v.Attendances, func(a *AttendanceView) string { return a.ID })
	bury(s, "ambulances", was.Ambulances, v.Ambulances, func(a *AmbulanceView) string { return a.ID })
	bury(s, "requests", was.Requests, v.Requests, func(r *RequestView) string { return r.ID })
	bury(s, "discharges", was.Discharges, v.Discharges, func(d *DischargeView) string { return d.ID })
}

// bury notes what was shown and is no longer, and takes back what is shown again.
func bury[T any](s *State, kind string, was, now []*T, id func(*T) string) {
	for len(was) > 0 && len(now) > 0 && was[0] == now[0] { // what is before and behind all that changed
		was, now = was[1:], now[1:]
	}
	for len(was) > 0 && len(now) > 0 && was[len(was)-1] == now[len(now)-1] {
		was, now = was[:len(was)-1], now[:len(now)-1]
	}
	there := make(map[string]bool, len(now))
	for _, e := range now {
		there[id(e)] = true
	}
	before := make(map[string]bool, len(was))
	for _, e := range was {
		before[id(e)] = true
		if !there[id(e)] {
			s.gone(kind, id(e))
		}
	}
	for _, e := range now {
		if !before[id(e)] {
			s.back(kind, id(e))
		}
	}
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

// portray makes the unit's portrait anew. What ended before the local day before today is
// left out.
func (s *State) portray(u *unit) *portrait {
	was := u.portrait
	if was == nil {
		was = &portrait{}
	}
	p := &portrait{picture: &capacity.Picture{Unit: u.def, Site: s.site(u.def.Site), Known: u.told.KnownSince != 0, Slots: s.placesOf(u)}}
	zone := s.zone()
	since := zone.Midnight(zone.Midnight(s.at) - 1)
	var here []*stay
	for _, patient := range u.everyone() {
		c := trace(patient.key, patient.facts, s.isDept)
		s.add(p.picture, u, patient, c, since)
		s.show(p, was, u, patient, c)
		for _, st := range c.stays {
			if st.phase == open && st.at.Unit == u.def.ID {
				here = append(here, st)
			}
		}
	}
	p.picture.Leavers = u.leaversKnown(here)
	for _, b := range u.order {
		p.picture.Beds = append(p.picture.Beds, b.now(s.at))
	}
	sexOfBays(p.picture)
	for _, id := range u.journeys() {
		j := s.ambulances[id].journey()
		j.Events = inOrder(j.events)
		if j.Waiting() || j.ended() == 0 || j.ended() >= since {
			p.picture.Ambulances = append(p.picture.Ambulances, &j.Ambulance)
		}
		if j.Waiting() || j.ended() == 0 {
			a := &AmbulanceView{ID: u.def.ID + "/" + id, Version: s.seq, Unit: u.def.ID, Due: j.Due, Arrived: j.Arrived.At, Events: j.Events}
			p.ambulances = append(p.ambulances, same(was.ambulances, a, func(a *AmbulanceView) string { return a.ID }, func(a *AmbulanceView) *uint64 { return &a.Version }))
		}
	}
	slices.SortFunc(p.attendances, func(a, b *AttendanceView) int {
		return cmp.Or(cmp.Compare(a.Arrived, b.Arrived), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(p.ambulances, func(a, b *AmbulanceView) int {
		return cmp.Or(cmp.Compare(cmp.Or(a.Arrived, a.Due), cmp.Or(b.Arrived, b.Due)), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(p.discharges, func(a, b *DischargeView) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID)) })
	return p
}

// show adds what is shown of one patient on the unit.
func (s *State) show(p, was *portrait, u *unit, patient *patient, c *course) {
	for _, st := range c.stays {
		if a := st.ae; a != nil && a.unit == u.def.ID && st.phase == open && !a.left.Told() {
			n := a.noun(c, st)
			v := &AttendanceView{
				ID: publicID(patient.key + " " + st.id), Version: s.seq, Key: n.Key, Unit: n.Unit, Area: n.Area, Mode: n.Mode, Acuity: n.Acuity, Service: n.Service,
				Arrived: n.Arrived.At, Assessed: n.Assessed.At, Seen: n.Seen.At, Referred: n.Referred.At, Requested: n.Requested.At,
				Decided: n.Decided.At, Ready: n.Ready.At, Events: n.Events,
			}
			p.attendances = append(p.attendances, same(was.attendances, v, func(a *AttendanceView) string { return a.ID }, func(a *AttendanceView) *uint64 { return &a.Version }))
		}
		if st.phase == open && st.at.Unit == u.def.ID && st.hasPlan {
			v := &DischargeView{
				ID: publicID(patient.key + " " + st.id), Version: s.seq, Key: shortKey(st.id), Unit: u.def.ID, Bed: st.at.Bed, Expected: st.leaving, NCTR: st.plan.NCTR.At,
				Pathway: st.plan.Pathway, Certainty: st.plan.Certainty, Due: st.plan.Due, GoingTo: st.plan.GoingTo, Reason: st.plan.Reason,
				Owner: st.plan.Owner, Delayed: st.plan.Delayed.At, Start: st.plan.Start, Failed: len(st.plan.Failures), Events: inOrder(st.planned),
			}
			p.discharges = append(p.discharges, same(was.discharges, v, func(d *DischargeView) string { return d.ID }, func(d *DischargeView) *uint64 { return &d.Version }))
		}
	}
	for _, r := range c.requests {
		if r.at.Unit == u.def.ID && r.open() {
			n := s.requestNoun(c, r, patient)
			v := &RequestView{
				ID: r.id, Version: s.seq, Key: n.Key, Unit: n.Unit, Site: n.Site, Origin: n.Origin, Service: n.Service, Wants: n.Wants, Needs: append([]string{}, n.Needs...),
				Requested: n.Requested.At, Decided: n.Decided.At, Due: n.Due, Bed: n.Bed, Allocated: n.Allocated.At, Until: n.Until,
				Ready: n.Ready.At, Left: n.Left.At, Events: n.Events,
			}
			if n.Bed != "" {
				v.Role = r.role
			}
			p.requests = append(p.requests, same(was.requests, v, func(r *RequestView) string { return r.ID }, func(r *RequestView) *uint64 { return &r.Version }))
		}
	}
}

func (s *State) showDecisions() []*DecisionView {
	shown := make([]*DecisionView, len(s.decisions))
	for i, d := range s.decisions {
		if d.shown == nil {
			d.shown = &DecisionView{ID: itoa(d.Seq), Version: d.version, At: d.At, Type: d.Kind, Role: d.Role, Account: d.Account, About: d.About, Refused: d.Refused, Detail: d.Detail}
		}
		shown[i] = d.shown
	}
	return shown
}
