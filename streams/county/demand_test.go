package county_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/streams/county"
)

// told is one fact of demand, by whichever protocol it came.
type told struct {
	kind     string // of a CloudEvent without its frame, or a trigger of HL7
	feed     string
	at, sent capacity.Instant
	data     struct {
		Patient, Visit, Place, Class, Mode, Ambulance, Request, Origin, Reason, Pathway string
		Referral, Intent, Locality, Call, Outcome, Transfer, Purpose, From, To          string

		Seeks  []string
		Until  capacity.Instant
		Places struct{ Sorts []struct{ Open, Used int } }

		Declared struct{ Status string }

		GoingTo    string `json:"going_to"`
		Also       []string
		Due        capacity.Instant
		Discharges []struct {
			Visit, Reason string
			NCTR          capacity.Instant
		}
		List []struct {
			Patient, Visit, Mode                              string
			Arrived, Assessed, Seen, Referred, Decided, Ready capacity.Instant
		}
	}
}

// late tells whether it was sent long after.
func (f *told) late() bool { return f.sent.Sub(f.at) > time.Minute }

// listen plays a county for some days and sorts what it says by when it happened. Of a
// message that comes twice the first counts.
func listen(t *testing.T, o county.Options, d time.Duration) []told {
	t.Helper()
	c, err := county.New(o)
	require.NoError(t, err)
	zone, err := time.LoadLocation(o.Layout.System.TimeZone)
	require.NoError(t, err)
	seen := map[string]bool{}
	var all []told
	for m := c.Next(); m.At < o.Start.Add(d); m = c.Next() {
		if key := m.Feed + " " + m.ID; seen[key] {
			continue
		}
		seen[m.Feed+" "+m.ID] = true
		f := told{feed: m.Feed, sent: m.At}
		if m.Protocol == county.MLLP {
			hl7Fact(t, &f, string(m.Body), zone)
		} else {
			var e struct {
				Type string
				Time capacity.Instant
				Data json.RawMessage
			}
			require.NoError(t, json.Unmarshal(m.Body, &e))
			require.NoError(t, json.Unmarshal(e.Data, &f.data))
			f.kind = strings.TrimSuffix(strings.TrimPrefix(e.Type, "flowcentre."), ".v1")
			f.at = e.Time
		}
		all = append(all, f)
	}
	slices.SortStableFunc(all, func(a, b told) int { return cmp.Compare(a.at, b.at) })
	return all
}

func hl7Fact(t *testing.T, f *told, body string, zone *time.Location) {
	for s := range strings.SplitSeq(body, "\r") {
		p := strings.Split(s, "|")
		switch p[0] {
		case "PID", "PV1":
			if p[1] != "1" {
				return // the other patient of a swap
			}
		}
		switch p[0] {
		case "EVN":
			at, err := time.ParseInLocation("20060102150405", p[2], zone)
			require.NoError(t, err)
			f.kind, f.at = p[1], capacity.At(at)
		case "PID":
			for i, id := range strings.Split(p[3], "~") {
				parts := strings.Split(id, "^")
				name := parts[3] + "/" + parts[4] + "/" + parts[0]
				if i == 0 && f.data.Patient == "" {
					f.data.Patient = name
				} else {
					f.data.Also = append(f.data.Also, name)
				}
			}
		case "PV1":
			visit := strings.Split(p[19], "^")
			f.data.Visit, f.data.Class = visit[3]+"/"+visit[4]+"/"+visit[0], p[2]
		}
	}
}

// minutes are sorted to ask for a part of them.
type minutes []float64

func (m minutes) at(part float64) float64 {
	slices.Sort(m)
	if len(m) == 0 {
		return 0
	}
	return m[min(len(m)-1, int(part*float64(len(m))))]
}

func (m minutes) over(limit float64) float64 {
	n := 0
	for _, v := range m {
		if v > limit {
			n++
		}
	}
	return 100 * float64(n) / float64(max(1, len(m)))
}

