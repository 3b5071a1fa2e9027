package flow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/capacity"
)

// Stories happen within a day and 8 hours, and are told up to 72 hours late.
const (
	latest   = 72 * time.Hour
	lastTold = 32*time.Hour + latest
)

// teller tells stories of patients, sound ones and ones that contradict themselves.
type teller struct {
	t       *rapid.T
	start   capacity.Instant
	log     []Event
	planted []string      // the contradictions that must stand in the end
	n       int           // patients, beds, units and facts so far
	base    time.Duration // when the story begins
	delay   time.Duration // of all facts of a story that must come in order; -1 when they need not
	soon    bool          // told in the last hours, while an ambulance is still known
}

func (w *teller) next(prefix string) string {
	w.n++
	return fmt.Sprint(prefix, w.n)
}

func (w *teller) bed() string  { return w.next("w/B") }
func (w *teller) ward() string { return w.next("c") }

// service is a care home of one place that told how many of it are used.
func (w *teller) service(minute, used int) string {
	x := w.next("x")
	w.tell(PlacesReported, minute, Data{Place: x, Places: &PlacesTold{Sorts: []SortTold{{Sort: "beds", Used: &used}}}})
	return x
}

// tell adds a fact of so many minutes into the story.
func (w *teller) tell(k Kind, minute int, d Data) {
	happened := w.start.Add(w.base + time.Duration(minute)*time.Minute)
	delay := w.delay
	if delay < 0 {
		delay = time.Duration(rapid.SampledFrom([]int{0, 0, 1, 15, 45, 60 * 72}).Draw(w.t, "late")) * time.Minute
		if delay > time.Hour {
			delay = time.Duration(rapid.Int64Range(0, int64(latest/time.Second)).Draw(w.t, "delay")) * time.Second
		}
	}
	recorded := happened.Add(delay)
	if w.soon {
		recorded = max(recorded, w.start.Add(lastTold-20*time.Hour))
	}
	feed := rapid.SampledFrom([]string{"f0", "f1", "f2"}).Draw(w.t, "feed")
	if k == BedAllocated {
		feed = Desk
	}
	e := Event{ID: w.next("e"), Feed: feed, Kind: k, Happened: happened, Recorded: recorded, Data: d, Digest: "00000000000000aa"}
	w.log = append(w.log, e)
	if rapid.IntRange(0, 4).Draw(w.t, "again") == 0 {
		e.Recorded = e.Recorded.Add(time.Duration(rapid.IntRange(0, 600).Draw(w.t, "when")) * time.Minute)
		w.log = append(w.log, e)
	}
}

// inOrder has all facts of the story come equally late.
func (w *teller) inOrder() {
	w.delay = time.Duration(rapid.Int64Range(0, int64(latest/time.Minute)).Draw(w.t, "delay")) * time.Minute
}

func (w *teller) expect(kind, place string) { w.planted = append(w.planted, kind+" "+place) }

// in is somebody admitted to a bed.
func (w *teller) in(minute int, patient, place string) {
	w.tell(Admitted, minute, Data{Patient: patient, Visit: "v" + patient, Place: place, Class: Inpatient})
}

func (w *teller) out(minute int, patient string) {
	w.tell(Discharged, minute, Data{Patient: patient, Visit: "v" + patient})
}

func (w *teller) to(minute int, patient, place string) {
	w.tell(Transferred, minute, Data{Patient: patient, Visit: "v" + patient, Place: place})
}

func (w *teller) milestone(k Kind, minute int, patient string, d Data) {
	d.Patient, d.Visit = patient, "v"+patient
	w.tell(k, minute, d)
}

