package capacity

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// london is Europe/London as a layout holds it, for the days of the tests.
var london = Zone{
	{instant("2025-10-26T01:00:00Z"), 0},
	{instant("2026-03-29T01:00:00Z"), 3600},
	{instant("2026-10-25T01:00:00Z"), 0},
	{instant("2027-03-28T01:00:00Z"), 3600},
}

func instant(text string) Instant {
	at, err := ParseInstant(text)
	if err != nil {
		panic(err)
	}
	return at
}

// now is the moment of most cases: half past two on a Tuesday afternoon in winter.
var now = instant("2027-01-12T14:30:00Z")

// on is a time of that day, or of so many days before.
func on(daysBefore int, clock string) Instant {
	return instant("2027-01-12T"+clock+":00Z") - Instant(daysBefore)*dayLength
}

func today(clock string) Moment     { return Moment{on(0, clock), uint64(on(0, clock) / 60_000)} }
func yesterday(clock string) Moment { return Moment{on(1, clock), uint64(on(1, clock) / 60_000)} }

// Values that are no numbers.
const (
	none  = "none"
	small = "too few"
)

// worked is a hand-worked figure.
type worked struct {
	measure  string
	pictures []*Picture
	at       Instant
	want     any // a number, an instant, none or small
	why      string
}

func (w worked) check(t *testing.T) {
	t.Helper()
	m, ok := MeasureNamed(w.measure)
	if !assert.True(t, ok, "there is no measure %s", w.measure) {
		return
	}
	var sum Amount
	for _, p := range w.pictures {
		sum.Add(m.Take(p, &Clock{Now: w.at, Zone: london}, true))
	}
	value, ok, few := m.Value(sum)
	because := fmt.Sprintf("%s: %s", w.measure, w.why)
	switch want := w.want.(type) {
	case string:
		assert.False(t, ok, because)
		assert.Equal(t, want == small, few, because)
	case Instant:
		assert.True(t, ok, because)
		assert.Equal(t, want.String(), sum.At.String(), because)
		assert.InDelta(t, float64(want)/1000, value, 0.0001, because)
	case int:
		assert.True(t, ok, because)
		assert.InDelta(t, want, value, 0, because)
	case float64:
		assert.True(t, ok, because)
		assert.InDelta(t, want, value, 0, because)
	default:
		assert.Fail(t, "want is no value", because)
	}
	for _, i := range sum.Items {
		assert.NotEmpty(t, i.Key, because)
		assert.NotNil(t, i.Events, because)
	}
}

// TestMeasuresByHand: every measure of the catalogue gives what a person works out.
func TestMeasuresByHand(t *testing.T) {
	tested := map[string]bool{}
	for _, cases := range [][]worked{bedCases(), aeCases(), ambulanceCases(), requestCases(), transferCases(), dischargeCases(), balanceCases(), communityCases(), dayCases()} {
		for _, w := range cases {
			w.check(t)
			tested[w.measure] = true
		}
	}
	for _, m := range Measures() {
		assert.True(t, tested[m.Name] || m.Base != "", "%s has no hand-worked case", m.Name)
	}
}

// infected is ward with its closed bed closed for infection control.
func infected(class BedClass) *Picture {
	p := ward(class)
	for i := range p.Beds {
		if b := &p.Beds[i]; b.State == Closed {
			b.Reason = "infection_control"
		}
	}
	return p
}

// ward has eight beds: two taken, two free, one of them a side room, one being cleaned,
// one kept, and two for escalation, one of which is open and taken.
func ward(class BedClass, withoutBed ...*Stay) *Picture {
	u := &Unit{ID: "w1", Site: "general", Kind: Ward, Class: class, Beds: []Bed{{ID: "A1"}, {ID: "A2"}, {ID: "A3"}, {ID: "B1"}, {ID: "B2"}, {ID: "E1", Escalation: true}, {ID: "E2", Escalation: true}, {ID: "S1", SideRoom: true}}}
	return &Picture{
		Unit: u, Known: true, Leavers: true, Stays: withoutBed,
		Beds: []BedNow{
			{ID: "A1", Bay: "A", State: Occupied, Since: today("08:00")},
			{ID: "A2", Bay: "A", State: Occupied, Since: today("09:00")},
			{ID: "A3", Bay: "A", State: Available, Since: today("10:00")},
			{ID: "B1", Bay: "B", State: NotReady, Since: today("11:00")},
			{ID: "B2", Bay: "B", State: Reserved, Since: today("12:00")},
			{ID: "E1", State: Occupied, Since: today("13:00")},
			{ID: "E2", State: Closed, Since: today("07:00")},
			{ID: "S1", SideRoom: true, State: Available, Since: today("14:00")},
		},
	}
}

func standing(key, since string) *Stay { return &Stay{Key: key, Here: today(since)} }

