package capacity

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// chance draws pictures at a moment, with times near what measures look at.
type chance struct {
	*rapid.T
	now Instant
	seq uint64
}

func (c *chance) moment(always bool) Moment {
	if !always && rapid.IntRange(0, 2).Draw(c.T, "told") == 0 {
		return Moment{}
	}
	c.seq++
	return Moment{c.instant(), c.seq}
}

func (c *chance) instant() Instant {
	hours := rapid.SampledFrom([]int{-21 * 24, -7 * 24, -48, -24, -16, -12, -5, -4, -2, -1, 0, 1, 2, 4, 8, 10}).Draw(c.T, "hours")
	return c.now + Instant(hours)*3_600_000 + Instant(rapid.SampledFrom([]int{-3_600_000, -1_860_000, -60_000, -1, 0, 1, 60_000, 900_000, 900_001}).Draw(c.T, "ms"))
}

func (c *chance) word(of ...string) string { return rapid.SampledFrom(of).Draw(c.T, "word") }
func (c *chance) bool() bool               { return rapid.Bool().Draw(c.T, "bool") }
func (c *chance) number() int              { return rapid.IntRange(0, 8).Draw(c.T, "number") }

// department draws an A&E department with its ambulances and requests.
func (c *chance) department() *Picture {
	p := department()
	p.Known, p.Attendances = c.bool(), nil
	for i := range 2 * c.number() {
		a := &Attendance{Key: fmt.Sprintf("A%d", i), Area: c.word("", "resus", "majors", "minors", "hall"), Arrived: c.moment(true), Seen: c.moment(false), Referred: c.moment(false), Requested: c.moment(false), Decided: c.moment(false), Ready: c.moment(false), Left: c.moment(false), Streamed: c.number() == 0}
		a.Transit = a.Left.Told() && c.bool()
		p.Attendances = append(p.Attendances, a)
		if a.Requested.Told() && c.bool() {
			r := c.request()
			r.Origin, r.Requested = "ae", a.Requested
			p.Requests = append(p.Requests, r)
		}
	}
	for i := range c.number() {
		p.Ambulances = append(p.Ambulances, &Ambulance{ID: fmt.Sprint(i), Reason: c.word("not_conveyed", "diverted"), Inbound: c.moment(false), Arrived: c.moment(false), HandedOver: c.moment(false), Clear: c.moment(false), Cancelled: c.moment(false)})
	}
	for range c.number() {
		p.Requests = append(p.Requests, c.request())
	}
	return p
}

func (c *chance) request() *Request {
	r := &Request{Key: "R", Origin: c.word("ae", "elective", "transfer", "step_down", "gp"), Wants: BedClass(c.word(string(AdultGA), string(CriticalCareClass), string(Paediatric))), Requested: c.moment(true), Decided: c.moment(false), Left: c.moment(false), Arrived: c.moment(false), Cancelled: c.moment(false), Bed: c.word("", "w1/A1")}
	if c.bool() {
		r.Due = c.instant()
	}
	if c.bool() {
		r.Needs = []string{"side_room"}
	}
	return r
}

// ward draws a ward with its patients and requests.
func (c *chance) ward() *Picture {
	class := rapid.SampledFrom(BedClasses()).Draw(c.T, "class")
	p := &Picture{Unit: &Unit{ID: "w", Site: "general", Kind: Ward, Class: class, Specialties: []string{"110"}}, Known: c.number() > 0}
	for i := range 2 * c.number() {
		b := BedNow{ID: fmt.Sprintf("%02d", i), Bay: c.word("", "A", "B", "C"), SideRoom: c.number() == 0, State: BedState(c.word("occupied", "occupied", "reserved", "not_ready", "available", "closed")), Since: c.moment(true), Returns: c.bool()}
		if b.State == NotReady && c.bool() {
			b.Ready = c.instant()
		}
		p.Unit.Beds = append(p.Unit.Beds, Bed{ID: b.ID, Escalation: c.number() == 0})
		p.Beds = append(p.Beds, b)
		if b.State == Occupied {
			s := c.stay(i)
			s.Bed, s.Left = b.ID, Moment{}
			p.Stays = append(p.Stays, s)
		}
	}
	for i := range c.number() {
		p.Stays = append(p.Stays, c.stay(100+i))
	}
	for range c.number() {
		p.Requests = append(p.Requests, c.request())
	}
	return p
}

