package flow

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"flowcentre/capacity"
)

// Areas that a feed names and nobody has laid out.
const (
	maxUnlaid   = 20  // told apart, of one feed
	otherPlaces = "*" // the others
)

// feed is what is known of one producer's stream.
type feed struct {
	def    *capacity.Feed // nil when the layout does not name it
	id     string
	told   feedTold
	held   int
	alarm  alarm
	dirty  bool
	stale  bool // its view must be made again
	shown  *FeedView
	heeded stance // as the units' figures are made of it
	feedState
}

// feedState is how a feed stands, worked out from what is told of it and the time.
type feedState struct {
	state   string           // one of the feed states
	since   capacity.Instant // when it fell silent, an outage began or a burst did
	expects int              // seconds within which something should come at this time of the week
}

// feedTold is the part of a feed that the store keeps.
type feedTold struct {
	Last       capacity.Instant  `json:"l,omitempty"`
	Happened   capacity.Instant  `json:"h,omitempty"` // of the newest fact
	Logged     uint64            `json:"n,omitempty"`
	Duplicates uint64            `json:"d,omitempty"`
	Ignored    uint64            `json:"i,omitempty"`
	Refused    uint64            `json:"r,omitempty"`
	Unheld     uint64            `json:"u,omitempty"` // facts that should have been held when the limit was reached
	Connected  bool              `json:"c,omitempty"`
	Refusals   []Refusal         `json:"f,omitempty"`
	Excused    capacity.Instant  `json:"x,omitempty"` // end of the last planned outage that ran its time
	Outages    []outage          `json:"o,omitempty"` // planned or on, soonest first
	Count      counter           `json:"k,omitzero"`
	Late       lateness          `json:"t,omitzero"`
	Skew       skew              `json:"s,omitzero"`
	Unlaid     map[string]uint64 `json:"a,omitempty"` // areas of A&E that it named and the layout has not, how often
	First      capacity.Instant  `json:"1,omitempty"` // when it first spoke
	Quiet      capacity.Instant  `json:"q,omitempty"` // while it is silent or out: up to when history has taken that down
}

// feedOf is the feed of that id, made if need be, and nil past the limit of feeds that
// the layout does not name.
func (s *State) feedOf(id string) *feed {
	f := s.feeds[id]
	if f == nil && len(s.feeds) < maxFeeds {
		f = &feed{id: id}
		s.feeds[id] = f
	}
	return f
}

// hear takes note that a feed has spoken, and tells whether the event is new: a repeat
// that got past the door is counted and passed over.
func (s *State) hear(e *Event) bool {
	fresh := s.seen.add(e)
	if fresh {
		s.due.set(&s.seen.alarm, s.seen.expiry(), dueSeen, "")
	}
	f := s.feedOf(e.Feed)
	if f == nil {
		return fresh
	}
	f.told.Last = max(f.told.Last, e.Recorded)
	f.told.Skew.take(e)
	if !fresh {
		f.told.Duplicates++
		s.heard(f)
		return false
	}
	f.told.Logged++
	f.told.First = cmp.Or(f.told.First, e.Recorded)
	s.late(e)
	f.told.Count.come(1, e.Happened)
	switch e.Kind {
	case Heartbeat:
		if e.Data.Counter > 0 {
			f.told.Count.beat(e.Happened, e.Data.Counter)
		}
	case OutagePlanned, FigureReported: // of the feed, not of what it tells
	default:
		f.told.Happened = max(f.told.Happened, e.Happened)
		f.told.Late.take(e)
		f.speaks(e)
		s.supersede(e)
	}
	s.heard(f)
	return true
}