func bedCases() (cases []worked) {
	add := func(class BedClass, name string, p *Picture, want any, why string) {
		cases = append(cases, worked{string(class) + "_" + name, []*Picture{p}, now, want, why})
	}
	for _, class := range BedClasses() {
		one := ward(class, standing("B1", "12:00"))
		add(class, "total", one, 8, "all eight are laid out")
		add(class, "open", one, 7, "all but E2")
		add(class, "closed", one, 1, "E2")
		add(class, "closed_infection", one, 0, "nobody says why E2 is closed")
		add(class, "closed_infection", infected(class), 1, "E2, for infection control")
		add(class, "occupied", one, 4, "A1, A2, E1, and A3 for the patient without a bed")
		add(class, "reserved", one, 1, "B2")
		add(class, "not_ready", one, 1, "B1")
		add(class, "available", one, 1, "A3 and S1, less one for the patient without a bed")
		add(class, "over", one, 0, "there is a bed for the one without")
		add(class, "occupancy", one, 57.1, "4 of 7")
		add(class, "side_rooms_available", one, 1, "the patient without a bed takes A3 first")
		add(class, "escalation_open", one, 1, "E1; E2 is closed")

		three := ward(class, standing("B1", "12:00"), standing("B2", "11:00"), standing("B3", "13:00"))
		add(class, "occupied", three, 5, "A1, A2, E1, and both free beds for two of three")
		add(class, "available", three, 0, "both are taken up")
		add(class, "over", three, 1, "the third")
		add(class, "occupancy", three, 85.7, "3 in beds and 3 without, of 7 open")
		add(class, "side_rooms_available", three, 0, "the second takes S1")

		unknown := ward(class)
		unknown.Known = false
		add(class, "total", unknown, 8, "the beds exist whether anybody told of the patients")
		add(class, "closed", unknown, 1, "so does the closure")
		add(class, "occupied", unknown, none, "nobody has told: not 0")
		add(class, "available", unknown, none, "nobody has told: not 0")
		add(class, "occupancy", unknown, none, "nobody has told")

		shut := ward(class)
		for i := range shut.Beds {
			shut.Beds[i].State = Closed
		}
		add(class, "occupancy", shut, none, "no bed is open")
		add(class, "occupied", shut, 0, "it is known that nobody is there")
	}
	other := ward(Maternity)
	cases = append(
		cases,
		worked{"adult_ga_available", []*Picture{ward(AdultGA), other}, now, 2, "the two free maternity beds are not among them"},
		worked{"adult_ga_escalation_share", []*Picture{ward(AdultGA)}, now, 14.3, "E1 of 7 open"},
		worked{"without_bed", []*Picture{ward(AdultGA, standing("B1", "12:00"), &Stay{Key: "B2", Here: today("10:00"), Left: today("11:00")}, &Stay{Key: "B3", Bed: "A1"})}, now, 1, "B1; B2 has left, B3 is in A1"},
	)

	lapsed := ward(AdultGA)
	lapsed.Beds[5].Unopened = true
	cases = append(
		cases,
		worked{"escalation_beds_past_review", []*Picture{lapsed}, now, 1, "E1 holds a patient and its time has run; E2 is empty"},
		worked{"escalation_beds_past_review", []*Picture{ward(AdultGA)}, now, 0, "E1 is open"},
	)

	men := func(class BedClass) *Picture {
		return ward(class,
			&Stay{Key: "M1", Bed: "A1", Sex: "male", Here: today("08:00")}, &Stay{Key: "W1", Bed: "A2", Sex: "female", Here: today("09:00")},
			&Stay{Key: "M2", Bed: "B1", Sex: "male"}, &Stay{Key: "W2", Bed: "B2"}, &Stay{Key: "W3", Bed: "S1", Sex: "female"}, &Stay{Key: "W4", Bed: "B2", Sex: "female", Left: today("10:00")})
	}
	cases = append(
		cases,
		worked{"mixed_sex_bays", []*Picture{men(AdultGA)}, now, 1, "bay A; in bay B the woman has left and the other's sex is not told"},
		worked{"mixed_sex_bays", []*Picture{men(CriticalCareClass)}, now, none, "critical care is left out"},
	)

	orthopaedic := ward(AdultGA, &Stay{Key: "B1", Service: "110", Here: today("08:00")}, &Stay{Key: "B2", Service: "300", Here: today("08:00")}, &Stay{Key: "B3"}, &Stay{Key: "B4", Service: "300", Left: today("09:00")})
	orthopaedic.Unit.Specialties = []string{"110"}
	general := ward(AdultGA, &Stay{Key: "B5", Service: "300"})
	cases = append(cases, worked{"outliers", []*Picture{orthopaedic, general}, now, 1, "B2; B3's specialty is not told, B4 has left, and the second ward takes any"})

	asked := Moment{on(0, "10:00"), 77}
	leaving := department()
	leaving.Attendances = []*Attendance{
		{Key: "T1", Arrived: today("08:00"), Requested: asked, Left: today("14:00"), Transit: true},
		{Key: "T2", Arrived: today("08:00"), Requested: Moment{on(0, "10:00"), 78}},
		{Key: "T3", Arrived: today("08:00"), Left: today("14:00")},
	}
	leaving.Requests = []*Request{
		{ID: "1", Key: "R1", Origin: "ae", Requested: asked, Left: today("14:00")},
		{ID: "2", Key: "R2", Origin: "ae", Requested: Moment{on(0, "10:00"), 78}, Left: today("14:10")},
		{ID: "3", Key: "R3", Origin: "step_down", Requested: Moment{on(0, "10:00"), 79}, Left: today("14:20")},
		{ID: "4", Key: "R4", Origin: "transfer", Requested: Moment{on(0, "10:00"), 80}, Left: today("13:00"), Arrived: today("14:00")},
		{ID: "5", Key: "R5", Origin: "transfer", Requested: Moment{on(0, "10:00"), 81}},
	}
	return append(cases, worked{"in_transit", []*Picture{leaving}, now, 2, "T1, whose request is 1, and R3; A&E still has T2, T3 went home, R4 has arrived, R5 has not left"})
}

