package flow

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

// crowd is a ward of so many beds with two patients in each, known since eight.
func crowd(t *testing.T, beds int) *State {
	t.Helper()
	s := New("crowd")
	at := capacity.At(day.Add(8 * time.Hour))
	l := aWard(1)
	u := capacity.Unit{ID: "w", Site: "site", Name: "w", Kind: capacity.Ward, Class: capacity.AdultGA}
	for b := range beds {
		u.Beds = append(u.Beds, capacity.Bed{ID: fmt.Sprint("B", b)})
	}
	l.Units = append(l.Units, u)
	for _, e := range LayoutEvents(l, 1, at) {
		say(s, e)
	}
	say(s, tickAt(at))
	for b := range beds {
		for p := range 2 {
			key := fmt.Sprint("p", b, "-", p)
			say(s, Event{Kind: Admitted, Feed: "f0", ID: key, Happened: at, Recorded: at, Data: Data{Patient: key, Visit: "v" + key, Place: fmt.Sprint("w/B", b), Class: Inpatient}})
		}
	}
	return s
}

func say(s *State, e Event) {
	e.Seq, e.Digest = s.Seq()+1, "00000000000000aa"
	s.Apply(&e)
}

// wardOf is the ward of crowd, as it is shown.
func wardOf(s *State) *UnitView {
	v := s.View()
	return v.Units[slices.IndexFunc(v.Units, func(u *UnitView) bool { return u.ID == "w" })]
}

// settle is a person settling an item; it tells why that had no effect.
func settle(s *State, item string) (refused string) {
	say(s, Event{Kind: ContradictionSettled, Feed: Desk, ID: fmt.Sprint("d", s.Seq()), Happened: s.At(), Recorded: s.At(), Data: Data{Item: item, Reason: "checked", Role: "coordinator"}})
	return s.decisions[len(s.decisions)-1].Refused
}

// TestOnlyWhatIsShownCanBeSettled: within its grace nobody has seen it; settled once, there
// is nothing to settle.
func TestOnlyWhatIsShownCanBeSettled(t *testing.T) {
	s := crowd(t, 1)
	id := publicID(TwoInBed + ":w/B0")
	require.Equal(t, RefusedUnknown, settle(s, id), "within its grace")
	require.True(t, s.inGrace(TwoInBed+":w/B0"))
	require.Empty(t, wardOf(s).Places[0].Also, "nor is it seen on the ward")

	say(s, tickAt(s.At().Add(15*time.Minute)))
	require.Len(t, s.View().Contradictions, 1)
	require.NotEmpty(t, wardOf(s).Places[0].Also)
	require.Empty(t, settle(s, id))
	require.Empty(t, s.View().Contradictions)
	require.Equal(t, []Tombstone{{"contradictions", id, s.Seq()}}, s.View().Gone, "walls are told")
	require.Equal(t, RefusedUnknown, settle(s, id), "twice")
}

// TestSettledUnseen: what settles itself within its grace leaves no trace in any frame.
func TestSettledUnseen(t *testing.T) {
	s := crowd(t, 1)
	say(s, Event{Kind: Discharged, Feed: "f0", ID: "out", Happened: s.At(), Recorded: s.At(), Data: Data{Patient: "p0-0", Visit: "vp0-0"}})
	require.Empty(t, s.items)
	require.Empty(t, s.View().Gone)
	say(s, tickAt(s.At().Add(time.Hour)))
	require.Empty(t, s.View().Contradictions)
}

// TestSettledAreBounded: of more than are kept, the one settled longest ago begins anew,
// and a resumed state agrees.
func TestSettledAreBounded(t *testing.T) {
	s := crowd(t, maxSettled+1)
	say(s, tickAt(s.At().Add(15*time.Minute)))
	for _, c := range s.View().Contradictions {
		require.Empty(t, settle(s, c.ID))
	}
	first, kept := (*contradiction)(nil), 0
	for _, c := range s.items {
		if c.Settled != 0 {
			kept++
		} else {
			first = c
		}
	}
	require.Equal(t, maxSettled, kept)
	require.NotNil(t, first)
	require.Equal(t, s.At().Add(15*time.Minute), first.Due, "with its grace")
	require.Empty(t, s.View().Contradictions)

	stored := records{}
	stored.take(s.Changes())
	resumed, err := Load("crowd", s.Seq(), stored.all())
	require.NoError(t, err)
	for _, state := range []*State{s, resumed} {
		say(state, tickAt(state.At().Add(15*time.Minute)))
		shown := state.View().Contradictions
		require.Len(t, shown, 1)
		require.Equal(t, publicID(first.ID), shown[0].ID)
	}
	s.Changes()
	resumed.Changes()
	require.Equal(t, s.Digest(), resumed.Digest())
}