// report takes the door's summary of a feed.
func (s *State) report(e *Event) {
	r := e.Data.Report
	if r == nil {
		return
	}
	f := s.feedOf(r.Feed)
	if f == nil {
		return
	}
	f.told.Duplicates += uint64(max(r.Duplicates, 0))
	for _, n := range r.Ignored {
		f.told.Ignored += uint64(max(n, 0))
		f.told.Count.come(uint64(max(n, 0)), e.Happened)
	}
	for _, n := range r.Refused {
		f.told.Refused += uint64(max(n, 0))
		f.told.Count.come(uint64(max(n, 0)), e.Happened)
	}
	f.told.Refusals = append(f.told.Refusals, r.Last...)
	if n := len(f.told.Refusals); n > 5 {
		f.told.Refusals = f.told.Refusals[n-5:]
	}
	f.told.Connected = r.Connected
	if r.Duplicates > 0 || len(r.Ignored) > 0 {
		f.told.Last = max(f.told.Last, e.Recorded)
	}
	s.heard(f)
}

// heard marks a feed as changed. One that was on time and speaks again is looked at when
// its alarm rings, unless there is more to it.
func (s *State) heard(f *feed) {
	s.changed.feed(f)
	s.view.feeds = true
	f.stale = true
	if f.state != FeedOnTime || f.alarm == 0 || len(f.told.Outages) > 0 || f.told.Late.Until > s.at {
		s.listen(f)
	}
}

// listen works out how a feed stands, and when that is next to be looked at. An open
// connection by itself is no speech, a heartbeat is; see docs/ARCHITECTURE.md.
func (s *State) listen(f *feed) {
	s.expire(f)
	now, next := feedState{state: FeedOnTime}, capacity.Instant(0)
	ring := func(at capacity.Instant) {
		if at > s.at && (next == 0 || at < next) {
			next = at
		}
	}
	for _, o := range f.told.Outages {
		ring(o.From)
		ring(o.Until)
	}
	ring(f.told.Late.Until)

	var silent capacity.Instant
	if f.def != nil {
		var changes capacity.Instant
		now.expects, changes = f.def.Expects(s.at, s.zone())
		ring(changes)
		if f.told.Last != 0 {
			silent = f.def.Deadline(f.told.Last, s.zone())
			ring(silent)
		}
	}
	switch o := f.outage(s.at); {
	case o != nil:
		now.state, now.since = FeedOutage, o.From
	case f.told.Last == 0:
		now.state = FeedNever
	case silent != 0 && silent <= s.at:
		now.state, now.since = FeedSilent, max(silent, f.told.Excused)
	case f.told.Late.Until > s.at:
		now.state, now.since = FeedCatchingUp, f.told.Late.From
	}
	s.due.set(&f.alarm, next, dueFeed, f.id)
	if now == f.feedState {
		return
	}
	f.feedState, f.stale = now, true
	s.quieten(f)
	s.view.feeds = true
}

// old tells whether what the feed supplies is from before it fell silent.
func (f *feed) old() bool { return f.state == FeedSilent || f.state == FeedOutage }

func (f *feed) view(seq uint64) *FeedView {
	t := &f.told
	v := &FeedView{
		ID: f.id, Name: f.id, Supplies: []string{}, Version: seq, State: cmp.Or(f.state, FeedNever), Since: f.since, Expects: f.expects,
		Connected: t.Connected, Last: t.Last, Happened: t.Happened, Logged: t.Logged, Duplicates: t.Duplicates,
		Ignored: t.Ignored, Refused: t.Refused, Held: f.held + int(t.Unheld), Refusals: append([]Refusal{}, t.Refusals...),
		Sent: t.Count.Sent, Received: t.Count.Received, Missing: t.Count.missing(), Restarts: t.Count.Restarts,
		first: t.First, quiet: t.Quiet, Late: t.Late.Count, Skew: int(t.Skew.Most / time.Second), Outages: []OutageView{}, Unlaid: []UnlaidView{},
	}
	for _, place := range slices.Sorted(maps.Keys(t.Unlaid)) {
		v.Unlaid = append(v.Unlaid, UnlaidView{Place: place, Times: t.Unlaid[place]})
	}
	for _, o := range t.Outages {
		v.Outages = append(v.Outages, OutageView{From: o.From, Until: o.Until, Reason: o.Reason, Role: o.Role})
	}
	if d := f.def; d != nil {
		v.Name, v.Owner, v.Every = d.Name, d.Owner, d.Every
		v.Supplies = append(v.Supplies, d.Supplies...)
	}
	return v
}
