package capacity

import (
	"slices"
	"strconv"
	"time"
)

// Counter is one thing that history counts by the hour in which it happened. The numbers
// are part of records: new ones are added at the end, and none changes its meaning.
type Counter uint8

// The counters. Of a unit, unless said otherwise.
const (
	Arrivals            Counter = iota + 1 // attendances that arrived
	AmbulanceArrivals                      // those of them that came by ambulance
	Departures                             // attendances that ended
	DeparturesIn4h                         // those of them within 4 hours of arrival
	DeparturesOver12h                      // those of them more than 12 hours after arrival
	DeparturesAdmitted                     // those of them admitted
	StreamedAway                           // attendances sent on from the front door
	Admissions                             // stays that began
	EmergencyAdmissions                    // those of them by way of A&E, or asked for by A&E or a GP
	LeftHospital                           // stays that ended
	UnitMoves                              // moves onto the unit from another one
	NightMoves                             // those of them between 23:00 and 06:00 local time; of whole days only
	Handovers                              // ambulances handed over
	HandoverSeconds                        // how long that took
	HandoversOver15                        // those that took more than 15 minutes
	HandoversOver30
	HandoversOver45
	HandoversOver60
	ElectivesDone      // patients of the elective list who arrived
	ElectivesCancelled // and those who were cancelled
	DischargesFailed   // discharges that were to be and were not
	QuietSeconds       // of a feed: for how long it was silent or out
	LateFacts          // of a feed: facts that were told late, in the hour in which they happened
	QuietHours         // of a feed: hours in which it was silent and of which it told nothing later; of whole days only
	StaysEnded         // stays that ended and whose beginning is known
	StaySeconds        // how long they were
	AdmissionsAvoided  // referrals that are confirmed to have kept somebody out of hospital, when they did
	FirstContacts      // referrals whose service began
	ContactSeconds     // how long that took from when they were made
	ContactsIn2h       // those of them that took at most 2 hours
)

// The counters from StayOfDays to StayOfDays + LongestStay count ended stays by their
// length in whole days; the last has all that were longer.
const (
	StayOfDays Counter = 100

	LongestStay = 90
)

// Series is a figure by hour or day, with its one definition.
type Series struct {
	Name       string   // such as ae_arrivals; part of addresses, never changed
	Title      string   // as people see it
	Definition string   // in plain English: what is counted, and what is left out
	Unit       string   // patients, percent, minutes, moves, ambulances, discharges
	Supply     []string // what a feed must supply for it, any one of these; see Supplies
	Form       Form     // count, share or mean
	Least      int      // of a share or mean: the fewest it is given for

	N, Of   Counter // Of is the whole of a share; of a mean it is the sum of seconds
	census  bool
	applies func(*Unit) bool
}

// AllSeries is the catalogue of what history has, in a fixed order. Nobody changes it.
func AllSeries() []Series { return series }

// SeriesNamed finds a series of the catalogue.
func SeriesNamed(name string) (*Series, bool) {
	i := slices.IndexFunc(series, func(s Series) bool { return s.Name == name })
	if i < 0 {
		return nil, false
	}
	return &series[i], true
}

// Applies says whether the series means anything for the unit: its kind and class tell.
func (s *Series) Applies(u *Unit) bool { return s.applies(u) }

// Census says whether nothing is known of a unit before its first census.
func (s *Series) Census() bool { return s.census }

// Value is the figure of what was counted, as Measure.Value gives it.
func (s *Series) Value(n, of int64) (value float64, ok, small bool) {
	m := Measure{Form: s.Form, Least: s.Least}
	a := Amount{Units: 1, N: n, Of: of, Sum: of}
	return m.Value(a)
}

// Night says whether an hour of the local day is one of those in which moves are night
// moves.
func Night(hour int) bool { return hour >= 23 || hour < 6 }

var series = seriesOfUnits()

