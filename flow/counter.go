package flow

import "flowcentre/capacity"

// counter compares what a producer says it has sent, by the count in its heartbeats, with
// what has come. It begins at the first heartbeat with a count.
type counter struct {
	At       capacity.Instant `json:"a,omitempty"` // when the newest heartbeat happened
	Newest   uint64           `json:"c,omitempty"` // and its count
	Sent     uint64           `json:"s,omitempty"` // by the steps of the count
	Received uint64           `json:"r,omitempty"` // whether logged, ignored or refused
	Since    uint64           `json:"n,omitempty"` // of those, what came and happened since the newest heartbeat, which does not count it
	Restarts uint64           `json:"b,omitempty"` // how often the count began anew
}

// maxStep is more than any producer sends between two heartbeats: a count that is so far
// ahead has begun anew, as one that has gone back has.
const maxStep = 1 << 30

// come takes note of n events that came.
func (c *counter) come(n uint64, happened capacity.Instant) {
	if c.At == 0 {
		return
	}
	c.Received += n
	if happened > c.At {
		c.Since += n
	}
}

// beat takes the count of a heartbeat, after the heartbeat itself has come. What came
// between the last count of a producer and the first after its restart can be compared
// with nothing, and counts as whole.
func (c *counter) beat(at capacity.Instant, count uint64) {
	switch {
	case c.At == 0:
	case at <= c.At:
		return
	case count < c.Newest || count-c.Newest > maxStep:
		c.Sent, c.Restarts = c.Received+c.missing(), c.Restarts+1
	default:
		c.Sent += count - c.Newest
	}
	c.At, c.Newest, c.Since = at, count, 0
}

// missing is what was sent and has not come. What comes late takes it down again.
func (c *counter) missing() uint64 {
	if counted := c.Received - c.Since; c.Sent > counted {
		return c.Sent - counted
	}
	return 0
}
