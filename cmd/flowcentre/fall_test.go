package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	browser "github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
)

const her = "T/MR/her"

// fall is the morning after a woman has fallen at home, up to her rest in a care home: every
// point of it is what the API tells and what each figure counts. The seq is of the fact by
// which the crew has left her at home.
func fall(t *testing.T) (d *shift, notConveyed uint64) {
	d = shiftIn(t, "testdata/fall.yaml", "07:00")
	d.census("w6", "C1", "c1")
	d.tell("ed", "ae.list", map[string]any{"place": "ae", "list": []any{}})
	d.at("07:45")
	d.places("orchard", "orchard", "short", 2, "link")
	d.at("08:05")
	d.places("team", "ucr", "visits", 11, "system")
	d.places("team", "children", "respite", 0, "system")
	d.at("08:30")
	d.places("meadow", "meadow", "short", 2, "link")
	d.figureOf("system", 1, "places_free_urgent_community_response")
	d.figureOf("system", 3, "places_free_care_home")
	require.Equal(t, flow.PlacesNever, d.slots("starts").State)
	agency := valueIn(d.state(), "system", "places_free_home_care")
	require.Nil(t, agency.Value, "nobody has told: not known, and not 0")
	require.Equal(t, "never", agency.Missing[0].Why)

	// 1. A pendant alarm: the co-ordination centre that serves the place has a call to answer.
	d.at("10:30")
	d.tell("hub", "community.call-raised", map[string]any{"call": "C-1", "origin": "call_alarm", "locality": "hillside"})
	require.Equal(t, "co", d.call("C-1").Place)
	d.figureOf("system", 1, "calls_waiting")
	d.tell("hub", "community.call-answered", map[string]any{"call": "C-1", "role": "clinician"})
	d.figureOf("system", 0, "calls_waiting")

	// 2. A crew is with her, and means to take her to A&E.
	d.at("10:40")
	d.tell("crews", "ae.ambulance-inbound", map[string]any{"ambulance": "W-1", "place": "ae", "due": d.time("11:35").String()})
	require.Len(t, d.state().Ambulances, 1)

	// 3. It rings the centre first: a referral, and nobody asks for a name.
	d.at("10:45")
	d.tell("hub", "community.call-raised", map[string]any{"call": "C-2", "origin": "call_before_convey", "locality": "hillside", "ambulance": "W-1"})
	d.tell("hub", "community.call-answered", map[string]any{"call": "C-2", "role": "clinician"})
	d.decided("community.referral-made", map[string]any{
		"referral": "R-1", "origin": "crew", "seeks": []string{"urgent_community_response", "care_home", "short_stay"}, "needs": []string{"hoist"},
		"intent": "convey", "ambulance": "W-1", "call": "C-2", "locality": "hillside", "age": 83, "sex": "female",
	})
	d.decided("community.call-closed", map[string]any{"call": "C-2", "outcome": "referred", "referral": "R-1"})
	d.decided("community.call-closed", map[string]any{"call": "C-1", "outcome": "crew_sent"})
	r := d.referral("R-1")
	require.Equal(t, flow.ReferralOpen, r.State)
	require.Empty(t, r.Key, "nobody knows who she is")
	require.Equal(t, "R-1", d.call("C-2").Referral)
	d.figureOf("system", 1, "referrals_waiting")

	// 4. What there is: the team, which has one visit left and comes to her; Orchard House next
	// door, which told three hours ago and has to be asked about the hoist; Meadow House, 10 km
	// away. A place for children is refused by its rule.
	one, two, here, away := 1, 2, 0, 10
	offers := d.offers("R-1")
	require.Equal(t, []capacity.Offer{
		{Unit: "ucr", Sort: "visits", Home: true, Km: &here, Free: &one, State: "told", Told: d.time("08:05"), Ask: []string{}},
		{Unit: "orchard", Sort: "short", Km: &here, Free: &one, State: "told", Told: d.time("07:45"), Ask: []string{"hoist"}},
		{Unit: "meadow", Sort: "short", Km: &away, Free: &two, State: "told", Told: d.time("08:30"), Ask: []string{}},
	}, offers.Offers)
	require.Equal(t, []capacity.NotOffered{{Unit: "children", Rule: "age", Seen: "83", Needed: "0 to 17"}}, offers.Refused)

	// 5. The team takes her on: its last visit is kept.
	d.at("10:50")
	d.tell("team", "community.referral-accepted", map[string]any{"referral": "R-1", "place": "ucr", "due": d.time("11:30").String(), "role": "team_lead", "how": "system"})
	require.Equal(t, flow.ReferralTaken, d.referral("R-1").State)
	d.sort("ucr", 11, 1, 0, 0, 0)
	d.figureOf("system", 0, "places_free_urgent_community_response")
	d.figureOf("system", 0, "referrals_waiting")
	d.decided("community.referral-made", map[string]any{"referral": "R-9", "origin": "gp", "seeks": []string{"urgent_community_response"}, "locality": "riverside"})
	require.Empty(t, d.offers("R-9").Offers)
	require.Equal(t, []capacity.NotOffered{{Unit: "ucr", Rule: "full", Seen: "0", Needed: "1"}}, d.offers("R-9").Refused)
	d.decided("community.referral-cancelled", map[string]any{"referral": "R-9", "reason": "entered_in_error"})

	// 6. It is there within two hours, and learns who she is.
	d.at("11:25")
	d.tell("team", "community.referral-started", map[string]any{"referral": "R-1", "place": "ucr", "patient": her})
	r = d.referral("R-1")
	require.Equal(t, flow.ReferralBegun, r.State)
	require.Equal(t, d.time("12:45"), r.Breach)
	require.Less(t, r.Started, r.Breach)
	require.NotEmpty(t, r.Key)
	d.sort("ucr", 11, 0, 1, 0, 0)
	d.figureOf("system", 0, "referrals_over_time")
	inTime := valueIn(d.state(), "system", "urgent_response_in_2h")
	require.Nil(t, inTime.Value, "one is too few for a share")
	require.True(t, inTime.Small)
	require.EqualValues(t, 1, inTime.Of)

	// 7. She cannot stay alone for some days: a short stay is wanted.
	d.at("11:40")
	d.decided("community.referral-made", map[string]any{
		"referral": "R-2", "patient": her, "origin": "co_ordination", "seeks": []string{"care_home", "short_stay"}, "needs": []string{"hoist"}, "locality": "hillside", "age": 83,
	})
	require.Equal(t, []string{"orchard", "meadow"}, d.offered("R-2"))

	// 8. Orchard House has no hoist. 9. Meadow House takes her: a place is kept.
	d.decided("community.referral-offered", map[string]any{"referral": "R-2", "place": "orchard", "how": "phone"})
	d.at("11:50")
	d.decided("community.referral-declined", map[string]any{"referral": "R-2", "place": "orchard", "reason": "hoist", "how": "phone"})
	d.figureOf("system", 1, "referrals_declined")
	d.decided("community.referral-offered", map[string]any{"referral": "R-2", "place": "meadow", "how": "phone"})
	d.decided("community.referral-accepted", map[string]any{"referral": "R-2", "place": "meadow/short", "due": d.time("14:00").String(), "how": "phone"})
	r = d.referral("R-2")
	require.Equal(t, []flow.AskedView{
		{Unit: "orchard", Asked: d.time("11:40"), Answer: "declined", Answered: d.time("11:50"), Reason: "hoist"},
		{Unit: "meadow", Asked: d.time("11:50"), Answer: "accepted", Answered: d.time("11:50")},
	}, r.Asked)
	require.Equal(t, "meadow short", r.Unit+" "+r.Sort)
	d.sort("meadow", 2, 1, 0, 0, 1)
	d.figureOf("system", 2, "places_free_care_home")

	// A second home that takes her after all is refused, and told who has her.
	status, detail := d.decide("community.referral-accepted", map[string]any{"referral": "R-2", "place": "orchard", "how": "phone"})
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, detail, "meadow")
	d.sort("orchard", 2, 0, 0, 0, 1)

	// 10. The crew is clear, and she was not conveyed: an admission avoided is claimed.
	d.at("12:05")
	notConveyed = d.tell("crews", "community.not-conveyed", map[string]any{"referral": "R-1", "ambulance": "W-1"})
	d.tell("crews", "ae.ambulance-cancelled", map[string]any{"ambulance": "W-1", "reason": "not_conveyed"})
	require.Empty(t, d.state().Ambulances)
	r = d.referral("R-1")
	require.Equal(t, d.time("12:05"), r.NotConveyed)
	require.Equal(t, flow.AvoidedClaimed, r.Avoided.State)
	require.Equal(t, d.time("3d 11:25"), r.Avoided.Check, "72 hours from the team's first contact")
	d.figureOf("system", 1, "admissions_avoided_claimed")

	// 11. She arrives: the place that was kept is used, and counted once.
	d.at("14:20")
	d.tell("meadow", "community.referral-started", map[string]any{"referral": "R-2", "place": "meadow/short"})
	d.sort("meadow", 2, 0, 1, 0, 1)
	d.figureOf("system", 2, "places_free_care_home")
	return d, notConveyed
}

