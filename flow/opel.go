package flow

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"flowcentre/capacity"
)

// level is the OPEL level of one scope, assessed once a minute of the centre's clock by the
// profile of the layout in force. A level has to hold before it is shown; see shows.
type level struct {
	Profile    string              `json:"p"` // id and version by which it was assessed
	Pillar     string              `json:"pillar,omitempty"`
	Shown      int                 `json:"s"`
	ShownSince capacity.Instant    `json:"ss"`
	True       int                 `json:"t"` // by the newest assessment
	Could      int                 `json:"c"`
	Low        float64             `json:"l"`
	High       float64             `json:"h"`
	Above      [5]capacity.Instant `json:"a"` // of each level, since when it has been reached without a break, 0 while it is not
	Reached    [5]capacity.Instant `json:"r"` // and when it last was
	Readings   []scored            `json:"v,omitempty"`
	Entered    int                 `json:"e,omitempty"` // the level, computed or declared, whose actions are raised
	version    uint64
	shown      *LevelView
}

// scored is the figure of one parameter as the newest assessment took it, and the last that
// was in time.
type scored struct {
	Points capacity.Points  `json:"p"`
	Since  capacity.Instant `json:"o,omitempty"` // of an old value: when its oldest input last spoke
	Phoned bool             `json:"w,omitempty"` // told by a person
	Last   float64          `json:"l,omitempty"`
	LastAt capacity.Instant `json:"a,omitempty"` // 0 when there has been none
	Few    bool             `json:"f,omitempty"` // then there was too little to make it of
}

const (
	assessEvery   = time.Minute
	reportedHolds = 30 * time.Minute // for so long after it was so a figure told by a person is not old
)

func levelKey(scope string) string { return "level/" + scope }

// assess takes the levels anew, once a minute of the centre's clock.
func (s *State) assess() {
	if s.layout.Frame == nil {
		return
	}
	profile := s.layout.Frame.OPEL
	if profile == nil {
		s.forgetLevels(nil)
		return
	}
	s.prepare()
	s.view.asked = measuresOf(profile)
	assessed := map[string]bool{}
	worst := capacity.Score{}
	for i := range profile.Pillars {
		p := &profile.Pillars[i]
		whole := s.assessPillar(profile, p, assessed)
		if whole.Level > worst.Level {
			worst.Level, worst.Low, worst.High = whole.Level, whole.Low, whole.High
		}
		worst.Could = max(worst.Could, whole.Could)
	}
	s.grade("system", "", profile, worst, nil, assessed)
	s.forgetLevels(assessed)
}

// assessPillar grades the sites of a pillar, their organisations and the pillar as a whole.
func (s *State) assessPillar(profile *capacity.Profile, p *capacity.Pillar, assessed map[string]bool) capacity.Score {
	scope := "pillar/" + p.ID
	if len(p.Sites) == 0 {
		score, readings := s.score(p, "system", scope)
		s.grade(scope, p.ID, profile, score, readings, assessed)
		return score
	}
	scores := make([]capacity.Score, len(p.Sites))
	for i, w := range p.Sites {
		site := "site/" + w.Site
		var readings []scored
		scores[i], readings = s.score(p, site, site)
		s.grade(site, p.ID, profile, scores[i], readings, assessed)
	}
	for _, o := range s.layout.Frame.Organisations {
		part, of := s.share(p, scores, o.ID)
		if len(of) > 0 {
			s.grade("organisation/"+o.ID, p.ID, profile, part.Together(of), nil, assessed)
		}
	}
	whole := p.Together(scores)
	s.grade(scope, p.ID, profile, whole, nil, assessed)
	return whole
}

// share is the pillar with the sites of one organisation alone, and their scores.
func (s *State) share(p *capacity.Pillar, scores []capacity.Score, organisation string) (capacity.Pillar, []capacity.Score) {
	part := capacity.Pillar{Bands: p.Bands}
	var of []capacity.Score
	sum := 0.0
	for i, w := range p.Sites {
		if s.site(w.Site).Organisation == organisation {
			part.Sites, of, sum = append(part.Sites, w), append(of, scores[i]), sum+w.Part
		}
	}
	for i := range part.Sites {
		part.Sites[i].Part /= sum
	}
	return part, of
}