var sound = []func(w *teller, p, q string){
	func(w *teller, p, q string) { // one after the other in a bed, with all that is said of it
		b, c := w.bed(), w.bed()
		w.in(0, p, b)
		w.tell(BedStatusTold, 5, Data{Place: b, Status: StatusOccupied})
		w.to(60, p, c)
		w.tell(CleaningStarted, 62, Data{Place: b})
		w.tell(Cleaned, 65, Data{Place: b})
		w.tell(BedStatusTold, 66, Data{Place: b, Status: StatusUnoccupied})
		w.in(67, q, b)
		w.milestone(DischargeReady, 70, p, Data{Pathway: "1"})
		w.milestone(DischargePlanned, 75, p, Data{Certainty: "definite"})
		w.out(120, p)
	},
	func(w *teller, p, _ string) { // discharged by mistake
		b := w.bed()
		w.in(0, p, b)
		w.out(60, p)
		w.tell(DischargeCancelled, 70, Data{Patient: p, Visit: "v" + p, Place: b})
		w.to(80, p, w.bed())
	},
	func(w *teller, p, _ string) { // by ambulance, through A&E, to a bed
		journey := w.next("A")
		w.tell(AmbulanceInbound, 0, Data{Ambulance: journey, Place: "ae", Patient: p})
		w.tell(AmbulanceArrived, 10, Data{Ambulance: journey, Place: "ae", Patient: p})
		w.milestone(AttendanceArrived, 35, p, Data{Place: "ae/majors", Mode: "ambulance", Ambulance: rapid.SampledFrom([]string{"", journey}).Draw(w.t, "number")})
		w.tell(AmbulanceHandedOver, 40, Data{Ambulance: journey})
		w.milestone(AttendanceSeen, 60, p, Data{})
		w.milestone(DecidedToAdmit, 100, p, Data{})
		w.milestone(BedRequested, 101, p, Data{Place: "ae", Request: "r" + p, Origin: "ae"})
		w.milestone(RequestReady, 150, p, Data{Request: "r" + p})
		w.milestone(AttendanceDeparted, 200, p, Data{GoingTo: "admitted"})
		w.to(230, p, w.bed())
	},
	func(w *teller, p, q string) { // a bed kept, and its patient in it
		w.inOrder()
		b := w.bed()
		w.in(0, q, b)
		w.milestone(DischargePlanned, 20, q, Data{Certainty: "definite"})
		w.milestone(BedRequested, 30, p, Data{Place: "ae", Request: "r" + p, Origin: "gp"})
		w.tell(BedAllocated, 40, Data{Request: "r" + p, Place: b, Role: "coordinator", Until: w.start.Add(2 * lastTold)})
		if rapid.Bool().Draw(w.t, "comes") {
			w.out(50, q)
			w.in(60, p, b)
		}
	},
	func(w *teller, p, _ string) { // seen in A&E, home
		w.milestone(AttendanceArrived, 0, p, Data{Place: "ae", Mode: "walk_in"})
		w.milestone(AttendanceAssessed, 10, p, Data{})
		w.milestone(AttendanceSeen, 30, p, Data{})
		w.milestone(AttendanceDeparted, 90, p, Data{GoingTo: "home"})
	},
	func(w *teller, p, _ string) { // the inpatient stay has a number of its own
		w.milestone(AttendanceArrived, 0, p, Data{Place: "ae", Mode: "walk_in"})
		w.milestone(AttendanceDeparted, 200, p, Data{GoingTo: "admitted"})
		w.tell(Admitted, 230, Data{Patient: p, Visit: "i" + p, Place: w.bed(), Class: Inpatient})
	},
	func(w *teller, p, _ string) { // referred to a place, declined by one, there for a while
		r, x, y := w.next("F"), w.service(0, 0), w.service(0, 1)
		w.tell(ReferralMade, 5, Data{Referral: r, Origin: "gp", Seeks: []string{"care_home"}, Patient: p})
		w.tell(ReferralDeclined, 7, Data{Referral: r, Place: y, Reason: "full"})
		w.tell(ReferralAccepted, 8, Data{Referral: r, Place: y})
		w.tell(AcceptanceWithdrawn, 9, Data{Referral: r, Place: y, Reason: "full"})
		w.tell(ReferralAccepted, 10, Data{Referral: r, Place: x})
		w.tell(ReferralStarted, 30, Data{Referral: r})
		w.tell(ReferralEnded, 200, Data{Referral: r})
	},
	func(w *teller, p, _ string) { // as the census says
		u := w.ward()
		w.in(0, p, u+"/B0")
		w.tell(CensusTaken, 60, Data{Place: u, Census: []CensusEntry{{Place: u + "/B0", Patient: p, Visit: "v" + p}}})
	},
}

