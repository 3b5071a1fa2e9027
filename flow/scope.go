package flow

import (
	"reflect"
	"slices"

	"flowcentre/capacity"
)

// scope is one of those for which figures are summed: a site of its units, an organisation
// and the system of their sites. When a unit is made again its old figures are exchanged for
// the new ones in each scope that it belongs to, so that a scope costs what has changed in
// it, whatever else it has.
type scope struct {
	name   string
	id     string    // of a site
	rank   int       // of a site: its place in the layout
	units  []*unit   // of a site, as laid out
	sites  []*scope  // of the others, as laid out
	above  []*scope  // of a site: the organisation and the system
	totals []total   // by place in the catalogue
	nets   []*figure // of a site: its balances, weighed; nil for other measures and where there are none
	supply supply    // of a site
	heard  bool      // of a site: supply is as its feeds stand
	site   *SiteView // of a site

	touched []bool // by place in the catalogue: to be shown again
	collect []bool // likewise: what cannot be exchanged is to be collected anew
	changed bool   // it must be shown again
	shown   *MeasuresView
}

// total is the sum of a measure's figures.
type total struct {
	figure
	parts int // how many units have the measure
}

func newScope(name string) *scope {
	return &scope{name: name}
}

// arrange takes a new layout: which units belong to which scopes. All figures are summed
// anew.
func (s *State) arrange() {
	was := s.view.shown
	if was == nil {
		was = &View{}
	}
	frame := s.layout.Frame
	if frame == nil {
		frame = &capacity.Layout{}
	}
	v := &s.view
	shown := make(map[string]*MeasuresView, len(was.Measures))
	for _, m := range was.Measures {
		shown[m.ID] = m
	}
	beds := make(map[string]*SiteView, len(was.Sites))
	for _, site := range was.Sites {
		beds[site.ID] = site
	}
	system := newScope("system")
	v.scopes, v.sites = []*scope{system}, map[string]*scope{}
	organisations := map[string]*scope{}
	for _, o := range frame.Organisations {
		organisations[o.ID] = newScope("organisation/" + o.ID)
	}
	var sites []*scope
	for i, d := range frame.Sites {
		site := newScope("site/" + d.ID)
		site.id, site.rank, site.site = d.ID, i, beds[d.ID]
		for _, above := range []*scope{organisations[d.Organisation], system} {
			if above != nil {
				above.sites, site.above = append(above.sites, site), append(site.above, above)
			}
		}
		v.sites[d.ID] = site
		sites = append(sites, site)
	}
	for _, o := range frame.Organisations {
		if organisations[o.ID].sites != nil {
			v.scopes = append(v.scopes, organisations[o.ID])
		}
	}
	v.scopes = append(v.scopes, sites...)
	for _, c := range v.scopes {
		c.shown = shown[c.name]
	}
	all := !reflect.DeepEqual(v.frame, frame)
	v.frame, v.arranged, v.summed = frame, true, false
	for i, id := range s.layout.Units {
		u := s.units[id]
		if all {
			s.rebase(u)
		}
		u.rank, u.site = i, v.sites[u.def.Site]
		if u.site != nil {
			u.site.units = append(u.site.units, u)
		}
	}
}

// sum exchanges the figures of the units that were made again, or of all where the scopes
// are new.
func (s *State) sum(remade []remaking) {
	if !s.view.summed {
		s.view.summed = true
		for _, c := range s.view.scopes {
			c.begin()
		}
		for _, id := range s.layout.Units {
			s.units[id].join(nil)
		}
	} else {
		for _, r := range remade {
			r.unit.join(r.figures)
		}
	}
	for _, c := range s.view.scopes {
		if c.units != nil && c.changed {
			c.gather()
			s.weigh(c)
		}
	}
	for _, c := range s.view.scopes {
		if c.units == nil && c.changed {
			c.gather()
		}
	}
}

// join exchanges the unit's figures in the scopes that it belongs to.
func (u *unit) join(was *figures) {
	if u.site != nil {
		u.site.changed = true
		u.site.take(was, u.figures)
	}
}

