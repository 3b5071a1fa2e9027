package flow

import (
	"maps"
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
		if at, ok = inDepartment(place, s.places, s.dept); !ok {
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
func inDepartment(place string, places map[string]ref, dept func(string) bool) (at ref, ok bool) {
	for cut := strings.LastIndexByte(place, '/'); cut > 0 && !ok; cut = strings.LastIndexByte(place, '/') {
		place = place[:cut]
		at, ok = places[place]
	}
	return at, ok && dept(at.Unit)
}

// Names is what feeds may call places by one layout. It never changes.
type Names struct {
	places map[string]ref
	depts  map[string]bool
}

// NamesOf are the names of a layout.
func NamesOf(l *capacity.Layout) *Names {
	n := &Names{places: map[string]ref{}, depts: map[string]bool{}}
	for i := range l.Units {
		maps.Copy(n.places, names(&l.Units[i]))
		n.depts[l.Units[i].ID] = l.Units[i].Kind == capacity.AandE
	}
	return n
}

// Unlaid are the places in an event that are within an A&E department and in none of its
// areas: who is there counts in the department, without an area.
func (n *Names) Unlaid(e *Event) []string {
	return unlaid(e, n.places, func(unit string) bool { return n.depts[unit] })
}

func unlaid(e *Event, places map[string]ref, dept func(string) bool) (all []string) {
	look := func(place string) {
		if _, laid := places[place]; laid || place == "" || slices.Contains(all, place) {
			return
		}
		if at, ok := inDepartment(place, places, dept); ok && at == (ref{Unit: at.Unit}) {
			all = append(all, place)
		}
	}
	look(e.Data.Place)
	if e.Data.Swap != nil {
		look(e.Data.Swap.Place)
	}
	for i := range e.Data.List {
		look(e.Data.List[i].Place)
	}
	return all
}

// unlaid counts the areas that an event names and that are not laid out.
func (s *State) unlaid(e *Event) {
	f := s.feeds[e.Feed]
	if f == nil || s.held[e.Seq] != nil {
		return
	}
	for _, place := range unlaid(e, s.places, s.dept) {
		if f.told.Unlaid == nil {
			f.told.Unlaid = map[string]uint64{}
		}
		if _, known := f.told.Unlaid[place]; !known && len(f.told.Unlaid) >= maxUnlaid {
			place = otherPlaces
		}
		f.told.Unlaid[place]++
		s.heard(f)
	}
}

// laid forgets the areas that the layout now in force has.
func (s *State) laid(f *feed) {
	for place := range f.told.Unlaid {
		if place != otherPlaces && len(unlaid(&Event{Data: Data{Place: place}}, s.places, s.dept)) == 0 {
			delete(f.told.Unlaid, place)
			s.heard(f)
		}
	}
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
