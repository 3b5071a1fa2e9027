package flow

import (
	"time"

	"flowcentre/capacity"
)

// How long after arriving a patient may still be missing from a list: the list was made a
// moment before.
const listDelay = 5 * time.Minute

// list takes everyone in an A&E department: what it tells of each attendance that was not
// told before, and that whoever is not in it has left. From then on the department is
// known.
func (s *State) list(e *Event) {
	if reason := s.reason(e); reason != "" {
		s.hold(e, reason)
		return
	}
	at, _ := s.find(e.Feed, e.Data.Place)
	u := s.units[at.Unit]
	if !s.dept(u.def.ID) {
		s.hold(e, NotAUnit)
		return
	}
	newest := max(u.told.Listed, e.Happened)
	visits := u.visits()
	here := map[*patient]bool{}
	for i := range e.Data.List {
		entry := &e.Data.List[i]
		p := visits[entry.Visit]
		if p == nil || entry.Visit == "" {
			p = s.owner(entry.Patient, entry.Visit)
		}
		here[p] = true
		s.entry(e, u, p, entry, newest)
	}
	if newest == e.Happened {
		s.absent(e, u, here)
	}
	u.told.Listed = newest
	if u.told.KnownSince == 0 || e.Happened < u.told.KnownSince {
		u.told.KnownSince = e.Happened
	}
	s.changed.unit(u)
	s.note(e, at)
}

// entry takes one line of a list. What another feed has told already stays as it is.
func (s *State) entry(e *Event, u *unit, p *patient, entry *ListEntry, newest capacity.Instant) {
	was := presence(p, s.ground, entry.Visit, u.def.ID, entry.Arrived)
	place := s.hint(e.Feed, entry.Place)
	if place.Unit != u.def.ID {
		place = ref{Unit: u.def.ID}
	}
	changed := false
	tell := func(k Kind, at capacity.Instant, more *detail) {
		s.insert(p, fact{Seq: e.Seq, Happened: at, Recorded: e.Recorded, Kind: k, Visit: entry.Visit, Place: place, Class: Emergency, More: more})
		changed = true
	}
	a := attendance{}
	if was == nil {
		tell(AttendanceArrived, entry.Arrived, &detail{Mode: entry.Mode, Acuity: entry.Acuity})
		if e.Happened < newest {
			tell(notListed, newest, nil)
		}
	} else {
		a = *was.ae
		switch {
		case a.left.Told() && a.gone && a.left.At < e.Happened:
			tell(listed, e.Happened, nil)
		case !a.left.Told() && place.Bay != "" && place.Bay != a.area && e.Happened >= was.since && e.Happened == newest:
			tell(AttendanceMoved, e.Happened, nil)
		}
		if a.mode == "" && entry.Mode != "" || a.acuity == "" && entry.Acuity != "" {
			s.insert(p, fact{Seq: e.Seq, Happened: e.Happened, Recorded: e.Recorded, Kind: listed, Visit: entry.Visit, More: &detail{Mode: entry.Mode, Acuity: entry.Acuity}})
			changed = true
		}
	}
	for _, m := range []struct {
		kind Kind
		told capacity.Moment
		at   capacity.Instant
	}{
		{AttendanceAssessed, a.assessed, entry.Assessed},
		{AttendanceSeen, a.seen, entry.Seen},
		{AttendanceReferred, a.referred, entry.Referred},
		{DecidedToAdmit, a.decided, entry.Decided},
		{ReadyToProceed, a.ready, entry.Ready},
	} {
		if m.at != 0 && !m.told.Told() {
			var more *detail
			if m.kind == AttendanceReferred || m.kind == DecidedToAdmit {
				more = &detail{Service: entry.Service}
			}
			s.insert(p, fact{Seq: e.Seq, Happened: m.at, Recorded: e.Recorded, Kind: m.kind, Visit: entry.Visit, More: more})
			changed = true
		}
	}
	if changed {
		s.rederive(p)
	}
}

// absent ends the attendances of those who are not in the newest list.
func (s *State) absent(e *Event, u *unit, here map[*patient]bool) {
	for _, p := range u.everyone() {
		if here[p] || p.stays == 0 {
			continue
		}
		for _, st := range derive(p.key, p.facts, s.ground).stays {
			if a := st.ae; a != nil && st.phase == open && a.unit == u.def.ID && !a.left.Told() && a.arrived.At.Add(listDelay) <= e.Happened {
				s.insert(p, fact{Seq: e.Seq, Happened: e.Happened, Recorded: e.Recorded, Kind: notListed, Visit: st.visit, Place: ref{Unit: u.def.ID}})
				s.rederive(p)
			}
		}
	}
}

// presence is the visit that a line of a list means: the one of its number, or else the
// attendance at the department that began about then.
func presence(p *patient, on ground, visit, unit string, arrived capacity.Instant) *stay {
	var found *stay
	for _, st := range derive(p.key, p.facts, on).stays {
		if st.ae == nil || st.phase == deleted || st.phase == cancelled || st.ae.unit != unit {
			continue
		}
		if visit != "" && st.visit == visit {
			return st
		}
		near := st.ae.arrived.At.Sub(arrived)
		if (visit == "" || st.visit == "") && (!st.ae.left.Told() || -leading < near && near < leading) {
			found = st
		}
	}
	return found
}

// visits finds the people of the unit by the visit numbers of their facts.
func (u *unit) visits() map[string]*patient {
	all := map[string]*patient{}
	for _, p := range u.everyone() {
		for i := range p.facts {
			if v := p.facts[i].Visit; v != "" {
				all[v] = p
			}
		}
	}
	return all
}
