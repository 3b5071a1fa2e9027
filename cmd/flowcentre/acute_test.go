package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/streams/hl7"
)

// acuteStory is one patient's way through the acute run, worked out by hand from the
// raw messages: why it must end as it does, and where the patient is after so many
// messages of the run. Times are in November, when London keeps UTC.
type acuteStory struct {
	name     string
	mrn      string
	why      string
	chapters []acuteChapter
}

type acuteChapter struct {
	after int // messages told
	want  []string
}

const wholeRun = 2050

func nowhere(messages int) acuteChapter { return after(messages) }

func after(messages int, want ...string) acuteChapter { return acuteChapter{messages, want} }

var acuteStories = []acuteStory{
	{
		"admitted and discharged", "1613022658",
		"A01 to W05 Bed 4, A03 two seconds later. The ORM and ORR around them name the bed and move nobody, not even the ORR that comes after the A03.",
		[]acuteChapter{after(71, "w05/Bed 4 since 21 23:19:32"), nowhere(102), nowhere(wholeRun)},
	},
	{
		"only the discharge is in the run", "1642576470",
		"The A01 and A02 are still on their way when the run is cut off. Somebody of whom only an A03 is known is not in the hospital.",
		[]acuteChapter{nowhere(1937), nowhere(wholeRun)},
	},
	{
		"planned operation: expected, admitted, to intensive care and back, discharged", "1428227356",
		"A05 keeps SURG Bed 1 for two days later; the A01 five seconds on is the same patient with a first visit number and fulfils it, though PV1-44 " +
			"still gives the planned day. A02 to ICU Bed 4, A02 back to another bed, SURG Bed 4. The A08 repeats where the patient is. A03 from there.",
		[]acuteChapter{
			after(1, "surg/Bed 1 expected since 21 23:19:22, due 23 23:19:22"),
			after(25, "surg/Bed 1 since 21 23:19:27"),
			after(57, "icu/Bed 4 since 21 23:19:31"),
			after(113, "surg/Bed 4 since 21 23:19:35"),
			after(120, "surg/Bed 4 since 21 23:19:35"),
			nowhere(197),
		},
	},
	{
		"planned operation: still expected", "1775482666",
		"A05 is all there is: nobody is in SURG Bed 1, and it is kept.",
		[]acuteChapter{after(wholeRun, "surg/Bed 1 expected since 21 23:20:51, due 23 23:20:51")},
	},
	{
		"planned operation: admitted, still there", "2904607091",
		"A05 and A01 for the same bed: one patient in it, nobody expected.",
		[]acuteChapter{after(1750, "surg/Bed 4 expected since 21 23:20:41, due 23 23:20:41"), after(wholeRun, "surg/Bed 4 since 21 23:20:45")},
	},
	{
		"planned operation: in intensive care", "671035876",
		"A05, A01, A02 to ICU Bed 23, and no message since.",
		[]acuteChapter{after(wholeRun, "icu/Bed 23 since 21 23:20:48")},
	},
	{
		"in A&E, still there", "3861773478",
		"A04 says no place: a visit, and no bed.",
		[]acuteChapter{nowhere(wholeRun)},
	},
	{
		"in A&E, went home", "451455431",
		"A04 and A03, both without a place.",
		[]acuteChapter{nowhere(wholeRun)},
	},
	{
		"in A&E, then admitted", "1556657690",
		"A04, then A01 to ICU Bed 1 under another visit number. The A03 has no PV1-3, only PV1-6 with the bed: it ends the visit it names, wherever that is.",
		[]acuteChapter{nowhere(23), after(24, "icu/Bed 1 since 21 23:19:26"), after(108, "icu/Bed 1 since 21 23:19:26"), nowhere(109), nowhere(wholeRun)},
	},
	{
		"in A&E, bed promised", "721985446",
		"A04, then A14 under the number of the emergency visit: AMU Bed 20 is kept, the patient is in A&E.",
		[]acuteChapter{nowhere(1805), after(wholeRun, "amu/Bed 20 expected since 21 23:20:52, due 22 01:20:52")},
	},
	{
		"in A&E, bed promised and taken", "1085035044",
		"The A14 is for the emergency visit, the A01 for the new inpatient visit: the promise was made to the patient, and is kept.",
		[]acuteChapter{after(1698, "amu/Bed 33 expected since 21 23:20:40, due 22 01:20:40"), after(wholeRun, "amu/Bed 33 since 21 23:20:42")},
	},
	{
		"the whole way, with every step announced", "4135588890",
		"A14 and A01; A15 and the A02, which gives 00:19:43 in EVN-2, the hour when the move was planned: it was sent at 23:19:43 and says that it has happened; " +
			"A16 for a day later; A02 to the lounge, the discharge still to come; A03 at 23:20:04, with the planned time in PV1-45, a day ahead: it is said, so it is done.",
		[]acuteChapter{
			nowhere(11),
			after(78, "amu/Bed 5 expected since 21 23:19:33, due 22 01:19:33"),
			after(161, "amu/Bed 5 since 21 23:19:38"),
			after(266, "amu/Bed 5 since 21 23:19:38", "w05/Bed 2 expected since 21 23:19:43, due 22 00:19:43"),
			after(272, "w05/Bed 2 since 21 23:19:43"),
			after(418, "w05/Bed 2 since 21 23:19:43, due 22 23:19:51"),
			after(574, "dlounge/Bed 2 since 21 23:19:58, due 22 23:19:51"),
			nowhere(754), nowhere(wholeRun),
		},
	},
	{
		"a move announced, not yet made", "609589955",
		"A15 is the last message: in AMU Bed 16, and W05 Bed 8 is kept for the hour in EVN-3.",
		[]acuteChapter{after(wholeRun, "amu/Bed 16 since 21 23:20:44", "w05/Bed 8 expected since 21 23:20:53, due 22 00:20:53")},
	},
	{
		"a move announced and made, EVN-2 an hour ahead", "1731506196",
		"The last A02 bears 00:20:42 of the next day and was sent at 23:20:42. The patient is in W05 Bed 9 since it was sent, and nowhere else.",
		[]acuteChapter{
			after(1754, "amu/Bed 10 since 21 23:20:29", "w05/Bed 9 expected since 21 23:20:42, due 22 00:20:42"),
			after(wholeRun, "w05/Bed 9 since 21 23:20:42"),
		},
	},
	{
		"discharge announced", "1076429373",
		"A16 gives the expected discharge in PV2-9; the patient stays in W05 Bed 7 until an A03.",
		[]acuteChapter{after(wholeRun, "w05/Bed 7 since 21 23:20:32, due 22 23:20:44")},
	},
	{
		"discharge announced, waiting in the lounge", "466785450",
		"A02 to the lounge: W05 Bed 23 is left, and the expected discharge goes with the patient.",
		[]acuteChapter{after(2022, "w05/Bed 23 since 21 23:20:31, due 22 23:20:45"), after(wholeRun, "dlounge/Bed 5 since 21 23:20:52, due 22 23:20:45")},
	},
	{
		"every announcement withdrawn", "1584031052",
		"A14 withdrawn by A27, which names its bed in PV2-1; A01 to another bed; A15 withdrawn by A26; A16 withdrawn by A25, although that repeats PV2-9; A03.",
		[]acuteChapter{
			after(3, "amu/Bed 1 expected since 21 23:19:22, due 22 00:19:22"),
			nowhere(26),
			after(42, "amu/Bed 3 since 21 23:19:29"),
			after(44, "amu/Bed 3 since 21 23:19:29", "w07/Bed 1 expected since 21 23:19:29, due 22 00:19:29"),
			after(82, "amu/Bed 3 since 21 23:19:29"),
			after(85, "amu/Bed 3 since 21 23:19:29, due 22 11:19:33"),
			after(132, "amu/Bed 3 since 21 23:19:29"),
			nowhere(169), nowhere(wholeRun),
		},
	},
	{
		"every announcement withdrawn, still there", "3795131472",
		"As before, but not yet discharged: in the bed of the A01, with nothing expected.",
		[]acuteChapter{after(wholeRun, "amu/Bed 37 since 21 23:20:41")},
	},
	{
		"promise withdrawn, another bed, move announced", "4071449549",
		"A14 for AMU Bed 12 withdrawn, A01 to AMU Bed 7, A15 to W07 Bed 2: AMU Bed 12 is nobody's.",
		[]acuteChapter{nowhere(1933), after(wholeRun, "amu/Bed 7 since 21 23:20:50", "w07/Bed 2 expected since 21 23:20:50, due 22 00:20:50")},
	},
	{
		"admission cancelled and visit deleted", "335417219",
		"A11: was never in W05 Bed 2, though PV1-3 still names it. The A23 of the same visit changes nothing more.",
		[]acuteChapter{after(13, "w05/Bed 2 since 21 23:19:24"), nowhere(34), nowhere(67), nowhere(wholeRun)},
	},
	{
		"admission cancelled", "1047050397",
		"A11 alone is enough.",
		[]acuteChapter{after(1944, "w05/Bed 8 since 21 23:20:48"), nowhere(wholeRun)},
	},
	{
		"transfer cancelled, discharge cancelled, discharged after all", "364690688",
		"A02 to ICU Bed 4, undone by A12: in W07 Bed 2 since the admission. A03, undone by A13: there again, though the A13 still has PV1-45. A second A03, with a later time, holds.",
		[]acuteChapter{
			after(70, "w07/Bed 2 since 21 23:19:32"),
			after(117, "icu/Bed 4 since 21 23:19:35"),
			after(167, "w07/Bed 2 since 21 23:19:32"),
			nowhere(201),
			after(248, "w07/Bed 2 since 21 23:19:32"),
			nowhere(340), nowhere(wholeRun),
		},
	},
	{
		"transfer cancelled, still there", "2548796839",
		"A01, A02, A12: in W07 Bed 9 since the admission, as if the A02 had never been.",
		[]acuteChapter{after(1906, "icu/Bed 17 since 21 23:20:47"), after(wholeRun, "w07/Bed 9 since 21 23:20:43")},
	},
	{
		"beds exchanged: one", "478654622",
		"A17 gives each patient's new bed in PV1-3. This one was in W07 Bed 4.",
		[]acuteChapter{after(1802, "w07/Bed 4 since 21 23:20:43"), after(wholeRun, "w05/Bed 4 since 21 23:20:46")},
	},
	{
		"beds exchanged: the other", "3438003404",
		"And this one took W07 Bed 4 in the same step, and was discharged from there.",
		[]acuteChapter{after(1869, "w05/Bed 4 since 21 23:20:43"), after(1870, "w07/Bed 4 since 21 23:20:46"), nowhere(1978), nowhere(wholeRun)},
	},
	{
		"beds exchanged, then discharged", "3334514877",
		"W07 Bed 5, by A17 W05 Bed 2, and A03 from there.",
		[]acuteChapter{after(63, "w07/Bed 5 since 21 23:19:31"), after(116, "w05/Bed 2 since 21 23:19:35"), nowhere(247), nowhere(wholeRun)},
	},
	{
		"off the ward", "2575966371",
		"A09 to the hallway: W05 Bed 21 stays this patient's.",
		[]acuteChapter{after(1923, "w05/Bed 21 since 21 23:20:47"), after(wholeRun, "w05/Bed 21 since 21 23:20:47, away")},
	},
	{
		"off the ward and back in another bed", "368733445",
		"A09 from W05 Bed 1, the bed kept. A10 with W05 Bed 3: arrived there, so that is the bed now. The A03 names Bed 3, with Bed 1 still in PV1-6.",
		[]acuteChapter{
			after(7, "w05/Bed 1 since 21 23:19:23"),
			after(32, "w05/Bed 1 since 21 23:19:23, away"),
			after(66, "w05/Bed 3 since 21 23:19:32"),
			nowhere(129), nowhere(wholeRun),
		},
	},
	{
		"two records made one by A34", "1878742752",
		"The A01 was for MRN 707810410; by the A34 this is the same person, who has been in AMU Bed 2 since the A01. The A03 of the survivor has neither visit nor bed: it ends the one open stay there is.",
		[]acuteChapter{nowhere(5), after(35, "amu/Bed 2 since 21 23:19:23"), nowhere(59), nowhere(wholeRun)},
	},
	{
		"two records made one by A34: the record that ended", "707810410",
		"In the bed until the merge; after it the bed is the survivor's.",
		[]acuteChapter{after(5, "amu/Bed 2 since 21 23:19:23"), nowhere(35), nowhere(wholeRun)},
	},
	{
		"two records made one by A34, still there", "356602368",
		"Admitted as 3446038491. A merge moves nobody: the patient has been in AMU Bed 28 since before it.",
		[]acuteChapter{after(wholeRun, "amu/Bed 28 since 21 23:20:46")},
	},
	{
		"two records made one by A40", "197808130",
		"Admitted to ICU Bed 2 as 1965643050. The A40 has a PV1 with class O and no visit: no outpatient visit, no move. The A03 has class O, no visit and no bed: it ends the stay in ICU Bed 2.",
		[]acuteChapter{after(69, "icu/Bed 2 since 21 23:19:28"), nowhere(130), nowhere(wholeRun)},
	},
	{
		"told backwards: A03, A02, A01", "2063505638",
		"By EVN-2: A01 at 23:19:25, A02 at 23:19:27, A03 at 23:19:29. The last two to come tell of what was already over.",
		[]acuteChapter{nowhere(43), nowhere(75), nowhere(141), nowhere(wholeRun)},
	},
	{
		"late A01 and A02 after the A03", "1222544727",
		"By EVN-2: A01 at 23:19:27, A02 at 23:19:30, A03 at 23:19:33, which came first.",
		[]acuteChapter{nowhere(83), nowhere(193), nowhere(194), nowhere(wholeRun)},
	},
	{
		"late A01 before the cut-off, A02 never", "2250041582",
		"A03 at 23:20:52 from W07, then the A01 of 23:20:46 to AMU Bed 32: gone before it was told.",
		[]acuteChapter{nowhere(2029), nowhere(wholeRun)},
	},
	{
		"late A01 after A02 and A03", "702195736",
		"The A02 of 23:19:39 comes first: in W07 Bed 5, whatever came before. The A03 ends it; the A01 of 23:19:36 is history.",
		[]acuteChapter{after(213, "w07/Bed 5 since 21 23:19:39"), nowhere(225), nowhere(235), nowhere(wholeRun)},
	},
	{
		"late, in the right order", "1842812473",
		"A01 of 23:20:40 and A02 of 23:20:44, both sent at 23:20:45: in W07 Bed 10 since the move, not since it was told.",
		[]acuteChapter{after(1836, "amu/Bed 14 since 21 23:20:40"), after(1837, "w07/Bed 10 since 21 23:20:44"), nowhere(1907), nowhere(wholeRun)},
	},
}

