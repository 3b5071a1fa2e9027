package flow

import (
	"slices"

	"flowcentre/capacity"
)

// doubt is a fact that does not fit the others about the same patient.
type doubt struct {
	kind  string
	fact  fact
	with  uint64 // the fact it does not fit
	about *stay  // nil when it is not known of which
}

// events are the facts that do not fit, the earlier first; one where the other is missing.
func (d *doubt) events() []uint64 {
	if d.with == 0 {
		return []uint64{d.fact.Seq}
	}
	return []uint64{d.with, d.fact.Seq}
}

// doubt keeps the contradictions among a patient's facts as they now stand.
func (s *State) doubt(p *patient, c *course) {
	var now []string
	for _, d := range slices.Concat(c.doubts, c.lost(), s.apart(p, c)) {
		id := d.kind + ":" + p.key + "#" + itoa(d.fact.Seq)
		now = append(now, id)
		item := &contradiction{Kind: d.kind, ID: id, At: d.fact.Place, Since: d.fact.Happened, Events: d.events()}
		if d.about != nil {
			item.Stays = []string{d.about.id}
		}
		s.raise(item)
	}
	for _, id := range p.doubts {
		if !slices.Contains(now, id) {
			s.close(id)
		}
	}
	p.doubts = now
}

// lost are the visits that left A&E for a bed and have arrived in none.
func (c *course) lost() (all []doubt) {
	for _, st := range c.stays {
		a := st.ae
		if a == nil || !a.onward || st.phase != open || st.at.Unit != "" {
			continue
		}
		d := doubt{NeverArrived, fact{Seq: a.left.Seq, Happened: a.left.At, Place: ref{Unit: a.unit}}, a.decided.Seq, st}
		arrived := false
		for _, r := range c.requests {
			if r.at.Unit == a.unit && r.requested.Told() && r.requested.At >= a.arrived.At {
				d.with = max(r.requested.Seq, r.allocated.Seq)
				arrived = arrived || r.arrived.Told()
			}
		}
		if !arrived {
			all = append(all, d)
		}
	}
	return all
}

// together checks that a patient is in one place at most, and that the place is there.
func (s *State) together(p *patient) {
	places, gone := 0, -1
	for i, c := range p.claims {
		if c.kind == in {
			places++
			if s.units[c.at.Unit] == nil {
				gone = i
			}
		}
	}
	if places < 2 && gone < 0 && !p.doubted {
		return
	}
	p.doubted = places > 1 || gone >= 0
	if id := PlaceRemoved + ":" + p.key; gone >= 0 {
		c := p.claims[gone]
		s.raise(&contradiction{Kind: PlaceRemoved, ID: id, At: c.at, Since: c.since, Events: []uint64{c.seq}, Stays: []string{c.stay}})
	} else {
		s.close(id)
	}
	id := InTwoBeds + ":" + p.key
	if places < 2 {
		s.close(id)
		return
	}
	two := &contradiction{Kind: InTwoBeds, ID: id}
	for _, c := range p.claims {
		if c.kind == in {
			two.At, two.Since = c.at, max(two.Since, c.since)
			two.Events, two.Stays = append(two.Events, c.seq), append(two.Stays, c.stay)
		}
	}
	s.raise(two)
}

// bedDoubts are the kinds of contradiction that are about a bed.
var bedDoubts = []string{TwoInBed, FreeWithPatient, HeldAfterLeaving, ReservedOccupied}

// question keeps the contradictions about a bed as they now stand.
func (s *State) question(b *bed, c *condition) {
	now := b.contradictions(c)
	if len(now) == 0 && !b.doubted {
		return
	}
	b.doubted = len(now) > 0
	for _, kind := range bedDoubts {
		id := kind + ":" + b.name()
		if item := now[kind]; item != nil {
			item.Kind, item.ID, item.At = kind, id, b.at()
			s.raise(item)
		} else {
			s.close(id)
		}
	}
}

// contradictions are what contradicts itself about the bed, by kind.
func (b *bed) contradictions(c *condition) map[string]*contradiction {
	var all map[string]*contradiction
	add := func(kind string, since capacity.Instant, earlier, later uint64, stays ...string) {
		if all == nil {
			all = map[string]*contradiction{}
		}
		all[kind] = &contradiction{Since: since, Events: []uint64{earlier, later}, Stays: stays}
	}
	status := b.told.StatusAt
	if len(c.in) == 0 {
		if c.state == capacity.Occupied && c.gone.seq != 0 {
			add(HeldAfterLeaving, status.At, c.gone.seq, status.Seq, c.gone.stay)
		}
		return all
	}
	who := c.in[0]
	if len(c.in) > 1 {
		add(TwoInBed, who.since, c.in[1].seq, who.seq, c.in[1].stay, who.stay)
	}
	if b.told.Status == StatusUnoccupied && (mark{who.since, who.seq}).before(status) {
		add(FreeWithPatient, status.At, who.seq, status.Seq, who.stay)
	}
	for _, k := range c.kept {
		if k.request == "" || who.going || slices.ContainsFunc(c.in, func(in claim) bool { return in.patient == k.patient }) {
			continue
		}
		if (mark{k.since, k.seq}).before(mark{who.since, who.seq}) {
			add(ReservedOccupied, who.since, k.seq, who.seq, k.stay, who.stay)
		} else {
			add(ReservedOccupied, k.since, who.seq, k.seq, k.stay, who.stay)
		}
		break
	}
	return all
}

// remember has the contradictions in their grace wait for its end, after a load.
func (s *State) remember() {
	for _, c := range s.items {
		s.due.set(&c.alarm, c.Due, dueItem, c.ID)
	}
}
