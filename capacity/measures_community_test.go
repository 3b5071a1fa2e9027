package capacity

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func number(n int) *int { return &n }

// service is a unit with three sorts of places: two free of five, one over, and one of which
// nobody has told. It told at eight today.
func service(kind UnitKind, hours ...Hours) *Picture {
	return &Picture{
		Unit: &Unit{ID: "s1", Site: "base", Kind: kind, Hours: hours},
		Slots: &Slots{Told: today("08:00"), Expires: on(-1, "08:00"), Sorts: []Slot{
			{ID: "a", Open: 5, Used: number(1), Kept: 1, Begun: 1, Ended: 1, Waiting: number(4), Events: []uint64{7}},
			{ID: "b", Open: 2, Used: number(2), Kept: 1, Waiting: number(0)},
			{ID: "c", Open: 9},
		}},
	}
}

func shut(p *Picture, until Instant) *Picture {
	p.Slots.Shut, p.Slots.Until = true, until
	return p
}

func communityCases() (cases []worked) {
	mornings, evenings := Hours{From: 8 * 60, To: 12 * 60}, Hours{From: 18 * 60, To: 20 * 60}
	for _, k := range PlaceKinds() {
		never := service(k)
		never.Slots.Told = Moment{}
		free, today, open, waiting := "places_free_"+string(k), "places_free_today_"+string(k), "places_open_"+string(k), "places_waiting_"+string(k)
		cases = append(
			cases,
			worked{free, []*Picture{service(k), service(k, evenings), service(k, mornings)}, now, 2, "5 less 1 used, 1 kept and 1 begun; it is 14:30, and who is closed has none free now; the sort that is over takes none from another"},
			worked{free, []*Picture{shut(service(k), 0), shut(service(k), on(0, "14:31"))}, now, 0, "neither takes anybody on"},
			worked{free, []*Picture{shut(service(k), on(0, "14:30"))}, now, 2, "its time has come"},
			worked{free, []*Picture{never}, now, none, "nobody has told"},
			worked{today, []*Picture{service(k), service(k, evenings), service(k, mornings)}, now, 4, "the evening service opens before midnight, the morning service does not"},
			worked{today, []*Picture{shut(service(k), on(0, "23:00")), shut(service(k), on(-1, "00:00")), shut(service(k), 0), shut(service(k, evenings), on(0, "21:00"))}, now, 2, "only the first takes people on before midnight: the last when it is closed again"},
			worked{open, []*Picture{service(k), service(k)}, now, 14, "5 and 2 each; of the third sort nobody has told"},
			worked{waiting, []*Picture{service(k), service(k)}, now, 8, "4 and 0 each"},
		)
	}
	team := func(kind UnitKind, all ...*Referral) *Picture {
		return &Picture{Unit: &Unit{ID: "s1", Site: "base", Kind: kind}, Referrals: all}
	}
	open := func(id string) *Referral { return &Referral{ID: id, Home: "s1", Made: today("09:00")} }
	taken := func(id string, within int) *Referral {
		return &Referral{ID: id, Home: "centre", Unit: "s1", Within: within, Made: today("12:30"), Accepted: today("12:40")}
	}
	begun := func(id string, made, started Moment) *Referral {
		return &Referral{ID: id, Home: "centre", Unit: "s1", Within: 7200, Made: made, Accepted: made, Started: started}
	}
	claims := func(state string, since Moment) *Referral {
		return &Referral{ID: state, Home: "s1", Unit: "s1", Made: yesterday("09:00"), Avoided: Avoided{State: state, Since: since, Events: []uint64{1}}}
	}
	elsewhere := claims("claimed", today("09:00"))
	elsewhere.Unit = "s2"
	many := func(late int) (all []*Referral) {
		for i := range 10 {
			r := begun("R", today("10:00"), today("12:00"))
			if i < late {
				r.Started = today("12:01")
			}
			all = append(all, r)
		}
		return append(all, begun("Y", yesterday("20:00"), yesterday("23:59")), &Referral{ID: "E", Unit: "s2", Made: today("10:00"), Started: today("10:01")})
	}
	cancelled, asked := open("X"), open("D")
	cancelled.Cancelled = today("10:00")
	asked.Asked = []Asked{{Unit: "s1", Answer: "declined", Answered: today("00:00")}, {Unit: "s1", Answer: "declined", Answered: today("13:00")}, {Unit: "s1", Answer: "declined", Answered: yesterday("23:59")}, {Unit: "s2", Answer: "declined", Answered: today("13:00")}, {Unit: "s1", Answer: "withdrawn", Answered: today("13:00")}}
	call := func(raised, answered, closed Moment) *Call {
		return &Call{ID: "C", Unit: "s1", Raised: raised, Answered: answered, Closed: closed}
	}
	centre := &Picture{Unit: &Unit{ID: "s1", Site: "base", Kind: CoordinationCentre}, Calls: []*Call{call(today("14:00"), Moment{}, Moment{}), call(today("13:00"), Moment{}, Moment{}), call(today("12:00"), today("12:01"), Moment{}), call(today("11:00"), Moment{}, today("11:30"))}}
	full := service(VirtualWard)
	full.Slots.Sorts[0].Kept, full.Slots.Sorts[1].Used = 0, number(3)
	waits := team(CoordinationCentre, open("A"), taken("B", 7200), cancelled, begun("C", today("09:00"), today("10:00")))
	overdue := taken("O", 7199)
	return append(
		cases,
		worked{"virtual_ward_occupancy", []*Picture{full}, now, 71.4, "2 of 5 and 3 of 2 are 5 of 7; kept is not occupied"},
		worked{"virtual_ward_occupancy", []*Picture{{Unit: &Unit{Kind: VirtualWard}, Slots: &Slots{Told: today("08:00")}}}, now, none, "there is no place"},
		worked{"referrals_waiting", []*Picture{waits}, now, 1, "B is accepted, X cancelled, C begun"},
		worked{"referrals_waiting", []*Picture{team(CareHome, taken("B", 0), &Referral{ID: "H", Home: "centre", Made: today("09:00")})}, now, 0, "what another looks after counts there"},
		worked{"referrals_over_time", []*Picture{team(UrgentResponse, taken("B", 7200), overdue, taken("N", 0), begun("C", today("09:00"), today("13:00")))}, now, 1, "two hours to the minute are not over; one without a standard is never; one that has begun is over no longer"},
		worked{"referrals_over_time", []*Picture{team(UrgentResponse, taken("B", 7200))}, now + 1, 1, "a millisecond later they are"},
		worked{"referrals_declined", []*Picture{team(CareHome, asked)}, now, 2, "the one of yesterday, the other unit's and what was handed back are left out"},
		worked{"referrals_first_contact", []*Picture{team(UrgentResponse, many(0)...)}, now, 120, "ten of two hours"},
		worked{"referrals_first_contact", []*Picture{team(UrgentResponse, many(0)[1:]...)}, now, small, "nine, and one that began yesterday"},
		worked{"urgent_response_in_2h", []*Picture{team(UrgentResponse, many(3)...)}, now, 70, "seven of ten; two hours to the minute are in time"},
		worked{"urgent_response_in_2h", []*Picture{team(UrgentResponse, many(3)[1:]...)}, now, small, "nine"},
		worked{"calls_waiting", []*Picture{centre}, now, 2, "one is answered, one was closed unanswered"},
		worked{"calls_longest_wait", []*Picture{centre}, now, on(0, "13:00"), "the first that waits"},
		worked{"calls_longest_wait", []*Picture{{Unit: centre.Unit}}, now, none, "nobody waits"},
		worked{"admissions_avoided_claimed", []*Picture{team(UrgentResponse, claims("claimed", yesterday("10:00")), claims("confirmed", today("10:00")), elsewhere)}, now, 1, "one is confirmed, one is another's"},
		worked{"admissions_avoided_confirmed", []*Picture{team(UrgentResponse, claims("confirmed", today("00:00")), claims("confirmed", yesterday("23:59")))}, now, 1, "the other was yesterday"},
		worked{"admissions_avoided_withdrawn", []*Picture{team(UrgentResponse, claims("withdrawn", today("09:00")), claims("confirmed", today("09:00")))}, now, 1, "who came back"},
		worked{"admissions_avoided_unchecked", []*Picture{team(UrgentResponse, claims("cannot_be_checked", today("09:00")))}, now, 1, "nobody knows who it was"},
	)
}

