package capacity

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Profile is the rules by which measures give an OPEL level: parameters, the points that
// their values score, and the bands of points that are levels. Its origin is shown wherever
// its levels are.
type Profile struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Version int      `json:"version"`
	Origin  string   `json:"origin"` // national, local or illustrative
	Source  string   `json:"source,omitempty"`
	Raise   int      `json:"raise_s"` // seconds for which a higher level has to hold before it is shown
	Lower   int      `json:"lower_s"` // and a lower one: longer
	Pillars []Pillar `json:"pillars"`
}

// Origins of a profile.
const (
	National     = "national"
	Local        = "local"
	Illustrative = "illustrative"
)

// Pillar is one kind of provider, with its own parameters (OPEL 2024-26: acute, community,
// mental health, NHS 111).
type Pillar struct {
	ID         string      `json:"id"`              // see Pillars
	Sites      []Weight    `json:"sites,omitempty"` // scored each by itself; empty: the system is scored as one
	Parameters []Parameter `json:"parameters"`
	Bands      []Band      `json:"bands"` // levels 1 to 4
}

// Pillars are those that there can be.
func Pillars() []string { return []string{"acute", "community", "mental_health", "nhs111"} }

// Weight is the part that a site has in the score of its pillar. All of a pillar make 1.
type Weight struct {
	Site string  `json:"site"`
	Part float64 `json:"part"`
}

// Band is a level with the most points that it reaches to. A score between two bands
// belongs to the higher: 11.3 is beyond 11.
type Band struct {
	Level int     `json:"level"`
	To    float64 `json:"to"`
}

// Parameter is a measure and the points that its values score.
type Parameter struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Measure string  `json:"measure"` // its name in the catalogue
	Worse   string  `json:"worse"`   // higher or lower
	Steps   []Step  `json:"steps"`   // from best to worst
	Drift   float64 `json:"drift"`   // how much it usually worsens in an hour, in the measure's unit: what an old value may have become
}

// Step is the points of a value that has come as far as From towards the worse, itself
// included. The first step has no From: it is all that is better than the second.
type Step struct {
	From   float64 `json:"from"`
	Points float64 `json:"points"`
}

// Reading is the figure of one parameter at one moment.
type Reading struct {
	Value float64
	Known bool          // a value was told, however long ago
	Old   time.Duration // since when it is old; 0 for one that is in time
	Few   bool          // too few to make a share or mean of: it scores as the best
	Why   string        // what is the matter with a value that is old or not known, such as silent
}

// Points are what one parameter scores. Low is what its last value scores; High what it may
// have become since.
type Points struct {
	Parameter string        `json:"parameter"`
	Measure   string        `json:"measure"`
	Value     *float64      `json:"value"`
	Low       float64       `json:"low"`
	High      float64       `json:"high"`
	Most      float64       `json:"most"` // that it can score
	Old       time.Duration `json:"-"`
	Why       string        `json:"why,omitempty"`
}

// Score is the points of all parameters, and the levels that they give. Could is above Level
// only while an input is old or missing.
type Score struct {
	Low, High    float64
	Level, Could int
	Points       []Points // in the order of the profile
}

// Score scores readings, one for each parameter of the pillar, in its order. An old value is
// held to have worsened by its usual drift and no more, and never to have got better: so
// silence never lowers a level, and does not raise it to the worst that can be imagined. A
// parameter of which nothing was ever told scores from nothing to the middle of its steps.
func (p *Pillar) Score(readings []Reading) Score {
	var s Score
	for i := range p.Parameters {
		points := p.Parameters[i].score(readings[i])
		s.Low, s.High = s.Low+points.Low, s.High+points.High
		s.Points = append(s.Points, points)
	}
	s.Level, s.Could = p.Level(s.Low), p.Level(s.High)
	return s
}

func (m *Parameter) score(r Reading) Points {
	p := Points{Parameter: m.ID, Measure: m.Measure, Most: m.most(), Old: r.Old, Why: r.Why}
	switch {
	case r.Few:
		p.Low, p.High = m.Steps[0].Points, m.Steps[0].Points
	case !r.Known:
		p.Low, p.High = m.Steps[0].Points, m.Steps[len(m.Steps)/2].Points
	default:
		worse := m.Drift * r.Old.Hours()
		if m.Worse == "lower" {
			worse = -worse
		}
		p.Value, p.Low, p.High = &r.Value, m.points(r.Value), m.points(r.Value+worse)
	}
	return p
}

// points are those of a value.
func (m *Parameter) points(value float64) float64 {
	points := m.Steps[0].Points
	for _, s := range m.Steps[1:] {
		if m.Worse == "lower" && value > s.From || m.Worse == "higher" && value < s.From {
			break
		}
		points = s.Points
	}
	return points
}

