package capacity

import (
	"strconv"
	"strings"
)

// acute units are inpatient units other than community wards.
func acute(u *Unit) bool { return inpatient(u) && u.Class != CommunityClass }

// DelayGroups are the national groups of reasons why somebody who no longer meets the
// criteria to reside is still here.
func DelayGroups() []string {
	return []string{"hospital_process", "care_transfer_hub_process", "interface_process", "capacity", "wellbeing"}
}

// dischargeMeasures count patients by what is told of their leaving.
func dischargeMeasures() []Measure {
	all := nctrMeasures()
	all = append(all, leavingMeasures()...)
	all = append(all, leftMeasures()...)
	for i := range all {
		m := &all[i]
		m.Family, m.Scope, m.census, m.told = "discharge", "unit", true, whoIsThere
		m.Definition += unnamed
		if m.Unit == "" {
			m.Unit, m.Form = "patients", Count
		}
		if m.applies == nil {
			m.applies = inpatient
		}
	}
	return all
}

const dischargeSitrep = "Acute discharge SitRep"

// stays is a measure that counts the stays for which there is such a moment.
func stays(name, title, definition, window, source, supply string, because func(n *counting, s *Stay) Moment) Measure {
	return Measure{
		Name: name, Title: title, Definition: definition, Window: window, Source: source, Supply: []string{supply},
		take: func(n *counting) {
			for i := range n.Stays {
				s := n.Stays[i]
				if m := because(n, s); m.Told() {
					n.one(s.Key, s.Events, m)
				}
			}
		},
	}
}

// nctrMeasures count patients who no longer meet the criteria to reside (NCTR).
func nctrMeasures() []Measure {
	const who = "Patients on acute inpatient units who no longer meet the criteria to reside and are still here"
	here := func(name, title, definition, source string, fits func(s *Stay) bool) Measure {
		return Measure{
			Name: name, Title: title, Definition: definition, Window: "now", Source: source, Supply: []string{"discharge"}, applies: acute,
			take: func(n *counting) {
				for s := range n.staying() {
					if s.Plan.NCTR.Told() && fits(s) {
						n.count(Item{Key: s.Key, Value: 1, Side: s.Plan.Owner}, s.Events, s.Plan.NCTR)
					}
				}
			},
		}
	}
	always := func(*Stay) bool { return true }
	all := []Measure{
		here("nctr_here", "NCTR, still here", who+". It says whom each waits for. Community wards and day units are left out, and those who have left today, see nctr_today.", dischargeSitrep, always),
		{
			Name: "nctr_share", Title: "NCTR, still here, share of adult G&A", Unit: "percent", Window: "now", Source: "OPEL framework 2024 to 2026, acute parameters", Supply: []string{"discharge"}, Form: Share, Class: AdultGA,
			Definition: "Patients on adult G&A units who no longer meet the criteria to reside and are still here, in percent of all patients on adult G&A units.",
			applies:    ofClass(AdultGA),
			take: func(n *counting) {
				for s := range n.staying() {
					n.count(Item{Key: s.Key, Value: 1, Side: side(s.Plan.NCTR.Told())}, s.Events, s.Plan.NCTR.or(s.Here))
				}
			},
		},
		stays("nctr_today", "NCTR, the day's list", "Patients on acute inpatient units who no longer meet the criteria to reside: those still here, and those who left since local midnight. It is nctr_here and nctr_left_today together.", "today", dischargeSitrep, "discharge",
			func(n *counting, s *Stay) Moment { return s.Plan.NCTR.when(s.Open() || s.Left.At >= n.midnight()) }),
		stays("nctr_left_today", "NCTR, left today", "Patients who no longer met the criteria to reside and left an acute inpatient unit's hospital since local midnight.", "since_midnight", dischargeSitrep, "discharge",
			func(n *counting, s *Stay) Moment {
				return s.Left.when(s.Plan.NCTR.Told() && s.Left.At >= n.midnight())
			}),
	}
	all[2].applies, all[3].applies = acute, acute
	for _, p := range []string{"0", "1", "2", "3"} {
		all = append(all, here("nctr_pathway_"+p, "NCTR, pathway "+p, who+", on discharge pathway "+p+".", dischargeSitrep, func(s *Stay) bool { return s.Plan.Pathway == p }))
	}
	all = append(all, here("nctr_pathway_not_given", "NCTR, pathway not given", who+", and whose discharge pathway nobody has told.", dischargeSitrep, func(s *Stay) bool { return s.Plan.Pathway == "" }))
	for _, g := range DelayGroups() {
		w := strings.ReplaceAll(g, "_", " ")
		all = append(all, here("nctr_reason_"+g, "NCTR, delayed: "+w, who+", with a reason of the national group "+w+".", dischargeSitrep, func(s *Stay) bool { return s.Plan.Reason == g }))
	}
	all = append(all, here("nctr_reason_not_given", "NCTR, reason not given", who+", and for whose delay nobody has told a reason.", dischargeSitrep, func(s *Stay) bool { return s.Plan.Reason == "" }))

	community := here("community_nctr_here", "NCTR, still in a community bed", "Patients on community wards who no longer meet the criteria to reside and are still there.", "Intermediate care data collection", always)
	community.Class, community.applies = CommunityClass, ofClass(CommunityClass)
	return append(all, community)
}

