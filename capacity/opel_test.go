package capacity_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/capacity"
)

// twoParameters score at most 8: levels change above 2, 4 and 6.
func twoParameters() capacity.Profile {
	return capacity.Profile{
		ID: "test", Name: "Test", Version: 1, Origin: capacity.Illustrative, Raise: 120, Lower: 900,
		Pillars: []capacity.Pillar{{
			ID:    "acute",
			Sites: []capacity.Weight{{Site: "general", Part: 1}},
			Parameters: []capacity.Parameter{
				{ID: "corridor", Name: "Corridor care", Measure: "ae_corridor", Worse: "higher", Drift: 2, Steps: []capacity.Step{{}, {From: 1, Points: 1}, {From: 5, Points: 3}, {From: 10, Points: 5}}},
				{ID: "four_hour", Name: "Four-hour performance", Measure: "ae_four_hour", Worse: "lower", Drift: 5, Steps: []capacity.Step{{}, {From: 78, Points: 1}, {From: 60, Points: 3}}},
			},
			Bands: []capacity.Band{{Level: 1, To: 2}, {Level: 2, To: 4}, {Level: 3, To: 6}, {Level: 4, To: 8}},
		}},
	}
}

func TestScore(t *testing.T) {
	p := twoParameters()
	value := func(v float64) capacity.Reading { return capacity.Reading{Value: v, Known: true} }
	old := func(v float64, minutes int) capacity.Reading {
		return capacity.Reading{Value: v, Known: true, Old: time.Duration(minutes) * time.Minute, Why: "silent"}
	}
	for name, c := range map[string]struct {
		corridor, fourHour capacity.Reading
		low, high          float64
		level, could       int
	}{
		"all well":                          {value(0), value(90), 0, 0, 1, 1},
		"a step begins with its value":      {value(5), value(78), 4, 4, 2, 2},
		"just before it":                    {value(4), value(78.1), 1, 1, 1, 1},
		"as bad as can be":                  {value(40), value(3), 8, 8, 4, 4},
		"between two bands it is the worse": {value(5), value(60), 6, 6, 3, 3},
		"old, and may have got worse":       {old(4, 60), value(90), 1, 3, 1, 2},
		"old, but drifts no further":        {old(0, 20), value(90), 0, 0, 1, 1},
		"lower is worse drifts down":        {value(10), old(80, 30), 5, 6, 3, 3},
		"never told: up to the middle":      {capacity.Reading{Why: "not_sent"}, value(60), 3, 6, 2, 3},
		"too few to tell":                   {value(10), capacity.Reading{Few: true}, 5, 5, 3, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := p.Pillars[0].Score([]capacity.Reading{c.corridor, c.fourHour})
			assert.Equal(t, []float64{c.low, c.high}, []float64{s.Low, s.High})
			assert.Equal(t, []int{c.level, c.could}, []int{s.Level, s.Could})
		})
	}
}

func TestTogetherWeighsTheSites(t *testing.T) {
	p := twoParameters()
	p.Pillars[0].Sites = []capacity.Weight{{Site: "royal", Part: .75}, {Site: "alex", Part: .25}}
	s := p.Pillars[0].Together([]capacity.Score{{Low: 6, High: 6}, {Low: 0, High: 8}})
	assert.Equal(t, capacity.Score{Low: 4.5, High: 6.5, Level: 3, Could: 4}, s)
}

func TestSilenceNeverLowersALevelAndWorseNeverScoresLess(t *testing.T) {
	p := twoParameters().Pillars[0]
	rapid.Check(t, func(t *rapid.T) {
		reading := func(name string) capacity.Reading {
			return capacity.Reading{Value: rapid.Float64Range(0, 120).Draw(t, name), Known: true}
		}
		a, b := reading("corridor"), reading("four_hour")
		fresh := p.Score([]capacity.Reading{a, b})
		a.Old = time.Duration(rapid.IntRange(0, 600).Draw(t, "minutes")) * time.Minute
		silent := p.Score([]capacity.Reading{a, b})
		require.Equal(t, fresh.Level, silent.Level, "the last value still counts")
		require.GreaterOrEqual(t, silent.Could, silent.Level)
		longer := a
		longer.Old += time.Hour
		require.GreaterOrEqual(t, p.Score([]capacity.Reading{longer, b}).High, silent.High)
		worse := capacity.Reading{Value: a.Value + rapid.Float64Range(0, 50).Draw(t, "worse"), Known: true}
		require.GreaterOrEqual(t, p.Score([]capacity.Reading{worse, b}).Low, fresh.Low)
	})
}

