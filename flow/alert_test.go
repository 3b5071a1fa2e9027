package flow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

// night is a small system at 02:00 in which alerts fire and people answer, minute by minute.
type night struct {
	t   *testing.T
	s   *State
	now capacity.Instant
	seq uint64
}

func aNight(t *testing.T) *night {
	n := &night{t: t, s: New("night"), now: capacity.At(time.Date(2027, 1, 12, 2, 0, 0, 0, time.UTC))}
	for _, e := range LayoutEvents(aWard(4), 1, n.now) {
		n.apply(e)
	}
	n.wait(0)
	return n
}

func (n *night) apply(e Event) uint64 {
	n.seq++
	e.Seq, e.Recorded, e.Digest = n.seq, n.now, "00"
	if e.ID == "" {
		e.ID = fmt.Sprint("n", n.seq)
	}
	if e.Happened == 0 {
		e.Happened = n.now
	}
	n.s.Apply(&e)
	return n.seq
}

// wait lets minutes pass, with a tick for each; both feeds speak in each.
func (n *night) wait(minutes int) {
	for range max(minutes, 1) {
		n.now = n.now.Add(time.Minute)
		n.apply(Event{Kind: Heartbeat, Feed: "f0"})
		n.apply(Event{Kind: Heartbeat, Feed: "f1"})
		n.apply(Event{Kind: Tick, Feed: Centre})
	}
}

// path tells that an alert fires or is over; it is the same firing each time.
func (n *night) path(kind Kind, name string) string {
	told := &AlertTold{Name: AlertPrefix + name, Fingerprint: "00112233445566aa", Started: capacity.At(time.Date(2027, 1, 12, 2, 0, 0, 0, time.UTC)), Scope: "site/site"}
	n.apply(Event{Kind: kind, Feed: Alerts, Data: Data{Alert: told}})
	return told.ID()
}

// says has a person decide, and gives why it had no effect.
func (n *night) says(kind Kind, role string, d Data) string {
	d.Role = role
	seq := n.apply(Event{Kind: kind, Feed: Desk, Data: d})
	return n.s.decision(seq).Refused
}

func (n *night) alert(id string) *AlertView {
	for _, a := range n.s.View().Alerts {
		if a.ID == id {
			return a
		}
	}
	require.FailNow(n.t, "no alert "+id)
	return nil
}

func (n *night) action(id string) *ActionView {
	for _, a := range n.s.View().Actions {
		if a.ID == id {
			return a
		}
	}
	require.FailNow(n.t, "no action "+id)
	return nil
}

// whoWasTold are the roles that were told, with the minutes after it fired.
func whoWasTold(a *AlertView) string {
	var all []string
	for _, w := range a.Told {
		all = append(all, fmt.Sprintf("%s +%d", w.Role, int(w.At.Sub(a.Fired).Minutes())))
	}
	return strings.Join(all, ", ")
}

// TestClimb: while nobody takes an alert the next tiers are told in their time; what people
// say of it stops, hands or hurries the climb.
func TestClimb(t *testing.T) {
	const manager, director, icb = "on_call_manager", "on_call_director", "icb_on_call"
	for title, c := range map[string]struct {
		do   func(n *night, id string)
		told string
	}{
		"nobody answers": {func(n *night, _ string) {
			n.wait(10)
			n.path(AlertFired, "Crowded")
			n.wait(10)
			n.path(AlertFired, "Crowded")
		}, "on_call_manager +0, on_call_director +20, icb_on_call +60"},
		"taken": {func(n *night, id string) { n.wait(10); n.says(AlertTaken, manager, Data{Item: id}) }, "on_call_manager +0"},
		"not now": {func(n *night, id string) {
			n.wait(5)
			n.says(AlertNotNow, manager, Data{Item: id, Reason: "not_on_call"})
		}, "on_call_manager +0, on_call_director +5, icb_on_call +45"},
		"handed on": {func(n *night, id string) {
			n.wait(18)
			n.says(AlertHandedOn, manager, Data{Item: id, Owner: "clinical_site_manager"})
		}, "on_call_manager +0, clinical_site_manager +18, on_call_director +33, icb_on_call +73"},
		"shelved": {func(n *night, id string) {
			n.wait(5)
			n.says(AlertShelved, manager, Data{Item: id, Reason: "known_and_managed", Until: n.now.Add(40 * time.Minute)})
		}, "on_call_manager +0, on_call_director +45, icb_on_call +85"},
		"given back": {func(n *night, id string) {
			n.says(AlertTaken, manager, Data{Item: id})
			n.wait(15)
			n.path(AlertFired, "Crowded")
			n.wait(15)
			n.says(AlertNotNow, manager, Data{Item: id, Reason: "other"})
		}, "on_call_manager +0, on_call_director +30, icb_on_call +70"},
		"over": {func(n *night, _ string) { n.wait(10); n.path(AlertResolved, "Crowded") }, "on_call_manager +0"},
	} {
		t.Run(title, func(t *testing.T) {
			n := aNight(t)
			id := n.path(AlertFired, "Crowded")
			c.do(n, id)
			for range 10 {
				n.wait(10)
				n.path(AlertFired, "Crowded")
			}
			require.Equal(t, c.told, whoWasTold(n.alert(id)))
		})
	}
}

