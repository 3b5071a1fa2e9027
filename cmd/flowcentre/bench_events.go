package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strconv"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/streams"
)

// The feeds of a made-up county.
const (
	benchPAS    = "pas"    // admissions, transfers and discharges
	benchPortal = "portal" // cleaning
)

// wards makes up what the systems of a county nine tenths full tell: patients who
// arrive, move, are expected to leave and leave, and beds that are cleaned after them.
// The same seed tells the same.
type wards struct {
	layout capacity.Layout

	rng     *rand.Rand
	now     capacity.Instant
	every   float64          // milliseconds from one happening to the next, in the mean
	ticks   capacity.Instant // milliseconds from one tick to the next; 0 for none
	ticked  capacity.Instant
	free    []string // beds
	dirty   []string
	in      []inpatient
	arrived int
	told    int
	queue   []flow.Event
}

type inpatient struct {
	id, visit, bed string
	also           []string
}

// newWards is an empty county of so many beds. One thing happens every so many seconds.
func newWards(beds int, start capacity.Instant, every float64, ticks capacity.Instant) *wards {
	w := &wards{
		rng: rand.New(rand.NewPCG(11, uint64(beds))), now: start, ticked: start, every: every * 1000, ticks: ticks * 1000,
		layout: capacity.Layout{
			System:        capacity.System{ID: "county", Name: "County", TimeZone: "Europe/London"},
			Organisations: []capacity.Organisation{{ID: "trust", Name: "Trust"}},
			Feeds: []capacity.Feed{
				{ID: benchPAS, Name: "Patient administration", Every: 86_400, Supplies: []string{"occupancy", "expected"}},
				{ID: benchPortal, Name: "Ward portal", Every: 86_400, Supplies: []string{"cleaning"}},
			},
		},
	}
	for i := range max(1, min(10, beds/400)) {
		w.layout.Sites = append(w.layout.Sites, capacity.Site{ID: fmt.Sprint("site", i), Organisation: "trust", Name: fmt.Sprint("Hospital ", i), Kind: capacity.Acute})
	}
	for i := range (beds + 23) / 24 {
		u := capacity.Unit{
			ID: fmt.Sprintf("ward%05d", i), Site: w.layout.Sites[i%len(w.layout.Sites)].ID, Name: fmt.Sprint("Ward ", i),
			Kind: capacity.Ward, Class: capacity.AdultGA, CleanWithin: 2700, PressureAt: 92, FullAt: 98,
		}
		for j := range min(24, beds-24*i) {
			bed := capacity.Bed{ID: fmt.Sprintf("B%02d", j+1), Bay: fmt.Sprint("bay", j/6+1), SideRoom: j >= 20}
			u.Beds = append(u.Beds, bed)
			w.free = append(w.free, u.ID+"/"+bed.ID)
		}
		w.layout.Units = append(w.layout.Units, u)
	}
	return w
}

// opening is what a log begins with: the layout, and that nobody is on any ward yet.
func (w *wards) opening() []flow.Event {
	events := flow.LayoutEvents(&w.layout, 1, w.now)
	for i := range w.layout.Units {
		w.tell(flow.Event{Feed: benchPAS, Kind: flow.CensusTaken, Data: flow.Data{Place: w.layout.Units[i].ID}})
	}
	events = append(events, w.queue...)
	w.queue = nil
	return events
}

// full tells that all have come who will come before others leave.
func (w *wards) full() bool { return 10*len(w.in) >= 9*w.beds() && len(w.queue) == 0 }

func (w *wards) beds() int { return len(w.in) + len(w.free) + len(w.dirty) }

// next is what is told next.
func (w *wards) next() flow.Event {
	if w.ticks > 0 && w.now-w.ticked >= w.ticks {
		w.ticked = w.now / w.ticks * w.ticks
		return flow.Event{ID: "tick-" + strconv.FormatInt(int64(w.ticked), 10), Feed: flow.Centre, Kind: flow.Tick, Happened: w.ticked, Recorded: w.ticked}
	}
	if len(w.queue) == 0 {
		w.now += capacity.Instant(w.rng.ExpFloat64() * w.every)
		w.happen()
	}
	e := w.queue[0]
	w.queue = w.queue[1:]
	return e
}