func seriesOfUnits() []Series {
	ae := func(s Series) Series {
		s.Supply, s.applies = []string{"ae", "ae_list"}, aandE
		return s
	}
	ward := func(s Series) Series {
		s.Supply, s.applies, s.census = []string{"occupancy"}, inpatient, true
		return s
	}
	crews := func(s Series) Series {
		s.Unit, s.Supply, s.applies = "ambulances", []string{"ambulances"}, aandE
		return s
	}
	const notStreamed = " Patients streamed away from the front door are left out."
	all := []Series{
		ae(Series{Name: "ae_arrivals", Title: "Arrivals", Unit: "patients", Form: Count, N: Arrivals, Definition: "Patients who arrived in A&E." + notStreamed}),
		ae(Series{Name: "ae_arrivals_by_ambulance", Title: "Arrivals by ambulance", Unit: "patients", Form: Count, N: AmbulanceArrivals, Definition: "Patients who arrived in A&E by ambulance, as their mode of arrival tells." + notStreamed}),
		ae(Series{Name: "ae_left", Title: "Left A&E", Unit: "patients", Form: Count, N: Departures, Definition: "Attendances that ended, wherever the patients went." + notStreamed}),
		ae(Series{Name: "ae_left_within_4h", Title: "Left A&E within 4 hours", Unit: "patients", Form: Count, N: DeparturesIn4h, Definition: "Attendances that ended within 4 hours of arrival, by when they ended." + notStreamed}),
		ae(Series{Name: "ae_four_hour", Title: "Four-hour performance", Unit: "percent", Form: Share, Least: 10, N: DeparturesIn4h, Of: Departures, Definition: "Attendances that ended within 4 hours of arrival, in percent of all that ended then." + notStreamed + " Not given for fewer than 10."}),
		ae(Series{Name: "ae_left_over_12h", Title: "Left A&E after 12 hours", Unit: "patients", Form: Count, N: DeparturesOver12h, Definition: "Attendances that ended more than 12 hours after arrival, by when they ended." + notStreamed}),
		ae(Series{Name: "ae_admitted", Title: "Admitted from A&E", Unit: "patients", Form: Count, N: DeparturesAdmitted, Definition: "Attendances that ended with an admission, by when the patients left A&E." + notStreamed}),
		ae(Series{Name: "ae_streamed", Title: "Streamed away", Unit: "patients", Form: Count, N: StreamedAway, Definition: "Patients whom the front door sent on to another service."}),

		ward(Series{Name: "admissions", Title: "Admissions", Unit: "patients", Form: Count, N: Admissions, Definition: "Stays that began, on the unit on which they began. Patients whom a census found are left out: when they were admitted is not known. Day units are left out."}),
		ward(Series{Name: "emergency_admissions", Title: "Emergency admissions", Unit: "patients", Form: Count, N: EmergencyAdmissions, Definition: "Admissions of patients who came by way of A&E, or whose bed A&E or a GP had asked for. Day units are left out."}),
		ward(Series{Name: "left", Title: "Left hospital", Unit: "patients", Form: Count, N: LeftHospital, Definition: "Patients who left hospital from an inpatient unit, wherever they went; those who died are among them. Day units are left out."}),
		ward(Series{Name: "moves", Title: "Moves", Unit: "moves", Form: Count, N: UnitMoves, Definition: "Moves of patients from one unit to another, at the unit moved to. Admissions, and moves from A&E, are none."}),
		ward(Series{Name: "night_moves", Title: "Night moves", Unit: "moves", Form: Count, N: NightMoves, Definition: "Moves of patients from one unit to another between 23:00 and 06:00 local time, at the unit moved to. Those before midnight count to the day that ends then."}),

		crews(Series{Name: "handovers", Title: "Handovers", Form: Count, N: Handovers, Definition: "Ambulance handovers completed whose arrival is told too. Those completed before the ambulance arrived, as their times say, are left out."}),
	}
	mean := crews(Series{Name: "ambulance_mean_handover", Title: "Handover, mean", Form: Mean, Least: 10, N: Handovers, Of: HandoverSeconds, Definition: "Mean of the minutes from arriving outside to completed clinical handover, by when it was completed. Not given for fewer than 10."})
	mean.Unit = "minutes"
	all = append(all, mean)
	for i, c := range []Counter{HandoversOver15, HandoversOver30, HandoversOver45, HandoversOver60} {
		text := strconv.Itoa(15 * (i + 1))
		all = append(all, crews(Series{Name: "handovers_over_" + text, Title: "Handovers over " + text + " minutes", Form: Count, N: c, Definition: "Handovers completed that took more than " + text + " minutes from arriving outside."}))
	}
	return append(
		all,
		Series{Name: "electives_done", Title: "Electives arrived", Unit: "patients", Form: Count, N: ElectivesDone, Supply: []string{"electives"}, applies: bedded, Definition: "Patients of the elective list who arrived, at the unit that the bed was asked for."},
		Series{Name: "electives_cancelled", Title: "Electives cancelled", Unit: "patients", Form: Count, N: ElectivesCancelled, Supply: []string{"electives"}, applies: bedded, Definition: "Patients of the elective list who were cancelled, by when that was, on whatever day they were due."},
		Series{Name: "failed_discharges", Title: "Failed discharges", Unit: "discharges", Form: Count, N: DischargesFailed, Supply: []string{"discharge"}, applies: inpatient, census: true, Definition: "Discharges that were to be and were not, by when that was told."},
	)
}

// HandoverCounters are the counters that a handover of that length counts for, beside
// Handovers and HandoverSeconds.
func HandoverCounters(took time.Duration) (over []Counter) {
	for i, c := range []Counter{HandoversOver15, HandoversOver30, HandoversOver45, HandoversOver60} {
		if took > time.Duration(15*(i+1))*time.Minute {
			over = append(over, c)
		}
	}
	return over
}
