package flow

import (
	"reflect"
	"slices"

	"flowcentre/capacity"
)

// layout is the frame of the layout in force and the parts of one that is coming in.
// Units are kept on their own.
type layout struct {
	Revision uint64           `json:"revision"`
	Digest   string           `json:"digest"`
	Frame    *capacity.Layout `json:"frame"` // without units
	Units    []string         `json:"units"` // as laid out

	staged staging
}

// staging is a layout whose commit has not come.
type staging struct {
	Revision uint64           `json:"revision"`
	Layout   *capacity.Layout `json:"layout"`
}

// LayoutEvents are the events by which a layout enters the log: its frame, each unit,
// and the commit that puts it in force. They belong into the log together.
func LayoutEvents(l *capacity.Layout, revision uint64, at capacity.Instant) []Event {
	frame := *l
	frame.Units = nil
	id := "layout-" + itoa(revision)
	parts := []Event{{ID: id + "-frame", Kind: LayoutFrame, Data: Data{Layout: &LayoutPart{Frame: &frame}}}}
	for i := range l.Units {
		parts = append(parts, Event{ID: id + "-" + l.Units[i].ID, Kind: LayoutUnit, Data: Data{Layout: &LayoutPart{Unit: &l.Units[i]}}})
	}
	parts = append(parts, Event{ID: id, Kind: LayoutCommit, Data: Data{LayoutID: l.Digest()}})
	for i := range parts {
		parts[i].Feed, parts[i].Happened, parts[i].Recorded, parts[i].Data.Revision = Centre, at, at, revision
	}
	return parts
}

// LayoutDigest is the revision and digest of the layout in force: zero and empty before
// the first.
func (s *State) LayoutDigest() (revision uint64, digest string) {
	return s.layout.Revision, s.layout.Digest
}

// stage takes a part of a layout. A layout of a revision that is not newer than the one
// in force is passed over, and so is one whose parts are not all there.
func (s *State) stage(e *Event) {
	l, d := &s.layout, &e.Data
	if d.Revision <= l.Revision {
		return
	}
	s.changed.key(stageKey)
	if e.Kind == LayoutFrame && d.Layout != nil && d.Layout.Frame != nil {
		frame := *d.Layout.Frame
		l.staged = staging{d.Revision, &frame}
		return
	}
	if l.staged.Layout == nil || l.staged.Revision != d.Revision {
		return
	}
	if e.Kind == LayoutUnit && d.Layout != nil && d.Layout.Unit != nil {
		l.staged.Layout.Units = append(l.staged.Layout.Units, *d.Layout.Unit)
		return
	}
	if e.Kind == LayoutCommit && l.staged.Layout.Digest() == d.LayoutID {
		next := l.staged.Layout
		l.Revision, l.Digest, l.staged = d.Revision, d.LayoutID, staging{}
		s.enforce(next)
		s.retry()
	}
}

// enforce puts a layout in force, changing only what it changes.
func (s *State) enforce(next *capacity.Layout) {
	old := s.layout.Units
	departments := s.departments()
	s.layout.Units = make([]string, len(next.Units))
	for i := range next.Units {
		s.layout.Units[i] = next.Units[i].ID
	}
	var moved []*patient
	for _, id := range old {
		if !slices.Contains(s.layout.Units, id) {
			u := s.units[id]
			moved = append(moved, s.removeUnit(u)...)
			s.forsake(u)
		}
	}
	added := map[string]bool{}
	for i := range next.Units {
		added[next.Units[i].ID] = s.units[next.Units[i].ID] == nil
		moved = append(moved, s.setUnit(&next.Units[i])...)
	}
	for id := range s.departments() {
		added[id] = added[id] || !departments[id]
	}
	for id := range departments {
		added[id] = added[id] || !s.dept(id)
	}
	moved = append(moved, s.stranded(added)...)
	frame := *next
	frame.Units = nil
	s.setFrame(&frame)
	s.changed.key(layoutKey)
	for _, a := range s.alertsByID() {
		s.lapseAlert(a)
	}
	for _, p := range distinct(moved) {
		s.derive(p)
	}
	for _, a := range s.ambulances {
		s.drive(a)
	}
	for _, t := range s.transfersByID() {
		s.ferry(t)
	}
	s.guideAll()
}

// setFrame takes the system, sites and feeds.
func (s *State) setFrame(frame *capacity.Layout) {
	s.layout.Frame = frame
	for i := range frame.Feeds {
		if f := s.feedOf(frame.Feeds[i].ID); f != nil {
			f.def = &frame.Feeds[i]
		}
	}
	for _, f := range s.feeds {
		if f.def != nil && !slices.ContainsFunc(frame.Feeds, func(d capacity.Feed) bool { return d.ID == f.id }) {
			f.def = nil
		}
		f.stale = true
		s.laid(f)
		s.listen(f)
	}
	s.awaitAgain()
	s.closeDays()
	s.view.relaid()
}