func TestAcuteStories(t *testing.T) {
	results := acuteResults(t, acuteRun(t))
	wanted := map[int]bool{}
	for _, story := range acuteStories {
		for _, c := range story.chapters {
			wanted[c.after] = true
		}
	}
	pages := map[int]map[string][]string{}
	tellAcute(acuteLayout(results), acuteFacts(results), func(n int, s *flow.State) {
		if wanted[n] {
			pages[n] = perPatient(s)
		}
	})
	require.Len(t, pages, len(wanted))
	for _, story := range acuteStories {
		t.Run(story.name, func(t *testing.T) {
			for _, c := range story.chapters {
				assert.Equal(t, c.want, pages[c.after][story.mrn], "after message %d: %s", c.after, story.why)
			}
		})
	}
}

func TestAcuteRunIsWhatItIsSaidToBe(t *testing.T) {
	messages := acuteRun(t)
	results := acuteResults(t, messages)
	kinds, ignored, ids := map[string]int{}, map[string]int{}, map[string]bool{}
	fellBack := 0
	for i, r := range results {
		if r.TimeFellBack {
			fellBack++
		}
		switch {
		case r.Refusal != nil:
			t.Errorf("message %d is refused: %v", i+1, r.Refusal)
		case r.Event != nil:
			require.Empty(t, r.Ignored, "message %d is both", i+1)
			kinds[strings.TrimSuffix(strings.TrimPrefix(r.Event.Kind.String(), "flowcentre.bed."), ".v1")]++
			ids[r.Event.ID] = true
		default:
			require.NotEmpty(t, r.Ignored, "message %d is neither", i+1)
			ignored[r.Ignored]++
		}
	}
	assert.Equal(t, map[string]int{
		"admitted": 328 + 237, "transferred": 275, "swapped": 20, "discharged": 344,
		"admission-cancelled": 18, "transfer-cancelled": 20, "discharge-cancelled": 19,
		"arrival-expected": 53 + 122, "transfer-expected": 102, "discharge-expected": 88,
		"arrival-cancelled": 15, "transfer-expectation-cancelled": 14, "discharge-expectation-cancelled": 14,
		"updated": 39, "away": 15, "returned": 14, "visit-deleted": 17, "patient-merged": 11 + 18,
	}, kinds)
	assert.Equal(t, map[string]int{"ADT^A28": 21, "ADT^A31": 110, "ORU^R01": 111, "ORM^O01": 9, "ORR^O02": 8, "MDM^T02": 8}, ignored)
	assert.Equal(t, 86, fellBack, "A02 that give the planned hour as EVN-2")
	assert.Len(t, ids, wholeRun-267, "no two messages have one id")
	assert.Equal(t, 29, bytes.Count(bytes.Join(messages, nil), []byte("\rMRG|")), "one MRG in each A34 and A40: the run has no merge of several")
}

