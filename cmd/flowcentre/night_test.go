package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	browser "github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

const (
	managersPhone  = "/phone/on-call-manager"
	directorsPhone = "/phone/on-call-director"
	siteManagers   = "/phone/clinical-site-manager"
	theDesk        = "/desk"
	theTickets     = "/tickets"
)

// says decides in a role, and requires that it is in effect.
func (d *shift) says(role, kind string, data map[string]any) {
	d.Helper()
	status, detail := d.decideAs(role, kind, data)
	require.Equal(d, http.StatusAccepted, status, detail)
}

// alertOf is the one alert of a name that came back.
func (d *shift) alertOf(name string) *flow.AlertView {
	d.Helper()
	var found *flow.AlertView
	for _, a := range d.state().Alerts {
		if a.Name == alertPrefix+name {
			require.Nil(d, found, "%s came back twice", name)
			found = a
		}
	}
	return found
}

func levelOf(v *flow.View, scope string) *flow.LevelView {
	for _, l := range v.Levels {
		if l.ID == scope {
			return l
		}
	}
	return &flow.LevelView{}
}

func feedOf(v *flow.View, id string) *flow.FeedView {
	for _, f := range v.Feeds {
		if f.ID == id {
			return f
		}
	}
	return &flow.FeedView{}
}

// crowd has so many patients arrive in a department.
func (d *shift) crowd(feed, unit string, from, n int) {
	d.Helper()
	for i := from; i < from+n; i++ {
		d.tell(feed, "ae.arrived", map[string]any{"patient": patient(fmt.Sprintf("%s%d", unit, i)), "visit": fmt.Sprintf("T/VN/%s%d", unit, i), "place": unit})
	}
}

func (d *shift) crew(what, id, unit string) {
	d.Helper()
	d.tell("crews", "ae.ambulance-"+what, map[string]any{"ambulance": id, "place": unit})
}

