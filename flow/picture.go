package flow

import (
	"cmp"
	"slices"
	"time"

	"flowcentre/capacity"
)

// How long what has ended stays in the picture of its unit: two local days of any length.
const keepPictured = 50 * time.Hour

// dept says whether a unit is an A&E department.
func (s *State) dept(unit string) bool {
	u := s.units[unit]
	return u != nil && u.def.Kind == capacity.AandE
}

func (a *attendance) noun(c *course, st *stay) *capacity.Attendance {
	n := &capacity.Attendance{
		Key: shortKey(st.id), Unit: a.unit, Area: a.area, Mode: a.mode, Acuity: a.acuity, Service: a.service, GoingTo: a.goingTo,
		Arrived: a.arrived, Assessed: a.assessed, Seen: a.seen, Referred: a.referred, Decided: a.decided, Ready: a.ready, Left: a.left,
		Events: inOrder(a.events), Streamed: a.streamed, Transit: a.onward && st.phase == open && st.at.Unit == "", Segment: a.segment,
	}
	if st.into != nil {
		n.InBed, n.Transit = st.into.at.Unit, false
	} else if st.at.Unit != a.unit {
		n.InBed = st.at.Unit
	}
	for _, r := range c.requests {
		if r.at.Unit == a.unit && r.requested.At >= a.arrived.At && !n.Requested.Told() && (!a.left.Told() || r.requested.At <= a.left.At) {
			n.Requested = r.requested
		}
	}
	return n
}

func (st *stay) noun(path []move, dept func(string) bool) *capacity.Stay {
	last := path[len(path)-1]
	n := &capacity.Stay{
		Key: shortKey(st.id), Unit: last.at.Unit, Bed: last.at.Bed, Service: st.service, Sex: st.sex,
		Here: capacity.Moment{At: last.since, Seq: last.seq}, Expected: st.leaving, Plan: st.plan, Events: inOrder(st.events), Segment: st.segment,
	}
	for i, m := range path {
		at := capacity.Moment{At: m.since, Seq: m.seq}
		switch {
		case m.at.Unit == "" || dept(m.at.Unit):
		case !n.Admitted.Told():
			n.Admitted, n.AtLeast = at, m.found
			if b := &st.began; b.Told() && b.At < m.since && !dept(b.unit) { // a correction of the bed since is no admission
				n.Admitted, n.AtLeast = b.Moment, b.found
			}
			if m.found && st.admitted != 0 && st.admitted <= m.since {
				n.Admitted.At, n.AtLeast = st.admitted, false
			}
		case path[i-1].at.Unit != m.at.Unit:
			n.Moves = append(n.Moves, at)
			if m.at.Unit == last.at.Unit {
				n.Here = at
			}
		}
	}
	if st.phase == ended {
		n.Left, n.GoingTo = capacity.Moment{At: st.ended, Seq: st.endSeq}, st.goingTo
	}
	return n
}

// requestNoun is a request as measures count it, and when its bed is no longer kept, where
// that is to come.
func (s *State) requestNoun(c *course, r *request, p *patient) (n *capacity.Request, lapses capacity.Instant) {
	n = &capacity.Request{
		ID: r.id, Key: shortKey(p.key), Unit: r.at.Unit, Origin: r.origin, Service: r.service, Wants: r.wants, Needs: r.needs,
		Events: inOrder(r.events), Due: r.due, Bed: placeName(r.bed), Until: r.until, Reason: r.reason,
		Requested: r.requested, Allocated: r.allocated, Ready: r.ready, Left: r.left, Arrived: r.arrived, Cancelled: r.cancelled,
	}
	if u := s.units[r.at.Unit]; u != nil {
		n.Site = u.def.Site
	}
	if r.bed.Unit != "" && !r.left.Told() {
		if lapses = r.lapse(); lapses <= s.at {
			n.Bed, n.Allocated, n.Until, lapses = "", capacity.Moment{}, 0, 0
		}
	}
	for _, st := range c.stays {
		if a := st.ae; a != nil && a.unit == r.at.Unit && a.arrived.At <= r.requested.At && (!a.left.Told() || a.left.At >= r.requested.At) {
			n.Key, n.Decided = shortKey(st.id), a.decided
		}
	}
	return n, lapses
}

