package capacity

// Measure is a named figure with its one definition. Its figure for a unit is taken from
// the unit's Picture; that of a site, organisation or the system is the sum of its units'
// Amounts, so nothing is ever counted two ways.
type Measure struct {
	Name       string // such as ae_over_4h; part of addresses, never changed
	Title      string // as people see it
	Definition string // in plain English: what is counted, and what is left out
	Unit       string // patients, beds, percent, minutes, time, ambulances, places
	Window     string // now, since_midnight, last_hour, today, ...
	Source     string // where the definition comes from
	Supply     string // what a feed must supply for it, of Supplies
	Form       Form
	Class      BedClass // of the beds or requests it is about, where it is about one class
	Least      int      // of a share, mean or median: the fewest it is given for

	// applies says for which units the measure means anything.
	applies func(u *Unit) bool
	// take counts a unit: it adds to a what belongs in the figure.
	take func(p *Picture, c *Clock, a *Amount)
}

// Form says how a measure's Amount becomes its value.
type Form string

// The forms of measures.
const (
	Count     Form = "count"     // N
	Share     Form = "share"     // N of Of, in percent
	Mean      Form = "mean"      // Sum over N
	Median    Form = "median"    // of Spread
	Earliest  Form = "earliest"  // the instant At
	Shortfall Form = "shortfall" // Short - Spare summed by site and class, never below 0
)

// Amount is a measure's figure before it is rounded to a value: it can be added.
type Amount struct {
	N      int64
	Of     int64
	Sum    int64 // seconds
	At     Instant
	Spread []int32 // seconds, unsorted
	Items  []Item  // what was counted; filled only when asked for
	Want   bool    // fill Items
}

// Item is one thing that a figure counts, with the events behind it.
type Item struct {
	Key    string   `json:"key"` // short key of the patient, number of the journey, or the bed
	Unit   string   `json:"unit"`
	At     Instant  `json:"at,omitempty"`    // the moment that made it count
	Until  Instant  `json:"until,omitempty"` // the moment at which it will count otherwise, such as a breach
	Value  float64  `json:"value"`           // what it adds
	Side   string   `json:"side,omitempty"`  // of a balance or share: which term it belongs to
	Events []uint64 `json:"events"`          // sequences in the log
}
