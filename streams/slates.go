package streams

import (
	"cmp"
	"errors"
	"iter"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"sync"

	"flowcentre/capacity"
	"flowcentre/flow"
)

const (
	maxReasons  = 50 // kinds of ignored message told apart in one report
	maxRefusals = 5
)

// slates keep what is to be told of each feed at the next tick.
type slates struct {
	instance string // tells the reports of two centres apart

	mu    sync.Mutex
	order []string
	feeds map[string]*slate
}

// Totals counts what became of a feed's messages since the start.
type Totals struct {
	Feed        string
	Logged      uint64
	Duplicates  uint64
	Ignored     uint64
	Refused     map[string]uint64 // by reason
	Unconfirmed uint64            // the log was busy, full or away
	Connections int               // open now
}

// slate is what is to be told of one feed.
type slate struct {
	totals      Totals
	report      flow.FeedReport
	connections int
	told        bool // the log knows whether the feed is connected
	connected   bool // what the log knows
}

func newSlates(feeds []string) *slates {
	ss := &slates{instance: strconv.FormatUint(uint64(rand.Uint32()), 16), order: feeds, feeds: map[string]*slate{}}
	for _, id := range feeds {
		ss.feeds[id] = &slate{report: flow.FeedReport{Feed: id}, totals: Totals{Feed: id, Refused: map[string]uint64{}}, told: id == flow.Desk || id == flow.Alerts} // nobody stays connected to these
	}
	return ss
}

// on does something with the slate of a feed; feeds that the centre does not have are
// not counted.
func (ss *slates) on(feed string, do func(*slate)) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if s, ok := ss.feeds[feed]; ok {
		do(s)
	}
}

var plainType = regexp.MustCompile(`^[A-Z0-9_^]{1,16}$`)

func (ss *slates) ignore(feed, what string) {
	if !plainType.MatchString(what) {
		what = "other"
	}
	ss.on(feed, func(s *slate) {
		count(&s.report.Ignored, what, 1)
		s.totals.Ignored++
	})
}

func (ss *slates) refuse(feed string, r flow.Refusal) {
	ss.on(feed, func(s *slate) {
		count(&s.report.Refused, r.Reason, 1)
		s.totals.Refused[r.Reason]++
		s.report.Last = newest(append(s.report.Last, r))
	})
}

func (ss *slates) connect(feed string, n int) {
	ss.on(feed, func(s *slate) { s.connections += n })
}

// record counts the result of one event. What the log could not take is no fault of the
// producer's, and not reported.
func (ss *slates) record(feed string, now capacity.Instant, r *Result, s *slip) {
	switch {
	case r.Duplicate:
		ss.on(feed, func(s *slate) {
			s.report.Duplicates++
			s.totals.Duplicates++
		})
	case r.Err == nil:
		ss.on(feed, func(s *slate) { s.totals.Logged++ })
	case r.Err != nil && s != nil:
		ss.note(feed, now, r.Err, s.digest)
	case r.Err != nil:
		ss.note(feed, now, r.Err, "")
	}
}

// fault counts an event that could not even be read.
func (ss *slates) fault(feed string, now capacity.Instant, err error) { ss.note(feed, now, err, "") }

func (ss *slates) note(feed string, now capacity.Instant, err error, digest string) {
	if reason, detail := refusal(err); reason != "" {
		ss.refuse(feed, flow.Refusal{At: now, Reason: reason, Detail: detail, Digest: digest})
		return
	}
	ss.on(feed, func(s *slate) { s.totals.Unconfirmed++ })
}

func (ss *slates) all() []Totals {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	all := make([]Totals, 0, len(ss.order))
	for _, id := range ss.order {
		t := ss.feeds[id].totals
		t.Refused = maps.Clone(t.Refused)
		t.Connections = ss.feeds[id].connections
		all = append(all, t)
	}
	return all
}

// refusal is the code and sentence of an error that the producer can mend. Neither
// holds anything the producer sent.
func refusal(err error) (reason, detail string) {
	var invalid *flow.Invalid
	var conflict *Conflict
	var large *TooLarge
	var bad *Malformed
	switch {
	case errors.As(err, &bad):
		return "malformed", bad.Error()
	case errors.As(err, &invalid):
		return "invalid", safeField(invalid.Field) + ": " + invalid.Reason
	case errors.As(err, &conflict):
		return "conflict", "an id was used before for another event: sequence " + strconv.FormatUint(conflict.Seq, 10) + ", 0 while it is being written"
	case errors.As(err, &large):
		return "too_large", "an event " + large.Error()
	case errors.Is(err, ErrForeign):
		return "foreign", "an event named another feed as its source"
	case errors.Is(err, ErrNoFeed):
		return "no_feed", "an event named a source that the configuration does not have"
	}
	return "", ""
}

// collect takes what is to be told, feed by feed. Every feed is told of once after the
// start, since the log may hold an old word on whether it is connected.
func (ss *slates) collect() iter.Seq2[string, *flow.FeedReport] {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	var reports []*flow.FeedReport
	for _, id := range ss.order {
		s := ss.feeds[id]
		connected := s.connections > 0
		r := s.report
		quiet := len(r.Ignored) == 0 && len(r.Refused) == 0 && r.Duplicates == 0
		if quiet && s.told && s.connected == connected {
			continue
		}
		r.Connected = connected
		reports = append(reports, &r)
		s.report = flow.FeedReport{Feed: id}
		s.told, s.connected = true, connected
	}
	return func(yield func(string, *flow.FeedReport) bool) {
		for _, r := range reports {
			if !yield(r.Feed, r) {
				return
			}
		}
	}
}

// giveBack adds a report that was not written to what is to be told.
func (ss *slates) giveBack(r *flow.FeedReport) {
	ss.on(r.Feed, func(s *slate) {
		for what, n := range r.Ignored {
			count(&s.report.Ignored, what, n)
		}
		for reason, n := range r.Refused {
			count(&s.report.Refused, reason, n)
		}
		s.report.Duplicates += r.Duplicates
		s.report.Last = newest(slices.Concat(r.Last, s.report.Last))
		s.told = false
	})
}

func newest(all []flow.Refusal) []flow.Refusal {
	return all[max(0, len(all)-maxRefusals):]
}

// count adds to a counter; a producer cannot make the map grow without end.
func count(counters *map[string]int, key string, n int) {
	if *counters == nil {
		*counters = map[string]int{}
	}
	if _, known := (*counters)[key]; !known && len(*counters) >= maxReasons {
		key = "other"
	}
	(*counters)[cmp.Or(key, "unnamed")] += n
}