var plants = []func(w *teller, p, q string){
	func(w *teller, p, q string) {
		b := w.bed()
		w.in(0, p, b)
		w.in(60, q, b)
		w.expect(TwoInBed, b)
	},
	func(w *teller, p, _ string) {
		b := w.bed()
		w.in(0, p, w.bed())
		w.tell(Admitted, 60, Data{Patient: p, Visit: "i" + p, Place: b, Class: Inpatient})
		w.expect(InTwoBeds, b)
	},
	func(w *teller, p, _ string) {
		b := w.bed()
		w.in(0, p, b)
		w.tell(BedStatusTold, 60, Data{Place: b, Status: StatusUnoccupied})
		w.expect(FreeWithPatient, b)
	},
	func(w *teller, p, _ string) {
		b := w.bed()
		w.in(0, p, b)
		w.out(60, p)
		w.tell(BedStatusTold, 120, Data{Place: b, Status: StatusOccupied})
		w.expect(HeldAfterLeaving, b)
	},
	func(w *teller, p, q string) {
		w.inOrder()
		b := w.bed()
		w.milestone(BedRequested, 0, p, Data{Place: "ae", Request: "r" + p, Origin: "gp"})
		w.tell(BedAllocated, 10, Data{Request: "r" + p, Place: b, Role: "coordinator", Until: w.start.Add(2 * lastTold)})
		w.in(60, q, b)
		w.expect(ReservedOccupied, b)
	},
	func(w *teller, p, _ string) {
		w.milestone(AttendanceArrived, 0, p, Data{Place: "ae", Mode: "walk_in"})
		w.milestone(DecidedToAdmit, 60, p, Data{})
		w.milestone(AttendanceDeparted, 90, p, Data{GoingTo: "admitted"})
		w.expect(NeverArrived, "ae")
	},
	func(w *teller, p, _ string) {
		w.soon = true
		journey := w.next("A")
		w.tell(AmbulanceArrived, rapid.SampledFrom([]int{0, 180}).Draw(w.t, "arrived"), Data{Ambulance: journey, Place: "ae", Patient: p})
		w.milestone(AttendanceArrived, 90, p, Data{Place: "ae", Mode: "ambulance", Ambulance: rapid.SampledFrom([]string{"", journey}).Draw(w.t, "number")})
		w.expect(ClocksApart, "ae")
	},
	func(w *teller, p, q string) {
		w.inOrder()
		u := w.ward()
		w.tell(CensusTaken, 0, Data{Place: u, Census: []CensusEntry{{Place: u + "/B0", Patient: p, Visit: "v" + p}, {Place: u + "/B1", Patient: q, Visit: "v" + q}}})
		w.tell(CensusTaken, 60, Data{Place: u, Census: []CensusEntry{{Place: u + "/B1", Patient: q, Visit: "v" + q}}})
		w.expect(MissingFromCensus, u)
	},
	func(w *teller, p, _ string) {
		u := w.ward()
		w.in(0, p, u+"/B0")
		w.out(60, p)
		w.tell(CensusTaken, 120, Data{Place: u, Census: []CensusEntry{{Place: u + "/B0", Patient: p, Visit: "v" + p}}})
		w.expect(CountedAfterLeaving, u+"/B0")
	},
	func(w *teller, p, _ string) {
		b := w.bed()
		w.in(0, p, w.bed())
		w.out(60, p)
		w.to(120, p, b)
		w.expect(MovedAfterLeaving, b)
	},
	func(w *teller, p, _ string) {
		b, c := w.bed(), w.bed()
		w.in(0, p, w.bed())
		w.tell(Admitted, 60, Data{Patient: p, Visit: "i" + p, Place: b, Class: Inpatient})
		w.tell(Transferred, 120, Data{Patient: p, Place: c})
		w.expect(InTwoBeds, b)
		w.expect(AmbiguousStay, c)
	},
	func(w *teller, p, _ string) {
		w.milestone(AttendanceSeen, 0, p, Data{})
		w.expect(NoAttendance, "")
	},
	func(w *teller, p, _ string) {
		w.milestone(RequestReady, 0, p, Data{})
		w.expect(NoRequest, "")
	},
	func(w *teller, p, _ string) {
		w.milestone(DischargeReady, 0, p, Data{Pathway: "2"})
		w.expect(NoStay, "")
	},
	func(w *teller, p, _ string) {
		b := w.bed()
		w.in(0, p, b)
		w.tell(rapid.SampledFrom([]Kind{DischargeCancelled, TransferCancelled}).Draw(w.t, "cancels"), 60, Data{Patient: p, Visit: "v" + p, Place: b})
		w.expect(CancelsNothing, b)
	},
	func(w *teller, p, _ string) {
		r, x, y := w.next("F"), w.service(0, 0), w.service(0, 0)
		w.tell(ReferralMade, 0, Data{Referral: r, Origin: "gp", Patient: p})
		w.tell(ReferralAccepted, 10, Data{Referral: r, Place: x})
		w.tell(ReferralAccepted, 20, Data{Referral: r, Place: y + "/beds"})
		w.expect(AcceptedTwice, y)
	},
	func(w *teller, _, _ string) {
		r, x := w.next("F"), w.service(5, 1)
		w.tell(ReferralMade, 0, Data{Referral: r, Origin: "gp"})
		w.tell(ReferralAccepted, 10, Data{Referral: r, Place: x})
		if rapid.Bool().Draw(w.t, "begins") {
			w.tell(ReferralStarted, 20, Data{Referral: r})
		}
		w.expect(NoPlaceFree, x)
	},
	func(w *teller, _, _ string) {
		r, x := w.next("F"), w.service(0, 0)
		w.tell(ReferralMade, 0, Data{Referral: r, Origin: "gp"})
		w.tell(ReferralAccepted, 10, Data{Referral: r, Place: x})
		w.tell(ReferralStarted, 20, Data{Referral: r})
		w.tell(rapid.SampledFrom([]Kind{ReferralDeclined, AcceptanceWithdrawn}).Draw(w.t, "how"), 30, Data{Referral: r, Place: x, Reason: "hoist"})
		w.expect(DeclinedAfterStart, x)
	},
	func(w *teller, _, _ string) {
		r, x := w.next("F"), w.service(0, 0)
		w.tell(ReferralMade, 0, Data{Referral: r, Origin: "gp"})
		w.tell(ReferralAccepted, 10, Data{Referral: r, Place: x})
		w.tell(ReferralEnded, 30, Data{Referral: r})
		w.expect(EndedBeforeStart, x)
	},
	func(w *teller, p, _ string) {
		b := w.next("gone/B")
		w.in(0, p, b)
		w.expect(PlaceRemoved, b)
	},
}