func TestAcuteCensusIsSound(t *testing.T) {
	results := acuteResults(t, acuteRun(t))
	layout, facts := acuteLayout(results), acuteFacts(results)
	require.Empty(t, layout.Validate())

	shared, most := map[string]capacity.Instant{}, 0 // beds with two patients in them, since when that is known
	end := tellAcute(layout, facts, func(n int, s *flow.State) {
		inBed, ofPatient := map[string][]flow.Placement{}, map[string]int{}
		for _, p := range s.Census() {
			if bed := p.Unit + "/" + p.Bed; !p.Expected {
				inBed[bed] = append(inBed[bed], p)
				ofPatient[p.Patient]++
			}
		}
		var overdue, said []string
		for bed, patients := range inBed {
			if len(patients) < 2 {
				delete(shared, bed)
				continue
			}
			away := func(p flow.Placement) bool { return p.Away }
			require.True(t, slices.ContainsFunc(patients, away), "%s after message %d: given away while its patient is off the ward", bed, n)
			if _, known := shared[bed]; !known {
				shared[bed] = max(s.At(), patients[0].Since, patients[1].Since)
			}
			if shared[bed].Add(15*time.Minute) <= s.At() {
				overdue = append(overdue, bed)
			}
		}
		for _, c := range s.View().Contradictions {
			if c.Kind == flow.TwoInBed {
				said = append(said, c.Unit+"/"+c.Bed)
			}
		}
		require.ElementsMatch(t, overdue, said, "beds with two patients in them for 15 minutes, after message %d", n)
		for patient, beds := range ofPatient {
			require.Equal(t, 1, beds, "%s after message %d", patient, n)
		}
		most = max(most, len(said))
		next := facts[0].Recorded.Add(time.Duration(n) * 30 * time.Second) // the simulated hospital was quicker
		s.Apply(&flow.Event{Seq: s.Seq() + 1, Kind: flow.Tick, Feed: flow.Centre, ID: fmt.Sprint("tick", n), Happened: next, Recorded: next})
	})
	assert.Positive(t, most, "the hospital gives beds of patients off the ward to others")
	assert.Empty(t, end.View().Contradictions)
	assert.Empty(t, end.View().Held)
}

