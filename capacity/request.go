package capacity

// Request is a patient's need for a bed: from A&E, an elective list, another site, a
// critical care unit or a GP. It is open while neither Arrived nor Cancelled is told.
type Request struct {
	ID      string // as shown: the producer's number, or one of the centre's
	Key     string // short key of the patient
	Unit    string // where it was asked for: the patient is here, or the bed is wanted on its site
	Site    string
	Origin  string // ae, elective, transfer, step_down, gp
	Service string
	Wants   BedClass // adult_ga where nobody says otherwise
	Needs   []string
	Due     Instant // when the bed is needed; of an elective, when the patient is due
	Bed     string  // allocated: unit/bed, or a unit
	Until   Instant // how long the bed is kept
	Reason  string  // why cancelled

	Requested, Decided, Allocated, Ready, Left, Arrived, Cancelled Moment

	Events []uint64 // sequences of its facts in the log, oldest first
}

// Open says whether the bed is still needed.
func (r *Request) Open() bool { return !r.Arrived.Told() && !r.Cancelled.Told() }

// Transit says whether the patient is on the way.
func (r *Request) Transit() bool { return r.Open() && r.Left.Told() }

// Needed says whether the request asks for something, such as side_room.
func (r *Request) Needed(what string) bool {
	for _, n := range r.Needs {
		if n == what {
			return true
		}
	}
	return false
}