// figures are what a ward round of statisticians would count.
type figures struct {
	stay, wait, handover minutes // in A&E, from the decision to admit, outside
	arrived, admitted    int     // at the departments that admit
	nctr                 []int   // still here, by day
	kinds                map[string]int
}

func reckonDemand(all []told, zone *time.Location) figures {
	f := figures{kinds: map[string]int{}}
	came, decided, outside := map[string]capacity.Instant{}, map[string]capacity.Instant{}, map[string]capacity.Instant{}
	nctr := map[string]bool{}
	day := ""
	for _, e := range all {
		f.kinds[e.kind]++
		if now := e.at.Time().In(zone).Format(time.DateOnly); now > day {
			if e.at > tuesday && day != "" {
				f.nctr = append(f.nctr, len(nctr))
			}
			day = now
		}
		v := e.data.Visit
		at, here := came[v]
		switch e.kind {
		case "A04":
			came[v] = e.at
			f.arrived++
		case "A03", "A01":
			if e.kind == "A03" {
				delete(nctr, v)
			}
			if here {
				f.stay = append(f.stay, e.at.Sub(at).Minutes())
				delete(came, v)
			}
			if here && e.kind == "A01" {
				f.admitted++
			}
			if since, ok := decided[v]; ok && e.kind == "A01" {
				f.wait = append(f.wait, e.at.Sub(since).Minutes())
			}
		case "ae.decided-to-admit":
			decided[v] = e.at
		case "ae.ambulance-arrived":
			outside[e.data.Ambulance] = e.at
		case "ae.ambulance-handed-over":
			f.handover = append(f.handover, e.at.Sub(outside[e.data.Ambulance]).Minutes())
		case "discharge.ready":
			nctr[v] = true
		case "discharge.list": // the first has those who waited before the start
			for _, l := range e.data.Discharges {
				nctr[l.Visit] = true
			}
		case "discharge.not-ready":
			delete(nctr, v)
		}
	}
	return f
}

// Two weeks of demand, beside what is published of January.
func TestDemandLooksReal(t *testing.T) {
	county.Weeks(t)
	zone, err := time.LoadLocation("Europe/London")
	require.NoError(t, err)
	var waits []float64
	for seed := range uint64(2) {
		const days = 14
		f := reckonDemand(listen(t, county.Options{Layout: testLayout(), Seed: seed, Start: tuesday, Desk: true}, days*24*time.Hour), zone)
		assert.InDelta(t, 375, float64(f.arrived)/days, 25, "attendances a day")
		assert.InDelta(t, 30, 100*float64(f.admitted)/float64(f.arrived), 2.5, "percent admitted")
		assert.InDelta(t, 194, float64(f.kinds["ae.arrived"])/days-float64(f.arrived)/days*445/712, 25, "minor injuries")
		assert.InDelta(t, 48, f.stay.over(240), 12, "percent over 4 hours")
		assert.InDelta(t, 6, f.stay.over(720), 5.9, "percent over 12 hours")
		assert.InDelta(t, 153, float64(len(f.handover))/days, 20, "ambulances a day")
		assert.InDelta(t, 18, f.handover.at(.5), 5, "median handover")
		assert.InDelta(t, 20, f.handover.over(30), 14, "percent over 30 minutes")
		for _, n := range f.nctr[2:] {
			assert.InDelta(t, 108, n, 20, "still here")
		}
		waits = append(waits, f.wait.over(240))
		t.Logf("%d a day, %.0f %% admitted; over 4 h %.0f %%, over 12 h %.1f %%; over 4 h from the decision %.0f %%; handover %.0f min, over 30 %.0f %%, over 60 %.0f %%; NCTR %v",
			f.arrived/days, 100*float64(f.admitted)/float64(f.arrived), f.stay.over(240), f.stay.over(720), f.wait.over(240), f.handover.at(.5), f.handover.over(30), f.handover.over(60), f.nctr)
	}
	assert.InDelta(t, 27, (waits[0]+waits[1])/2, 20, "percent over 4 hours from the decision")
}