// TestHeldCrewsAndASilentDepartment is a night (S1): every point of it with a real Prometheus,
// Alertmanager, browser and phone.
func TestHeldCrewsAndASilentDepartment(t *testing.T) {
	looksOnly(t)
	d := shiftIn(t, "testdata/night.yaml", "02:00")
	p := newAlertPath(t, d.centre)
	in := []map[string]any{}
	for i := 1; i <= 4; i++ {
		in = append(in, map[string]any{"place": fmt.Sprintf("wrh-w1/A%d", i), "patient": patient(fmt.Sprint("b", i)), "visit": fmt.Sprint("T/VN/b", i)})
	}
	d.tell("beds", "bed.census", map[string]any{"place": "wrh-w1", "census": in})
	d.crowd("wrh-ed", "wrh-ae", 0, 5)
	d.crowd("alex-ed", "alex-ae", 0, 9)

	// 1. Crew A arrives. 2. Crew B.
	d.at("02:15")
	d.crew("arrived", "A", "wrh-ae")
	d.at("02:46")
	require.Equal(t, []string{"FlowCentreCrewHeld30"}, p.rings(theDesk, 1, "the desk at 30 minutes").names())
	d.at("02:50")
	d.crew("arrived", "B", "wrh-ae")

	// 3. A passes 45 minutes: the desk and the site manager are told, nobody is paged.
	d.at("03:01")
	told := p.rings(siteManagers, 1, "the site manager at 45 minutes")
	require.Equal(t, []string{"FlowCentreCrewHeld45"}, told.names())
	require.Equal(t, "Worcs Royal A&E: ambulance 46m 0s, limit 45 min", told.line())
	p.seen(d.clock.Now())
	require.Empty(t, p.phones.of(managersPhone))

	// 4. Three more are on the way. 5. A passes 60 minutes with four waiting: one page.
	for _, id := range []string{"C", "D", "E"} {
		d.crew("inbound", id, "wrh-ae")
	}
	d.at("03:05")
	d.tell("alex-ed", "feed.heartbeat", map[string]any{}) // the last that is heard of the Alexandra
	d.crew("arrived", "C", "wrh-ae")
	d.at("03:10")
	d.crew("arrived", "D", "wrh-ae")
	d.at("03:16")
	page := p.rings(managersPhone, 1, "the on-call manager at 60 minutes with four waiting")
	require.Equal(t, []string{"FlowCentreCrewsHeld"}, page.names())
	require.Equal(t, "Worcs Royal A&E: 4 crews or more, longest 1h 1m 0s", page.line())
	require.Eventually(t, func() bool { return p.heldBack("FlowCentreCrewHeld30") }, 20*time.Second, 50*time.Millisecond, "the lesser alert is held back")
	require.Eventually(t, func() bool { return d.alertOf("CrewsHeld") != nil }, 20*time.Second, 50*time.Millisecond, "the page comes back to the centre")
	held := d.alertOf("CrewsHeld")
	require.Equal(t, "Worcs Royal A&E: 4 crews or more, longest 61 min", held.Line)
	require.Equal(t, fmt.Sprintf("%s-%d", page.Alerts[0].Fingerprint, page.Alerts[0].StartsAt.Unix()), held.ID, "the page that the message links to")
	require.Equal(t, "on_call_manager", held.Told[0].Role)
	require.Equal(t, "on_call_director", held.Next.Role)
	require.Equal(t, held.Fired.Add(20*time.Minute), held.Next.At)
	require.Len(t, held.Inputs, 2)
	require.InDelta(t, 4, *held.Inputs[1].Value, 0)
	require.NotNil(t, d.alertOf("CrewHeld45"), "what was told before is whole in the ledger")

	// 6. The Alexandra's A&E is silent; its level does not fall. 7. The range widens, within
	// bounds, and the feed's owner is told.
	before := levelOf(d.state(), "site/alex")
	require.Equal(t, 3, before.Level)
	require.LessOrEqual(t, before.Could, before.Level)
	d.at("03:23")
	v := d.state()
	require.Equal(t, flow.FeedSilent, feedOf(v, "alex-ed").State)
	silent := levelOf(v, "site/alex")
	require.Equal(t, 3, silent.Level)
	require.Equal(t, 4, silent.Could, "its last value plus its usual drift")
	require.Equal(t, []string{"FlowCentreFeedSilent"}, p.rings(theTickets, 1, "the feed's owner").names())
	d.at("03:30")
	then := d.state()

	// 8. The manager takes it on the phone: the climb stops.
	d.at("03:34")
	ctx := tab(t, 390, 844)
	require.NoError(t, browser.Do(ctx, browser.Navigate("http://"+d.centre.httpAddr+"/oncall/"+held.ID+"?role=on_call_manager")))
	becomes(t, ctx, 20*time.Second, live)
	becomes(t, ctx, 10*time.Second, `document.querySelector('[data-alert]')?.dataset.owner === ""`)
	becomes(t, ctx, time.Second, `document.body.innerText.includes("4 waiting")`)
	require.NoError(t, browser.Do(ctx, browser.Click(`[data-hook="take"]`)))
	becomes(t, ctx, 10*time.Second, `document.querySelector('[data-alert]').dataset.owner === "on_call_manager"`)
	d.at("03:40")
	p.seen(d.clock.Now())
	require.Empty(t, p.phones.of(directorsPhone), "nobody else is rung for what somebody has")
	require.Len(t, d.alertOf("CrewsHeld").Told, 1)

	// 9. The coordinator phones the Alexandra: the doubt closes, marked by phone.
	d.says("coordinator", "feed.figure-reported", map[string]any{"figure": map[string]any{"scope": "site/alex", "measure": "ae_in_department", "value": 9, "how": "phone"}})
	d.at("03:42")
	phoned := levelOf(d.state(), "site/alex")
	require.Equal(t, 3, phoned.Level)
	require.LessOrEqual(t, phoned.Could, 3)
	require.True(t, phoned.Points[0].Phoned)

	// 10. Four escalation beds are opened until 10:00, promised and staffed by an action for the
	// alert. 11. So is the cohort area.
	d.says("on_call_manager", "decision.action-raised", map[string]any{"action": "N1", "task": "open_escalation_beds", "scope": "site/wrh", "owner": "clinical_site_manager", "due": d.time("04:30").String(), "count": 4, "item": held.ID})
	d.says("on_call_manager", "decision.action-raised", map[string]any{"action": "N2", "task": "cohort_area", "scope": "site/wrh", "owner": "clinical_site_manager", "due": d.time("04:10").String(), "item": held.ID})
	for i := 1; i <= 4; i++ {
		d.says("clinical_site_manager", "bed.opened", map[string]any{"place": fmt.Sprintf("wrh-w1/E%d", i), "until": d.time("10:00").String()})
	}
	d.says("clinical_site_manager", "decision.action-done", map[string]any{"action": "N1", "count": 4})
	d.at("03:44")
	for _, a := range d.state().Actions {
		if a.ID == "N1" {
			require.Equal(t, flow.CameTrue, a.Outcome)
			require.InDelta(t, 4, *a.Seen, 0)
		}
	}

	// 12. A is handed over after 97 minutes, and the others soon.
	d.at("03:52")
	d.crew("handed-over", "A", "wrh-ae")
	d.at("03:55")
	for _, id := range []string{"B", "C", "D"} {
		d.crew("handed-over", id, "wrh-ae")
	}
	d.says("clinical_site_manager", "decision.action-done", map[string]any{"action": "N2"})

	// 13. The Alexandra's backlog comes in a burst: the phoned figure is superseded, and the
	// difference shown.
	d.at("04:05")
	for i := range 3 {
		d.tell("alex-ed", "ae.departed", map[string]any{"patient": patient(fmt.Sprint("alex-ae", i)), "visit": fmt.Sprint("T/VN/alex-ae", i)}, "03:25")
	}
	d.tell("alex-ed", "ae.arrived", map[string]any{"patient": patient("late"), "visit": "T/VN/late", "place": "alex-ae"}, "03:30")
	d.at("04:06")
	counted := valueIn(d.state(), "site/alex", "ae_in_department")
	require.InDelta(t, 7, *counted.Value, 0)
	require.NotNil(t, counted.Reported)
	require.InDelta(t, 9, counted.Reported.Value, 0)
	require.NotZero(t, counted.Reported.Superseded)

	// 14. The alert clears after its hold, and the ledger is whole.
	require.Eventually(t, func() bool { return d.alertOf("CrewsHeld").State == flow.AlertOver }, 60*time.Second, 100*time.Millisecond)
	whole := d.alertOf("CrewsHeld")
	require.NotZero(t, whole.Recovered)
	require.Equal(t, "on_call_manager", whole.Taken.Role)
	require.ElementsMatch(t, []string{"N1", "N2"}, whole.Actions)
	require.Equal(t, held.Inputs, whole.Inputs, "the inputs are as they were when it fired")
	require.Len(t, p.phones.of(managersPhone), 1, "one page, and no more")
	require.Empty(t, p.phones.of(directorsPhone))
	for _, r := range d.rules() {
		if r.Name == "FlowCentreCrewsHeld" {
			require.Equal(t, flow.RuleCount{Name: r.Name, Fired: 1, Taken: 1, Acted: 1, Recovered: 1, Last: held.Fired}, r)
		}
	}

	// 15. The past at 03:30 is what was shown at 03:30.
	past := d.state(then.At.String())
	for _, v := range []*flow.View{then, past} {
		for _, a := range v.Alerts {
			a.Version = 0
		}
		for _, l := range v.Levels {
			l.Version = 0
		}
	}
	require.Equal(t, texted(t, then.Levels), texted(t, past.Levels))
	require.Equal(t, texted(t, then.Alerts), texted(t, past.Alerts))

	// Alertmanager is gone while a page falls due, and comes again: the page is not lost.
	p.alertmanager.stop()
	d.tell("wrh-ed", "ae.decided-to-admit", map[string]any{"patient": patient("wrh-ae0"), "visit": "T/VN/wrh-ae0"}, "02:00")
	d.at("12:30")
	p.seen(d.clock.Now())
	p.alertmanager.start(t)
	lost := p.rings(managersPhone, 2, "the page that fell due while Alertmanager was gone")
	require.Contains(t, lost.names(), "FlowCentreDTABreachNear")

	// The alert path is dead: the centre says so itself, within the time that it is expected in.
	require.Equal(t, flow.FeedOnTime, feedOf(d.state(), "alerts").State)
	p.prometheus.stop()
	p.alertmanager.stop()
	d.at("12:50")
	require.Equal(t, flow.FeedSilent, feedOf(d.state(), "alerts").State)
	wall := tab(t, 1920, 1080)
	require.NoError(t, browser.Do(wall, browser.Navigate("http://"+d.centre.httpAddr+"/")))
	becomes(t, wall, 20*time.Second, live)
	becomes(t, wall, 10*time.Second, `document.querySelector("h1, .worst, main")?.ownerDocument.body.innerText.includes("Alerts reach nobody since ")`)
}

func texted(t *testing.T, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	require.NoError(t, err)
	return string(text)
}

// rules are what became of the alerts by name.
func (d *shift) rules() (all []flow.RuleCount) {
	d.Helper()
	resp, err := http.Get("http://" + d.centre.httpAddr + "/api/v1/alerts")
	require.NoError(d, err)
	defer resp.Body.Close()
	var answer struct{ Rules []flow.RuleCount }
	require.NoError(d, json.NewDecoder(resp.Body).Decode(&answer))
	return answer.Rules
}
