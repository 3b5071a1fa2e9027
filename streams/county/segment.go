package county

import (
	"math"
	"strings"

	"flowcentre/capacity"
)

// segment is the group of people that somebody belongs to, in codes.
type segment struct {
	locality  string // of the layout; empty where it has none
	age       int
	frailty   string
	condition string
}

// ageBands begin at these years.
var ageBands = []struct {
	from int
	band string
}{{85, "85+"}, {75, "75-84"}, {65, "65-74"}, {18, "18-64"}, {0, "0-17"}}

func (s *segment) band() string {
	for _, b := range ageBands {
		if s.age >= b.from {
			return b.band
		}
	}
	return ""
}

// told is what is said of the group beside a fact about a person.
func (s *segment) told(d *details) {
	d.Locality, d.AgeBand, d.Frailty, d.Condition = s.locality, s.band(), s.frailty, s.condition
}

// frailties and conditions become likelier with age, from 18, 65, 75 and 85 years on.
var (
	frailties = []string{"none", "mild", "moderate", "severe"}
	frail     = [][]float64{{.93, .06, .01, 0}, {.62, .24, .11, .03}, {.38, .32, .21, .09}, {.16, .30, .32, .22}}

	conditions   = []string{"", "copd", "heart_failure", "diabetes", "dementia"}
	longstanding = [][]float64{{.82, .04, .01, .12, .01}, {.52, .14, .10, .19, .05}, {.42, .14, .16, .16, .12}, {.36, .10, .20, .11, .23}}
)

func (c *County) segmentOf(age int, locality string) segment {
	s := segment{locality: locality, age: age, frailty: "none"}
	step := -1
	for i, from := range []int{18, 65, 75, 85} {
		if age >= from {
			step = i
		}
	}
	if step >= 0 {
		s.frailty = frailties[c.weighed(frail[step])]
		s.condition = conditions[c.weighed(longstanding[step])]
	}
	return s
}

// near draws where somebody lives who uses a place: the nearer, the likelier. Without
// localities it is the index of any town.
func (c *County) near(locality string) (home string, town int) {
	all := c.options.Layout.Localities
	if len(all) == 0 {
		return "", c.rnd.IntN(len(towns))
	}
	weights := make([]float64, len(all))
	for i := range all {
		weights[i] = c.populous(&all[i])
		if at := c.locality(locality); at != nil {
			weights[i] *= math.Exp(-kilometres(&all[i], at) / reach)
		}
	}
	l := all[c.weighed(weights)]
	return l.ID, townOf(&l, c.rnd.IntN(len(towns)))
}

// reach is in km: from so far away a third as many come as from next door.
const reach = 11.

func (c *County) locality(id string) *capacity.Locality {
	for i := range c.options.Layout.Localities {
		if l := &c.options.Layout.Localities[i]; l.ID == id {
			return l
		}
	}
	return nil
}

// kilometres are between the middles of two localities.
func kilometres(a, b *capacity.Locality) float64 {
	return math.Hypot(a.East-b.East, a.North-b.North)
}

// populous weighs a locality by the towns that it has people of.
func (c *County) populous(l *capacity.Locality) float64 {
	n := .0
	for _, t := range towns {
		if strings.HasPrefix(l.Name, firstWord(t.name)) {
			n += t.people
		}
	}
	return max(n, 10)
}

// townOf is the index of a town of the locality, or another where none has its name.
func townOf(l *capacity.Locality, other int) int {
	for i := range towns {
		if strings.HasPrefix(l.Name, firstWord(towns[i].name)) {
			return i
		}
	}
	return other
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}
