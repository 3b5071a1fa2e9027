package flow

import (
	"cmp"
	"slices"
	"time"

	"flowcentre/capacity"
)

// The kinds of contradiction. Each stands until a later fact settles it.
const (
	TwoInBed            = "two_in_bed"            // two stays in one bed
	InTwoBeds           = "in_two_beds"           // one patient in two beds, or on two units
	FreeWithPatient     = "free_with_patient"     // a bed told free with a patient in it
	HeldAfterLeaving    = "held_after_leaving"    // a bed told taken after its patient has left, and nobody known in it
	ReservedOccupied    = "reserved_occupied"     // a bed kept for a request, with another patient in it who is not expected to leave
	NeverArrived        = "never_arrived"         // left A&E for a bed, and is in none
	ClocksApart         = "clocks_apart"          // the ambulance and A&E tell of arrivals too far from each other
	MissingFromCensus   = "missing_from_census"   // held to be on the unit, and not in its census
	CountedAfterLeaving = "counted_after_leaving" // in a census after the discharge
	MovedAfterLeaving   = "moved_after_leaving"   // a transfer that happened after the discharge
	AmbiguousStay       = "ambiguous_stay"        // a fact without a visit number, and several open stays
	NoAttendance        = "no_attendance"         // a milestone of an attendance that nobody announced
	NoRequest           = "no_request"            // a fact of a bed request that nobody made
	NoStay              = "no_stay"               // a discharge fact about a patient who is not in
	CancelsNothing      = "cancels_nothing"       // a cancellation of what nobody told
	AcceptedTwice       = "accepted_twice"        // two units have accepted one referral
	NoPlaceFree         = "no_place_free"         // more are used and kept of a unit's places than there are
	DeclinedAfterStart  = "declined_after_start"  // a referral declined or handed back after it has begun
	EndedBeforeStart    = "ended_before_start"    // a referral over that never began
	NoTransfer          = "no_transfer"           // a fact of a transfer between hospitals that nobody asked for
	AgainstRule         = "against_rule"          // a hospital has accepted a patient whom by its own rule it never takes
	OfferedClosed       = "offered_closed"        // a bed was offered to another hospital's patient, and is closed
	PlaceRemoved        = "place_removed"         // on a unit that the layout no longer has
	Unreadable          = "unreadable"            // events of the log that cannot be read: the first and the latest
)

// The roles that contradictions are for.
const (
	SiteManager   = "clinical_site_manager"
	AECoordinator = "ae_coordinator"
	Coordinator   = "coordinator"
	FeedOwner     = "feed_owner" // whoever answers for the feed; the layout tells
	SystemsDesk   = "systems_desk"
)

// ContradictionKind is how a kind of contradiction is dealt with.
type ContradictionKind struct {
	Kind  string
	Grace time.Duration // how late clerks may enter what settles it: so long it is not shown
	Owner string        // the role whose it is to settle
}

var contradictionKinds = []ContradictionKind{
	{TwoInBed, 15 * time.Minute, SiteManager},
	{InTwoBeds, 15 * time.Minute, SiteManager},
	{FreeWithPatient, 30 * time.Minute, SiteManager},
	{HeldAfterLeaving, time.Hour, SiteManager},
	{ReservedOccupied, 30 * time.Minute, SiteManager},
	{NeverArrived, time.Hour, AECoordinator},
	{ClocksApart, 30 * time.Minute, AECoordinator},
	{MissingFromCensus, time.Hour, SiteManager},
	{CountedAfterLeaving, time.Hour, SiteManager},
	{MovedAfterLeaving, 30 * time.Minute, SiteManager},
	{AmbiguousStay, 15 * time.Minute, FeedOwner},
	{NoAttendance, 30 * time.Minute, FeedOwner},
	{NoRequest, 30 * time.Minute, FeedOwner},
	{NoStay, time.Hour, FeedOwner},
	{CancelsNothing, time.Hour, FeedOwner},
	{AcceptedTwice, 15 * time.Minute, Coordinator},
	{NoPlaceFree, 30 * time.Minute, Coordinator},
	{DeclinedAfterStart, 30 * time.Minute, FeedOwner},
	{EndedBeforeStart, time.Hour, FeedOwner},
	{NoTransfer, 30 * time.Minute, FeedOwner},
	{AgainstRule, 15 * time.Minute, SiteManager},
	{OfferedClosed, 15 * time.Minute, SiteManager},
	{PlaceRemoved, 0, SystemsDesk},
	{Unreadable, 0, SystemsDesk},
}

// ContradictionKinds lists every kind of contradiction.
func ContradictionKinds() []ContradictionKind { return slices.Clone(contradictionKinds) }

func contradictionKind(kind string) ContradictionKind {
	return contradictionKinds[slices.IndexFunc(contradictionKinds, func(k ContradictionKind) bool { return k.Kind == kind })]
}

// maxSettled is how many contradictions that people have settled, and that still stand,
// are kept closed.
const maxSettled = 1_000

