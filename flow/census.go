package flow

import (
	"cmp"
	"slices"

	"flowcentre/capacity"
)

// Placement is one patient in, or expected at, a place. Patient and Stay are keyed
// hashes and still personal data: for comparing states, not for showing.
type Placement struct {
	Unit     string           `json:"unit"`
	Bed      string           `json:"bed,omitempty"`
	Expected bool             `json:"expected,omitempty"` // not there yet: the bed is kept
	Patient  string           `json:"patient"`
	Stay     string           `json:"stay"`
	Since    capacity.Instant `json:"since"`           // there since; when expected, since when that is known
	Due      capacity.Instant `json:"due,omitempty"`   // when the stay is expected to end, or the patient to come
	Away     bool             `json:"away,omitempty"`  // off the ward, bed kept
	Leave    bool             `json:"leave,omitempty"` // on leave of absence, bed kept
}

// Census is who is in which bed, and who is expected where, sorted by unit, bed and
// stay.
func (s *State) Census() []Placement {
	var all []Placement
	for _, p := range s.patients {
		for _, c := range p.claims {
			if c.kind == left || c.kind == coming && c.lapse <= s.at {
				continue
			}
			all = append(all, Placement{
				Unit: c.at.Unit, Bed: c.at.Bed, Expected: c.kind == coming, Patient: p.key, Stay: c.stay,
				Since: c.since, Due: c.due, Away: c.away, Leave: c.leave,
			})
		}
	}
	slices.SortFunc(all, func(a, b Placement) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Bed, b.Bed), cmp.Compare(a.Stay, b.Stay), cmp.Compare(a.Patient, b.Patient), cmp.Compare(a.Due, b.Due))
	})
	return all
}