func (m *Parameter) most() float64 { return m.Steps[len(m.Steps)-1].Points }

// Level is the level of so many points. Of more than the last band reaches to it is the
// last.
func (p *Pillar) Level(points float64) int {
	for _, b := range p.Bands {
		if points <= b.To+1e-9 {
			return b.Level
		}
	}
	return p.Bands[len(p.Bands)-1].Level
}

// Together is the score of the whole pillar: the sites' scores by their parts, against the
// same bands.
func (p *Pillar) Together(sites []Score) Score {
	var s Score
	for i, w := range p.Sites {
		s.Low += w.Part * sites[i].Low
		s.High += w.Part * sites[i].High
	}
	s.Level, s.Could = p.Level(s.Low), p.Level(s.High)
	return s
}

// Validate gives all that is wrong with a profile for a layout: numbers that are missing,
// steps that leave gaps or turn round, totals that do not fit the bands, measures that are
// not there or that nothing feeds. The layout may be nil.
func (p *Profile) Validate(l *Layout) []Problem {
	c := profileCheck{layout: l}
	if p.ID == "" || p.Name == "" {
		c.add("id", "the profile has no id or no name", "name it, such as id: opel-2024-26")
	}
	if p.Version < 1 {
		c.add("version", "the version is not 1 or more", "count it up with every change: levels are shown with it")
	}
	if !slices.Contains([]string{National, Local, Illustrative}, p.Origin) {
		c.add("origin", fmt.Sprintf("origin %q is not one of national, local, illustrative", p.Origin), "say where the numbers come from; it is shown beside every level")
	}
	if p.Origin == National && p.Source == "" {
		c.add("source", "a national profile names no source", "name the document, its version and page")
	}
	if p.Raise < 0 || p.Raise > 3600 {
		c.add("raise", "raise is outside 0 to 1 hour", "say how long a higher level has to hold, such as 2m")
	}
	if p.Lower < p.Raise || p.Lower > 24*3600 {
		c.add("lower", "lower is shorter than raise, or longer than a day", "a level falls more slowly than it rises, such as 15m")
	}
	if len(p.Pillars) == 0 {
		c.add("pillars", "the profile has no pillar", "begin with acute")
	}
	for i := range p.Pillars {
		c.pillar(fmt.Sprintf("pillars[%d]", i), &p.Pillars[i], slices.ContainsFunc(p.Pillars[:i], func(o Pillar) bool { return o.ID == p.Pillars[i].ID }))
	}
	return c.problems
}

type profileCheck struct {
	layout   *Layout
	problems []Problem
}

func (c *profileCheck) add(path, reason, remedy string) {
	c.problems = append(c.problems, Problem{path, reason, remedy})
}

func (c *profileCheck) pillar(path string, p *Pillar, twice bool) {
	if !slices.Contains(Pillars(), p.ID) || twice {
		c.add(path+".id", fmt.Sprintf("pillar %q is not one of %s, each once", p.ID, strings.Join(Pillars(), ", ")), "correct it")
	}
	sum := 0.0
	for i, w := range p.Sites {
		at := fmt.Sprintf("%s.sites[%d]", path, i)
		if c.layout != nil && !slices.ContainsFunc(c.layout.Sites, func(s Site) bool { return s.ID == w.Site }) {
			c.add(at+".site", fmt.Sprintf("the layout has no site %q", w.Site), "name a site by its id; a site without a profile has no level")
		}
		if !(w.Part > 0 && w.Part <= 1) {
			c.add(at+".part", "the part is outside 0 to 1", "say which part of the pillar's score the site has")
		}
		sum += w.Part
	}
	if len(p.Sites) > 0 && math.Abs(sum-1) > 1e-6 {
		c.add(path+".sites", fmt.Sprintf("the parts of the sites make %.4g, not 1", sum), "correct the parts")
	}
	if len(p.Parameters) == 0 {
		c.add(path+".parameters", "the pillar has no parameter", "leave the pillar out until its parameters are known")
		return
	}
	most, sound := 0.0, true
	for i := range p.Parameters {
		m := &p.Parameters[i]
		before := len(c.problems)
		c.parameter(fmt.Sprintf("%s.parameters[%d]", path, i), p, m)
		if sound = sound && len(c.problems) == before; sound {
			most += m.most()
		}
	}
	c.bands(path+".bands", p, most, sound)
}

