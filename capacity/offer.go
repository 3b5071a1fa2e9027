package capacity

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// Need is what a referral asks of a place.
type Need struct {
	Kinds    []UnitKind // kinds of unit that would do; none means any that has places
	Needs    []string   // see PlaceNeeds
	Age      int        // whole years, 0 where nobody said
	Locality string     // where the person lives, empty where nobody said
	Step     string     // up instead of hospital, down after it, empty where neither is meant
}

// Candidate is a unit with its places as they are now.
type Candidate struct {
	Unit  *Unit
	Slots *Slots
}

// Offer is one unit that may fit. Free and Km are absent where they are not known, which is
// not 0.
type Offer struct {
	Unit  string   `json:"unit"`
	Sort  string   `json:"sort,omitempty"` // where one sort of its places has any free
	Home  bool     `json:"home,omitempty"`
	Km    *int     `json:"km,omitempty"`
	From  Instant  `json:"usable_from,omitempty"` // absent for now
	Free  *int     `json:"free"`
	State string   `json:"state"` // never, told or old
	Told  Instant  `json:"told,omitempty"`
	Ask   []string `json:"ask"` // what nobody knows: needs, or age, locality, places
}

// NotOffered is one unit of a kind sought that does not fit, with the first rule that it
// breaks.
type NotOffered struct {
	Unit   string  `json:"unit"`
	Rule   string  `json:"rule"`
	Seen   string  `json:"seen,omitempty"`
	Needed string  `json:"needed,omitempty"`
	Next   Instant `json:"next,omitempty"` // when it may fit
}

// OfferRule is one rule by which units are offered or not.
type OfferRule struct {
	ID       string
	Text     string // what it asks
	Unknown  string // what happens where nobody knows; empty where that cannot be
	breaches func(*fitting) bool
}

// OfferRules are the rules, in the order in which they are looked at.
func OfferRules() []OfferRule { return slices.Clone(offerRules) }

var offerRules = []OfferRule{
	{"kind", "The unit is of a kind that is sought. One of another kind is neither offered nor listed as refused.", "", nil},
	{"step", "A unit that takes people instead of hospital only is not offered to somebody who leaves one, nor one for those who leave hospital to somebody who is to be kept out of it.", "", (*fitting).step},
	{"need", "The unit does not refuse any of the needs.", "A need that it is not laid out to meet or to refuse has to be asked.", (*fitting).needs},
	{"age", "The person's age is within the unit's limits.", "Where a unit has limits and nobody told the age it has to be asked.", (*fitting).age},
	{"locality", "The unit serves the locality where the person lives.", "Where a unit serves some only and nobody told the locality it has to be asked.", (*fitting).locality},
	{"accepting", "The unit takes people on, by its own word, now or from a time that it told.", "", (*fitting).accepting},
	{"hours", "The unit's hours begin at some time. Until they do its places are shown as usable from then.", "", (*fitting).hours},
	{"full", "The unit has a free place of at least one sort. One that is kept for an accepted referral is not free.", "Of a unit that never told, or not of all its sorts, it has to be asked; it comes last.", (*fitting).full},
}

// fitting is a unit being held against a need.
type fitting struct {
	*Need
	*Candidate
	clock *Clock
	offer Offer
	no    NotOffered
}

