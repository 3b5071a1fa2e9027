package flow

import (
	"cmp"
	"slices"
	"strings"

	"flowcentre/capacity"
)

// maxLeavers is how many feeds' newest discharge lists are kept of a unit.
const maxLeavers = 4

// sitePlace begins the place of a discharge list that is of a whole site.
const sitePlace = "site/"

// leaversTold is the newest discharge list that a feed told of a unit.
type leaversTold struct {
	Feed string
	mark
}

// dischargeKind tells the facts about the discharge of one patient.
func dischargeKind(k Kind) bool { return k >= DischargeReady && k <= StartWithdrawn }

// leavesFrom are the units with beds that a discharge list is of: a unit, or those of a
// site for which the feed may speak.
func (s *State) leavesFrom(feed, place string) (units []*unit, reason string) {
	if _, unit := s.places[place]; !unit && strings.HasPrefix(place, sitePlace) {
		site := place[len(sitePlace):]
		reason = UnknownPlace
		for _, id := range s.layout.Units {
			u := s.units[id]
			switch {
			case u.def.Site != site || !u.def.Kind.HasBeds():
			case feed == Desk || len(u.def.Feeds) == 0 || u.hears(feed):
				units = append(units, u)
			default:
				reason = NotItsUnit
			}
		}
		if len(units) > 0 {
			reason = ""
		}
		return units, reason
	}
	at, reason := s.find(feed, place)
	switch {
	case reason != "":
		return nil, reason
	case at != ref{Unit: at.Unit}:
		return nil, NotAUnit
	}
	return []*unit{s.units[at.Unit]}, ""
}

// dischargeList takes everyone on a discharge list. Whoever is not on it loses what the
// same feed said of the discharge before, and nothing that another said.
func (s *State) dischargeList(e *Event) {
	units, reason := s.leavesFrom(e.Feed, e.Data.Place)
	if reason != "" {
		s.hold(e, reason)
		return
	}
	visits := map[string]*patient{}
	var people []*patient
	for _, u := range units {
		u.told.listed(e)
		for v, p := range u.visits() {
			visits[v] = p
		}
		people = append(people, u.everyone()...)
	}
	for i := range e.Data.Leavers {
		l := &e.Data.Leavers[i]
		p := visits[l.Visit]
		if p == nil || l.Visit == "" {
			p = s.owner(l.Patient, l.Visit)
		}
		s.insert(p, fact{
			Seq: e.Seq, Happened: e.Happened, Recorded: e.Recorded, Kind: dischargeListed, Visit: l.Visit, Due: l.Due,
			More: &detail{Feed: e.Feed, NCTR: l.NCTR, Pathway: l.Pathway, Reason: l.Reason, Owner: l.Owner, Certainty: l.Certainty, GoingTo: l.GoingTo},
		})
		p.stillListed(e.Feed, l.Visit)
		s.rederive(p)
	}
	for _, p := range people {
		if s.patients[p.key] == p && s.unlist(p, derive(p.key, p.facts, s.ground)) {
			s.rederive(p)
		}
	}
	for _, u := range units {
		s.changed.unit(u)
		s.note(e, ref{Unit: u.def.ID})
	}
}

// listed notes the newest list of a feed.
func (t *unitTold) listed(e *Event) {
	t.Leavers = slices.Clone(t.Leavers)
	i := slices.IndexFunc(t.Leavers, func(l leaversTold) bool { return l.Feed == e.Feed })
	if i < 0 {
		i = len(t.Leavers)
		t.Leavers = append(t.Leavers, leaversTold{Feed: e.Feed})
	}
	t.Leavers[i].later(e.Happened, e.Seq)
	if len(t.Leavers) > maxLeavers {
		oldest := slices.MinFunc(t.Leavers, func(a, b leaversTold) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Seq, b.Seq)) })
		t.Leavers = slices.DeleteFunc(t.Leavers, func(l leaversTold) bool { return l == oldest })
	}
}

