package capacity

// Picture is one unit as it is now, with everything that measures count: a plain copy
// that nobody changes; what did not change is shared with the unit's picture before.
// Lists are sorted by patient or ID.
type Picture struct {
	Unit  *Unit
	Site  *Site
	Known bool // a census told who is on it
	// Leavers is that what is told of discharges from it is complete: a list told of everybody.
	Leavers bool
	Tally   Tally
	Beds    []BedNow
	Slots   *Slots // of a unit with places; nil for others

	// Attendances, Ambulances, Stays and Requests hold what is open, and what ended in the
	// last two local days. A stay or request stands in the picture of one unit only: where
	// the patient is or was last, where the bed was asked for.
	Attendances []*Attendance
	Ambulances  []*Ambulance
	Stays       []*Stay
	Requests    []*Request
	Referrals   []*Referral // made, accepted or asked for here; see Referral
	Calls       []*Call
	Transfers   []*SiteTransfer // in the picture of one unit of the hospital that they are to, or else from
}

// BedNow is one bed as it is now.
type BedNow struct {
	ID       string
	Bay      string
	SideRoom bool
	State    BedState
	Reason   string   // of a closed bed: why, as a code
	Since    Moment   // of the state
	Ready    Instant  // of a bed being cleaned: when it should be ready; 0 when not known
	Stay     string   // key of who is in it
	Returns  bool     // of an occupied bed: it can be used again when its patient leaves (open, not closing)
	Unopened bool     // of an occupied escalation bed: it is not open, as its time has run or nobody opened it
	Events   []uint64 // sequences of the facts that make its state
	Sex      string   // whose bay it is: laid out, or of the patients in it; empty when open to both
}