func (c *chance) stay(i int) *Stay {
	s := &Stay{
		Key: fmt.Sprintf("S%d", i), Service: c.word("", "110", "300"), Sex: c.word("", "male", "female"), Admitted: c.moment(true), Here: c.moment(true), Left: c.moment(false),
		Plan: Plan{NCTR: c.moment(false), Pathway: c.word("", "0", "1", "2", "3"), Reason: c.word(append(DelayGroups(), "")...), Certainty: c.word("", "definite", "potential"), Planned: c.moment(false)},
	}
	if c.bool() {
		s.Plan.Due = c.instant()
	}
	if c.bool() {
		s.Expected = c.instant()
	}
	for range c.number() / 3 {
		s.Moves = append(s.Moves, c.moment(true))
	}
	for range c.number() / 4 {
		s.Plan.Failures = append(s.Plan.Failures, Failure{Moment: c.moment(true)})
	}
	return s
}

// service draws a unit with places, or a co-ordination centre, with referrals and calls.
func (c *chance) service() *Picture {
	u := &Unit{ID: "s", Site: "general", Kind: rapid.SampledFrom(append(PlaceKinds(), CoordinationCentre, UrgentResponse, VirtualWard)).Draw(c.T, "kind")}
	if c.bool() {
		u.Hours = []Hours{{From: 480, To: 1200}}
	}
	p := &Picture{Unit: u}
	if u.Kind.HasPlaces() {
		p.Slots = &Slots{Told: c.moment(false), Expires: c.instant(), Shut: c.number() == 0}
		if c.bool() {
			p.Slots.Until = c.instant()
		}
		for i := range c.number() {
			x := Slot{ID: fmt.Sprint(i), Open: c.number(), Kept: c.number() / 3, Begun: c.number() / 3}
			if used := c.number(); c.bool() {
				x.Used = &used
			}
			if waiting := c.number(); c.bool() {
				x.Waiting = &waiting
			}
			p.Slots.Sorts = append(p.Slots.Sorts, x)
		}
	}
	for i := range 2 * c.number() {
		r := &Referral{ID: fmt.Sprint("F", i), Home: c.word("s", "other"), Unit: c.word("", "s", "other"), Within: 7200 * rapid.IntRange(0, 1).Draw(c.T, "within"), Made: c.moment(true), Started: c.moment(false), Ended: c.moment(false), Cancelled: c.moment(false)}
		if r.Unit != "" {
			r.Accepted = c.moment(true)
		}
		for range c.number() / 3 {
			r.Asked = append(r.Asked, Asked{Unit: c.word("s", "other"), Answered: c.moment(false), Answer: c.word("", "accepted", "declined")})
		}
		if c.bool() {
			r.Avoided = Avoided{State: c.word("claimed", "confirmed", "withdrawn", "cannot_be_checked"), Since: c.moment(true)}
		}
		p.Referrals = append(p.Referrals, r)
	}
	for i := range c.number() {
		p.Calls = append(p.Calls, &Call{ID: fmt.Sprint("C", i), Unit: "s", Raised: c.moment(true), Answered: c.moment(false), Closed: c.moment(false)})
	}
	return p
}

func (c *chance) picture() *Picture {
	switch c.number() % 3 {
	case 0:
		return c.department()
	case 1:
		return c.ward()
	}
	return c.service()
}

func drawn(t *rapid.T) *chance {
	times := []string{"2027-01-12T14:30:00Z", "2026-03-29T00:30:00Z", "2026-03-29T12:00:00Z", "2026-03-29T22:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T23:30:00Z", "2027-01-12T00:00:00Z", "2027-01-12T23:00:00Z"}
	return &chance{T: t, now: instant(rapid.SampledFrom(times).Draw(t, "now")) + Instant(rapid.IntRange(-3_600_000, 3_600_000).Draw(t, "ms"))}
}

// same makes two amounts comparable: how many units they were taken from, the items, and
// the order in which lists were added make no difference.
func same(a Amount) Amount {
	a.Units, a.Items = 0, nil
	a.Spread = slices.Sorted(slices.Values(a.Spread))
	a.Balances = slices.DeleteFunc(slices.Clone(a.Balances), func(b Balance) bool { return b.Needed == 0 && b.Usable == 0 })
	return a
}

