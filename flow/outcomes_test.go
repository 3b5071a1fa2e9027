package flow

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

// TestOutcomesOfGroups: what became of people of two localities and of nowhere in particular
// in two weeks, beside the two before; what late facts tell of the earlier ones is in them.
func TestOutcomesOfGroups(t *testing.T) {
	start := time.Date(2027, 3, 22, 0, 0, 0, 0, time.UTC) // the clocks go forward on the 28th
	on := func(day, hour int) time.Time { return start.Add(time.Duration(24*day+hour) * time.Hour) }
	d := newDiary(t, start)
	d.s.layout.Frame.Localities = []capacity.Locality{{ID: "north", Name: "North town"}, {ID: "south", Name: "South town"}}
	for _, unit := range []string{"u0", "u1"} {
		d.apply(Event{Kind: CensusTaken, Feed: "pas", Happened: d.now, Recorded: d.now, Data: Data{Place: unit, Census: []CensusEntry{}}})
	}
	d.heard(start.Add(time.Minute))
	who := 0
	tell := func(kind Kind, patient, place string, at time.Time, locality string) {
		feed := "ed"
		if kind == Admitted || kind == Discharged || kind == Transferred {
			feed = "pas"
		}
		d.apply(Event{Kind: kind, Feed: feed, Happened: capacity.At(at), Recorded: d.now, Data: Data{Patient: patient, Visit: patient, Place: place, Locality: locality, Class: Inpatient, AgeBand: "85+"}})
	}
	arrive := func(n int, locality string, day int) {
		for range n {
			who++
			tell(AttendanceArrived, fmt.Sprint("a", who), "ae", on(day, 12), locality)
		}
	}
	d.now = capacity.At(on(28, 1))
	d.apply(Event{Kind: Tick, Feed: Centre, Happened: d.now, Recorded: d.now})
	arrive(6, "north", 3)
	arrive(7, "south", 4)
	arrive(8, "north", 20)
	arrive(3, "south", 21)
	arrive(9, "", 22)
	for i, days := range []int{1, 2, 2, 5, 10} { // stays of the north, ended on the same day
		p := fmt.Sprint("s", i)
		tell(Admitted, p, "u0", on(26-days, 10), "north")
		tell(Discharged, p, "", on(26, 10), "")
	}
	tell(Admitted, "n", "u0", on(20, 10), "north")
	tell(Transferred, "n", "u1", on(21, 1), "") // 02:00 in summer time, a night move
	tell(Transferred, "n", "u0", on(21, 12), "")

	today := localDay(london(), d.now)
	o := d.s.View().Outcomes(OutcomesQuestion{By: "locality", From: today - 14, Until: today})
	require.Equal(t, PeriodView{From: "2027-04-05", Until: "2027-04-19", Days: 14, Missing: o.Period.Missing}, o.Period)
	require.Equal(t, "2027-03-22", o.Before.From)
	row := func(o *OutcomesView, name string) (all []string) {
		for i, m := range o.Outcomes {
			if m.Name != name {
				continue
			}
			text := func(c CompareView) string {
				show := func(v *float64, withheld bool) string {
					if withheld {
						return "few"
					} else if v == nil {
						return "none"
					}
					return fmt.Sprint(*v)
				}
				return show(c.Value, c.Withheld) + " was " + show(c.Before, c.WithheldBefore) + " by " + show(c.Change, false)
			}
			for _, g := range o.Groups {
				all = append(all, g.Name+" "+text(g.Figures[i]))
			}
			all = append(all, "all "+text(o.All[i]))
		}
		return all
	}
	require.Equal(t, []string{"North town few was 6 by none", "South town few was 7 by none", "Not told 9 was 0 by 9", "all few was 13 by none"}, row(o, "attendances"),
		"the 3 are withheld, and the 8 with them, or they could be worked out from the total")
	require.Equal(t, []string{"North town 5 was 0 by 5", "South town 0 was 0 by 0", "Not told 0 was 0 by 0", "all 5 was 0 by 5"}, row(o, "stays_ended"))
	require.Equal(t, "North town 2 was none by none", row(o, "stay_median")[0])
	require.Equal(t, "North town 4 was none by none", row(o, "stay_mean")[0])
	require.Equal(t, "North town few was 0 by none", row(o, "night_moves")[0])

	byAge := d.s.View().Outcomes(OutcomesQuestion{By: "age_band", From: today - 14, Until: today})
	require.Contains(t, row(byAge, "attendances"), "85+ 20 was 13 by 7")
	require.Contains(t, row(byAge, "attendances"), "all 20 was 13 by 7")
	require.Nil(t, d.s.View().Outcomes(OutcomesQuestion{By: "name", From: 1, Until: 8}))

	// When the days are closed their sums are the same.
	d.now = capacity.At(on(28+keepHours+2, 1))
	d.apply(Event{Kind: Tick, Feed: Centre, Happened: d.now, Recorded: d.now})
	later := d.s.View().Outcomes(OutcomesQuestion{By: "locality", From: today - 14, Until: today})
	require.Equal(t, o.Groups, later.Groups)
}