// TestUnconfirmed: an alert of which the path says nothing more rings nobody else, and in the
// end is over.
func TestUnconfirmed(t *testing.T) {
	n := aNight(t)
	id := n.path(AlertFired, "Crowded")
	n.wait(24)
	require.Equal(t, AlertFiring, n.alert(id).State)
	n.wait(2)
	require.Equal(t, AlertUnconfirmed, n.alert(id).State)
	require.Nil(t, n.alert(id).Next)
	n.wait(60)
	require.Equal(t, "on_call_manager +0, on_call_director +20", whoWasTold(n.alert(id)))
	n.path(AlertFired, "Crowded")
	require.Equal(t, AlertFiring, n.alert(id).State)
	require.Equal(t, "on_call_manager +0, on_call_director +20, icb_on_call +86", whoWasTold(n.alert(id)))
	n.now = n.now.Add(25 * time.Hour)
	n.wait(1)
	require.Equal(t, AlertOver, n.alert(id).State)
}

// TestAlertInAnyOrder: the end before the beginning comes out over, with nobody told.
func TestAlertInAnyOrder(t *testing.T) {
	n := aNight(t)
	n.path(AlertResolved, "Crowded")
	id := n.path(AlertFired, "Crowded")
	n.wait(30)
	a := n.alert(id)
	require.Equal(t, AlertOver, a.State)
	require.Empty(t, a.Told)
	require.Len(t, a.Events, 2)
	n.now = n.now.Add(50 * time.Hour)
	n.wait(1)
	require.Empty(t, n.s.View().Alerts, "forgotten two days after")
}

// TestOnlyTheNewestFiringGoesOn: a firing of the same name and place ends the one before, of
// whose end nobody told; one that comes late is over.
func TestOnlyTheNewestFiringGoesOn(t *testing.T) {
	n := aNight(t)
	first := n.path(AlertFired, "Crowded")
	fire := func(minute int) string {
		told := &AlertTold{Name: "FlowCentreCrowded", Fingerprint: "00112233445566aa", Started: capacity.At(time.Date(2027, 1, 12, 2, minute, 0, 0, time.UTC)), Scope: "site/site"}
		n.apply(Event{Kind: AlertFired, Feed: Alerts, Data: Data{Alert: told}})
		return told.ID()
	}
	third := fire(40)
	require.Equal(t, AlertOver, n.alert(first).State)
	require.Equal(t, AlertFiring, n.alert(third).State)
	second := fire(20)
	require.Equal(t, AlertOver, n.alert(second).State)
	require.Empty(t, n.alert(second).Told)
	require.Equal(t, AlertFiring, n.alert(third).State)
}

// TestAlertKeepsItsInputs: the figures as they were when it fired stand beside those of now, and
// it is seen to recover.
func TestAlertKeepsItsInputs(t *testing.T) {
	n := aNight(t)
	arrive := func(who string) {
		n.apply(Event{Kind: AttendanceArrived, Feed: "f1", Data: Data{Patient: who, Visit: "v" + who, Place: "ae"}})
	}
	arrive("p0")
	arrive("p1")
	n.wait(1)
	id := n.path(AlertFired, "Crowded")
	a := n.alert(id)
	require.Equal(t, "Site: 2 in A&E", a.Line)
	require.InDelta(t, 2, *a.Inputs[0].Value, 0)
	require.True(t, a.Inputs[0].Holds)
	require.Equal(t, "In A&E", a.Inputs[0].Title)
	arrive("p2")
	n.wait(2)
	a = n.alert(id)
	require.InDelta(t, 2, *a.Inputs[0].Value, 0)
	require.InDelta(t, 3, *a.Now[0].Value, 0)
	require.Zero(t, a.Recovered)
	for _, who := range []string{"p0", "p1", "p2"} {
		n.apply(Event{Kind: AttendanceDeparted, Feed: "f1", Data: Data{Patient: who, Visit: "v" + who, GoingTo: "home"}})
	}
	n.wait(2)
	require.NotZero(t, n.alert(id).Recovered)
	rule := n.s.View().Rules[0]
	require.Equal(t, RuleCount{Name: "FlowCentreCrowded", Fired: 1, Recovered: 1, Last: a.Fired}, *rule)
}

