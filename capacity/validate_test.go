package capacity_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

func sound() capacity.Layout {
	return capacity.Layout{
		System:        capacity.System{ID: "county", Name: "County", TimeZone: "Europe/London"},
		Organisations: []capacity.Organisation{{ID: "trust", Name: "Trust"}},
		Localities:    []capacity.Locality{{ID: "east", Name: "East town", East: 4.5, North: -2}},
		Sites:         []capacity.Site{{ID: "general", Organisation: "trust", Name: "General", Kind: capacity.Acute}},
		Feeds:         []capacity.Feed{{ID: "pas", Name: "PAS", Every: 900, Supplies: []string{"occupancy"}}},
		Units: []capacity.Unit{
			{ID: "w1", Site: "general", Name: "Ward 1", Kind: capacity.Ward, Class: capacity.AdultGA, Aliases: []string{"X/W1"}, Beds: []capacity.Bed{{ID: "A1", Bay: "Bay A"}, {ID: "A2", Bay: "Bay A"}}},
			{ID: "ae", Site: "general", Name: "A&E", Kind: capacity.AandE},
		},
	}
}

func TestSoundLayoutHasNoProblem(t *testing.T) {
	l := sound()
	assert.Empty(t, l.Validate())
}

func TestValidateFindsEachFault(t *testing.T) {
	for name, c := range map[string]struct {
		path  string
		spoil func(*capacity.Layout)
	}{
		"unit id":        {"units[0].id", func(l *capacity.Layout) { l.Units[0].ID = "W1" }},
		"unit id twice":  {"units[1].id", func(l *capacity.Layout) { l.Units[1].ID = "w1" }},
		"bed id":         {"units[0].beds[0].id", func(l *capacity.Layout) { l.Units[0].Beds[0].ID = "A/1" }},
		"bed twice":      {"units[0].beds[1].id", func(l *capacity.Layout) { l.Units[0].Beds[1].ID = "A1" }},
		"bed alias":      {"units[0].beds[1].aliases[0]", func(l *capacity.Layout) { l.Units[0].Beds[1].Aliases = []string{"X/W1/A1"} }},
		"unit alias":     {"units[1].aliases[0]", func(l *capacity.Layout) { l.Units[1].Aliases = []string{"X/W1"} }},
		"alias as a bed": {"units[0].beds[0].id", func(l *capacity.Layout) { l.Units[1].Aliases = []string{"X/W1/A1"} }},
		"site":           {"units[0].site", func(l *capacity.Layout) { l.Units[0].Site = "royal" }},
		"organisation":   {"sites[0].organisation", func(l *capacity.Layout) { l.Sites[0].Organisation = "" }},
		"site kind":      {"sites[0].kind", func(l *capacity.Layout) { l.Sites[0].Kind = "" }},
		"unit kind":      {"units[0].kind", func(l *capacity.Layout) { l.Units[0].Kind = "wrd" }},
		"class":          {"units[0].class", func(l *capacity.Layout) { l.Units[0].Class = "" }},
		"feed":           {"units[0].feeds[0]", func(l *capacity.Layout) { l.Units[0].Feeds = []string{"lab"} }},
		"own feed":       {"feeds[0].id", func(l *capacity.Layout) { l.Feeds[0].ID = "centre" }},
		"every":          {"feeds[0].every", func(l *capacity.Layout) { l.Feeds[0].Every = 0 }},
		"supplies":       {"feeds[0].supplies[0]", func(l *capacity.Layout) { l.Feeds[0].Supplies[0] = "gossip" }},
		"pressure":       {"units[0].pressure_at", func(l *capacity.Layout) { l.Units[0].PressureAt, l.Units[0].FullAt = 99, 95 }},
		"full":           {"units[0].full_at", func(l *capacity.Layout) { l.Units[0].FullAt = 9 }},
		"cleaning":       {"units[0].assumed_clean", func(l *capacity.Layout) { l.Units[0].CleanWithin, l.Units[0].AssumedClean = 3600, 60 }},
		"beds of a&e":    {"units[1].beds", func(l *capacity.Layout) { l.Units[1].Beds = []capacity.Bed{{ID: "1"}} }},
		"ward of none":   {"units[0].beds", func(l *capacity.Layout) { l.Units[0].Beds = nil }},
		"zone":           {"system.time_zone", func(l *capacity.Layout) { l.System.TimeZone = "" }},
		"desk":           {"feeds[0].id", func(l *capacity.Layout) { l.Feeds[0].ID = "desk" }},
		"days":           {"feeds[0].cadence[0].days", cadence(capacity.Cadence{Days: "mo", To: 60, Every: 60})},
		"half a range":   {"feeds[0].cadence[0].days", cadence(capacity.Cadence{Days: "mon-", To: 60, Every: 60})},
		"from":           {"feeds[0].cadence[0].from", cadence(capacity.Cadence{From: 1440, To: 60, Every: 60})},
		"to":             {"feeds[0].cadence[0].to", cadence(capacity.Cadence{From: 60, To: 1441, Every: 60})},
		"no time":        {"feeds[0].cadence[0].to", cadence(capacity.Cadence{From: 60, To: 60, Every: 60})},
		"too often":      {"feeds[0].cadence[0].every", cadence(capacity.Cadence{To: 60, Every: 9})},
		"never at all":   {"feeds[0].cadence", cadence(capacity.Cadence{To: 1440})},
		"never in time": {"feeds[0].cadence", cadence(
			capacity.Cadence{From: 480, To: 540, Every: 7200}, capacity.Cadence{To: 1440},
		)},
		"specialty":     {"units[0].specialties[0]", func(l *capacity.Layout) { l.Units[0].Specialties = []string{"care of the old"} }},
		"sex":           {"units[0].beds[0].sex", func(l *capacity.Layout) { l.Units[0].Beds[0].Sex, l.Units[0].Beds[0].Bay = "man", "" }},
		"mixed bay":     {"units[0].beds[1].sex", func(l *capacity.Layout) { l.Units[0].Beds[0].Sex = "male" }},
		"ward of areas": {"units[0].areas", func(l *capacity.Layout) { l.Units[0].Areas = []capacity.Area{{ID: "x"}} }},
		"area id":       {"units[1].areas[0].id", area(func(a *capacity.Area) { a.ID = "Majors" })},
		"area twice":    {"units[1].areas[1].id", area(func(a *capacity.Area) { a.ID = "minors" })},
		"area name":     {"units[1].areas[0].name", area(func(a *capacity.Area) { a.Name = "" })},
		"area kind":     {"units[1].areas[0].kind", area(func(a *capacity.Area) { a.Kind = "" })},
		"area spaces":   {"units[1].areas[0].spaces", area(func(a *capacity.Area) { a.Spaces = -1 })},
		"area alias":    {"units[1].areas[0].aliases[0]", area(func(a *capacity.Area) { a.Aliases = []string{"X/W1"} })},
		"area as a bed": {"units[1].areas[0].aliases[0]", area(func(a *capacity.Area) { a.Aliases = []string{"w1//A2"} })},
		"areas alike":   {"units[1].areas[1].id", area(func(a *capacity.Area) { a.Aliases = []string{"ae/minors"} })},
		"locality id":   {"localities[0].id", func(l *capacity.Layout) { l.Localities[0].ID = "North Town" }},
		"town twice":    {"localities[1].id", func(l *capacity.Layout) { l.Localities = append(l.Localities, l.Localities[0]) }},
		"town name":     {"localities[0].name", func(l *capacity.Layout) { l.Localities[0].Name = "" }},
		"far away":      {"localities[0].east", func(l *capacity.Layout) { l.Localities[0].East = 4e5 }},
		"no number":     {"localities[0].north", func(l *capacity.Layout) { l.Localities[0].North = math.NaN() }},
		"rule id":       {"sites[0].rules[0].id", rule(capacity.SiteRule{ID: "No children", Class: capacity.Paediatric})},
		"rule twice":    {"sites[0].rules[1].id", rule(capacity.SiteRule{ID: "no-stroke", Service: "STR"}, capacity.SiteRule{ID: "no-stroke", Service: "300"})},
		"rule of none":  {"sites[0].rules[0].id", rule(capacity.SiteRule{ID: "no-children"})},
		"rule class":    {"sites[0].rules[0].class", rule(capacity.SiteRule{ID: "no-children", Class: "paediatrics"})},
		"rule need":     {"sites[0].rules[0].need", rule(capacity.SiteRule{ID: "no-children", Need: "hoist"})},
		"rule service":  {"sites[0].rules[0].service", rule(capacity.SiteRule{ID: "no-stroke", Service: "acute stroke"})},
		"home of none":  {"units[2].places", home(func(u *capacity.Unit) { u.Places = nil })},
		"home of beds":  {"units[2].beds", home(func(u *capacity.Unit) { u.Beds, u.Class = []capacity.Bed{{ID: "1"}}, capacity.CommunityClass })},
		"many sorts":    {"units[2].places", home(func(u *capacity.Unit) { u.Places = sorts(21) })},
		"ward of sorts": {"units[0].places", func(l *capacity.Layout) { l.Units[0].Places = sorts(1) }},
		"sort id":       {"units[2].places[0].id", home(func(u *capacity.Unit) { u.Places[0].ID = "nursing beds" })},
		"sort twice":    {"units[2].places[1].id", home(func(u *capacity.Unit) { u.Places[1].ID = "nursing" })},
		"sort name":     {"units[2].places[0].name", home(func(u *capacity.Unit) { u.Places[0].Name = "" })},
		"open":          {"units[2].places[0].open", home(func(u *capacity.Unit) { u.Places[0].Open = -1 })},
		"bought":        {"units[2].places[0].bought", home(func(u *capacity.Unit) { u.Places[0].Bought = "spott" })},
		"care":          {"units[2].places[0].care", home(func(u *capacity.Unit) { u.Places[0].Care = "old people" })},
		"sort alias":    {"units[2].places[0].aliases[0]", home(func(u *capacity.Unit) { u.Places[0].Aliases = []string{"X/W1"} })},
		"sorts alike":   {"units[2].places[1].id", home(func(u *capacity.Unit) { u.Places[0].Aliases = []string{"home/dementia"} })},
		"locality":      {"units[2].locality", home(func(u *capacity.Unit) { u.Locality = "west" })},
		"serves":        {"units[2].serves[1]", home(func(u *capacity.Unit) { u.Serves = []string{"east", "west"} })},
		"open days":     {"units[2].hours[0]", home(func(u *capacity.Unit) { u.Hours[0].Days = "weekdays" })},
		"open from":     {"units[2].hours[0]", home(func(u *capacity.Unit) { u.Hours[0].From = -1 })},
		"open to":       {"units[2].hours[0]", home(func(u *capacity.Unit) { u.Hours[0].To = 1500 })},
		"never open":    {"units[2].hours[0]", home(func(u *capacity.Unit) { u.Hours[0].To = u.Hours[0].From })},
		"step":          {"units[2].step", home(func(u *capacity.Unit) { u.Step = "sideways" })},
		"within":        {"units[2].within", home(func(u *capacity.Unit) { u.Within = 8 * 24 * 3600 })},
		"meets":         {"units[2].meets[0]", home(func(u *capacity.Unit) { u.Meets[0] = "hoists" })},
		"refuses":       {"units[2].refuses[0]", home(func(u *capacity.Unit) { u.Refuses = []string{"side_room"} })},
		"both":          {"units[2].refuses[0]", home(func(u *capacity.Unit) { u.Refuses = u.Meets[:1] })},
		"old":           {"units[2].age", home(func(u *capacity.Unit) { u.AgeTo = 130 })},
		"young":         {"units[2].age", home(func(u *capacity.Unit) { u.AgeFrom = -1 })},
		"ages":          {"units[2].age", home(func(u *capacity.Unit) { u.AgeFrom, u.AgeTo = 65, 18 })},
		"ward meets":    {"units[0].meets", func(l *capacity.Layout) { l.Units[0].Meets = []string{"hoist"} }},
		"ward hours":    {"units[0].hours", func(l *capacity.Layout) { l.Units[0].Hours = []capacity.Hours{{To: 60}} }},
		"ae ages":       {"units[1].age", func(l *capacity.Layout) { l.Units[1].AgeFrom = 18 }},
		"name":          {"units[0].name", func(l *capacity.Layout) { l.Units[0].Name = strings.Repeat("x", 81) }},
	} {
		t.Run(name, func(t *testing.T) {
			l := sound()
			c.spoil(&l)
			problems := l.Validate()
			require.Len(t, problems, 1, "%v", problems)
			assert.Equal(t, c.path, problems[0].Path)
			assert.NotEmpty(t, problems[0].Reason)
			assert.NotEmpty(t, problems[0].Remedy)
		})
	}
}

