package flow

import (
	"testing"
	"time"

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

// TestACorrectedBedIsNoAdmission: an A08 that puts a patient into another bed leaves the time of
// admission, from which 7, 14 and 21 days count.
func TestACorrectedBedIsNoAdmission(t *testing.T) {
	n := aNight(t)
	admitted := n.now
	n.apply(Event{Kind: Admitted, Feed: "f0", Data: Data{Patient: "p0", Visit: "v0", Place: "u0/B0"}})
	n.now = n.now.Add(8 * 24 * time.Hour)
	n.wait(1)
	n.apply(Event{Kind: Updated, Feed: "f0", Data: Data{Patient: "p0", Visit: "v0", Place: "u0/B1"}})
	n.wait(1)
	n.s.paint(n.s.units["u0"])
	stays := n.s.units["u0"].portrait.picture.Stays
	require.Len(t, stays, 1)
	require.Equal(t, "B1", stays[0].Bed)
	require.Equal(t, admitted, stays[0].Admitted.At)
}
