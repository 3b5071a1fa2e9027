package capacity

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Condition is when somebody is told of a figure, who, and how soon. One table of them makes
// the rules of Prometheus and drives rehearsals, so both mean the same.
type Condition struct {
	Name        string `json:"name"`            // CamelCase; the alert is FlowCentre and this
	Scope       string `json:"scope"`           // site or system: of each by itself
	Tests       []Test `json:"tests"`           // all must hold
	For         int    `json:"for_s,omitempty"` // seconds for which they must hold before anybody is told
	Keep        int    `json:"keep_s"`          // seconds for which it goes on after they no longer do
	Severity    string `json:"severity"`        // critical: page; warning: desk; info: wall alone
	Audience    string `json:"audience"`        // flow or it
	Role        string `json:"role"`            // who is told first
	Next        []Tier `json:"next,omitempty"`  // and then, while nobody has taken it
	Input       bool   `json:"input,omitempty"` // it comes back into the log, and the engine may act on it
	Summary     string `json:"summary"`         // one sentence that fits a lock screen
	Description string `json:"description"`
	Do          string `json:"do"` // what to look at and whom to ring: the first lines of its runbook
	Ring        []Ring `json:"ring,omitempty"`
}

// Tier is who is told next.
type Tier struct {
	Role  string `json:"role"`
	After int    `json:"after_s"` // seconds since the condition began
}

// Test is one thing that must hold.
type Test struct {
	Measure string   `json:"measure"` // a measure of the catalogue, or one of Signals
	Kind    TestKind `json:"kind"`
	Value   float64  `json:"value"` // in the measure's unit; seconds for those of moments
}

// TestKind is how a figure is tested.
type TestKind string

// The kinds of test.
const (
	IsAtLeast TestKind = "at_least"
	IsAtMost  TestKind = "at_most"
	IsOlder   TestKind = "older"   // of a moment: it lies longer back than so many seconds
	IsYounger TestKind = "younger" // of a moment: it lies back by less than that
	IsWithin  TestKind = "within"  // of a moment: it comes within so many seconds, or has passed
)

// OfMoment says whether moments are tested so, and not numbers.
func (k TestKind) OfMoment() bool { return k == IsOlder || k == IsYounger || k == IsWithin }

// Severities and audiences of conditions.
var (
	Severities = []string{"critical", "warning", "info"}
	Audiences  = []string{"flow", "it"}
)

// Roles are who can be told.
func Roles() []string {
	return []string{"coordinator", "clinical_site_manager", "on_call_manager", "on_call_director", "icb_on_call", "systems_desk"}
}

// Callees are whom one can be asked to ring: who can be told, and those on the ground.
func Callees() []string {
	return append(Roles(), "ed_nurse_in_charge", "ambulance_officer", "infection_control", "critical_care_network", "mental_health_liaison", "bed_manager", "community_hub")
}

// Figure is a figure at one moment, as a condition looks at it.
type Figure struct {
	Value float64
	Known bool
}

// Holds says whether all tests hold. Of what is not known none does.
func (c *Condition) Holds(now Instant, figure func(measure string) Figure) bool {
	for _, t := range c.Tests {
		if !t.Holds(now, figure(t.Measure)) {
			return false
		}
	}
	return true
}

// Holds says whether the test holds of a figure. Of what is not known it does not.
func (t *Test) Holds(at Instant, f Figure) bool {
	value, now := f.Value, float64(at)/1000
	if !f.Known {
		return false
	}
	switch t.Kind {
	case IsAtLeast:
		return value >= t.Value
	case IsAtMost:
		return value <= t.Value
	case IsOlder:
		return now-value > t.Value
	case IsYounger:
		return now-value < t.Value
	case IsWithin:
		return value-now < t.Value
	}
	return false
}

// ValidateConditions gives all that is wrong with a table.
func ValidateConditions(all []Condition) []Problem {
	var c conditionCheck
	if len(all) == 0 {
		c.add("conditions", "the table is empty", "begin with configs/conditions.yaml")
	}
	for i := range all {
		path := fmt.Sprintf("conditions[%d]", i)
		if slices.ContainsFunc(all[:i], func(o Condition) bool { return o.Name == all[i].Name }) {
			c.add(path+".name", fmt.Sprintf("%s stands twice in the table", all[i].Name), "give each its own name")
		}
		c.condition(path, &all[i])
	}
	return c.problems
}

