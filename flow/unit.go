package flow

import (
	"slices"

	"flowcentre/capacity"
)

// unit is one unit of the layout in force.
type unit struct {
	def       *capacity.Unit
	order     []*bed // as laid out
	beds      map[string]*bed
	claims    []claim         // of patients on the unit without a bed
	people    []*sitter       // whose course belongs in its picture, in the order of keys
	rides     map[string]bool // ambulance journeys to it
	ferries   map[string]bool // transfers in its picture
	referrals map[string]bool // that concern it
	calls     map[string]bool // of a co-ordination centre
	told      unitTold
	slots     slots // of a unit with places
	dirty     bool  // told differs from the store

	// What is shown of it. An entry in the due-index has it made again for time alone.
	rank     int    // its place in the layout
	site     *scope // nil while the layout does not have its site
	stale    bool   // the portrait must be made again
	unread   bool   // scored is not of the portrait
	queued   bool   // is to be shown again
	alarm    alarm
	since    capacity.Instant // what ended before is not in the portrait
	portrait *portrait
	scored   *figures  // of the measures that the OPEL profile asks for
	basis    []basis   // what its figures are made from; nil to be worked out again
	shown    *UnitView // this and what follows is of the last view
	drawn    *portrait // the portrait that was in it
	figures  *figures
	measures *MeasuresView
}

// unitTold is the part of a unit that the store keeps.
type unitTold struct {
	KnownSince capacity.Instant // first census
	Told       capacity.Instant // when anything was last recorded about it
	Listed     capacity.Instant // newest A&E list
	Planning   capacity.Instant // when the first fact about a discharge from it was recorded
	Leavers    []leaversTold    // newest discharge list of each feed
}

func (u *unit) bed(id string) *bed { return u.beds[id] }

// hears tells whether a feed speaks for the unit.
func (u *unit) hears(feed string) bool { return slices.Contains(u.def.Feeds, feed) }

// census takes everyone on a unit. From then on the unit is known; whoever we held to
// be there and the census does not name is no longer there, and is a contradiction.
func (s *State) census(e *Event) {
	at, _ := s.find(e.Feed, e.Data.Place)
	if reason := s.reason(e); reason != "" {
		s.hold(e, reason)
		return
	}
	u := s.units[at.Unit]
	if u.told.KnownSince == 0 || e.Happened < u.told.KnownSince {
		u.told.KnownSince = e.Happened
	}
	s.changed.unit(u)
	s.view.unit(u)

	here := map[*patient]bool{}
	for _, c := range e.Data.Census {
		bed, _ := s.find(e.Feed, c.Place)
		if c.Patient == "" {
			if b := s.bed(bed); b != nil && b.told.StatusAt.later(e.Happened, e.Seq) {
				b.told.Status = StatusOccupied
				s.changed.bed(b)
				s.touch(b)
			}
			continue
		}
		p := s.owner(c.Patient, c.Visit)
		here[p] = true
		f := factOf(e)
		f.Kind, f.Visit, f.Place, f.Due = counted, c.Visit, ref{Unit: bed.Unit, Bed: bed.Bed}, c.Admitted
		s.tell(p, f)
	}
	for _, p := range u.patients() {
		if !here[p] && p.in(u, e.Happened) {
			f := factOf(e)
			f.Kind, f.Place = notCounted, ref{Unit: u.def.ID}
			for _, c := range p.claims {
				if c.kind == in && c.at.Unit == u.def.ID && !isFirst(c.stay, p.key) {
					f.Visit = c.stay
				}
			}
			s.tell(p, f)
		}
	}
	s.note(e, at)
}

// note takes down that something happened at a place.
func (s *State) note(e *Event, at ref) {
	u := s.units[at.Unit]
	if u == nil {
		return
	}
	u.told.Told = max(u.told.Told, e.Recorded)
	s.changed.unit(u)
	s.view.unit(u)
	s.view.last = Change{Seq: e.Seq, At: e.Happened, Type: e.Kind.String(), Unit: u.def.ID, Bed: at.Bed}
	s.changed.clock = true
}

// patients are those with a claim on the unit, in the order of their keys.
func (u *unit) patients() []*patient {
	var all []*patient
	add := func(claims []claim) {
		for _, c := range claims {
			if c.kind == in && !slices.Contains(all, c.patient) {
				all = append(all, c.patient)
			}
		}
	}
	add(u.claims)
	for _, b := range u.order {
		add(b.claims)
	}
	slices.SortFunc(all, func(a, b *patient) int {
		if a.key < b.key {
			return -1
		}
		return 1
	})
	return all
}

// in tells whether the patient is held to have been on the unit at that time.
func (p *patient) in(u *unit, at capacity.Instant) bool {
	return slices.ContainsFunc(p.claims, func(c claim) bool {
		return c.kind == in && c.at.Unit == u.def.ID && c.since <= at
	})
}

// isFirst tells whether a stay's id was made of the patient's key for want of a visit.
func isFirst(stay, patient string) bool {
	return len(stay) > len(patient) && stay[:len(patient)] == patient && stay[len(patient)] == '#'
}
