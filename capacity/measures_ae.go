package capacity

import (
	"slices"
	"time"
)

func aandE(u *Unit) bool { return u.Kind == AandE }

// aeMeasures count attendances of an A&E department.
func aeMeasures() []Measure {
	const sitrep, opel, own = "UEC daily SitRep process and definitions", "OPEL framework 2024 to 2026, acute parameters", "Flow Centre"
	placed := func(a *Attendance) bool { return a.Area != "" }
	decided := func(a *Attendance) bool { return a.Decided.Told() }
	ae := func(m Measure) Measure {
		m.Family, m.Scope = "ae", "unit"
		if m.Supply == nil {
			m.Supply = []string{"ae", "ae_list"}
		}
		if m.applies == nil {
			m.applies = aandE
		}
		return m
	}
	// patients counts those in the department for whom there is such a moment.
	patients := func(name, title, definition, source string, because func(n *counting, a *Attendance) Moment) Measure {
		return ae(Measure{
			Name: name, Title: title, Definition: definition, Source: source, Unit: "patients", Window: "now", Form: Count,
			take: func(n *counting) {
				for a := range n.here() {
					if m := because(n, a); m.Told() {
						n.one(a.Key, a.Events, m)
					}
				}
			},
		})
	}
	space := func(name, title, what string, kinds ...AreaKind) Measure {
		return ae(Measure{
			Name: name, Title: title, Unit: "percent", Window: "now", Form: Share, Source: opel,
			Definition: "Patients who are in " + what + ", in percent of the spaces it is laid out with; above 100 when there are more patients than spaces. A patient whose area is not told is left out.",
			applies:    func(u *Unit) bool { return aandE(u) && u.spaces(kinds) > 0 },
			take: func(n *counting) {
				for i := range n.Unit.Areas {
					if area := &n.Unit.Areas[i]; slices.Contains(kinds, area.Kind) {
						n.count(Item{Key: area.ID, Value: float64(area.Spaces), Side: Rest}, nil)
					}
				}
				for a := range n.here() {
					if slices.Contains(kinds, n.Unit.areaKind(a.Area)) {
						n.count(Item{Key: a.Key, Value: 1, Side: Beyond}, a.Events, a.Arrived)
					}
				}
			},
		}).listed("is told an area", placed)
	}
	share := func(name, title, definition, source string, counted func(n *counting, a *Attendance) bool) Measure {
		return ae(Measure{
			Name: name, Title: title, Definition: definition, Source: source, Unit: "percent", Window: "now", Form: Share,
			take: func(n *counting) {
				for a := range n.here() {
					n.count(Item{Key: a.Key, Value: 1, Side: side(counted(n, a))}, a.Events, a.Arrived)
				}
			},
		})
	}
	arrivals := func(name, title, definition, window string, counted func(n *counting, a *Attendance) bool) Measure {
		return ae(Measure{
			Name: name, Title: title, Definition: definition, Source: sitrep, Unit: "patients", Window: window, Form: Count,
			take: func(n *counting) {
				for i := range n.Attendances {
					if a := n.Attendances[i]; a.Arrived.Told() && !a.Streamed && counted(n, a) {
						n.one(a.Key, a.Events, a.Arrived)
					}
				}
			},
		})
	}
	overFromArrival := func(d time.Duration) func(*counting, *Attendance) Moment {
		return func(n *counting, a *Attendance) Moment { return a.Arrived.when(n.over(a.Arrived.At, d)) }
	}

	return []Measure{
		patients("ae_in_department", "In A&E", "Patients who have arrived in the A&E department and not left it. Patients streamed away from the front door, and those in an ambulance outside, are left out.", sitrep,
			func(_ *counting, a *Attendance) Moment { return a.Arrived }),
		patients("ae_over_4h", "In A&E over 4 hours from arrival", "Patients in the department who arrived more than 4 hours ago.", "NHS Constitution 4-hour standard", overFromArrival(4*time.Hour)),
		patients("ae_over_12h", "In A&E over 12 hours from arrival", "Patients in the department who arrived more than 12 hours ago. The clock starts at arrival, not at the decision to admit.", sitrep, overFromArrival(12*time.Hour)),
		patients("ae_mental_health_over_12h", "Mental health, over 12 hours from arrival", "Patients in the department who were referred to a mental health service (its code is mental_health or psychiatry, or treatment function 710, 711, 713 or 715) and arrived more than 12 hours ago.", "NHS England, 12-hour waits of patients with mental health needs", func(n *counting, a *Attendance) Moment {
			return a.Arrived.when(a.Referred.Told() && slices.Contains(mentalHealth, a.Service) && n.over(a.Arrived.At, 12*time.Hour))
		}).listed("is referred", func(a *Attendance) bool { return a.Referred.Told() }),
		share("ae_over_12h_share", "In A&E over 12 hours from arrival, share", "Patients in the department who arrived more than 12 hours ago, in percent of all in the department.", opel,
			func(n *counting, a *Attendance) bool { return n.over(a.Arrived.At, 12*time.Hour) }),
		patients("ae_over_12h_from_decision", "Over 12 hours from decision to admit", "Patients in the department whose decision to admit (DTA) was made more than 12 hours ago. The clock starts at the decision, not at arrival. Those who have left for a ward are left out.", "NHS England A&E attendances and emergency admissions, 12-hour waits from decision to admit",
			func(n *counting, a *Attendance) Moment { return a.Decided.when(n.over(a.Decided.At, 12*time.Hour)) }).listed("has a decision", decided),
		ae(Measure{
			Name: "ae_next_dta_breach", Title: "Next DTA breach", Unit: "time", Window: "now", Form: Earliest,
			Definition: "When the next patient in the department will have waited 12 hours from the decision to admit (DTA). Those who have already are left out.",
			Source:     "NHS England A&E attendances and emergency admissions, 12-hour waits from decision to admit",
			take: func(n *counting) {
				for a := range n.here() {
					if a.Decided.Told() && !n.over(a.Decided.At, 12*time.Hour) {
						n.instant(a.Key, a.Decided.At.Add(12*time.Hour), a.Events, a.Decided)
					}
				}
			},
		}).listed("has a decision", decided),
		ae(Measure{
			Name: "ae_four_hour", Title: "Four-hour performance", Unit: "percent", Window: "since_midnight", Form: Share, Least: 10,
			Definition: "Attendances that ended since local midnight within 4 hours of arrival, in percent of all attendances that ended since local midnight. Patients still in the department count in neither, however long they have waited; streamed patients are left out. Not given for fewer than 10.",
			Source:     "NHS Constitution 4-hour standard",
			take: func(n *counting) {
				midnight := n.midnight()
				for i := range n.Attendances {
					if a := n.Attendances[i]; a.Arrived.Told() && a.Left.At >= midnight && !a.Streamed {
						n.count(Item{Key: a.Key, Value: 1, Side: side(a.Left.At <= a.Arrived.At.Add(4*time.Hour))}, a.Events, a.Left, a.Arrived)
					}
				}
			},
		}),
		ae(Measure{
			Name: "ae_time_to_treatment", Title: "Time to treatment, median", Unit: "minutes", Window: "since_midnight", Form: Median, Least: 10,
			Definition: "Median of the minutes from arrival until seen for treatment, over patients seen since local midnight. Those still waiting to be seen, streamed, or seen before they arrived as their times say, are left out. Not given for fewer than 10.",
			Source:     opel,
			take: func(n *counting) {
				midnight := n.midnight()
				for i := range n.Attendances {
					if a := n.Attendances[i]; a.Seen.At >= midnight && !a.Streamed {
						n.took(a.Key, a.Events, a.Arrived, a.Seen)
					}
				}
			},
		}).listed("is told to be seen", func(a *Attendance) bool { return a.Seen.Told() }),
		space("ae_majors_occupancy", "Majors occupancy", "majors", Majors),
		space("ae_resus_occupancy", "Resus occupancy", "resus", Resus),
		space("ae_majors_resus_occupancy", "Majors and resus occupancy", "majors or resus", Majors, Resus),
		patients("ae_corridor", "Corridor care", "Patients in the department who are in a corridor or another area that is laid out as corridor care: no space meant for a patient.", own,
			func(n *counting, a *Attendance) Moment { return a.Arrived.when(n.Unit.areaKind(a.Area) == Corridor) }).listed("is told an area", placed),
		patients("ae_waiting_for_bed", "Waiting for a bed in A&E", "Patients in the department for whom a bed has been requested or whose admission has been decided. Those on the way are left out.", own,
			func(_ *counting, a *Attendance) Moment { return sooner(a.Requested, a.Decided) }).
			listed("has a decision or a request", func(a *Attendance) bool { return a.Decided.Told() || a.Requested.Told() }, "requests"),
		patients("ae_ready_to_proceed", "Ready to proceed, still here", "Patients in the department who are clinically ready to proceed: they need nothing more of A&E, wherever they go.", "Clinically ready to proceed (ECDS)",
			func(_ *counting, a *Attendance) Moment { return a.Ready }).listed("is told to be ready", func(a *Attendance) bool { return a.Ready.Told() }),
		share("ae_referred_share", "Referred to a service", "Patients in the department who have been referred to a service, in percent of all in the department.", opel,
			func(_ *counting, a *Attendance) bool { return a.Referred.Told() }).listed("is referred", func(a *Attendance) bool { return a.Referred.Told() }),
		arrivals("ae_arrivals", "Arrivals", "Patients who have arrived since local midnight, whether they are still here or not. Patients streamed away are left out, see ae_streamed.", "since_midnight",
			func(n *counting, a *Attendance) bool { return a.Arrived.At >= n.midnight() }),
		arrivals("ae_arrivals_last_hour", "Arrivals in the last hour", "Patients who arrived within the last 60 minutes. Patients streamed away are left out.", "last_hour",
			func(n *counting, a *Attendance) bool { return !n.Longer(a.Arrived.At, time.Hour) }),
		ae(Measure{
			Name: "ae_streamed", Title: "Streamed away", Unit: "patients", Window: "since_midnight", Form: Count,
			Definition: "Patients whom the front door sent on to another service since local midnight: a GP, urgent treatment, same-day emergency care. They never waited in the department.",
			Source:     own, Supply: []string{"ae"},
			take: func(n *counting) {
				midnight := n.midnight()
				for i := range n.Attendances {
					a := n.Attendances[i]
					if away := a.Left.or(a.Arrived); a.Streamed && away.At >= midnight {
						n.one(a.Key, a.Events, away)
					}
				}
			},
		}),
	}
}

func (u *Unit) areaKind(id string) AreaKind {
	for i := range u.Areas {
		if u.Areas[i].ID == id {
			return u.Areas[i].Kind
		}
	}
	return ""
}

// spaces is how many patients the areas of some kinds are meant for.
func (u *Unit) spaces(kinds []AreaKind) (spaces int) {
	for i := range u.Areas {
		if slices.Contains(kinds, u.Areas[i].Kind) {
			spaces += u.Areas[i].Spaces
		}
	}
	return spaces
}

// mentalHealth are the codes of services by which a patient's need is seen to be of mental
// health: words, and the NHS Data Dictionary's treatment functions of psychiatry.
var mentalHealth = []string{"mental_health", "psychiatry", "710", "711", "713", "715"}
