package flow

import (
	"flowcentre/capacity"
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
	silent bool
}

// feedTold is the part of a feed that the store keeps.
type feedTold struct {
	Last       capacity.Instant `json:"l,omitempty"`
	Happened   capacity.Instant `json:"h,omitempty"`
	Logged     uint64           `json:"n,omitempty"`
	Duplicates uint64           `json:"d,omitempty"`
	Ignored    uint64           `json:"i,omitempty"`
	Refused    uint64           `json:"r,omitempty"`
	Unheld     uint64           `json:"u,omitempty"` // facts that should have been held when the limit was reached
	Connected  bool             `json:"c,omitempty"`
	Refusals   []Refusal        `json:"f,omitempty"`
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
	f.told.Happened = max(f.told.Happened, e.Happened)
	if fresh {
		f.told.Logged++
	} else {
		f.told.Duplicates++
	}
	s.heard(f)
	return fresh
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
	}
	for _, n := range r.Refused {
		f.told.Refused += uint64(max(n, 0))
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

// heard marks a feed as changed and sets when its silence is next to be looked at.
func (s *State) heard(f *feed) {
	s.changed.feed(f)
	s.view.feeds = true
	f.stale = true
	s.listen(f)
}

// listen decides whether a feed is silent. An open connection counts as speech only
// with what comes over it; see docs/ARCHITECTURE.md.
func (s *State) listen(f *feed) {
	silent := false
	if f.def != nil && f.def.Every > 0 && f.told.Last != 0 {
		limit := f.told.Last + capacity.Instant(f.def.Every)*1000
		silent = limit <= s.at
		if !silent {
			s.due.set(&f.alarm, limit, dueFeed, f.id)
		}
	}
	if silent == f.silent {
		return
	}
	f.silent, f.stale = silent, true
	s.view.feeds = true
	for _, u := range s.units {
		if u.hears(f.id) {
			s.view.unit(u)
		}
	}
}

// state is one of FeedNever, FeedOnTime and FeedSilent.
func (f *feed) state() string {
	switch {
	case f.told.Last == 0:
		return FeedNever
	case f.silent:
		return FeedSilent
	}
	return FeedOnTime
}
