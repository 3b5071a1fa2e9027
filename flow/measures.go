package flow

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"flowcentre/capacity"
)

// figures are what a unit's measures come to, and never change once made. A county has
// thousands of units, and most measures mean nothing on most of them: those are left out.
type figures struct {
	all   []figure // in the order of the catalogue
	taken []bool   // by place in the catalogue: it was counted
}

// figure is what one measure comes to, and what it lacks.
type figure struct {
	measure int // its place in the catalogue
	amount  capacity.Amount
	missing []Missing
	asOf    capacity.Instant
}

// of is the figure of a measure, nil where there is none.
func (f *figures) of(measure int) *figure {
	i, ok := slices.BinarySearchFunc(f.all, measure, func(g figure, measure int) int { return cmp.Compare(g.measure, measure) })
	if !ok {
		return nil
	}
	return &f.all[i]
}

// since gives what differs from the figures before, either of which may be none.
func (f *figures) since(was *figures, differs func(measure int, out, in *figure)) {
	var old []figure
	if was != nil {
		old = was.all
	}
	now := f.all
	for len(old) > 0 || len(now) > 0 {
		var out, in *figure
		measure := 0
		if len(now) == 0 || len(old) > 0 && old[0].measure <= now[0].measure {
			out, measure = &old[0], old[0].measure
		}
		if out == nil || len(now) > 0 && now[0].measure == measure {
			in, measure = &now[0], now[0].measure
			now = now[1:]
		}
		if out != nil {
			old = old[1:]
		}
		if !in.equal(out) {
			differs(measure, out, in)
		}
	}
}

// equal says whether two figures, either of which may be none, are the same.
func (f *figure) equal(g *figure) bool {
	if f == nil || g == nil {
		return f == g
	}
	return f.asOf == g.asOf && f.amount.Equal(&g.amount) && slices.Equal(f.missing, g.missing)
}

