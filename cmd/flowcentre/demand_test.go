package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	browser "github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

// town starts the centre of town.yaml: one ward, of which a census has told, and an A&E
// department with nobody in it.
func town(t *testing.T, addr string) *centre {
	t.Helper()
	config, faults := LoadConfig("testdata/town.yaml")
	require.Empty(t, faults)
	config.Data, config.HTTP.Listen = t.TempDir(), addr
	c, err := startCentre(t.Context(), centreOptions{Config: config, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	now := c.clock.Now()
	c.happened(t, "beds", "bed.census", now, `{"place":"w4","census":[{"place":"w4/A2","patient":"T/MR/1"}]}`)
	c.happened(t, "ed", "feed.heartbeat", now, `{}`)
	c.happened(t, "crews", "feed.heartbeat", now, `{}`)
	return c
}

// happened posts an event that happened at some time.
func (c *centre) happened(t *testing.T, feed, kind string, at capacity.Instant, data string) {
	t.Helper()
	event := fmt.Sprintf(`{"specversion":"1.0","id":"%s %s %d %x","source":%q,"type":"flowcentre.%s.v1","time":%q,"data":%s}`,
		kind, at, len(data), data[:min(len(data), 60)], feed, kind, at, data)
	resp, err := http.Post("http://"+c.httpAddr+"/api/v1/events", "application/cloudevents+json", strings.NewReader(event))
	require.NoError(t, err)
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	require.Equal(t, http.StatusAccepted, resp.StatusCode, string(body))
}

// busy has two patients in A&E who wait for a bed, a woman and a man, and an ambulance
// outside.
func busy(t *testing.T, addr string) *centre {
	t.Helper()
	c := town(t, addr)
	now := c.clock.Now()
	ago := func(minutes int) capacity.Instant { return now.Add(-time.Duration(minutes) * time.Minute) }
	for i, sex := range []string{"female", "male"} {
		who := fmt.Sprintf(`"patient":"T/MR/2%d","visit":"T/VN/2%d"`, i, i)
		c.happened(t, "ed", "ae.arrived", ago(300+i), `{`+who+`,"place":"ae/corridor","mode":"ambulance"}`)
		c.happened(t, "ed", "ae.decided-to-admit", ago(200+i), `{`+who+`}`)
		c.happened(t, "ed", "bed.requested", ago(200+i), `{`+who+fmt.Sprintf(`,"place":"ae","request":"R%d","needs":[%q]}`, i+1, sex))
	}
	c.happened(t, "crews", "ae.ambulance-arrived", ago(112), `{"ambulance":"J7","place":"ae"}`)
	return c
}

func shows(site, name, value string) string {
	return fmt.Sprintf(`document.querySelector('[data-site=%q] [data-figure=%q]')?.textContent === %q`, site, name, value)
}

func says(text string) string { return fmt.Sprintf(`document.body.innerText.includes(%q)`, text) }

// TestAnArrivalChangesOnTheWall: an event of the A&E system goes in, and the wall in a
// browser shows it within a second. A figure that nobody sends is never 0.
func TestAnArrivalChangesOnTheWall(t *testing.T) {
	addr := freePort(t)
	c := town(t, addr)
	ctx := tab(t, 1920, 1080)
	require.NoError(t, browser.Do(ctx, browser.Navigate("http://"+addr+"/")))
	becomes(t, ctx, 10*time.Second, live)
	becomes(t, ctx, 5*time.Second, shows("general", "ae_in_department", "0"))
	becomes(t, ctx, time.Second, says("Nothing waits for an owner"))

	c.happened(t, "ed", "ae.arrived", c.clock.Now(), `{"patient":"T/MR/20","place":"ae/corridor"}`)
	becomes(t, ctx, time.Second, shows("general", "ae_in_department", "1"))
	becomes(t, ctx, time.Second, says("1 in corridor"))

	c.happened(t, "crews", "ae.ambulance-arrived", c.clock.Now().Add(-112*time.Minute), `{"ambulance":"J7","place":"ae"}`)
	becomes(t, ctx, time.Second, `/^11[12] min$/.test(document.querySelector('[data-figure="ambulance_longest_wait"]')?.textContent)`)
	becomes(t, ctx, time.Second, `document.querySelector(".risk-first").innerText.includes("mbulance")`)
}

// TestWeekOneMisleadsNobody: where only a bed board sends, the wall says what is not sent,
// and gives no balance of beds.
func TestWeekOneMisleadsNobody(t *testing.T) {
	addr := freePort(t)
	c := town(t, addr)
	require.NoError(t, c.Close())
	config, faults := LoadConfig("testdata/town.yaml")
	require.Empty(t, faults)
	config.Data, config.HTTP.Listen = t.TempDir(), addr
	for i := range config.Layout.Feeds {
		config.Layout.Feeds[i].Supplies = []string{"occupancy", "beds"}
	}
	c, err := startCentre(t.Context(), centreOptions{Config: config, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	c.happened(t, "beds", "bed.census", c.clock.Now(), `{"place":"w4","census":[{"place":"w4/A2","patient":"T/MR/1"}]}`)

	ctx := tab(t, 1920, 1080)
	require.NoError(t, browser.Do(ctx, browser.Navigate("http://"+addr+"/")))
	becomes(t, ctx, 10*time.Second, live)
	becomes(t, ctx, 5*time.Second, shows("general", "available", "4"))
	becomes(t, ctx, time.Second, `document.querySelectorAll('.hospitals [data-look="unknown"]').length === 4`)
	for _, name := range []string{"ae_in_department", "ambulances_waiting", "adult_ga_short_4h", "nctr_here"} {
		becomes(t, ctx, time.Second, fmt.Sprintf(`document.querySelector('[data-figure=%q]') === null`, name))
	}
	becomes(t, ctx, time.Second, says("needs not sent"))
	becomes(t, ctx, time.Second, says("A&E not sent: General"))
	becomes(t, ctx, time.Second, says("Waiting for a bed: — not sent"))
}

// press presses the first thing that fits, once it is there.
func press(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	becomes(t, ctx, 2*time.Second, fmt.Sprintf(`(e => e && !e.disabled && (e.click(), true))(document.querySelector(%q))`, selector))
}

// TestACoordinatorGivesABed: at the desk a bed is chosen among those that fit and kept for
// a request; a second allocation of it is refused in words that say who holds it.
func TestACoordinatorGivesABed(t *testing.T) {
	addr := freePort(t)
	c := busy(t, addr)
	ctx := tab(t, 1920, 1080)
	require.NoError(t, browser.Do(ctx, browser.Navigate("http://"+addr+"/sites/general")))
	becomes(t, ctx, 10*time.Second, live)

	press(t, ctx, `[data-request="R1"] button`)
	becomes(t, ctx, time.Second, `[...document.querySelectorAll(".offer input")].map(i => i.value).join() === "w4/A1,w4/S1"`)
	press(t, ctx, `.offer input[value="w4/A1"]`)
	press(t, ctx, `.ask-form .primary`)
	becomes(t, ctx, 3*time.Second, `document.querySelector('[data-request="R1"] [data-figure="bed"]').innerText.includes("Ward 4 A1 until")`)
	require.Equal(t, capacity.Reserved, c.stateOf("w4", "A1"))

	status, answer := c.decide(t, "", `{"id":"2","type":"flowcentre.decision.bed-allocated.v1","data":{"request":"R2","place":"w4/A1","role":"desk_coordinator"}}`)
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, answer.Detail, "R1")
	becomes(t, ctx, 2*time.Second, `[...document.querySelectorAll("[data-decision]")].some(e => e.innerText.includes("without effect") && e.innerText.includes("R1"))`)

	press(t, ctx, `[data-request="R1"] button`)
	press(t, ctx, `.ask-form .primary`)
	becomes(t, ctx, 3*time.Second, `document.querySelector('[data-request="R1"] [data-figure="bed"]').innerText === "none"`)
	require.Equal(t, capacity.Available, c.stateOf("w4", "A1"))
}

// TestAFigureOpensToItsEvents: from the desk to the page that says why, to the facts of
// one item, and back at the same address after more has happened.
func TestAFigureOpensToItsEvents(t *testing.T) {
	addr := freePort(t)
	c := busy(t, addr)
	ctx := tab(t, 1920, 1080)
	require.NoError(t, browser.Do(ctx, browser.Navigate("http://"+addr+"/sites/general")))
	becomes(t, ctx, 10*time.Second, live)
	press(t, ctx, `a[href^="/why/ae_in_department"]`)
	becomes(t, ctx, 5*time.Second, `document.querySelector('[data-why] [data-figure="value"]')?.innerText.startsWith("2")`)
	becomes(t, ctx, time.Second, says("Counted again from these 2 items alone: the same"))
	becomes(t, ctx, time.Second, says("It leaves nothing out."))
	becomes(t, ctx, time.Second, `new URL(location.href).searchParams.get("at") > 0`)

	press(t, ctx, `[data-item] button`)
	becomes(t, ctx, 2*time.Second, `document.querySelectorAll("[data-facts] [data-event]").length >= 2`)
	for _, fact := range []string{"Arrived in A&E", "Decision to admit"} {
		becomes(t, ctx, 2*time.Second, says(fact))
	}

	c.happened(t, "ed", "ae.departed", c.clock.Now(), `{"patient":"T/MR/20","visit":"T/VN/20","going_to":"home"}`)
	becomes(t, ctx, 5*time.Second, says("since"))
	require.NoError(t, browser.Do(ctx, browser.Reload()))
	becomes(t, ctx, 20*time.Second, `document.querySelector('[data-why] [data-figure="value"]')?.innerText.startsWith("2")`)
	require.NoError(t, browser.Do(ctx, browser.Navigate("http://"+addr+"/why/ae_in_department?scope=site/general")))
	becomes(t, ctx, 5*time.Second, `document.querySelector('[data-why] [data-figure="value"]')?.innerText.startsWith("1")`)
}

// TestDemandPagesAreAccessible looks with axe at the pages of a busy site, with their
// forms open.
func TestDemandPagesAreAccessible(t *testing.T) {
	looksOnly(t)
	axe, err := os.ReadFile("../../dashboard/web/testdata/axe.min.js")
	require.NoError(t, err)
	addr := freePort(t)
	c := busy(t, addr)
	status, _ := c.decide(t, "", `{"id":"1","type":"flowcentre.feed.figure-reported.v1","data":{"figure":{"measure":"nctr_here","scope":"site/general","value":3,"how":"phone"},"role":"desk_coordinator"}}`)
	require.Equal(t, http.StatusAccepted, status)
	c.happened(t, "beds", "bed.discharged", c.clock.Now(), `{"patient":"T/MR/1","place":"w4/A2"}`)
	open := `document.querySelectorAll("[data-request] button, .ask > button").forEach(b => b.click())`
	for _, screen := range []struct {
		name          string
		width, height int64
	}{{"wall", 1920, 1080}, {"portrait", 1080, 1920}, {"phone", 390, 844}} {
		ctx := tab(t, screen.width, screen.height)
		for _, page := range []struct{ path, ready, then string }{
			{"/", shows("general", "ae_in_department", "2"), ""},
			{"/sites/general", `document.querySelector("[data-request]") !== null`, open},
			{"/why/adult_ga_short_4h?scope=site/general", says("Counted again"), `document.querySelector("[data-item] button").click()`},
		} {
			for _, theme := range []string{"light", "dark"} {
				t.Run(screen.name+page.path+" "+theme, func(t *testing.T) {
					join := "?"
					if strings.Contains(page.path, "?") {
						join = "&"
					}
					require.NoError(t, browser.Do(ctx, browser.Navigate("http://"+addr+page.path+join+"theme="+theme)))
					becomes(t, ctx, 10*time.Second, live)
					becomes(t, ctx, 5*time.Second, page.ready)
					if page.then != "" {
						_, err := browser.Run(ctx, browser.Evaluate[any](page.then+";0"))
						require.NoError(t, err)
					}
					fits(t, ctx)
					if page.path == "/" && screen.name != "phone" {
						becomes(t, ctx, time.Second, `document.documentElement.scrollHeight <= innerHeight`)
						becomes(t, ctx, time.Second, `[...document.querySelectorAll(".wall .panel")].every(e => e.scrollHeight <= e.clientHeight + 1)`)
					}
					requireAccessible(t, ctx, axe)
				})
			}
		}
	}
}

// fits fails when the page scrolls sideways, and says what is too wide.
func fits(t *testing.T, ctx context.Context) {
	t.Helper()
	wide, err := browser.Run(ctx, browser.Evaluate[string](`document.documentElement.scrollWidth <= innerWidth ? "" :
		[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 160)).join("\n")`))
	require.NoError(t, err)
	require.Empty(t, wide, "the page scrolls sideways")
}
