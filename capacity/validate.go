package capacity

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits on a layout.
const (
	MaxUnits = 2_000
	MaxBeds  = 20_000
	MaxShort = 14 // characters of a site's short name
	MaxAreas = 50 // areas of one A&E department
)

// Problem is one thing that is wrong with a layout.
type Problem struct {
	Path   string // where, such as units[3].beds[2].id; empty for the layout as a whole
	Reason string // what is wrong
	Remedy string // what to do about it
}

// Validate gives all that is wrong with the layout, in its order; nothing for a
// sound one. It does not look at the time zone, which needs the zone files.
func (l *Layout) Validate() []Problem {
	c := check{layout: l, meant: map[string]meaning{}, clash: map[[2]int]bool{}}
	c.frame()
	for i := range l.Units {
		c.unit(i)
	}
	c.places()
	return c.problems
}

// Digest is 16 hexadecimal digits over everything the layout says. Two layouts with
// one digest are the same layout.
func (l *Layout) Digest() string {
	whole := *l
	whole.Organisations = listed(whole.Organisations)
	whole.Sites = listed(whole.Sites)
	whole.Units = listed(whole.Units)
	whole.Feeds = slices.Clone(listed(whole.Feeds))
	for i := range whole.Feeds {
		whole.Feeds[i].Supplies = listed(whole.Feeds[i].Supplies)
	}
	text, err := json.Marshal(&whole)
	if err != nil {
		panic("capacity: a layout of plain values did not encode: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// listed makes no list and an empty list the same.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Supplies are what a feed can be said to supply: who is in which bed, what beds are open
// and clean, arrivals and discharges to come, A&E with its milestones or as a list only,
// ambulances, bed requests, electives, discharge (criteria to reside, pathway, delays), free
// places outside hospital beds, referrals to them, transfers between sites, and the calls of
// a co-ordination centre.
func Supplies() []string {
	return []string{"occupancy", "beds", "cleaning", "expected", "ae", "ae_list", "ambulances", "requests", "electives", "discharge", "places", "referrals", "transfers", "calls"}
}

// SiteKinds are the kinds of site there are.
func SiteKinds() []SiteKind { return []SiteKind{Acute, Community} }

// AreaKinds are the kinds of area there are.
func AreaKinds() []AreaKind {
	return []AreaKind{Resus, Majors, Minors, Streaming, Corridor, OtherArea}
}

// UnitKinds are the kinds of unit there are.
func UnitKinds() []UnitKind {
	return slices.Concat([]UnitKind{Ward, AssessmentUnit, CriticalCare, CommunityWard, DayUnit, AandE, DischargeLounge}, PlaceKinds(), []UnitKind{CoordinationCentre})
}

// PlaceKinds are the kinds of unit that have places instead of beds, home first.
func PlaceKinds() []UnitKind {
	return []UnitKind{
		VirtualWard, UrgentResponse, HomeCare, NeighbourhoodTeam, SameDayCare, LocalityHub, RespiratoryHub, WaitingService,
		ShortStay, IntermediateCare, CareHome, CrisisHouse, Hospice, PlaceOfSafety,
	}
}

// PlaceNeeds are what a place outside hospital may have to meet, as codes.
func PlaceNeeds() []string {
	return []string{"hoist", "two_carers", "nursing", "dementia", "wandering", "bariatric", "oxygen", "iv", "catheter", "wheelchair", "end_of_life", "infection", "stairs", "night_care"}
}

// BedNeeds are what a bed may have to be, as codes.
func BedNeeds() []string {
	return []string{"side_room", "male", "female", "level_2", "level_3", "paediatric", "monitored"}
}

// BedClasses are the bed classes there are.
func BedClasses() []BedClass {
	return []BedClass{AdultGA, CriticalCareClass, Paediatric, Maternity, CommunityClass, DayClass}
}

// HasBeds tells whether units of the kind hold their patients in beds.
func (k UnitKind) HasBeds() bool {
	return k != AandE && k != DischargeLounge && k != CoordinationCentre && !k.HasPlaces()
}

// HasPlaces tells whether units of the kind have places that they tell as numbers.
func (k UnitKind) HasPlaces() bool { return slices.Contains(PlaceKinds(), k) }

type check struct {
	layout   *Layout
	problems []Problem
	meant    map[string]meaning // what each place name means
	clash    map[[2]int]bool    // units whose own names clash: their beds' names do too
}

// meaning is the unit, or bed, area or sort of places of a unit, that a place name stands for.
type meaning struct {
	unit, bed, area, sort int // all but unit are -1 where they are not meant
}

// whole tells whether a unit is meant and no part of it.
func (m meaning) whole() bool { return m.bed < 0 && m.area < 0 && m.sort < 0 }

func (c *check) add(path, reason, remedy string) {
	c.problems = append(c.problems, Problem{path, reason, remedy})
}

func (c *check) frame() {
	l := c.layout
	c.id("system.id", l.System.ID)
	c.name("system.name", l.System.Name)
	if l.System.TimeZone == "" {
		c.add("system.time_zone", "the system has no time zone", "say which, such as time_zone: Europe/London")
	}
	unique(c, "organisations", l.Organisations, func(o Organisation) string { return o.ID })
	for i, o := range l.Organisations {
		c.name(at("organisations", i, "name"), o.Name)
	}
	c.localities()
	unique(c, "sites", l.Sites, func(s Site) string { return s.ID })
	for i, s := range l.Sites {
		c.site(i, s)
	}
	unique(c, "feeds", l.Feeds, func(f Feed) string { return f.ID })
	for i, f := range l.Feeds {
		c.feed(i, f)
	}
	unique(c, "units", l.Units, func(u Unit) string { return u.ID })
	if len(l.Sites) == 0 {
		c.add("sites", "the system has no site", "name at least one hospital or community base under sites:")
	}
	if len(l.Units) == 0 {
		c.add("units", "the system has no unit", "name at least one ward under units:")
	}
	beds := 0
	for _, u := range l.Units {
		beds += len(u.Beds)
	}
	if len(l.Units) > MaxUnits {
		c.add("units", fmt.Sprintf("%d units are more than the %d one centre holds", len(l.Units), MaxUnits), "split the system between two centres")
	}
	if beds > MaxBeds {
		c.add("units", fmt.Sprintf("%d beds are more than the %d one centre holds", beds, MaxBeds), "split the system between two centres")
	}
}

func (c *check) site(i int, s Site) {
	c.name(at("sites", i, "name"), s.Name)
	c.known(at("sites", i, "organisation"), "organisation", s.Organisation, ids(c.layout.Organisations, func(o Organisation) string { return o.ID }))
	if utf8.RuneCountInString(s.Short) > MaxShort {
		c.add(at("sites", i, "short"), fmt.Sprintf("short name %q is longer than %d characters", s.Short, MaxShort), "shorten it: it stands where there is little room")
	}
	c.oneOf(at("sites", i, "kind"), "kind of site", string(s.Kind), texts(SiteKinds()))
	c.rules(i, s)
}

func (c *check) feed(i int, f Feed) {
	c.name(at("feeds", i, "name"), f.Name)
	switch f.ID {
	case "centre":
		c.add(at("feeds", i, "id"), "centre is what the centre itself says", "choose another id for the feed")
	case "alerts":
		c.add(at("feeds", i, "id"), "alerts is what comes back from the alert path", "choose another id for the feed; to be told of alerts write centre: alerts: {}")
	case "desk":
		c.add(at("feeds", i, "id"), "desk is what people of the centre say", "choose another id for the feed")
	}
	if f.Every < 10 || f.Every > 7*24*3600 {
		c.add(at("feeds", i, "every"), fmt.Sprintf("a feed that is expected every %d s is outside 10 s to 7 days", f.Every), "say within what time something always comes, such as every: 15m")
	}
	if len(f.Supplies) == 0 {
		c.add(at("feeds", i, "supplies"), "the feed supplies nothing", "list some of "+strings.Join(Supplies(), ", "))
	}
	for j, s := range f.Supplies {
		c.oneOf(fmt.Sprintf("feeds[%d].supplies[%d]", i, j), "supply", s, Supplies())
	}
	c.cadence(i, &f)
}

// cadence checks the hours of the week of a feed.
func (c *check) cadence(i int, f *Feed) {
	before := len(c.problems)
	for j, h := range f.Cadence {
		path := fmt.Sprintf("feeds[%d].cadence[%d]", i, j)
		for _, p := range (Hours{h.Days, h.From, h.To}).problems() {
			c.add(path+"."+p.Path, p.Reason, p.Remedy)
		}
		if h.Every != 0 && (h.Every < 10 || h.Every > 7*24*3600) {
			c.add(path+".every", fmt.Sprintf("a feed that is expected every %d s is outside 10 s to 7 days", h.Every), "say within what time something always comes, such as every: 15m, or never")
		}
	}
	if len(f.Cadence) > 0 && len(c.problems) == before && f.Every > 0 && f.Deadline(weekStart, nil) == 0 {
		c.add(at("feeds", i, "cadence"), "the silence of the feed would never be told: in no hours of the week is something expected within them",
			"let some hours be longer than their every")
	}
}

func (c *check) unit(i int) {
	u := &c.layout.Units[i]
	c.name(at("units", i, "name"), u.Name)
	c.known(at("units", i, "site"), "site", u.Site, ids(c.layout.Sites, func(s Site) string { return s.ID }))
	c.oneOf(at("units", i, "kind"), "kind of unit", string(u.Kind), texts(UnitKinds()))
	switch {
	case !u.Kind.HasBeds() && len(u.Beds) > 0:
		c.add(at("units", i, "beds"), fmt.Sprintf("a unit of kind %s has beds", u.Kind), "leave the beds out, or give it a kind that has beds, such as assessment_unit")
	case u.Kind.HasBeds() && slices.Contains(UnitKinds(), u.Kind) && len(u.Beds) == 0:
		c.add(at("units", i, "beds"), fmt.Sprintf("unit %s has no beds", u.ID), "list its beds, such as bays: [{name: Bay A, beds: A1-A6}]")
	}
	if u.Class != "" || (u.Kind.HasBeds() && len(u.Beds) > 0) {
		c.oneOf(at("units", i, "class"), "bed class", string(u.Class), texts(BedClasses()))
	}
	for j, f := range u.Feeds {
		c.known(fmt.Sprintf("units[%d].feeds[%d]", i, j), "feed", f, ids(c.layout.Feeds, func(f Feed) string { return f.ID }))
	}
	c.thresholds(i, u)
	for j, s := range u.Specialties {
		if !made(s, 40, codeLetters) {
			c.add(fmt.Sprintf("units[%d].specialties[%d]", i, j), fmt.Sprintf("specialty %q is not a code of 1 to 40 letters, digits, dots, dashes and underscores", s), "write it as feeds do, such as 300")
		}
	}
	unique(c, fmt.Sprintf("units[%d].beds", i), u.Beds, func(b Bed) string { return b.ID })
	c.sexes(i, u)
	c.areas(i, u)
	c.sorts(i, u)
	c.referrals(i, u)
}

const codeLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

// sexes checks whom the beds are for. A bay is for one sex; side rooms are each their own.
func (c *check) sexes(i int, u *Unit) {
	bays := map[string]string{}
	for j, b := range u.Beds {
		path := fmt.Sprintf("units[%d].beds[%d].sex", i, j)
		if b.Sex != "" {
			c.oneOf(path, "sex a bed can be for", b.Sex, []string{"male", "female"})
		}
		if b.Bay == "" || b.SideRoom {
			continue
		}
		if first, ok := bays[b.Bay]; ok && first != b.Sex {
			c.add(path, fmt.Sprintf("bay %q of unit %s is not for one sex in all its beds", b.Bay, u.ID), "say sex: once, of the bay; leave it out where both may be")
		}
		bays[b.Bay] = b.Sex
	}
}

func (c *check) areas(i int, u *Unit) {
	list := fmt.Sprintf("units[%d].areas", i)
	if len(u.Areas) > 0 && u.Kind != AandE {
		c.add(list, fmt.Sprintf("a unit of kind %s has areas", u.Kind), "only an A&E department has areas: leave them out, or make it kind: ae")
		return
	}
	if len(u.Areas) > MaxAreas {
		c.add(list, fmt.Sprintf("%d areas are more than the %d a department may have", len(u.Areas), MaxAreas), "name the parts of the department, not its cubicles")
	}
	unique(c, list, u.Areas, func(a Area) string { return a.ID })
	for j, a := range u.Areas {
		c.name(at(list, j, "name"), a.Name)
		c.oneOf(at(list, j, "kind"), "kind of area", string(a.Kind), texts(AreaKinds()))
		if a.Spaces < 0 || a.Spaces > 500 {
			c.add(at(list, j, "spaces"), fmt.Sprintf("%d spaces are outside 0 to 500", a.Spaces), "say how many patients it is meant for, 0 for none")
		}
	}
}

func (c *check) thresholds(i int, u *Unit) {
	for _, t := range []struct {
		name  string
		value int
	}{{"pressure_at", u.PressureAt}, {"full_at", u.FullAt}} {
		if t.value != 0 && (t.value < 50 || t.value > 150) {
			c.add(at("units", i, t.name), fmt.Sprintf("%s: %d is outside 50 to 150 percent of open beds", t.name, t.value), "give a percentage, such as 92")
		}
	}
	if u.PressureAt != 0 && u.FullAt != 0 && u.PressureAt > u.FullAt {
		c.add(at("units", i, "pressure_at"), fmt.Sprintf("pressure_at %d is above full_at %d", u.PressureAt, u.FullAt), "pressure must come before full: lower pressure_at")
	}
	const day = 24 * 3600
	if u.CleanWithin < 0 || u.CleanWithin > 7*day {
		c.add(at("units", i, "clean_within"), "clean_within is outside 0 to 7 days", "say how long cleaning a bed should take, such as 60m")
	}
	if u.AssumedClean < 0 || u.AssumedClean > 7*day {
		c.add(at("units", i, "assumed_clean"), "assumed_clean is outside 0 to 7 days", "say after how long a bed nobody reported counts as clean, such as 4h, or 0 for never")
	}
	if u.AssumedClean > 0 && u.AssumedClean < u.CleanWithin {
		c.add(at("units", i, "assumed_clean"), "assumed_clean is shorter than clean_within", "a bed cannot be assumed clean before it should be: raise assumed_clean")
	}
}

// places checks that no name a feed may use means two things.
func (c *check) places() {
	for i := range c.layout.Units {
		u := &c.layout.Units[i]
		for j, name := range u.Names() {
			path := at("units", i, "id")
			if j > 0 {
				path = fmt.Sprintf("units[%d].aliases[%d]", i, j-1)
			}
			c.means(path, name, meaning{i, -1, -1, -1})
		}
	}
	for i := range c.layout.Units {
		u := &c.layout.Units[i]
		for j := range u.Beds {
			own := len(u.BedNames(&u.Beds[j])) - len(u.Beds[j].Aliases)
			for k, name := range u.BedNames(&u.Beds[j]) {
				path := fmt.Sprintf("units[%d].beds[%d].id", i, j)
				if k >= own {
					path = fmt.Sprintf("units[%d].beds[%d].aliases[%d]", i, j, k-own)
				}
				c.means(path, name, meaning{i, j, -1, -1})
			}
		}
		for j := range u.Areas {
			own := len(u.AreaNames(&u.Areas[j])) - len(u.Areas[j].Aliases)
			for k, name := range u.AreaNames(&u.Areas[j]) {
				path := fmt.Sprintf("units[%d].areas[%d].id", i, j)
				if k >= own {
					path = fmt.Sprintf("units[%d].areas[%d].aliases[%d]", i, j, k-own)
				}
				c.means(path, name, meaning{i, -1, j, -1})
			}
		}
		c.placesNamed(i)
	}
}

func (c *check) means(path, name string, m meaning) {
	if name == "" || len(name) > 256 {
		c.add(path, fmt.Sprintf("place name %q is empty or longer than 256 bytes", name), "write what the feed calls it, such as RWP50/W04")
		return
	}
	first, taken := c.meant[name]
	if !taken {
		c.meant[name] = m
		return
	}
	one, other := &c.layout.Units[first.unit], &c.layout.Units[m.unit]
	pair := [2]int{first.unit, m.unit}
	switch {
	case first == m, c.clash[pair]:
		return
	case first.unit == m.unit && first.bed >= 0 && m.bed >= 0 && one.Beds[first.bed].ID == one.Beds[m.bed].ID:
		return // told already: two beds with one id
	case first.unit == m.unit && first.area >= 0 && m.area >= 0 && one.Areas[first.area].ID == one.Areas[m.area].ID:
		return // told already: two areas with one id
	case first.unit == m.unit && first.sort >= 0 && m.sort >= 0 && one.Places[first.sort].ID == one.Places[m.sort].ID:
		return // told already: two sorts of places with one id
	case m.whole():
		c.clash[pair] = true
		if first.whole() && one.ID == other.ID {
			return // told already: two units with one id
		}
	}
	c.add(path, fmt.Sprintf("%q means both %s and %s", name, c.called(first), c.called(m)), "a feed that says it could mean either: give one of them another name")
}

func (c *check) called(m meaning) string {
	u := &c.layout.Units[m.unit]
	switch {
	case m.bed >= 0:
		return "bed " + u.ID + "/" + u.Beds[m.bed].ID
	case m.area >= 0:
		return "area " + u.ID + "/" + u.Areas[m.area].ID
	case m.sort >= 0:
		return "places " + u.ID + "/" + u.Places[m.sort].ID
	}
	return "unit " + u.ID
}

func unique[T any](c *check, list string, all []T, id func(T) string) {
	seen := map[string]int{}
	beds := strings.HasSuffix(list, "beds")
	for i, item := range all {
		path, value := at(list, i, "id"), id(item)
		if beds {
			c.bedID(path, value)
		} else {
			c.id(path, value)
		}
		if first, twice := seen[value]; twice && value != "" {
			c.add(path, fmt.Sprintf("id %q is also that of %s[%d]", value, list, first), "give each its own id")
			continue
		}
		seen[value] = i
	}
}

func (c *check) id(path, id string) {
	if !made(id, 40, "abcdefghijklmnopqrstuvwxyz0123456789-") {
		c.add(path, fmt.Sprintf("id %q is not 1 to 40 small letters, digits and dashes", id), "write it like wrh-w4")
	}
}

func (c *check) bedID(path, id string) {
	if !made(id, 24, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-") {
		c.add(path, fmt.Sprintf("bed %q is not 1 to 24 letters, digits, spaces, dots, dashes and underscores", id), "write it like A1")
	}
}

func made(text string, most int, of string) bool {
	return text != "" && len(text) <= most && strings.Trim(text, of) == ""
}

func (c *check) name(path, name string) {
	if strings.TrimSpace(name) == "" || utf8.RuneCountInString(name) > 80 {
		c.add(path, fmt.Sprintf("name %q is empty or longer than 80 characters", name), "give the name people use")
	}
}

// known checks that something refers to what exists.
func (c *check) known(path, what, value string, all []string) {
	if slices.Contains(all, value) {
		return
	}
	remedy := "add it, or name one of " + strings.Join(all, ", ")
	if len(all) == 0 {
		remedy = "add the " + what + " first; there is none yet"
	}
	if near := Nearest(value, all); near != "" {
		remedy = "did you mean " + near + "?"
	}
	c.add(path, fmt.Sprintf("there is no %s %q", what, value), remedy)
}

// oneOf checks a word out of a fixed list.
func (c *check) oneOf(path, what, value string, all []string) {
	if slices.Contains(all, value) {
		return
	}
	remedy := "use one of " + strings.Join(all, ", ")
	if near := Nearest(value, all); near != "" {
		remedy = "did you mean " + near + "?"
	}
	c.add(path, fmt.Sprintf("%q is no %s", value, what), remedy)
}

// Nearest is the word of the list that is most likely meant by a mistyped one, and
// empty when none is near.
func Nearest(mistyped string, words []string) string {
	best, most := "", max(1, len(mistyped)/3)
	for _, w := range slices.Sorted(slices.Values(words)) {
		if d := distance(mistyped, w); d <= most {
			best, most = w, d-1
		}
	}
	return best
}

// distance counts the letters to add, drop or change to get from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := diagonal
			if a[i] != b[j] {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

func at(list string, i int, field string) string { return fmt.Sprintf("%s[%d].%s", list, i, field) }

func ids[T any](all []T, id func(T) string) []string {
	out := make([]string, len(all))
	for i, item := range all {
		out[i] = id(item)
	}
	slices.SortFunc(out, cmp.Compare)
	return slices.Compact(out)
}

func texts[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, t := range all {
		out[i] = string(t)
	}
	return out
}
