package flow

import (
	"testing"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

// TestNothingKnownNothingRemembered: of a patient whose facts were all taken back nothing is
// stored, so a resumed state could not know when the last of them was recorded. An earlier
// fact that comes back, as one of a referral does with the unit it names, must not find the
// later time still there.
func TestNothingKnownNothingRemembered(t *testing.T) {
	s := replay(New("live"), LayoutEvents(aWard(2), 1, 0))
	p := s.patientOf("p0")
	s.insert(p, fact{Seq: 9, Kind: Updated, Recorded: 900})
	p.facts = nil
	s.insert(p, fact{Seq: 5, Kind: Updated, Recorded: 500})
	require.Equal(t, capacity.Instant(500), p.last)
	s.insert(p, fact{Seq: 4, Kind: Updated, Recorded: 400})
	require.Equal(t, capacity.Instant(500), p.last, "of facts that are known, the latest")
}
