package capacity

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// communityMeasures count places outside hospital beds, referrals to them, the calls of
// co-ordination centres, and admissions avoided.
func communityMeasures() []Measure {
	all := slices.Concat(placeMeasures(), referralMeasures(), callMeasures())
	for i := range all {
		m := &all[i]
		m.Family, m.Scope = "community", "unit"
	}
	return all
}

// OfPlaces says whether the measure counts what a unit tells of its places: it is as old as
// that, whatever else its feeds say.
func (m *Measure) OfPlaces() bool { return m.places }

// ByDesk says whether people of the centre tell what the measure counts where no feed does.
func (m *Measure) ByDesk() bool { return m.desk }

// KindName is a kind of unit in words.
func KindName(k UnitKind) string {
	if k == SameDayCare {
		return "same day emergency care"
	}
	return strings.ReplaceAll(string(k), "_", " ")
}

// placeMeasures are four of each kind of unit that has places, and how full virtual wards
// are.
func placeMeasures() []Measure {
	const own = "Flow Centre"
	var all []Measure
	for _, k := range PlaceKinds() {
		words := KindName(k)
		of := func(name, title, definition, unit, window string, told func(*Picture) (bool, bool), value func(n *counting, x *Slot) int) Measure {
			return Measure{
				Name: name + string(k), Title: title, Definition: definition, Unit: unit, Window: window, Source: own, Supply: []string{"places"}, Form: Count, places: true,
				applies: func(u *Unit) bool { return u.Kind == k }, told: told,
				take: func(n *counting) {
					for i := range n.Slots.Sorts {
						x := &n.Slots.Sorts[i]
						if v := value(n, x); v > 0 {
							n.count(Item{Key: x.ID, At: n.Slots.Told.At, Value: float64(v)}, x.Events, n.Slots.Told)
						}
					}
				},
			}
		}
		const counted = " Free is what is open less what is used, kept for accepted referrals, and begun since the report; who has left since then is in it only when the provider says so. Of a sort of places that was never told nothing is known."
		all = append(
			all,
			of("places_free_", "Free now: "+words, "Free places of units of the kind "+words+" that can be used now: the unit takes people on, by its own word and by its hours."+counted, "places", "now", placesTold,
				func(n *counting, x *Slot) int {
					free, _ := x.Free()
					if n.Slots.Usable(n.Unit, n.Clock) != n.Now {
						return 0
					}
					return free
				}),
			of("places_free_today_", "Free today: "+words, "Free places of units of the kind "+words+" that can be used now or from a time before the local day ends, by the unit's own word and its hours."+counted, "places", "today", placesTold,
				func(n *counting, x *Slot) int {
					free, _ := x.Free()
					if from := n.Slots.Usable(n.Unit, n.Clock); from == 0 || from >= n.clock(24) {
						return 0
					}
					return free
				}),
			of("places_open_", "Places: "+words, "Places of units of the kind "+words+", used or not, as told or else as laid out. Of a sort of places that was never told nothing is known.", "places", "now", placesTold,
				func(_ *counting, x *Slot) int {
					if x.Used == nil {
						return 0
					}
					return x.Open
				}),
			of("places_waiting_", "Waiting: "+words, "People who wait for a place of units of the kind "+words+", as their providers tell.", "patients", "now", waitingTold,
				func(_ *counting, x *Slot) int {
					if x.Waiting == nil {
						return 0
					}
					return *x.Waiting
				}),
		)
	}
	return append(all, Measure{
		Name: "virtual_ward_occupancy", Title: "Virtual wards, occupancy", Unit: "percent", Window: "now", Source: "Virtual ward collection, capacity and occupancy", Supply: []string{"places"}, Form: Share, places: true,
		Definition: "Places of virtual wards that are used, or begun since the report, in percent of those open. Places kept for referrals that have not begun are not in it. It can be more than 100.",
		applies:    func(u *Unit) bool { return u.Kind == VirtualWard }, told: placesTold,
		take: func(n *counting) {
			for i := range n.Slots.Sorts {
				x := &n.Slots.Sorts[i]
				if x.Used == nil {
					continue
				}
				used := *x.Used + x.Begun
				for _, part := range []Item{{Side: Part, Value: float64(min(used, x.Open))}, {Side: Rest, Value: float64(max(0, x.Open-used))}, {Side: Beyond, Value: float64(max(0, used-x.Open))}} {
					if part.Value > 0 {
						part.Key, part.At = x.ID, n.Slots.Told.At
						n.count(part, x.Events, n.Slots.Told)
					}
				}
			}
		},
	})
}

