package flow

import (
	"slices"

	"flowcentre/capacity"
)

// weigh settles what the balances of a site lack, once its units are summed. Where nobody
// tells who needs a bed there is no balance: free beds alone would look like beds to spare.
func (s *State) weigh(site string, units []*unit, f *figures) {
	for i := range f.all {
		g := &f.all[i]
		m := &capacity.Measures()[g.measure]
		if m.Form != capacity.Shortfall || g.amount.Units == 0 {
			continue
		}
		if why := s.needsUntold(units, g.measure); why != "" {
			g.amount = capacity.Amount{}
			g.missing = append(g.missing, Missing{Site: site, Why: why})
			continue
		}
		wards := slices.DeleteFunc(slices.Clone(units), func(u *unit) bool { return u.def.Class != m.Class || !u.def.Kind.HasBeds() })
		for _, part := range []struct{ supply, why string }{
			{"requests", s.untold(units, "requests")},
			{"electives", s.untold(units, "electives")},
			{"discharge", s.untoldLeavers(wards)},
		} {
			if part.why != "" {
				g.missing = append(g.missing, Missing{Site: site, Supply: part.supply, Why: part.why})
			}
		}
	}
}

// needsUntold is why nobody tells who needs a bed on the site, empty where somebody does: a
// feed that supplies requests, an A&E department, or, where there is none, an elective list.
func (s *State) needsUntold(units []*unit, measure int) (why string) {
	why = s.untold(units, "requests")
	departments := slices.DeleteFunc(slices.Clone(units), func(u *unit) bool { return u.def.Kind != capacity.AandE })
	if len(departments) == 0 {
		if s.untold(units, "electives") == "" {
			return ""
		}
	}
	for _, u := range departments {
		if u.figures.taken[measure] {
			return ""
		}
	}
	return why
}

// untold is why no feed of any of the units tells one of these, empty where one does.
func (s *State) untold(units []*unit, supplies ...string) (why string) {
	why = "not_sent"
	for _, u := range units {
		for _, f := range s.suppliers(u, supplies) {
			if f.state != FeedNever {
				return ""
			}
			why = FeedNever
		}
	}
	return why
}

// untoldLeavers is why of some units it is not told who is to leave, empty where of all.
func (s *State) untoldLeavers(units []*unit) (why string) {
	why = s.untoldOfSome(units, "discharge")
	if why == "" && slices.ContainsFunc(units, func(u *unit) bool { return !u.portrait.picture.Leavers }) {
		return "no_list"
	}
	return why
}

// untoldOfSome is why there are units of which no feed tells something, empty where none.
func (s *State) untoldOfSome(units []*unit, supply string) (why string) {
	for _, u := range units {
		if lack := s.untold([]*unit{u}, supply); lack != "" && why != "not_sent" {
			why = lack
		}
	}
	return why
}
