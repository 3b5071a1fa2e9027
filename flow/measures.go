package flow

import (
	"reflect"
	"slices"
	"strings"

	"flowcentre/capacity"
)

// figures are what a scope's measures come to. A county has thousands of units, and most
// measures mean nothing on most of them: those are left out.
type figures struct {
	all   []figure // in the order of the catalogue
	taken []bool   // of a unit, by place in the catalogue: it was counted
}

// figure is what one measure comes to, and what it lacks.
type figure struct {
	measure int // its place in the catalogue
	amount  capacity.Amount
	missing []Missing
	asOf    capacity.Instant
}

// add sums a part of a scope into it.
func (f *figures) add(part *figures) {
	i := 0
	for _, p := range part.all {
		for i < len(f.all) && f.all[i].measure < p.measure {
			i++
		}
		if i == len(f.all) || f.all[i].measure != p.measure {
			f.all = slices.Insert(f.all, i, figure{measure: p.measure})
		}
		sum := &f.all[i]
		sum.amount.Add(p.amount)
		sum.missing = append(sum.missing, p.missing...)
		sum.asOf = earlier(sum.asOf, p.asOf)
	}
}

func earlier(a, b capacity.Instant) capacity.Instant {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// figure takes every measure of a unit from its picture.
func (s *State) figure(u *unit, c *capacity.Clock) *figures {
	f := &figures{taken: make([]bool, len(capacity.Measures()))}
	for i := range capacity.Measures() {
		m := &capacity.Measures()[i]
		if !m.Applies(u.def) || !m.Expected(u.def, u.portrait.picture.Site) && len(s.suppliers(u, m.Needs(u.def))) == 0 {
			continue
		}
		lack, asOf, usable := s.lack(u, m)
		g := figure{measure: i, asOf: asOf}
		if lack != nil {
			g.missing = []Missing{*lack}
		}
		if f.taken[i] = usable; usable {
			g.amount = m.Take(u.portrait.picture, c, false)
		}
		f.all = append(f.all, g)
	}
	f.all = slices.Clip(f.all)
	return f
}

// lack is what a measure of a unit lacks, nil for nothing; how old it is; and whether a
// figure can be given all the same.
func (s *State) lack(u *unit, m *capacity.Measure) (lack *Missing, asOf capacity.Instant, usable bool) {
	needs := m.Needs(u.def)
	if len(needs) == 0 {
		return nil, 0, true
	}
	best := Missing{Unit: u.def.ID, Why: "not_sent"}
	for _, f := range s.suppliers(u, needs) {
		state := f.state
		switch {
		case state == FeedNever && best.Why == "not_sent":
			best = Missing{Unit: u.def.ID, Feed: f.id, Why: state}
		case state == FeedNever:
		case !stopped(state):
			return s.uncounted(u, m)
		default:
			best = Missing{Unit: u.def.ID, Feed: f.id, Why: state}
			asOf = earlier(asOf, f.told.Last)
		}
	}
	if stopped(best.Why) {
		if lack, _, known := s.uncounted(u, m); !known {
			return lack, asOf, false
		}
		return &best, asOf, true
	}
	return &best, 0, false
}

// uncounted is that no census has told who is on the unit, for measures that count them,
// or that what comes of the unit does not tell what the measure counts.
func (s *State) uncounted(u *unit, m *capacity.Measure) (lack *Missing, asOf capacity.Instant, usable bool) {
	if m.Census(u.def) && u.told.KnownSince == 0 {
		return &Missing{Unit: u.def.ID, Why: "unknown"}, 0, false
	}
	if m.Leavers() && !u.portrait.picture.Leavers {
		return &Missing{Unit: u.def.ID, Why: "no_list"}, 0, false
	}
	some, all := m.Told(u.portrait.picture)
	switch {
	case all || s.untold([]*unit{u}, m.Surely...) == "":
		return nil, 0, true
	case some:
		return &Missing{Unit: u.def.ID, Supply: m.Supply[0], Why: "not_sent"}, 0, true
	}
	return &Missing{Unit: u.def.ID, Why: "not_sent"}, 0, false
}

// stopped tells the states in which a feed's last word is getting old.
func stopped(state string) bool { return state == FeedSilent || state == FeedOutage }

// suppliers are the feeds that may speak for the unit and supply one of these, in the
// order of the layout.
func (s *State) suppliers(u *unit, needs []string) []*feed {
	var all []*feed
	if s.layout.Frame == nil {
		return nil
	}
	for i := range s.layout.Frame.Feeds {
		d := &s.layout.Frame.Feeds[i]
		if len(u.def.Feeds) > 0 && !slices.Contains(u.def.Feeds, d.ID) {
			continue
		}
		if f := s.feeds[d.ID]; f != nil && slices.ContainsFunc(needs, func(n string) bool { return slices.Contains(d.Supplies, n) }) {
			all = append(all, f)
		}
	}
	return all
}

// told is the state of the unit's feeds, of which its figures are made, with the age of
// those that have stopped.
func (s *State) told(u *unit) string {
	var b strings.Builder
	if s.layout.Frame == nil {
		return ""
	}
	for i := range s.layout.Frame.Feeds {
		if id := s.layout.Frame.Feeds[i].ID; len(u.def.Feeds) == 0 || u.hears(id) {
			if f := s.feeds[id]; f != nil {
				b.WriteString(f.state)
				if stopped(f.state) {
					b.WriteString(f.told.Last.String())
				}
			}
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// showMeasures sums the figures of units up to sites, organisations and the system, and
// shows all of them. A site none of whose units was made again keeps its sum.
func (s *State) showMeasures(v, was *View, remade map[string]bool) {
	old := func(id string) *MeasuresView { // in its place, unless the layout has changed
		i := len(v.Measures)
		if i >= len(was.Measures) || was.Measures[i].ID != id {
			i = slices.IndexFunc(was.Measures, func(m *MeasuresView) bool { return m.ID == id })
		}
		if i < 0 {
			return nil
		}
		return was.Measures[i]
	}
	v.Measures = make([]*MeasuresView, 0, len(was.Measures))
	show := func(id string, f *figures, again bool) {
		o := old(id)
		if o != nil && !again {
			v.Measures = append(v.Measures, o)
			return
		}
		m := &MeasuresView{ID: id, Version: s.seq, Values: s.values(id, f)}
		if o != nil && m.keep(o) {
			m = o
		}
		v.Measures = append(v.Measures, m)
	}
	frame := s.layout.Frame
	if frame == nil {
		frame = &capacity.Layout{}
	}
	units := map[string][]*unit{}
	for _, id := range s.layout.Units {
		u := s.units[id]
		units[u.def.Site] = append(units[u.def.Site], u)
	}
	sums := map[string]*figures{}
	for _, site := range frame.Sites {
		if s.view.sites[site.ID] == nil || remade[site.ID] || s.view.layout {
			s.view.sites[site.ID] = &figures{}
			for _, u := range units[site.ID] {
				s.view.sites[site.ID].add(u.figures)
			}
			s.weigh(site.ID, units[site.ID], s.view.sites[site.ID])
		}
		sums[site.ID] = s.view.sites[site.ID]
	}
	system, organisations := &figures{}, map[string]*figures{}
	for _, site := range frame.Sites {
		system.add(sums[site.ID])
		if organisations[site.Organisation] == nil {
			organisations[site.Organisation] = &figures{}
		}
		organisations[site.Organisation].add(sums[site.ID])
	}
	show("system", system, true)
	for _, o := range frame.Organisations {
		if f := organisations[o.ID]; f != nil {
			show("organisation/"+o.ID, f, true)
		}
	}
	for _, site := range frame.Sites {
		show("site/"+site.ID, sums[site.ID], remade[site.ID] || s.view.layout)
	}
	for _, id := range s.layout.Units {
		u := s.units[id]
		show("unit/"+id, u.figures, u.remade || s.view.layout)
		u.remade = false
	}
	bury(s, "measures", was.Measures, v.Measures, func(m *MeasuresView) string { return m.ID })
}

// keep takes over what did not change, and says whether nothing did.
func (m *MeasuresView) keep(old *MeasuresView) (all bool) {
	all = len(m.Values) == len(old.Values)
	for name, now := range m.Values {
		was := old.Values[name]
		if was != nil {
			now.Version = was.Version
			if reflect.DeepEqual(now, was) {
				m.Values[name] = was
				continue
			}
		}
		now.Version, all = m.Version, false
	}
	return all
}

// values are a scope's figures as people see them.
func (s *State) values(scope string, f *figures) map[string]*MeasureValue {
	all := map[string]*MeasureValue{}
	for _, g := range f.all {
		m := &capacity.Measures()[g.measure]
		if m.Scope != "site" || !strings.HasPrefix(scope, "unit/") {
			v := valueOf(m, g.amount, g.missing, g.asOf)
			v.Version = s.seq
			if r := s.reportedFor(m.Name, scope); r != nil {
				v.Reported = r.view(v.Value)
			}
			all[m.Name] = v
		}
	}
	return all
}

func valueOf(m *capacity.Measure, a capacity.Amount, missing []Missing, asOf capacity.Instant) *MeasureValue {
	v := &MeasureValue{Of: m.Of(a), At: a.At, AsOf: asOf, Missing: missing}
	value, ok, small := m.Value(a)
	if ok {
		v.Value = &value
	}
	v.Small = small
	return v
}