// TestAFallAtHome is the first ending: she goes home, and was never in A&E.
func TestAFallAtHome(t *testing.T) {
	d, _ := fall(t)

	// 12. The home's manager says that it still is so: as fresh as told now, and nobody counted
	// twice or lost.
	d.at("16:00")
	require.Equal(t, d.time("08:30"), d.slots("meadow").Told)
	d.tell("meadow", "community.still-true", map[string]any{"place": "meadow", "role": "home_manager", "how": "link"})
	require.Equal(t, d.time("16:00"), d.slots("meadow").Told)
	d.sort("meadow", 2, 0, 1, 0, 1)

	// 13. Home after three nights: her place is free when the home says so, and not before.
	d.at("3d 10:00")
	d.tell("meadow", "community.referral-ended", map[string]any{"referral": "R-2", "place": "meadow", "outcome": "home"})
	d.sort("meadow", 2, 0, 1, 1, 1)
	d.at("3d 11:00")
	d.places("meadow", "meadow", "short", 2, "link")
	d.sort("meadow", 2, 0, 0, 0, 2)

	// 14. 72 hours after the team came, nothing was seen of her in A&E: it is confirmed.
	d.at("3d 11:24")
	require.Equal(t, flow.AvoidedClaimed, d.referral("R-1").Avoided.State)
	d.at("3d 11:25")
	r := d.referral("R-1")
	require.Equal(t, flow.AvoidedConfirmed, r.Avoided.State)
	require.Equal(t, d.time("3d 11:25"), r.Avoided.Since)
	d.figureOf("system", 1, "admissions_avoided_confirmed")
	d.figureOf("system", 0, "admissions_avoided_claimed")
	d.figureOf("system", 0, "admissions_avoided_withdrawn")
}

