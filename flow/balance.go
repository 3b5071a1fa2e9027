package flow

import (
	"slices"

	"flowcentre/capacity"
)

// supply is why the feeds of a site do not tell what its balances need, each empty where one
// does.
type supply struct {
	requests, electives string
	discharge           map[capacity.BedClass]string
	departments         []*unit // for A&E
}

// balances are the places of the balances in the catalogue.
var balances = func() (all []int) {
	for i, m := range capacity.Measures() {
		if m.Form == capacity.Shortfall {
			all = append(all, i)
		}
	}
	return all
}()

// weigh works out the balances of a site, once its units are summed, and exchanges them in
// the scopes above.
func (s *State) weigh(c *scope) {
	if !c.heard {
		c.supply, c.heard = s.supply(c.units), true
	}
	for _, measure := range balances {
		was, now := c.nets[measure], c.net(measure)
		if now.equal(was) {
			continue
		}
		c.nets[measure], c.touched[measure] = now, true
		for _, above := range c.above {
			above.swap(measure, was, now)
		}
	}
}

// net is a balance of a site with what it lacks. Where nobody tells who needs a bed there is
// none: free beds alone would look like beds to spare.
func (c *scope) net(measure int) *figure {
	if c.totals[measure].parts == 0 {
		return nil
	}
	net := c.totals[measure].figure
	net.amount.Balances, net.missing = slices.Clone(net.amount.Balances), slices.Clone(net.missing)
	if net.amount.Units == 0 {
		return &net
	}
	if why := c.needsUntold(measure); why != "" {
		net.amount = capacity.Amount{}
		net.missing = append(net.missing, Missing{Site: c.id, Why: why})
		return &net
	}
	for _, part := range []struct{ supply, why string }{
		{"requests", c.supply.requests},
		{"electives", c.supply.electives},
		{"discharge", c.supply.discharge[capacity.Measures()[measure].Class]},
	} {
		if part.why != "" {
			net.missing = append(net.missing, Missing{Site: c.id, Supply: part.supply, Why: part.why})
		}
	}
	return &net
}

// needsUntold is why nobody tells who needs a bed on the site, empty where somebody does: a
// feed that supplies requests, an A&E department, or, where there is none, an elective list.
func (c *scope) needsUntold(measure int) (why string) {
	if len(c.supply.departments) == 0 && c.supply.electives == "" {
		return ""
	}
	for _, u := range c.supply.departments {
		if u.figures.taken[measure] {
			return ""
		}
	}
	return c.supply.requests
}

func (s *State) supply(units []*unit) supply {
	told := supply{requests: s.untold(units, "requests"), electives: s.untold(units, "electives"), discharge: map[capacity.BedClass]string{}}
	for _, class := range capacity.BedClasses() {
		wards := slices.DeleteFunc(slices.Clone(units), func(u *unit) bool { return u.def.Class != class || !u.def.Kind.HasBeds() })
		told.discharge[class] = s.untoldLeavers(wards)
	}
	for _, u := range units {
		if u.def.Kind == capacity.AandE {
			told.departments = append(told.departments, u)
		}
	}
	return told
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
