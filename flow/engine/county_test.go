package engine

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// county makes up a log: wards of 25 beds, patients who come, move and leave, beds
// that are cleaned, and the time. The same seed gives the same log.
type county struct {
	t      testing.TB
	rng    *rand.Rand
	trials bool // late, repeated, contradicting and misplaced facts too
	ticks  int  // one in so many events is a tick

	now     capacity.Instant
	log     []flow.Entry
	free    []string // beds
	dirty   []string
	in      []patient
	arrived int
}

type patient struct{ id, visit, bed string }

func newCounty(t testing.TB, seed uint64, beds int) *county {
	c := &county{t: t, rng: rand.New(rand.NewPCG(seed, 7)), ticks: 10, now: 1_800_000_000_000}
	layout := &capacity.Layout{
		System:        capacity.System{ID: "county", Name: "County", TimeZone: "Europe/London"},
		Organisations: []capacity.Organisation{{ID: "trust", Name: "Trust"}},
		Sites: []capacity.Site{
			{ID: "wrh", Organisation: "trust", Name: "Royal", Kind: capacity.Acute},
			{ID: "alex", Organisation: "trust", Name: "Alexandra", Kind: capacity.Acute},
		},
		Feeds: []capacity.Feed{{ID: "pas", Name: "PAS", Every: 600}, {ID: "portal", Name: "Ward portal", Every: 3600}},
	}
	for i := range (beds + 24) / 25 {
		u := capacity.Unit{
			ID: fmt.Sprintf("w%04d", i), Site: layout.Sites[i%2].ID, Name: fmt.Sprint("Ward ", i),
			Kind: capacity.Ward, Class: capacity.AdultGA, CleanWithin: 2700, PressureAt: 92, FullAt: 100,
		}
		for j := range min(25, beds-25*i) {
			b := capacity.Bed{ID: fmt.Sprintf("B%02d", j), Bay: fmt.Sprint("BAY", j/6), SideRoom: j > 20}
			u.Beds = append(u.Beds, b)
			c.free = append(c.free, u.ID+"/"+b.ID)
		}
		layout.Units = append(layout.Units, u)
	}
	events := flow.LayoutEvents(layout, 1, c.now)
	for _, e := range events {
		c.append(e)
	}
	for _, u := range layout.Units {
		c.append(flow.Event{Feed: "pas", Kind: flow.CensusTaken, Data: flow.Data{Place: u.ID}})
	}
	return c
}

func (c *county) append(e flow.Event) {
	e.Seq, e.Recorded = uint64(len(c.log)+1), c.now
	if e.ID == "" {
		e.ID = fmt.Sprint("e", e.Seq)
	}
	if e.Happened == 0 {
		e.Happened = c.now - capacity.Instant(c.rng.IntN(30_000))
	}
	digest, err := flow.BodyDigest(&e)
	require.NoError(c.t, err)
	e.Digest = digest
	raw, err := flow.Encode(&e)
	require.NoError(c.t, err)
	e, err = flow.Decode(e.Seq, raw)
	require.NoError(c.t, err)
	c.log = append(c.log, flow.Entry{Event: e, Raw: raw})
}

// pass adds n events to the log.
func (c *county) pass(n int) []flow.Entry {
	for end := len(c.log) + n; len(c.log) < end; {
		if c.rng.IntN(c.ticks) == 0 {
			c.now += 10_000
			c.append(flow.Event{Feed: flow.Centre, Kind: flow.Tick, Happened: c.now})
			continue
		}
		c.now += capacity.Instant(c.rng.IntN(2000))
		if c.trials && c.rng.IntN(3) == 0 {
			c.trial()
			continue
		}
		c.fact()
	}
	return c.log
}

// take takes one at random out of the list.
func take[T any](rng *rand.Rand, list *[]T) (one T) {
	l := *list
	i := rng.IntN(len(l))
	one = l[i]
	l[i] = l[len(l)-1]
	*list = l[:len(l)-1]
	return one
}

