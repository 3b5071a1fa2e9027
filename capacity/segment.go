package capacity

import "cmp"

// Segment is what group of people somebody belongs to, for comparing outcomes: codes, never
// a person. Empty where nobody said.
type Segment struct {
	Locality  string // as laid out
	AgeBand   string
	Frailty   string
	Condition string // long-term condition group
}

// Segments are the ways in which people are grouped.
func Segments() []string { return []string{"locality", "age_band", "frailty", "condition"} }

// By is the group in one of the ways, empty where nobody said.
func (s Segment) By(way string) string {
	switch way {
	case "locality":
		return s.Locality
	case "age_band":
		return s.AgeBand
	case "frailty":
		return s.Frailty
	case "condition":
		return s.Condition
	}
	return ""
}

// Or is the segment with what it does not say taken from another.
func (s Segment) Or(o Segment) Segment {
	return Segment{cmp.Or(s.Locality, o.Locality), cmp.Or(s.AgeBand, o.AgeBand), cmp.Or(s.Frailty, o.Frailty), cmp.Or(s.Condition, o.Condition)}
}
