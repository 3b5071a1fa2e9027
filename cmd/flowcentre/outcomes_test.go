package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	browser "github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

// TestTheOutcomesPageWithholdsSmallCounts: of two towns from which 3 and 8 people came
// neither is shown, for the 3 could be worked out; nor is the total. The page says so in words.
func TestTheOutcomesPageWithholdsSmallCounts(t *testing.T) {
	looksOnly(t)
	d := newShift(t, "06:50")
	came := func(n int, locality string) {
		for i := range n {
			who := fmt.Sprint(locality, i)
			data := map[string]any{"patient": patient(who), "visit": "T/VN/" + who, "place": "ae", "mode": "walk_in"}
			if locality != "" {
				data["locality"] = locality
			}
			d.tell("ed", "ae.arrived", data)
		}
	}
	came(3, "north")
	came(8, "south")
	came(9, "")
	next := d.time("23:00").Add(2 * time.Hour)
	d.clock.Move(next)
	require.Eventually(t, func() bool { return d.centre.view().At >= next }, 20*time.Second, 5*time.Millisecond)

	var o flow.OutcomesView
	d.get("/api/v1/outcomes", &o)
	require.Equal(t, "2027-01-13", o.Period.Until)
	require.Equal(t, "attendances", o.Outcomes[0].Name)
	shown := map[string]string{}
	for _, g := range o.Groups {
		f := g.Figures[0]
		if shown[g.Group] = "withheld"; !f.Withheld {
			shown[g.Group] = fmt.Sprint(*f.Value)
		}
	}
	require.Equal(t, map[string]string{"north": "withheld", "south": "withheld", "": "9"}, shown)
	require.True(t, o.All[0].Withheld)
	require.Nil(t, o.All[0].Value)
	resp, err := http.Get("http://" + d.centre.httpAddr + "/api/v1/outcomes?from=2027-01-10&to=2027-01-13")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusBadRequest, resp.StatusCode, "three days are no period")

	ctx := tab(t, 390, 844)
	require.NoError(t, browser.Do(ctx, browser.Navigate("http://"+d.centre.httpAddr+"/outcomes")))
	becomes(t, ctx, 10*time.Second, `document.querySelector('[data-outcomes="locality"] [data-group="north"] [data-figure="attendances"]')?.textContent === "fewer than 5 *"`)
	becomes(t, ctx, time.Second, `document.querySelector('[data-group="south"] [data-figure="attendances"]').textContent === "fewer than 5 *"`)
	becomes(t, ctx, time.Second, `document.querySelector('[data-group="Not told"] [data-figure="attendances"]').textContent === "9"`)
	becomes(t, ctx, time.Second, `document.querySelector('[data-group="All"] [data-figure="attendances"]').textContent === "not given"`)
	becomes(t, ctx, time.Second, `[...document.querySelectorAll("a.button")].find(a => a.textContent === "Age band").click() || true`)
	becomes(t, ctx, 10*time.Second, `!!document.querySelector('[data-outcomes="age_band"] [data-group="85+"]')`)
}
