package capacity

// transferMeasures count transfers and repatriations between hospitals, as the desk or a feed
// tells them.
func transferMeasures() []Measure {
	const own = "Flow Centre"
	transfers := func(name, title, definition, window string, because func(n *counting, t *SiteTransfer) Moment) Measure {
		return Measure{
			Name: name, Title: title, Definition: definition, Unit: "patients", Window: window, Form: Count,
			take: func(n *counting) {
				for _, t := range n.Transfers {
					if m := because(n, t); m.Told() {
						n.count(Item{Key: t.ID, Value: 1, Side: t.Reason}, t.Events, m)
					}
				}
			},
		}
	}
	waiting := func(direction, words string) Measure {
		return transfers("transfers_waiting_"+direction, "Transfers waiting "+words, "Transfers and repatriations "+words+" that were asked for and are neither declined, withdrawn, nor under way, accepted or not, with a bed or without."+
			" One between two hospitals of the system is counted at the one it is to.", "now",
			func(_ *counting, t *SiteTransfer) Moment {
				return t.Asked.when(t.Waiting() && t.Direction == direction)
			})
	}
	all := []Measure{
		waiting(In, "into the system"),
		waiting(Out, "out of the system"),
		waiting(Between, "between its hospitals"),
		transfers("repatriations_waiting", "Repatriations waiting", "Patients who are to go back to the hospital of their own area and have not left, into the system, out of it or within it.", "now",
			func(_ *counting, t *SiteTransfer) Moment {
				return t.Asked.when(t.Waiting() && t.Purpose == "repatriation")
			}),
		{
			Name: "transfers_longest_wait", Title: "Longest wait for a transfer, since", Unit: "time", Window: "now", Form: Earliest,
			Definition: "When the transfer or repatriation was asked for that has waited longest of those still waiting. None when none waits.",
			take: func(n *counting) {
				for _, t := range n.Transfers {
					if t.Waiting() {
						n.instant(t.ID, t.Asked.At, t.Events, t.Asked)
					}
				}
			},
		},
		transfers("transfers_declined", "Transfers declined today", "Transfers and repatriations that were declined since local midnight and not accepted after all. Why stands beside each.", "since_midnight",
			func(n *counting, t *SiteTransfer) Moment { return t.Declined.when(t.Declined.At >= n.midnight()) }),
	}
	for i := range all {
		m := &all[i]
		m.Family, m.Scope, m.Source, m.Supply, m.AtDesk = "transfers", "site", own, []string{"transfers"}, true
		m.applies = bedded
	}
	return all
}