// TestAFallAtHomeAndAnAttendance is the other ending. 15. She comes to A&E after 40 hours: the
// claim is withdrawn, with what withdrew it, and what was shown before stands in the past.
func TestAFallAtHomeAndAnAttendance(t *testing.T) {
	d, notConveyed := fall(t)
	before := d.state()
	d.at("2d 03:25")
	attended := d.tell("ed", "ae.arrived", map[string]any{"patient": her, "visit": "T/VN/her", "place": "ae", "mode": "ambulance"})
	r := d.referral("R-1")
	require.Equal(t, flow.AvoidedWithdrawn, r.Avoided.State)
	require.Equal(t, d.time("2d 03:25"), r.Avoided.Since)
	require.Contains(t, r.Avoided.Events, attended)
	require.Contains(t, r.Avoided.Events, notConveyed)
	d.figureOf("system", 1, "admissions_avoided_withdrawn")
	d.figureOf("system", 0, "admissions_avoided_claimed")
	d.at("3d 12:00")
	require.Equal(t, flow.AvoidedWithdrawn, d.referral("R-1").Avoided.State, "and is not confirmed when the time is over")
	d.figureOf("system", 0, "admissions_avoided_confirmed")

	past := d.state(fmt.Sprint(before.Seq))
	require.Equal(t, before.Digest, past.Digest)
	require.InDelta(t, 1, *valueIn(past, "system", "admissions_avoided_claimed").Value, 0)
}

// TestStartsAreHandedBack: a patient who could go home has a start with the agency, and the
// agency hands back eight of its starts.
func TestStartsAreHandedBack(t *testing.T) {
	d := shiftIn(t, "testdata/fall.yaml", "07:00")
	d.census("w6", "C1", "S1", "C2", "c2")
	d.tell("ed", "ae.list", map[string]any{"place": "ae", "list": []any{}})
	d.tell("hub", "feed.heartbeat", map[string]any{"counter": 1})
	d.tell("agency", "community.places-reported", map[string]any{"place": "starts", "places": map[string]any{"sorts": []any{map[string]any{"sort": "starts", "open": 20, "used": 10}}}})
	d.figureOf("system", 10, "places_free_home_care")
	d.tell("wards", "discharge.list", map[string]any{"place": "w6", "discharges": []any{map[string]any{"patient": patient("S1"), "nctr": d.time("07:00").String(), "pathway": "1"}}})
	d.figure(1, "nctr_here")
	d.figure(0, "leaving_by_17")

	// 4. A start is accepted for 14:00: kept at the agency, and one patient leaves today.
	d.at("08:00")
	d.decided("community.referral-made", map[string]any{"referral": "P-1", "patient": patient("S1"), "origin": "ward", "seeks": []string{"home_care"}})
	d.tell("agency", "community.referral-accepted", map[string]any{"referral": "P-1", "place": "starts", "due": d.time("14:00").String()})
	d.sort("starts", 10, 1, 0, 0, 9)
	d.figure(1, "leaving_by_17")

	// 5. Eight are handed back, hers with them: nobody is leaving any more, and she waits again.
	d.at("09:00")
	d.tell("agency", "community.places-reported", map[string]any{"place": "starts", "places": map[string]any{"sorts": []any{map[string]any{"sort": "starts", "open": 12, "used": 12}}}})
	d.tell("agency", "community.acceptance-withdrawn", map[string]any{"referral": "P-1", "place": "starts", "reason": "staffing"})
	d.figureOf("system", 0, "places_free_home_care")
	d.sort("starts", 12, 0, 0, 0, 0)
	require.Equal(t, flow.ReferralOpen, d.referral("P-1").State)
	d.figureOf("system", 1, "referrals_waiting")
	d.figure(0, "leaving_by_17")
	d.figure(1, "nctr_here")
}

