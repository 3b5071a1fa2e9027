package capacity

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestParseInstantAgreesWithTime: the quick way and time.Parse read the same, and what
// String writes reads back.
func TestParseInstantAgreesWithTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMilli(rapid.Int64Range(time.Date(1971, 1, 2, 0, 0, 0, 0, time.UTC).UnixMilli(), time.Date(2199, 12, 30, 0, 0, 0, 0, time.UTC).UnixMilli()).Draw(t, "ms")).UTC()
		quick, ok := parseUTC(At(at).String())
		require.True(t, ok, At(at).String())
		require.Equal(t, At(at), quick)
		offset := at.In(time.FixedZone("", 3600*rapid.IntRange(-12, 14).Draw(t, "hours")))
		slow, err := ParseInstant(offset.Format(time.RFC3339Nano))
		require.NoError(t, err)
		require.Equal(t, At(at), slow)
	})
}

func TestParseInstantRefuses(t *testing.T) {
	for _, text := range []string{
		"", "now", "2027-01-12", "2027-01-12T04:07:00", "2027-02-29T04:07:00Z", "2027-13-01T04:07:00Z", "2027-01-12T24:07:00Z",
		"1970-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "2027-01-12T04:07:00.1234Z5", "2027-04-31T00:00:00Z", "2027-01-12 04:07:00Z",
	} {
		_, err := ParseInstant(text)
		require.Error(t, err, text)
	}
}

func TestTally(t *testing.T) {
	var tally Tally
	bed, side, extra := &Bed{ID: "A1"}, &Bed{ID: "S1", SideRoom: true}, &Bed{ID: "E1", Escalation: true}
	tally.Count(Occupied, bed)
	tally.Count(Available, side)
	tally.Count(Available, bed)
	tally.Count(NotReady, bed)
	tally.Count(Reserved, extra)
	tally.Count(Closed, extra)
	require.Equal(t, Tally{Total: 6, Open: 5, Closed: 1, Occupied: 1, Reserved: 1, NotReady: 1, Available: 2, SideRooms: 1, EscalationOpen: 1}, tally)

	tally.Seat(3) // two find a bed, one is over
	require.Equal(t, Tally{Total: 6, Open: 5, Closed: 1, Occupied: 3, Reserved: 1, NotReady: 1, Over: 1, EscalationOpen: 1}, tally)
	percent, ok := tally.Occupancy()
	require.True(t, ok)
	require.InDelta(t, 80, percent, 0.001)
	_, ok = Tally{Total: 1, Closed: 1}.Occupancy()
	require.False(t, ok, "no open bed has no occupancy")
}

func TestPlaceNames(t *testing.T) {
	require.Equal(t, "RWP50/W4//A1", JoinPlace("RWP50", "W4", "", "A1"))
	require.Equal(t, "RWP50/W4", JoinPlace("RWP50", "W4", "", ""))
	require.Equal(t, "A%2FE/100%25", JoinPlace("A/E", "100%"))
	u := &Unit{ID: "w4", Aliases: []string{"R/W4"}}
	require.ElementsMatch(t, []string{"w4/A1", "w4//A1", "w4/Bay A/A1", "R/W4/A1", "R/W4//A1", "R/W4/Bay A/A1", "odd"}, u.BedNames(&Bed{ID: "A1", Bay: "Bay A", Aliases: []string{"odd"}}))
}
