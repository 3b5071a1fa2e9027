package flow

import (
	"fmt"
	"strings"

	"flowcentre/capacity"
)

// aProfile scores a crowded A&E department with a corridor, of the site "site": at most 6.
func aProfile() *capacity.Profile {
	return &capacity.Profile{
		ID: "test", Name: "Test profile", Version: 1, Origin: capacity.Illustrative, Raise: 120, Lower: 600,
		Pillars: []capacity.Pillar{{
			ID:    "acute",
			Sites: []capacity.Weight{{Site: "site", Part: 1}},
			Parameters: []capacity.Parameter{
				{ID: "crowd", Name: "In A&E", Measure: "ae_in_department", Worse: "higher", Drift: 4, Steps: []capacity.Step{{}, {From: 2, Points: 1}, {From: 4, Points: 2}, {From: 6, Points: 3}}},
				{ID: "corridor", Name: "Corridor", Measure: "ae_corridor", Worse: "higher", Drift: 1, Steps: []capacity.Step{{}, {From: 1, Points: 1}, {From: 3, Points: 3}}},
			},
			Bands: []capacity.Band{{Level: 1, To: 1}, {Level: 2, To: 2}, {Level: 3, To: 4}, {Level: 4, To: 6}},
		}},
	}
}

// levels shows the OPEL levels, those of sites with their points.
func (w *ward) levels() string {
	var b strings.Builder
	for _, l := range w.s.View().Levels {
		fmt.Fprintf(&b, "%s: OPEL %d", l.ID, l.Level)
		if l.Could > l.Level {
			fmt.Fprintf(&b, ", could be %d", l.Could)
		}
		if l.True != l.Level {
			fmt.Fprintf(&b, ", now %d", l.True)
		}
		fmt.Fprintf(&b, ", shown since %s", clock(l.ShownSince))
		if l.TrueSince != 0 {
			fmt.Fprintf(&b, ", true since %s", clock(l.TrueSince))
		}
		if d := l.Declared; d != nil {
			fmt.Fprintf(&b, "; declared %d at %s by %s, review %s, until %s", d.Level, clock(d.At), d.Role, clock(d.Review), clock(d.Until))
		}
		b.WriteString("\n")
		for _, p := range l.Points {
			value := "unknown"
			if p.Value != nil {
				value = fmt.Sprint(*p.Value)
			}
			fmt.Fprintf(&b, "  %s %s: %g", p.ID, value, p.Low)
			if p.High != p.Low {
				fmt.Fprintf(&b, " to %g", p.High)
			}
			fmt.Fprintf(&b, " of %g", p.Most)
			if p.Why != "" {
				fmt.Fprintf(&b, ", %s", p.Why)
			}
			if p.Since != 0 {
				fmt.Fprintf(&b, " since %s", clock(p.Since))
			}
			if p.Phoned {
				b.WriteString(", told by a person")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}
