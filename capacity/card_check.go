package capacity

import (
	"fmt"
	"regexp"
	"slices"
)

var plainID = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// ValidateCards gives all that is wrong with a table of action cards, beside the layout that
// they are for.
func ValidateCards(all []Card) []Problem {
	var c conditionCheck
	for i := range all {
		path := fmt.Sprintf("actions[%d]", i)
		if slices.ContainsFunc(all[:i], func(o Card) bool { return o.ID == all[i].ID }) {
			c.add(path+".id", fmt.Sprintf("%s stands twice in the table", all[i].ID), "give each its own id")
		}
		c.card(path, &all[i])
	}
	return c.problems
}

func (c *conditionCheck) card(path string, is *Card) {
	if !plainID.MatchString(is.ID) {
		c.add(path+".id", fmt.Sprintf("%q is not 1 to 40 small letters, digits and underscores", is.ID), "write it like open_escalation_beds")
	}
	if n := len([]rune(is.Title)); n == 0 || n > 60 {
		c.add(path+".title", fmt.Sprintf("the title has %d characters, not 1 to 60", n), "say in a few words what is to be done")
	}
	c.oneOf(path+".scope", is.Scope, []string{"site", "system"})
	c.oneOf(path+".owner", is.Owner, Roles())
	if is.Pillar != "" {
		c.oneOf(path+".pillar", is.Pillar, Pillars())
	}
	if is.Level < 0 || is.Level == 1 || is.Level > 4 {
		c.add(path+".level", "the level is not 2, 3 or 4", "leave it out of an action that people ask for")
	}
	if is.Scope == "site" && is.Level > 0 && is.Pillar == "" {
		c.add(path+".pillar", "an action of a site belongs to the pillar whose level raises it", "write pillar: acute, or scope: system")
	}
	if is.Within < 5*60 || is.Within > 24*3600 {
		c.add(path+".within", "the time is outside 5 minutes to 24 hours", "write it like 1h")
	}
	if is.From < 0 || is.To > 24*60 || (is.From != 0 || is.To != 0) && is.From >= is.To {
		c.add(path+".hours", "the hours end before they begin", "write them like 07:00-20:00")
	}
	if is.Shows != nil {
		c.showing(path+".shows", is.Shows)
	}
}

func (c *conditionCheck) showing(path string, is *Showing) {
	if slices.Contains(Agreements(), is.Measure) {
		return
	}
	m, ok := MeasureNamed(is.Measure)
	switch {
	case !ok:
		remedy := "see docs/measures.md"
		if near := Nearest(is.Measure, measureNames()); near != "" {
			remedy = "did you mean " + near + "?"
		}
		c.add(path, fmt.Sprintf("there is no measure %q", is.Measure), remedy)
	case m.Form != Count && m.Form != Shortfall:
		c.add(path, fmt.Sprintf("%s is no count", m.Name), "show it by a measure that counts, so that its movement can be set against what was promised")
	}
}
