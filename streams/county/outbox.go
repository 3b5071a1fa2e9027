package county

import (
	"cmp"
	"container/heap"
	"time"

	"flowcentre/capacity"
)

// feed is one producer as played.
type feed struct {
	id       string
	protocol Protocol
	assigner string           // of its patient and visit numbers
	first    int              // its number among the feeds
	count    uint64           // what it has said
	last     capacity.Instant // when its newest message in order is sent
	quiet    capacity.Instant // it sends nothing before
}

// letter is a message on its way.
type letter struct {
	Message
	order uint64
}

// Ways in which messages go astray, as in real feeds.
const (
	twice        = 0.01  // comes a second time, within half a minute
	outOfOrder   = 0.002 // is overtaken by those after it
	enteredLate  = 0.02  // of moves and discharges: typed in an hour after
	quietPerDay  = 0.22  // a feed goes quiet for longer than expected
	quietLeast   = 75 * time.Minute
	quietMost    = 200 * time.Minute
	catchUpPause = 300 * time.Millisecond
)

// post sends a message by way of its feed's manners.
func (c *County) post(f *feed, m Message) {
	m.Feed, m.Protocol = f.id, f.protocol
	if m.At > c.now { // entered late: it goes when it goes
		c.send(m)
		return
	}
	m.At = max(c.now, f.last)
	if m.At < f.quiet {
		m.At = max(f.quiet, f.last.Add(catchUpPause))
	}
	f.last = m.At
	switch luck := c.rnd.Float64(); {
	case luck < outOfOrder:
		m.At = m.At.Add(c.between(5*time.Second, 40*time.Second))
	case luck < outOfOrder+twice:
		again := m
		again.At = m.At.Add(c.between(time.Second, 30*time.Second))
		c.send(again)
	}
	c.send(m)
}

func (c *County) send(m Message) {
	c.order++
	heap.Push(&c.outbox, letter{m, c.order})
}

// silences makes feeds go quiet now and then.
func (c *County) silences() {
	for _, f := range c.voices {
		if c.chance(quietPerDay) {
			c.after(c.between(0, 23*time.Hour), func() { f.quiet = c.now.Add(c.between(quietLeast, quietMost)) })
		}
	}
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
