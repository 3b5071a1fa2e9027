package flow

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/capacity"
)

// aWard is a small system in which random facts soon meet each other.
func aWard(beds int) *capacity.Layout {
	l := &capacity.Layout{
		System: capacity.System{ID: "county", Name: "County", TimeZone: "Europe/London", Zone: capacity.Zone{{From: capacity.At(day.Add(25 * time.Hour)), Seconds: 3600}}},
		Sites:  []capacity.Site{{ID: "site", Name: "Site", Rules: []capacity.SiteRule{{ID: "no-children", Class: capacity.Paediatric}}}},
		Feeds:  twoFeeds(),
		OPEL:   aProfile(), Conditions: aTable(), Cards: someCards(),
	}
	for _, id := range []string{"u0", "u1"} {
		u := capacity.Unit{ID: id, Site: "site", Name: id, Kind: capacity.Ward, Class: capacity.AdultGA, Feeds: []string{"f0", "f1"}, AssumedClean: 900}
		for b := range beds {
			u.Beds = append(u.Beds, capacity.Bed{ID: fmt.Sprint("B", b), Bay: fmt.Sprint("Y", b%2), Escalation: b == beds-1})
		}
		l.Units = append(l.Units, u)
	}
	l.Units = append(l.Units, capacity.Unit{ID: "ae", Site: "site", Name: "ae", Kind: capacity.AandE, Areas: []capacity.Area{{ID: "majors", Kind: capacity.Majors}, {ID: "resus", Kind: capacity.Resus}}})
	l.Localities = []capacity.Locality{{ID: "north"}, {ID: "south", East: 10}}
	l.Units = append(l.Units,
		capacity.Unit{ID: "home", Site: "site", Name: "home", Kind: capacity.CareHome, Feeds: []string{"f0", "f1"}, Locality: "north", Places: []capacity.Places{{ID: "nursing", Open: 2}, {ID: "residential", Open: beds}}},
		capacity.Unit{ID: "team", Site: "site", Name: "team", Kind: capacity.UrgentResponse, Home: true, Within: 7200, Hours: []capacity.Hours{{From: 480, To: 1200}}, Places: []capacity.Places{{ID: "visits", Open: 3}}},
		capacity.Unit{ID: "care", Site: "site", Name: "care", Kind: capacity.HomeCare, Home: true, Step: "down", Places: []capacity.Places{{ID: "starts", Open: 3}}},
		capacity.Unit{ID: "centre", Site: "site", Name: "centre", Kind: capacity.CoordinationCentre, Serves: []string{"north"}})
	return l
}

// ofPlaces fills what facts about places, referrals and calls say.
func ofPlaces(t *rapid.T, e *Event) {
	d := &e.Data
	d.Request = ""
	d.Referral = rapid.SampledFrom([]string{"F0", "F1"}).Draw(t, "referral")
	d.Call = rapid.SampledFrom([]string{"C0", "C1"}).Draw(t, "call")
	d.Intent, d.Locality = rapid.SampledFrom([]string{"", "convey"}).Draw(t, "intent"), rapid.SampledFrom([]string{"", "north", "south"}).Draw(t, "locality")
	d.Seeks, d.Needs, d.Outcome, d.How = []string{"care_home"}, []string{"hoist"}, "advice", "phone"
	if rapid.Bool().Draw(t, "nameless") {
		d.Patient, d.Visit = "", ""
	}
	if rapid.Bool().Draw(t, "no until") {
		d.Until = 0
	}
	if rapid.IntRange(0, 2).Draw(t, "desk") == 0 {
		e.Feed = Desk
	}
	d.Place = rapid.SampledFrom([]string{"home/nursing", "home", "home/residential", "team", "care", "team/visits", "home/none", "u0"}).Draw(t, "of")
	if e.Kind == ReferralStarted || e.Kind == ReferralEnded {
		d.Place = rapid.SampledFrom([]string{"", d.Place}).Draw(t, "where")
	}
	switch e.Kind {
	case PlacesReported, StillTrue, ReportWithdrawn:
		d.Place = rapid.SampledFrom([]string{"home", "home", "team", "u0"}).Draw(t, "told")
		d.Item = fmt.Sprint("e", rapid.IntRange(0, 200).Draw(t, "takes"))
		used, accepting := rapid.IntRange(0, 4).Draw(t, "used"), rapid.Bool().Draw(t, "accepting")
		d.Places = &PlacesTold{Accepting: &accepting, Sorts: []SortTold{{Sort: rapid.SampledFrom([]string{"nursing", "residential", "visits", "none"}).Draw(t, "sort of places"), Used: &used}}}
	case ReferralMade, CallRaised:
		d.Place = rapid.SampledFrom([]string{"", "centre"}).Draw(t, "centre")
	}
}

