package capacity

import (
	"fmt"
	"math"
	"slices"
)

// Limits on what lies outside hospital beds.
const (
	MaxSorts  = 20      // sorts of places of one unit
	MaxOpen   = 2_000   // places of one sort
	maxAway   = 1_000.0 // km from the middle of the map
	maxWithin = 7 * 24 * 3600
	maxAge    = 120
)

// Steps are what a place is for: up, instead of hospital, or down, after it.
func Steps() []string { return []string{"up", "down"} }

// WaysBought are how a care home's places are paid for.
func WaysBought() []string { return []string{"discharge_to_assess", "spot", "block"} }

// takesReferrals tells whether units of the kind say whom they take, and when.
func (k UnitKind) takesReferrals() bool {
	return k.HasPlaces() || k == CommunityWard || k == CoordinationCentre
}

func (c *check) localities() {
	l := c.layout
	unique(c, "localities", l.Localities, func(l Locality) string { return l.ID })
	for i, place := range l.Localities {
		c.name(at("localities", i, "name"), place.Name)
		for _, axis := range []struct {
			name string
			km   float64
		}{{"east", place.East}, {"north", place.North}} {
			if !(math.Abs(axis.km) <= maxAway) { // NaN is neither
				c.add(at("localities", i, axis.name), fmt.Sprintf("%s: %g is more than %g km from the middle of the map", axis.name, axis.km, maxAway), "give kilometres on a map of the system, such as east: 4.5")
			}
		}
	}
}

// rules checks whom a site says that it never takes.
func (c *check) rules(i int, s Site) {
	list := fmt.Sprintf("sites[%d].rules", i)
	unique(c, list, s.Rules, func(r SiteRule) string { return r.ID })
	for j, r := range s.Rules {
		if r.Class == "" && r.Need == "" && r.Service == "" {
			c.add(at(list, j, "id"), fmt.Sprintf("rule %q says of nobody that the site does not take them", r.ID), "give a class, a need or a service, such as class: paediatric")
		}
		if r.Class != "" {
			c.oneOf(at(list, j, "class"), "bed class", string(r.Class), texts(BedClasses()))
		}
		if r.Need != "" {
			c.oneOf(at(list, j, "need"), "need of a bed", r.Need, BedNeeds())
		}
		if r.Service != "" && !made(r.Service, 40, codeLetters) {
			c.add(at(list, j, "service"), fmt.Sprintf("service %q is not a code of 1 to 40 letters, digits, dots, dashes and underscores", r.Service), "write it as feeds do, such as STR")
		}
	}
}

// sorts checks the places of a unit, and that no unit of another kind has any.
func (c *check) sorts(i int, u *Unit) {
	list := fmt.Sprintf("units[%d].places", i)
	switch {
	case u.Kind.HasPlaces() && len(u.Places) == 0:
		c.add(list, fmt.Sprintf("unit %s has no places", u.ID), "list its sorts of places, such as places: [{id: beds, name: Beds, open: 12}]")
	case !u.Kind.HasPlaces() && len(u.Places) > 0:
		c.add(list, fmt.Sprintf("a unit of kind %s has places", u.Kind), "leave the places out, or give it a kind that has places, such as care_home")
		return
	case len(u.Places) > MaxSorts:
		c.add(list, fmt.Sprintf("%d sorts of places are more than the %d a unit may have", len(u.Places), MaxSorts), "name sorts of places that are told as one number, not single places")
	}
	unique(c, list, u.Places, func(p Places) string { return p.ID })
	for j, p := range u.Places {
		c.name(at(list, j, "name"), p.Name)
		if p.Open < 0 || p.Open > MaxOpen {
			c.add(at(list, j, "open"), fmt.Sprintf("%d places are outside 0 to %d", p.Open, MaxOpen), "say how many there are as a rule; a report may say otherwise")
		}
		if p.Bought != "" {
			c.oneOf(at(list, j, "bought"), "way to pay for places", p.Bought, WaysBought())
		}
		if p.Care != "" && !made(p.Care, 40, codeLetters) {
			c.add(at(list, j, "care"), fmt.Sprintf("care %q is not a code of 1 to 40 letters, digits, dots, dashes and underscores", p.Care), "write it like residential, nursing or dementia_nursing")
		}
	}
}

// referrals checks whom a unit takes, from where and when.
func (c *check) referrals(i int, u *Unit) {
	path := fmt.Sprintf("units[%d]", i)
	localities := ids(c.layout.Localities, func(l Locality) string { return l.ID })
	if u.Locality != "" {
		c.known(path+".locality", "locality", u.Locality, localities)
	}
	for _, f := range []struct {
		name string
		said bool
	}{
		{"serves", len(u.Serves) > 0},
		{"hours", len(u.Hours) > 0},
		{"step", u.Step != ""},
		{"home", u.Home},
		{"within", u.Within != 0},
		{"meets", len(u.Meets) > 0},
		{"refuses", len(u.Refuses) > 0},
		{"age", u.AgeFrom != 0 || u.AgeTo != 0},
	} {
		if f.said && slices.Contains(UnitKinds(), u.Kind) && !u.Kind.takesReferrals() {
			c.add(path+"."+f.name, fmt.Sprintf("%s has no meaning for a unit of kind %s", f.name, u.Kind), "leave it out, or give the unit a kind that people are referred to, such as virtual_ward")
			return
		}
	}
	for j, l := range u.Serves {
		c.known(fmt.Sprintf("%s.serves[%d]", path, j), "locality", l, localities)
	}
	for j, h := range u.Hours {
		for _, p := range h.problems() {
			c.add(fmt.Sprintf("%s.hours[%d]", path, j), p.Reason, p.Remedy)
		}
	}
	if u.Step != "" {
		c.oneOf(path+".step", "step", u.Step, Steps())
	}
	if u.Within < 0 || u.Within > maxWithin {
		c.add(path+".within", "within is outside 0 to 7 days", "say how soon after a referral it should have begun, such as within: 2h")
	}
	for j, n := range u.Meets {
		c.oneOf(fmt.Sprintf("%s.meets[%d]", path, j), "need", n, PlaceNeeds())
	}
	for j, n := range u.Refuses {
		c.oneOf(fmt.Sprintf("%s.refuses[%d]", path, j), "need", n, PlaceNeeds())
		if slices.Contains(u.Meets, n) {
			c.add(fmt.Sprintf("%s.refuses[%d]", path, j), fmt.Sprintf("unit %s both meets and refuses %s", u.ID, n), "keep it in one of the two; of a need in neither the unit is asked")
		}
	}
	if min(u.AgeFrom, u.AgeTo) < 0 || max(u.AgeFrom, u.AgeTo) > maxAge || u.AgeTo != 0 && u.AgeFrom > u.AgeTo {
		c.add(path+".age", fmt.Sprintf("ages from %d to %d are no ages that somebody can have", u.AgeFrom, u.AgeTo), fmt.Sprintf("write whole years from 0 to %d, such as age: {from: 18}", maxAge))
	}
}

// placesNamed checks that no name of a sort of places means anything else.
func (c *check) placesNamed(i int) {
	u := &c.layout.Units[i]
	for j := range u.Places {
		own := len(u.SortNames(&u.Places[j])) - len(u.Places[j].Aliases)
		for k, name := range u.SortNames(&u.Places[j]) {
			path := fmt.Sprintf("units[%d].places[%d].id", i, j)
			if k >= own {
				path = fmt.Sprintf("units[%d].places[%d].aliases[%d]", i, j, k-own)
			}
			c.means(path, name, meaning{unit: i, bed: -1, area: -1, sort: j})
		}
	}
}