// TestUsableOnNightsWhenTheClocksChange: hours are local time, and such nights are an hour
// shorter or longer.
func TestUsableOnNightsWhenTheClocksChange(t *testing.T) {
	u := &Unit{Hours: []Hours{{From: 8 * 60, To: 20 * 60}}}
	for at, want := range map[string]string{
		"2026-03-28T21:00:00Z": "2026-03-29T07:00:00Z", // summer time has begun: 08:00 is 07:00 UTC
		"2026-10-24T20:00:00Z": "2026-10-25T08:00:00Z", // 21:00 local; winter time has begun
		"2027-01-12T14:30:00Z": "2027-01-12T14:30:00Z",
	} {
		c := &Clock{Now: instant(at), Zone: london}
		require.Equal(t, instant(want), (&Slots{}).Usable(u, c), at)
		require.Greater(t, c.Next(), c.Now)
	}
	open, changes := (&Unit{}).OpenAt(now, london)
	require.True(t, open)
	require.Zero(t, changes, "without hours it never closes")
	weekdays := &Unit{Hours: []Hours{{Days: "mon-fri", From: 22 * 60, To: 6 * 60}}}
	open, changes = weekdays.OpenAt(instant("2027-01-16T05:00:00Z"), london) // Saturday, of Friday's night
	require.True(t, open)
	require.Equal(t, instant("2027-01-16T06:00:00Z"), changes)
	open, changes = weekdays.OpenAt(changes, london)
	require.False(t, open)
	require.Equal(t, instant("2027-01-18T22:00:00Z"), changes, "not before Monday's night")
}
