package capacity

import (
	"strconv"
	"time"
)

// ambulanceMeasures count journeys to an A&E department. The handover clock starts when
// the ambulance arrives outside and stops when clinical handover is complete.
func ambulanceMeasures() []Measure {
	const sitrep, own = "UEC daily SitRep process and definitions, ambulance handover", "Flow Centre"
	journeys := func(name, title, definition, window, source string, because func(n *counting, a *Ambulance) Moment) Measure {
		return Measure{
			Name: name, Title: title, Definition: definition, Unit: "ambulances", Window: window, Source: source, Form: Count,
			take: func(n *counting) {
				for i := range n.Ambulances {
					a := n.Ambulances[i]
					if m := because(n, a); m.Told() {
						n.one(a.ID, a.Events, m)
					}
				}
			},
		}
	}
	handedOver := func(n *counting, a *Ambulance) bool { return a.Arrived.Told() && a.HandedOver.At >= n.midnight() }

	all := []Measure{
		journeys("ambulances_inbound", "Ambulances inbound", "Ambulances on their way that have not arrived outside and are not cancelled.", "now", own,
			func(_ *counting, a *Ambulance) Moment { return a.Inbound.when(a.inbound()) }),
		journeys("ambulances_waiting", "Ambulances waiting", "Ambulances that stand outside with their patient not yet handed over. The patient may be inside already.", "now", sitrep,
			func(_ *counting, a *Ambulance) Moment { return a.Arrived.when(a.Waiting()) }),
		{
			Name: "ambulance_longest_wait", Title: "Longest ambulance wait, since", Unit: "time", Window: "now", Source: sitrep, Form: Earliest,
			Definition: "When the ambulance arrived that has waited longest of those still waiting. None when no ambulance waits.",
			take: func(n *counting) {
				for i := range n.Ambulances {
					if a := n.Ambulances[i]; a.Waiting() {
						n.instant(a.ID, a.Arrived.At, a.Events, a.Arrived)
					}
				}
			},
		},
		{
			Name: "ambulance_mean_handover", Title: "Handover, mean", Unit: "minutes", Window: "since_midnight", Source: "OPEL framework 2024 to 2026, acute parameters", Form: Mean, Least: 10,
			Definition: "Mean of the minutes from arriving outside to completed clinical handover, over handovers completed since local midnight. Ambulances still waiting, and those handed over before they arrived as their times say, are left out. Not given for fewer than 10.",
			take: func(n *counting) {
				for i := range n.Ambulances {
					if a := n.Ambulances[i]; handedOver(n, a) {
						n.took(a.ID, a.Events, a.Arrived, a.HandedOver)
					}
				}
			},
		},
	}
	for _, minutes := range []int{15, 30, 45, 60} {
		limit, text := time.Duration(minutes)*time.Minute, strconv.Itoa(minutes)
		all = append(
			all,
			journeys("ambulances_waiting_over_"+text, "Ambulances waiting over "+text+" minutes", "Ambulances that wait now and arrived outside more than "+text+" minutes ago.", "now", sitrep,
				func(n *counting, a *Ambulance) Moment {
					return a.Arrived.when(a.Waiting() && n.over(a.Arrived.At, limit))
				}),
			journeys("handovers_over_"+text, "Handovers over "+text+" minutes", "Handovers completed since local midnight that took more than "+text+" minutes from arriving outside. Ambulances still waiting are left out.", "since_midnight", sitrep,
				func(n *counting, a *Ambulance) Moment {
					return a.HandedOver.when(handedOver(n, a) && a.HandedOver.At > a.Arrived.At.Add(limit))
				}),
		)
	}
	all = append(all, journeys("ambulances_not_conveyed", "Not conveyed", "Ambulances that were on their way and did not come because the patient was not conveyed, since local midnight. Those diverted elsewhere are left out.", "since_midnight", own,
		func(n *counting, a *Ambulance) Moment {
			return a.Cancelled.when(a.Reason == "not_conveyed" && a.Cancelled.At >= n.midnight())
		}))
	for i := range all {
		m := &all[i]
		m.Family, m.Scope, m.Supply, m.applies = "ambulances", "unit", []string{"ambulances"}, aandE
	}
	return all
}

func (a *Ambulance) inbound() bool {
	return !a.Arrived.Told() && !a.HandedOver.Told() && !a.Clear.Told() && !a.Cancelled.Told()
}
