package county_test

import (
	"fmt"
	"strings"

	"flowcentre/capacity"
)

// testLayout is a county of about Worcestershire's size.
func testLayout() capacity.Layout {
	l := capacity.Layout{
		System:        capacity.System{ID: "county", Name: "County", TimeZone: "Europe/London"},
		Organisations: []capacity.Organisation{{ID: "acute", Name: "Acute", Code: "RAA"}, {ID: "care", Name: "Care", Code: "RCC"}},
		Sites: []capacity.Site{
			{ID: "big", Organisation: "acute", Name: "Big", Kind: capacity.Acute},
			{ID: "small", Organisation: "acute", Name: "Small", Kind: capacity.Acute},
			{ID: "day", Organisation: "acute", Name: "Day", Kind: capacity.Acute},
			{ID: "village", Organisation: "care", Name: "Village", Kind: capacity.Community},
		},
	}
	for _, f := range []struct{ id, supplies string }{
		{"big-pas", "occupancy expected"},
		{"big-site", "beds requests"},
		{"big-clean", "cleaning"},
		{"big-ae", "ae requests"},
		{"big-theatres", "electives requests"},
		{"big-discharge", "discharge"},
		{"small-pas", "occupancy expected"},
		{"small-site", "beds requests"},
		{"small-clean", "cleaning"},
		{"small-ae", "ae_list requests"},
		{"small-discharge", "discharge"},
		{"day-miu", "ae"},
		{"crews", "ambulances"},
		{"care", "occupancy beds cleaning expected"},
	} {
		l.Feeds = append(l.Feeds, capacity.Feed{ID: f.id, Name: f.id, Every: 1800, Supplies: strings.Fields(f.supplies)})
	}
	add := func(site, name string, kind capacity.UnitKind, class capacity.BedClass, beds int, escalation bool, feeds ...string) {
		n := len(l.Units)
		u := capacity.Unit{ID: fmt.Sprintf("%s-%d", site, n), Site: site, Name: name, Kind: kind, Class: class, Feeds: feeds, Aliases: []string{fmt.Sprintf("F%s/U%d", site, n)}}
		for i := range beds {
			bay := string(rune('A' + i/6))
			b := capacity.Bed{ID: fmt.Sprintf("%s%d", bay, i%6+1), Bay: "Bay " + bay, SideRoom: i >= 21, Escalation: escalation}
			if kind == capacity.Ward && class == capacity.AdultGA && !b.SideRoom && site != "day" {
				b.Sex = map[string]string{"A": "female", "B": "male", "C": "female", "D": "male"}[bay]
			}
			u.Beds = append(u.Beds, b)
		}
		switch name {
		case "Respiratory", "Cardiology", "Gastro", "Renal":
			u.Specialties = []string{strings.ToUpper(name[:3]), "MED"}
		case "Older people", "Older people 2", "Frailty":
			u.Specialties = []string{"GER", "MED"}
		case "Urology", "Vascular", "Gynaecology":
			u.Specialties = []string{strings.ToUpper(name[:3]), "SUR"}
		case "Trauma", "Orthopaedics":
			u.Specialties = []string{"ORT", "SUR"}
		}
		l.Units = append(l.Units, u)
	}
	hospital := func(site, feeds string, amu, majors int, wards ...string) {
		f := []string{feeds + "-pas", feeds + "-clean", feeds + "-site"}
		add(site, "A&E", capacity.AandE, "", 0, false, append(f, feeds+"-ae", "crews")...)
		l.Units[len(l.Units)-1].Areas = []capacity.Area{
			{ID: "resus", Name: "Resus", Kind: capacity.Resus, Spaces: majors / 4},
			{ID: "majors", Name: "Majors", Kind: capacity.Majors, Spaces: majors},
			{ID: "minors", Name: "Minors", Kind: capacity.Minors, Spaces: majors / 2},
			{ID: "front", Name: "Front door", Kind: capacity.Streaming},
			{ID: "corridor", Name: "Corridor", Kind: capacity.Corridor},
		}
		f = append(f, feeds+"-discharge", feeds+"-theatres")
		if feeds == "small" {
			f = f[:len(f)-1]
		}
		add(site, "Acute medical unit", capacity.AssessmentUnit, capacity.AdultGA, amu, false, f...)
		for _, w := range wards {
			add(site, w, capacity.Ward, capacity.AdultGA, 27, false, f...)
		}
		add(site, "Escalation", capacity.Ward, capacity.AdultGA, 24, true, f...)
		add(site, "Critical care", capacity.CriticalCare, capacity.CriticalCareClass, 10, false, f...)
		add(site, "Discharge lounge", capacity.DischargeLounge, "", 0, false, f...)
	}
	hospital("big", "big", 40, 32, "Respiratory", "Cardiology", "Gastro", "Renal", "Older people", "Older people 2", "Frailty", "Stroke", "Oncology", "Trauma", "Orthopaedics", "Surgery", "Surgery 2", "Vascular", "Gynaecology")
	add("big", "Children", capacity.Ward, capacity.Paediatric, 24, false, "big-pas", "big-clean", "big-site")
	add("big", "Maternity", capacity.Ward, capacity.Maternity, 30, false, "big-pas", "big-clean", "big-site")
	hospital("small", "small", 24, 20, "Respiratory", "Cardiology", "Gastro", "Older people", "Medicine", "Older people 2", "Urology", "Surgery", "Orthopaedics")
	add("day", "Minor injuries", capacity.AandE, "", 0, false, "day-miu")
	add("day", "Short stay", capacity.Ward, capacity.AdultGA, 20, false, "small-pas", "small-clean", "small-site")
	for i := range 10 {
		add("village", fmt.Sprintf("Community %d", i), capacity.CommunityWard, capacity.CommunityClass, 23, false, "care")
	}
	return l
}