// stories draws a log of stories with a tick an hour, in the order in which they were
// told; in the end a layout without one of the units, and time for every grace.
func stories(t *rapid.T) (log []Event, planted []string) {
	w := &teller{t: t, start: capacity.At(time.Date(2027, 1, 12, 0, 0, 0, 0, time.UTC))}
	for range rapid.IntRange(1, 12).Draw(t, "stories") {
		w.base, w.delay, w.soon = time.Duration(rapid.IntRange(0, 24*60).Draw(t, "begins"))*time.Minute, -1, false
		kinds := sound
		if rapid.Bool().Draw(t, "planted") {
			kinds = plants
		}
		rapid.SampledFrom(kinds).Draw(t, "story")(w, w.next("p"), w.next("p"))
	}
	for at := time.Duration(0); at <= lastTold+20*time.Hour; at += time.Hour {
		w.log = append(w.log, tickAt(w.start.Add(at)))
	}
	slices.SortStableFunc(w.log, func(a, b Event) int { return cmp.Compare(a.Recorded, b.Recorded) })
	end := w.log[len(w.log)-1].Recorded
	w.log = slices.Concat(LayoutEvents(w.layout(true), 1, w.start), w.log, LayoutEvents(w.layout(false), 2, end), []Event{tickAt(end.Add(time.Hour))})
	for i := range w.log {
		w.log[i].Seq = uint64(i + 1)
	}
	slices.Sort(w.planted)
	return w.log, w.planted
}

