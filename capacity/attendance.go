package capacity

// Attendance is one patient's time in an A&E department, from arrival to departure. It
// is open while Left and Cancelled are not told. Times are as the producers say.
type Attendance struct {
	Key     string // short, the same for the whole attendance; names nobody
	Unit    string
	Area    string // ID of the area, empty when not told
	Mode    string // how the patient came
	Acuity  string
	Service string // referred to
	GoingTo string // where the patient left for: a code; admitted, home, transfer, streamed_<service> and the like
	InBed   string // the unit of the inpatient stay that followed, empty while there is none

	Segment Segment

	Arrived, Assessed, Seen, Referred, Requested, Decided, Ready, Left Moment

	Events []uint64 // sequences of its facts in the log, oldest first

	Streamed bool // sent on from the front door: never waited in the department
	Transit  bool // left for a ward and not arrived there yet
}

// Open says whether the patient is in the department.
func (a *Attendance) Open() bool { return !a.Left.Told() }

// Ambulance is one ambulance journey to an A&E department. The handover clock starts
// when it arrives outside and stops when clinical handover is complete.
type Ambulance struct {
	ID     string // the ambulance service's number of the journey
	Unit   string
	Due    Instant // expected outside
	Reason string  // why cancelled: not_conveyed, diverted and the like

	Inbound, Arrived, HandedOver, Clear, Cancelled Moment

	Events []uint64 // sequences of its facts in the log, oldest first
}

// Waiting says whether a crew stands outside with its patient.
func (a *Ambulance) Waiting() bool {
	return a.Arrived.Told() && !a.HandedOver.Told() && !a.Cancelled.Told() && !a.Clear.Told()
}