// begin has the scope sum from nothing, and show everything again.
func (c *scope) begin() {
	n := len(capacity.Measures())
	c.totals, c.nets, c.touched, c.collect, c.changed = make([]total, n), make([]*figure, n), make([]bool, n), make([]bool, n), true
	for i := range c.touched {
		c.touched[i] = true
	}
}

// take exchanges the figures of one unit.
func (c *scope) take(was, now *figures) {
	now.since(was, func(measure int, out, in *figure) {
		c.swap(measure, out, in)
		if capacity.Measures()[measure].Form == capacity.Shortfall {
			return // is weighed for the site as a whole before it goes any further
		}
		for _, above := range c.above {
			above.swap(measure, out, in)
		}
	})
}

// swap takes a part of a measure's sum out and puts another in, either of which may be none.
func (c *scope) swap(measure int, out, in *figure) {
	t := &c.totals[measure]
	t.measure = measure
	if out == nil {
		out = &figure{}
	} else {
		t.parts--
	}
	if in == nil {
		in = &figure{}
	} else {
		t.parts++
	}
	t.amount.Swap(&out.amount, &in.amount)
	c.touched[measure], c.changed = true, true
	if out.amount.At != in.amount.At || out.asOf != in.asOf || !slices.Equal(out.missing, in.missing) {
		c.collect[measure] = true
		for _, above := range c.above {
			above.collect[measure], above.changed = true, true
		}
	}
}

// gather collects what does not add up: the earliest moments, and what is lacking, in the
// order of the parts.
func (c *scope) gather() {
	for measure, again := range c.collect {
		if !again {
			continue
		}
		c.collect[measure] = false
		t := &c.totals[measure]
		t.amount.At, t.asOf, t.missing = 0, 0, nil
		for _, u := range c.units {
			t.add(u.figures.of(measure))
		}
		for _, site := range c.sites {
			t.add(site.figure(measure))
		}
		c.touched[measure] = true
	}
}

func (t *total) add(part *figure) {
	if part != nil {
		t.amount.At, t.asOf = earlier(t.amount.At, part.amount.At), earlier(t.asOf, part.asOf)
		t.missing = append(t.missing, part.missing...)
	}
}

// figure is what a measure comes to, nil where no unit has it.
func (c *scope) figure(measure int) *figure {
	switch {
	case c.totals[measure].parts == 0:
		return nil
	case c.nets[measure] != nil:
		return c.nets[measure]
	}
	return &c.totals[measure].figure
}

// measurePlace is a measure's place in the catalogue, -1 where there is none.
func measurePlace(name string) int {
	return slices.IndexFunc(capacity.Measures(), func(m capacity.Measure) bool { return m.Name == name })
}

// showMeasures shows the figures of all scopes, of which those are made again that have
// changed, or of which a person told something.
func (s *State) showMeasures(was []*MeasuresView, remade []remaking) []*MeasuresView {
	first := len(s.view.scopes)
	now := slices.Clone(was)
	if s.view.layout {
		now = make([]*MeasuresView, first+len(s.layout.Units))
	}
	for i, c := range s.view.scopes {
		for _, measure := range s.view.reported[c.name] {
			c.touched[measure], c.changed = true, true
		}
		if c.changed {
			c.shown = s.revise(c.shown, c.name, c.touched, c.figure)
			clear(c.touched)
		}
		now[i] = c.shown
	}
	for _, r := range remade {
		s.reviseUnit(r)
		now[first+r.unit.rank] = r.unit.measures
	}
	if s.view.layout {
		for i, id := range s.layout.Units {
			now[first+i] = s.units[id].measures
		}
		s.bury("measures", ids(was, (*MeasuresView).id), ids(now, (*MeasuresView).id))
	}
	return now
}

func (m *MeasuresView) id() string { return m.ID }

// reviseUnit shows the figures of a unit that was made again.
func (s *State) reviseUnit(r remaking) {
	u, touched := r.unit, make([]bool, len(capacity.Measures()))
	if r.figures == nil {
		for i := range touched {
			touched[i] = true
		}
	} else {
		u.figures.since(r.figures, func(measure int, _, _ *figure) { touched[measure] = true })
	}
	name := "unit/" + u.def.ID
	for _, measure := range s.view.reported[name] {
		touched[measure] = true
	}
	u.measures = s.revise(u.measures, name, touched, u.figures.of)
}