// events are the next n.
func (w *wards) events(n int) []flow.Event {
	all := make([]flow.Event, n)
	for i := range all {
		all[i] = w.next()
	}
	return all
}

func (w *wards) tell(e flow.Event) {
	w.told++
	e.ID, e.Happened, e.Recorded = fmt.Sprintf("hl7-%022d", w.told), w.now, w.now
	w.queue = append(w.queue, e)
}

func (w *wards) happen() {
	switch r := w.rng.IntN(10); {
	case 25*len(w.dirty) > w.beds() || len(w.free) == 0 && len(w.dirty) > 0:
		bed := takeOut(w.rng, &w.dirty)
		w.free = append(w.free, bed)
		w.tell(flow.Event{Feed: benchPortal, Kind: flow.CleaningStarted, Data: flow.Data{Place: bed, Role: "housekeeper"}})
		w.tell(flow.Event{Feed: benchPortal, Kind: flow.Cleaned, Data: flow.Data{Place: bed, Role: "housekeeper"}})
	case !w.full():
		w.admit()
	case r < 3 && len(w.free) > 0:
		p := takeOut(w.rng, &w.in)
		was := p.bed
		p.bed = takeOut(w.rng, &w.free)
		w.in, w.dirty = append(w.in, p), append(w.dirty, was)
		w.tell(flow.Event{Feed: benchPAS, Kind: flow.Transferred, Data: flow.Data{
			Patient: p.id, Also: p.also, Visit: p.visit, Place: p.bed, Prior: was, Class: flow.Inpatient,
		}})
	case r < 6:
		p := w.in[w.rng.IntN(len(w.in))]
		w.tell(flow.Event{Feed: benchPAS, Kind: flow.DischargeExpected, Data: flow.Data{
			Patient: p.id, Also: p.also, Visit: p.visit, Due: w.now.Add(20 * 3600e9),
		}})
	default:
		p := takeOut(w.rng, &w.in)
		w.dirty = append(w.dirty, p.bed)
		w.tell(flow.Event{Feed: benchPAS, Kind: flow.Discharged, Data: flow.Data{
			Patient: p.id, Also: p.also, Visit: p.visit, Place: p.bed, Class: flow.Inpatient, Outcome: "01", GoingTo: "home",
		}})
	}
}

func (w *wards) admit() {
	w.arrived++
	n := fmt.Sprintf("%08d", w.arrived)
	p := inpatient{
		id: "RWP/MR/" + n, visit: "RWP/VN/" + n, bed: takeOut(w.rng, &w.free),
		also: []string{"NHS/NH/" + n, "RWP50/PI/" + n, "RLQ/MR/" + n},
	}
	w.in = append(w.in, p)
	w.tell(flow.Event{Feed: benchPAS, Kind: flow.Admitted, Data: flow.Data{
		Patient: p.id, Also: p.also, Visit: p.visit, Place: p.bed, Class: flow.Inpatient, Due: w.now.Add(96 * 3600e9),
	}})
}

func takeOut[T any](rng *rand.Rand, list *[]T) (one T) {
	l := *list
	i := rng.IntN(len(l))
	one = l[i]
	l[i] = l[len(l)-1]
	*list = l[:len(l)-1]
	return one
}

// asLogged is an event in the form of the log, as the door would write it.
func asLogged(e flow.Event) (streams.Pending, error) {
	hide := func(text *string) {
		if *text != "" {
			h := sha256.Sum256([]byte(*text))
			*text = base64.RawURLEncoding.EncodeToString(h[:16])
		}
	}
	hide(&e.Data.Patient)
	hide(&e.Data.Visit)
	e.Data.Also = append([]string(nil), e.Data.Also...)
	for i := range e.Data.Also {
		hide(&e.Data.Also[i])
	}
	digest, err := flow.BodyDigest(&e)
	if err != nil {
		return streams.Pending{}, err
	}
	e.Digest = digest
	return streams.Encode(&e)
}
