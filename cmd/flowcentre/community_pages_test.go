package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	browser "github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// services starts the centre of fall.yaml: a hospital, and services outside it.
func services(t *testing.T) *centre {
	t.Helper()
	config, faults := LoadConfig("testdata/fall.yaml")
	require.Empty(t, faults)
	config.Data, config.HTTP.Listen = t.TempDir(), freePort(t)
	c, err := startCentre(t.Context(), centreOptions{Config: config, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// person is somebody at a page in a real browser.
type person struct {
	t   *testing.T
	ctx context.Context
	at  string
}

func visitor(t *testing.T, c *centre, width, height int64) *person {
	return &person{t, tab(t, width, height), "http://" + c.httpAddr}
}

func (p *person) goes(to string) {
	p.t.Helper()
	require.NoError(p.t, browser.Do(p.ctx, browser.Navigate(p.at+to)))
	becomes(p.t, p.ctx, 10*time.Second, live)
}

// sees waits until a part of the page says so.
func (p *person) sees(part, text string) {
	p.t.Helper()
	becomes(p.t, p.ctx, 5*time.Second, fmt.Sprintf(`[...document.querySelectorAll(%s)].some(e => e.innerText.includes(%s))`, quoted(part), quoted(text)))
}

// presses presses the one button of a part whose first words are these.
func (p *person) presses(part, button string) {
	p.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll(%s)].flatMap(e => [...e.querySelectorAll("button:not(:disabled)")]).find(b => b.innerText.trim().startsWith(%s))`, quoted(part), quoted(button))
	becomes(p.t, p.ctx, 5*time.Second, "!!"+find)
	_, err := browser.Run(p.ctx, browser.Evaluate[any](find+".click();0"))
	require.NoError(p.t, err)
}

// fills types into the field, or chooses in the list, under a label of a form.
func (p *person) fills(form, label, value string) {
	p.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll(%s)].flatMap(f => [...f.querySelectorAll("label.choice")]).find(l => l.innerText.startsWith(%s))?.querySelector("input, select")`, quoted(form+" form, form"+form), quoted(label))
	becomes(p.t, p.ctx, 5*time.Second, "!!"+find)
	_, err := browser.Run(p.ctx, browser.Evaluate[any](fmt.Sprintf(`(e => { e.value = %s; e.dispatchEvent(new Event(e.tagName === "SELECT" ? "change" : "input", {bubbles: true})); })(%s);0`, quoted(value), find)))
	require.NoError(p.t, err)
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// TestThePlacesOfTheCountyAreEnteredAndSeen: what a care home says by telephone is entered
// on the page of places, and the wall has it; until then nobody knows, which is not 0.
func TestThePlacesOfTheCountyAreEnteredAndSeen(t *testing.T) {
	c := services(t)
	p := visitor(t, c, 1920, 1080)
	p.goes("/")
	p.sees(`[data-kind="care_home"]`, "— no data")

	p.goes("/community?kind=care_home")
	p.sees(`[data-unit="meadow"]`, "never")
	p.presses(`[data-unit="meadow"]`, "By phone")
	p.fills(`[data-unit="meadow"]`, "Short stay", "9")
	p.sees(`[data-unit="meadow"] [role=alert]`, "more than the 4 places")
	p.fills(`[data-unit="meadow"]`, "Short stay", "3")
	p.presses(`[data-unit="meadow"]`, "Enter it")
	p.sees(`[data-unit="meadow"]`, "3 of 4")
	p.sees(`[data-unit="meadow"]`, "by phone, desk coordinator")
	p.sees(`[data-unit="orchard"]`, "— no data")

	p.goes("/")
	becomes(t, p.ctx, 5*time.Second, `document.querySelector('[data-kind="care_home"] [data-figure="free"]')?.textContent === "3"`)
	p.sees(`[data-kind="care_home"]`, "no data") // of the other home nobody knows

	p.goes("/units/meadow")
	p.presses(".provider", "Still true")
	p.sees("[data-report]", "still true")
	p.presses("[data-report]", "Take it back")
	p.sees("[data-report]", "taken back")
	p.presses("main", "Issue a link")
	p.presses("main form", "Issue it")
	becomes(t, p.ctx, 5*time.Second, `/\/places\/\w{32}$/.test(document.querySelector("[data-address]")?.value)`)
	p.presses("[data-link]", "Revoke")
	p.sees("[data-link]", "revoked")
}

// TestAReferralGoesItsWayOnThePages: from a crew's call to a place that is kept, and on, each
// step a decision.
func TestAReferralGoesItsWayOnThePages(t *testing.T) {
	c := services(t)
	for unit, sort := range map[string]string{"ucr": "visits", "orchard": "short"} {
		status, a := c.decide(t, "", fmt.Sprintf(`{"id":%q,"type":"flowcentre.community.places-reported.v1","data":{"place":%q,"places":{"sorts":[{"sort":%q,"used":1}],"accepting":true},"how":"phone","role":"desk_coordinator"}}`, unit, unit, sort))
		require.Equal(t, 202, status, a.Detail)
	}
	p := visitor(t, c, 1920, 1080)
	p.goes("/units/co")
	p.sees("header", "Hillside, Riverside")
	p.sees(".calls", "Calls waiting: 0")
	p.presses(".calls", "A call has come")
	p.presses(".calls form", "Put it in the queue")
	p.sees(`[data-call][data-state="waiting"]`, "crew, before conveying")
	p.presses("[data-call]", "Answer")
	p.sees(`[data-call][data-state="answered"]`, "answered after")
	p.presses("[data-call]", "Refer")
	p.fills("[data-call]", "Lives in", "hillside")
	p.presses("[data-call] form", "Make the referral")
	p.sees("[data-referral]", "nobody asked yet")
	p.sees("[data-referral]", "Hillside")
	p.presses("[data-call]", "Close")
	p.presses("[data-call] form", "Close the call")
	p.sees(`[data-call][data-state="closed"]`, "referral made")

	p.goes("/referrals")
	p.presses("[data-referral]", "Find a place")
	becomes(t, p.ctx, 5*time.Second, `document.querySelector("[data-offers]")?.textContent.includes("Urgent response, Hillside")`) // offered, or by its hours not
	p.presses(".find", "Ask another unit")
	p.presses(".find form", "Ask Urgent response")
	p.sees(`[data-asked="ucr"]`, "no answer yet")
	p.presses("[data-asked]", "Declined")
	p.presses("[data-asked] form", "Urgent response, Hillside declines")
	p.sees(`[data-asked="ucr"]`, "declined")
	p.presses(".find", "Ask another unit")
	p.presses(".find form", "Ask Urgent response")
	p.presses("[data-asked]", "Accepted")
	p.presses("[data-asked] form", "Urgent response, Hillside keeps a place")
	p.sees(`[data-referral][data-state="accepted"]`, "place kept: Urgent response, Hillside")
	p.presses(".steps", "It has begun")
	p.sees(`[data-referral][data-state="started"]`, "begun")
	p.presses(".steps", "Not conveyed")
	p.sees("[data-referral]", "admission avoided, claimed")
	p.presses(".steps", "It has ended")
	p.presses(".steps form", "End it")
	p.sees(`[data-referral][data-state="ended"]`, "ended")
}

// TestATransferGoesItsWayAtTheDesk: a hospital outside asks for a bed, which is found, and the
// patient comes.
func TestATransferGoesItsWayAtTheDesk(t *testing.T) {
	c := services(t)
	p := visitor(t, c, 1920, 1080)
	p.goes("/sites/general")
	p.presses(".transfers", "Ask for a transfer")
	const form = `[aria-label="Ask for a transfer"]`
	p.fills(form, "Way", "in")
	p.fills(form, "From", "outside")
	p.fills(form, "Its code", "rrk")
	p.fills(form, "What", "repatriation")
	p.presses(form, "Ask")
	p.sees(`[data-transfer][data-state="asked"]`, "repatriation in from RRK, outside")
	p.presses("[data-transfer]", "Accept")
	p.sees(`[data-transfer][data-state="accepted"]`, "no bed yet")
	p.presses("[data-transfer]", "Offer a bed")
	p.presses("[data-transfer] form", "Offer it")
	p.sees(`[data-transfer][data-state="bed_offered"]`, "bed offered: Ward 6")
	p.presses("[data-transfer]", "Left")
	p.sees(`[data-transfer][data-state="left"]`, "on the way")
	p.presses("[data-transfer]", "Arrived")
	p.sees(`[data-transfer][data-state="arrived"]`, "arrived")
}

// TestWhatIsDeclaredStandsOnTheWall: a status with its end, in the band of the wall.
func TestWhatIsDeclaredStandsOnTheWall(t *testing.T) {
	c := services(t)
	p := visitor(t, c, 1920, 1080)
	p.goes("/sites/general")
	p.presses("main", "Declare a status")
	p.fills(`[aria-label="Declare a status"]`, "Value", "4")
	p.presses("main form", "Declare it")
	p.sees("[data-status]", "4 Extreme")
	p.goes("/")
	p.sees("[data-status]", "REAP")
	p.sees("[data-status]", "4")
}

// TestPagesOfServicesAreAccessible looks at them with axe as TestPagesAreAccessible does.
func TestPagesOfServicesAreAccessible(t *testing.T) {
	looksOnly(t)
	axe, err := os.ReadFile("../../dashboard/web/testdata/axe.min.js")
	require.NoError(t, err)
	c := services(t)
	for i, body := range []string{
		`{"id":"1","type":"flowcentre.community.places-reported.v1","data":{"place":"ucr","places":{"sorts":[{"sort":"visits","used":1}],"accepting":true},"how":"phone","role":"desk_coordinator"}}`,
		`{"id":"2","type":"flowcentre.community.places-reported.v1","data":{"place":"orchard","places":{"accepting":false},"reason":"staffing","how":"phone","role":"desk_coordinator"}}`,
		`{"id":"3","type":"flowcentre.community.referral-made.v1","data":{"referral":"R1","origin":"crew","seeks":["urgent_community_response"],"intent":"convey","locality":"hillside","role":"desk_coordinator"}}`,
		`{"id":"4","type":"flowcentre.community.referral-offered.v1","data":{"referral":"R1","place":"ucr","role":"desk_coordinator"}}`,
		`{"id":"5","type":"flowcentre.community.call-raised.v1","data":{"call":"C1","origin":"gp_expected","place":"co","role":"desk_coordinator"}}`,
	} {
		status, a := c.decide(t, "", body)
		require.Equal(t, 202, status, "%d: %s", i+1, a.Detail)
	}
	for _, screen := range []struct {
		name          string
		width, height int64
	}{{"wall", 1920, 1080}, {"phone", 390, 844}} {
		p := visitor(t, c, screen.width, screen.height)
		for _, page := range []string{"/", "/community", "/referrals", "/units/co", "/units/orchard", "/sites/general"} {
			for _, theme := range []string{"light", "dark"} {
				t.Run(screen.name+page+" "+theme, func(t *testing.T) {
					p := &person{t, p.ctx, p.at}
					p.goes(page + "?theme=" + theme)
					if page != "/" {
						becomes(t, p.ctx, 5*time.Second, `document.querySelector(".ask > button") !== null`)
						_, err := browser.Run(p.ctx, browser.Evaluate[any](`document.querySelectorAll(".ask > button").forEach(b => b.click());0`))
						require.NoError(t, err)
					}
					if page == "/referrals" {
						p.presses("[data-referral]", "Find a place")
						p.sees(".find", "Ask another unit")
					}
					over, err := browser.Run(p.ctx, browser.Evaluate[[]bool](`[document.documentElement.scrollHeight > innerHeight, document.documentElement.scrollWidth > innerWidth]`))
					require.NoError(t, err)
					require.False(t, screen.name == "wall" && page == "/" && over[0], "the wall scrolls")
					if over[1] {
						wide, _ := browser.Run(p.ctx, browser.Evaluate[string](`[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 160)).join("\n")`))
						require.Fail(t, "the page scrolls sideways", wide)
					}
					requireAccessible(t, p.ctx, axe)
				})
			}
		}
	}
}