// TestItemsMakeTheFigure: whoever adds the items up by the form of the measure gets its
// figure, and so does Recount; and nothing depends on whether the items are asked for.
func TestItemsMakeTheFigure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		p := c.picture()
		for i := range catalogue {
			m := &catalogue[i]
			a := m.Take(p, &Clock{Now: c.now, Zone: london}, true)
			if a.Units == 0 {
				continue
			}
			value, ok, few := m.Value(a)
			again, okAgain, fewAgain := m.Value(m.Recount(a.Items))
			require.Equal(t, []any{value, ok, few}, []any{again, okAgain, fewAgain}, m.Name)
			require.Equal(t, same(a), same(m.Take(p, &Clock{Now: c.now, Zone: london}, false)), m.Name)
			if ok {
				require.InDelta(t, byHand(m.Form, a.Items), value, 0.0501, m.Name)
			}
		}
	})
}

// byHand makes a value of items without the code under test.
func byHand(form Form, items []Item) float64 {
	sides := map[string]float64{}
	var total float64
	values := make([]float64, 0, len(items))
	for _, i := range items {
		sides[i.Side] += i.Value
		total += i.Value
		values = append(values, i.Value)
	}
	slices.Sort(values)
	switch form {
	case Share:
		return 100 * (sides[Part] + sides[Beyond]) / (sides[Part] + sides[Rest])
	case Mean:
		return total / float64(len(items))
	case Median:
		return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
	case Earliest:
		return values[0]
	case Shortfall: // of one site
		return math.Max(0, sides[Over]+sides[Decided]+sides[Elective]+sides[StepDown]+sides[Transfer]-sides[Usable]-sides[Cleaning]-sides[Leaving])
	}
	return total
}

// TestUnitsAddUp: a unit whose patients, beds, journeys and requests are dealt out over
// two units of the site has the figures of the two together. Patients without a bed stay
// with the available beds, a bay stays whole, and a request with its attendance.
func TestUnitsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		whole := c.picture()
		halves := c.deal(whole)
		for i := range catalogue {
			m := &catalogue[i]
			var sum Amount
			for _, p := range halves {
				sum.Add(m.Take(p, &Clock{Now: c.now, Zone: london}, false))
			}
			require.Equal(t, same(m.Take(whole, &Clock{Now: c.now, Zone: london}, false)), same(sum), m.Name)
		}
	})
}

func (c *chance) deal(whole *Picture) [2]*Picture {
	var units [2]Unit
	var halves [2]*Picture
	for i := range halves {
		units[i] = *whole.Unit
		units[i].ID, units[i].Areas = fmt.Sprint(whole.Unit.ID, i), nil
		halves[i] = &Picture{Unit: &units[i], Known: whole.Known}
	}
	any := func() int { return rapid.IntRange(0, 1).Draw(c.T, "unit") }
	c.dealService(whole, halves, any)
	areas, bays, beds, asked := map[string]int{"": any()}, map[string]int{"": any()}, map[string]int{}, map[uint64]int{}
	for _, a := range whole.Unit.Areas {
		areas[a.ID] = any()
		units[areas[a.ID]].Areas = append(units[areas[a.ID]].Areas, a)
	}
	for _, a := range whole.Attendances {
		h := halves[areas[a.Area]]
		h.Attendances = append(h.Attendances, a)
		asked[a.Requested.Seq] = areas[a.Area]
	}
	for _, a := range whole.Ambulances {
		h := halves[any()]
		h.Ambulances = append(h.Ambulances, a)
	}
	for _, r := range whole.Requests {
		i, ok := asked[r.Requested.Seq]
		if !ok {
			i = any()
		}
		halves[i].Requests = append(halves[i].Requests, r)
	}
	for _, b := range whole.Beds {
		if b.State == Available {
			bays[b.Bay] = 0
		}
	}
	for _, b := range whole.Beds {
		if _, ok := bays[b.Bay]; !ok {
			bays[b.Bay] = any()
		}
		beds[b.ID] = bays[b.Bay]
		halves[bays[b.Bay]].Beds = append(halves[bays[b.Bay]].Beds, b)
	}
	for _, s := range whole.Stays {
		halves[beds[s.Bed]].Stays = append(halves[beds[s.Bed]].Stays, s)
	}
	return halves
}

