package flow

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"flowcentre/capacity"
)

const (
	maxOutages = 8                   // planned outages of one feed; of more, those that begin last are dropped
	maxOutage  = 14 * 24 * time.Hour // the longest there may be: a silence of weeks is to be looked at
)

// outage is a time in which a feed will be silent, as somebody planned it.
type outage struct {
	From   capacity.Instant `json:"f"`
	Until  capacity.Instant `json:"u"`
	Said   capacity.Instant `json:"s"`
	Reason string           `json:"r,omitempty"`
	Role   string           `json:"w,omitempty"`
}

// outageOf is what an event plans. Without a due time it begins at once.
func outageOf(e *Event) outage {
	d := &e.Data
	return outage{From: cmp.Or(d.Due, e.Happened), Until: d.Until, Said: e.Happened, Reason: d.Reason, Role: d.Role}
}

func (o *outage) on(at capacity.Instant) bool { return o.From <= at && at < o.Until }

// validOutage checks what only the whole event tells. A feed plans its own outages; the
// desk those of any.
func validOutage(e *Event) error {
	o := outageOf(e)
	switch {
	case o.Until <= o.From:
		return &Invalid{"data.until", "is not after the outage begins, at data.due or else at time"}
	case o.Until > o.From.Add(maxOutage):
		return &Invalid{"data.until", fmt.Sprintf("is more than %d days after the outage begins; plan it anew before it ends", maxOutage/(24*time.Hour))}
	case e.Feed == Desk && e.Data.About == "":
		return &Invalid{"data.about", "is missing; name the feed that will be silent"}
	case e.Feed != Desk && e.Data.About != "" && e.Data.About != e.Feed:
		return &Invalid{"data.about", "names another feed; a feed plans its own outages, and the desk those of any"}
	}
	return nil
}

// planOutage takes an outage of a feed. Of outages that overlap, what was said last
// stands: so one is made longer or shorter.
func (s *State) planOutage(e *Event) {
	if reason := s.reason(e); reason != "" {
		s.hold(e, reason)
		return
	}
	f, o := s.feedOf(aboutOf(e)), outageOf(e)
	if f == nil || o.Until <= max(o.From, s.at) {
		return
	}
	overlaps := func(x outage) bool { return x.From < o.Until && o.From < x.Until }
	for _, x := range f.told.Outages {
		if overlaps(x) && x.Said > o.Said {
			s.overrule(e, e.Data.About)
			return
		}
	}
	if e.Data.Due == 0 {
		for _, x := range f.told.Outages {
			if x.on(o.From) {
				o.From = x.From
			}
		}
	}
	f.told.Outages = append(slices.DeleteFunc(f.told.Outages, overlaps), o)
	slices.SortFunc(f.told.Outages, func(a, b outage) int { return cmp.Compare(a.From, b.From) })
	if len(f.told.Outages) > maxOutages {
		f.told.Outages = f.told.Outages[:maxOutages]
	}
	s.heard(f)
}

// aboutOf is the feed that an outage is of.
func aboutOf(e *Event) string {
	if e.Feed == Desk {
		return e.Data.About
	}
	return e.Feed
}

// speaks ends the outages that had begun when a fact came.
func (f *feed) speaks(e *Event) {
	f.told.Outages = slices.DeleteFunc(f.told.Outages, func(o outage) bool { return o.on(e.Recorded) && o.From <= e.Happened })
}

// expire ends the outages whose time is over. A feed that does not speak is silent from
// then on.
func (s *State) expire(f *feed) {
	f.told.Outages = slices.DeleteFunc(f.told.Outages, func(o outage) bool {
		if o.Until > s.at {
			return false
		}
		f.told.Excused = max(f.told.Excused, o.Until)
		s.changed.feed(f)
		f.stale, s.view.feeds = true, true
		return true
	})
}

// outage is the one that is on, nil if none is.
func (f *feed) outage(at capacity.Instant) *outage {
	for i := range f.told.Outages {
		if o := &f.told.Outages[i]; o.on(at) {
			return o
		}
	}
	return nil
}
