package capacity

import "strings"

// CutHour is the hour of the local clock at which the bed position of the daily return is
// taken.
const CutHour = 8

// filed are the measures whose figure of 08:00 is kept.
func filed(m *Measure) bool {
	switch m.Name {
	case "nctr_here", "stays_over_7_days", "stays_over_14_days", "stays_over_21_days", "without_bed", "ae_in_department":
		return true
	}
	for _, class := range []BedClass{AdultGA, Paediatric, CriticalCareClass, Maternity} {
		name, ofClass := strings.CutPrefix(m.Name, string(class)+"_")
		if !ofClass {
			continue
		}
		switch name {
		case "total", "open", "closed", "closed_infection", "occupied", "available", "over", "occupancy", "escalation_open":
			return true
		}
	}
	return false
}

// cutMeasures are the bed position of the daily return: what other measures were at 08:00.
func cutMeasures(catalogue []Measure) (all []Measure) {
	for _, m := range catalogue {
		if !filed(&m) {
			continue
		}
		m.Base = m.Name
		m.Family, m.Window = "cut", "at_0800"
		m.Name += "_at_0800"
		m.Title += " at 08:00"
		m.Definition = "`" + m.Base + "` as it was shown at 08:00 local time, of the latest day that has come to it. What became known later does not change it: see `GET /api/v1/cuts/{day}`."
		m.take = func(*counting) {}
		all = append(all, m)
	}
	return all
}
