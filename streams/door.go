package streams

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// MaxEvent is the most bytes of one event; a census or list may fill a whole message.
const MaxEvent = 16 << 10

// whole are the kinds of event that tell of everybody somewhere.
var whole = []flow.Kind{flow.CensusTaken, flow.ListTaken, flow.DischargeListTaken}

// Limits of what waits at the door.
const (
	maxQueue      = 20_000   // events waiting to be written
	maxQueueBytes = 64 << 20 // and their bytes
	maxShare      = maxQueue / 2
	maxRecent     = 65_536 // events logged that the engine has not yet seen
	maxRound      = 8 << 20
)

// DoorOptions says what the door stands between.
type DoorOptions struct {
	Log   *Log
	Keys  *Keys
	Clock *Clock
	Feeds []Feed
	// Seen tells what is known of an id that the log holds, as the engine has it; safe
	// for concurrent use. The door must open only once the engine has read to the log's
	// end.
	Seen func(feed, id string) (digest string, seq uint64, ok bool)
	// Outcome waits until the event of the desk at seq is applied, and tells why it has no
	// effect: a code, and words for whoever decided it. refused is empty when it has; detail
	// is then what there is to say against it.
	Outcome func(ctx context.Context, seq uint64) (refused, detail string, err error)
	Names   *flow.Names // of the layout in force: an area that it has not is told to the sender; nil tells nothing
	// View is what is committed and shown, for who tells a unit's places by a link; safe for
	// concurrent use.
	View       func() *flow.View
	DeskSecret string // what decisions must show; without one only this machine is heard
	// AlertSecret is what the alert path must show; without one only this machine is heard.
	AlertSecret string
	Logger      *slog.Logger
}

// Result is what became of one event.
type Result struct {
	ID        string // as the producer sent it
	Seq       uint64 // position in the log, 0 when not logged
	Duplicate bool   // it was in the log already, at Seq
	Note      string // it is taken, and something of it could not be used
	// Err is *flow.Invalid, *Conflict, *TooLarge, ErrForeign, ErrBusy, ErrFull, ErrAway
	// or ErrUnknown; nothing of a patient is in its text.
	Err error
}

// Door is the only way for a producer's event into the log. It checks the event, hides
// who the patient is, knows what it has seen before, and answers when the event is on
// disk. Safe for concurrent use: callers at the same time share the writes.
type Door struct {
	log     *Log
	keys    *Keys
	clock   *Clock
	feeds   *feeds
	seen    func(feed, id string) (string, uint64, bool)
	outcome func(ctx context.Context, seq uint64) (refused, detail string, err error)
	view    func() *flow.View
	secret  string // the desk's

	alertSecret string
	meter       meter // of requests with links
	turns       turns // of reports by links
	logger      *slog.Logger
	names       *flow.Names
	slates      *slates
	cost        cost
	sick        atomic.Bool // the last write had no answer

	mu     sync.Mutex
	recent map[name]*slip // on its way, or logged and not yet seen by the engine
	logged []*slip        // of these the logged, oldest first
	queue  []*slip
	bytes  int
	shares map[string]int // events in the queue by feed
	closed bool
	wake   chan struct{}
	done   chan struct{}
}

type name struct{ feed, id string }

// slip follows one event through the door. Its last three fields are read only once
// done is closed.
type slip struct {
	name    name
	digest  string
	pending Pending

	done chan struct{}
	seq  uint64
	err  error
}

// NewDoor opens the door.
func NewDoor(o DoorOptions) (*Door, error) {
	feeds, err := newFeeds(o.Feeds)
	if err != nil {
		return nil, fmt.Errorf("open door: %w", err)
	}
	for who, secret := range map[string]string{"the desk": o.DeskSecret, "the alert path": o.AlertSecret} {
		if feed, ok := feeds.holder(secret); ok && secret != "" {
			return nil, fmt.Errorf("open door: %s and feed %q have the same secret; give each its own", who, feed)
		}
	}
	if o.AlertSecret != "" && o.AlertSecret == o.DeskSecret {
		return nil, errors.New("open door: the desk and the alert path have the same secret; give each its own")
	}
	d := &Door{
		log: o.Log, keys: o.Keys, clock: o.Clock, feeds: feeds, seen: o.Seen, outcome: o.Outcome, view: o.View, secret: o.DeskSecret, alertSecret: o.AlertSecret, names: o.Names,
		logger: cmp.Or(o.Logger, slog.Default()),
		slates: newSlates(append(feeds.ids(), flow.Desk, flow.Alerts)),
		cost:   newCost(),
		recent: map[name]*slip{},
		shares: map[string]int{},
		wake:   make(chan struct{}, 1),
		done:   make(chan struct{}),
	}
	if d.view == nil {
		d.view = func() *flow.View { return &flow.View{} }
	}
	go d.write()
	return d, nil
}

