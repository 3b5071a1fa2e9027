package county

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"flowcentre/capacity"
)

// feed is one producer as played.
type feed struct {
	id       string
	protocol Protocol
	supplies []string
	assigner string           // of its patient and visit numbers
	first    int              // its number among the feeds
	count    uint64           // what it has said
	sent     uint64           // and what of that is on its way, or lost on it
	last     capacity.Instant // when its newest message in order is sent
	quiet    capacity.Instant // it sends nothing before
	asked    bool             // no system, but people who are asked once a day
}

func (f *feed) has(what string) bool { return slices.Contains(f.supplies, what) }

// letter is a message on its way.
type letter struct {
	Message
	order uint64
}

// catchUpPause is between two messages of a feed that catches up.
const catchUpPause = 300 * time.Millisecond

// post sends a message by way of its feed's manners, and gives when it goes.
func (c *County) post(f *feed, m Message) capacity.Instant {
	m.Feed, m.Protocol = f.id, f.protocol
	if m.At > c.now { // entered late: it goes when it goes
		later := m
		later.At = 0
		c.at(m.At, func() { c.post(f, later) })
		return m.At
	}
	f.sent++
	m.At = max(c.now, f.last)
	if m.At < f.quiet {
		m.At = max(f.quiet, f.last.Add(catchUpPause))
	}
	f.last = m.At
	if f != c.desk {
		m.At = c.astray(m)
	}
	c.send(m)
	return m.At
}

func (c *County) send(m Message) {
	c.order++
	heap.Push(&c.outbox, letter{m, c.order})
}

type outbox []letter

func (o outbox) Len() int { return len(o) }
func (o outbox) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(o[i].At, o[j].At), cmp.Compare(o[i].order, o[j].order)) < 0
}
func (o outbox) Swap(i, j int) { o[i], o[j] = o[j], o[i] }
func (o *outbox) Push(x any)   { *o = append(*o, x.(letter)) }
func (o *outbox) Pop() any {
	last := (*o)[len(*o)-1]
	(*o)[len(*o)-1] = letter{}
	*o = (*o)[:len(*o)-1]
	return last
}
