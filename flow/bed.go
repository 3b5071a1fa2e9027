package flow

import (
	"cmp"
	"slices"

	"flowcentre/capacity"
)

// claim is what a patient has to do with a place.
type claim struct {
	kind    claimKind
	at      ref
	patient *patient
	stay    string
	request string // of an expectation: the bed request for which the bed was allocated
	since   capacity.Instant
	seq     uint64
	due     capacity.Instant // of a stay: when it is expected to end; of an expectation: when
	lapse   capacity.Instant // of an expectation: when it no longer keeps the bed
	away    bool
	leave   bool
	going   bool // is expected to leave: a discharge is due or planned
	found   bool // a census found the patient there, who may have been there for longer
}

type claimKind uint8

const (
	in     claimKind = iota + 1 // is there
	left                        // was there: the bed needs cleaning since
	coming                      // is expected there: the bed is kept
)

// mark is when something was last said, newest first by (happened, sequence).
type mark struct {
	At  capacity.Instant
	Seq uint64
}

// later moves the mark if the moment is newer, and tells whether it did.
func (m *mark) later(at capacity.Instant, seq uint64) bool {
	if at < m.At || at == m.At && seq <= m.Seq {
		return false
	}
	*m = mark{at, seq}
	return true
}

func (m mark) before(o mark) bool {
	return m.At < o.At || m.At == o.At && m.Seq < o.Seq
}

// told is what was said of the bed itself, axis by axis. Who is in it comes from the
// patients.
type told struct {
	Gate     mark // last closed or opened by a person
	Shut     bool
	Reason   string
	Until    capacity.Instant
	Status   BedStatus
	StatusAt mark
	Clean    mark // last said to be clean
	Started  mark // cleaning last begun
	Dirty    mark // last said to need cleaning
}

// bed is one bed space.
const reasonEscalation = "escalation" // of a bed beyond the core complement that is not opened

type bed struct {
	def     *capacity.Bed
	unit    *unit
	told    told
	claims  []claim
	alarm   alarm
	dirty   bool
	queued  bool // stands among the touched
	doubted bool // a contradiction about it is open
}

func (b *bed) name() string { return capacity.Within(b.unit.def.ID, b.def.ID) }

func (b *bed) at() ref { return ref{Unit: b.unit.def.ID, Bed: b.def.ID} }

// bedFact takes what is said of a bed, a bay or a whole unit.
func (s *State) bedFact(e *Event) {
	at, reason := s.find(e.Feed, e.Data.Place)
	if reason != "" {
		s.hold(e, reason)
		return
	}
	for _, b := range s.units[at.Unit].order {
		if (at.Bed == "" || at.Bed == b.def.ID) && (at.Bay == "" || at.Bay == b.def.Bay) {
			b.told.take(e)
			s.changed.bed(b)
			s.touch(b)
		}
	}
	s.note(e, at)
}

// take keeps, of each axis, what was said of the latest moment.
func (t *told) take(e *Event) {
	switch e.Kind {
	case BedClosed, BedOpened:
		if t.Gate.later(e.Happened, e.Seq) {
			t.Shut, t.Reason, t.Until = e.Kind == BedClosed, e.Data.Reason, e.Data.Until
		}
	case CleaningStarted:
		t.Started.later(e.Happened, e.Seq)
	case Cleaned:
		t.Clean.later(e.Happened, e.Seq)
	case BedStatusTold:
		if t.StatusAt.later(e.Happened, e.Seq) {
			t.Status = e.Data.Status
		}
		switch e.Data.Status {
		case StatusUnoccupied:
			t.Clean.later(e.Happened, e.Seq)
		case StatusHousekeeping, StatusContaminated:
			t.Dirty.later(e.Happened, e.Seq)
		}
	}
}

// condition is what a bed is at a moment, worked out from what was said of it and from
// its claims.
type condition struct {
	state    capacity.BedState
	since    capacity.Instant
	in       []claim // who is in it, the latest first
	gone     claim   // who left it last
	kept     []claim // for whom it is kept, the soonest first
	dirty    mark    // needs cleaning since; zero when clean
	assumed  bool    // counts as clean because nobody said otherwise for long enough
	reason   string  // why it is closed
	until    capacity.Instant
	isolated bool
	foul     bool             // contaminated
	next     capacity.Instant // when this may change by itself
}