// randomLog draws a random log: a layout, facts in any order of time, repeats, merges,
// ticks, layouts that come and go.
func randomLog(t *rapid.T) []Event {
	start := capacity.At(time.Date(2027, 1, 12, 8, 0, 0, 0, time.UTC))
	layout := aWard(4)
	log := LayoutEvents(layout, 1, start)
	revision := uint64(1)
	now := start
	patients := rapid.SampledFrom([]string{"p0", "p1", "p2", "p3"})
	visit := rapid.SampledFrom([]string{"", "v0", "v1", "v2"})
	place := rapid.SampledFrom([]string{"u0/B0", "u0/B1", "u0/B3", "u1/B0", "u1/B1", "u1", "u0", "u1/B9", "u2/B0", "u0/Y1", "ae", "ae/majors", "ae/resus"})
	kinds := []Kind{}
	for _, s := range Kinds() {
		if !s.Inner {
			kinds = append(kinds, s.Kind)
		}
	}
	delays := rapid.OneOf(rapid.IntRange(0, 60), rapid.IntRange(0, 3600), rapid.IntRange(0, 72*3600))
	community := rapid.Bool().Draw(t, "of community")
	between := rapid.IntRange(0, 4).Draw(t, "about transfers") == 0
	pressed := rapid.IntRange(0, 3).Draw(t, "about escalation") == 0
	for range rapid.IntRange(1, 60).Draw(t, "n") {
		now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "later")) * time.Second)
		e := Event{Feed: rapid.SampledFrom([]string{"f0", "f1", "f2"}).Draw(t, "feed"), Recorded: now}
		e.Happened = now.Add(-time.Duration(delays.Draw(t, "ago")) * time.Second)
		e.ID = fmt.Sprint("e", rapid.IntRange(0, 200).Draw(t, "id"))
		switch rapid.IntRange(0, 24).Draw(t, "sort") {
		case 0:
			jump := time.Duration(rapid.SampledFrom([]int{10, 600, 86400, 10 * 86400, 30 * 86400}).Draw(t, "jump")) * time.Second
			now = now.Add(jump)
			log = append(log, Event{Kind: Tick, Feed: Centre, ID: fmt.Sprint("t", now), Happened: now, Recorded: now})
			continue
		case 1:
			revision++
			other := aWard(rapid.IntRange(1, 10).Draw(t, "beds"))
			other.Units = other.Units[:rapid.IntRange(1, len(other.Units)).Draw(t, "units")]
			log = append(log, LayoutEvents(other, revision, now)...)
			continue
		case 2, 3, 4, 5, 6, 7:
			log = append(log, Event{Kind: Tick, Feed: Centre, ID: fmt.Sprint("t", now), Happened: now, Recorded: now})
			continue
		case 8:
			log = append(log, ofFeeds(t, now)...)
			continue
		case 9: // one of the facts so far once more
			if e := log[rapid.IntRange(0, len(log)-1).Draw(t, "again")]; !e.Kind.Spec().Inner {
				e.Recorded = now
				log = append(log, e)
			}
			continue
		}
		e.Kind = rapid.SampledFrom(kinds).Draw(t, "kind")
		if community && rapid.IntRange(0, 3).Draw(t, "community") > 0 {
			e.Kind = rapid.SampledFrom(ofCommunity).Draw(t, "kind of community")
		}
		if between && rapid.IntRange(0, 2).Draw(t, "transfer") > 0 {
			e.Kind = rapid.SampledFrom(ofTransfers).Draw(t, "kind of transfer")
		}
		if pressed && rapid.IntRange(0, 2).Draw(t, "escalation") > 0 {
			e.Kind = rapid.SampledFrom(ofEscalation).Draw(t, "kind of escalation")
		}
		e.Data = Data{
			Patient: patients.Draw(t, "patient"), Visit: visit.Draw(t, "visit"), Place: place.Draw(t, "place"),
			FromPatient: patients.Draw(t, "from"), FromVisit: visit.Draw(t, "fromVisit"), Prior: place.Draw(t, "prior"),
			Status: rapid.SampledFrom([]BedStatus{StatusClosed, StatusHousekeeping, StatusIsolated, StatusContaminated, StatusOccupied, StatusUnoccupied}).Draw(t, "status"),
			Swap:   &SwapLeg{Patient: patients.Draw(t, "swap"), Place: place.Draw(t, "there")},
			Until:  now.Add(time.Hour), Due: now.Add(2 * time.Hour), Reason: "infection_control", Role: "coordinator",
			Request: rapid.SampledFrom([]string{"", "R0", "R1", "r7"}).Draw(t, "request"), Ambulance: rapid.SampledFrom([]string{"A0", "A1"}).Draw(t, "ambulance"),
			GoingTo: rapid.SampledFrom([]string{"", "home", "admitted"}).Draw(t, "going"), Pathway: "1", Certainty: "definite", Origin: rapid.SampledFrom(Origins).Draw(t, "origin"),
			Class: rapid.SampledFrom([]PatientClass{"", Inpatient, Emergency}).Draw(t, "class"), Sex: rapid.SampledFrom(Sexes).Draw(t, "sex"), Service: "medicine",
			AgeBand: rapid.SampledFrom([]string{"", "75-84", "85+"}).Draw(t, "age"), Condition: rapid.SampledFrom([]string{"", "copd"}).Draw(t, "condition"), Frailty: "mild",
		}
		switch e.Kind {
		case BedAllocated, AllocationEnded:
			e.Feed = Desk
		case StatusDeclared:
			e.Feed = rapid.SampledFrom([]string{"f0", Desk}).Draw(t, "declarer")
			e.Data.Declared = &Declared{rapid.SampledFrom([]string{"reap", capacity.DeclaredOPEL}).Draw(t, "status"), rapid.SampledFrom([]string{"system", "site/site", "site/other"}).Draw(t, "scope"), rapid.SampledFrom([]string{"1", "4"}).Draw(t, "level")}
			e.Data.Role = rapid.SampledFrom([]string{"coordinator", "on_call_manager"}).Draw(t, "declares")
			e.Data.Until = e.Happened.Add(time.Duration(rapid.SampledFrom([]int{60, 3600, 86400}).Draw(t, "holds")) * time.Second)
		case SiteTransferAsked, SiteTransferAccepted, SiteTransferDeclined, SiteTransferOffered, SiteTransferLeft, SiteTransferArrived, SiteTransferWithdrawn:
			transferred(t, &e)
		case LinkIssued, LinkRevoked:
			e.Feed = Desk
			e.Data.Link = strings.Repeat(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "token"), 64)
			e.Data.Until = rapid.SampledFrom([]capacity.Instant{0, now.Add(time.Minute)}).Draw(t, "ends")
		case AgreementAsked, AgreementAnswered, AgreementEnded:
			e.Feed = Desk
			e.Data.Agreement = rapid.SampledFrom([]string{"G0", "G1"}).Draw(t, "agreement")
			e.Data.Purpose, e.Data.From, e.Data.To = "divert", "site", rapid.SampledFrom([]string{"out/X", "site", "nowhere"}).Draw(t, "to")
			e.Data.Outcome = rapid.SampledFrom([]string{AgreementAgreed, AgreementRefused}).Draw(t, "outcome")
			e.Data.Until = rapid.SampledFrom([]capacity.Instant{0, now.Add(time.Minute), now.Add(30 * time.Hour)}).Draw(t, "ends")
		case AlertFired, AlertResolved, AlertTaken, AlertHandedOn, AlertNotNow, AlertShelved, Noted,
			ActionRaised, ActionAssigned, ActionExtended, ActionBlocked, ActionDone, ActionNotPossible, MeetingOpened, MeetingSigned:
			escalated(t, &e)
		case ContradictionSettled:
			e.Feed = Desk
			e.Data.Item = publicID(rapid.SampledFrom([]string{TwoInBed + ":u0/B0", TwoInBed + ":u0/B1", FreeWithPatient + ":u0/B0", InTwoBeds + ":p0", InTwoBeds + ":p1"}).Draw(t, "item"))
		}
		if e.Kind.Spec().Family() == "community" {
			ofPlaces(t, &e)
		}
		if e.Kind == ListTaken {
			e.Data.Place, e.Data.List = "ae", []ListEntry{}
			for range rapid.IntRange(0, 3).Draw(t, "listed") {
				l := ListEntry{Patient: patients.Draw(t, "who"), Visit: visit.Draw(t, "number"), Arrived: e.Happened.Add(-time.Hour), Seen: e.Happened.Add(-time.Minute)}
				l.Place = rapid.SampledFrom([]string{"", "ae/majors"}).Draw(t, "area")
				e.Data.List = append(e.Data.List, l)
			}
		}
		if e.Kind == DischargeListTaken {
			e.Data.Place = rapid.SampledFrom([]string{"u0", "u1", "site/site", "site/none"}).Draw(t, "of")
			e.Data.Leavers = []DischargeEntry{}
			for range rapid.IntRange(0, 3).Draw(t, "leavers") {
				l := DischargeEntry{Patient: patients.Draw(t, "who"), Visit: visit.Draw(t, "number"), Pathway: "2"}
				if rapid.Bool().Draw(t, "ready") {
					l.NCTR, l.Reason = e.Happened.Add(-time.Hour), "capacity"
				}
				e.Data.Leavers = append(e.Data.Leavers, l)
			}
		}
		if e.Kind == CensusTaken {
			e.Data.Census = []CensusEntry{{Place: e.Data.Place, Patient: e.Data.Patient, Visit: e.Data.Visit}, {Place: "u0/B1"}}
		}
		log = append(log, e)
	}
	for i := range log {
		log[i].Seq = uint64(i + 1)
		log[i].Digest = "00000000000000aa"
	}
	return log
}

