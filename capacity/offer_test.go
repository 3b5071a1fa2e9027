package capacity

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var towns = []Locality{{ID: "worcester"}, {ID: "malvern", East: -9, North: -6}, {ID: "evesham", East: 20, North: -14}, {ID: "tenbury", East: -25, North: 15.4}}

// home1 is a care home in Malvern, with so many free of five, told at eight today.
func aHome(id string, free int, change ...func(*Candidate)) Candidate {
	used := 5 - free
	c := Candidate{
		&Unit{ID: id, Kind: CareHome, Locality: "malvern"},
		&Slots{Told: today("08:00"), Expires: on(-1, "12:00"), Sorts: []Slot{{ID: "beds", Open: 5, Used: &used}}},
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func in(town string) func(*Candidate)      { return func(c *Candidate) { c.Unit.Locality = town } }
func atHome(c *Candidate)                  { c.Unit.Home, c.Unit.Kind = true, UrgentResponse }
func meets(n ...string) func(*Candidate)   { return func(c *Candidate) { c.Unit.Meets = n } }
func refuses(n ...string) func(*Candidate) { return func(c *Candidate) { c.Unit.Refuses = n } }
func serves(n ...string) func(*Candidate)  { return func(c *Candidate) { c.Unit.Serves = n } }
func aged(from, to int) func(*Candidate) {
	return func(c *Candidate) { c.Unit.AgeFrom, c.Unit.AgeTo = from, to }
}
func stepping(way string) func(*Candidate) { return func(c *Candidate) { c.Unit.Step = way } }
func opens(from, to int) func(*Candidate) {
	return func(c *Candidate) { c.Unit.Hours = []Hours{{From: from * 60, To: to * 60}} }
}

func closed(until Instant) func(*Candidate) {
	return func(c *Candidate) { c.Slots.Shut, c.Slots.Until, c.Slots.Reason = true, until, "infection_control" }
}
func untold(c *Candidate)          { c.Slots.Told, c.Slots.Sorts[0].Used = Moment{}, nil }
func outdated(c *Candidate)        { c.Slots.Expires = on(0, "12:00") }
func keeps(n int) func(*Candidate) { return func(c *Candidate) { c.Slots.Sorts[0].Kept = n } }
func next(c *Candidate)            { c.Slots.Sorts[0].Next = on(0, "18:00") }
func second(free int) func(*Candidate) {
	return func(c *Candidate) {
		c.Slots.Sorts = append(c.Slots.Sorts, Slot{ID: "more", Open: free, Used: number(0)})
	}
}

// TestOffersByHand: who is offered, in which order and with what to ask; and who is not, by
// which rule.
func TestOffersByHand(t *testing.T) {
	homes := Need{Kinds: []UnitKind{CareHome, UrgentResponse}, Locality: "worcester"}
	with := func(change func(*Need)) Need {
		n := homes
		change(&n)
		return n
	}
	for _, v := range []struct {
		what    string
		need    Need
		units   []Candidate
		offered string // unit, ? before what is to be asked, @ before when it is usable
		refused string // unit:rule
	}{
		{"one that has a place", homes, []Candidate{aHome("a", 1)}, "a", ""},
		{"one that is full", homes, []Candidate{aHome("a", 0)}, "", "a:full"},
		{"its last place is kept for another", homes, []Candidate{aHome("a", 1, keeps(1))}, "", "a:full"},
		{"more are kept than there are", homes, []Candidate{aHome("a", 1, keeps(3))}, "", "a:full"},
		{"of two sorts one has a place", homes, []Candidate{aHome("a", 0, second(2))}, "a", ""},
		{"one of another kind is no candidate", homes, []Candidate{aHome("a", 1, func(c *Candidate) { c.Unit.Kind = Hospice })}, "", ""},
		{"any kind where none is sought", with(func(n *Need) { n.Kinds = nil }), []Candidate{aHome("a", 1, func(c *Candidate) { c.Unit.Kind = Hospice })}, "a", ""},
		{"a ward has no places", with(func(n *Need) { n.Kinds = nil }), []Candidate{{&Unit{ID: "w", Kind: Ward}, nil}}, "", ""},
		{"home first, though it is farther", homes, []Candidate{aHome("a", 1, in("worcester")), aHome("b", 1, in("tenbury"), atHome)}, "b a", ""},
		{"then the nearest", homes, []Candidate{aHome("a", 5, in("evesham")), aHome("b", 1), aHome("c", 2, in("worcester"))}, "c b a", ""},
		{"nobody knows where the one is: it is after those of which it is known", homes, []Candidate{aHome("a", 1, in("")), aHome("b", 1, in("evesham"))}, "b a", ""},
		{"nobody told where the person lives: by when they can be used", with(func(n *Need) { n.Locality = "" }), []Candidate{aHome("a", 1, opens(18, 20)), aHome("b", 1, in("evesham"))}, "b a@18:00", ""},
		{"as near: the one usable soonest", homes, []Candidate{aHome("a", 1, opens(18, 20)), aHome("b", 1, opens(16, 20)), aHome("c", 1)}, "c b@16:00 a@18:00", ""},
		{"as near and as soon: by id", homes, []Candidate{aHome("b", 1), aHome("a", 1)}, "a b", ""},
		{"its hours are over until tomorrow", homes, []Candidate{aHome("a", 1, opens(8, 12))}, "a@1+08:00", ""},
		{"closed, nobody knows until when", homes, []Candidate{aHome("a", 1, closed(0))}, "", "a:accepting"},
		{"closed until five", homes, []Candidate{aHome("a", 1, closed(on(0, "17:00")))}, "a@17:00", ""},
		{"closed until its hours are over", homes, []Candidate{aHome("a", 1, opens(8, 20), closed(on(0, "21:00")))}, "a@1+08:00", ""},
		{"closed until before now", homes, []Candidate{aHome("a", 1, closed(on(0, "14:00")))}, "a", ""},
		{"never open", homes, []Candidate{aHome("a", 1, func(c *Candidate) { c.Unit.Hours = []Hours{{Days: "never"}} })}, "", "a:hours"},
		{"it cannot hoist", with(func(n *Need) { n.Needs = []string{"hoist"} }), []Candidate{aHome("a", 1, refuses("hoist"))}, "", "a:need"},
		{"it can", with(func(n *Need) { n.Needs = []string{"hoist"} }), []Candidate{aHome("a", 1, meets("hoist"))}, "a", ""},
		{"nobody knows: ask", with(func(n *Need) { n.Needs = []string{"hoist", "oxygen"} }), []Candidate{aHome("a", 1, meets("oxygen"))}, "a?hoist", ""},
		{"one of two needs is refused", with(func(n *Need) { n.Needs = []string{"oxygen", "hoist"} }), []Candidate{aHome("a", 1, meets("oxygen"), refuses("hoist"))}, "", "a:need"},
		{"too young", with(func(n *Need) { n.Age = 64 }), []Candidate{aHome("a", 1, aged(65, 0))}, "", "a:age"},
		{"just old enough, and just young enough", with(func(n *Need) { n.Age = 65 }), []Candidate{aHome("a", 1, aged(65, 0)), aHome("b", 1, aged(18, 65)), aHome("c", 1, aged(0, 64))}, "a b", "c:age"},
		{"nobody told the age: ask where there are limits", homes, []Candidate{aHome("a", 1, aged(18, 64)), aHome("b", 1)}, "a?age b", ""},
		{"it does not serve the town", homes, []Candidate{aHome("a", 1, serves("malvern", "evesham")), aHome("b", 1, serves("worcester"))}, "b", "a:locality"},
		{"nobody told the town: ask where some only are served", with(func(n *Need) { n.Locality = "" }), []Candidate{aHome("a", 1, serves("malvern"))}, "a?locality", ""},
		{"instead of hospital: not where people come from it", with(func(n *Need) { n.Step = "up" }), []Candidate{aHome("a", 1, stepping("down")), aHome("b", 1, stepping("up")), aHome("c", 1)}, "b c", "a:step"},
		{"from hospital: not where people are to be kept out of it", with(func(n *Need) { n.Step = "down" }), []Candidate{aHome("a", 1, stepping("up")), aHome("b", 1, stepping("down"))}, "b", "a:step"},
		{"never told: last, and to be asked", homes, []Candidate{aHome("a", 1, in("worcester"), untold), aHome("b", 1, in("evesham"))}, "b a?places", ""},
		{"at home and never told: after a home that told", homes, []Candidate{aHome("a", 1, atHome, untold), aHome("b", 1)}, "b a?places", ""},
		{"never told and refuses the need", with(func(n *Need) { n.Needs = []string{"iv"} }), []Candidate{aHome("a", 1, refuses("iv"), untold)}, "", "a:need"},
		{"told long ago: kept", homes, []Candidate{aHome("a", 1, outdated)}, "a", ""},
		{"full, as told long ago", homes, []Candidate{aHome("a", 0, outdated, next)}, "", "a:full"},
		{"the first rule that it breaks is told", with(func(n *Need) { n.Needs, n.Age = []string{"iv"}, 20 }), []Candidate{aHome("a", 0, refuses("iv"), aged(65, 0), closed(0))}, "", "a:need"},
	} {
		offers, refused := Offers(v.need, v.units, Distances(towns), &Clock{Now: now, Zone: london})
		var texts, not []string
		for _, o := range offers {
			text := o.Unit
			if len(o.Ask) > 0 {
				text += "?" + strings.Join(o.Ask, ",")
			}
			if o.From != 0 {
				text += "@"
				if o.From > on(-1, "00:00") {
					text += "1+"
				}
				text += o.From.Time().Format("15:04")
			}
			texts = append(texts, text)
		}
		for _, r := range refused {
			not = append(not, r.Unit+":"+r.Rule)
		}
		assert.Equal(t, v.offered, strings.Join(texts, " "), v.what)
		assert.Equal(t, v.refused, strings.Join(not, " "), v.what)
	}
}

// TestOffersSay: the distance in whole kilometres, how old what was told is, what was seen
// and needed, and when the next place is expected.
func TestOffersSay(t *testing.T) {
	need := Need{Needs: []string{"hoist"}, Locality: "worcester", Age: 50}
	offers, refused := Offers(need, []Candidate{aHome("a", 2, outdated), aHome("b", 0, next), aHome("c", 1, refuses("hoist")), aHome("d", 1, aged(65, 0)), aHome("e", 1, aged(18, 49)), aHome("f", 1, closed(0)), aHome("g", 1, second(1))}, Distances(towns), &Clock{Now: now, Zone: london})
	require.Equal(t, Offer{Unit: "a", Sort: "beds", Km: number(11), Free: number(2), State: "old", Told: on(0, "08:00"), Ask: []string{"hoist"}}, offers[0])
	require.Empty(t, offers[1].Sort, "two sorts have places free")
	require.Equal(t, []NotOffered{
		{"b", "full", "0", "1", on(0, "18:00")}, {"c", "need", "no_hoist", "hoist", 0}, {"d", "age", "50", "65 or more", 0}, {"e", "age", "50", "18 to 49", 0}, {"f", "accepting", "infection_control", "accepting", 0},
	}, refused)
	_, known := Distances(towns)("worcester", "nowhere")
	require.False(t, known)
}

// fits says by its own lights whether a unit may be offered.
func fits(n Need, c Candidate) bool {
	u, s := c.Unit, c.Slots
	if len(n.Kinds) > 0 && !slices.Contains(n.Kinds, u.Kind) || n.Step != "" && u.Step != "" && n.Step != u.Step {
		return false
	}
	for _, x := range n.Needs {
		if slices.Contains(u.Refuses, x) {
			return false
		}
	}
	if n.Age != 0 && (u.AgeFrom != 0 && n.Age < u.AgeFrom || u.AgeTo != 0 && n.Age > u.AgeTo) {
		return false
	}
	if n.Locality != "" && len(u.Serves) > 0 && !slices.Contains(u.Serves, n.Locality) {
		return false
	}
	if s.Shut && s.Until == 0 {
		return false
	}
	for _, x := range s.Sorts {
		if x.Used == nil || x.Open-*x.Used-x.Kept-x.Begun > 0 {
			return true
		}
	}
	return len(s.Sorts) == 0
}

// TestOffersHold: in 100,000 random cases who does not fit is never offered and who does
// always is, the same asked again gives the same whatever order the units are in, and one
// more place makes a unit's standing no worse.
func TestOffersHold(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	some := func(of ...string) (all []string) {
		for _, x := range of {
			if r.IntN(3) == 0 {
				all = append(all, x)
			}
		}
		return all
	}
	maybe := func(of ...string) string { return append(of, "")[r.IntN(len(of)+1)] }
	for range 100_000 {
		need := Need{Needs: some("hoist", "iv"), Age: r.IntN(3) * 40, Locality: maybe("worcester", "malvern", "nowhere"), Step: maybe("up", "down")}
		if r.IntN(2) == 0 {
			need.Kinds = []UnitKind{CareHome}
		}
		var units []Candidate
		for i := range 4 {
			c := aHome(fmt.Sprint(i), r.IntN(3), in(maybe("worcester", "malvern", "evesham")), keeps(r.IntN(2)))
			u := c.Unit
			u.Meets, u.Refuses, u.Serves, u.Step, u.AgeFrom, u.Home = some("hoist", "iv"), some("hoist", "iv"), some("worcester", "malvern"), maybe("up", "down"), r.IntN(2)*65, r.IntN(2) == 0
			if r.IntN(2) == 0 {
				u.Kind = Hospice
			}
			if r.IntN(3) == 0 {
				u.Hours = []Hours{{From: 60 * r.IntN(24), To: 60 * r.IntN(24)}}
			}
			if r.IntN(4) == 0 {
				closed([]Instant{0, on(0, "12:00"), on(0, "17:00")}[r.IntN(3)])(&c)
			}
			if r.IntN(4) == 0 {
				untold(&c)
			}
			units = append(units, c)
		}
		clock := &Clock{Now: now, Zone: london}
		offers, refused := Offers(need, units, Distances(towns), clock)
		offered := map[string]int{}
		for i, o := range offers {
			offered[o.Unit] = i
		}
		for _, c := range units {
			if _, is := offered[c.Unit.ID]; is != fits(need, c) {
				require.Fail(t, "offered and does not fit, or the other way", "%+v\n%+v\n%+v", need, *c.Unit, *c.Slots)
			}
		}
		reversed := slices.Clone(units)
		slices.Reverse(reversed)
		again, notAgain := Offers(need, reversed, Distances(towns), clock)
		slices.Reverse(notAgain)
		if fmt.Sprint(refused) != fmt.Sprint(notAgain) || !slices.EqualFunc(offers, again, func(a, b Offer) bool { return a.Unit == b.Unit }) {
			require.Fail(t, "another order of units gives other offers")
		}
		more := &units[r.IntN(len(units))]
		more.Slots.Sorts[0].Open++
		better, _ := Offers(need, units, Distances(towns), clock)
		at := slices.IndexFunc(better, func(o Offer) bool { return o.Unit == more.Unit.ID })
		if was, is := offered[more.Unit.ID]; is && (at < 0 || at > was) {
			require.Fail(t, "one more place made it worse", "%+v", *more.Unit)
		}
	}
}

// TestPageOfOffers: docs/offers.md has every rule.
func TestPageOfOffers(t *testing.T) {
	const page = "../docs/offers.md"
	var b bytes.Buffer
	b.WriteString(`# Offers

Which units a referral can be put to, ` + "`GET /api/v1/referrals/{id}/offers`" + `. The centre offers; a person decides, and may ask any unit. This page is made of the rules in ` + "`capacity/offer.go`" + `.

Each unit with places is held against these rules, in this order. One that breaks a rule is listed as refused with the first rule that it breaks, what was
seen and what is needed, and where it is known when the next place is expected. What nobody knows never counts as yes or no: the unit stays in the list, with what has to be asked.

| rule | what it asks | where nobody knows |
|---|---|---|
`)
	for _, r := range OfferRules() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.ID, r.Text, r.Unknown)
	}
	b.WriteString(`
Best first: those of which it is known that a place is free, before those that have to be asked for one; those where the person stays at home; the nearest, by the
middles of the two localities in whole kilometres, those of which that is not known last; those usable soonest; then by id. One more free place never makes a unit's standing worse.

What was told long ago stays in the list, marked ` + "`old`" + ` with its time: ask before you send anybody.
`)
	if *update {
		require.NoError(t, os.WriteFile(page, b.Bytes(), 0o644))
	}
	written, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, string(written), b.String(), "write it anew: go test ./capacity -run TestPageOfOffers -update")
}