// department is an A&E department with six patients in it.
func department() *Picture {
	return &Picture{
		Unit: &Unit{ID: "ae", Site: "general", Kind: AandE, Areas: []Area{{ID: "resus", Kind: Resus, Spaces: 1}, {ID: "majors", Kind: Majors, Spaces: 4}, {ID: "minors", Kind: Minors, Spaces: 3}, {ID: "hall", Kind: Corridor}}},
		Attendances: []*Attendance{
			{Key: "A1", Area: "majors", Arrived: yesterday("22:00"), Seen: yesterday("22:05"), Requested: today("00:50"), Decided: today("01:00")},
			{Key: "A2", Area: "hall", Arrived: today("02:30"), Seen: today("03:30"), Referred: today("03:40"), Decided: today("04:00")}, // 12 hours to the minute
			{Key: "A3", Area: "resus", Arrived: today("02:29"), Seen: today("02:39"), Referred: today("03:00"), Ready: today("12:00")},
			{Key: "A4", Area: "majors", Arrived: today("10:30"), Requested: today("13:00")}, // 4 hours to the minute
			{Key: "A5", Area: "minors", Arrived: today("13:30")},                            // an hour to the minute
			{Key: "A6", Arrived: today("13:31")},
			{Key: "A7", Area: "majors", Arrived: today("09:00"), Seen: today("10:00"), Left: today("13:00")}, // 4 hours to the minute
			{Key: "A8", Area: "majors", Arrived: today("09:00"), Seen: today("09:20"), Left: today("13:01")},
			{Key: "A9", Arrived: yesterday("23:30"), Seen: yesterday("23:50"), Left: today("00:10")},
			{Key: "B1", Arrived: yesterday("20:00"), Left: yesterday("23:50")},
			{Key: "B2", Streamed: true, Arrived: today("11:00"), Left: today("11:05")},
			{Key: "B3", Streamed: true, Arrived: yesterday("23:58"), Left: yesterday("23:59")},
			{Key: "B4", Streamed: true, Arrived: today("00:00")},
		},
	}
}

func aeCases() []worked {
	d := []*Picture{department()}
	empty := department()
	empty.Attendances = nil

	troubled := department()
	for i, service := range []string{"psychiatry", "mental_health", "710", "psychiatry", "medicine"} {
		troubled.Attendances[i].Service, troubled.Attendances[i].Referred = service, today("10:45")
	}

	// Eight more that ended today, six within 4 hours, and were seen after 5, 15, ... 75 minutes.
	busy := department()
	for i := range 8 {
		a := &Attendance{Key: fmt.Sprintf("C%d", i), Arrived: today("05:00"), Left: today("08:00")}
		if i >= 6 {
			a.Left = today("09:30")
		}
		a.Seen = Moment{a.Arrived.At.Add(time.Duration(5+10*i) * time.Minute), 5}
		busy.Attendances = append(busy.Attendances, a)
	}
	busy.Attendances = append(busy.Attendances, &Attendance{Key: "C9", Arrived: today("12:00"), Seen: today("11:00")})
	urgent := &Picture{Unit: &Unit{ID: "miu", Site: "cottage", Kind: AandE}}
	b := []*Picture{busy, urgent}
	return []worked{
		{"ae_in_department", d, now, 6, "A1 to A6"},
		{"ae_in_department", []*Picture{empty}, now, 0, "nobody is there"},
		{"ae_over_4h", d, now, 3, "A1, A2, A3; A4 has been here 4 hours and not more"},
		{"ae_over_12h", d, now, 2, "A1, A3; A2 has been here 12 hours and not more"},
		{"ae_over_12h", d, now + 1, 3, "a moment later A2 too"},
		{"ae_mental_health_over_12h", []*Picture{troubled}, now, 2, "A1 to psychiatry, A3 to 710; A4 has not been here so long, A2 not 12 hours and a minute, A5 was referred to medicine"},
		{"ae_mental_health_over_12h", []*Picture{empty}, now, 0, "nobody is there"},
		{"ae_over_12h_share", d, now, 33.3, "2 of 6"},
		{"ae_over_12h_share", []*Picture{empty}, now, none, "no share of nobody"},
		{"ae_over_12h_from_decision", d, now, 1, "A1, decided at 01:00; A2 at 04:00"},
		{"ae_next_dta_breach", d, now, on(0, "16:00"), "A2, 12 hours after 04:00; A1's was at 13:00"},
		{"ae_next_dta_breach", []*Picture{empty}, now, none, "nobody waits"},
		{"ae_four_hour", d, now, small, "A7, A8, A9 are three"},
		{"ae_four_hour", b, now, 72.7, "A7, A9 and six of C, of 11 that ended"},
		{"ae_time_to_treatment", d, now, small, "A2, A3, A7, A8 are four"},
		{"ae_time_to_treatment", b, now, 40.0, "5 10 15 20 25 35 45 55 60 60 65 75: between 35 and 45; A1 and A9 were seen yesterday, C9 before arriving"},
		{"ae_majors_occupancy", d, now, 50, "A1, A4 in 4 spaces"},
		{"ae_resus_occupancy", d, now, 100, "A3 in 1 space"},
		{"ae_majors_resus_occupancy", d, now, 60, "A1, A3, A4 in 5 spaces"},
		{"ae_majors_occupancy", []*Picture{urgent}, now, none, "a minor injuries unit has no majors"},
		{"ae_corridor", d, now, 1, "A2"},
		{"ae_waiting_for_bed", d, now, 3, "A1 both, A2 decided, A4 requested"},
		{"ae_ready_to_proceed", d, now, 1, "A3"},
		{"ae_referred_share", d, now, 33.3, "A2, A3 of 6"},
		{"ae_arrivals", d, now, 7, "A2 to A8; A1, A9 and B1 came yesterday, B2 and B4 were streamed"},
		{"ae_arrivals_last_hour", d, now, 1, "A6; A5 came an hour ago"},
		{"ae_streamed", d, now, 2, "B2, B4; B3 was yesterday"},
	}
}