// ofCommunity are the kinds of fact about places, referrals and calls, those that others
// hang on more than once, and what shows that somebody came to hospital.
var ofCommunity = func() (all []Kind) {
	for _, s := range Kinds() {
		if s.Family() == "community" {
			all = append(all, s.Kind)
		}
	}
	return append(all, ReferralMade, ReferralMade, ReferralMade, ReferralAccepted, ReferralAccepted, ReferralAccepted, ReferralStarted, ReferralStarted, PlacesReported, PlacesReported, AttendanceArrived, AmbulanceArrived, Admitted, PatientMerged)
}()

// ofTransfers are the kinds of fact about transfers between hospitals, and what meets them.
var ofTransfers = []Kind{
	SiteTransferAsked, SiteTransferAsked, SiteTransferAsked, SiteTransferAccepted, SiteTransferAccepted, SiteTransferDeclined, SiteTransferOffered, SiteTransferOffered,
	SiteTransferLeft, SiteTransferArrived, SiteTransferWithdrawn, BedRequested, BedAllocated, Admitted, Discharged, PatientMerged, BedClosed, BedOpened,
}

// transferred fills in a fact about a transfer between hospitals.
func transferred(t *rapid.T, e *Event) {
	e.Feed = rapid.SampledFrom([]string{"f0", "f1", Desk}).Draw(t, "teller")
	e.Data.Transfer = rapid.SampledFrom([]string{"T0", "T1"}).Draw(t, "transfer")
	e.Data.From = rapid.SampledFrom([]string{"out/X", "site"}).Draw(t, "sends")
	e.Data.To = rapid.SampledFrom([]string{"site", "other", "out/Y"}).Draw(t, "takes")
	e.Data.Purpose = rapid.SampledFrom(Purposes).Draw(t, "purpose")
	e.Data.Wants = rapid.SampledFrom([]capacity.BedClass{"", capacity.AdultGA, capacity.Paediatric}).Draw(t, "wants")
	if rapid.IntRange(0, 3).Draw(t, "nameless") == 0 {
		e.Data.Patient = ""
	}
	if e.Kind == SiteTransferOffered {
		e.Data.Place = rapid.SampledFrom([]string{"u0/B0", "u0/B3", "u1", "u9"}).Draw(t, "bed")
	} else {
		e.Data.Place = ""
	}
}