// contradiction is facts that cannot all be so, kept as an item of work.
type contradiction struct {
	ID      string           `json:"i"`
	Kind    string           `json:"k"`
	At      ref              `json:"a,omitzero"`
	Stays   []string         `json:"s,omitempty"`
	Since   capacity.Instant `json:"h"` // true since: when the later of the facts happened
	Events  []uint64         `json:"e"`
	Due     capacity.Instant `json:"u,omitempty"` // when its grace ends; 0 once it is over
	Raised  capacity.Instant `json:"r,omitempty"` // shown since
	Settled uint64           `json:"d,omitempty"` // the decision by which a person settled it
	alarm   alarm
	version uint64
	shown   *ContradictionView
}

// visible tells whether people see it: its grace is over, and nobody has settled it.
func (c *contradiction) visible() bool { return c.Due == 0 && c.Settled == 0 }

// raise opens a contradiction, or brings an open one up to date, which leaves it as old as
// it was. One that a person has settled begins anew when it is about other facts.
func (s *State) raise(c *contradiction) {
	was := s.items[c.ID]
	if was != nil && was.At == c.At && slices.Equal(was.Events, c.Events) && slices.Equal(was.Stays, c.Stays) {
		return
	}
	s.items[c.ID] = c
	if was == nil {
		s.begin(c)
		return
	}
	c.alarm = was.alarm
	if was.Settled != 0 {
		s.begin(c)
		return
	}
	c.Since, c.Due, c.Raised = min(c.Since, was.Since), was.Due, was.Raised
	s.alter(c)
}

// begin starts a contradiction's grace. It counts from when the facts were known here: late
// facts come in bursts, and the one that settles it may be a few messages behind.
func (s *State) begin(c *contradiction) {
	c.Settled, c.Raised = 0, 0
	grace := contradictionKind(c.Kind).Grace
	if grace == 0 {
		s.reveal(c)
		return
	}
	c.Due = max(c.Since, s.at).Add(grace)
	s.due.set(&c.alarm, c.Due, dueItem, c.ID)
	s.alter(c)
}

// ripen shows a contradiction whose grace is over.
func (s *State) ripen(c *contradiction) {
	switch {
	case c.Due > s.at:
		s.due.set(&c.alarm, c.Due, dueItem, c.ID)
	case c.Due != 0:
		s.reveal(c)
	}
}

func (s *State) reveal(c *contradiction) {
	c.Due, c.Raised = 0, s.at
	s.alter(c)
}

// hide takes a contradiction from what people see.
func (s *State) hide(c *contradiction) {
	if c.visible() {
		s.gone("contradictions", publicID(c.ID))
	}
}

// alter notes that a contradiction has changed.
func (s *State) alter(c *contradiction) {
	c.version, c.shown = s.seq, nil
	s.changed.key(itemKey(c.ID))
	s.view.items = true
	s.view.unit(s.units[c.At.Unit])
}

// close ends a contradiction that a fact has settled.
func (s *State) close(id string) {
	c := s.items[id]
	if c == nil {
		return
	}
	s.hide(c)
	delete(s.items, id)
	s.alter(c)
}

// settled closes a contradiction that a person says is dealt with. It opens again when
// other facts contradict each other, and the one settled longest ago when too many are.
func (s *State) settled(e *Event) bool {
	var meant, oldest *contradiction
	kept := 0
	for _, c := range s.items {
		if c.Settled != 0 {
			if kept++; oldest == nil || c.Settled < oldest.Settled {
				oldest = c
			}
		} else if c.visible() && publicID(c.ID) == e.Data.Item && (meant == nil || c.ID < meant.ID) {
			meant = c
		}
	}
	if meant == nil {
		return false
	}
	s.hide(meant)
	meant.Settled = e.Seq
	s.alter(meant)
	if kept >= maxSettled {
		s.begin(oldest)
	}
	return true
}

// inGrace tells whether a contradiction is known and not shown yet.
func (s *State) inGrace(id string) bool {
	c := s.items[id]
	return c != nil && c.Due != 0
}

// unreadable notes an event that could not be decoded: the log is damaged, or a newer
// version wrote it. The line goes on, and the loss stays visible.
func (s *State) unreadable(e *Event) {
	first := e.Seq
	if was := s.items[Unreadable]; was != nil {
		first = was.Events[0]
	}
	s.raise(&contradiction{Kind: Unreadable, ID: Unreadable, Since: s.at, Events: []uint64{first, e.Seq}})
}

func (s *State) showItems() []*ContradictionView {
	shown := make([]*ContradictionView, 0, len(s.items))
	for _, c := range s.items {
		if c.visible() {
			shown = append(shown, c.view())
		}
	}
	slices.SortFunc(shown, func(a, b *ContradictionView) int {
		return cmp.Or(cmp.Compare(a.Since, b.Since), cmp.Compare(a.ID, b.ID))
	})
	return shown
}

func (c *contradiction) view() *ContradictionView {
	if c.shown == nil {
		k := contradictionKind(c.Kind)
		c.shown = &ContradictionView{
			ID: publicID(c.ID), Kind: c.Kind, Unit: c.At.Unit, Bed: c.At.Bed, Owner: k.Owner,
			Since: c.Since, Raised: c.Raised, Grace: int(k.Grace / time.Second), Events: c.Events, Version: c.version,
		}
		for _, st := range c.Stays {
			c.shown.Stays = append(c.shown.Stays, shortKey(st))
		}
	}
	return c.shown
}
