package flow

import (
	"cmp"
	"slices"
	"strings"

	"flowcentre/capacity"
)

const maxReports = 1_000 // figures that people told; of more, those told first are dropped

// reported is a figure that a person told, the newest of its measure and scope.
type reported struct {
	Seq        uint64           `json:"q"`
	Measure    string           `json:"m"`
	Scope      string           `json:"s"`
	Value      float64          `json:"v"`
	At         capacity.Instant `json:"t"` // when it was so
	Recorded   capacity.Instant `json:"r"`
	How        string           `json:"h"`
	Role       string           `json:"w"`
	Superseded capacity.Instant `json:"x,omitempty"` // when a feed that supplies the measure spoke again
}

// reports are the figures that people told, and which feed's word would replace them.
type reports struct {
	told    map[string]*reported // by measure/scope
	waiting map[string][]*reported
	alarm   alarm
}

func newReports() reports {
	return reports{told: map[string]*reported{}, waiting: map[string][]*reported{}}
}

func reportName(measure, scope string) string { return measure + "/" + scope }

// reportedFor is what a person told of the measure in the scope, nil for nothing. It may
// be superseded.
func (s *State) reportedFor(measure, scope string) *reported {
	return s.reports.told[reportName(measure, scope)]
}

// view is the figure as people see it, beside what the feeds make of it, nil for nothing.
func (r *reported) view(feeds *float64) *ReportedView {
	v := &ReportedView{Seq: r.Seq, Value: r.Value, At: r.At, How: r.How, Role: r.Role, Superseded: r.Superseded}
	if r.Superseded != 0 && feeds != nil {
		difference := *feeds - r.Value
		v.Difference = &difference
	}
	return v
}

// reportFigure takes a figure that a person told.
func (s *State) reportFigure(e *Event) {
	if e.Data.Figure == nil || e.Data.Figure.Value == nil {
		return
	}
	if reason := s.reason(e); reason != "" {
		s.hold(e, reason)
		return
	}
	f := e.Data.Figure
	name := reportName(f.Measure, f.Scope)
	if was := s.reports.told[name]; was != nil && cmp.Or(cmp.Compare(was.At, e.Happened), cmp.Compare(was.Seq, e.Seq)) > 0 {
		s.overrule(e, figureName(e))
		return
	}
	r := &reported{
		Seq: e.Seq, Measure: f.Measure, Scope: f.Scope, Value: *f.Value, At: e.Happened, Recorded: e.Recorded, How: f.How, Role: e.Data.Role,
	}
	s.reports.told[name] = r
	s.reportChanged(r)
	if len(s.reports.told) > maxReports {
		s.dropReport(s.firstReport())
	}
	s.awaitFeeds(r)
}

// reportChanged marks the figure to be shown again.
func (s *State) reportChanged(r *reported) {
	s.changed.key(reportKey(reportName(r.Measure, r.Scope)))
	if measure := measurePlace(r.Measure); measure >= 0 {
		s.view.reported[r.Scope] = append(s.view.reported[r.Scope], measure)
	}
	if unit, ok := strings.CutPrefix(r.Scope, "unit/"); ok {
		s.view.unit(s.units[unit])
	}
}

func (s *State) dropReport(r *reported) {
	delete(s.reports.told, reportName(r.Measure, r.Scope))
	s.reportChanged(r)
}

// firstReport is the one that was told first.
func (s *State) firstReport() *reported {
	var first *reported
	for _, r := range s.reports.told {
		if first == nil || r.Seq < first.Seq {
			first = r
		}
	}
	return first
}

// awaitFeeds lets the feeds that would supersede a figure do so, as long as it stands.
func (s *State) awaitFeeds(r *reported) {
	m, ok := capacity.MeasureNamed(r.Measure)
	if !ok {
		return
	}
	asked := map[string]bool{}
	for _, u := range s.within(r.Scope) {
		if !m.Applies(u.def) {
			continue
		}
		for _, f := range s.suppliers(u, m.Needs(u.def)) {
			if !asked[f.id] {
				asked[f.id] = true
				s.reports.waiting[f.id] = append(slices.DeleteFunc(s.reports.waiting[f.id], func(r *reported) bool { return !s.stands(r) }), r)
			}
		}
	}
}

// stands tells whether a figure is the newest, and no feed has spoken since.
func (s *State) stands(r *reported) bool {
	return r.Superseded == 0 && s.reportedFor(r.Measure, r.Scope) == r
}

// awaitAgain works out anew which feeds the figures wait for, when a layout has changed.
func (s *State) awaitAgain() {
	clear(s.reports.waiting)
	for _, r := range s.reports.told {
		if s.stands(r) {
			s.awaitFeeds(r)
		}
	}
	s.dropReports()
}

// supersede lets a fact of a feed replace the figures that were recorded before it.
func (s *State) supersede(e *Event) {
	waiting := s.reports.waiting[e.Feed]
	if len(waiting) == 0 {
		return
	}
	var still []*reported
	for _, r := range waiting {
		switch {
		case !s.stands(r):
		case e.Recorded <= r.Recorded:
			still = append(still, r)
		default:
			r.Superseded = e.Recorded
			s.reportChanged(r)
			s.due.set(&s.reports.alarm, s.zone().NextMidnight(r.Superseded), dueReports, "")
		}
	}
	s.reports.waiting[e.Feed] = still
}

// dropReports drops what was superseded before the local day began, and asks to be called
// when the day ends.
func (s *State) dropReports() {
	var next capacity.Instant
	for _, r := range s.reports.told {
		if r.Superseded == 0 {
			continue
		}
		switch end := s.zone().NextMidnight(r.Superseded); {
		case end <= s.at:
			s.dropReport(r)
		case next == 0 || end < next:
			next = end
		}
	}
	s.due.set(&s.reports.alarm, next, dueReports, "")
}

// within are the units of a scope: system, organisation/<id>, site/<id> or unit/<id>.
// There are none of a scope that is not there.
func (s *State) within(scope string) []*unit {
	kind, id, _ := strings.Cut(scope, "/")
	sites := map[string]bool{}
	if s.layout.Frame != nil {
		for _, site := range s.layout.Frame.Sites {
			sites[site.ID] = scope == "system" || kind == "site" && site.ID == id || kind == "organisation" && site.Organisation == id
		}
	}
	var all []*unit
	for _, unit := range s.layout.Units {
		if u := s.units[unit]; sites[u.def.Site] || kind == "unit" && unit == id {
			all = append(all, u)
		}
	}
	return all
}

// reportReason is why a figure must be held: its measure is not in the catalogue, or means
// nothing in its scope.
func (s *State) reportReason(f *Reported) string {
	m, ok := capacity.MeasureNamed(f.Measure)
	if !ok || m.Base != "" {
		return UnknownMeasure
	}
	if m.Scope == "site" && strings.HasPrefix(f.Scope, "unit/") {
		return UnknownScope
	}
	if !slices.ContainsFunc(s.within(f.Scope), func(u *unit) bool { return m.Applies(u.def) }) {
		return UnknownScope
	}
	return ""
}