func rule(rules ...capacity.SiteRule) func(*capacity.Layout) {
	return func(l *capacity.Layout) { l.Sites[0].Rules = rules }
}

// home adds a care home with two sorts of places, and spoils it.
func home(spoil func(*capacity.Unit)) func(*capacity.Layout) {
	return func(l *capacity.Layout) {
		l.Units = append(l.Units, capacity.Unit{
			ID: "home", Site: "general", Name: "Home", Kind: capacity.CareHome, Locality: "east", Serves: []string{"east"},
			Places: []capacity.Places{
				{ID: "nursing", Name: "Nursing", Open: 6, Care: "nursing", Bought: "discharge_to_assess"},
				{ID: "dementia", Name: "Dementia", Open: 4, Care: "dementia", Bought: "spot", Aliases: []string{"CH/EMI"}},
			},
			Hours: []capacity.Hours{{Days: "mon-fri", From: 540, To: 1080}}, Step: "down", Within: 2 * 24 * 3600,
			Meets: []string{"hoist", "nursing"}, Refuses: []string{"bariatric"}, AgeFrom: 65, AgeTo: 120,
		})
		spoil(&l.Units[2])
	}
}

func sorts(n int) (all []capacity.Places) {
	for i := range n {
		all = append(all, capacity.Places{ID: fmt.Sprintf("p%d", i), Name: "P", Open: 1})
	}
	return all
}

