package flow

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

func (n *night) declares(scope, value, role string) string {
	return n.says(StatusDeclared, role, Data{
		Declared: &Declared{capacity.DeclaredOPEL, scope, value}, Until: n.now.Add(4 * time.Hour), Due: n.now.Add(2 * time.Hour),
	})
}

func (n *night) tasks() (all []string) {
	for _, a := range n.s.View().Actions {
		all = append(all, a.Task+" "+a.Scope)
	}
	slices.Sort(all)
	return all
}

// TestCardsAreRaised: each level newly reached, computed or declared, raises its cards once;
// falling closes nothing, and reaching it again raises only what is no longer open.
func TestCardsAreRaised(t *testing.T) {
	n := aNight(t)
	require.Empty(t, n.tasks())
	require.Empty(t, n.declares("site/site", "3", "on_call_manager"))
	require.Equal(t, []string{"extra_round site/site"}, n.tasks())
	first := n.s.View().Actions[0]
	require.Equal(t, "clinical_site_manager", first.Owner)
	require.Equal(t, capacity.At(time.Date(2027, 1, 12, 8, 0, 0, 0, time.UTC)), first.Due, "at night it is due an hour after the day begins")
	require.Empty(t, n.declares("system", "3", "on_call_manager"))
	require.Equal(t, []string{"extra_round site/site", "tell_all system"}, n.tasks())
	require.Empty(t, n.declares("site/site", "1", "on_call_manager"))
	require.Empty(t, n.declares("site/site", "2", "on_call_manager"))
	require.Len(t, n.tasks(), 2, "it is open still")
	require.Empty(t, n.says(ActionDone, "clinical_site_manager", Data{Action: first.ID}))
	require.Empty(t, n.declares("site/site", "1", "on_call_manager"))
	require.Empty(t, n.declares("site/site", "4", "on_call_manager"))
	require.Equal(t, []string{"extra_round site/site", "extra_round site/site", "tell_all system"}, n.tasks())
}

// TestComputedLevelRaisesCards: a level by the figures does the same as one that is declared.
func TestComputedLevelRaisesCards(t *testing.T) {
	n := aNight(t)
	for _, who := range []string{"p0", "p1", "p2", "p3", "p4", "p5", "p6"} {
		n.apply(Event{Kind: AttendanceArrived, Feed: "f1", Data: Data{Patient: who, Visit: "v" + who, Place: "ae"}})
	}
	n.wait(2)
	require.Empty(t, n.tasks(), "not before it has held")
	n.wait(3)
	require.Equal(t, []string{"extra_round site/site", "tell_all system"}, n.tasks())
}

// TestPromise: six beds promised, four opened: what was told is set against what is seen.
func TestPromise(t *testing.T) {
	n := aNight(t)
	n.apply(Event{Kind: CensusTaken, Feed: "f0", Data: Data{Place: "u0", Census: []CensusEntry{}}})
	n.apply(Event{Kind: CensusTaken, Feed: "f0", Data: Data{Place: "u1", Census: []CensusEntry{}}})
	n.wait(1)
	raise := func(id string, count int, due time.Duration) string {
		return n.says(ActionRaised, "on_call_manager", Data{Action: id, Task: "open_beds", Scope: "site/site", Owner: "clinical_site_manager", Due: n.now.Add(due), Count: count})
	}
	require.Empty(t, raise("X1", 1, time.Hour))
	require.Empty(t, raise("X2", 2, time.Hour))
	require.Empty(t, raise("X3", 1, 3*time.Hour))
	require.Empty(t, raise("X4", 9, time.Hour))
	require.InDelta(t, 6, *n.action("X1").Before, 0)
	n.wait(10)
	n.apply(Event{Kind: BedOpened, Feed: Desk, Data: Data{Place: "u0/B3", Role: "on_call_manager", Until: n.now.Add(9 * time.Hour)}})
	n.wait(2)
	require.InDelta(t, 1, *n.action("X1").Seen, 0)
	require.Empty(t, n.says(ActionDone, "clinical_site_manager", Data{Action: "X1", Count: 1}))
	require.Empty(t, n.says(ActionDone, "clinical_site_manager", Data{Action: "X4", Count: 4}))
	require.Empty(t, n.says(ActionBlocked, "clinical_site_manager", Data{Action: "X2", Reason: "no_staff"}))
	require.Equal(t, ActionStopped, n.action("X2").State)
	n.wait(2)
	require.Equal(t, CameTrue, n.action("X1").Outcome)
	require.Empty(t, n.action("X4").Outcome, "facts may come later")
	n.wait(30)
	require.Equal(t, ToldNotSeen, n.action("X4").Outcome)
	n.wait(30)
	require.Equal(t, ToldNotSeen, n.action("X2").Outcome, "two promised, one seen when it was due")
	require.NotZero(t, n.action("X2").Missed)
	require.Empty(t, n.action("X3").Outcome)
	v := n.s.View()
	require.InDelta(t, 1, v.Reading("site/site", "actions_overdue").Value, 0)
	require.InDelta(t, 2, v.Reading("system", "promises_missed").Value, 0)
	require.Empty(t, n.says(ActionExtended, "clinical_site_manager", Data{Action: "X2", Due: n.now.Add(time.Hour), Reason: "no_staff"}))
	x2 := n.action("X2")
	require.Zero(t, x2.Missed)
	require.Empty(t, x2.Outcome)
	require.NotZero(t, x2.First)
	require.Empty(t, n.says(ActionNotPossible, "clinical_site_manager", Data{Action: "X2", Reason: "no_staff"}))
	require.Empty(t, n.says(ActionAssigned, "on_call_manager", Data{Action: "X3", Owner: "on_call_director"}))
	require.Equal(t, "on_call_director", n.action("X3").Owner)
	n.now = n.now.Add(50 * time.Hour)
	n.wait(1)
	require.Len(t, n.s.View().Actions, 1, "what is over is forgotten two days after")
}