// stillListed drops what a feed's list said of a visit where the lists before and after it
// say the same: the first tells since when, the last that it is still so.
func (p *patient) stillListed(feed, visit string) {
	var said []int
	for i := range p.facts {
		if f := &p.facts[i]; (f.Kind == dischargeListed || f.Kind == dischargeNotListed) && f.More.Feed == feed && f.Visit == visit {
			said = append(said, i)
		}
	}
	for n := len(said) - 2; n > 0; n-- {
		before, now, after := &p.facts[said[n-1]], &p.facts[said[n]], &p.facts[said[n+1]]
		if now.saysAs(before) && now.saysAs(after) {
			p.facts = slices.Delete(p.facts, said[n], said[n]+1)
			said = slices.Delete(said, n, n+1)
			for i := n; i < len(said); i++ {
				said[i]--
			}
		}
	}
}

// saysAs compares what two lists say of a patient.
func (f *fact) saysAs(o *fact) bool {
	a, b := f.More, o.More
	return f.Kind == o.Kind && f.Due == o.Due && a.NCTR == b.NCTR && a.Pathway == b.Pathway && a.Reason == b.Reason && a.Owner == b.Owner && a.Certainty == b.Certainty && a.GoingTo == b.GoingTo
}

// unlist adds, to what is told of a patient, that the newest discharge list of a place
// where the patient was then is silent, where the same feed had said something before. It
// tells whether it added anything.
func (s *State) unlist(p *patient, c *course) (added bool) {
	for _, st := range c.stays {
		if st.phase != open || len(st.told) == 0 {
			continue
		}
		path := st.path()
		for i, m := range path {
			u := s.units[m.at.Unit]
			if u == nil {
				continue
			}
			for _, l := range u.told.Leavers {
				there := (m.found || m.since <= l.At) && (i == len(path)-1 || path[i+1].since > l.At)
				if !there || !st.said(l) {
					continue
				}
				f := fact{Seq: l.Seq, Happened: l.At, Recorded: s.at, Kind: dischargeNotListed, Visit: st.visit, More: &detail{Feed: l.Feed}}
				if !slices.ContainsFunc(p.facts, func(o fact) bool { return o.Kind == f.Kind && o.Seq == f.Seq && o.Visit == f.Visit }) {
					s.insert(p, f)
					added = true
				}
			}
		}
	}
	return added
}

// said tells whether what the feed said before the list is in force, and no list of the
// feed since names the patient.
func (st *stay) said(l leaversTold) (before bool) {
	for _, f := range st.told {
		switch {
		case f.More.Feed != l.Feed:
		case f.Kind == dischargeListed && f.Happened >= l.At:
			return false
		case f.claims() && (mark{f.Happened, f.Seq}).before(l.mark):
			before = true
		}
	}
	return before
}

// claims tells the facts that a list which does not name the patient takes back. That a
// discharge failed, or that the patient is unwell again, remains so.
func (f *fact) claims() bool {
	return f.Kind != DischargeNotReady && f.Kind != DischargeFailed && f.Kind != StartWithdrawn
}

// relist makes the plan anew with the feed's list in place of all that the feed said before.
// That a service takes the patient on is in no list, and stays with whoever is in it.
func (st *stay) relist(f *fact) {
	was := st.plan
	st.told = slices.DeleteFunc(st.told, func(o *fact) bool {
		return o.More.Feed == f.More.Feed && o.claims() && !(f.Kind == dischargeListed && o.Kind == StartAccepted)
	})
	if f.Kind == dischargeListed {
		st.told = append(st.told, f)
	}
	st.plan = capacity.Plan{}
	for _, o := range st.told {
		plan(&st.plan, o)
	}
	if st.plan.NCTR.At == was.NCTR.At {
		st.plan.NCTR = was.NCTR
	}
	if st.plan.Reason == was.Reason {
		st.plan.Delayed = was.Delayed
	}
	st.hasPlan = len(st.told) > 0
}

// plans notes that somebody tells of discharges from the unit.
func (s *State) plans(at ref, e *Event) {
	if u := s.units[at.Unit]; u != nil && u.told.Planning == 0 {
		u.told.Planning = e.Recorded
		s.changed.unit(u)
		s.view.unit(u)
	}
}

// unlisted tells whether somebody of whose discharge nothing is told may be to leave all the
// same: whoever did not come when others were told of already.
func (u *unit) unlisted(came move) bool {
	return u.told.Planning == 0 || came.found || came.since < u.told.Planning
}