func (b *bed) condition(now capacity.Instant) condition {
	var c condition
	soon := func(at capacity.Instant) {
		if at > now && (c.next == 0 || at < c.next) {
			c.next = at
		}
	}
	c.dirty = b.told.Dirty
	for _, cl := range b.claims {
		switch cl.kind {
		case in:
			c.in = append(c.in, cl)
		case left:
			c.dirty.later(cl.since, cl.seq)
			if (mark{c.gone.since, c.gone.seq}).before(mark{cl.since, cl.seq}) {
				c.gone = cl
			}
		case coming:
			if cl.lapse > now {
				c.kept = append(c.kept, cl)
				soon(cl.lapse)
			}
		}
	}
	vacated := c.dirty
	slices.SortFunc(c.in, func(x, y claim) int {
		return cmp.Or(cmp.Compare(y.since, x.since), cmp.Compare(y.seq, x.seq), cmp.Compare(x.stay, y.stay), cmp.Compare(x.patient.key, y.patient.key))
	})
	slices.SortFunc(c.kept, func(x, y claim) int {
		return cmp.Or(cmp.Compare(x.due, y.due), cmp.Compare(x.seq, y.seq), cmp.Compare(x.stay, y.stay), cmp.Compare(x.patient.key, y.patient.key))
	})

	if !b.told.Clean.before(c.dirty) {
		c.dirty = mark{}
	}
	status := b.told.Status
	c.isolated = status == StatusIsolated
	c.foul = status == StatusContaminated && c.dirty != (mark{})
	if limit := b.unit.def.AssumedClean; limit > 0 && c.dirty != (mark{}) && !c.foul {
		if clean := c.dirty.At + capacity.Instant(limit)*1000; clean > now {
			soon(clean)
		} else {
			c.dirty, c.assumed = mark{}, true
		}
	}

	gate := b.told.Until == 0 || b.told.Until > now
	if gate {
		soon(b.told.Until)
	}
	shut := status == StatusClosed
	if shut {
		c.reason = "told_closed"
		c.since = b.told.StatusAt.At
	}
	switch {
	case b.told.Shut && gate && b.told.Gate.Seq != 0:
		shut, c.reason, c.until, c.since = true, b.told.Reason, b.told.Until, b.told.Gate.At
	case b.def.Escalation && (b.told.Gate.Seq == 0 || b.told.Shut || !gate):
		shut, c.reason, c.since = true, reasonEscalation, b.told.Gate.At
		if !gate {
			c.since = b.told.Until
		}
	case b.def.Escalation:
		c.until = b.told.Until
	}

	switch {
	case len(c.in) > 0:
		c.state, c.since = capacity.Occupied, c.in[0].since
	case status == StatusOccupied && vacated.before(b.told.StatusAt):
		c.state, c.since = capacity.Occupied, b.told.StatusAt.At
	case shut:
		c.state = capacity.Closed
		c.since = max(c.since, vacated.At)
	case c.dirty != (mark{}):
		c.state, c.since = capacity.NotReady, c.dirty.At
	case c.isolated:
		c.state, c.since = capacity.NotReady, b.told.StatusAt.At
	case len(c.kept) > 0:
		c.state, c.since = capacity.Reserved, c.kept[0].since
	default:
		c.state, c.since = capacity.Available, max(b.told.Clean.At, vacated.At)
	}
	if !shut {
		c.reason = ""
	}
	return c
}

// lay puts a claim on its place, release takes it off.
func (s *State) lay(c claim) {
	if b := s.bed(c.at); b != nil {
		b.claims = append(b.claims, c)
		s.touch(b)
		return
	}
	if u := s.units[c.at.Unit]; u != nil {
		u.claims = append(u.claims, c)
		s.view.unit(u)
	}
}

func (s *State) release(c claim) {
	drop := func(from []claim) []claim {
		if i := slices.Index(from, c); i >= 0 {
			return slices.Delete(from, i, i+1)
		}
		return from
	}
	if b := s.bed(c.at); b != nil {
		b.claims = drop(b.claims)
		s.touch(b)
		return
	}
	if u := s.units[c.at.Unit]; u != nil {
		u.claims = drop(u.claims)
		s.view.unit(u)
	}
}

// touch marks a bed to be looked at again before the event is done.
func (s *State) touch(b *bed) {
	if !b.queued {
		b.queued = true
		s.touched = append(s.touched, b)
	}
}

func (s *State) lookAgain() {
	for _, b := range s.touched {
		b.queued = false
		if s.bed(b.at()) == b { // still the one in force
			s.look(b)
		}
	}
	s.touched = s.touched[:0]
}

// look works out a bed again: its contradictions, when it next changes by itself, and
// that people must see it.
func (s *State) look(b *bed) {
	c := b.condition(s.at)
	s.view.unit(b.unit)
	if c.next != 0 {
		s.due.set(&b.alarm, c.next, dueBed, b.name())
	}
	s.question(b, &c)
	for _, id := range s.offers[b.unit.def.ID] {
		t := s.transfers[id]
		s.suspect(t, t.passage())
	}
}