func ambulanceCases() []worked {
	p := department()
	p.Ambulances = []*Ambulance{
		{ID: "101", Inbound: today("14:10")},
		{ID: "102", Inbound: today("14:00"), Cancelled: today("14:20"), Reason: "not_conveyed"},
		{ID: "103", Inbound: today("14:00"), Cancelled: today("14:20"), Reason: "diverted"},
		{ID: "104", Inbound: yesterday("23:00"), Cancelled: yesterday("23:59"), Reason: "not_conveyed"},
		{ID: "105", Arrived: today("14:15")}, // 15 minutes
		{ID: "106", Arrived: today("14:14")}, // 16
		{ID: "107", Arrived: today("13:59")}, // 31
		{ID: "108", Arrived: today("13:44")}, // 46
		{ID: "109", Arrived: today("12:38")}, // 112
		{ID: "110", Arrived: today("13:00"), Clear: today("13:20")},
		{ID: "111", Arrived: yesterday("23:20"), HandedOver: yesterday("23:59")},
		{ID: "112", Arrived: yesterday("23:10"), HandedOver: today("00:20")}, // 70
		{ID: "113", HandedOver: today("09:00")},
	}
	few := []*Picture{p}
	more := *p
	for i, minutes := range []int{15, 16, 20, 30, 31, 45, 46, 60, 61} {
		arrived := today("10:00")
		more.Ambulances = append(slices.Clone(more.Ambulances), &Ambulance{ID: fmt.Sprint(200 + i), Arrived: arrived, HandedOver: Moment{arrived.At.Add(time.Duration(minutes) * time.Minute), 9}})
	}
	many := []*Picture{&more}
	empty := []*Picture{department()}
	return []worked{
		{"ambulances_inbound", few, now, 1, "101"},
		{"ambulances_waiting", few, now, 5, "105 to 109; 110 is clear"},
		{"ambulances_waiting", empty, now, 0, "none is there"},
		{"ambulance_longest_wait", few, now, on(0, "12:38"), "109"},
		{"ambulance_longest_wait", empty, now, none, "none waits"},
		{"ambulance_mean_handover", few, now, small, "112 alone: 111 was yesterday, 113 never arrived"},
		{"ambulance_mean_handover", many, now, 39.4, "70 + 15 + 16 + 20 + 30 + 31 + 45 + 46 + 60 + 61 = 394, over 10"},
		{"ambulances_waiting_over_15", few, now, 4, "106 to 109"},
		{"ambulances_waiting_over_30", few, now, 3, "107 to 109"},
		{"ambulances_waiting_over_45", few, now, 2, "108, 109"},
		{"ambulances_waiting_over_60", few, now, 1, "109"},
		{"handovers_over_15", many, now, 9, "all but the one of 15 minutes"},
		{"handovers_over_30", many, now, 6, "31 45 46 60 61 70"},
		{"handovers_over_45", many, now, 4, "46 60 61 70"},
		{"handovers_over_60", many, now, 2, "61, and 112's 70"},
		{"ambulances_not_conveyed", few, now, 1, "102; 103 was diverted, 104 was yesterday"},
	}
}

func requestCases() []worked {
	p := ward(AdultGA)
	p.Requests = []*Request{
		{ID: "1", Key: "R1", Origin: "ae", Requested: today("09:00")},
		{ID: "2", Key: "R2", Origin: "ae", Requested: today("09:00"), Needs: []string{"side_room"}},
		{ID: "3", Key: "R3", Origin: "gp", Requested: today("09:00"), Needs: []string{"side_room"}, Bed: "w1/S1"},
		{ID: "4", Key: "R4", Origin: "ae", Requested: today("09:00"), Arrived: today("10:00")},
		{ID: "5", Key: "R5", Origin: "ae", Requested: today("09:00"), Cancelled: today("10:00")},
		{ID: "6", Key: "R6", Origin: "step_down", Requested: today("10:30")}, // 4 hours
		{ID: "7", Key: "R7", Origin: "step_down", Requested: today("10:29")},
		{ID: "8", Key: "R8", Origin: "step_down", Requested: today("09:00"), Left: today("14:00")},
		{ID: "9", Key: "R9", Origin: "elective", Requested: yesterday("09:00"), Due: on(0, "07:30"), Arrived: today("07:40")},
		{ID: "10", Key: "E1", Origin: "elective", Requested: yesterday("09:00"), Due: on(0, "23:59")},
		{ID: "11", Key: "E2", Origin: "elective", Requested: yesterday("09:00"), Due: on(-1, "00:00")},
		{ID: "12", Key: "E3", Origin: "elective", Requested: yesterday("09:00"), Due: on(0, "11:00"), Cancelled: today("08:00")},
		{ID: "14", Key: "E5", Origin: "elective", Requested: yesterday("09:00"), Due: on(0, "00:00"), Arrived: today("00:01")},
		{ID: "13", Key: "E4", Origin: "elective", Requested: yesterday("09:00"), Due: on(0, "11:00"), Cancelled: yesterday("23:00")},
	}
	all := []*Picture{p}
	return []worked{
		{"requests_open", all, now, 7, "1 2 3 6 7 8 10; 11 is for tomorrow"},
		{"requests_open", all, on(-1, "00:00"), 8, "11 counts from its day"},
		{"requests_without_bed", all, now, 5, "1 2 6 7 10; 3 has a bed, 8 is on the way"},
		{"side_room_queue", all, now, 1, "2; 3 has one"},
		{"step_downs_over_4h", all, now, 1, "7; 6 has waited 4 hours and not more, 8 is on the way"},
		{"electives_due", all, now, 3, "9 and 14 have come, 10 is to come; 12 and 13 are cancelled"},
		{"electives_cancelled", all, now, 1, "12; 13 was cancelled yesterday"},
	}
}