func cadence(hours ...capacity.Cadence) func(*capacity.Layout) {
	return func(l *capacity.Layout) { l.Feeds[0].Cadence = hours }
}

// area gives the department two areas, and spoils the first.
func area(spoil func(*capacity.Area)) func(*capacity.Layout) {
	return func(l *capacity.Layout) {
		l.Units[1].Areas = []capacity.Area{{ID: "majors", Name: "Majors", Kind: capacity.Majors}, {ID: "minors", Name: "Minors", Kind: capacity.Minors}}
		spoil(&l.Units[1].Areas[0])
	}
}

// TestWhatALayoutMayHave: areas, bays for one sex, side rooms for either, hours.
func TestWhatALayoutMayHave(t *testing.T) {
	l := sound()
	l.Units[1].Areas = []capacity.Area{{ID: "majors", Name: "Majors", Kind: capacity.Majors, Spaces: 12, Aliases: []string{"X/ED/MAJ"}}}
	l.Units[1].Aliases = []string{"X/ED"}
	l.Units[0].Specialties = []string{"300"}
	for i := range l.Units[0].Beds {
		l.Units[0].Beds[i].Sex = "female"
	}
	l.Units[0].Beds = append(l.Units[0].Beds, capacity.Bed{ID: "S1", Bay: "Side", SideRoom: true, Sex: "male"}, capacity.Bed{ID: "S2", Bay: "Side", SideRoom: true})
	cadence(capacity.Cadence{Days: "fri-mon", From: 1200, To: 480, Every: 3600}, capacity.Cadence{Days: "sun", To: 1440})(&l)
	assert.Empty(t, l.Validate())
	assert.Equal(t, []string{"ae/majors", "X/ED/majors", "X/ED/MAJ"}, l.Units[1].AreaNames(&l.Units[1].Areas[0]))
}