// TestContactsAndAdmissionsAvoided: a referral counts for the locality it names, from when
// its service began; an admission is avoided when three days have confirmed it, and not when
// the person comes to A&E after all.
func TestContactsAndAdmissionsAvoided(t *testing.T) {
	start := time.Date(2027, 1, 12, 8, 0, 0, 0, time.UTC)
	l := aWard(4)
	s := New("avoided")
	now := capacity.At(start)
	apply := func(e Event) {
		e.Seq, e.Recorded = s.Seq()+1, now
		if e.ID == "" {
			e.ID = fmt.Sprint("e", e.Seq)
		}
		if e.Happened == 0 {
			e.Happened = now
		}
		s.Apply(&e)
	}
	for _, e := range LayoutEvents(l, 1, now) {
		apply(e)
	}
	tick := func(at time.Time) {
		now = capacity.At(at)
		apply(Event{Kind: Tick, Feed: Centre, ID: now.String()})
	}
	tick(start)
	team := ""
	for _, u := range l.Units {
		if u.Home {
			team = u.ID
		}
	}
	require.NotEmpty(t, team)
	for i := range 6 {
		id := fmt.Sprint("R", i)
		tell := func(kind Kind, d Data) {
			d.Referral = id
			apply(Event{Kind: kind, Feed: Desk, Data: d})
		}
		tell(ReferralMade, Data{Patient: fmt.Sprint("p", i), Origin: "gp", Intent: "convey", Locality: "north", Frailty: "severe", Seeks: []string{"urgent_response"}})
		now = now.Add(time.Hour)
		tell(ReferralAccepted, Data{Place: team})
		tell(ReferralStarted, Data{Place: team})
		tell(ReferralEnded, Data{Place: team}) // and makes room
		now = now.Add(-time.Hour)
	}
	figure := func(name string) capacity.Counter {
		for _, m := range capacity.Outcomes() {
			if m.Name == name {
				return m.N
			}
		}
		return 0
	}
	count := func(by, group, name string) int64 {
		v := s.View()
		return v.count(by, v.Today()-7, v.Today()+1)[group][figure(name)]
	}
	tick(start.Add(70 * time.Hour))
	require.EqualValues(t, 6, count("locality", "north", "first_contacts"))
	require.EqualValues(t, 6, count("frailty", "severe", "contact_in_2h"))
	require.EqualValues(t, 0, count("locality", "north", "admissions_avoided"))
	apply(Event{Kind: AttendanceArrived, Feed: "f1", Data: Data{Patient: "p0", Place: "ae"}})
	tick(start.Add(80 * time.Hour))
	require.EqualValues(t, 5, count("locality", "north", "admissions_avoided"))
	apply(Event{Kind: AttendanceArrived, Feed: "f1", Happened: capacity.At(start.Add(50 * time.Hour)), Data: Data{Patient: "p1", Place: "ae"}})
	require.EqualValues(t, 4, count("locality", "north", "admissions_avoided"), "told late that another one came")
	require.EqualValues(t, 4, count("frailty", "severe", "admissions_avoided"))
}
