package county_test

import (
	"cmp"
	"encoding/json"
	"fmt"
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

		GoingTo string `json:"going_to"`
		Also    []string
		Due     capacity.Instant
		List    []struct {
			Patient, Visit, Mode                              string
			Arrived, Assessed, Seen, Referred, Decided, Ready capacity.Instant
		}
	}
}

// late tells whether a person typed it in long after.
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

func TestFigures(t *testing.T) {
	const days = 15
	for seed := range uint64(3) {
		all := listen(t, county.Options{Layout: testLayout(), Seed: seed, Start: tuesday, Desk: true}, days*24*time.Hour)
		arrived, decided, outside := map[string]capacity.Instant{}, map[string]capacity.Instant{}, map[string]capacity.Instant{}
		kinds := map[string]int{}
		var stay, admittedStay, wait, handover minutes
		nctr := map[string]bool{}
		var list []int
		asked, waits := map[string]told{}, map[string]minutes{}
		next := tuesday.Add(20 * time.Hour)
		here, most := map[string]bool{}, 0
		for _, f := range all {
			kinds[f.kind]++
			for f.at > next {
				list = append(list, len(nctr))
				next = next.Add(24 * time.Hour)
			}
			v := f.data.Visit
			switch f.kind {
			case "A04":
				arrived[v] = f.at
				here[v] = true
				most = max(most, len(here))
			case "ae.decided-to-admit":
				decided[v] = f.at
			case "A03":
				delete(nctr, v)
				if at, ok := arrived[v]; ok && f.data.Class == "E" {
					stay = append(stay, f.at.Sub(at).Minutes())
					delete(here, v)
				}
			case "A01":
				if at, ok := arrived[v]; ok && here[v] {
					stay = append(stay, f.at.Sub(at).Minutes())
					admittedStay = append(admittedStay, f.at.Sub(at).Minutes())
					delete(here, v)
				}
				if at, ok := decided[v]; ok {
					wait = append(wait, f.at.Sub(at).Minutes())
				}
			case "ae.ambulance-arrived":
				outside[f.data.Ambulance] = f.at
			case "ae.ambulance-handed-over":
				handover = append(handover, f.at.Sub(outside[f.data.Ambulance]).Minutes())
			case "discharge.ready":
				nctr[v] = true
			case "discharge.not-ready":
				delete(nctr, v)
			case "bed.requested":
				asked[f.data.Request] = f
			case "bed.request-arrived":
				r := asked[f.data.Request]
				waits[r.data.Origin] = append(waits[r.data.Origin], f.at.Sub(r.at).Hours())
			case "bed.request-cancelled":
				kinds["cancelled "+asked[f.data.Request].data.Origin+" "+f.data.Reason]++
			}
		}
		t.Logf("%d a day; in dept median %.0f, over 4h %.0f%%, over 12h %.1f%%; most there %d; admitted median %.0f; wait after DTA median %.0f over 4h %.0f%% over 12h %.1f%%", kinds["A04"]/days,
			stay.at(.5), stay.over(240), stay.over(720), most, admittedStay.at(.5), wait.at(.5), wait.over(240), wait.over(720))
		t.Logf("handover median %.0f mean90 %.0f over15 %.0f over30 %.0f over60 %.0f longest %.0f", handover.at(.5), handover.at(.9), handover.over(15), handover.over(30), handover.over(60), handover.at(1))
		t.Logf("nctr %v", list)
		for _, k := range []string{"ae", "gp", "elective", "step_down", "transfer"} {
			w := waits[k]
			t.Logf("%s: %d a day, hours %.1f %.1f %.1f", k, len(w)/days, w.at(.5), w.at(.9), w.at(1))
		}
		for k, n := range kinds {
			if strings.HasPrefix(k, "cancelled") || strings.HasPrefix(k, "decision") {
				t.Log(k, fmt.Sprint(n/days))
			}
		}
	}
}

var _ = assert.Equal