// score takes the readings of a pillar in the units of a scope, beside those that were in
// time last.
func (s *State) score(p *capacity.Pillar, units, scope string) (capacity.Score, []scored) {
	var was []scored
	if l := s.levels[scope]; l != nil && len(l.Readings) == len(p.Parameters) {
		was = l.Readings
	}
	within := s.assessed(units)
	for _, u := range within {
		s.rescore(u, s.view.asked)
	}
	all := make([]capacity.Reading, len(p.Parameters))
	readings := make([]scored, len(p.Parameters))
	for i := range p.Parameters {
		if was != nil && was[i].Points.Parameter == p.Parameters[i].ID {
			readings[i].Last, readings[i].LastAt, readings[i].Few = was[i].Last, was[i].LastAt, was[i].Few
		}
		all[i] = s.read(within, units, p.Parameters[i].Measure, &readings[i])
	}
	score := p.Score(all)
	for i := range readings {
		readings[i].Points = score.Points[i]
	}
	return score, readings
}

// assessed are the units of a site, or of all sites.
func (s *State) assessed(scope string) []*unit {
	site, ok := strings.CutPrefix(scope, "site/")
	if !ok {
		return s.within(scope)
	}
	if c := s.view.sites[site]; c != nil {
		return c.units
	}
	return nil
}

