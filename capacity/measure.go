package capacity

import (
	"math"
	"slices"
)

// Measure is a named figure with its one definition. Its figure for a unit is taken from
// the unit's Picture; that of a site, organisation or the system is the sum of its units'
// Amounts, so nothing is ever counted two ways.
type Measure struct {
	Name       string   // such as ae_over_4h; part of addresses, never changed
	Family     string   // beds, ae, ambulances, requests, discharge, balance, community or cut
	Title      string   // as people see it
	Definition string   // in plain English: what is counted, and what is left out
	Unit       string   // patients, beds, bays, percent, minutes, time, ambulances, moves, discharges, places, referrals, calls, admissions
	Window     string   // now, since_midnight, last_hour, last_night, today, next_hour, next_4h, next_8h, at_0800
	Scope      string   // the narrowest scope it is given for: unit or site
	Source     string   // where the definition comes from
	Supply     []string // what a feed must supply for it, any one of these; see Supplies
	Surely     []string // supplies that tell what it counts without fail, where Told asks
	Form       Form
	Class      BedClass // of the beds or requests it is about, where it is about one class
	Reported   bool     // nobody counts it: a person or provider tells it, or it is not known
	AtDesk     bool     // the desk may tell it as well: known of a site where anything was told lately
	Least      int      // of a share, mean or median: the fewest it is given for
	Base       string   // of what is kept from 08:00: the measure that it was taken of

	places   bool                            // see OfPlaces
	desk     bool                            // see ByDesk
	census   bool                            // nothing is known of a unit before its first census
	applies  func(*Unit) bool                // for which units it means anything
	expected func(*Unit, *Site) bool         // see Expected; nil for all
	told     func(*Picture) (some, all bool) // see Told; nil where that goes without saying
	take     func(*counting)
}

// Form says how a measure's Amount becomes its value.
type Form string

// The forms of measures.
const (
	Count     Form = "count"     // N
	Share     Form = "share"     // N of Of, in percent
	Mean      Form = "mean"      // Sum over N, in minutes
	Median    Form = "median"    // of Spread, in minutes
	Earliest  Form = "earliest"  // the instant At, in seconds since 1970
	Shortfall Form = "shortfall" // beds short: the sum of each site's, never less than 0
)

// Item is one thing that a figure counts, with the events behind it.
type Item struct {
	Key    string   `json:"key"` // short key of the patient, number of the journey, or the bed, bay or area
	Unit   string   `json:"unit"`
	Site   string   `json:"site"`
	At     Instant  `json:"at,omitempty"`    // the moment that made it count
	Until  Instant  `json:"until,omitempty"` // the moment at which it will count otherwise, such as a breach
	Value  float64  `json:"value"`           // what it adds, in the measure's unit
	Side   string   `json:"side,omitempty"`  // of a share or balance: which term it belongs to; of NCTR: who has to act
	Events []uint64 `json:"events"`          // sequences in the log, oldest first
}

// The sides of a share's items.
const (
	Part   = "part"   // counted, and of the whole
	Rest   = "rest"   // of the whole only
	Beyond = "beyond" // counted, and beyond the whole
)

// The sides of a balance's items. The first three are beds that can be used, the others
// beds that are needed.
const (
	Usable   = "usable"
	Cleaning = "cleaning"
	Leaving  = "leaving"
	Over     = "over"
	Decided  = "decided"
	Elective = "elective"
	StepDown = "step_down"
	Transfer = "transfer"
)

// Measures is the catalogue, in a fixed order. Nobody changes it.
func Measures() []Measure { return catalogue }

// MeasureNamed finds a measure of the catalogue.
func MeasureNamed(name string) (*Measure, bool) {
	i, ok := named[name]
	if !ok {
		return nil, false
	}
	return &catalogue[i], true
}

var catalogue = withCut(slices.Concat(bedMeasures(), aeMeasures(), ambulanceMeasures(), requestMeasures(), transferMeasures(), dischargeMeasures(), balanceMeasures(), communityMeasures(), reportedMeasures()))