func TestAcuteCensusDoesNotDependOnRepeatsOrOrder(t *testing.T) {
	results := acuteResults(t, acuteRun(t))
	layout, facts := acuteLayout(results), acuteFacts(results)
	once := tellAcute(layout, facts, nil).Census()
	require.Len(t, once, 77)

	var twice, half []flow.Event
	for i, f := range facts {
		twice = append(twice, f, f)
		if i%2 == 1 {
			half = append(half, f)
		}
	}
	repeated := tellAcute(layout, twice, nil)
	assert.Equal(t, once, repeated.Census(), "each message twice")
	assert.EqualValues(t, wholeRun, repeated.View().Feeds[0].Duplicates)
	assert.Equal(t, once, tellAcute(layout, slices.Concat(facts, half), nil).Census(), "half of the messages again, their cancels without what they cancel")

	inTime := slices.Clone(facts)
	slices.SortStableFunc(inTime, func(a, b flow.Event) int { return cmp.Compare(a.Happened, b.Happened) })
	require.NotEqual(t, facts, inTime)
	assert.Equal(t, once, tellAcute(layout, inTime, nil).Census(), "late messages in their place")

	for seed := range uint64(8) { // any order, but that of one second: times in HL7 have no finer one
		r := rand.New(rand.NewPCG(seed, 0))
		turn := map[capacity.Instant]int{}
		for _, f := range facts {
			turn[f.Happened] = r.Int()
		}
		mixed := slices.Clone(facts)
		slices.SortStableFunc(mixed, func(a, b flow.Event) int { return cmp.Compare(turn[a.Happened], turn[b.Happened]) })
		end := tellAcute(layout, mixed, nil)
		require.Equal(t, once, end.Census(), "mixed with seed %d", seed)
		require.Empty(t, end.View().Contradictions, "mixed with seed %d", seed)
	}
}