// TestActionEndsInAgreement: a divert that is agreed makes the action to ask for it come true.
func TestActionEndsInAgreement(t *testing.T) {
	l := aWard(4)
	l.Cards = append(l.Cards, capacity.Card{ID: "ask_divert", Title: "Ask for a divert", Scope: "site", Owner: "on_call_director", Within: 3600, Shows: &capacity.Showing{Measure: "divert", Up: true}})
	n := aNight(t)
	for _, e := range LayoutEvents(l, 2, n.now) {
		n.apply(e)
	}
	require.Empty(t, n.says(ActionRaised, "on_call_manager", Data{Action: "D1", Task: "ask_divert", Scope: "site/site", Owner: "on_call_director", Due: n.now.Add(time.Hour)}))
	require.Empty(t, n.says(AgreementAsked, "on_call_director", Data{Agreement: "G", Purpose: "divert", From: "site", To: "out/X"}))
	n.wait(5)
	require.Zero(t, *n.action("D1").Seen)
	require.Empty(t, n.says(AgreementAnswered, "on_call_director", Data{Agreement: "G", Outcome: AgreementAgreed, Until: n.now.Add(2 * time.Hour)}))
	require.Empty(t, n.says(ActionDone, "on_call_director", Data{Action: "D1"}))
	n.wait(1)
	require.Equal(t, CameTrue, n.action("D1").Outcome)
}

// TestActionsRefused: what people say of actions is refused with a reason.
func TestActionsRefused(t *testing.T) {
	n := aNight(t)
	good := Data{Action: "X1", Task: "open_beds", Scope: "site/site", Owner: "clinical_site_manager", Due: n.now.Add(time.Hour)}
	with := func(change func(*Data)) Data {
		d := good
		change(&d)
		return d
	}
	for _, c := range []struct {
		kind    Kind
		role    string
		data    Data
		refused string
	}{
		{ActionRaised, "the_cat", good, RefusedRole},
		{ActionRaised, "coordinator", with(func(d *Data) { d.Owner = "the_cat" }), RefusedRole},
		{ActionRaised, "coordinator", with(func(d *Data) { d.Due = n.now.Add(-time.Minute) }), RefusedOver},
		{ActionRaised, "coordinator", with(func(d *Data) { d.Task = "dance" }), RefusedUnknown},
		{ActionRaised, "coordinator", with(func(d *Data) { d.Scope = "system" }), RefusedPlace},
		{ActionRaised, "coordinator", with(func(d *Data) { d.Scope = "site/none" }), RefusedPlace},
		{ActionRaised, "coordinator", with(func(d *Data) { d.Meeting = "none" }), RefusedUnknown},
		{ActionRaised, "coordinator", with(func(d *Data) { d.Item = "none" }), RefusedUnknown},
		{ActionRaised, "coordinator", good, ""},
		{ActionRaised, "coordinator", good, RefusedUsed},
		{ActionExtended, "coordinator", Data{Action: "X1", Due: n.now, Reason: "no_staff"}, RefusedOver},
		{ActionAssigned, "coordinator", Data{Action: "X1", Owner: "the_cat"}, RefusedRole},
		{ActionDone, "coordinator", Data{Action: "X9"}, RefusedUnknown},
		{Noted, "coordinator", Data{Item: "X1", Reason: "rang"}, ""},
		{ActionDone, "coordinator", Data{Action: "X1"}, ""},
		{ActionDone, "coordinator", Data{Action: "X1"}, RefusedOver},
	} {
		require.Equal(t, c.refused, n.says(c.kind, c.role, c.data), "%s by %s", c.kind, c.role)
	}
}

// TestActionForAnAlert: an action raised for an alert stands on both.
func TestActionForAnAlert(t *testing.T) {
	n := aNight(t)
	id := n.path(AlertFired, "Crowded")
	require.Empty(t, n.says(ActionRaised, "on_call_manager", Data{Action: "X1", Task: "open_beds", Scope: "site/site", Owner: "clinical_site_manager", Due: n.now.Add(time.Hour), Item: id}))
	require.Equal(t, []string{"X1"}, n.alert(id).Actions)
	require.Equal(t, id, n.action("X1").Alert)
	require.Equal(t, 1, n.s.View().Rules[0].Acted)
}