// Offers are the units that may fit a need, best first, and those of a kind sought that do
// not, in the order given. First come those of which it is known that a place is free, then
// the others. Among them those at home come first, then the nearest, whole kilometres, then
// those usable soonest, then by id. km is how far two localities are from each other.
func Offers(need Need, units []Candidate, km func(from, to string) (int, bool), clock *Clock) (offers []Offer, refused []NotOffered) {
	offers, refused = []Offer{}, []NotOffered{}
	for i := range units {
		f := &fitting{Need: &need, Candidate: &units[i], clock: clock}
		u := f.Unit
		if f.Slots == nil || len(need.Kinds) > 0 && !slices.Contains(need.Kinds, u.Kind) {
			continue
		}
		f.offer = Offer{Unit: u.ID, Home: u.Home, Told: f.Slots.Told.At, State: f.told(), Ask: []string{}}
		if d, known := km(need.Locality, u.Locality); known {
			f.offer.Km = &d
		}
		if rule := f.broken(); rule != "" {
			f.no.Unit, f.no.Rule = u.ID, rule
			refused = append(refused, f.no)
			continue
		}
		offers = append(offers, f.offer)
	}
	slices.SortFunc(offers, func(a, b Offer) int {
		return cmp.Or(first(a.Free != nil, b.Free != nil), first(a.Home, b.Home), compareKm(a.Km, b.Km), cmp.Compare(a.From, b.From), cmp.Compare(a.Unit, b.Unit))
	})
	return offers, refused
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// compareKm has what is not known last.
func compareKm(a, b *int) int {
	if a == nil || b == nil {
		return first(a != nil, b != nil)
	}
	return cmp.Compare(*a, *b)
}

// broken is the first rule that the unit breaks, empty where it breaks none.
func (f *fitting) broken() string {
	for _, r := range offerRules {
		if r.breaches != nil && r.breaches(f) {
			return r.ID
		}
	}
	return ""
}

func (f *fitting) told() string {
	switch {
	case !f.Slots.Told.Told():
		return "never"
	case f.Slots.Old(f.clock):
		return "old"
	}
	return "told"
}

func (f *fitting) ask(what string) { f.offer.Ask = append(f.offer.Ask, what) }

func (f *fitting) refuse(seen, needed string) bool {
	f.no.Seen, f.no.Needed = seen, needed
	return true
}

func (f *fitting) step() bool {
	if f.Step == "" || f.Unit.Step == "" || f.Unit.Step == f.Step {
		return false
	}
	return f.refuse("step_"+f.Unit.Step, "step_"+f.Step)
}

func (f *fitting) needs() bool {
	for _, n := range f.Needs {
		switch {
		case slices.Contains(f.Unit.Refuses, n):
			return f.refuse("no_"+n, n)
		case !slices.Contains(f.Unit.Meets, n):
			f.ask(n)
		}
	}
	return false
}

func (f *fitting) age() bool {
	from, to := f.Unit.AgeFrom, f.Unit.AgeTo
	switch {
	case from == 0 && to == 0:
		return false
	case f.Age == 0:
		f.ask("age")
		return false
	case f.Age >= from && (to == 0 || f.Age <= to):
		return false
	case to == 0:
		return f.refuse(strconv.Itoa(f.Age), strconv.Itoa(from)+" or more")
	}
	return f.refuse(strconv.Itoa(f.Age), strconv.Itoa(from)+" to "+strconv.Itoa(to))
}

func (f *fitting) locality() bool {
	switch {
	case len(f.Unit.Serves) == 0 || slices.Contains(f.Unit.Serves, f.Locality):
		return false
	case f.Locality == "":
		f.ask("locality")
		return false
	}
	return f.refuse("not_served", f.Locality)
}

func (f *fitting) accepting() bool {
	if f.Slots.Accepting(f.clock) || f.Slots.Until != 0 {
		return false
	}
	return f.refuse(cmp.Or(f.Slots.Reason, "not_accepting"), "accepting")
}

func (f *fitting) hours() bool {
	from := f.Slots.Usable(f.Unit, f.clock)
	if from == 0 {
		return f.refuse("closed", "open")
	}
	if from > f.clock.Now {
		f.offer.From = from
	}
	return false
}

func (f *fitting) full() bool {
	free, unknown, with := 0, len(f.Slots.Sorts) == 0, []string{}
	for i := range f.Slots.Sorts {
		x := &f.Slots.Sorts[i]
		n, known := x.Free()
		unknown = unknown || !known
		if free += n; n > 0 {
			with = append(with, x.ID)
		}
		if x.Next != 0 && (f.no.Next == 0 || x.Next < f.no.Next) {
			f.no.Next = x.Next
		}
	}
	switch {
	case free > 0:
		f.offer.Free = &free
		if len(with) == 1 {
			f.offer.Sort = with[0]
		}
		return false
	case unknown:
		f.ask("places")
		return false
	}
	return f.refuse("0", "1")
}

// Distances tells how far the middles of two localities are from each other, in whole
// kilometres.
func Distances(all []Locality) func(from, to string) (km int, known bool) {
	return func(from, to string) (int, bool) {
		i := slices.IndexFunc(all, func(l Locality) bool { return l.ID == from })
		j := slices.IndexFunc(all, func(l Locality) bool { return l.ID == to })
		if i < 0 || j < 0 {
			return 0, false
		}
		return int(math.Round(math.Hypot(all[i].East-all[j].East, all[i].North-all[j].North))), true
	}
}
