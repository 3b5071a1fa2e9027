package flow

import (
	"slices"
	"strings"

	"flowcentre/capacity"
)

// FiledView is a bed position as it was filed, beside what is now known of that moment.
type FiledView struct {
	CutView
	KnownSeq uint64           `json:"known_seq"` // what was told up to this event is known
	KnownAt  capacity.Instant `json:"known_at"`
	Late     int              `json:"late"` // facts of before the cut that came after it
	Figures  []FiledFigure    `json:"figures"`
}

// FiledFigure is one figure of a cut.
type FiledFigure struct {
	Measure    string   `json:"measure"`
	Scope      string   `json:"scope"`
	Filed      *float64 `json:"filed"`
	Known      *float64 `json:"known"`
	Difference *float64 `json:"difference"` // what is known less what was filed; null where one of them is not given
	Events     []uint64 `json:"events"`     // that came after the cut and made a difference, oldest first
}

// FiledMeasures are the measures of the bed position.
func FiledMeasures() (all []string) {
	for i := range capacity.Measures() {
		if m := &capacity.Measures()[i]; m.Base != "" {
			all = append(all, m.Base)
		}
	}
	return all
}

// Restate compares what was shown at a cut with what is now known of it, measure by
// measure, for one scope or, where none is named, for all but units.
func (known *View) Restate(filed *View, measures []string, scope string) []FiledFigure {
	r := restating{filed: filed, before: filed.things(), after: known.things()}
	all := []FiledFigure{}
	for _, s := range filed.Measures {
		if s.ID != scope && (scope != "" || strings.HasPrefix(s.ID, "unit/")) {
			continue
		}
		for _, name := range measures {
			if s.Values[name] == nil {
				continue
			}
			was, is := filed.Why(name, s.ID), known.Why(name, s.ID)
			if was == nil || is == nil {
				continue
			}
			f := FiledFigure{Measure: name, Scope: s.ID, Filed: was.Value, Known: is.Value, Events: r.events(was.Items, is.Items)}
			if was.Value != nil && is.Value != nil {
				difference := *is.Value - *was.Value
				f.Difference = &difference
			}
			all = append(all, f)
		}
	}
	return all
}

// restating finds the events behind a difference.
type restating struct {
	filed         *View
	before, after map[string][]thing // by unit and key
}

// thing is a bed, stay, attendance, journey or request with its facts.
type thing struct {
	key    string
	events []uint64
	stay   string // of a bed: who is in it
}

// things are everything that is in the pictures of a view, by unit and key, and by key
// alone.
func (v *View) things() map[string][]thing {
	all := map[string][]thing{}
	for _, portrait := range v.drawings {
		p := portrait.picture
		add := func(t thing) {
			name := p.Unit.ID + "/" + t.key
			all[name] = append(all[name], t)
			all["/"+t.key] = append(all["/"+t.key], t)
		}
		for i := range p.Beds {
			add(thing{p.Beds[i].ID, p.Beds[i].Events, p.Beds[i].Stay})
		}
		for i := range p.Stays {
			add(thing{p.Stays[i].Key, p.Stays[i].Events, ""})
		}
		for i := range p.Attendances {
			add(thing{p.Attendances[i].Key, p.Attendances[i].Events, ""})
		}
		for i := range p.Requests {
			add(thing{p.Requests[i].Key, p.Requests[i].Events, ""})
		}
		for i := range p.Ambulances {
			add(thing{p.Ambulances[i].ID, p.Ambulances[i].Events, ""})
		}
	}
	return all
}

// events are those after the cut of everything that is counted in only one of two
// figures, or otherwise than in the other.
func (r *restating) events(was, is []capacity.Item) []uint64 {
	counted := func(items []capacity.Item) map[string]string {
		all := map[string]string{}
		for _, i := range items {
			all[i.Unit+"/"+i.Key] += capacity.Instant(1000*i.Value).String() + i.Side + " "
		}
		return all
	}
	before, after := counted(was), counted(is)
	all := []uint64{}
	for name := range before {
		if before[name] != after[name] {
			all = append(all, r.late(name)...)
		}
	}
	for name := range after {
		if before[name] != after[name] {
			all = append(all, r.late(name)...)
		}
	}
	return inOrder(all)
}

// late are the events after the cut of what goes by a name: a unit and key.
func (r *restating) late(name string) (all []uint64) {
	unit, key, _ := strings.Cut(name, "/")
	take := func(things []thing) {
		for _, t := range things {
			for _, seq := range t.events {
				if seq > r.filed.Seq {
					all = append(all, seq)
				}
			}
		}
	}
	take(r.after[name])
	for _, was := range r.before[name] {
		take(r.elsewhere(key, was)) // who has left the unit since
		if was.stay != "" {
			take(r.after[unit+"/"+was.stay])
			for _, in := range r.before[unit+"/"+was.stay] {
				take(r.elsewhere(was.stay, in))
			}
		}
	}
	for _, is := range r.after[name] {
		if is.stay != "" {
			take(r.after[unit+"/"+is.stay])
		}
	}
	return all
}

// elsewhere are the things of a key, wherever they now are, that share a fact with what
// it was: short keys may be alike.
func (r *restating) elsewhere(key string, was thing) (all []thing) {
	for _, t := range r.after["/"+key] {
		if slices.ContainsFunc(t.events, func(seq uint64) bool { return slices.Contains(was.events, seq) }) {
			all = append(all, t)
		}
	}
	return all
}

// Belongs says whether an event that follows a cut tells of what happened before it, and
// is to be known of it: a fact, not a tick or a layout.
func (e *Event) Belongs(cut capacity.Instant) bool {
	switch e.Kind {
	case Unknown, Tick, LayoutFrame, LayoutUnit, LayoutCommit, FeedReported:
		return false
	}
	return e.Happened != 0 && e.Happened <= cut
}
