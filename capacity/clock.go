package capacity

import "time"

// Clock is the moment at which measures are taken. It also notes when the next of them
// would change by mere passing of time. It belongs to one goroutine.
type Clock struct {
	Now  Instant
	Zone Zone
	next Instant
}

// Passed says whether at has come. If not, figures that asked change then.
func (c *Clock) Passed(at Instant) bool {
	if at <= c.Now {
		return at != 0
	}
	if c.next == 0 || at < c.next {
		c.next = at
	}
	return false
}

// Longer says whether d has passed since an instant; never since an unknown one.
func (c *Clock) Longer(since Instant, d time.Duration) bool {
	return since != 0 && c.Passed(since.Add(d))
}

// Midnight is when the local day began. Figures that asked change at the next one.
func (c *Clock) Midnight() Instant {
	c.Passed(c.Zone.NextMidnight(c.Now))
	return c.Zone.Midnight(c.Now)
}

// Next is the soonest instant at which something asked changes by itself, 0 for never.
func (c *Clock) Next() Instant { return c.next }