// TestWhomAUnitMayTake: places, a community ward that says whom it takes, a co-ordination
// centre, which has no places.
func TestWhomAUnitMayTake(t *testing.T) {
	l := sound()
	home(func(u *capacity.Unit) { u.Serves = nil })(&l)
	l.Units = append(l.Units,
		capacity.Unit{ID: "rehab", Site: "general", Name: "Rehab", Kind: capacity.CommunityWard, Class: capacity.CommunityClass, Beds: []capacity.Bed{{ID: "1"}}, Locality: "east", Serves: []string{"east"}, Step: "down", Refuses: []string{"wandering"}, AgeFrom: 18},
		capacity.Unit{ID: "calls", Site: "general", Name: "Calls", Kind: capacity.CoordinationCentre, Serves: []string{"east"}, Hours: []capacity.Hours{{From: 480, To: 1200}, {Days: "sat", From: 1200, To: 60}}},
	)
	rule(capacity.SiteRule{ID: "no-stroke", Service: "STR", Class: capacity.AdultGA}, capacity.SiteRule{ID: "no-children", Need: "paediatric"})(&l)
	assert.Empty(t, l.Validate())
	u := &l.Units[2]
	assert.Equal(t, []string{"home/dementia", "CH/EMI"}, u.SortNames(&u.Places[1]))
}