// dealService deals a unit's places, referrals and calls out: what counts at the unit counts
// at the half that has it.
func (c *chance) dealService(whole *Picture, halves [2]*Picture, any func() int) {
	if whole.Slots != nil {
		for _, h := range halves {
			slots := *whole.Slots
			slots.Sorts = nil
			h.Slots = &slots
		}
		for _, x := range whole.Slots.Sorts {
			h := halves[any()].Slots
			h.Sorts = append(h.Sorts, x)
		}
	}
	for _, r := range whole.Referrals {
		h, mine := halves[any()], *r
		rename := func(unit *string) {
			if *unit == whole.Unit.ID {
				*unit = h.Unit.ID
			}
		}
		rename(&mine.Home)
		rename(&mine.Unit)
		mine.Asked = slices.Clone(r.Asked)
		for i := range mine.Asked {
			rename(&mine.Asked[i].Unit)
		}
		h.Referrals = append(h.Referrals, &mine)
	}
	for _, l := range whole.Calls {
		h := halves[any()]
		h.Calls = append(h.Calls, l)
	}
}

// TestOrderOfAdding: however units are gathered, the figure is the same, and the county's
// shortfall is the sum of its sites'.
func TestOrderOfAdding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		pictures := make([]*Picture, rapid.IntRange(1, 6).Draw(t, "units"))
		for i := range pictures {
			pictures[i] = c.picture()
			pictures[i].Unit.Site = c.word("alpha", "beta", "gamma")
		}
		shuffled := rapid.Permutation(pictures).Draw(t, "shuffled")
		for i := range catalogue {
			m := &catalogue[i]
			sites := map[string]*Amount{}
			var one, other Amount
			for _, p := range pictures {
				a := m.Take(p, &Clock{Now: c.now, Zone: london}, false)
				one.Add(a)
				if sites[p.Unit.Site] == nil {
					sites[p.Unit.Site] = &Amount{}
				}
				sites[p.Unit.Site].Add(a)
			}
			for _, p := range shuffled {
				other.Add(m.Take(p, &Clock{Now: c.now, Zone: london}, false))
			}
			var county Amount
			var short, spare int64
			for _, site := range []string{"gamma", "alpha", "beta"} {
				if a := sites[site]; a != nil {
					county.Add(*a)
					short += a.Short()
					spare += a.Spare()
				}
			}
			require.Equal(t, same(one), same(other), m.Name)
			require.Equal(t, same(one), same(county), m.Name)
			require.Equal(t, []int64{short, spare}, []int64{county.Short(), county.Spare()}, m.Name)
		}
	})
}

// TestClockKnowsWhenFiguresChange: until the instant that the clock noted, no figure
// changes by itself.
func TestClockKnowsWhenFiguresChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		p := c.picture()
		for i := range catalogue {
			m := &catalogue[i]
			clock := &Clock{Now: c.now, Zone: london}
			before := m.Take(p, clock, false)
			next := clock.Next()
			if next == 0 {
				next = c.now.Add(60 * 24 * time.Hour)
			}
			require.Greater(t, next, c.now, m.Name)
			for _, at := range []Instant{c.now + (next-c.now)/2, next - 1} {
				after := m.Take(p, &Clock{Now: at, Zone: london}, false)
				require.Equal(t, same(before), same(after), "%s at %s, and noted for %s", m.Name, at, next)
			}
		}
	})
}

// TestTallyAgrees: the measures of a class are the tally of its beds.
func TestTallyAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		p := c.ward()
		p.Known = true
		var tally Tally
		for i := range p.Beds {
			tally.Count(p.Beds[i].State, &Bed{SideRoom: p.Beds[i].SideRoom, Escalation: p.Unit.Beds[i].Escalation})
		}
		without := 0
		for _, s := range p.Stays {
			if s.Bed == "" && s.Open() {
				without++
			}
		}
		tally.Seat(without)
		for name, want := range map[string]int{
			"total": tally.Total, "open": tally.Open, "closed": tally.Closed, "occupied": tally.Occupied, "reserved": tally.Reserved, "not_ready": tally.NotReady,
			"available": tally.Available, "over": tally.Over, "side_rooms_available": tally.SideRooms, "escalation_open": tally.EscalationOpen,
		} {
			m, ok := MeasureNamed(string(p.Unit.Class) + "_" + name)
			require.True(t, ok)
			value, ok, _ := m.Value(m.Take(p, &Clock{Now: c.now, Zone: london}, false))
			require.True(t, ok)
			require.InDelta(t, want, value, 0, m.Name)
		}
		m, _ := MeasureNamed(string(p.Unit.Class) + "_occupancy")
		value, ok, _ := m.Value(m.Take(p, &Clock{Now: c.now, Zone: london}, false))
		percent, open := tally.Occupancy()
		require.Equal(t, open, ok)
		require.InDelta(t, percent, value, 0.0501)
	})
}