// Close takes nothing more, and returns when what was taken is written.
func (d *Door) Close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	nudge(d.wake)
	<-d.done
}

// Post takes the events of one feed and returns when each is on disk or refused, with
// one result an event, in their order. When ctx ends first, what is under way has
// ErrUnknown. The events are not changed.
func (d *Door) Post(ctx context.Context, feed string, events []flow.Event) []Result {
	return d.post(ctx, feed, events, asSent)
}

// manner is how an event comes to the door.
type manner uint8

const (
	asSent  manner = iota // a feed's own event
	asRead                // made of what a feed sent, with an id of all its bytes, which proves a repeat: it may be read in another way at another time
	decided               // a person's, at the desk
	inward                // of the alert path, which tells some things more than once
)

func (d *Door) post(ctx context.Context, feed string, events []flow.Event, how manner) []Result {
	results := make([]Result, len(events))
	slips := make([]*slip, len(events))
	for i := range events {
		results[i].ID = events[i].ID
		slips[i], results[i].Err = d.check(feed, events[i], how)
	}
	d.take(slips, results, how)
	for i, s := range slips {
		if s == nil || results[i].Err != nil {
			continue
		}
		select {
		case <-s.done:
			results[i].Seq, results[i].Err = s.seq, s.err
			if s.err == nil {
				results[i].Note = d.note(&events[i])
			}
		case <-ctx.Done():
			results[i].Err = ErrUnknown
		}
	}
	for i := range results {
		if results[i].Err != nil {
			results[i].Duplicate = false
		}
		d.slates.record(feed, d.clock.Now(), &results[i], slips[i])
	}
	return results
}

// check does all that needs no look at other events.
func (d *Door) check(feed string, e flow.Event, how manner) (*slip, error) {
	switch {
	case e.Feed == "":
		return nil, &flow.Invalid{Field: "source", Reason: "is missing; it is the id of the sending feed"}
	case !d.feeds.has(e.Feed) && how != decided && how != inward:
		return nil, ErrNoFeed
	case e.Feed != feed:
		return nil, ErrForeign
	}
	e, err := d.keys.hide(e)
	if err != nil {
		return nil, err
	}
	if err := sayable(&e, how); err != nil {
		return nil, err
	}
	now := d.clock.Now()
	said := e
	if how == decided && e.Happened == 0 {
		e.Happened = now // said is without: the same decision sent again is a repeat
	}
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if err := plausible(&e, now); err != nil {
		return nil, err
	}
	e.Seq, e.Recorded = 0, now
	if e.Digest, err = flow.BodyDigest(&said); err != nil {
		return nil, fmt.Errorf("digest event: %w", err)
	}
	pending, err := Encode(&e)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(whole, e.Kind) && len(pending.Body) > MaxEvent {
		return nil, &TooLarge{Bytes: len(pending.Body), Limit: MaxEvent}
	}
	return &slip{name: name{feed, e.ID}, digest: e.Digest, pending: pending, done: make(chan struct{})}, nil
}

// note tells what of an event that is taken cannot be used.
func (d *Door) note(e *flow.Event) string {
	if d.names == nil {
		return ""
	}
	places := d.names.Unlaid(e)
	if len(places) == 0 {
		return ""
	}
	more := ""
	if n := len(places) - maxNoted; n > 0 {
		places, more = places[:maxNoted], fmt.Sprintf(" and %d more", n)
	}
	return "area not laid out: " + strings.Join(places, ", ") + more + "; counted in the department, without an area"
}

// maxNoted is how many areas a note names.
const maxNoted = 5

// sayable checks that whoever speaks may say such a thing at all.
func sayable(e *flow.Event, how manner) error {
	spec := e.Kind.Spec()
	switch {
	case e.Kind == flow.Unknown: // Validate says so
		return nil
	case how == inward: // only what alerts are made into
		return nil
	case spec.Inner:
		return &flow.Invalid{Field: "type", Reason: "is said by the centre only"}
	case how == decided:
		return decidable(e)
	case spec.Family() == "decision":
		return &flow.Invalid{Field: "type", Reason: "is a decision; post it to /api/v1/decisions"}
	}
	return nil
}

