package flow

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/capacity"
)

var ordered = regexp.MustCompile(`"(events|seq|version)":(\[[^\]]*\]|\d+),?`)

// community is what is shown of places, referrals and calls, without sequences.
func community(s *State) (all []string) {
	v := s.View()
	for _, u := range v.Units {
		text, _ := json.Marshal(u.Slots)
		all = append(all, u.ID+" "+ordered.ReplaceAllString(string(text), ""))
	}
	for _, list := range []any{v.Referrals, v.Calls, v.Discharges} {
		text, _ := json.Marshal(list)
		all = append(all, ordered.ReplaceAllString(string(text), ""))
	}
	for _, c := range v.Contradictions {
		all = append(all, c.Kind+" "+c.Unit)
	}
	slices.Sort(all[len(v.Units)+3:])
	return all
}

// TestOrderOfArrivalOfReferrals: facts about places, referrals and calls, and what shows that
// somebody came to hospital, come out the same in whatever order they arrive. Moments are
// distinct: facts of one moment go by arrival.
func TestOrderOfArrivalOfReferrals(t *testing.T) {
	kinds := []Kind{
		PlacesReported, StillTrue, ReportWithdrawn, ReferralMade, ReferralMade, ReferralOffered, ReferralAccepted, ReferralAccepted, ReferralAccepted, ReferralDeclined, AcceptanceWithdrawn, ReferralStarted, ReferralStarted, ReferralEnded, ReferralCancelled,
		NotConveyed, CallRaised, CallAnswered, CallClosed, AttendanceArrived, AttendanceCancelled, Admitted, AmbulanceArrived, AmbulanceCancelled,
	}
	rapid.Check(t, func(t *rapid.T) {
		start := capacity.At(time.Date(2027, 1, 12, 8, 0, 0, 0, time.UTC))
		layout := LayoutEvents(aWard(4), 1, start)
		now := start.Add(80 * time.Hour)
		var facts []Event
		for i := range rapid.IntRange(1, 25).Draw(t, "n") {
			p := rapid.SampledFrom([]string{"p0", "p1"}).Draw(t, "patient")
			e := Event{ID: fmt.Sprint("e", i), Feed: "f0", Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Happened: start.Add(time.Duration(i) * time.Hour), Recorded: now}
			used := rapid.IntRange(0, 3).Draw(t, "used")
			e.Data = Data{
				Referral: rapid.SampledFrom([]string{"F0", "F1"}).Draw(t, "referral"), Call: "C0", Intent: "convey", Reason: "full", Outcome: "advice", Ambulance: p + "A", Origin: "crew",
				Place:  rapid.SampledFrom([]string{"home", "home/nursing", "team", "care"}).Draw(t, "place"),
				Places: &PlacesTold{Sorts: []SortTold{{Sort: "nursing", Used: &used}}}, Item: fmt.Sprint("e", rapid.IntRange(0, 25).Draw(t, "item")),
			}
			switch e.Kind {
			case PlacesReported, StillTrue, ReportWithdrawn:
				e.Data.Place = "home"
			case ReferralMade:
				e.Data.Place, e.Data.Patient = "centre", p
			case CallRaised:
				e.Data.Place = "centre"
			case ReferralStarted, ReferralEnded, ReferralCancelled, NotConveyed, CallAnswered, CallClosed:
				e.Data.Place = ""
			case AttendanceArrived, AttendanceCancelled, AmbulanceArrived, AmbulanceCancelled:
				e.Data.Place, e.Data.Patient, e.Data.Visit = "ae", p, "v"+p
			case Admitted:
				e.Data.Place, e.Data.Patient, e.Data.Visit, e.Data.Class = "u0/B0", p, "i"+p, Inpatient
			}
			facts = append(facts, e)
		}
		shuffled := slices.Clone(facts)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		number := func(facts []Event) []Event {
			log := append(slices.Clone(layout), facts...)
			log = append(log, tickAt(now), tickAt(now.Add(2*time.Hour)))
			for i := range log {
				log[i].Seq = uint64(i + 1)
			}
			return log
		}
		require.Equal(t, community(replay(New("a"), number(facts))), community(replay(New("b"), number(shuffled))))
	})
}