func tickAt(at capacity.Instant) Event {
	return Event{Kind: Tick, Feed: Centre, ID: fmt.Sprint("t", at), Happened: at, Recorded: at}
}

// layout is a ward with a bed of each number, wards for censuses, A&E, and a unit to go.
func (w *teller) layout(whole bool) *capacity.Layout {
	l := aWard(1)
	ward := func(id string, beds ...string) {
		u := capacity.Unit{ID: id, Site: "site", Name: id, Kind: capacity.Ward, Class: capacity.AdultGA}
		for _, b := range beds {
			u.Beds = append(u.Beds, capacity.Bed{ID: b})
		}
		if !whole {
			u.AssumedClean = 900
		}
		l.Units = append(l.Units, u)
	}
	beds := map[string][]string{"w": nil, "gone": nil}
	var censused []string
	for i := range w.log {
		unit, bed, _ := strings.Cut(w.log[i].Data.Place, "/")
		switch {
		case unit == "w" || unit == "gone":
			if !slices.Contains(beds[unit], bed) {
				beds[unit] = append(beds[unit], bed)
			}
		case strings.HasPrefix(unit, "x") && !slices.ContainsFunc(l.Units, func(u capacity.Unit) bool { return u.ID == unit }):
			l.Units = append(l.Units, capacity.Unit{ID: unit, Site: "site", Name: unit, Kind: capacity.CareHome, Places: []capacity.Places{{ID: "beds", Open: 1}}})
		case strings.HasPrefix(unit, "c") && !slices.Contains(censused, unit):
			censused = append(censused, unit)
		}
	}
	ward("w", beds["w"]...)
	for _, id := range censused {
		ward(id, "B0", "B1")
	}
	if whole {
		ward("gone", beds["gone"]...)
	}
	return l
}

// TestOpenContradictionsAreThePlantedOnes: however late, shuffled and repeated facts come,
// when everything is told and every grace is over exactly the contradictions are shown that
// the stories hold, none was shown within its grace, and a state resumed from the store at
// any point shows the same.
func TestOpenContradictionsAreThePlantedOnes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log, planted := stories(t)
		cut := rapid.IntRange(0, len(log)-1).Draw(t, "cut")

		live := New("live")
		stored := records{}
		var resumed *State
		known := map[string]capacity.Instant{} // since when the state holds an item
		for i := range log {
			if i == cut {
				stored.take(live.Changes())
				var err error
				resumed, err = Load("live", live.Seq(), stored.all())
				require.NoError(t, err)
			}
			live.Apply(&log[i])
			for id := range live.items {
				if _, ok := known[id]; !ok {
					known[id] = live.at
				}
			}
			for id := range known {
				if live.items[id] == nil {
					delete(known, id)
				}
			}
			if log[i].Kind != Tick {
				continue
			}
			for id, c := range live.items {
				if grace := contradictionKind(c.Kind).Grace; c.visible() {
					if live.at < max(c.Since, known[id]).Add(grace) || c.Raised < c.Since.Add(grace) {
						t.Fatalf("%s is shown within its grace", c.Kind)
					}
				} else if live.at >= c.Due {
					t.Fatalf("%s is not shown after its grace", c.Kind)
				}
			}
		}
		require.Equal(t, planted, shownItems(live))
		require.Len(t, live.items, len(planted), "no other is waiting")

		live.Changes()
		replay(resumed, log[cut:]).Changes()
		require.Equal(t, live.Digest(), resumed.Digest(), "resumed at %d", cut)
		require.Equal(t, planted, shownItems(resumed), "resumed at %d", cut)
		require.Equal(t, faces(live), faces(resumed), "resumed at %d", cut)
	})
}

// shownItems are the contradictions that people see, with their places, sorted.
func shownItems(s *State) (all []string) {
	for _, c := range s.View().Contradictions {
		all = append(all, c.Kind+" "+strings.TrimSuffix(c.Unit+"/"+c.Bed, "/"))
	}
	slices.Sort(all)
	return all
}