// milestones in the order in which they happen.
var milestones = []string{"ae.arrived", "ae.assessed", "ae.streamed", "ae.seen", "ae.referred", "bed.requested", "ae.decided-to-admit", "ae.ready-to-proceed", "ae.departed"}

// Whatever feed tells of a patient, they mean the same one, and what they tell fits
// together.
func TestFeedsAgree(t *testing.T) {
	for seed := range uint64(2) {
		all := listen(t, county.Options{Layout: testLayout(), Seed: seed, Start: tuesday, Desk: true}, 3*24*time.Hour)
		who, feeds := map[string]string{}, map[string]map[string]bool{}
		step := map[string]int{}
		came, registered, left, admitted := map[string]capacity.Instant{}, map[string]capacity.Instant{}, map[string]capacity.Instant{}, map[string]capacity.Instant{}
		both := 0
		for _, f := range all {
			if f.kind == "A04" {
				came[f.data.Visit] = f.at
			}
		}
		for _, f := range all {
			v := f.data.Visit
			if f.data.Patient != "" && v != "" {
				id := f.data.Patient + " " + strings.Join(f.data.Also, " ")
				if who[v] == "" {
					who[v], feeds[v] = id, map[string]bool{}
				}
				require.Equal(t, who[v], id, "%s of %s", f.kind, f.feed)
				feeds[v][f.feed] = true
			}
			if i := slices.Index(milestones, f.kind); i >= 0 && registered[v] != 0 && (f.data.Origin == "" || f.data.Origin == "ae") {
				require.Greater(t, i, step[v], "%s out of order", f.kind)
				step[v] = i
			}
			switch f.kind {
			case "ae.arrived":
				registered[v] = f.at
				if came[v] != 0 {
					require.Equal(t, came[v], f.at)
					both++
				}
			case "A03":
				if f.data.Class == "E" {
					left[v] = f.at
				}
			case "A01":
				admitted[v] = f.at
			case "ae.departed":
				require.Zero(t, admitted[v], "departed after admission")
				if f.data.GoingTo == "admitted" || f.feed == "day-miu" {
					continue
				}
				left[v] = cmp.Or(left[v], f.at)
				require.Equal(t, left[v], f.at)
			case "ae.list":
				for _, l := range f.data.List {
					require.Zero(t, left[l.Visit], "listed after leaving")
					require.Zero(t, admitted[l.Visit], "listed after admission")
					if came[l.Visit] != 0 {
						require.Equal(t, came[l.Visit], l.Arrived)
					}
					last := l.Arrived
					for _, at := range []capacity.Instant{l.Assessed, l.Seen, l.Referred, l.Decided, l.Ready} {
						if at != 0 {
							require.GreaterOrEqual(t, at, last)
							require.LessOrEqual(t, at, f.at)
							last = at
						}
					}
				}
			}
		}
		assert.Greater(t, both, 500, "attendances that two feeds tell of")
		shared := 0
		for _, f := range feeds {
			if f["big-pas"] && f["big-ae"] && f["big-discharge"] {
				shared++
			}
		}
		assert.Greater(t, shared, 20, "patients known from arrival to discharge")
	}
}