func replay(s *State, log []Event) *State {
	for i := range log {
		s.Apply(&log[i])
	}
	return s
}

// records are all records of a state, as a store would hold them.
type records map[string][]byte

func (r records) take(changes []Record) {
	for _, c := range changes {
		if len(c.Value) == 0 {
			delete(r, c.Key)
		} else {
			r[c.Key] = slices.Clone(c.Value)
		}
	}
}

func (r records) all() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for k, v := range r {
			if !yield(k, v) {
				return
			}
		}
	}
}

// TestLiveIsReplayIsResumed: one log, committed event by event with a view after every few,
// all at once and never looked at, and resumed from the store at any point, gives one state.
func TestLiveIsReplayIsResumed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := randomLog(t)
		cut, few := rapid.IntRange(0, len(log)).Draw(t, "cut"), rapid.IntRange(1, 20).Draw(t, "few")

		live, stored := New("live"), records{}
		for i := range log {
			live.Apply(&log[i])
			stored.take(live.Changes())
			requireSound(t, live)
			if i%few == 0 || i == len(log)-1 {
				requireSums(t, live.View())
			}
		}

		once, whole := replay(New("replay"), log), records{}
		whole.take(once.Changes())
		requireRecords(t, stored, whole, "replay")
		require.Equal(t, live.Digest(), once.Digest(), "replay")

		half, kept := New("half"), records{}
		replay(half, log[:cut])
		kept.take(half.Changes())
		resumed, err := Load("half", half.Seq(), kept.all())
		require.NoError(t, err)
		require.Equal(t, half.Digest(), resumed.Digest(), "loaded")
		require.Empty(t, resumed.Changes(), "loading changes nothing")
		replay(resumed, log[cut:])
		kept.take(resumed.Changes())
		requireRecords(t, stored, kept, "resumed")
		require.Equal(t, live.Digest(), resumed.Digest(), "resumed at %d", cut)
		if rapid.IntRange(0, 2).Draw(t, "look") == 0 { // TestShownIsWhatALoadShows looks each time
			require.Equal(t, faces(live), faces(resumed), "shown")
		}
	})
}