func transferCases() (cases []worked) {
	p := ward(AdultGA)
	p.Transfers = []*SiteTransfer{
		{ID: "T1", Purpose: "transfer", Direction: In, Asked: today("09:00")},
		{ID: "T2", Purpose: "repatriation", Direction: In, Asked: yesterday("16:00"), Accepted: yesterday("17:00")},
		{ID: "T3", Purpose: "repatriation", Direction: Out, Asked: today("08:00")},
		{ID: "T4", Purpose: "transfer", Direction: Between, Asked: today("10:00"), Accepted: today("10:30")},
		{ID: "T5", Purpose: "transfer", Direction: Between, Asked: yesterday("10:00"), Accepted: yesterday("10:30"), Left: today("11:00")},
		{ID: "T6", Purpose: "transfer", Direction: In, Asked: today("07:00"), Declined: today("07:30"), Reason: "no_telemetry"},
		{ID: "T7", Purpose: "transfer", Direction: In, Asked: yesterday("07:00"), Declined: yesterday("23:30"), Reason: "full"},
		{ID: "T8", Purpose: "repatriation", Direction: In, Asked: yesterday("06:00"), Withdrawn: today("06:00")},
		{ID: "T9", Purpose: "repatriation", Direction: In, Asked: yesterday("05:00"), Left: today("05:00"), Arrived: today("06:00")},
	}
	for _, t := range p.Transfers {
		t.Events = []uint64{t.Asked.Seq}
	}
	all := []*Picture{p}
	cases = []worked{
		{"transfers_waiting_in", all, now, 2, "T1, and T2, accepted and not on the way"},
		{"transfers_waiting_out", all, now, 1, "T3"},
		{"transfers_waiting_between", all, now, 1, "T4; T5 is on the way"},
		{"repatriations_waiting", all, now, 2, "T2 and T3; T8 is withdrawn, T9 there"},
		{"transfers_longest_wait", all, now, on(1, "16:00"), "T2; T5, T7, T8 and T9 wait no longer"},
		{"transfers_longest_wait", []*Picture{ward(AdultGA)}, now, none, "nobody waits"},
		{"transfers_declined", all, now, 1, "T6; T7 was declined yesterday"},
		{"in_transit", all, now, 1, "T5: without a patient's key it counts by itself"},
	}
	for _, name := range []string{"mh_waiting_ae", "mh_waiting_over_12h", "nhs111_calls_abandoned", "ambulance_cat2_mean"} {
		cases = append(cases, worked{name, []*Picture{{Unit: &Unit{ID: "ae", Kind: AandE}}}, now, none, "nobody here counts it"})
	}
	return cases
}

func dischargeCases() []worked {
	ready := func(key string, plan Plan, left Moment) *Stay {
		plan.NCTR = yesterday("10:00")
		return &Stay{Key: key, Here: yesterday("09:00"), Plan: plan, Left: left}
	}
	w := ward(AdultGA,
		ready("N1", Plan{Pathway: "0", Reason: "hospital_process"}, Moment{}),
		ready("N2", Plan{Pathway: "1", Reason: "care_transfer_hub_process", Owner: "brokerage"}, Moment{}),
		ready("N3", Plan{Pathway: "2", Reason: "interface_process"}, Moment{}),
		ready("N4", Plan{Pathway: "3", Reason: "capacity"}, Moment{}),
		ready("N5", Plan{Reason: "wellbeing"}, Moment{}),
		ready("N6", Plan{Pathway: "1"}, Moment{}),
		ready("N7", Plan{Pathway: "1", Reason: "capacity"}, today("00:00")),
		ready("N8", Plan{Pathway: "1"}, yesterday("23:59")),
		&Stay{Key: "N9", Here: yesterday("09:00")},
		&Stay{Key: "P1", Here: yesterday("09:00"), Left: today("10:00")},
	)
	cottage := ward(CommunityClass, ready("K1", Plan{Pathway: "1"}, Moment{}), &Stay{Key: "K2"})
	both := []*Picture{w, cottage}
	cases := []worked{
		{"nctr_here", both, now, 6, "N1 to N6; the community ward is apart"},
		{"nctr_share", both, now, 85.7, "6 of the 7 who are here"},
		{"nctr_today", both, now, 7, "N7 left today, N8 yesterday"},
		{"nctr_left_today", both, now, 1, "N7, at midnight to the minute"},
		{"nctr_pathway_0", both, now, 1, "N1"},
		{"nctr_pathway_1", both, now, 2, "N2, N6"},
		{"nctr_pathway_2", both, now, 1, "N3"},
		{"nctr_pathway_3", both, now, 1, "N4"},
		{"nctr_pathway_not_given", both, now, 1, "N5"},
		{"nctr_reason_hospital_process", both, now, 1, "N1"},
		{"nctr_reason_care_transfer_hub_process", both, now, 1, "N2"},
		{"nctr_reason_interface_process", both, now, 1, "N3"},
		{"nctr_reason_capacity", both, now, 1, "N4; N7 has left"},
		{"nctr_reason_wellbeing", both, now, 1, "N5"},
		{"nctr_reason_not_given", both, now, 1, "N6"},
		{"community_nctr_here", both, now, 1, "K1"},
	}

	plan := func(key string, p Plan, left Moment) *Stay {
		p.Planned = today("08:00")
		return &Stay{Key: key, Here: yesterday("09:00"), Plan: p, Left: left}
	}
	old := plan("D6", Plan{Certainty: "definite"}, Moment{})
	old.Plan.Planned = yesterday("08:00")
	expected := plan("D7", Plan{Certainty: "definite"}, Moment{})
	expected.Expected = on(0, "16:00")
	hoped := plan("F4", Plan{}, Moment{})
	hoped.Expected = on(0, "16:00")
	promises := []*Picture{ward(
		AdultGA,
		plan("D1", Plan{Certainty: "definite", Due: on(0, "12:00")}, Moment{}),
		plan("D2", Plan{Certainty: "definite", Due: on(0, "17:00")}, Moment{}),
		plan("D3", Plan{Certainty: "definite", Due: on(0, "11:00")}, today("11:30")),
		plan("D4", Plan{Certainty: "definite"}, Moment{}),
		plan("D5", Plan{Certainty: "definite", Due: on(-1, "10:00")}, Moment{}),
		old, expected, hoped,
		plan("D8", Plan{Certainty: "potential", Due: on(0, "10:00")}, Moment{}),
		plan("D9", Plan{Certainty: "potential"}, Moment{}),
		plan("F1", Plan{Due: on(0, "14:30")}, Moment{}),
		plan("F2", Plan{Due: on(1, "15:00")}, Moment{}),
		plan("F3", Plan{Failures: []Failure{{yesterday("15:00"), "transport"}, {today("09:00"), "medicines"}, {today("13:00"), "transport"}}}, Moment{}),
	)}
	cases = append(
		cases,
		worked{"discharges_definite", promises, now, 4, "D1, D2, D4, D7; D3 has left, D5 is for tomorrow, D6 was said yesterday"},
		worked{"discharges_potential", promises, now, 2, "D8, D9"},
		worked{"discharges_promised", promises, now, 5, "D1, D2, D3, D8, F1"},
		worked{"discharges_not_left", promises, now, 4, "of these, all but D3"},
		worked{"discharges_overdue", promises, now, 3, "D1, D8, and F1 this minute"},
		worked{"leaving_by_12", promises, now, 1, "D1, overdue; D8 is potential only"},
		worked{"leaving_by_17", promises, now, 4, "D1, D2, F1, and D7, expected at 16:00; F4 is expected then and nobody has confirmed it"},
		worked{"failed_discharges", promises, now, 2, "F3's of today"},
	)

	stay := func(key string, admitted Instant, left Moment, moves ...Moment) *Stay {
		return &Stay{Key: key, Admitted: Moment{admitted, 3}, Here: Moment{admitted, 3}, Left: left, Moves: moves}
	}
	stays := []*Picture{ward(
		AdultGA,
		stay("L1", on(7, "23:59"), Moment{}, yesterday("22:59"), yesterday("23:00"), today("05:59")),
		stay("L2", on(6, "00:00"), Moment{}, today("06:00"), today("14:00")),
		stay("L3", on(14, "08:00"), Moment{}, Moment{on(1, "03:00"), 4}),
		stay("L4", on(21, "08:00"), Moment{}),
		stay("L5", on(30, "08:00"), today("12:00"), today("02:00")),
		stay("L6", on(30, "08:00"), today("12:01")),
		stay("L7", on(2, "08:00"), yesterday("12:01")),
		stay("L8", on(2, "08:00"), today("00:00")),
	), ward(CommunityClass, stay("K1", on(40, "08:00"), Moment{}), stay("K2", on(40, "08:00"), today("13:00")))}
	return append(
		cases,
		worked{"left_today", stays, now, 4, "L5, L6, L8, K2"},
		worked{"left_by_12", stays, now, 2, "L5, L8"},
		worked{"left_by_17", stays, now, 4, "all four"},
		worked{"stays_over_7_days", stays, now, 3, "L1, L3, L4: L1 since a minute before the seventh midnight; the community ward is left out"},
		worked{"stays_over_14_days", stays, now, 2, "L3, L4"},
		worked{"stays_over_21_days", stays, now, 1, "L4"},
		worked{"night_moves", stays, now, 3, "two of L1's, one of L5's; L3's was the night before"},
		worked{"night_moves", stays, on(0, "22:59"), 3, "still last night"},
		worked{"night_moves", stays, on(0, "23:00"), 0, "a new night has begun"},
	)
}