func TestProfileFindsEachFault(t *testing.T) {
	l := sound()
	l.Feeds[0].Supplies = []string{"ae"}
	good := twoParameters()
	require.Empty(t, good.Validate(&l))

	for name, c := range map[string]struct {
		path  string
		spoil func(*capacity.Profile)
	}{
		"version":          {"version", func(p *capacity.Profile) { p.Version = 0 }},
		"origin":           {"origin", func(p *capacity.Profile) { p.Origin = "official" }},
		"national unnamed": {"source", func(p *capacity.Profile) { p.Origin = capacity.National }},
		"lower":            {"lower", func(p *capacity.Profile) { p.Lower = 60 }},
		"pillar":           {"pillars[0].id", func(p *capacity.Profile) { p.Pillars[0].ID = "hospital" }},
		"pillar twice":     {"pillars[1].id", func(p *capacity.Profile) { p.Pillars = append(p.Pillars, p.Pillars[0]) }},
		"site":             {"pillars[0].sites[0].site", func(p *capacity.Profile) { p.Pillars[0].Sites[0].Site = "royal" }},
		"parts":            {"pillars[0].sites", func(p *capacity.Profile) { p.Pillars[0].Sites[0].Part = .9 }},
		"measure":          {"pillars[0].parameters[0].measure", func(p *capacity.Profile) { p.Pillars[0].Parameters[0].Measure = "ae_coridor" }},
		"a time":           {"pillars[0].parameters[0].measure", func(p *capacity.Profile) { p.Pillars[0].Parameters[0].Measure = "ae_next_dta_breach" }},
		"nothing feeds it": {"pillars[0].parameters[0].measure", func(p *capacity.Profile) { p.Pillars[0].Parameters[0].Measure = "nctr_here" }},
		"worse":            {"pillars[0].parameters[0].worse", func(p *capacity.Profile) { p.Pillars[0].Parameters[0].Worse = "up" }},
		"numbers missing":  {"pillars[0].parameters[1].steps", func(p *capacity.Profile) { p.Pillars[0].Parameters[1].Steps = nil }},
		"turns round":      {"pillars[0].parameters[0].steps[2].from", func(p *capacity.Profile) { p.Pillars[0].Parameters[0].Steps[2].From = 1 }},
		"the wrong way":    {"pillars[0].parameters[1].steps[2].from", func(p *capacity.Profile) { p.Pillars[0].Parameters[1].Steps[2].From = 90 }},
		"points fall":      {"pillars[0].parameters[0].steps[3].points", func(p *capacity.Profile) { p.Pillars[0].Parameters[0].Steps[3].Points = 2 }},
		"three bands":      {"pillars[0].bands", func(p *capacity.Profile) { p.Pillars[0].Bands = p.Pillars[0].Bands[:3] }},
		"bands overlap":    {"pillars[0].bands[2].to", func(p *capacity.Profile) { p.Pillars[0].Bands[2].To = 4 }},
		"totals":           {"pillars[0].bands[3].to", func(p *capacity.Profile) { p.Pillars[0].Bands[3].To = 44 }},
		"drift":            {"pillars[0].parameters[0].drift", func(p *capacity.Profile) { p.Pillars[0].Parameters[0].Drift = -1 }},
	} {
		t.Run(name, func(t *testing.T) {
			p := twoParameters()
			c.spoil(&p)
			problems := p.Validate(&l)
			require.NotEmpty(t, problems)
			assert.Equal(t, c.path, problems[0].Path)
			assert.NotEmpty(t, problems[0].Remedy)
		})
	}
}