// TestRepeatsChangeNothing: an event of the same feed and id, told again at any later
// point while ids are kept, changes nothing but the count of repeats.
func TestRepeatsChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := randomLog(t)
		if forgotten := slices.IndexFunc(log, func(e Event) bool { return e.Recorded.Sub(log[0].Recorded) >= keepIDs }); forgotten > 0 {
			log = log[:forgotten]
		}
		var doubled []Event
		for i, e := range log {
			doubled = append(doubled, e)
			again := log[rapid.IntRange(0, i).Draw(t, "again")]
			if !again.Kind.Spec().Inner {
				doubled = append(doubled, again)
			}
		}
		for i := range doubled {
			doubled[i].Seq = uint64(i + 1)
		}
		once, twice := replay(New("once"), log), replay(New("twice"), doubled)
		require.Equal(t, places(once), places(twice))
	})
}

// TestOrderOfArrival: facts about patients, whatever order they arrive in, put everybody
// in the same beds. Moments are distinct: facts of one moment go by arrival.
func TestOrderOfArrival(t *testing.T) {
	kinds := []Kind{
		Admitted, Transferred, Discharged, TransferCancelled, DischargeCancelled, AdmissionCancelled, TransferExpected, TransferExpectationCancelled, Away, Returned, LeaveStarted, LeaveEnded, Updated, ArrivalExpected, ArrivalCancelled, DischargeExpected, MadeOutpatient, VisitDeleted, Cleaned, BedStatusTold, BedClosed, BedOpened,
		BedRequested, RequestReady, RequestLeft, RequestArrived, RequestCancelled, AttendanceArrived, AttendanceAssessed, AttendanceSeen, AttendanceReferred, AttendanceMoved, DecidedToAdmit, ReadyToProceed,
		AttendanceStreamed, AttendanceDeparted, DepartureCancelled, AttendanceCancelled, AmbulanceInbound, AmbulanceArrived, AmbulanceHandedOver, AmbulanceClear, AmbulanceCancelled,
		DischargeReady, DischargeNotReady, DischargePlanned, DischargeDelayed, DischargeDelayEnded, DischargeFailed, StartAccepted, StartWithdrawn,
	}
	rapid.Check(t, func(t *rapid.T) {
		start := capacity.At(time.Date(2027, 1, 12, 8, 0, 0, 0, time.UTC))
		layout := LayoutEvents(aWard(4), 1, start)
		var facts []Event
		for i := range rapid.IntRange(1, 25).Draw(t, "n") {
			at := start.Add(time.Duration(i) * time.Minute)
			p := rapid.SampledFrom([]string{"p0", "p1"}).Draw(t, "patient")
			facts = append(facts, Event{
				ID: fmt.Sprint(i), Feed: "f0", Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Happened: at, Recorded: start.Add(time.Hour),
				Data: Data{
					Patient: p, Visit: p + rapid.SampledFrom([]string{"a", "b"}).Draw(t, "visit"),
					Place:  rapid.SampledFrom([]string{"u0/B0", "u0/B1", "u1/B0", "u1", "ae", "ae/majors"}).Draw(t, "place"),
					Status: rapid.SampledFrom([]BedStatus{StatusClosed, StatusHousekeeping, StatusUnoccupied}).Draw(t, "status"),
					Due:    at.Add(time.Hour), Ambulance: rapid.SampledFrom([]string{"A0", "A1"}).Draw(t, "ambulance"), Pathway: rapid.SampledFrom(Pathways).Draw(t, "pathway"),
					Request: p + "R", GoingTo: rapid.SampledFrom([]string{"", "home", "admitted"}).Draw(t, "going"), Origin: rapid.SampledFrom(Origins).Draw(t, "origin"),
					Class: rapid.SampledFrom([]PatientClass{"", Inpatient, Emergency}).Draw(t, "class"), Service: rapid.SampledFrom([]string{"", "medicine"}).Draw(t, "service"),
				},
			})
		}
		shuffled := slices.Clone(facts)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		number := func(facts []Event) []Event {
			log := append(slices.Clone(layout), facts...)
			for i := range log {
				log[i].Seq = uint64(i + 1)
			}
			return log
		}
		require.Equal(t, places(replay(New("a"), number(facts))), places(replay(New("b"), number(shuffled))))
	})
}