// TestAnswersRefused: what people say is refused with a reason where it is not theirs to say.
func TestAnswersRefused(t *testing.T) {
	n := aNight(t)
	id := n.path(AlertFired, "Crowded")
	later := n.now.Add(30 * time.Minute)
	for _, c := range []struct {
		kind    Kind
		role    string
		data    Data
		refused string
	}{
		{AlertTaken, "on_call_manager", Data{Item: "none"}, RefusedUnknown},
		{AlertTaken, "the_cat", Data{Item: id}, RefusedRole},
		{AlertHandedOn, "on_call_manager", Data{Item: id, Owner: "the_cat"}, RefusedRole},
		{AlertHandedOn, "on_call_manager", Data{Item: id, Owner: "on_call_manager"}, RefusedRole},
		{AlertShelved, "coordinator", Data{Item: id, Reason: "other", Until: later}, RefusedRole},
		{AlertShelved, "on_call_manager", Data{Item: id, Reason: "other", Until: n.now.Add(2 * time.Hour)}, RefusedOpen},
		{AlertShelved, "on_call_manager", Data{Item: id, Reason: "other", Until: n.now.Add(-time.Minute)}, RefusedOver},
		{Noted, "on_call_manager", Data{Item: "none", Reason: "rang"}, RefusedUnknown},
		{AlertTaken, "on_call_manager", Data{Item: id}, ""},
		{AlertTaken, "on_call_manager", Data{Item: id}, RefusedTaken},
		{AlertNotNow, "on_call_director", Data{Item: id, Reason: "other"}, RefusedTaken},
		{Noted, "on_call_manager", Data{Item: id, Reason: "rang"}, ""},
		{AlertTaken, "on_call_director", Data{Item: id}, ""},
	} {
		require.Equal(t, c.refused, n.says(c.kind, c.role, c.data), "%s by %s", c.kind, c.role)
	}
	require.Equal(t, "on_call_director", n.alert(id).Owner)
	require.Equal(t, "on_call_director", n.alert(id).Taken.Role)
	n.path(AlertResolved, "Crowded")
	require.Equal(t, RefusedOver, n.says(AlertTaken, "on_call_manager", Data{Item: id}))
	require.Empty(t, n.says(Noted, "on_call_manager", Data{Item: id, Reason: "improving"}))
}

// TestShifts: what a shift was asked, against the budgets.
func TestShifts(t *testing.T) {
	zone := capacity.Zone{{From: capacity.At(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)), Seconds: 3600}}
	var all tolls
	at := capacity.At(time.Date(2027, 1, 12, 5, 0, 0, 0, time.UTC)) // 06:00 by the local clock
	for i := range 3 {
		a := &alert{Name: "A"}
		all.fire(zone, a, at.Add(time.Duration(i)*20*time.Minute))
		all.page(zone, "on_call_manager", at.Add(time.Duration(i)*20*time.Minute))
	}
	for i := range 11 {
		all.fire(zone, &alert{Name: "B"}, at.Add(2*time.Hour+time.Duration(i)*time.Second))
	}
	rules, shifts := all.show()
	require.Equal(t, []*RuleCount{{Name: "A", Fired: 3, Last: at.Add(40 * time.Minute)}, {Name: "B", Fired: 11, Last: at.Add(2*time.Hour + 10*time.Second)}}, rules)
	require.Equal(t, []*ShiftCount{
		{From: capacity.At(time.Date(2027, 1, 11, 18, 0, 0, 0, time.UTC)), Alerts: 3, Most: 1, Pages: map[string]int{"on_call_manager": 3}},
		{From: capacity.At(time.Date(2027, 1, 12, 6, 0, 0, 0, time.UTC)), Alerts: 11, Most: 11, Pages: map[string]int{}},
	}, shifts)
}
