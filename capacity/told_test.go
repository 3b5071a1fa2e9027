package capacity

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// taken are the beds of a ward that are told to be taken, without a patient or with one
// who is known.
func taken(nameless int, stays ...*Stay) *Picture {
	p := &Picture{Unit: &Unit{ID: "w1", Site: "general", Kind: Ward, Class: AdultGA, Specialties: []string{"110"}}, Known: true, Leavers: true, Stays: stays}
	for range nameless {
		p.Beds = append(p.Beds, BedNow{ID: "N", State: Occupied})
	}
	for i := range stays {
		if stays[i].Open() {
			p.Beds = append(p.Beds, BedNow{ID: stays[i].Bed, State: Occupied, Stay: stays[i].Key})
		}
	}
	return p
}

// TestToldOfPatients: beds that are taken by nobody knows whom tell of no patient.
func TestToldOfPatients(t *testing.T) {
	anyone := &Stay{Key: "S1", Bed: "A1", Here: today("08:00")}
	man := &Stay{Key: "S2", Bed: "A2", Here: today("08:00"), Sex: "male"}
	surgical := &Stay{Key: "S3", Bed: "A3", Here: today("08:00"), Service: "110"}
	gone := &Stay{Key: "S4", Here: today("08:00"), Left: today("09:00"), Sex: "female", Service: "300"}
	type answer struct{ some, all bool }
	for _, c := range []struct {
		why                     string
		p                       *Picture
		people, sexes, services answer
	}{
		{"the ward is empty: nobody is there", taken(0), answer{true, true}, answer{true, true}, answer{true, true}},
		{"five beds are taken and nobody is named", taken(5), answer{}, answer{}, answer{}},
		{"nor does it help that one is named who has left", taken(5, gone), answer{}, answer{}, answer{}},
		{"all are named; nobody's sex or specialty is told", taken(0, anyone), answer{true, true}, answer{false, true}, answer{false, true}},
		{"one man's sex is told", taken(0, anyone, man), answer{true, true}, answer{true, true}, answer{false, true}},
		{"one patient's specialty is told", taken(0, anyone, surgical), answer{true, true}, answer{false, true}, answer{true, true}},
		{"a man among beds without names: a part is told", taken(5, man), answer{true, false}, answer{true, false}, answer{false, false}},
	} {
		for name, want := range map[string]answer{
			"stays_over_7_days": c.people, "left_today": c.people, "left_by_12": c.people, "night_moves": c.people, "nctr_here": c.people, "failed_discharges": c.people,
			"without_bed": c.people, "adult_ga_over": c.people, "mixed_sex_bays": c.sexes, "outliers": c.services,
			"adult_ga_occupied": {true, true}, "adult_ga_available": {true, true},
		} {
			some, all := measure(t, name).Told(c.p)
			assert.Equal(t, want, answer{some, all}, "%s: %s", name, c.why)
		}
	}
}

// TestToldByAList: a list without a column tells nothing of what would stand in it.
func TestToldByAList(t *testing.T) {
	list := func(all ...*Attendance) *Picture {
		p := department()
		p.Attendances = all
		return p
	}
	plain := &Attendance{Key: "A1", Arrived: today("08:00")}
	rests := map[string][]string{
		"area":      {"ae_majors_occupancy", "ae_resus_occupancy", "ae_majors_resus_occupancy", "ae_corridor"},
		"seen":      {"ae_time_to_treatment"},
		"referred":  {"ae_referred_share"},
		"decided":   {"ae_over_12h_from_decision", "ae_next_dta_breach", "ae_waiting_for_bed", "adult_ga_short_4h"},
		"requested": {"ae_waiting_for_bed", "adult_ga_short_4h"},
		"ready":     {"ae_ready_to_proceed"},
		"nothing":   {},
	}
	always := []string{"ae_in_department", "ae_over_4h", "ae_over_12h", "ae_over_12h_share", "ae_four_hour", "ae_arrivals", "ae_arrivals_last_hour"}
	columns := map[string]func(*Attendance){
		"area": func(a *Attendance) { a.Area = "minors" }, "seen": func(a *Attendance) { a.Seen = today("09:00") }, "referred": func(a *Attendance) { a.Referred = today("09:00") },
		"decided": func(a *Attendance) { a.Decided = today("09:00") }, "requested": func(a *Attendance) { a.Requested = today("09:00") }, "ready": func(a *Attendance) { a.Ready = today("09:00") },
		"nothing": func(*Attendance) {},
	}
	for column, fill := range columns {
		other := &Attendance{Key: "A2", Arrived: yesterday("08:00"), Left: yesterday("12:00")}
		fill(other)
		told := map[string]bool{}
		for _, name := range append(always, rests[column]...) {
			told[name] = true
		}
		for _, names := range append([][]string{always}, rests["area"], rests["seen"], rests["referred"], rests["decided"], rests["ready"]) {
			for _, name := range names {
				some, all := measure(t, name).Told(list(plain, other))
				assert.Equal(t, []bool{told[name], told[name]}, []bool{some, all}, "%s where a list has %s of one who has left", name, column)
				some, _ = measure(t, name).Told(list())
				assert.True(t, some, "%s: nobody has been there, so nobody waits", name)
			}
		}
	}
	require.Equal(t, []string{"ae"}, measure(t, "ae_referred_share").Surely)
	require.Equal(t, []string{"ae", "requests"}, measure(t, "ae_waiting_for_bed").Surely)
	some, _ := measure(t, "adult_ga_short_4h").Told(taken(5))
	require.True(t, some, "a ward has its beds, whoever is in them")
}

// TestExpected: beds are asked for at acute sites; of others nothing is missed.
func TestExpected(t *testing.T) {
	general, cottage := &Site{ID: "general", Kind: Acute}, &Site{ID: "cottage", Kind: Community}
	for _, name := range []string{"requests_open", "requests_without_bed", "side_room_queue", "step_downs_over_4h", "electives_due", "electives_cancelled", "in_transit"} {
		m := measure(t, name)
		assert.True(t, m.Expected(ward(AdultGA).Unit, general), name)
		assert.False(t, m.Expected(ward(CommunityClass).Unit, cottage), name)
		assert.False(t, m.Expected(&Unit{Kind: DischargeLounge}, general), name)
		assert.False(t, m.Expected(department().Unit, cottage), name)
		assert.Equal(t, name[:9] != "electives", m.Expected(department().Unit, general) && m.Applies(department().Unit), name)
	}
	assert.True(t, measure(t, "ae_in_department").Expected(department().Unit, cottage))
}