type conditionCheck struct{ problems []Problem }

func (c *conditionCheck) add(path, reason, remedy string) {
	c.problems = append(c.problems, Problem{path, reason, remedy})
}

var camelCase = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{2,39}$`)

func (c *conditionCheck) condition(path string, is *Condition) {
	if !camelCase.MatchString(is.Name) {
		c.add(path+".name", fmt.Sprintf("%q is not a name in CamelCase of 3 to 40 letters and digits", is.Name), "write it like CrewsHeld")
	}
	c.oneOf(path+".scope", is.Scope, []string{"site", "system"})
	c.oneOf(path+".severity", is.Severity, Severities)
	c.oneOf(path+".audience", is.Audience, Audiences)
	c.oneOf(path+".tell", is.Role, Roles())
	if is.For < 0 || is.For > 4*3600 || is.Keep < 0 || is.Keep > 4*3600 {
		c.add(path+".for", "for or keep is outside 0 to 4 hours", "a person is told late by all of for")
	}
	if is.Severity == "critical" && is.Keep < 60 {
		c.add(path+".keep", "a page that keeps for less than a minute could flap", "let it keep for 5m or more")
	}
	if n := len([]rune(is.Summary)); n == 0 || n > 60 {
		c.add(path+".summary", fmt.Sprintf("the summary has %d characters, not 1 to 60", n), "it must fit a lock screen")
	}
	if is.Description == "" || is.Do == "" {
		c.add(path+".do", "the condition has no description, or does not say what to do", "an alert without an action is noise")
	}
	after := 0
	for i, t := range is.Next {
		at := fmt.Sprintf("%s.next[%d]", path, i)
		c.oneOf(at+".tell", t.Role, Roles())
		if t.After < after+15*60 {
			c.add(at+".after", "the next is told less than 15 minutes after the one before", "give the one before 15 to 20 minutes")
		}
		after = t.After
	}
	for i, whom := range is.Ring {
		at := fmt.Sprintf("%s.ring[%d]", path, i)
		c.oneOf(at+".role", whom.Role, Callees())
		if n := len([]rune(whom.Agree)); n == 0 || n > 120 {
			c.add(at+".agree", fmt.Sprintf("what to agree has %d characters, not 1 to 120", n), "say in a few words what to agree")
		}
	}
	if len(is.Tests) == 0 {
		c.add(path+".when", "the condition tests nothing", "write when: [{measure: ambulances_waiting, at_least: 4}]")
	}
	for i := range is.Tests {
		c.test(fmt.Sprintf("%s.when[%d]", path, i), &is.Tests[i])
	}
}

func (c *conditionCheck) test(path string, t *Test) {
	moment := t.Kind.OfMoment()
	if s, ok := SignalNamed(t.Measure); ok {
		if s.Moment != moment {
			c.add(path, fmt.Sprintf("%s is tested by %s", t.Measure, t.Kind), "a moment is tested by older, younger or within, a number by at_least or at_most")
		}
		return
	}
	m, ok := MeasureNamed(t.Measure)
	switch {
	case !ok:
		remedy := "see docs/measures.md, or use one of " + strings.Join(Signals(), ", ")
		if near := Nearest(t.Measure, measureNames()); near != "" {
			remedy = "did you mean " + near + "?"
		}
		c.add(path+".measure", fmt.Sprintf("there is no measure %q", t.Measure), remedy)
	case moment != (m.Form == Earliest):
		c.add(path, fmt.Sprintf("%s is tested by %s", m.Name, t.Kind), "a moment is tested by older, younger or within, a number by at_least or at_most")
	case moment && t.Value < 0:
		c.add(path, "the length of time is less than 0", "write it like 45m")
	}
}

func (c *conditionCheck) oneOf(path, value string, of []string) {
	if !slices.Contains(of, value) {
		c.add(path, fmt.Sprintf("%q is not one of %s", value, strings.Join(of, ", ")), "correct it")
	}
}

func measureNames() []string {
	names := make([]string, len(catalogue))
	for i := range catalogue {
		names[i] = catalogue[i].Name
	}
	return names
}