// supply has for a class: two beds free, less one for a patient without; cleaning done at
// 15:00 and 19:00; and patients leaving at 15:00, 18:00 and, potentially, 15:00.
func supply(class BedClass, site string) *Picture {
	bed := func(id string, s BedState, ready Instant, stay string) BedNow {
		return BedNow{ID: id, State: s, Ready: ready, Stay: stay, Returns: s == Occupied && id != "A7", Since: today("08:00")}
	}
	leaving := func(bed, certainty string, due Instant) *Stay {
		return &Stay{Key: bed, Bed: bed, Here: yesterday("09:00"), Plan: Plan{Certainty: certainty, Due: due, Planned: today("09:00")}}
	}
	return &Picture{
		Unit: &Unit{ID: site + "-w1", Site: site, Kind: Ward, Class: class}, Known: true, Leavers: true,
		Beds: []BedNow{
			bed("A1", Available, 0, ""), bed("A2", Available, 0, ""), bed("A3", NotReady, on(0, "15:00"), ""), bed("A4", NotReady, on(0, "19:00"), ""), bed("A5", NotReady, 0, ""),
			bed("A6", Occupied, 0, "A6"), bed("A7", Occupied, 0, "A7"), bed("A8", Occupied, 0, "A8"), bed("A9", Occupied, 0, "A9"), bed("B1", Reserved, 0, ""),
		},
		Stays: []*Stay{
			leaving("A6", "definite", on(0, "15:00")), leaving("A7", "definite", on(0, "15:00")), leaving("A8", "", on(0, "18:00")), leaving("A9", "potential", on(0, "15:00")),
			{Key: "C1", Here: today("09:00")},
		},
	}
}

