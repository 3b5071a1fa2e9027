package capacity

// BedState is what one bed counts as. Each bed has exactly one.
type BedState string

// The bed states. A closed bed with a patient in it is occupied, whatever closed it.
const (
	Occupied  BedState = "occupied"
	Reserved  BedState = "reserved"
	NotReady  BedState = "not_ready" // being cleaned, or contaminated
	Available BedState = "available" // staffed, ready, unrestricted and empty
	Closed    BedState = "closed"    // closed, or closed to new patients, and empty
)

// Tally counts beds. Total = Open + Closed, and Open = Occupied + Reserved +
// NotReady + Available, always. A patient on a unit without a bed takes up an
// available bed where there is one, and is Over where there is none.
type Tally struct {
	Total     int `json:"total"`
	Open      int `json:"open"`
	Closed    int `json:"closed"`
	Occupied  int `json:"occupied"`
	Reserved  int `json:"reserved"`
	NotReady  int `json:"not_ready"`
	Available int `json:"available"`
	Over      int `json:"over"`

	SideRooms      int `json:"side_rooms_available"` // of the available
	EscalationOpen int `json:"escalation_open"`      // of the open
}

// Count adds one bed.
func (t *Tally) Count(s BedState, b *Bed) {
	t.Total++
	if s == Closed {
		t.Closed++
		return
	}
	t.Open++
	if b.Escalation {
		t.EscalationOpen++
	}
	switch s {
	case Occupied:
		t.Occupied++
	case Reserved:
		t.Reserved++
	case NotReady:
		t.NotReady++
	case Available:
		t.Available++
		if b.SideRoom {
			t.SideRooms++
		}
	case Closed:
	}
}

// Seat counts n patients who are on the unit without a bed.
func (t *Tally) Seat(n int) {
	seated := min(n, t.Available)
	t.Occupied += seated
	t.Available -= seated
	t.SideRooms = min(t.SideRooms, t.Available)
	t.Over += n - seated
}

// Add adds another tally, field by field. Only tallies of one bed class may be
// added to one another.
func (t *Tally) Add(o Tally) {
	t.Total += o.Total
	t.Open += o.Open
	t.Closed += o.Closed
	t.Occupied += o.Occupied
	t.Reserved += o.Reserved
	t.NotReady += o.NotReady
	t.Available += o.Available
	t.Over += o.Over
	t.SideRooms += o.SideRooms
	t.EscalationOpen += o.EscalationOpen
}

// Occupancy is patients in beds and over, in percent of open beds, and false when
// no bed is open.
func (t Tally) Occupancy() (percent float64, ok bool) {
	if t.Open == 0 {
		return 0, false
	}
	return 100 * float64(t.Occupied+t.Over) / float64(t.Open), true
}