// TestAMovedLayoutKeepsContradictions: a layout that changes a ward and keeps its beds
// settles nothing about them and begins nothing anew; one that takes a bed away does.
func TestAMovedLayoutKeepsContradictions(t *testing.T) {
	s := crowd(t, 3)
	say(s, tickAt(s.At().Add(15*time.Minute)))
	require.Empty(t, settle(s, publicID(TwoInBed+":w/B0")))
	was := s.View().Contradictions
	require.Len(t, was, 2)
	move := Data{Patient: "p1-1", Visit: "vp1-1", Place: "w/new"}
	say(s, Event{Kind: Transferred, Feed: "f0", ID: "away", Happened: s.At(), Recorded: s.At(), Data: move})
	require.Len(t, s.held, 1)

	l := aWard(1)
	l.Units = append(l.Units, capacity.Unit{ID: "w", Site: "site", Name: "renamed", Kind: capacity.Ward, Class: capacity.AdultGA, Beds: []capacity.Bed{{ID: "B0"}, {ID: "B1"}}})
	for _, e := range LayoutEvents(l, 2, s.At()) {
		say(s, e)
	}
	now := s.View().Contradictions
	require.Len(t, now, 1, "B2 is gone, B0 is settled")
	require.Same(t, was[0], now[0])
	require.NotZero(t, s.items[TwoInBed+":w/B0"].Settled)

	// the layout that names a place settles what the fact held for it settles
	last := &l.Units[len(l.Units)-1]
	last.Beds = append(last.Beds, capacity.Bed{ID: "new"})
	for _, e := range LayoutEvents(l, 3, s.At()) {
		say(s, e)
	}
	require.Empty(t, s.held)
	require.Empty(t, s.View().Contradictions)
}

// TestClocksApartEndWithTheJourney: a corrected arrival closes it, also after a load; and a
// journey that is forgotten leaves nothing to compare.
func TestClocksApartEndWithTheJourney(t *testing.T) {
	s := crowd(t, 0)
	arrived := func(s *State, ambulance string, ago time.Duration) {
		id := fmt.Sprint(ambulance, ago)
		say(s, Event{Kind: AmbulanceArrived, Feed: "f0", ID: id, Happened: s.At().Add(-ago), Recorded: s.At(), Data: Data{Ambulance: ambulance, Place: "ae", Patient: "p" + ambulance}})
	}
	for _, a := range []string{"A1", "A2"} {
		arrived(s, a, time.Hour)
		say(s, Event{Kind: AttendanceArrived, Feed: "f0", ID: "in" + a, Happened: s.At(), Recorded: s.At(), Data: Data{Patient: "p" + a, Place: "ae", Mode: "ambulance"}})
	}
	say(s, tickAt(s.At().Add(time.Hour)))
	require.Len(t, s.View().Contradictions, 2)

	stored := records{}
	stored.take(s.Changes())
	resumed, err := Load("crowd", s.Seq(), stored.all())
	require.NoError(t, err)
	for _, state := range []*State{s, resumed} {
		at := state.At().Add(-110 * time.Minute)
		say(state, Event{Kind: AttendanceArrived, Feed: "f0", ID: "corrected", Happened: at, Recorded: state.At(), Data: Data{Patient: "pA1", Place: "ae", Mode: "ambulance"}})
		require.Len(t, state.items, 1)
		say(state, tickAt(state.At().Add(keepPictured)))
		require.Empty(t, state.ambulances)
		require.Empty(t, state.View().Contradictions)
		require.Empty(t, state.items)
	}
}

// TestEveryKindOfContradictionHasAnOwner: and is listed once.
func TestEveryKindOfContradictionHasAnOwner(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range ContradictionKinds() {
		require.False(t, seen[k.Kind], k.Kind)
		require.NotEmpty(t, k.Owner, k.Kind)
		seen[k.Kind] = true
	}
}