// TestEachClashOfAnAreaIsTold: one clash between two units hides no other.
func TestEachClashOfAnAreaIsTold(t *testing.T) {
	l := sound()
	area(func(a *capacity.Area) { a.Aliases = []string{"X/W1", "w1/A1"} })(&l)
	l.Units[1].Areas[1].Aliases = []string{"w1/A2"}
	assert.Len(t, l.Validate(), 3)
}

func TestLimits(t *testing.T) {
	l := sound()
	for i := range capacity.MaxUnits {
		l.Units = append(l.Units, capacity.Unit{ID: fmt.Sprintf("x%d", i), Site: "general", Name: "X", Kind: capacity.AandE})
	}
	for i := range capacity.MaxBeds {
		l.Units[0].Beds = append(l.Units[0].Beds, capacity.Bed{ID: fmt.Sprintf("B%d", i)})
	}
	problems := l.Validate()
	require.Len(t, problems, 2)
	assert.Equal(t, "2002 units are more than the 2000 one centre holds", problems[0].Reason)
	assert.Equal(t, "20002 beds are more than the 20000 one centre holds", problems[1].Reason)
}

func TestDigestTellsLayoutsApart(t *testing.T) {
	l, same, other := sound(), sound(), sound()
	same.Sites = append([]capacity.Site{}, same.Sites...)
	other.Units[0].Beds[1].SideRoom = true
	assert.Len(t, l.Digest(), 16)
	assert.Equal(t, l.Digest(), same.Digest())
	assert.NotEqual(t, l.Digest(), other.Digest())

	zoned, hours, areas := sound(), sound(), sound()
	zoned.System.Zone = london2027
	hours.Feeds[0].Cadence = []capacity.Cadence{{To: 60, Every: 60}}
	areas.Units[1].Areas = []capacity.Area{{ID: "majors"}}
	for _, changed := range []capacity.Layout{zoned, hours, areas} {
		assert.NotEqual(t, l.Digest(), changed.Digest())
	}
	same.System.Zone, same.Feeds[0].Cadence, same.Units[1].Areas, same.Units[0].Specialties = capacity.Zone{}, []capacity.Cadence{}, []capacity.Area{}, []string{}
	assert.Equal(t, l.Digest(), same.Digest(), "an empty list says nothing")

	near, ruled, placed := sound(), sound(), sound()
	near.Localities[0].East = 5
	rule(capacity.SiteRule{ID: "no-stroke", Service: "STR"})(&ruled)
	placed.Units[0].Locality = "east"
	for _, changed := range []capacity.Layout{near, ruled, placed} {
		assert.NotEqual(t, l.Digest(), changed.Digest())
	}

	bare, empty := capacity.Layout{}, capacity.Layout{Sites: []capacity.Site{}, Feeds: []capacity.Feed{}}
	assert.Equal(t, bare.Digest(), empty.Digest())
}

func TestNearest(t *testing.T) {
	words := []string{"supplies", "name", "every", "id"}
	assert.Equal(t, "every", capacity.Nearest("evry", words))
	assert.Equal(t, "supplies", capacity.Nearest("suplies", words))
	assert.Empty(t, capacity.Nearest("colour", words))
}