// Every request, and every ambulance, comes to an end, once, by the way it has to go.
func TestWhatBeginsEnds(t *testing.T) {
	const asked, watched = 3 * 24 * time.Hour, 5 * 24 * time.Hour
	ways := map[string][]string{
		"bed.requested":        {"bed.request-ready", "bed.request-left", "bed.request-arrived", "bed.request-cancelled"},
		"ae.ambulance-inbound": {"ae.ambulance-arrived", "ae.ambulance-handed-over", "ae.ambulance-clear", "ae.ambulance-cancelled"},
	}
	for seed := range uint64(2) {
		all := listen(t, county.Options{Layout: testLayout(), Seed: seed, Start: tuesday, Desk: true}, watched)
		began, reached, ended := map[string]told{}, map[string]int{}, map[string]string{}
		steps := map[string]int{}
		origins := map[string]int{}
		kept, allocations := map[string]bool{}, 0
		for _, f := range all {
			if f.kind == "bed.requested" || f.kind == "ae.ambulance-inbound" {
				id := cmp.Or(f.data.Request, f.data.Ambulance)
				require.NotContains(t, began, id)
				began[id] = f
				origins[f.data.Origin]++
			}
		}
		for _, f := range all {
			id := cmp.Or(f.data.Request, f.data.Ambulance)
			require.GreaterOrEqual(t, f.at, began[id].at)
			switch f.kind {
			case "bed.requested", "ae.ambulance-inbound":
				continue
			case "decision.bed-allocated":
				require.Contains(t, began, id)
				require.GreaterOrEqual(t, f.sent, began[id].sent, "decided before the centre was told")
				require.False(t, kept[id], "allocated twice")
				require.Empty(t, ended[id])
				kept[id] = true
				allocations++
				continue
			case "decision.allocation-ended":
				require.True(t, kept[id])
				kept[id] = false
				continue
			}
			if id == "" || began[id].kind == "" {
				require.Empty(t, id, "%s of nothing that began", f.kind)
				continue
			}
			i := slices.Index(ways[began[id].kind], f.kind)
			if i < 0 {
				continue // the attendance of an ambulance
			}
			require.Empty(t, ended[id], "%s after %s", f.kind, ended[id])
			require.Greater(t, i+1, reached[id], "%s out of order", f.kind)
			reached[id] = i + 1
			steps[id]++
			if i >= 2 {
				ended[id] = f.kind
			}
			if i == 2 {
				require.Equal(t, 3, steps[id], "%s without the steps before", f.kind)
			}
		}
		for id, f := range began {
			if f.at < tuesday.Add(asked) {
				require.NotEmpty(t, ended[id], "%s of %s never ends", f.kind, f.feed)
			}
		}
		for _, o := range []string{"ae", "gp", "elective", "step_down", "transfer"} {
			assert.Positive(t, origins[o], o)
		}
		assert.Greater(t, allocations, 500)
	}
}

// A county with shocks has them at about their rates; a calm one has none.
func TestShocks(t *testing.T) {
	county.Weeks(t)
	const days = 6
	closed, announced := 0, 0
	for seed := range uint64(4) {
		all := listen(t, county.Options{Layout: testLayout(), Seed: seed, Start: tuesday, Desk: true}, days*24*time.Hour)
		typed, late, left, found := 0, 0, 0, 0
		for _, f := range all {
			switch f.kind {
			case "ae.assessed", "ae.seen", "ae.referred", "discharge.planned":
				typed++
				if f.sent.Sub(f.at) > 30*time.Minute {
					late++
				}
			case "A03":
				if f.data.Class == "I" {
					left++
				}
				if f.sent.Sub(f.at) > 4*time.Hour {
					found++
				}
			case "bed.closed":
				if f.data.Reason == "infection_control" {
					closed++
				}
			case "feed.outage-planned":
				announced++
			}
		}
		assert.InDelta(t, 6.5, 100*float64(late)/float64(typed), 3, "percent typed in late, or caught up")
		assert.InDelta(t, 1, 100*float64(found)/float64(left), .9, "percent of discharges missing till midnight")

		for _, f := range listen(t, county.Options{Layout: testLayout(), Seed: seed, Start: tuesday, Desk: true, Calm: true}, 2*24*time.Hour) {
			require.False(t, f.late(), "%s is late in a calm county", f.kind)
			require.NotEqual(t, "infection_control", f.data.Reason)
			require.NotEqual(t, "feed.outage-planned", f.kind)
		}
	}
	assert.Positive(t, closed, "bays closed for infection control")
	assert.Positive(t, announced, "outages announced")
}

// Without a desk nobody decides for the centre, and the hospitals go on all the same.
func TestNobodyDecidesWithoutADesk(t *testing.T) {
	arrived := 0
	for _, f := range listen(t, county.Options{Layout: testLayout(), Seed: 1, Start: tuesday}, 24*time.Hour) {
		require.NotEqual(t, county.DeskFeed, f.feed)
		if f.kind == "bed.request-arrived" {
			arrived++
		}
	}
	assert.Greater(t, arrived, 50)
}