// fact adds what happens next in a county that is nine tenths full.
func (c *county) fact() {
	beds := len(c.in) + len(c.free) + len(c.dirty)
	switch r := c.rng.IntN(10); {
	case 25*len(c.dirty) > beds:
		bed := take(c.rng, &c.dirty)
		c.free = append(c.free, bed)
		c.append(flow.Event{Feed: "portal", Kind: flow.CleaningStarted, Data: flow.Data{Place: bed}})
		c.append(flow.Event{Feed: "portal", Kind: flow.Cleaned, Data: flow.Data{Place: bed}})
	case 10*len(c.in) < 9*beds:
		c.arrived++
		p := patient{fmt.Sprintf("patient-%014d", c.arrived), fmt.Sprintf("visit-%016d", c.arrived), take(c.rng, &c.free)}
		c.in = append(c.in, p)
		c.append(flow.Event{Feed: "pas", Kind: flow.Admitted, Data: flow.Data{
			Patient: p.id, Visit: p.visit, Place: p.bed, Class: flow.Inpatient,
		}})
	case r < 3:
		p := take(c.rng, &c.in)
		was := p.bed
		p.bed = take(c.rng, &c.free)
		c.in, c.dirty = append(c.in, p), append(c.dirty, was)
		c.append(flow.Event{Feed: "pas", Kind: flow.Transferred, Data: flow.Data{
			Patient: p.id, Visit: p.visit, Place: p.bed, Prior: was, Class: flow.Inpatient,
		}})
	case r < 6:
		p := c.in[c.rng.IntN(len(c.in))]
		c.append(flow.Event{Feed: "pas", Kind: flow.DischargeExpected, Data: flow.Data{
			Patient: p.id, Visit: p.visit, Due: c.now + 3_600_000,
		}})
	default:
		p := take(c.rng, &c.in)
		c.dirty = append(c.dirty, p.bed)
		c.append(flow.Event{Feed: "pas", Kind: flow.Discharged, Data: flow.Data{
			Patient: p.id, Visit: p.visit, Place: p.bed, Outcome: "01",
		}})
	}
}

// trial adds what a real county sends besides.
func (c *county) trial() {
	who := func() (string, string) {
		n := c.rng.IntN(c.arrived + 3)
		return fmt.Sprintf("patient-%014d", n), fmt.Sprintf("visit-%016d", n)
	}
	bed := fmt.Sprintf("w%04d/B%02d", c.rng.IntN(5), c.rng.IntN(27)) // some that nobody knows
	id, visit := who()
	other, from := who()
	e := flow.Event{Feed: "pas", Happened: c.now - capacity.Instant(c.rng.IntN(7_200_000)), Data: flow.Data{Patient: id}}
	switch c.rng.IntN(14) {
	case 0:
		e.Kind, e.Data.Visit, e.Data.Place = flow.Admitted, visit, bed
	case 1:
		e.Kind, e.Data.Visit, e.Data.Place = flow.Transferred, visit, bed
	case 2:
		e.Kind = flow.AdmissionCancelled
	case 3:
		e.Kind, e.Data.Visit = flow.TransferCancelled, visit
	case 4:
		e.Kind, e.Data.Place = flow.DischargeCancelled, bed
	case 5:
		e.Kind, e.Data.Place, e.Data.Due = flow.ArrivalExpected, bed, c.now+3_600_000
	case 6:
		e.Kind, e.Data.FromPatient = flow.PatientMerged, other
	case 7:
		e.Kind, e.Data.Visit, e.Data.FromVisit = flow.VisitMoved, visit, from
	case 8:
		e.Kind, e.Data.Place, e.Data.Swap = flow.Swapped, bed, &flow.SwapLeg{Patient: other, Place: "w0000/B01"}
	case 9:
		e.Kind, e.Data = flow.BedClosed, flow.Data{Place: bed, Reason: "infection_control", Until: c.now + 600_000}
	case 10:
		e.Kind, e.Data = flow.BedOpened, flow.Data{Place: bed}
	case 11:
		e.Kind, e.Data = flow.BedStatusTold, flow.Data{Place: bed, Status: flow.StatusContaminated}
	case 12:
		e.Kind, e.Data = flow.CensusTaken, flow.Data{Place: bed[:5], Census: []flow.CensusEntry{
			{Place: bed, Patient: id, Visit: visit}, {Place: bed[:5], Patient: other},
		}}
	case 13:
		e = c.log[c.rng.IntN(len(c.log))].Event // once more
		if e.Kind == flow.Tick || e.Feed == flow.Centre {
			return
		}
	}
	c.append(e)
}
