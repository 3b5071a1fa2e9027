package flow

import (
	"slices"
	"strings"

	"flowcentre/capacity"
)

// ref is a place of the layout: a unit, a bay of it, or a bed of it. An area of an A&E
// department and a sort of places stand as bays.
type ref struct {
	Unit string `json:"u,omitempty"`
	Bay  string `json:"y,omitempty"`
	Bed  string `json:"b,omitempty"`
}

// Reasons why a fact is held.
const (
	UnknownPlace    = "unknown_place"    // no unit or bed of the layout has this name; add it, or an alias
	NotItsUnit      = "not_its_unit"     // the feed may not speak for the unit; add it to the unit's feeds
	NotAUnit        = "not_a_unit"       // a census of what is not a whole unit; send one of the unit
	UnknownRequest  = "unknown_request"  // a bed request of this number was not made yet
	UnknownReferral = "unknown_referral" // a referral of this number was not made yet
	UnknownCall     = "unknown_call"     // a call of this number was not raised yet
	UnknownSort     = "unknown_sort"     // the unit has no such sort of places; add it to the unit, or send one that it has

	UnknownFeed    = "unknown_feed"    // an outage of a feed that the layout does not name; name one of GET /api/v1/feeds
	UnknownMeasure = "unknown_measure" // a figure of no measure of the catalogue; name one of GET /api/v1/measures
	UnknownScope   = "unknown_scope"   // a figure of a scope that is not there or does not have the measure; say system, organisation/<id>, site/<id> or unit/<id>
)

// find resolves what a feed calls a place. reason is empty when it may be used. The desk
// may speak for every unit.
func (s *State) find(feed, place string) (at ref, reason string) {
	at, ok := s.places[place]
	if !ok {
		if at, ok = s.inDepartment(place); !ok {
			return ref{}, UnknownPlace
		}
	}
	if u := s.units[at.Unit]; feed != Desk && len(u.def.Feeds) > 0 && !slices.Contains(u.def.Feeds, feed) {
		return ref{}, NotItsUnit
	}
	return at, ""
}

// inDepartment resolves a place within an A&E department that is not laid out, such as a
// cubicle: the area it is in counts, or the department where no area has that name.
func (s *State) inDepartment(place string) (at ref, ok bool) {
	for cut := strings.LastIndexByte(place, '/'); cut > 0 && !ok; cut = strings.LastIndexByte(place, '/') {
		place = place[:cut]
		at, ok = s.places[place]
	}
	return at, ok && s.dept(at.Unit)
}

// hint resolves a place that only helps: an unknown one is no reason to hold the fact.
func (s *State) hint(feed, place string) ref {
	if place == "" {
		return ref{}
	}
	at, _ := s.find(feed, place)
	return at
}

// names are all places of a unit. A bed's name wins over a bay's of the same text.
func names(u *capacity.Unit) map[string]ref {
	all := map[string]ref{}
	for _, n := range u.Names() {
		all[n] = ref{Unit: u.ID}
		for i := range u.Beds {
			if bay := u.Beds[i].Bay; bay != "" {
				all[capacity.Within(n, bay)] = ref{Unit: u.ID, Bay: bay}
			}
		}
	}
	for i := range u.Areas {
		a := &u.Areas[i]
		for _, n := range u.AreaNames(a) {
			all[n] = ref{Unit: u.ID, Bay: a.ID}
		}
	}
	for i := range u.Places {
		p := &u.Places[i]
		for _, n := range u.SortNames(p) {
			all[n] = ref{Unit: u.ID, Bay: p.ID}
		}
	}
	for i := range u.Beds {
		for _, n := range u.BedNames(&u.Beds[i]) {
			all[n] = ref{Unit: u.ID, Bed: u.Beds[i].ID}
		}
	}
	return all
}

func (s *State) bed(at ref) *bed {
	if u := s.units[at.Unit]; u != nil && at.Bed != "" {
		return u.bed(at.Bed)
	}
	return nil
}

func (s *State) bedByName(name string) *bed {
	return s.bed(s.places[name])
}