// setUnit puts a unit in force. What was said of beds that stay is kept; the patients
// that had to do with the unit are taken off it and handed back, to be derived again.
func (s *State) setUnit(def *capacity.Unit) (moved []*patient) {
	was := s.units[def.ID]
	if was != nil && reflect.DeepEqual(was.def, def) {
		return nil
	}
	if was != nil {
		moved = s.removeUnit(was)
	}
	s.place(def, was)
	if was != nil {
		s.forsake(was)
	}
	return moved
}

// place puts a unit where there is none, with what was said of it before.
func (s *State) place(def *capacity.Unit, was *unit) {
	u := &unit{def: def, beds: make(map[string]*bed, len(def.Beds)), rides: map[string]bool{}, ferries: map[string]bool{}, referrals: map[string]bool{}, calls: map[string]bool{}}
	if was != nil {
		u.told, u.slots, u.shown, u.measures = was.told, was.slots, was.shown, was.measures
	}
	for i := range def.Beds {
		b := &bed{def: &def.Beds[i], unit: u}
		if was != nil && was.beds[b.def.ID] != nil {
			b.told, b.doubted = was.beds[b.def.ID].told, was.beds[b.def.ID].doubted
		}
		u.beds[b.def.ID] = b
		u.order = append(u.order, b)
	}
	s.units[def.ID] = u
	for n, at := range names(def) {
		s.places[n] = at
	}
	s.changed.key(unitKey(def.ID))
	s.changed.unit(u)
	s.changed.slots(u)
	for _, b := range u.order {
		s.changed.bed(b)
		s.touch(b)
	}
	s.view.unit(u)
	s.view.relaid()
}

// removeUnit takes a unit out of force, with everybody's claims on it.
func (s *State) removeUnit(u *unit) (moved []*patient) {
	moved = append(moved, claimants(u.claims)...)
	for _, b := range u.order {
		moved = append(moved, claimants(b.claims)...)
	}
	moved = append(moved, u.everyone()...)
	moved = distinct(moved)
	for _, p := range moved {
		s.vacate(p)
		p.sitters = slices.DeleteFunc(p.sitters, func(x *sitter) bool { return x.unit == u })
	}
	for n := range names(u.def) {
		if s.places[n].Unit == u.def.ID {
			delete(s.places, n)
		}
	}
	for _, b := range u.order {
		s.changed.key(bedKey(b))
	}
	delete(s.units, u.def.ID)
	s.changed.key(unitKey(u.def.ID))
	s.changed.key(toldKey(u.def.ID))
	s.changed.key(slotsKey(u.def.ID))
	s.gone("units", u.def.ID)
	s.view.relaid()
	return moved
}

// forsake closes the contradictions about beds and places that are no longer there.
func (s *State) forsake(was *unit) {
	if s.units[was.def.ID] == nil {
		for _, id := range was.slots.doubts {
			s.close(id)
		}
	}
	for _, b := range was.order {
		if b.doubted && s.bed(b.at()) == nil {
			for _, kind := range bedDoubts {
				s.close(kind + ":" + b.name())
			}
		}
	}
}

// departments are the A&E departments.
func (s *State) departments() map[string]bool {
	all := map[string]bool{}
	for id := range s.units {
		if s.dept(id) {
			all[id] = true
		}
	}
	return all
}

// stranded are the patients with facts on units that were not there before, or have become
// or ceased to be A&E departments.
func (s *State) stranded(added map[string]bool) (moved []*patient) {
	for _, p := range s.patientsByKey() {
		if slices.ContainsFunc(p.claims, func(c claim) bool { return added[c.at.Unit] }) || slices.ContainsFunc(p.facts, func(f fact) bool { return added[f.Place.Unit] }) {
			s.vacate(p)
			moved = append(moved, p)
		}
	}
	return moved
}

func claimants(claims []claim) []*patient {
	all := make([]*patient, len(claims))
	for i, c := range claims {
		all[i] = c.patient
	}
	return all
}

// distinct are the patients without repeats, in the order of their keys.
func distinct(all []*patient) []*patient {
	slices.SortFunc(all, func(a, b *patient) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return 0
	})
	return slices.Compact(all)
}

// Conditions is the table of conditions of the layout in force, which nobody changes; empty
// before the first layout.
func (s *State) Conditions() []capacity.Condition {
	if s.layout.Frame == nil {
		return nil
	}
	return s.layout.Frame.Conditions
}