// acuteResults is what the messages say, each taken in when it was sent.
func acuteResults(t *testing.T, messages [][]byte) []hl7.Result {
	t.Helper()
	settings := &hl7.Settings{TimeZone: time.UTC}
	results := make([]hl7.Result, len(messages))
	for i, m := range messages {
		sent, err := time.Parse("20060102150405", strings.Split(string(m), "|")[6])
		require.NoError(t, err)
		results[i] = hl7.Map(m, settings, capacity.At(sent))
		if e := results[i].Event; e != nil {
			e.Feed, e.Recorded = "pas", capacity.At(sent)
		}
	}
	return results
}

// acuteFacts has one event for each message; those without effect are heartbeats, so
// that the count of events is that of messages.
func acuteFacts(results []hl7.Result) []flow.Event {
	facts := make([]flow.Event, len(results))
	for i, r := range results {
		facts[i] = flow.Event{ID: fmt.Sprint("no effect ", i), Feed: "pas", Kind: flow.Heartbeat}
		if r.Event != nil {
			facts[i] = *r.Event
		}
	}
	return facts
}

// acuteLayout has every bed that the run names, the lounge's chairs too.
func acuteLayout(results []hl7.Result) *capacity.Layout {
	named := map[string]bool{}
	for _, r := range results {
		if r.Event != nil {
			named[r.Event.Data.Place] = true
			if r.Event.Data.Swap != nil {
				named[r.Event.Data.Swap.Place] = true
			}
		}
	}
	delete(named, "")
	l := &capacity.Layout{
		System:        capacity.System{ID: "acute", Name: "Acute run", TimeZone: "Europe/London"},
		Organisations: []capacity.Organisation{{ID: "trust", Name: "Trust"}},
		Sites:         []capacity.Site{{ID: "rxx01", Organisation: "trust", Name: "Hospital", Kind: capacity.Acute}},
		Feeds:         []capacity.Feed{{ID: "pas", Name: "Patient administration", Every: 60, Supplies: []string{"occupancy"}}},
	}
	for _, place := range slices.Sorted(maps.Keys(named)) {
		part := strings.Split(place, "/") // facility, point of care, room, bed
		id := strings.ToLower(part[1])
		if n := len(l.Units); n == 0 || l.Units[n-1].ID != id {
			l.Units = append(l.Units, capacity.Unit{
				ID: id, Site: "rxx01", Name: part[1], Kind: capacity.Ward, Class: capacity.AdultGA, Aliases: []string{part[0] + "/" + part[1]},
			})
		}
		u := &l.Units[len(l.Units)-1]
		u.Beds = append(u.Beds, capacity.Bed{ID: part[3], Bay: part[2]})
	}
	return l
}

