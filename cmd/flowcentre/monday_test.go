package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	browser "github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

func (d *shift) action(id string) *flow.ActionView {
	d.Helper()
	for _, a := range d.state().Actions {
		if a.ID == id {
			return a
		}
	}
	require.FailNow(d, "no action "+id)
	return nil
}

func (d *shift) meeting(id string) *flow.MeetingView {
	d.Helper()
	for _, m := range d.state().Meetings {
		if m.ID == id {
			return m
		}
	}
	require.FailNow(d, "no meeting "+id)
	return nil
}

func someone(kind string, i int) map[string]any {
	return map[string]any{"patient": patient(fmt.Sprint(kind, i)), "visit": fmt.Sprint("T/VN/", kind, i)}
}

func with(data map[string]any, more ...any) map[string]any {
	for i := 0; i < len(more); i += 2 {
		data[more[i].(string)] = more[i+1]
	}
	return data
}

// TestWinterMonday is a Monday (S4): every point of it with a real Prometheus, Alertmanager,
// browser and phone.
func TestWinterMonday(t *testing.T) {
	looksOnly(t)
	d := shiftIn(t, "testdata/monday.yaml", "07:00")
	p := newAlertPath(t, d.centre)
	var in []map[string]any
	for i := 1; i <= 22; i++ {
		in = append(in, with(someone("m", i), "place", fmt.Sprintf("w1/A%d", i)))
	}
	d.tell("pas", "bed.census", map[string]any{"place": "w1", "census": in})
	d.tell("pas", "bed.census", map[string]any{"place": "icu", "census": []map[string]any{with(someone("i", 1), "place", "icu/I1")}})
	d.tell("pas", "bed.census", map[string]any{"place": "x1", "census": []map[string]any{with(someone("x", 1), "place", "x1/X1"), with(someone("x", 2), "place", "x1/X2")}})
	d.crowd("ed", "ae", 0, 4)

	// 1. Fourteen electives are due.
	for i := 1; i <= 14; i++ {
		d.tell("pas", "bed.requested", with(someone("e", i), "place", "w1", "request", fmt.Sprint("E", i), "origin", "elective", "wants", "adult_ga", "due", d.time("15:00").String()))
	}
	d.at("07:30")
	d.figureOf("site/wrh", 14, "electives_due")
	for i := 1; i <= 20; i++ {
		certainty := "definite"
		if i > 9 {
			certainty = "potential"
		}
		d.tell("pas", "discharge.planned", with(someone("m", i), "due", d.time("15:00").String(), "certainty", certainty))
	}

	// 2. The position of 08:00 is cut.
	d.at("08:01")
	resp, err := http.Get("http://" + d.centre.httpAddr + "/api/v1/cuts")
	require.NoError(t, err)
	defer resp.Body.Close()
	var cuts struct{ Cuts []struct{ Seq uint64 } }
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&cuts))
	require.Len(t, cuts.Cuts, 1)

	// 3. The bed meeting of 08:30: nine definite, eleven potential.
	d.at("08:30")
	d.says("coordinator", "decision.meeting-opened", map[string]any{"meeting": "M0830", "scope": "system"})
	first := d.meeting("M0830")
	require.Equal(t, flow.Promised{Told: 9}, first.Definite)
	ward := first.Wards[slices.IndexFunc(first.Wards, func(w flow.MeetingWard) bool { return w.Unit == "w1" })]
	require.Equal(t, []int{24, 22, 2, 9, 11}, []int{ward.Open, ward.Occupied, ward.Available, ward.Definite, ward.Potential})
	then := d.state(fmt.Sprint(first.Cut))
	require.InDelta(t, 22, *valueIn(then, "unit/w1", "adult_ga_occupied").Value, 0, "the figures are those of the event that it says")

	// 4. Six escalation beds by 11:00. 5. Blocked: no nurse.
	d.says("coordinator", "decision.action-raised", map[string]any{"action": "A1", "task": "open_escalation_beds", "scope": "site/wrh", "owner": "clinical_site_manager", "due": d.time("11:00").String(), "count": 6, "meeting": "M0830"})
	d.says("coordinator", "decision.meeting-signed", map[string]any{"meeting": "M0830", "due": d.time("16:00").String()})
	d.at("10:30")
	d.says("clinical_site_manager", "decision.action-blocked", map[string]any{"action": "A1", "reason": "no_staff"})
	require.Equal(t, flow.ActionStopped, d.action("A1").State)
	d.says("clinical_site_manager", "decision.action-extended", map[string]any{"action": "A1", "due": d.time("11:45").String(), "reason": "no_staff"})

	// 6. Four are open at 11:30, until the next day at 20:00.
	d.at("11:30")
	for i := 1; i <= 4; i++ {
		d.says("clinical_site_manager", "bed.opened", map[string]any{"place": fmt.Sprintf("w1/E%d", i), "until": d.time("1d 20:00").String()})
	}
	d.says("clinical_site_manager", "decision.action-done", map[string]any{"action": "A1", "count": 4})
	d.at("11:32")
	beds := d.action("A1")
	require.Equal(t, flow.CameTrue, beds.Outcome, "four were told, and four are seen")
	require.Equal(t, []int{6, 4}, []int{beds.Count, beds.Told})
	require.Equal(t, d.time("11:00"), beds.First)

	// 7. Two transfers are asked for: one is accepted, one declined for want of telemetry.
	d.says("coordinator", "bed.transfer-asked", with(someone("x", 1), "transfer", "T1", "from", "alex", "to", "wrh", "purpose", "transfer", "wants", "adult_ga"))
	d.says("coordinator", "bed.transfer-asked", with(someone("x", 2), "transfer", "T2", "from", "alex", "to", "wrh", "purpose", "transfer", "wants", "adult_ga"))
	d.says("clinical_site_manager", "bed.transfer-accepted", map[string]any{"transfer": "T1"})
	d.says("clinical_site_manager", "bed.transfer-declined", map[string]any{"transfer": "T2", "reason": "telemetry"})
	d.at("11:40")
	d.figureOf("system", 1, "transfers_declined")

	// 8. The patient on the way counts once.
	d.says("coordinator", "bed.transfer-left", map[string]any{"transfer": "T1"})
	d.at("11:42")
	d.figureOf("system", 1, "in_transit")

	// 9. A repatriation from Birmingham has its bed kept.
	d.says("coordinator", "bed.transfer-asked", map[string]any{"transfer": "T3", "from": "out/RRK", "to": "wrh", "purpose": "repatriation", "wants": "adult_ga", "patient": patient("b1")})
	d.says("clinical_site_manager", "bed.transfer-accepted", map[string]any{"transfer": "T3"})
	d.says("clinical_site_manager", "bed.transfer-bed-offered", map[string]any{"transfer": "T3", "place": "w1/E4", "until": d.time("18:00").String()})
	d.at("11:45")
	require.Equal(t, "reserved", string(d.bed("w1", "E4").State))

	// 10. A step-down from intensive care has waited for more than four hours: the site manager is told.
	d.tell("pas", "bed.requested", with(someone("i", 1), "place", "icu", "request", "S1", "origin", "step_down", "wants", "adult_ga"), "08:05")
	d.at("12:10")
	d.figureOf("site/wrh", 1, "step_downs_over_4h")
	require.Contains(t, p.rings(siteManagers, 1, "a step-down over 4 h").names(), "FlowCentreStepDownWaiting")

	// 11. Three electives are cancelled.
	for i := 1; i <= 3; i++ {
		d.tell("pas", "bed.request-cancelled", with(someone("e", i), "request", fmt.Sprint("E", i), "reason", "no_bed"))
	}
	d.at("12:15")
	d.figureOf("site/wrh", 3, "electives_cancelled")
	d.figureOf("site/wrh", 11, "electives_due")
	for i := 1; i <= 6; i++ {
		d.tell("pas", "bed.discharged", with(someone("m", i), "place", "w1"), fmt.Sprintf("12:%02d", i))
	}

	// 12. OPEL 4 by the figures at 13:05: actions are raised, and the manager is paged once.
	d.at("13:02")
	d.crowd("ed", "ae", 4, 18)
	paged := len(p.phones.of(managersPhone))
	d.at("13:03")
	d.at("13:05")
	require.Equal(t, 4, levelOf(d.state(), "site/wrh").Level)
	page := p.rings(managersPhone, paged+1, "OPEL 4 is entered")
	require.Equal(t, []string{"FlowCentreOPEL4Entered"}, page.names())
	require.Equal(t, "Worcs Royal: OPEL 4 by the figures", page.line())
	raised := map[string]string{}
	for _, a := range d.state().Actions {
		if a.Level > 0 {
			raised[a.Task] = a.Scope
		}
	}
	for task, scope := range map[string]string{"extra_ward_round": "site/wrh", "ed_senior_review": "site/wrh", "full_capacity": "site/wrh", "acute_pillar_call": "system", "acute_divert_considered": "system", "system_call": "system", "region_told": "system"} {
		require.Equal(t, scope, raised[task], "%s: %v", task, raised)
	}

	// 13. It is declared at 13:20, with a review at 17:00. A coordinator may not.
	d.at("13:20")
	declared := map[string]any{"declared": map[string]any{"scope": "site/wrh", "status": "opel", "value": "4"}, "until": d.time("20:00").String(), "due": d.time("17:00").String()}
	status, why := d.decide("feed.status-declared", declared)
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, why, "on_call_manager")
	d.says("on_call_manager", "feed.status-declared", declared)
	level := levelOf(d.state(), "site/wrh")
	require.Equal(t, 4, level.Declared.Level)
	require.Equal(t, d.time("17:00"), level.Declared.Review)
	p.seen(d.clock.Now())
	require.Len(t, p.phones.of(managersPhone), paged+1, "one page, and no more while the level stands")

	// 14. A divert from 14:00 to 16:00 is agreed; mutual aid is refused.
	d.says("on_call_director", "decision.action-raised", map[string]any{"action": "A2", "task": "ask_divert", "scope": "site/wrh", "owner": "on_call_director", "due": d.time("14:00").String()})
	d.says("on_call_director", "decision.action-raised", map[string]any{"action": "A3", "task": "ask_mutual_aid", "scope": "site/wrh", "owner": "on_call_director", "due": d.time("14:00").String()})
	d.says("on_call_director", "decision.agreement-asked", map[string]any{"agreement": "G1", "purpose": "divert", "from": "wrh", "to": "alex", "due": d.time("14:00").String(), "until": d.time("16:00").String()})
	d.says("on_call_director", "decision.agreement-asked", map[string]any{"agreement": "G2", "purpose": "mutual_aid", "from": "out/RRK", "to": "wrh"})
	d.says("on_call_director", "decision.agreement-answered", map[string]any{"agreement": "G1", "outcome": "agreed"})
	d.says("on_call_director", "decision.agreement-answered", map[string]any{"agreement": "G2", "outcome": "refused"})
	d.says("on_call_director", "decision.action-done", map[string]any{"action": "A2"})
	d.says("on_call_director", "decision.action-not-possible", map[string]any{"action": "A3", "reason": "refused"})
	d.at("13:24")
	require.Equal(t, flow.CameTrue, d.action("A2").Outcome)
	require.Empty(t, d.action("A3").Outcome)

	// 15. The meeting of 16:00: six of nine have left; three told, not seen, go to the handover.
	d.at("16:00")
	d.says("coordinator", "decision.meeting-opened", map[string]any{"meeting": "M1600", "scope": "system"})
	require.Equal(t, flow.Promised{Told: 9, Left: 6, NotSeen: 3}, d.meeting("M0830").Definite)
	second := d.meeting("M1600")
	require.Equal(t, "M0830", second.Before)
	require.Contains(t, second.Earlier, "A1")
	require.Equal(t, 22, d.meeting("M0830").Wards[slices.IndexFunc(first.Wards, func(w flow.MeetingWard) bool { return w.Unit == "w1" })].Occupied, "what was cut stands")
	ctx := tab(t, 1920, 1080)
	require.NoError(t, browser.Do(ctx, browser.Navigate("http://"+d.centre.httpAddr+"/meetings/M1600")))
	becomes(t, ctx, 20*time.Second, live)
	becomes(t, ctx, 5*time.Second, `document.body.innerText.includes("9 definite: 6 have left; 3 told, not seen.")`)
	becomes(t, ctx, 5*time.Second, `document.querySelector('[data-action="A1"]') !== null`)
}
