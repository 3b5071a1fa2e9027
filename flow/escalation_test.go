package flow

import (
	"time"

	"pgregory.net/rapid"

	"flowcentre/capacity"
)

// aTable are two conditions that random facts soon meet, with tiers to climb.
func aTable() []capacity.Condition {
	return []capacity.Condition{
		{
			Name: "Crowded", Scope: "site", Tests: []capacity.Test{{Measure: "ae_in_department", Kind: capacity.IsAtLeast, Value: 2}}, Keep: 300,
			Severity: "critical", Audience: "flow", Role: "on_call_manager", Input: true, Summary: "{site}: {value} in A&E", Description: "Two or more.", Do: "Look.",
			Next: []capacity.Tier{{Role: "on_call_director", After: 1200}, {Role: "icb_on_call", After: 3600}},
			Ring: []capacity.Ring{{Role: "clinical_site_manager", Agree: "whether the cohort area opens"}},
		},
		{
			Name: "CrewWaits", Scope: "site", Tests: []capacity.Test{{Measure: "ambulance_longest_wait", Kind: capacity.IsOlder, Value: 1800}}, Keep: 300,
			Severity: "warning", Audience: "flow", Role: "coordinator", Input: true, Summary: "{site}: ambulance {duration}", Description: "One waits.", Do: "Look.",
		},
	}
}

// someCards are one that a level raises at the site, one of the system, and one to ask for.
func someCards() []capacity.Card {
	return []capacity.Card{
		{ID: "extra_round", Title: "Extra ward round", Pillar: "acute", Level: 2, Scope: "site", Owner: "clinical_site_manager", Within: 3600, From: 420, To: 1200},
		{ID: "tell_all", Title: "Tell every provider", Level: 3, Scope: "system", Owner: "on_call_director", Within: 1800},
		{ID: "open_beds", Title: "Open escalation beds", Scope: "site", Owner: "on_call_manager", Within: 7200, Unit: "beds", Shows: &capacity.Showing{Measure: "adult_ga_available", Up: true}},
	}
}

// ofEscalation are the kinds of fact about alerts, actions and bed meetings, and what meets
// them.
var ofEscalation = []Kind{
	AlertFired, AlertFired, AlertFired, AlertResolved, AlertTaken, AlertHandedOn, AlertNotNow, AlertShelved, Noted,
	ActionRaised, ActionRaised, ActionRaised, ActionAssigned, ActionExtended, ActionBlocked, ActionDone, ActionNotPossible,
	MeetingOpened, MeetingOpened, MeetingSigned, AttendanceArrived, AmbulanceArrived, DischargeExpected, Discharged, CensusTaken, StatusDeclared,
}

// escalated fills in a fact about an alert, action or meeting.
func escalated(t *rapid.T, e *Event) {
	d := &e.Data
	d.Role = rapid.SampledFrom([]string{"coordinator", "on_call_manager", "nobody"}).Draw(t, "says")
	d.Owner = rapid.SampledFrom([]string{"on_call_director", "clinical_site_manager", "nobody"}).Draw(t, "to whom")
	d.Action = rapid.SampledFrom([]string{"X0", "X1"}).Draw(t, "action")
	d.Task = rapid.SampledFrom([]string{"open_beds", "extra_round", "none"}).Draw(t, "task")
	d.Meeting = rapid.SampledFrom([]string{"", "M0", "M1", "M2"}).Draw(t, "meeting")
	d.Scope = rapid.SampledFrom([]string{"system", "site/site", "site/other"}).Draw(t, "scope of it")
	d.Count = rapid.IntRange(0, 2).Draw(t, "how many")
	d.Until = e.Recorded.Add(time.Duration(rapid.SampledFrom([]int{-60, 600, 3000, 86400}).Draw(t, "shelved for")) * time.Second)
	d.Due = e.Recorded.Add(time.Duration(rapid.SampledFrom([]int{-60, 60, 600, 7200}).Draw(t, "due in")) * time.Second)
	told := &AlertTold{
		Name: rapid.SampledFrom([]string{"FlowCentreCrowded", "FlowCentreCrewWaits", "FlowCentreOther"}).Draw(t, "alert"), Fingerprint: "00112233445566aa",
		Started: capacity.Instant(rapid.SampledFrom([]int{1_800_000_000_000, 1_800_000_060_000}).Draw(t, "started")), Scope: rapid.SampledFrom([]string{"site/site", "system"}).Draw(t, "alert of"),
	}
	d.Item = rapid.SampledFrom([]string{told.ID(), "X0", "none"}).Draw(t, "of which")
	e.Feed = Desk
	if e.Kind == AlertFired || e.Kind == AlertResolved {
		e.Feed, d.Alert = Alerts, told
	}
}
