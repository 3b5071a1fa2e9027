package flow

import (
	"slices"

	"flowcentre/capacity"
)

// Reading is a figure of a scope as a condition tests it.
type Reading struct {
	capacity.Figure                  // of a moment in seconds since 1970
	At              capacity.Instant // of a moment
	AsOf            capacity.Instant // when its oldest input last spoke; 0 while all are in time
	None            bool             // it is known that there is nothing: nobody waits, nothing is declared
}

// Reading gives the figure of a measure or signal (see capacity.Signals) in a scope, system or
// site/<id>: what is exported to Prometheus, so that rules and rehearsals mean the same. It is
// not known where it is shown as unknown.
func (v *View) Reading(scope, name string) Reading {
	if _, ok := capacity.SignalNamed(name); ok {
		return v.signal(scope, name)
	}
	i := slices.IndexFunc(v.Measures, func(m *MeasuresView) bool { return m.ID == scope })
	if i < 0 {
		return Reading{}
	}
	m := v.Measures[i].Values[name]
	switch {
	case m == nil:
		return Reading{}
	case m.Value == nil:
		return Reading{AsOf: m.AsOf, None: m.AsOf == 0 && len(m.Missing) == 0}
	}
	return Reading{Figure: capacity.Figure{Value: *m.Value, Known: true}, At: m.At, AsOf: m.AsOf}
}

func (v *View) signal(scope, name string) Reading {
	number := func(n int) Reading { return Reading{Figure: capacity.Figure{Value: float64(n), Known: true}} }
	moment := func(at capacity.Instant) Reading {
		return Reading{Figure: capacity.Figure{Value: float64(at) / 1000, Known: true}, At: at}
	}
	switch name {
	case "actions_overdue":
		return number(v.countActions(scope, (*ActionView).overdue))
	case "promises_missed":
		return number(v.countActions(scope, func(a *ActionView) bool { return a.Outcome == ToldNotSeen }))
	case "promise_missed_at":
		var last capacity.Instant
		v.countActions(scope, func(a *ActionView) bool { last = max(last, a.unseen()); return false })
		if last == 0 {
			return Reading{None: true}
		}
		return moment(last)
	}
	i := slices.IndexFunc(v.Levels, func(l *LevelView) bool { return l.ID == scope })
	if i < 0 {
		return Reading{}
	}
	l := v.Levels[i]
	switch name {
	case "opel_shown":
		return number(l.Level)
	case "opel_assessed":
		return number(l.True)
	case "opel_could":
		return number(l.Could)
	case "opel_shown_since":
		return moment(l.ShownSince)
	}
	if l.Declared == nil {
		return Reading{None: true}
	}
	if name == "opel_review" {
		return moment(l.Declared.Review)
	}
	return number(l.True - l.Declared.Level)
}

// countActions counts the actions of a scope: of a site its own, of the system all.
func (v *View) countActions(scope string, which func(*ActionView) bool) (n int) {
	for _, a := range v.Actions {
		if (scope == "system" || a.Scope == scope) && which(a) {
			n++
		}
	}
	return n
}

// overdue tells of an open action whose time has run out.
func (a *ActionView) overdue() bool { return a.Missed != 0 && a.Over == 0 }

// unseen is when it was settled that a promise is not seen, 0 where it is seen or open.
func (a *ActionView) unseen() capacity.Instant {
	switch {
	case a.Outcome != ToldNotSeen:
		return 0
	case a.Over == 0 || a.Missed != 0:
		return a.Missed
	}
	return a.Over.Add(seenWithin)
}

// test tests what a condition tests, in a scope. Over is that the figures show that it is no
// longer so: what is not known, or of what an input is old, shows nothing.
func (v *View) test(c *capacity.Condition, scope string) (all []TestedView, over bool) {
	all, holds, sure := make([]TestedView, len(c.Tests)), true, true
	for i := range c.Tests {
		t := &c.Tests[i]
		r := v.Reading(scope, t.Measure)
		is := TestedView{Measure: t.Measure, Kind: t.Kind, Limit: t.Value, AsOf: r.AsOf, Holds: t.Holds(v.At, r.Figure)}
		if s, ok := capacity.SignalNamed(t.Measure); ok {
			is.Title, is.Unit = s.Title, s.Unit
		} else if m, ok := capacity.MeasureNamed(t.Measure); ok {
			is.Title, is.Unit = m.Title, m.Unit
		}
		switch {
		case !r.Known:
		case t.Kind.OfMoment():
			is.At = r.At
		default:
			is.Value = &r.Value
		}
		holds, sure = holds && is.Holds, sure && r.AsOf == 0 && (r.Known || r.None)
		all[i] = is
	}
	return all, sure && !holds
}
