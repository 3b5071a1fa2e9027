package county

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"flowcentre/capacity"
)

// Protocol is how a feed sends.
type Protocol string

// The protocols.
const (
	MLLP Protocol = "mllp" // HL7 v2.4
	HTTP Protocol = "http" // CloudEvents, structured
	NATS Protocol = "nats" // CloudEvents, structured
	Desk Protocol = "desk" // decisions, posted to the centre
)

// Options say which county to play.
type Options struct {
	Layout capacity.Layout
	// Feeds gives each feed of the layout that is to be played its protocol; the others
	// stay silent. Nil takes DefaultFeeds. Patients can be told of over MLLP or HTTP,
	// beds over HTTP or NATS.
	Feeds map[string]Protocol
	Seed  uint64
	Start capacity.Instant // centre time of the first census
	Desk  bool             // plays the coordinators of the centre too, who allocate beds
	Calm  bool             // nothing goes wrong that nobody planned: no shocks
}

// Message is what one feed sends at one moment.
type Message struct {
	At       capacity.Instant // when it is sent, in centre time
	Feed     string
	Protocol Protocol
	Subject  string // over NATS
	ID       string // MSH-10, or the id of the CloudEvent
	Body     []byte // HL7 with carriage returns and without MLLP frame, or one CloudEvent
}

// County is a synthetic county. It is not safe for concurrent use.
type County struct {
	options Options
	zone    *time.Location
	rnd     *rand.Rand
	now     capacity.Instant
	agenda  agenda
	outbox  outbox
	order   uint64 // breaks ties, in the agenda and in the outbox
	feeds   map[string]*feed
	voices  []*feed // the feeds, as laid out, and the desk
	desk    *feed   // nil where nobody plays it
	sites   []*hospital
	commune *community
	minors  []*department // minor injury units

	providers   []*provider
	callCentres []*callCentre

	level float64          // of this season against the usual
	snow  capacity.Instant // until then

	agencyBack capacity.Instant // starts of care at home are handed back until then

	people, visits, requests, journeys, referred, rang, transfers int // so far
}

// DefaultFeeds plays every feed that speaks for a unit: who is in which bed of an acute
// site over MLLP, cleaning and ambulances over NATS, all else over HTTP.
func DefaultFeeds(l *capacity.Layout) map[string]Protocol {
	acute := map[string]bool{}
	for _, s := range l.Sites {
		acute[s.ID] = s.Kind == capacity.Acute
	}
	feeds := map[string]Protocol{}
	for _, u := range l.Units {
		for _, id := range u.Feeds {
			f := feedOf(l, id)
			switch {
			case f == nil:
			case acute[u.Site] && slices.Contains(f.Supplies, "occupancy"):
				feeds[id] = MLLP
			case slices.Equal(f.Supplies, []string{"cleaning"}), slices.Equal(f.Supplies, []string{"ambulances"}):
				feeds[id] = NATS
			default:
				feeds[id] = HTTP
			}
		}
	}
	return feeds
}

func feedOf(l *capacity.Layout, id string) *capacity.Feed {
	for i := range l.Feeds {
		if l.Feeds[i].ID == id {
			return &l.Feeds[i]
		}
	}
	return nil
}

// New sets the county up as it is at the start.
func New(o Options) (*County, error) {
	zone, err := time.LoadLocation(o.Layout.System.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("time zone of the county: %w", err)
	}
	if o.Start == 0 {
		return nil, errors.New("the county has no start time")
	}
	if o.Feeds == nil {
		o.Feeds = DefaultFeeds(&o.Layout)
	}
	o.Start -= o.Start % 1000
	c := &County{
		options: o, zone: zone, now: o.Start, level: 1, feeds: map[string]*feed{},
		rnd: rand.New(rand.NewPCG(o.Seed, 0x776f7263)),
	}
	for _, f := range o.Layout.Feeds {
		if p, played := o.Feeds[f.ID]; played {
			c.feeds[f.ID] = &feed{id: f.ID, protocol: p, supplies: f.Supplies, first: len(c.voices), asked: f.Every >= askedDaily}
			c.voices = append(c.voices, c.feeds[f.ID])
		}
	}
	c.playDesk()
	c.build()
	c.provide()
	c.centres()
	c.open()
	return c, nil
}

// Next is the next message of the county, in the order of At. There is always one.
func (c *County) Next() Message {
	for len(c.outbox) == 0 || c.agenda[0].at <= c.outbox[0].At {
		e := heap.Pop(&c.agenda).(entry)
		c.now = max(c.now, e.at)
		e.do()
	}
	return heap.Pop(&c.outbox).(letter).Message
}

// entry is something that will happen.
type entry struct {
	at    capacity.Instant
	order uint64
	do    func()
}

// at has something done at a time, or now if that has passed.
func (c *County) at(when capacity.Instant, do func()) {
	c.order++
	heap.Push(&c.agenda, entry{max(when-when%1000, c.now), c.order, do})
}

func (c *County) after(d time.Duration, do func()) { c.at(c.now.Add(d), do) }

// daily has something done at a local time of day, every day from now on.
func (c *County) daily(hour, minute int, do func()) {
	var again func()
	next := func() capacity.Instant {
		t := c.now.Time().In(c.zone)
		day := time.Date(t.Year(), t.Month(), t.Day(), hour, minute, 0, 0, c.zone)
		if !day.After(t) {
			day = time.Date(t.Year(), t.Month(), t.Day()+1, hour, minute, 0, 0, c.zone)
		}
		return capacity.At(day)
	}
	again = func() { do(); c.at(next(), again) }
	c.at(next(), again)
}

// every has something done again and again.
func (c *County) every(d time.Duration, do func()) {
	var again func()
	again = func() { do(); c.after(d, again) }
	c.after(d, again)
}

func (c *County) local() time.Time { return c.now.Time().In(c.zone) }

// today is a local time of the current day.
func (c *County) today(hour float64) capacity.Instant {
	t := c.local()
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, c.zone)
	return capacity.At(midnight).Add(time.Duration(hour * float64(time.Hour)))
}

type agenda []entry

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(a[i].at, a[j].at), cmp.Compare(a[i].order, a[j].order)) < 0
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(entry)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	(*a)[len(*a)-1] = entry{}
	*a = (*a)[:len(*a)-1]
	return last
}