func placeName(at ref) string {
	if at.Bed == "" {
		return at.Unit
	}
	return capacity.Within(at.Unit, at.Bed)
}

// now is the bed as measures count it.
func (b *bed) now(c *condition) capacity.BedNow {
	n := capacity.BedNow{ID: b.def.ID, Bay: b.def.Bay, SideRoom: b.def.SideRoom, State: c.state, Since: capacity.Moment{At: c.since}, Sex: b.def.Sex}
	n.Returns = c.reason == ""
	n.Unopened = c.state == capacity.Occupied && c.reason == reasonEscalation
	if c.state == capacity.Closed {
		n.Reason = c.reason
	}
	switch {
	case len(c.in) > 0:
		n.Stay, n.Since.Seq = shortKey(c.in[0].stay), c.in[0].seq
	case c.state == capacity.NotReady && c.dirty != (mark{}):
		n.Since.Seq = c.dirty.Seq
		if within := cmp.Or(b.unit.def.CleanWithin, b.unit.def.AssumedClean); within > 0 && !c.foul {
			n.Ready = max(c.dirty.At, b.told.Started.At) + capacity.Instant(within)*1000
		}
	case c.state == capacity.Reserved:
		n.Since.Seq = c.kept[0].seq
	case c.state == capacity.Available:
		n.Since.Seq = b.told.Clean.Seq
	case c.state == capacity.Closed:
		n.Since.Seq = b.told.Gate.Seq
	}
	n.Events = b.events(c)
	return n
}

// events are the facts that make the bed what it is, oldest first.
func (b *bed) events(c *condition) []uint64 {
	var all []uint64
	for _, m := range []mark{b.told.Gate, b.told.StatusAt, b.told.Clean, c.dirty} {
		all = append(all, m.Seq)
	}
	for _, cl := range slices.Concat(c.in, c.kept) {
		all = append(all, cl.seq)
	}
	return slices.DeleteFunc(inOrder(all), func(seq uint64) bool { return seq == 0 })
}

// inOrder are sequences in the order of the log, each once.
func inOrder(events []uint64) []uint64 {
	all := slices.Clone(events)
	slices.Sort(all)
	return slices.Compact(all)
}

// sexOfBays gives the beds of a bay that is not a side room the sex of the patients in it,
// where that is known and the layout does not say.
func sexOfBays(p *capacity.Picture) {
	sexes := map[string]string{}
	for i := range p.Stays {
		st := p.Stays[i]
		if !st.Open() || st.Sex == "" {
			continue
		}
		for j := range p.Beds {
			if b := &p.Beds[j]; b.ID == st.Bed && b.Bay != "" && !b.SideRoom {
				if was, ok := sexes[b.Bay]; ok && was != st.Sex {
					sexes[b.Bay] = ""
				} else if !ok {
					sexes[b.Bay] = st.Sex
				}
			}
		}
	}
	for j := range p.Beds {
		if b := &p.Beds[j]; b.Sex == "" && !b.SideRoom {
			b.Sex = sexes[b.Bay]
		}
	}
}

// everyone are the people of the unit's picture, in the order of their keys.
func (u *unit) everyone() []*patient {
	all := make([]*patient, len(u.people))
	for i, x := range u.people {
		all[i] = x.patient
	}
	return all
}

func (s *State) site(id string) *capacity.Site {
	if s.layout.Frame != nil {
		for i := range s.layout.Frame.Sites {
			if s.layout.Frame.Sites[i].ID == id {
				return &s.layout.Frame.Sites[i]
			}
		}
	}
	return &capacity.Site{ID: id}
}

func (s *State) zone() capacity.Zone {
	if s.layout.Frame == nil {
		return nil
	}
	return s.layout.Frame.System.Zone
}