// tellAcute folds the facts under the layout, and calls each with the count of those told.
func tellAcute(layout *capacity.Layout, facts []flow.Event, each func(told int, s *flow.State)) *flow.State {
	s := flow.New("acute")
	apply := func(e flow.Event) {
		e.Seq = s.Seq() + 1
		s.Apply(&e)
	}
	for _, e := range flow.LayoutEvents(layout, 1, 0) {
		apply(e)
	}
	for i, e := range facts {
		apply(e)
		if each != nil {
			each(i+1, s)
		}
	}
	return s
}

// perPatient is the census in words, by medical record number.
func perPatient(s *flow.State) map[string][]string {
	clock := func(i capacity.Instant) string {
		if i == 0 {
			return ""
		}
		return i.Time().Format("20060102150405")
	}
	all := map[string][]string{}
	for _, p := range s.Census() {
		mrn := strings.TrimPrefix(p.Patient, "SIMULATOR MRN/MRN/")
		all[mrn] = append(all[mrn], inWords(p.Unit+"/"+p.Bed, p.Expected, clock(p.Since), clock(p.Due), p.Away))
	}
	return all
}

func inWords(bed string, expected bool, since, due string, away bool) string {
	clock := func(s string) string { return s[6:8] + " " + s[8:10] + ":" + s[10:12] + ":" + s[12:14] }
	if expected {
		bed += " expected"
	}
	bed += " since " + clock(since)
	if due != "" {
		bed += ", due " + clock(due)
	}
	if away {
		bed += ", away"
	}
	return bed
}
