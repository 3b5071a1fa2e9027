package flow

import (
	"slices"
	"strings"

	"flowcentre/capacity"
)

// Why opens a figure of the view: every thing that it counts, with the events behind it,
// counted again from the pictures of the units. It is nil where there is no such measure,
// or the scope does not have it. The view is not changed.
func (v *View) Why(measure, scope string) *WhyView {
	m, ok := capacity.MeasureNamed(measure)
	if !ok || m.Base != "" { // of what was at 08:00 the view of then is asked
		return nil
	}
	shown := v.figure(scope, measure)
	if shown == nil {
		return nil
	}
	sum := capacity.Amount{}
	c := &capacity.Clock{Now: v.At, Zone: v.zone}
	var units []*capacity.Unit
	place := measurePlace(measure)
	for _, portrait := range v.drawings {
		p := portrait.picture
		if !v.within(p, scope) || !m.Applies(p.Unit) {
			continue
		}
		units = append(units, p.Unit)
		if portrait.taken[place] && !slices.ContainsFunc(shown.Missing, func(l Missing) bool { return l.Site == p.Unit.Site && l.Supply == "" }) {
			sum.Add(m.Take(p, c, true))
		}
	}
	w := &WhyView{
		Measure: DefinitionOf(m), Scope: scope, At: v.At, Seq: v.Seq, Of: m.Of(sum), Moment: sum.At, Missing: append([]Missing{}, shown.Missing...), Reported: shown.Reported,
		Items: append([]capacity.Item{}, sum.Items...),
	}
	if value, ok, small := m.Value(sum); ok {
		w.Value = &value
	} else {
		w.Small = small
	}
	slices.SortStableFunc(w.Items, func(a, b capacity.Item) int { return int(a.At - b.At) })
	w.Inputs = v.inputs(m, units, w.Items)
	return w
}

// figure is a figure as it is shown.
func (v *View) figure(scope, measure string) *MeasureValue {
	for _, m := range v.Measures {
		if m.ID == scope {
			return m.Values[measure]
		}
	}
	return nil
}

// within says whether a unit belongs to a scope.
func (v *View) within(p *capacity.Picture, scope string) bool {
	kind, id, _ := strings.Cut(scope, "/")
	switch kind {
	case "system":
		return true
	case "organisation":
		return p.Site.Organisation == id
	case "site":
		return p.Unit.Site == id
	}
	return p.Unit.ID == id
}

// inputs are the feeds that the measure is made from in these units.
func (v *View) inputs(m *capacity.Measure, units []*capacity.Unit, items []capacity.Item) []InputView {
	all := []InputView{}
	for _, f := range v.Feeds {
		in := InputView{Feed: f.ID, Name: f.Name, State: f.State, Last: f.Last, Every: f.Every}
		speaks := false
		for _, u := range units {
			if len(u.Feeds) > 0 && !slices.Contains(u.Feeds, f.ID) || !slices.ContainsFunc(m.Needs(u), func(n string) bool { return slices.Contains(f.Supplies, n) }) {
				continue
			}
			speaks = true
			for i := range items {
				if items[i].Unit == u.ID {
					in.Items++
				}
			}
		}
		if speaks {
			all = append(all, in)
		}
	}
	return all
}
