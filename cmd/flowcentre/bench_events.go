package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/streams"
)

// The feeds of a made-up county.
const (
	benchPAS    = "pas"    // admissions, transfers and discharges, A&E, bed requests, discharge planning
	benchPortal = "portal" // cleaning
)

// wards makes up what the systems of a county nine tenths full tell: patients who
// arrive, move, are expected to leave and leave, and beds that are cleaned after them; a
// department for each site through which a tenth as many people go as there are beds, with
// their milestones, and every third of them asks for a bed; and what is planned for those
// who could leave. Of what happens seven in sixteen is A&E, two are planning, and seven are
// of beds, in the proportions among themselves that they had before there was the rest.
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
	waiting []attendee // in A&E
	arrived int
	told    int
	queue   []flow.Event
}

type inpatient struct {
	id, visit, bed string
	also           []string
}

// attendee is somebody in A&E, with what of the attendance was told.
type attendee struct {
	inpatient

	department string
	told       int
	bed        bool // is to be admitted
}

// newWards is an empty county of so many beds. One thing happens every so many seconds.
func newWards(beds int, start capacity.Instant, every float64, ticks capacity.Instant) *wards {
	w := &wards{
		rng: rand.New(rand.NewPCG(11, uint64(beds))), now: start, ticked: start, every: every * 1000, ticks: ticks * 1000,
		layout: capacity.Layout{
			System:        capacity.System{ID: "county", Name: "County", TimeZone: "Europe/London"},
			Organisations: []capacity.Organisation{{ID: "trust", Name: "Trust"}},
			Feeds: []capacity.Feed{
				{ID: benchPAS, Name: "Patient administration", Every: 86_400, Supplies: []string{"occupancy", "expected", "ae", "requests", "discharge"}},
				{ID: benchPortal, Name: "Ward portal", Every: 86_400, Supplies: []string{"cleaning"}},
			},
		},
	}
	for i := range max(1, beds/500) {
		w.layout.Sites = append(w.layout.Sites, capacity.Site{ID: fmt.Sprint("site", i), Organisation: "trust", Name: fmt.Sprint("Hospital ", i), Kind: capacity.Acute})
	}
	for i, site := range w.layout.Sites {
		w.layout.Units = append(w.layout.Units, capacity.Unit{
			ID: fmt.Sprint("ae", i), Site: site.ID, Name: fmt.Sprint("A&E ", i), Kind: capacity.AandE, Areas: []capacity.Area{{ID: "majors", Name: "Majors", Kind: capacity.Majors}},
		})
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
	if w.full() || len(w.in) > w.beds()/2 { // else the wards are still filling
		switch r := w.rng.IntN(16); {
		case r < 7:
			w.attend()
			return
		case r < 9:
			w.plan()
			return
		}
	}
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

// attend tells the next milestone of somebody in A&E, or of somebody new.
func (w *wards) attend() {
	if 10*len(w.waiting) < w.beds() {
		a := attendee{inpatient: w.somebody(), department: fmt.Sprint("ae", w.rng.IntN(len(w.layout.Sites))), bed: w.rng.IntN(3) == 0}
		w.waiting = append(w.waiting, a)
		w.tell(flow.Event{Feed: benchPAS, Kind: flow.AttendanceArrived, Data: flow.Data{
			Patient: a.id, Also: a.also, Visit: a.visit, Place: a.department + "/majors", Mode: flow.Modes[w.rng.IntN(2)], Acuity: "3",
		}})
		return
	}
	i := w.rng.IntN(len(w.waiting))
	a := &w.waiting[i]
	a.told++
	d := flow.Data{Patient: a.id, Also: a.also, Visit: a.visit}
	milestones := []flow.Kind{flow.AttendanceAssessed, flow.AttendanceSeen, flow.DecidedToAdmit, flow.BedRequested}
	switch {
	case a.told <= 2 || a.bed && a.told <= len(milestones):
		kind := milestones[a.told-1]
		if kind == flow.BedRequested {
			d.Place, d.Origin, d.Request, d.Wants = a.department, "ae", "R"+a.visit[len("RWP/VN/"):], capacity.AdultGA
		}
		w.tell(flow.Event{Feed: benchPAS, Kind: kind, Data: d})
	case a.bed && len(w.free) > 0 && !w.full(): // straight to the bed
		p := a.inpatient
		w.waiting = slices.Delete(w.waiting, i, i+1)
		w.lay(p)
	case a.bed: // waits
		w.plan()
	default:
		d.GoingTo = "home"
		w.waiting = slices.Delete(w.waiting, i, i+1)
		w.tell(flow.Event{Feed: benchPAS, Kind: flow.AttendanceDeparted, Data: d})
	}
}

// plan tells that somebody could leave, or when.
func (w *wards) plan() {
	p := w.in[w.rng.IntN(len(w.in))]
	d := flow.Data{Patient: p.id, Also: p.also, Visit: p.visit, Pathway: flow.Pathways[w.rng.IntN(len(flow.Pathways))]}
	kind := flow.DischargeReady
	if w.rng.IntN(2) == 0 {
		kind, d.Certainty, d.Due = flow.DischargePlanned, "definite", w.now.Add(6*3600e9)
	}
	w.tell(flow.Event{Feed: benchPAS, Kind: kind, Data: d})
}

// somebody is a patient nobody has heard of.
func (w *wards) somebody() inpatient {
	w.arrived++
	n := fmt.Sprintf("%08d", w.arrived)
	return inpatient{id: "RWP/MR/" + n, visit: "RWP/VN/" + n, also: []string{"NHS/NH/" + n, "RWP50/PI/" + n, "RLQ/MR/" + n}}
}

func (w *wards) admit() { w.lay(w.somebody()) }

// lay puts a patient into a free bed.
func (w *wards) lay(p inpatient) {
	p.bed = takeOut(w.rng, &w.free)
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
