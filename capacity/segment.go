package capacity

// Segment is what group of people somebody belongs to, for comparing outcomes: codes, never
// a person. Empty where nobody said.
type Segment struct {
	Locality  string // as laid out
	AgeBand   string
	Frailty   string
	Condition string // long-term condition group
}
