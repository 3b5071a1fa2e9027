package capacity

// reportedMeasures are figures that nothing here counts: somebody outside tells them, or they
// are not known.
func reportedMeasures() []Measure {
	reported := func(name, title, definition, unit, window, source string, form Form) Measure {
		return Measure{
			Name: name, Family: "reported", Title: title, Definition: definition, Unit: unit, Window: window, Scope: "site", Source: source, Form: form, Reported: true,
			applies: aandE, take: func(n *counting) { n.sum.Units = 0 },
		}
	}
	return []Measure{
		reported("mh_waiting_ae", "Mental health, waiting in A&E", "Patients in A&E who wait for a mental health bed or assessment.", "patients", "now", "reported by the liaison team", Count),
		reported("mh_waiting_over_12h", "Mental health, over 12 hours in A&E", "Of the patients in A&E who wait for a mental health bed or assessment, those who came more than 12 hours ago.", "patients", "now", "reported by the liaison team", Count),
		reported("nhs111_calls_abandoned", "NHS 111 calls abandoned", "Calls to NHS 111 since local midnight that the caller ended before they were answered, of all that were offered.", "percent", "since_midnight", "reported by the provider of NHS 111", Share),
		reported("ambulance_cat2_mean", "Category 2 response, mean", "Mean of the minutes from a category 2 call to the ambulance's arrival on scene, since local midnight.", "minutes", "since_midnight", "reported by the ambulance service; national standard 18 minutes", Mean),
	}
}