func balanceCases() (cases []worked) {
	for _, class := range []BedClass{AdultGA, CriticalCareClass, Paediatric} {
		demand := department()
		for i := range 3 { // asked by A&E and decided
			demand.Requests = append(demand.Requests, &Request{ID: fmt.Sprint(i), Key: "Q1", Origin: "ae", Wants: class, Requested: today("12:00"), Decided: today("12:30")})
		}
		demand.Attendances = nil
		demand.Requests = append(
			demand.Requests,
			&Request{ID: "4", Key: "Q4", Origin: "ae", Wants: class, Requested: today("12:00")},                                                // not decided
			&Request{ID: "5", Key: "Q5", Origin: "ae", Wants: class, Requested: today("12:00"), Decided: today("12:30"), Bed: "general-w1/B1"}, // has a bed
			&Request{ID: "6", Key: "Q6", Origin: "ae", Wants: Maternity, Requested: today("12:00"), Decided: today("12:30")},                   // another class
			&Request{ID: "7", Key: "Q7", Origin: "step_down", Wants: class, Requested: today("12:00")},
			&Request{ID: "8", Key: "Q8", Origin: "transfer", Wants: class, Requested: today("12:00"), Due: on(0, "18:00")},
			&Request{ID: "9", Key: "Q9", Origin: "elective", Wants: class, Requested: today("12:00"), Due: on(0, "20:00")},
			&Request{ID: "10", Key: "Q0", Origin: "elective", Wants: class, Requested: yesterday("12:00"), Due: on(1, "20:00")}, // due yesterday
			&Request{ID: "11", Key: "Q2", Origin: "gp", Wants: class, Requested: today("12:00"), Due: on(0, "22:00")},
			&Request{ID: "12", Key: "Q3", Origin: "gp", Wants: class, Requested: today("12:00"), Due: on(0, "22:01")}, // later than all
		)
		here := []*Picture{supply(class, "general"), demand}
		spare := supply(class, "cottage")
		name := string(class) + "_short_"
		cases = append(
			cases,
			worked{name + "next_hour", here, now, 1, "by 15:00: 1 free + 1 cleaned + 1 leaving (A6; A7's bed is to close) = 3, against 3 decided + 1 step-down"},
			worked{name + "4h", here, now, 1, "by 18:00: 1 + 1 + 2 leaving = 4, against 4 and the transfer"},
			worked{name + "8h", here, now, 2, "by 22:00: 1 + 2 cleaned + 2 = 5, against 5 and the elective and the GP's"},
			worked{name + "8h", append([]*Picture{spare}, here...), now, 2, "the five beds to spare at the other site are no help"},
			worked{name + "8h", []*Picture{spare}, now, 0, "that site is not short"},
			worked{name + "8h", []*Picture{demand}, now, none, "of a site whose beds are not known nothing is said"},
		)
	}
	crowd := supply(AdultGA, "general")
	crowd.Stays = append(crowd.Stays, standing("C2", "10:00"), standing("C3", "11:00"))
	a := department() // A2 is decided and nobody asked for a bed; A1's request is not in the picture
	children := department()
	children.Unit.Class = Paediatric
	return append(
		cases,
		worked{"adult_ga_short_next_hour", []*Picture{crowd}, now, 0, "1 cleaned + 1 leaving, against the one of three without a bed who is over"},
		worked{"adult_ga_short_next_hour", []*Picture{crowd, a, a}, now, 1, "and against two decided in A&E"},
		worked{"paediatric_short_next_hour", []*Picture{crowd, a, children}, now, none, "no children's bed is told of"},
		worked{"paediatric_short_next_hour", []*Picture{supply(Paediatric, "cottage"), children}, now, 1, "one decided in the children's A&E of a site without beds"},
	)
}

// dayCases are about local days of 23 and 25 hours.
func dayCases() []worked {
	arrived := func(at ...string) []*Picture {
		p := department()
		p.Attendances = nil
		for i, text := range at {
			p.Attendances = append(p.Attendances, &Attendance{Key: fmt.Sprint(i), Arrived: Moment{instant(text), uint64(i + 1)}})
		}
		return []*Picture{p}
	}
	spring := arrived("2026-03-28T23:59:00Z", "2026-03-29T00:00:00Z", "2026-03-29T22:59:00Z")
	autumn := arrived("2026-10-24T22:59:00Z", "2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T23:59:00Z")

	moves := func(at ...string) []*Picture {
		s := &Stay{Key: "N1", Here: Moment{instant(at[0]), 1}}
		for i, text := range at {
			s.Moves = append(s.Moves, Moment{instant(text), uint64(i + 1)})
		}
		return []*Picture{ward(AdultGA, s)}
	}
	springNight := moves("2026-03-28T22:59:00Z", "2026-03-28T23:00:00Z", "2026-03-29T04:59:00Z", "2026-03-29T05:00:00Z", "2026-03-29T05:30:00Z")
	autumnNight := moves("2026-10-24T21:59:00Z", "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T05:59:00Z", "2026-10-25T06:00:00Z")

	admitted := []*Picture{ward(AdultGA, &Stay{Key: "L1", Admitted: Moment{instant("2026-03-25T10:00:00Z"), 1}, Here: Moment{instant("2026-03-25T10:00:00Z"), 1}})}
	left := []*Picture{ward(AdultGA, &Stay{Key: "L1", Left: Moment{instant("2026-03-29T11:00:00Z"), 1}}, &Stay{Key: "L2", Left: Moment{instant("2026-03-29T11:01:00Z"), 2}})}
	return []worked{
		{"ae_arrivals", spring, instant("2026-03-29T22:59:30Z"), 2, "the day of 23 hours began at 00:00 and is not over"},
		{"ae_arrivals", spring, instant("2026-03-29T23:00:00Z"), 0, "at 23:00 UTC it is midnight in summer time"},
		{"ae_arrivals", autumn, instant("2026-10-25T23:59:30Z"), 4, "the day of 25 hours began at 23:00 UTC, and has 01:30 twice"},
		{"ae_arrivals", autumn, instant("2026-10-26T00:00:00Z"), 0, "a new day"},
		{"ae_over_4h", spring, instant("2026-03-29T04:00:01Z"), 2, "05:00 by the clock, and 4 hours since 00:00: hours are real ones"},
		{"night_moves", springNight, instant("2026-03-29T12:00:00Z"), 2, "23:00 to 06:00 is 23:00 to 05:00 UTC"},
		{"night_moves", autumnNight, instant("2026-10-25T12:00:00Z"), 4, "23:00 to 06:00 is 22:00 to 06:00 UTC"},
		{"stays_over_7_days", admitted, instant("2026-03-31T22:59:59Z"), 0, "six midnights"},
		{"stays_over_7_days", admitted, instant("2026-03-31T23:00:00Z"), 1, "the seventh, an hour earlier by UTC than the first"},
		{"left_by_12", left, instant("2026-03-29T20:00:00Z"), 1, "12:00 is 11:00 UTC"},
	}
}