// places tells how many places of a unit's one sort are used.
func (d *shift) places(feed, unit, sort string, used int, how string) {
	d.Helper()
	d.tell(feed, "community.places-reported", map[string]any{
		"place": unit, "places": map[string]any{"sorts": []any{map[string]any{"sort": sort, "used": used}}, "accepting": true}, "role": "manager", "how": how,
	})
}

// slots are the places of a unit.
func (d *shift) slots(unit string) *flow.SlotsView {
	d.Helper()
	slots := d.unit(unit).Slots
	require.NotNil(d, slots, unit)
	return slots
}

// sort requires that a unit's first sort of places is so.
func (d *shift) sort(unit string, used, kept, begun, ended, free int) {
	d.Helper()
	s := d.slots(unit).Sorts[0]
	require.NotNil(d, s.Used, unit)
	require.NotNil(d, s.Free, unit)
	require.Equal(d, [5]int{used, kept, begun, ended, free}, [5]int{*s.Used, s.Kept, s.Begun, s.Ended, *s.Free}, "%s: used, kept, begun, ended, free", unit)
}

func (d *shift) referral(id string) *flow.ReferralView {
	d.Helper()
	for _, r := range d.state().Referrals {
		if r.ID == id {
			return r
		}
	}
	require.Fail(d, "no such referral", id)
	return nil
}

// offers are the units that a referral can be put to, and those that it cannot.
func (d *shift) offers(referral string) *flow.OffersView {
	d.Helper()
	resp, err := http.Get("http://" + d.centre.httpAddr + "/api/v1/referrals/" + referral + "/offers")
	require.NoError(d, err)
	defer resp.Body.Close()
	require.Equal(d, http.StatusOK, resp.StatusCode)
	var v flow.OffersView
	require.NoError(d, json.NewDecoder(resp.Body).Decode(&v))
	return &v
}

func (d *shift) offered(referral string) (units []string) {
	d.Helper()
	for _, o := range d.offers(referral).Offers {
		units = append(units, o.Unit)
	}
	return units
}

func (d *shift) call(id string) *flow.CallView {
	d.Helper()
	for _, c := range d.state().Calls {
		if c.ID == id {
			return c
		}
	}
	require.Fail(d, "no such call", id)
	return nil
}

// TestTheManagerSaysOnAPhoneThatItIsStillTrue: the tap of the first ending's twelfth point, on the
// home's own page in a real browser of a phone's size.
func TestTheManagerSaysOnAPhoneThatItIsStillTrue(t *testing.T) {
	ctx := tab(t, 390, 844)
	d, _ := fall(t)
	d.at("16:00")
	status, link, _ := d.centre.ask(t, http.MethodPost, "/api/v1/links", `{"unit":"meadow","role":"coordinator"}`)
	require.Equal(t, http.StatusCreated, status, link.Detail)
	require.NoError(t, browser.Do(ctx, browser.Navigate("http://"+d.centre.httpAddr+link.Address)))
	hook := func(name string) string { return fmt.Sprintf(`document.querySelector('[data-hook=%q]')`, name) }
	becomes(t, ctx, 10*time.Second, hook("told")+`?.textContent.includes("08:30")`)
	becomes(t, ctx, time.Second, `document.querySelector('[data-sort="short"]')?.textContent.includes("1")`)
	fits, err := browser.Run(ctx, browser.Evaluate[bool](`document.documentElement.scrollWidth <= innerWidth`))
	require.NoError(t, err)
	require.True(t, fits, "the page scrolls sideways")
	require.NoError(t, browser.Do(ctx, browser.Click(`[data-hook="still"]`)))
	becomes(t, ctx, 5*time.Second, hook("message")+`?.textContent.includes("still true")`)
	becomes(t, ctx, time.Second, hook("told")+`?.textContent.includes("16:00")`)
	slots := d.slots("meadow")
	require.Equal(t, d.time("16:00"), slots.Told)
	require.Equal(t, "link", slots.How)
	require.True(t, slots.Reports[len(slots.Reports)-1].Still)
	d.sort("meadow", 2, 0, 1, 0, 1)
}
