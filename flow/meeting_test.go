package flow

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (n *night) meeting(id string) *MeetingView {
	for _, m := range n.s.View().Meetings {
		if m.ID == id {
			return m
		}
	}
	require.FailNow(n.t, "no meeting "+id)
	return nil
}

// aMorning is a night whose ward u0 has four patients, of whom three are definitely to leave
// today and one potentially.
func aMorning(t *testing.T) *night {
	n := aNight(t)
	var there []CensusEntry
	for i := range 4 {
		there = append(there, CensusEntry{Place: fmt.Sprintf("u0/B%d", i), Patient: fmt.Sprint("p", i), Visit: fmt.Sprint("v", i)})
	}
	n.apply(Event{Kind: CensusTaken, Feed: "f0", Data: Data{Place: "u0", Census: there}})
	for i := range 4 {
		certainty := "definite"
		if i == 3 {
			certainty = "potential"
		}
		n.apply(Event{Kind: DischargePlanned, Feed: "f0", Data: Data{Patient: fmt.Sprint("p", i), Visit: fmt.Sprint("v", i), Due: n.now.Add(6 * time.Hour), Certainty: certainty}})
	}
	n.wait(1)
	return n
}

func (n *night) leaves(who int) {
	n.apply(Event{Kind: Discharged, Feed: "f0", Data: Data{Patient: fmt.Sprint("p", who), Visit: fmt.Sprint("v", who), Place: "u0"}})
}

// TestBedMeeting: the figures of a meeting stay as they were cut; what came of the promises
// follows the facts, and the next meeting settles it.
func TestBedMeeting(t *testing.T) {
	n := aMorning(t)
	require.Empty(t, n.says(MeetingOpened, "coordinator", Data{Meeting: "M1", Scope: "system"}))
	m := n.meeting("M1")
	require.Equal(t, n.seq, m.Cut)
	require.Equal(t, Promised{Told: 3}, m.Definite)
	require.Len(t, m.Wards, 2)
	ward := m.Wards[0]
	require.Equal(t, MeetingWard{Unit: "u0", Class: "adult_ga", Known: true, Open: 4, Occupied: 4, Definite: 3, Potential: 1, Promised: Promised{Told: 3}}, ward)
	require.False(t, m.Wards[1].Known, "nobody told of it")
	require.NotEmpty(t, m.Levels)
	require.NotEmpty(t, m.Shorts)

	require.Empty(t, n.says(ActionRaised, "coordinator", Data{Action: "X1", Task: "open_beds", Scope: "site/site", Owner: "on_call_manager", Due: n.now.Add(time.Hour), Meeting: "M1"}))
	require.Equal(t, RefusedRole, n.says(MeetingSigned, "systems_desk", Data{Meeting: "M1"}))
	require.Equal(t, RefusedOver, n.says(MeetingSigned, "coordinator", Data{Meeting: "M1", Due: n.now.Add(-time.Hour)}))
	require.Empty(t, n.says(MeetingSigned, "coordinator", Data{Meeting: "M1", Due: n.now.Add(7 * time.Hour)}))
	require.Equal(t, RefusedOver, n.says(MeetingSigned, "coordinator", Data{Meeting: "M1"}))

	n.leaves(0)
	n.wait(2)
	require.Equal(t, Promised{Told: 3, Left: 1}, n.meeting("M1").Definite)
	n.leaves(1)
	require.Empty(t, n.says(MeetingOpened, "coordinator", Data{Meeting: "M2", Scope: "system"}))
	require.Equal(t, Promised{Told: 3, Left: 2, NotSeen: 1}, n.meeting("M1").Definite)
	require.Equal(t, 4, n.meeting("M1").Wards[0].Occupied, "as it was cut")
	two := n.meeting("M2")
	require.Equal(t, "M1", two.Before)
	require.Equal(t, []string{"X1"}, two.Earlier)
	require.Equal(t, Promised{Told: 1}, two.Definite)
	require.Equal(t, []string{"X1"}, n.meeting("M1").Actions)

	n.wait(1)
	n.leaves(2)
	n.wait(1)
	require.Equal(t, Promised{Told: 3, Left: 2, NotSeen: 1}, n.meeting("M1").Definite, "who left after it was settled was not seen by then")
	require.Equal(t, Promised{Told: 1, Left: 1}, n.meeting("M2").Definite)
	require.Equal(t, RefusedUsed, n.says(MeetingOpened, "coordinator", Data{Meeting: "M2", Scope: "system"}))
	require.Equal(t, RefusedPlace, n.says(MeetingOpened, "coordinator", Data{Meeting: "M3", Scope: "unit/u0"}))
	require.Equal(t, RefusedPlace, n.says(MeetingOpened, "coordinator", Data{Meeting: "M3", Scope: "site/none"}))
	require.Equal(t, RefusedRole, n.says(MeetingOpened, "the_cat", Data{Meeting: "M3", Scope: "system"}))
	require.Equal(t, RefusedUnknown, n.says(MeetingSigned, "coordinator", Data{Meeting: "M9"}))
}

// TestMeetingOfTheDay: without another meeting the end of the local day settles it; a late fact
// that somebody had left by then is taken in, and in the end the meeting is forgotten.
func TestMeetingOfTheDay(t *testing.T) {
	n := aMorning(t)
	require.Empty(t, n.says(MeetingOpened, "coordinator", Data{Meeting: "M1", Scope: "site/site"}))
	left := n.now.Add(3 * time.Hour)
	n.now = n.now.Add(22 * time.Hour) // past midnight
	n.wait(1)
	require.Equal(t, Promised{Told: 3, NotSeen: 3}, n.meeting("M1").Definite)
	n.apply(Event{Kind: Discharged, Feed: "f0", Happened: left, Data: Data{Patient: "p0", Visit: "v0", Place: "u0"}})
	n.wait(1)
	require.Equal(t, Promised{Told: 3, Left: 1, NotSeen: 2}, n.meeting("M1").Definite)
	n.now = n.now.Add(8 * 24 * time.Hour)
	n.wait(1)
	require.Empty(t, n.s.View().Meetings)
}