func (c *profileCheck) parameter(path string, p *Pillar, m *Parameter) {
	if m.ID == "" || m.Name == "" {
		c.add(path+".id", "the parameter has no id or no name", "give it both")
	}
	if m.Worse != "higher" && m.Worse != "lower" {
		c.add(path+".worse", fmt.Sprintf("worse: %q is not higher or lower", m.Worse), "say which way is worse")
	}
	if m.Drift < 0 || math.IsNaN(m.Drift) || math.IsInf(m.Drift, 0) {
		c.add(path+".drift", "the drift is less than 0", "say how much the figure usually worsens in an hour, 0 for not at all")
	}
	c.measure(path+".measure", p, m)
	if len(m.Steps) < 2 {
		c.add(path+".steps", fmt.Sprintf("the numbers of %s are missing: it has fewer than two steps", m.ID), "enter the table: the points of the best values first, then each step with its from")
		return
	}
	if m.Steps[0].Points < 0 {
		c.add(path+".steps[0].points", "the points are less than 0", "points begin at 0")
	}
	for i := 1; i < len(m.Steps); i++ {
		at, was, now := fmt.Sprintf("%s.steps[%d]", path, i), m.Steps[i-1], m.Steps[i]
		if now.Points < was.Points {
			c.add(at+".points", fmt.Sprintf("%g points follow %g: worse values score less", now.Points, was.Points), "give the steps from best to worst")
		}
		if i > 1 && (m.Worse == "higher" && now.From <= was.From || m.Worse == "lower" && now.From >= was.From) {
			c.add(at+".from", fmt.Sprintf("%g does not lie beyond %g: the steps overlap or turn round", now.From, was.From), "give the steps from best to worst")
		}
	}
}

// measure checks that there is such a figure, that it is a number, and that facts feed it.
func (c *profileCheck) measure(path string, p *Pillar, of *Parameter) {
	m, ok := MeasureNamed(of.Measure)
	if !ok {
		remedy := "see docs/measures.md"
		if near := Nearest(of.Measure, measureNames()); near != "" {
			remedy = "did you mean " + near + "?"
		}
		c.add(path, fmt.Sprintf("there is no measure %q", of.Measure), remedy)
		return
	}
	if m.Form == Earliest {
		c.add(path, fmt.Sprintf("%s is a time, not a number", m.Name), "choose a measure that is counted or shared")
	}
	if c.layout == nil {
		return
	}
	for _, site := range p.scored() {
		if !c.layout.feeds(m, site) {
			where := cmp.Or(site, "the system")
			c.add(path, fmt.Sprintf("no feed of %s supplies what %s is made of", where, m.Name), "let a feed supply one of "+strings.Join(m.Supply, ", ")+", or leave the parameter or pillar out: what no fact feeds would always be unknown")
		}
	}
}

// scored are the sites that are scored by themselves, one empty for the system.
func (p *Pillar) scored() []string {
	if len(p.Sites) == 0 {
		return []string{""}
	}
	all := make([]string, len(p.Sites))
	for i, w := range p.Sites {
		all[i] = w.Site
	}
	return all
}

// feeds says whether a feed supplies the measure for a unit of the site, or of any site.
func (l *Layout) feeds(m *Measure, site string) bool {
	for i := range l.Units {
		u := &l.Units[i]
		if site != "" && u.Site != site || !m.Applies(u) {
			continue
		}
		needs := m.Needs(u)
		for _, f := range l.Feeds {
			if (len(u.Feeds) == 0 || slices.Contains(u.Feeds, f.ID)) && slices.ContainsFunc(f.Supplies, func(s string) bool { return slices.Contains(needs, s) }) {
				return true
			}
		}
	}
	return false
}

func (c *profileCheck) bands(path string, p *Pillar, most float64, sound bool) {
	if len(p.Bands) != 4 {
		c.add(path, fmt.Sprintf("there are %d bands, not 4", len(p.Bands)), "say up to how many points each of the levels 1 to 4 reaches")
		return
	}
	for i, b := range p.Bands {
		at := fmt.Sprintf("%s[%d]", path, i)
		if b.Level != i+1 {
			c.add(at+".level", fmt.Sprintf("level %d stands where level %d belongs", b.Level, i+1), "give the levels 1, 2, 3, 4")
		}
		if i > 0 && b.To <= p.Bands[i-1].To {
			c.add(at+".to", fmt.Sprintf("%g is not beyond %g", b.To, p.Bands[i-1].To), "give the bands from least to most")
		}
	}
	if last := p.Bands[3].To; sound && math.Abs(last-most) > 1e-6 {
		c.add(path+"[3].to", fmt.Sprintf("the parameters make at most %g points, and the last band reaches to %g", most, last), "one of the tables has a slip: the totals must agree")
	}
}
