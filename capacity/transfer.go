package capacity

import "slices"

// SiteTransfer is a transfer or repatriation between hospitals. It waits until its patient has
// left, or it is declined or withdrawn.
type SiteTransfer struct {
	ID        string // its number
	Purpose   string // transfer or repatriation
	From, To  string // sites, or hospitals outside the system as out/<code>
	Direction string
	Reason    string // why declined or withdrawn
	Keyed     bool   // its patient is known: where it is to a site of the system, a bed request counts it

	Asked, Accepted, Declined, Left, Arrived, Withdrawn Moment

	Events []uint64 // sequences of its facts in the log, oldest first
}

// The directions of transfers, of the system.
const (
	In      = "in"
	Out     = "out"
	Between = "between"
)

// Waiting says whether the patient still waits to leave.
func (t *SiteTransfer) Waiting() bool {
	return t.Asked.Told() && !t.Declined.Told() && !t.Left.Told() && !t.Arrived.Told() && !t.Withdrawn.Told()
}

// Transit says whether the patient is on the way.
func (t *SiteTransfer) Transit() bool {
	return t.Left.Told() && !t.Arrived.Told() && !t.Withdrawn.Told()
}

// Forbids says whether the rule is against a patient: all that it names must fit.
func (r *SiteRule) Forbids(wants BedClass, needs []string, service string) bool {
	if r.Class == "" && r.Need == "" && r.Service == "" {
		return false
	}
	return (r.Class == "" || r.Class == wants) && (r.Need == "" || slices.Contains(needs, r.Need)) && (r.Service == "" || r.Service == service)
}
