package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/configs"
	"flowcentre/flow"
	"flowcentre/streams"
	"flowcentre/streams/county"
	"flowcentre/streams/hl7"
)

// The county of the demonstration, read by the real gateways' readers and folded: every
// place is known, every unit tells who is on it, and what seems wrong stays rare.
func TestCountyIsUnderstood(t *testing.T) {
	c := readText(t, string(configs.Worcestershire))
	start := capacity.At(time.Date(2027, 1, 12, 4, 7, 0, 0, time.UTC))
	play, err := county.New(county.Options{Layout: c.Layout, Seed: 1, Start: start, Desk: true})
	require.NoError(t, err)
	zone, err := time.LoadLocation("Europe/London")
	require.NoError(t, err)

	state := flow.New("test")
	var seq uint64
	apply := func(e flow.Event) {
		seq++
		e.Seq = seq
		state.Apply(&e)
	}
	for _, e := range flow.LayoutEvents(&c.Layout, 1, start) {
		apply(e)
	}
	seen := map[string]bool{}
	ticked := start
	most, decided := 0, map[string]string{}
	evening := start.Add(2*24*time.Hour + 14*time.Hour)
	var then flow.View
	for m := play.Next(); m.At < start.Add(3*24*time.Hour); m = play.Next() {
		for ticked < m.At {
			ticked = ticked.Add(10 * time.Second)
			if ticked <= evening && ticked.Add(10*time.Second) > evening {
				then = *state.View()
			}
			if ticked%600_000 == 0 || ticked >= m.At {
				apply(flow.Event{ID: ticked.String(), Feed: flow.Centre, Kind: flow.Tick, Happened: ticked, Recorded: ticked})
			}
		}
		if seen[m.Feed+" "+m.ID] {
			continue
		}
		seen[m.Feed+" "+m.ID] = true
		var e flow.Event
		if m.Protocol == county.MLLP {
			h := c.Feed(m.Feed).HL7
			r := hl7.Map(m.Body, &hl7.Settings{TimeZone: zone, Authority: h.Authority}, m.At)
			require.Nil(t, r.Refusal, "%s", m.Body)
			require.NotNil(t, r.Event, "%s", m.Body)
			assert.False(t, r.TimeFellBack, "%s", m.Body)
			e = *r.Event
		} else {
			e, err = streams.ReadStructured(m.Body)
			require.NoError(t, err, "%s", m.Body)
		}
		e.Feed, e.Recorded = m.Feed, m.At
		require.NoError(t, e.Validate(), "%s", m.Body)
		apply(e)
		if seq%100 == 0 {
			v := state.View()
			most = max(most, len(v.Contradictions))
			for _, d := range v.Decisions {
				decided[d.ID] = d.Refused
			}
		}
	}
	v := state.View()
	for _, h := range v.Held {
		assert.Fail(t, "held", "%+v", *h)
	}
	states := map[string]int{}
	for _, r := range v.Referrals {
		states["referral "+r.State]++
		if r.Avoided != nil {
			states["avoided "+r.Avoided.State]++
		}
	}
	for _, r := range v.Transfers {
		states["transfer "+r.State]++
	}
	for _, u := range v.Units {
		if u.Slots == nil {
			continue
		}
		states["places "+u.Slots.State]++
		for _, sort := range u.Slots.Sorts {
			assert.Zero(t, sort.Over, "%s has accepted more than it has places for", u.ID)
		}
	}
	assert.Zero(t, states["places never"])
	for _, some := range []string{"places told", "referral open", "referral started", "referral ended", "referral cancelled", "avoided claimed"} {
		assert.Positive(t, states[some], some)
	}
	t.Logf("%v", states)
	for _, u := range v.Units {
		holds := !u.Kind.HasPlaces() && u.Kind != capacity.CoordinationCentre
		assert.Equal(t, holds, u.Known, "%s never told who is on it", u.ID)
		if len(u.Places) > 0 {
			assert.Zero(t, u.NoBed, "%s has patients without beds", u.ID)
			assert.Less(t, u.Leaving, 2+len(u.Places)*2/3, "nearly everybody leaves %s today", u.ID)
		}
	}
	adult := v.System.Classes[capacity.AdultGA]
	percent, _ := adult.Beds.Occupancy()
	assert.InDelta(t, 95, percent, 6)
	assert.LessOrEqual(t, most, 12)
	refused := map[string]int{}
	for _, why := range decided {
		refused[why]++
	}
	assert.Greater(t, refused[""], 300, "beds that the desk allocates")
	assert.Less(t, len(decided)-refused[""], len(decided)/20, "decisions without effect: %v", refused)
	figures := countyFigures(t, &then)
	for _, f := range []struct {
		measure     string
		least, most float64
	}{
		{"ae_arrivals", 300, 490},
		{"ae_in_department", 40, 180},
		{"ae_four_hour", 40, 88},
		{"ae_waiting_for_bed", 5, 50},
		{"ambulance_mean_handover", 12, 50},
		{"adult_ga_occupancy", 86, 98},
		{"nctr_here", 95, 200},
		{"discharges_definite", 10, 70},
		{"left_by_17", 70, 150},
		{"electives_due", 5, 40},
		{"requests_open", 10, 90},
		{"outliers", 5, 110},
	} {
		assert.GreaterOrEqual(t, figures[f.measure], f.least, f.measure)
		assert.LessOrEqual(t, figures[f.measure], f.most, f.measure)
	}
	t.Logf("decisions %v", refused)
	t.Logf("%d events; adult beds %+v (%.1f %%); at most %d contradictions at once", seq, adult.Beds, percent, most)
}

// countyFigures are the measures of the whole system that have a value.
func countyFigures(t *testing.T, v *flow.View) map[string]float64 {
	t.Helper()
	figures := map[string]float64{}
	for _, m := range v.Measures {
		if m.ID != "system" {
			continue
		}
		for name, value := range m.Values {
			if value.Value != nil {
				figures[name] = *value.Value
			}
		}
	}
	require.NotEmpty(t, figures)
	return figures
}