// places says what every bed is and who is in it, without sequences.
func places(s *State) []string {
	var all []string
	for _, u := range s.View().Units {
		for i, p := range u.Places {
			text := fmt.Sprintf("%s/%s %s since %s dirty %s kept %v until %s", u.ID, p.ID, p.State, p.Since, p.Dirty, p.ReservedFor != "", p.Until)
			var in []string
			for _, c := range s.units[u.ID].order[i].condition(s.at).in {
				stay, _, _ := strings.Cut(c.stay, "#")
				in = append(in, fmt.Sprint(stay, c.away, c.leave, c.due))
			}
			all = append(all, text+fmt.Sprint(in))
		}
		all = append(all, fmt.Sprint(u.ID, u.NoBed, u.Leaving, u.Expected))
		all = append(all, pictured(s.units[u.ID].portrait.picture)...)
	}
	return all
}

var sequence = regexp.MustCompile(`Seq:\d+|Key:\w+|Stay:\w+|ID:r\d+|Events:\[[^\]]*\]`)

// pictured is a picture without sequences, and without keys that are made of them.
func pictured(p *capacity.Picture) []string {
	var all []string
	for _, list := range []any{valuesOf(p.Attendances), valuesOf(p.Ambulances), valuesOf(p.Requests), valuesOf(p.Stays), p.Beds, valuesOf(p.Referrals), valuesOf(p.Calls)} {
		all = append(all, sequence.ReplaceAllString(fmt.Sprintf("%+v", list), "Seq"))
	}
	return all
}

func valuesOf[T any](all []*T) (values []T) {
	for _, one := range all {
		values = append(values, *one)
	}
	return values
}

// faces is a view without what a restart may change: versions.
func faces(s *State) []string {
	all := places(s)
	v := s.View()
	for _, c := range v.Contradictions {
		all = append(all, fmt.Sprint(c.Kind, c.Unit, c.Bed, c.Stays, c.Owner, c.Since, c.Raised, c.Grace, c.Events))
	}
	for _, h := range v.Held {
		all = append(all, fmt.Sprint(*h))
	}
	for _, u := range v.Units {
		text, _ := json.Marshal(u.Slots)
		all = append(all, u.ID+" "+string(text))
	}
	all = append(all, figuresOf(s)...)
	for _, f := range v.Feeds {
		g := *f
		g.Version = 0
		all = append(all, fmt.Sprint(g))
	}
	for _, m := range v.Measures {
		values, _ := json.Marshal(m.Values)
		all = append(all, m.ID+" "+string(values))
	}
	for _, list := range []any{v.Attendances, v.Ambulances, v.Requests, v.Discharges, v.Decisions, v.Transfers, v.Statuses, v.Agreements, v.Links, v.Referrals, v.Calls} {
		text, _ := json.Marshal(list)
		all = append(all, version.ReplaceAllString(string(text), ""))
	}
	return all
}