// measuresOf are the places of the measures that a profile asks for, in the order of the
// catalogue.
func measuresOf(profile *capacity.Profile) (all []int) {
	for i := range profile.Pillars {
		for _, parameter := range profile.Pillars[i].Parameters {
			if place := measurePlace(parameter.Measure); place >= 0 {
				all = append(all, place)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// rescore takes the measures of a unit that an assessment asks for, where something has changed
// since the last.
func (s *State) rescore(u *unit, asked []int) {
	if s.paint(u); !u.unread {
		return
	}
	clock := &capacity.Clock{Now: s.at, Zone: s.zone()}
	u.scored, u.unread = s.some(u, asked, clock), false
	s.wake(u, clock)
}

// read is the figure of a measure in the units of a scope. While an input is silent the last
// figure that was in time stands: what the centre goes on counting by itself is of a
// department that may have emptied or filled since.
func (s *State) read(units []*unit, scope, measure string, r *scored) capacity.Reading {
	place := measurePlace(measure)
	if place < 0 {
		return capacity.Reading{Why: UnknownMeasure}
	}
	m, sum := &capacity.Measures()[place], figure{}
	for _, u := range units {
		if f := u.scored.of(place); f != nil {
			sum.amount.Add(f.amount)
			sum.missing = append(sum.missing, f.missing...)
			sum.asOf = earlier(sum.asOf, f.asOf)
		}
	}
	if told := s.reportedFor(measure, scope); told != nil && told.Superseded == 0 {
		r.Phoned = true
		reading := capacity.Reading{Value: told.Value, Known: true}
		if told.At.Add(reportedHolds) < s.at {
			reading.Old, reading.Why, r.Since = s.at.Sub(told.At), "reported", told.At
		}
		return reading
	}
	value, known, few := m.Value(sum.amount)
	why := ""
	if len(sum.missing) > 0 {
		why = sum.missing[0].Why
	}
	if sum.asOf == 0 && (known || few) {
		r.Last, r.LastAt, r.Few = value, s.at, few
		return capacity.Reading{Value: value, Known: known, Few: few, Why: why}
	}
	since := cmp.Or(sum.asOf, r.LastAt)
	switch {
	case r.LastAt != 0:
		r.Since = since
		return capacity.Reading{Value: r.Last, Known: !r.Few, Few: r.Few, Old: s.at.Sub(since), Why: why}
	case known:
		r.Since = since
		return capacity.Reading{Value: value, Known: true, Old: s.at.Sub(since), Why: why}
	}
	return capacity.Reading{Why: cmp.Or(why, "unknown")}
}

// grade takes a score into the level of its scope.
func (s *State) grade(scope, pillar string, profile *capacity.Profile, score capacity.Score, readings []scored, assessed map[string]bool) {
	assessed[scope] = true
	name := profile.ID + " v" + itoa(uint64(profile.Version))
	l := s.levels[scope]
	if l == nil || l.Profile != name {
		entered := 0
		if l != nil {
			entered = l.Entered
		}
		l = &level{Profile: name, Pillar: pillar, Shown: score.Level, ShownSince: s.at, Entered: entered}
		s.levels[scope] = l
	}
	l.True, l.Could, l.Low, l.High, l.Readings = score.Level, score.Could, score.Low, score.High, readings
	for k := 1; k <= 4; k++ {
		switch {
		case score.Level < k:
			l.Above[k] = 0
		default:
			if l.Above[k] == 0 {
				l.Above[k] = s.at
			}
			l.Reached[k] = s.at
		}
	}
	if shown := l.shows(s.at, profile); shown != l.Shown {
		l.Shown, l.ShownSince = shown, s.at
	}
	l.shown = nil
	l.version = s.seq
	s.changed.key(levelKey(scope))
	s.view.levels = true
}

// shows is the level that is shown: the highest above it that has held for the profile's
// raise, or else as far below it as nothing has reached for its lower.
func (l *level) shows(now capacity.Instant, p *capacity.Profile) int {
	raise, lower := time.Duration(p.Raise)*time.Second, time.Duration(p.Lower)*time.Second
	for k := 4; k > l.Shown; k-- {
		if l.Above[k] != 0 && now.Sub(l.Above[k]) >= raise {
			return k
		}
	}
	shown := l.Shown
	for shown > 1 && l.Above[shown] == 0 && now.Sub(l.Reached[shown]) >= lower {
		shown--
	}
	return shown
}

// forgetLevels drops the levels of scopes that have none any more.
func (s *State) forgetLevels(still map[string]bool) {
	for scope := range s.levels {
		if !still[scope] {
			delete(s.levels, scope)
			s.changed.key(levelKey(scope))
			s.gone("levels", scope)
			s.view.levels = true
		}
	}
}

// levelOrder puts the system first, then pillars, organisations and sites, each by name.
func levelOrder(a, b string) int {
	rank := func(scope string) int {
		kind, _, _ := strings.Cut(scope, "/")
		return slices.Index([]string{"system", "pillar", "organisation", "site"}, kind)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

func (s *State) showLevels() []*LevelView {
	scopes := make([]string, 0, len(s.levels))
	for scope := range s.levels {
		scopes = append(scopes, scope)
	}
	slices.SortFunc(scopes, levelOrder)
	shown := make([]*LevelView, len(scopes))
	for i, scope := range scopes {
		l := s.levels[scope]
		if l.shown == nil {
			l.shown = s.levelView(scope, l)
		}
		shown[i] = l.shown
	}
	return shown
}

func (s *State) levelView(scope string, l *level) *LevelView {
	v := &LevelView{
		ID: scope, Version: l.version, Pillar: l.Pillar, Level: l.Shown, Could: l.Shown, True: l.True, Low: l.Low, High: l.High,
		TrueSince: l.Above[l.Shown], ShownSince: l.ShownSince, Profile: l.Profile, Points: []PointsView{},
	}
	v.Declared = s.declaredLevel(scope)
	if l.Could > l.True {
		v.Could = max(l.Shown, l.Could)
	}
	profile := s.layout.Frame.OPEL
	if profile == nil {
		return v
	}
	v.Name, v.Origin = profile.Name+" v"+itoa(uint64(profile.Version)), profile.Origin
	for i := range profile.Pillars {
		p := &profile.Pillars[i]
		if p.ID != l.Pillar {
			continue
		}
		v.Most = p.Bands[len(p.Bands)-1].To
		for j := range l.Readings {
			r := &l.Readings[j]
			v.Points = append(v.Points, PointsView{
				ID: r.Points.Parameter, Name: p.Parameters[j].Name, Measure: r.Points.Measure, Value: r.Points.Value,
				Low: r.Points.Low, High: r.Points.High, Most: r.Points.Most, Since: r.Since, Why: r.Points.Why, Phoned: r.Phoned,
			})
		}
	}
	return v
}

// declaredLevel is what a person says the level of a scope is, nil when nobody does or it has
// expired.
func (s *State) declaredLevel(scope string) *DeclaredLevel {
	t := s.statuses[scope+" "+capacity.DeclaredOPEL]
	if t == nil || t.Until <= s.at {
		return nil
	}
	return &DeclaredLevel{Level: int(t.Value[0] - '0'), At: t.At, Until: t.Until, Review: t.Review, Role: t.Role, Reason: t.Reason, Seq: t.Seq}
}

// redeclared shows the level of a scope anew when its declaration has changed.
func (s *State) redeclared(t *status) {
	if l := s.levels[t.Scope]; l != nil && t.Status == capacity.DeclaredOPEL {
		l.shown, l.version = nil, s.seq
		s.view.levels = true
	}
}