func earlier(a, b capacity.Instant) capacity.Instant {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// basis is what a unit's figure of one measure is made from: how the feeds that may supply
// it stand. It changes when they do, or with the layout.
type basis struct {
	measure int
	free    bool             // it needs no feed
	surely  bool             // a feed tells what it counts without fail
	best    *Missing         // the nearest there is to a feed that tells it; nil where one does
	asOf    capacity.Instant // when the oldest of those that have stopped last spoke
}

// bases are those of all measures that the unit has.
func (s *State) bases(u *unit) []basis {
	all := []basis{}
	for i := range capacity.Measures() {
		b, ok := s.basisOf(u, i)
		if !ok {
			continue
		}
		if n := len(all); n > 0 && b.best != nil && all[n-1].best != nil && *b.best == *all[n-1].best {
			b.best = all[n-1].best
		}
		all = append(all, b)
	}
	return slices.Clip(all)
}

// basisOf is that of one measure, not ok where the unit does not have it.
func (s *State) basisOf(u *unit, measure int) (b basis, ok bool) {
	m := &capacity.Measures()[measure]
	if !m.Applies(u.def) {
		return basis{}, false
	}
	needs := m.Needs(u.def)
	feeds := s.suppliers(u, needs)
	if len(feeds) == 0 && !m.Expected(u.def, s.site(u.def.Site)) {
		return basis{}, false
	}
	b = basis{measure: measure, free: len(needs) == 0 && !m.Reported || m.AtDesk && s.ferried[u.def.Site] > 0 || m.ByDesk() && len(feeds) == 0, surely: len(m.Surely) > 0 && s.untold([]*unit{u}, m.Surely...) == ""}
	b.best, b.asOf = nearest(u, feeds)
	return b, true
}

// nearest is the nearest there is to one of the feeds telling something of the unit, nil
// where one does, and the age of those that have stopped.
func nearest(u *unit, feeds []*feed) (best *Missing, asOf capacity.Instant) {
	best = &Missing{Unit: u.def.ID, Why: "not_sent"}
	for _, f := range feeds {
		switch {
		case f.state == FeedNever && best.Why != "not_sent":
		case f.state == FeedNever:
			best = &Missing{Unit: u.def.ID, Feed: f.id, Why: f.state}
		case !f.old():
			return nil, 0
		default:
			best = &Missing{Unit: u.def.ID, Feed: f.id, Why: f.state}
			asOf = earlier(asOf, f.told.Last)
		}
	}
	return best, asOf
}

// figure takes every measure of a unit from its portrait.
func (s *State) figure(u *unit, c *capacity.Clock) *figures {
	if u.basis == nil {
		u.basis = s.bases(u)
	}
	f := &figures{all: make([]figure, 0, len(u.basis)), taken: make([]bool, len(capacity.Measures()))}
	for i := range u.basis {
		s.take(f, u, &u.basis[i], c)
	}
	return f
}

// some takes some measures of a unit from its portrait, by their places in the catalogue in
// order.
func (s *State) some(u *unit, asked []int, c *capacity.Clock) *figures {
	f := &figures{}
	for _, measure := range asked {
		if b, ok := s.basisOf(u, measure); ok {
			s.take(f, u, &b, c)
		}
	}
	return f
}

// take adds the figure of a measure; what is kept from 08:00 is as it was then.
func (s *State) take(f *figures, u *unit, b *basis, c *capacity.Clock) {
	m, p := &capacity.Measures()[b.measure], u.portrait.picture
	if m.Base != "" {
		if g, taken := s.cuts.figure(b.measure, u.def.ID); taken {
			f.all = append(f.all, g)
		}
		return
	}
	lack, asOf, usable := b.lack(u, p, m)
	if m.OfPlaces() {
		lack, asOf, usable = lackOfPlaces(u, p, m, c)
	}
	g := figure{measure: b.measure, asOf: asOf}
	if lack != nil {
		g.missing = []Missing{*lack}
	}
	if usable {
		g.amount = m.Take(p, c, false)
		if f.taken != nil {
			f.taken[b.measure] = true
		}
	}
	f.all = append(f.all, g)
}

// lack is what a measure of a unit lacks, nil for nothing; how old it is; and whether a
// figure can be given all the same.
func (b *basis) lack(u *unit, p *capacity.Picture, m *capacity.Measure) (lack *Missing, asOf capacity.Instant, usable bool) {
	switch {
	case b.free:
		return nil, 0, true
	case b.best == nil:
		lack, usable = b.uncounted(u, p, m)
		return lack, 0, usable
	case !stopped(b.best.Why):
		return b.best, 0, false
	}
	if lack, known := b.uncounted(u, p, m); !known {
		return lack, b.asOf, false
	}
	return b.best, b.asOf, true
}

// lackOfPlaces is what a measure of a unit's places lacks: they are as old as what its
// provider told, by the cadence in which that is expected.
func lackOfPlaces(u *unit, p *capacity.Picture, m *capacity.Measure, c *capacity.Clock) (lack *Missing, asOf capacity.Instant, usable bool) {
	some, all := m.Told(p)
	switch {
	case !p.Slots.Told.Told():
		return &Missing{Unit: u.def.ID, Why: PlacesNever}, 0, false
	case !some:
		return &Missing{Unit: u.def.ID, Why: "not_sent"}, 0, false
	case p.Slots.Old(c):
		return &Missing{Unit: u.def.ID, Why: "expired"}, p.Slots.Told.At, true
	case !all:
		return &Missing{Unit: u.def.ID, Supply: m.Supply[0], Why: "not_sent"}, 0, true
	}
	return nil, 0, true
}

// uncounted is that no census has told who is on the unit, for measures that count them,
// or that what comes of the unit does not tell what the measure counts.
func (b *basis) uncounted(u *unit, p *capacity.Picture, m *capacity.Measure) (lack *Missing, usable bool) {
	if m.Census(u.def) && u.told.KnownSince == 0 {
		return &Missing{Unit: u.def.ID, Why: "unknown"}, false
	}
	if m.Leavers() && !p.Leavers {
		return &Missing{Unit: u.def.ID, Why: "no_list"}, false
	}
	some, all := m.Told(p)
	switch {
	case all || b.surely:
		return nil, true
	case some:
		return &Missing{Unit: u.def.ID, Supply: m.Supply[0], Why: "not_sent"}, true
	}
	return &Missing{Unit: u.def.ID, Why: "not_sent"}, false
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

// revise is what a scope's measures come to with some of them made again. What did not
// change keeps its pointer.
func (s *State) revise(was *MeasuresView, scope string, touched []bool, of func(measure int) *figure) *MeasuresView {
	now := &MeasuresView{ID: scope, Version: s.seq}
	if was == nil {
		now.Values = map[string]*MeasureValue{}
		was = &MeasuresView{}
	}
	for i, again := range touched {
		m := &capacity.Measures()[i]
		if !again || m.Scope == "site" && strings.HasPrefix(scope, "unit/") {
			continue
		}
		old, v := was.Values[m.Name], s.value(m, scope, of(i))
		if old != nil && v != nil {
			v.Version = old.Version
		}
		if reflect.DeepEqual(old, v) {
			continue
		}
		if now.Values == nil {
			now.Values = maps.Clone(was.Values)
		}
		if v == nil {
			delete(now.Values, m.Name)
			continue
		}
		v.Version = s.seq
		now.Values[m.Name] = v
	}
	if now.Values == nil {
		return was
	}
	return now
}

// value is a figure as people see it, nil for none.
func (s *State) value(m *capacity.Measure, scope string, f *figure) *MeasureValue {
	if f == nil {
		return nil
	}
	v := &MeasureValue{Of: m.Of(f.amount), At: f.amount.At, AsOf: f.asOf, Missing: f.missing}
	value, ok, small := m.Value(f.amount)
	if ok {
		v.Value = &value
	}
	v.Small = small
	if r := s.reportedFor(m.Name, scope); r != nil {
		v.Reported = r.view(v.Value)
	}
	return v
}
