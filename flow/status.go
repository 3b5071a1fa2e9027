package flow

import (
	"cmp"
	"slices"
	"strings"

	"flowcentre/capacity"
)

// status is what somebody declared last of a status in a scope. Once it has expired nobody
// knows, until it is declared again.
type status struct {
	Seq    uint64           `json:"q"`
	Status string           `json:"n"`
	Scope  string           `json:"s"`
	Value  string           `json:"v"`
	At     capacity.Instant `json:"t"`
	Until  capacity.Instant `json:"e"`
	Feed   string           `json:"f"`
	How    string           `json:"h,omitempty"`
	Role   string           `json:"r,omitempty"`
	Reason string           `json:"y,omitempty"`
	Review capacity.Instant `json:"w,omitempty"` // when it is to be looked at again
	alarm  alarm
	shown  *StatusView
}

const maxStatuses = 1_000 // declared statuses; of more, the one declared first is dropped

func statusName(d *Declared) string { return d.Scope + " " + d.Status }

func (t *status) name() string { return t.Scope + " " + t.Status }

// declare takes a declared status. An older declaration never replaces a newer one.
func (s *State) declare(e *Event) {
	if e.Data.Declared == nil {
		return
	}
	if reason := s.reason(e); reason != "" {
		s.hold(e, reason)
		return
	}
	d := e.Data.Declared
	was := s.statuses[statusName(d)]
	if was != nil && cmp.Or(cmp.Compare(was.At, e.Happened), cmp.Compare(was.Seq, e.Seq)) > 0 {
		s.overrule(e, statusName(d))
		return
	}
	if e.Feed == Desk && e.Data.Until <= s.at {
		d := decisionOf(e)
		d.About = statusName(e.Data.Declared)
		d.refuse(RefusedOver, "It would have expired already, at "+e.Data.Until.String()+"; say until when it holds from now.")
		s.remind(d)
		return
	}
	if why := undeclarable(e); why != "" {
		d := decisionOf(e)
		d.About = statusName(e.Data.Declared)
		d.refuse(RefusedRole, why)
		s.remind(d)
		return
	}
	t := &status{
		Seq: e.Seq, Status: d.Status, Scope: d.Scope, Value: d.Value, At: e.Happened, Until: e.Data.Until, Feed: e.Feed,
		How: e.Data.How, Role: e.Data.Role, Reason: e.Data.Reason, Review: e.Data.Due,
	}
	s.statuses[t.name()] = t
	s.statusChanged(t)
	s.awaitExpiry(t)
	if len(s.statuses) > maxStatuses {
		s.dropStatus()
	}
	if l := s.levels[t.Scope]; l != nil && t.Status == capacity.DeclaredOPEL {
		s.enter(t.Scope, l)
	}
}

// Who may declare an OPEL level at the desk: of a site who runs it, of the system who answers for
// it. What a feed tells was decided elsewhere.
var (
	declareSite   = []string{"clinical_site_manager", "on_call_manager", "on_call_director"}
	declareSystem = []string{"on_call_manager", "on_call_director", "icb_on_call"}
)

// undeclarable is why a role may not declare an OPEL level, empty where it may.
func undeclarable(e *Event) string {
	if e.Feed != Desk || e.Data.Declared.Status != capacity.DeclaredOPEL {
		return ""
	}
	may := declareSystem
	if strings.HasPrefix(e.Data.Declared.Scope, "site/") {
		may = declareSite
	}
	if slices.Contains(may, e.Data.Role) {
		return ""
	}
	return "The level of " + e.Data.Declared.Scope + " is declared by " + strings.Join(may, ", ") + "."
}

func (s *State) statusChanged(t *status) {
	s.changed.key(statusKey(t.name()))
	s.view.statuses = true
	s.redeclared(t)
}

// awaitExpiry has the status shown anew when it expires.
func (s *State) awaitExpiry(t *status) {
	if t.Until > s.at {
		s.due.set(&t.alarm, t.Until, dueStatus, t.name())
	}
}

// lapseStatus shows that a status has expired.
func (s *State) lapseStatus(t *status) {
	t.shown = nil
	s.view.statuses = true
	s.redeclared(t)
}

// dropStatus drops the status that was declared first.
func (s *State) dropStatus() {
	var first *status
	for _, t := range s.statuses {
		if first == nil || t.Seq < first.Seq {
			first = t
		}
	}
	delete(s.statuses, first.name())
	s.statusChanged(first)
}

// scoped says whether the layout has a scope: system, organisation/<id>, site/<id> or
// unit/<id>.
func (s *State) scoped(scope string) bool {
	kind, id, _ := strings.Cut(scope, "/")
	frame := s.layout.Frame
	switch {
	case frame == nil:
		return false
	case kind == "organisation":
		return slices.ContainsFunc(frame.Organisations, func(o capacity.Organisation) bool { return o.ID == id })
	case kind == "site":
		return s.here(id)
	case kind == "unit":
		return s.units[id] != nil
	}
	return scope == "system"
}

// here says whether a site is one of the system's.
func (s *State) here(site string) bool {
	return s.layout.Frame != nil && slices.ContainsFunc(s.layout.Frame.Sites, func(d capacity.Site) bool { return d.ID == site })
}

func (s *State) showStatuses(was []*StatusView) []*StatusView {
	shown := make([]*StatusView, 0, len(s.statuses))
	for _, t := range s.statuses {
		if t.shown == nil {
			t.shown = t.view(s.at)
			t.shown.Version = s.seq
		}
		shown = append(shown, t.shown)
	}
	slices.SortFunc(shown, func(a, b *StatusView) int {
		return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(rankOf(a.Status), rankOf(b.Status)))
	})
	s.bury("statuses", ids(was, (*StatusView).id), ids(shown, (*StatusView).id))
	return shown
}

// rankOf is a status's place in the list.
func rankOf(name string) int {
	return slices.IndexFunc(capacity.Statuses(), func(d capacity.Status) bool { return d.Name == name })
}

func (t *status) view(now capacity.Instant) *StatusView {
	v := &StatusView{
		ID: t.name(), Status: t.Status, Scope: t.Scope, Value: t.Value, At: t.At, Until: t.Until, Expired: t.Until <= now,
		How: t.How, Role: t.Role, Feed: t.Feed, Reason: t.Reason, Review: t.Review, Seq: t.Seq,
	}
	if d, ok := capacity.StatusNamed(t.Status); ok {
		v.Title, v.Pillar = d.Title, d.Pillar
		if value, ok := d.ValueNamed(t.Value); ok {
			v.Word, v.Weight = value.Title, value.Weight
		}
	}
	return v
}