var version = regexp.MustCompile(`"version":\d+,`)

// TestFiguresAreWhatTheirItemsSay: whatever happened, every figure shown is the one that is
// counted again from the things it lists alone, and each of them names events of the log.
func TestFiguresAreWhatTheirItemsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := randomLog(t)
		s := replay(New("why"), log)
		v := s.View()
		for _, scope := range v.Measures {
			for name, shown := range scope.Values {
				m, _ := capacity.MeasureNamed(name)
				if m.Base != "" {
					continue // see TestTheCutIsWhatWasShown
				}
				w := v.Why(name, scope.ID)
				require.NotNil(t, w, "%s of %s", name, scope.ID)
				require.Equal(t, shown.Value, w.Value, "%s of %s", name, scope.ID)
				if shown.Value != nil {
					again, ok, _ := m.Value(m.Recount(w.Items))
					require.True(t, ok)
					require.Equal(t, *shown.Value, again, "%s of %s", name, scope.ID)
				}
				for _, i := range w.Items {
					for _, seq := range i.Events {
						require.True(t, seq >= 1 && seq <= s.Seq(), "%s of %s: event %d", name, scope.ID, seq)
					}
				}
			}
		}
	})
}

// requireRecords compares what two stores would hold.
func requireRecords(t *rapid.T, want, got records, how string) {
	if !maps.EqualFunc(want, got, bytes.Equal) {
		require.Equal(t, want, got, how)
	}
}

// requireSums checks what must hold of every view.
func requireSums(t *rapid.T, v *View) {
	for _, u := range v.Units {
		b := u.Beds
		if b.Total != b.Open+b.Closed || b.Open != b.Occupied+b.Reserved+b.NotReady+b.Available || len(u.Places) != b.Total || b.Available < 0 {
			t.Fatalf("beds of %s: %+v", u.ID, b)
		}
		if u.Slots == nil {
			continue
		}
		for _, p := range u.Slots.Sorts {
			if p.Free != nil && (*p.Free < 0 || p.Open+p.Over != *p.Used+p.Kept+p.Begun+*p.Free) {
				t.Fatalf("places of %s: %+v", u.ID, p)
			}
		}
	}
}

// requireSound checks what must hold after every event: facts are in order, and claims are
// where they belong, on both sides.
func requireSound(t *rapid.T, s *State) {
	for _, p := range s.patients {
		if !slices.IsSortedFunc(p.facts, func(a, b fact) int {
			return cmp.Or(cmp.Compare(a.Happened, b.Happened), cmp.Compare(a.Seq, b.Seq))
		}) {
			t.Fatalf("facts of %s: %v", p.key, p.facts)
		}
		for _, c := range p.claims {
			if b := s.bed(c.at); b != nil && !slices.Contains(b.claims, c) {
				t.Fatalf("%s claims %s, which does not know", p.key, b.name())
			}
		}
	}
	for _, u := range s.units {
		for _, b := range u.order {
			for _, c := range b.claims {
				if s.patients[c.patient.key] != c.patient || !slices.Contains(c.patient.claims, c) {
					t.Fatalf("%s is claimed by %s, who does not know", b.name(), c.patient.key)
				}
			}
		}
	}
}

// TestUnreadableEvents: what could not be decoded stops nothing and stays in view.
func TestUnreadableEvents(t *testing.T) {
	s := New("unreadable")
	for seq := range uint64(3) {
		s.Apply(&Event{Seq: seq + 1})
	}
	items := s.View().Contradictions
	require.Len(t, items, 1)
	require.Equal(t, Unreadable, items[0].Kind)
	require.Equal(t, []uint64{1, 3}, items[0].Events)
	require.EqualValues(t, 3, s.Seq())
	require.Empty(t, s.View().Feeds)
}