// TestBalanceSays: a shortfall tells what it is for and what there is to spare elsewhere.
func TestBalanceSays(t *testing.T) {
	m, ok := MeasureNamed("adult_ga_short_8h")
	require.True(t, ok)
	short, spare := department(), supply(AdultGA, "cottage")
	bare := ward(AdultGA)
	bare.Beds = bare.Beds[:2]
	sum := m.Take(short, &Clock{Now: now, Zone: london}, true) // A2 is decided
	sum.Add(m.Take(bare, &Clock{Now: now, Zone: london}, true))
	sum.Add(m.Take(spare, &Clock{Now: now, Zone: london}, true))
	require.Equal(t, []Balance{{"cottage", 5, 0}, {"general", 0, 1}}, sum.Balances)
	require.EqualValues(t, 1, sum.Short())
	require.EqualValues(t, 5, m.Of(sum))
	require.Equal(t, on(0, "22:00"), sum.At, "8 hours on by full hours")
	terms := map[string]int{}
	for _, i := range sum.Items {
		terms[i.Side]++
	}
	require.Equal(t, map[string]int{Usable: 1, Cleaning: 2, Leaving: 2, Decided: 1}, terms)

	_, zone := zoneOf(t, "Asia/Kathmandu") // 5 h 45 min ahead: 20:15 there
	require.Equal(t, on(0, "15:15"), m.by(t, zone, 1))
	require.Equal(t, on(0, "22:15"), m.by(t, zone, 8))
}

func (m *Measure) by(t *testing.T, z Zone, hours int) Instant {
	t.Helper()
	n := counting{Clock: &Clock{Now: now, Zone: z}}
	at := n.fullHour(hours)
	require.Equal(t, n.past(z), n.Next())
	return at
}

func (n *counting) past(z Zone) Instant {
	return n.Now + Instant(60-z.Minute(n.Now)%60)*60_000
}

// TestItemsSay: an item has the moment, the breach, who has to act, and the facts.
func TestItemsSay(t *testing.T) {
	taken := func(name string, p *Picture) []Item {
		m, ok := MeasureNamed(name)
		require.True(t, ok)
		return m.Take(p, &Clock{Now: now, Zone: london}, true).Items
	}
	p := department()
	p.Attendances[1].Events = []uint64{9, 4, 4}
	require.Equal(t, []Item{{Key: "A2", Unit: "ae", Site: "general", At: on(0, "04:00"), Until: on(0, "16:00"), Value: float64(on(0, "16:00")) / 1000, Events: []uint64{4, 9, today("04:00").Seq}}}, taken("ae_next_dta_breach", p))
	require.Empty(t, measure(t, "ae_next_dta_breach").Take(p, &Clock{Now: now}, false).Items, "not asked for")

	w := ward(AdultGA, &Stay{Key: "N1", Plan: Plan{NCTR: today("09:00"), Owner: "brokerage"}})
	require.Equal(t, []Item{{Key: "N1", Unit: "w1", Site: "general", At: on(0, "09:00"), Value: 1, Side: "brokerage", Events: []uint64{today("09:00").Seq}}}, taken("nctr_here", w))
}

func measure(t *testing.T, name string) *Measure {
	t.Helper()
	m, ok := MeasureNamed(name)
	require.True(t, ok, name)
	return m
}

// TestCatalogueIsWhole: names are good for addresses, each once, and nothing is left out.
func TestCatalogueIsWhole(t *testing.T) {
	names := map[string]bool{}
	for _, m := range Measures() {
		require.Regexp(t, `^[a-z][a-z0-9_]{2,48}$`, m.Name)
		require.False(t, names[m.Name], "%s is there twice", m.Name)
		names[m.Name] = true
		for what, text := range map[string]string{"title": m.Title, "definition": m.Definition, "source": m.Source, "family": m.Family, "window": m.Window} {
			require.NotEmpty(t, text, "%s has no %s", m.Name, what)
		}
		require.Contains(t, []string{"unit", "site"}, m.Scope, m.Name)
		require.Contains(t, []Form{Count, Share, Mean, Median, Earliest, Shortfall}, m.Form, m.Name)
		units := map[Form]string{Share: "percent", Mean: "minutes", Median: "minutes", Earliest: "time", Shortfall: "beds"}
		if want, ok := units[m.Form]; ok {
			require.Equal(t, want, m.Unit, m.Name)
		} else {
			require.Contains(t, []string{"patients", "beds", "bays", "ambulances", "moves", "discharges", "places", "referrals", "calls", "admissions"}, m.Unit, m.Name)
		}
		for _, s := range m.Supply {
			require.Contains(t, Supplies(), s, m.Name)
		}
		require.Equal(t, m.Reported, len(m.Supply) == 0, m.Name)
		if m.Window == "since_midnight" && m.Form != Count && !m.Reported {
			require.Equal(t, 10, m.Least, "%s has no least size", m.Name)
		}
	}
	_, ok := MeasureNamed("beds")
	require.False(t, ok)
}

// TestNeeds: a balance needs patients in beds of wards of its class, requests of A&E, and
// nothing of other wards.
func TestNeeds(t *testing.T) {
	m := measure(t, "adult_ga_short_4h")
	require.Equal(t, []string{"occupancy"}, m.Needs(ward(AdultGA).Unit))
	require.Equal(t, []string{"requests", "ae", "ae_list"}, m.Needs(department().Unit))
	require.Empty(t, m.Needs(ward(Maternity).Unit))
	require.True(t, m.Census(ward(AdultGA).Unit), "its beds are not known before a census")
	require.False(t, m.Census(ward(Maternity).Unit))
	require.False(t, measure(t, "adult_ga_total").Census(ward(AdultGA).Unit))
	require.Equal(t, []string{"ae", "ae_list"}, measure(t, "ae_in_department").Needs(department().Unit))
}