// leavingMeasures count promises for today.
func leavingMeasures() []Measure {
	const own = "Flow Centre"
	certain := func(name, title, certainty string) Measure {
		return stays(name, title, "Patients still here whose discharge today is "+certainty+": so planned for a time on this local day or, where no time was given, so planned since local midnight. Those who have left are left out.", "today", own, "discharge",
			func(n *counting, s *Stay) Moment {
				return s.Plan.Planned.or(s.Here).when(s.Open() && s.Plan.Certainty == certainty && n.plannedToday(&s.Plan))
			})
	}
	by := func(name string, hour int) Measure {
		text := strconv.Itoa(hour) + ":00"
		return stays(name, "Leaving by "+text, "Patients still here whose leaving is confirmed for a time on this local day, not later than "+text+". Confirmed is every plan with a time that is not said to be potential only. A time that has passed counts as long as the patient is here.", "today", own, "discharge",
			func(n *counting, s *Stay) Moment {
				return s.Plan.Planned.or(s.Here).when(s.Open() && n.confirmed(s) && s.Plan.leaves(s) <= n.clock(hour))
			})
	}
	promised := func(n *counting, s *Stay) bool { return s.Plan.Due != 0 && n.today(s.Plan.Due) }
	return []Measure{
		certain("discharges_definite", "Discharges, definite", "definite"),
		certain("discharges_potential", "Discharges, potential", "potential"),
		stays("discharges_promised", "Discharges promised today", "Patients with a promised time of leaving on this local day, definite or potential, whether they have left or not.", "today", own, "discharge",
			func(n *counting, s *Stay) Moment { return s.Plan.Planned.or(s.Here).when(promised(n, s)) }),
		stays("discharges_not_left", "Promised today, not left", "Patients with a promised time of leaving on this local day who are still here: told, not seen. It is part of discharges_promised; the others of them have left.", "today", own, "discharge",
			func(n *counting, s *Stay) Moment { return s.Plan.Planned.or(s.Here).when(s.Open() && promised(n, s)) }),
		stays("discharges_overdue", "Promised, overdue", "Patients still here whose promised time of leaving on this local day has passed.", "today", own, "discharge",
			func(n *counting, s *Stay) Moment {
				return s.Plan.Planned.or(s.Here).when(s.Open() && promised(n, s) && n.Passed(s.Plan.Due))
			}),
		by("leaving_by_12", 12),
		by("leaving_by_17", 17),
		{
			Name: "failed_discharges", Title: "Failed discharges", Window: "since_midnight", Source: own, Supply: []string{"discharge"},
			Definition: "Discharges that were to be and were not, told since local midnight. A patient whose discharge failed twice counts twice.", Unit: "discharges", Form: Count,
			take: func(n *counting) {
				midnight := n.midnight()
				for i := range n.Stays {
					s := n.Stays[i]
					for _, f := range s.Plan.Failures {
						if f.At >= midnight {
							n.one(s.Key, s.Events, f.Moment)
						}
					}
				}
			},
		},
	}
}

// leftMeasures count who has left, who stays long, and who was moved at night.
func leftMeasures() []Measure {
	const own = "Flow Centre"
	left := func(name, title, until string, hour int) Measure {
		return stays(name, title, "Patients who have left hospital from an inpatient unit since local midnight"+until+", wherever they went; those who died are among them. Day units are left out.", "since_midnight", dischargeSitrep, "occupancy",
			func(n *counting, s *Stay) Moment {
				return s.Left.when(s.Left.At >= n.midnight() && (hour == 24 || s.Left.At <= n.clock(hour)))
			})
	}
	long := func(days int) Measure {
		text := strconv.Itoa(days)
		m := stays("stays_over_"+text+"_days", "Stays of "+text+" days and more", "Patients on acute inpatient units who were admitted "+text+" or more local days ago, that is, who have been in hospital over at least "+text+" midnights. A patient whom a census found has been here at least since then: the days before are not known unless the census tells when the patient was admitted, and there may be more such patients than this.", "now", "UEC daily SitRep, long-stay patients", "occupancy",
			func(n *counting, s *Stay) Moment {
				return s.Admitted.when(s.Open() && s.Admitted.Told() && n.Passed(n.Zone.Clock(s.Admitted.At, days*24*60)))
			})
		m.applies = acute
		return m
	}
	return []Measure{
		left("left_today", "Left today", "", 24),
		left("left_by_12", "Left by 12:00", " and not later than 12:00", 12),
		left("left_by_17", "Left by 17:00", " and not later than 17:00", 17),
		long(7), long(14), long(21),
		{
			Name: "night_moves", Title: "Night moves", Unit: "moves", Form: Count, Window: "last_night", Source: own, Supply: []string{"occupancy"},
			Definition: "Moves of patients from one unit to another between 23:00 and 06:00 local time, in the latest night that has begun. Each move counts, at the unit where the patient is now or was last. Admissions, and moves from A&E, are none.",
			take: func(n *counting) {
				from, until := n.night()
				for i := range n.Stays {
					s := n.Stays[i]
					for _, m := range s.Moves {
						if m.At >= from && m.At < until {
							n.one(s.Key, s.Events, m)
						}
					}
				}
			},
		},
	}
}

// night is the latest night that has begun, from 23:00 to 06:00.
func (n *counting) night() (from, until Instant) {
	from = n.clock(23)
	if !n.Passed(from) {
		from = n.Zone.Clock(n.midnight()-1, 23*60)
	}
	return from, n.Zone.Clock(from, (24+6)*60)
}

func (n *counting) plannedToday(p *Plan) bool {
	if p.Due != 0 {
		return n.today(p.Due)
	}
	return p.Planned.At >= n.midnight()
}

// confirmed says whether the patient is to leave at a time on this local day, and not
// only potentially.
func (n *counting) confirmed(s *Stay) bool {
	at := s.Plan.leaves(s)
	return at != 0 && s.Plan.Certainty != "potential" && n.today(at)
}

// leaves is the time that was promised or, of a definite discharge without one, the
// expected one; 0 when there is none.
func (p *Plan) leaves(s *Stay) Instant {
	if p.Due == 0 && p.Certainty == "definite" {
		return s.Expected
	}
	return p.Due
}