func withCut(all []Measure) []Measure { return append(all, cutMeasures(all)...) }

var named = func() map[string]int {
	byName := make(map[string]int, len(catalogue))
	for i := range catalogue {
		byName[catalogue[i].Name] = i
	}
	return byName
}()

// Applies says whether the measure means anything for the unit.
func (m *Measure) Applies(u *Unit) bool { return m.applies(u) }

// Census says whether nothing is known of the unit before its first census.
func (m *Measure) Census(u *Unit) bool {
	return m.census || m.Form == Shortfall && ofClass(m.Class)(u)
}

// Leavers says whether the figure is about who is to leave: it is not known of a unit until
// what is told of them is complete.
func (m *Measure) Leavers() bool {
	return m.Family == "discharge" && slices.Contains(m.Supply, "discharge")
}

// Needs is what a feed of the unit must supply for the measure: any one of these is
// enough, and where there are none nothing is needed. A balance takes beds from wards
// of its class and needs from the A&E department.
func (m *Measure) Needs(u *Unit) []string {
	switch {
	case m.Form != Shortfall, u.Class == m.Class && u.Kind.HasBeds():
		return m.Supply
	case u.Kind == AandE:
		return []string{"requests", "ae", "ae_list"}
	}
	return nil
}

// Take counts a unit, with the items counted if they are wanted. The clock notes when the
// figure next changes by itself. Of a unit that the measure does not apply to, or that it
// knows nothing of yet, it is the zero Amount.
func (m *Measure) Take(p *Picture, c *Clock, items bool) Amount {
	if !m.applies(p.Unit) || m.Census(p.Unit) && !p.Known || m.Leavers() && !p.Leavers || m.places && (p.Slots == nil || !p.Slots.Told.Told()) {
		return Amount{}
	}
	n := counting{Picture: p, Clock: c, form: m.Form, items: items}
	n.sum.Units = 1
	m.take(&n)
	slices.Sort(n.sum.Spread)
	return n.sum
}

// Recount is the amount that the items alone make.
func (m *Measure) Recount(items []Item) Amount {
	sum := Amount{Units: 1, Items: items}
	for i := range items {
		sum.count(m.Form, &items[i])
	}
	slices.Sort(sum.Spread)
	return sum
}

// Value is the figure of an amount in the measure's unit, shares and minutes to one
// decimal. It is not ok when nothing is known, which is not 0, and when there is nothing
// to make it of: no bed is open, no crew waits. Small says that there was too little.
func (m *Measure) Value(a Amount) (value float64, ok bool, small bool) {
	if a.Units == 0 {
		return 0, false, false
	}
	of := m.Of(a)
	switch m.Form {
	case Count:
		return float64(a.N), true, false
	case Shortfall:
		return float64(a.Short()), true, false
	case Earliest:
		return float64(a.At) / 1000, a.At != 0, false
	case Share, Mean, Median:
	}
	if of == 0 || of < int64(m.Least) {
		return 0, false, of < int64(m.Least)
	}
	switch m.Form {
	case Share:
		value = 100 * float64(a.N) / float64(of)
	case Mean:
		value = float64(a.Sum) / float64(of) / 60
	default:
		value = median(a.Spread) / 60
	}
	return math.Round(10*value) / 10, true, false
}

// Of is what the figure stands beside: the whole of a share, how many a mean or median is
// over, and the beds to spare that make up for no shortfall elsewhere.
func (m *Measure) Of(a Amount) int64 {
	switch m.Form {
	case Share:
		return a.Of
	case Mean:
		return a.N
	case Median:
		return int64(len(a.Spread))
	case Shortfall:
		return a.Spare()
	case Count, Earliest:
	}
	return 0
}

func median(sorted []int32) float64 {
	low, high := sorted[(len(sorted)-1)/2], sorted[len(sorted)/2]
	return (float64(low) + float64(high)) / 2
}