// take puts what is new into the queue. A repeat waits for the first instead.
func (d *Door) take(slips []*slip, results []Result, how manner) {
	full, away := d.log.Full(), d.away()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.recent) >= maxRecent {
		d.forget()
	}
	for i, s := range slips {
		if s == nil {
			continue
		}
		first, err := d.find(s, how)
		switch {
		case err != nil:
			results[i].Err = err
		case first != nil:
			slips[i], results[i].Duplicate = first, true
		case away:
			results[i].Err = ErrAway
		case full:
			results[i].Err = ErrFull
		case d.closed, len(d.queue) >= maxQueue, d.bytes >= maxQueueBytes, d.shares[s.name.feed] >= maxShare, len(d.recent) >= maxRecent:
			results[i].Err = ErrBusy
		default:
			d.recent[s.name] = s
			d.queue = append(d.queue, s)
			d.bytes += s.pending.size()
			d.shares[s.name.feed]++
		}
	}
	nudge(d.wake)
}

// find looks for an event of the same id: one on its way or just logged, or one that
// the engine knows.
func (d *Door) find(s *slip, how manner) (*slip, error) {
	if first, ok := d.recent[s.name]; ok {
		if first.digest != s.digest && how != asRead && how != inward {
			return nil, &Conflict{ID: s.name.id, Seq: first.known()}
		}
		return first, nil
	}
	if d.seen == nil {
		return nil, nil
	}
	digest, seq, ok := d.seen(s.name.feed, s.name.id)
	if !ok {
		return nil, nil
	}
	if digest != s.digest && how != asRead && how != inward {
		return nil, &Conflict{ID: s.name.id, Seq: seq}
	}
	first := &slip{name: s.name, digest: digest, seq: seq, done: make(chan struct{})}
	close(first.done)
	return first, nil
}

// known is the sequence, and 0 while the event is on its way.
func (s *slip) known() uint64 {
	select {
	case <-s.done:
		return s.seq
	default:
		return 0
	}
}

// forget drops the logged slips that the engine knows by now.
func (d *Door) forget() {
	n := 0
	for n < len(d.logged) && d.seen != nil {
		s := d.logged[n]
		if _, _, ok := d.seen(s.name.feed, s.name.id); !ok {
			break
		}
		delete(d.recent, s.name)
		n++
	}
	d.logged = d.logged[n:]
}

// away says, after a write without an answer, whether the log is still ill.
func (d *Door) away() bool { return d.sick.Load() && d.log.Health() != nil }

// Knows says whether feed is one of the centre's.
func (d *Door) Knows(feed string) bool { return d.feeds.has(feed) }

// Refuse counts a message of a feed that a gateway could make no event of. r's reason
// and detail must hold nothing of the message. An empty At becomes now.
func (d *Door) Refuse(feed string, r flow.Refusal) {
	if r.At == 0 {
		r.At = d.clock.Now()
	}
	d.slates.refuse(feed, r)
}

// Ignore counts a message of a feed that is sound and of no use here, by what it was.
func (d *Door) Ignore(feed, what string) { d.slates.ignore(feed, what) }

// Connect counts a connection of a feed until the returned function is called.
func (d *Door) Connect(feed string) (end func()) {
	d.slates.connect(feed, 1)
	return sync.OnceFunc(func() { d.slates.connect(feed, -1) })
}

// Totals counts what became of each feed's messages, in the order of the feeds' names.
func (d *Door) Totals() []Totals { return d.slates.all() }

// Waiting is how many events wait to be written, and how many that are written the
// engine has not yet told it knows.
func (d *Door) Waiting() (queued, unseen int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.queue), len(d.logged)
}

// Report writes one summary for each feed of which there is something to tell since the
// last, and measures how full the log is. Give it to Clock.Run. What could not be
// written is told the next time.
func (d *Door) Report(ctx context.Context, at capacity.Instant) {
	_, _ = d.log.State(ctx) // without an answer the last measure stands
	for feed, report := range d.slates.collect() {
		e := flow.Event{
			ID:   fmt.Sprintf("report-%s-%d-%s", feed, int64(at)/1000, d.slates.instance),
			Feed: flow.Centre, Kind: flow.FeedReported, Happened: at, Recorded: at,
			Data: flow.Data{Report: report},
		}
		if err := d.report(ctx, &e); err != nil {
			if ctx.Err() != nil {
				return
			}
			d.logger.Warn("feed report not written", "feed", feed, "error", err)
			if !errors.Is(err, ErrUnknown) {
				d.slates.giveBack(report)
			}
		}
	}
}

func (d *Door) report(ctx context.Context, e *flow.Event) error {
	digest, err := flow.BodyDigest(e)
	if err != nil {
		return err
	}
	e.Digest = digest
	pending, err := Encode(e)
	if err != nil {
		return err
	}
	_, err = d.log.Append(ctx, []Pending{pending})
	return err
}
