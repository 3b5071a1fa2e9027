package flow

import (
	"cmp"
	"slices"

	"flowcentre/capacity"
)

// portrait is a unit with the people in it, as measures count them and as people see them.
// It never changes once it is made.
type portrait struct {
	people

	picture    *capacity.Picture
	ambulances []*AmbulanceView
}

// drawing is a unit's portrait in a view, with the measures that counted it, by place in
// the catalogue.
type drawing struct {
	picture *capacity.Picture
	taken   []bool
}

func (u *unit) drawing() *drawing { return &drawing{u.drawn.picture, u.figures.taken} }

// paint makes the unit's portrait anew where it is stale, of what changed and of what did
// not. What ended before the local day before today is left out.
func (s *State) paint(u *unit) {
	if !u.stale && u.portrait != nil {
		return
	}
	clock := &capacity.Clock{Now: s.at, Zone: s.zone()}
	u.portrait, u.stale, u.unread = s.portray(u, clock), false, true
	s.wake(u, clock)
}

// portray notes on the clock when the portrait would change by time alone.
func (s *State) portray(u *unit, clock *capacity.Clock) *portrait {
	p := &portrait{picture: &capacity.Picture{Unit: u.def, Site: s.site(u.def.Site), Known: u.told.KnownSince != 0, Slots: s.placesOf(u), Leavers: true}}
	since := clock.Zone.Midnight(clock.Midnight() - 1)
	for _, x := range u.people {
		if x.stale || u.since != since || x.turn != 0 && x.turn <= s.at {
			x.make(s, since)
		}
		if x.turn != 0 {
			clock.Passed(x.turn)
		}
		p.picture.Attendances = append(p.picture.Attendances, x.attendances...)
		p.picture.Stays = append(p.picture.Stays, x.stays...)
		p.picture.Requests = append(p.picture.Requests, x.requests...)
		p.add(&x.shown)
		p.picture.Leavers = p.picture.Leavers && (len(u.told.Leavers) > 0 || !slices.ContainsFunc(x.unplanned, u.unlisted))
	}
	u.since = since
	withoutBed := 0
	for _, c := range u.claims {
		if c.kind == in {
			withoutBed++
		}
	}
	for _, b := range u.order {
		is := b.condition(s.at)
		p.picture.Beds = append(p.picture.Beds, b.now(&is))
		p.picture.Tally.Count(is.state, b.def)
	}
	p.picture.Tally.Seat(withoutBed)
	sexOfBays(p.picture)
	var was []*AmbulanceView
	if u.portrait != nil {
		was = u.portrait.ambulances
	}
	s.addReferrals(p.picture, u, since)
	s.bound(p.picture, u, since)
	for _, id := range u.journeys() {
		j := s.ambulances[id].journey()
		j.Events = inOrder(j.events)
		if j.Waiting() || j.ended() == 0 || j.ended() >= since {
			p.picture.Ambulances = append(p.picture.Ambulances, &j.Ambulance)
		}
		if j.Waiting() || j.ended() == 0 {
			a := &AmbulanceView{ID: u.def.ID + "/" + id, Version: s.seq, Unit: u.def.ID, Due: j.Due, Arrived: j.Arrived.At, Events: j.Events}
			p.ambulances = append(p.ambulances, same(was, a, (*AmbulanceView).id, func(a *AmbulanceView) *uint64 { return &a.Version }))
		}
	}
	slices.SortFunc(p.attendances, s.byAttendance)
	slices.SortFunc(p.ambulances, s.byAmbulance)
	slices.SortFunc(p.requests, s.byRequest)
	slices.SortFunc(p.discharges, s.byDischarge)
	return p
}

func (a *AttendanceView) id() string { return a.ID }
func (a *AmbulanceView) id() string  { return a.ID }
func (r *RequestView) id() string    { return r.ID }
func (d *DischargeView) id() string  { return d.ID }

// The orders in which people are shown.

func (s *State) byUnit(a, b string) int {
	if a == b {
		return 0
	}
	return cmp.Compare(s.units[a].rank, s.units[b].rank)
}

// bySite has sites that are not laid out first.
func (s *State) bySite(a, b string) int {
	if a == b {
		return 0
	}
	rank := func(id string) int {
		if site := s.view.sites[id]; site != nil {
			return 1 + site.rank
		}
		return 0
	}
	return cmp.Compare(rank(a), rank(b))
}

func (s *State) byAttendance(a, b *AttendanceView) int {
	return cmp.Or(s.byUnit(a.Unit, b.Unit), cmp.Compare(a.Arrived, b.Arrived), cmp.Compare(a.ID, b.ID))
}

func (s *State) byAmbulance(a, b *AmbulanceView) int {
	return cmp.Or(s.byUnit(a.Unit, b.Unit), cmp.Compare(cmp.Or(a.Arrived, a.Due), cmp.Or(b.Arrived, b.Due)), cmp.Compare(a.ID, b.ID))
}

func (s *State) byRequest(a, b *RequestView) int {
	return cmp.Or(s.bySite(a.Site, b.Site), cmp.Compare(a.Requested, b.Requested), cmp.Compare(a.ID, b.ID))
}

func (s *State) byDischarge(a, b *DischargeView) int {
	return cmp.Or(s.byUnit(a.Unit, b.Unit), cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID))
}

// showPeople puts together what is shown of the people of all units, in their order, and
// notes what is no longer there.
func (s *State) showPeople(v *View, remade []remaking) {
	v.Attendances = roll(s, "attendances", v.Attendances, remade, func(p *portrait) []*AttendanceView { return p.attendances }, (*AttendanceView).id, s.byAttendance)
	v.Ambulances = roll(s, "ambulances", v.Ambulances, remade, func(p *portrait) []*AmbulanceView { return p.ambulances }, (*AmbulanceView).id, s.byAmbulance)
	v.Requests = roll(s, "requests", v.Requests, remade, func(p *portrait) []*RequestView { return p.requests }, (*RequestView).id, s.byRequest)
	v.Discharges = roll(s, "discharges", v.Discharges, remade, func(p *portrait) []*DischargeView { return p.discharges }, (*DischargeView).id, s.byDischarge)
}

func (s *State) showDecisions() []*DecisionView {
	shown := make([]*DecisionView, len(s.decisions))
	for i, d := range s.decisions {
		if d.shown == nil {
			d.shown = &DecisionView{ID: itoa(d.Seq), Version: d.version, At: d.At, Type: d.Kind, Role: d.Role, Account: d.Account, About: d.About, Refused: d.Refused, Detail: d.Detail, Warning: d.Warning}
		}
		shown[i] = d.shown
	}
	return shown
}
