package capacity

// Stay is an inpatient's time, as far as it concerns one unit: the patient is there, or
// has left it in the last days.
type Stay struct {
	Key     string // short, the same for the whole stay; names nobody
	Unit    string // where the patient is, or was last
	Bed     string // bed of the unit, empty without one
	Service string // specialty the patient is under
	Sex     string

	Segment Segment

	Admitted Moment   // onto the first unit of the stay
	Here     Moment   // onto this unit
	AtLeast  bool     // a census found the patient: Admitted may lie before
	Left     Moment   // has left hospital
	GoingTo  string   // destination code
	Moves    []Moment // from one unit to another, oldest first

	Expected Instant // expected date of discharge
	Plan     Plan

	Events []uint64 // sequences of its facts in the log, oldest first
}

// Open says whether the patient is in hospital.
func (s *Stay) Open() bool { return !s.Left.Told() }

// Plan is what is told of a patient's discharge. NCTR: no longer meets the criteria to
// reside; of several such times the latest start stands (discharge ready date guidance).
type Plan struct {
	NCTR      Moment
	Pathway   string  // 0 to 3, empty when not given
	Certainty string  // definite or potential
	Due       Instant // today's promise: when the patient leaves
	Planned   Moment  // when that was said
	GoingTo   string
	Reason    string  // one of the five national groups
	Owner     string  // who has to act
	Delayed   Moment  // since when that reason
	Start     Instant // a service takes the patient on from then
	Started   Moment  // when that was accepted
	Failures  []Failure
}

// Failure is a discharge that was to be and was not.
type Failure struct {
	Moment
	Reason string
}