// placesTold is that it was told of one sort of the unit's places, and of all, how many are
// used.
func placesTold(p *Picture) (some, all bool) {
	all = true
	for i := range p.Slots.Sorts {
		told := p.Slots.Sorts[i].Used != nil
		some, all = some || told, all && told
	}
	return some, some && all
}

// waitingTold is that it was told of one sort how many wait: not every sort has a list.
func waitingTold(p *Picture) (some, all bool) {
	some = slices.ContainsFunc(p.Slots.Sorts, func(x Slot) bool { return x.Waiting != nil })
	return some, some
}

// referralMeasures count referrals to places. Each counts at one unit: at the one that has
// accepted it, or while nobody has, at the co-ordination centre that looks after it.
func referralMeasures() []Measure {
	const own = "Flow Centre"
	referrals := func(name, title, definition, unit, window string, because func(n *counting, r *Referral) Moment) Measure {
		return Measure{
			Name: name, Title: title, Definition: definition, Unit: unit, Window: window, Source: own, Form: Count,
			take: func(n *counting) {
				for _, r := range n.Referrals {
					if m := because(n, r); m.Told() {
						n.one(r.ID, r.Events, m)
					}
				}
			},
		}
	}
	avoided := func(name, state, title, definition, window string) Measure {
		return referrals("admissions_avoided_"+name, title, definition, "admissions", window, func(n *counting, r *Referral) Moment {
			a := &r.Avoided
			return a.Since.when(a.State == state && r.Unit == n.Unit.ID && (window == "now" || a.Since.At >= n.midnight()))
		})
	}
	const claim = " A claim is a referral of somebody who was to be conveyed or admitted, accepted by a service at home or one that takes people instead of hospital, which has begun or was followed by the crew leaving the person at home."
	all := []Measure{
		referrals("referrals_waiting", "Referrals waiting for an answer", "Referrals that no unit has accepted yet and that are not over. They count at the co-ordination centre that looks after them, or where there is none at the unit that was asked last.", "referrals", "now",
			func(n *counting, r *Referral) Moment { return r.Made.when(r.Waiting() && r.Home == n.Unit.ID) }),
		referrals("referrals_over_time", "Referrals over their response time", "Referrals that are not begun and not over, made longer ago than the time in which the unit should begin: of the unit that has accepted or, while nobody has, the shortest of those that were asked and have not answered. Units without such a time are left out.", "referrals", "now",
			func(n *counting, r *Referral) Moment {
				return r.Made.when(cmp.Or(r.Unit, r.Home) == n.Unit.ID && !r.Started.Told() && !r.Over() && r.Within > 0 && n.over(r.Made.At, time.Duration(r.Within)*time.Second))
			}),
		{
			Name: "referrals_declined", Title: "Referrals declined", Unit: "referrals", Window: "since_midnight", Source: own, Form: Count,
			Definition: "Times that a unit declined a referral since local midnight, at the unit that declined, with or without having been asked. Acceptances that were withdrawn are left out.",
			take: func(n *counting) {
				for _, r := range n.Referrals {
					for _, a := range r.Asked {
						if a.Unit == n.Unit.ID && a.Answer == "declined" && a.Answered.At >= n.midnight() {
							n.one(r.ID, r.Events, a.Answered)
						}
					}
				}
			},
		},
		{
			Name: "referrals_first_contact", Title: "Referral to first contact, median", Unit: "minutes", Window: "since_midnight", Source: own, Form: Median, Least: 10,
			Definition: "Median of the minutes from when a referral was made to first contact or arrival, over those begun since local midnight. Those begun before they were made, as their times say, are left out. Not given for fewer than 10.",
			take: func(n *counting) {
				for _, r := range n.Referrals {
					if r.Unit == n.Unit.ID && r.Started.At >= n.midnight() {
						n.took(r.ID, r.Events, r.Made, r.Started)
					}
				}
			},
		},
		{
			Name: "urgent_response_in_2h", Title: "Urgent community response in two hours", Unit: "percent", Window: "since_midnight", Source: "Urgent community response, two-hour standard", Form: Share, Least: 10,
			Definition: "First contacts of urgent community response since local midnight that came not later than two hours after the referral was made, in percent of all first contacts of urgent community response since then. Those still waited for are in referrals_over_time. Not given for fewer than 10.",
			take: func(n *counting) {
				for _, r := range n.Referrals {
					if r.Unit == n.Unit.ID && r.Started.At >= n.midnight() {
						n.count(Item{Key: r.ID, Value: 1, Side: side(r.Started.At <= r.Made.At.Add(2*time.Hour))}, r.Events, r.Started, r.Made)
					}
				}
			},
		},
		avoided("claimed", "claimed", "Admissions avoided, claimed", "Claims of an admission avoided about which it is not known yet whether they hold: 72 hours are not over, and nothing was told of the person in A&E or on an acute ward."+claim, "now"),
		avoided("confirmed", "confirmed", "Admissions avoided, confirmed", "Claims of an admission avoided that were confirmed since local midnight: for 72 hours nothing was told of the person in A&E, of being conveyed, or on an acute ward. What is told later still withdraws them."+claim, "since_midnight"),
		avoided("withdrawn", "withdrawn", "Admissions avoided, withdrawn", "Claims of an admission avoided whose person came to A&E, was conveyed, or was admitted to an acute ward within 72 hours, and did so since local midnight."+claim, "since_midnight"),
		avoided("unchecked", "cannot_be_checked", "Admissions avoided, not to be checked", "Claims of an admission avoided whose 72 hours were over since local midnight and about whose person no identity is known to look for."+claim, "since_midnight"),
	}
	for i := range all {
		m := &all[i]
		m.Supply, m.desk = []string{"referrals"}, true
		m.applies = func(u *Unit) bool {
			return u.Kind.HasPlaces() || u.Kind == CommunityWard || u.Kind == CoordinationCentre
		}
		if m.Name == "urgent_response_in_2h" {
			m.applies = func(u *Unit) bool { return u.Kind == UrgentResponse }
		}
	}
	return all
}

// callMeasures count the calls of co-ordination centres.
func callMeasures() []Measure {
	all := []Measure{
		{
			Name: "calls_waiting", Title: "Calls waiting", Unit: "calls", Form: Count,
			Definition: "Calls to a co-ordination centre that nobody has answered or closed.",
			take: func(n *counting) {
				for _, c := range n.Calls {
					if c.Waiting() {
						n.one(c.ID, c.Events, c.Raised)
					}
				}
			},
		},
		{
			Name: "calls_longest_wait", Title: "Longest call waiting, since", Unit: "time", Form: Earliest,
			Definition: "When the call was raised that has waited longest of those that nobody has answered or closed. None when no call waits.",
			take: func(n *counting) {
				for _, c := range n.Calls {
					if c.Waiting() {
						n.instant(c.ID, c.Raised.At, c.Events, c.Raised)
					}
				}
			},
		},
	}
	for i := range all {
		m := &all[i]
		m.Window, m.Source, m.Supply, m.desk = "now", "Flow Centre", []string{"calls"}, true
		m.applies = func(u *Unit) bool { return u.Kind == CoordinationCentre }
	}
	return all
}
