package streams

import (
	"context"
	"errors"
	"time"
)

// write is the door's one writer. It takes all that waits, up to what a batch may hold,
// and writes it; what comes meanwhile is the next round. So callers share a write when
// there are many, and nobody waits for others when there are few.
func (d *Door) write() {
	defer close(d.done)
	for {
		round, closed := d.round()
		switch {
		case len(round) > 0:
			if d.commit(round) {
				d.linger(len(round))
			}
		case closed:
			return
		default:
			<-d.wake
		}
	}
}

// linger gives the callers of a batch of n the time to come again, so that they share
// the next one too: at most an eighth of what a batch takes.
func (d *Door) linger(n int) {
	timer := time.NewTimer(d.cost.batch / 8)
	defer timer.Stop()
	for {
		d.mu.Lock()
		enough := len(d.queue) >= n || d.closed
		d.mu.Unlock()
		if enough {
			return
		}
		select {
		case <-d.wake:
		case <-timer.C:
			return
		}
	}
}

func (d *Door) round() (round []*slip, closed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, size := 0, 0
	for n < min(len(d.queue), maxBatch) && size < maxRound {
		s := d.queue[n]
		size += s.pending.size()
		d.shares[s.name.feed]--
		n++
	}
	round = d.queue[:n:n]
	d.queue = d.queue[n:]
	d.bytes -= size
	return round, d.closed
}

// commit writes one round by whichever way is quicker, and says whether as a batch. A
// batch that the log refuses is written one by one, so that one event never sinks
// another; one that it does not answer may be written or not, and is not tried again
// here.
func (d *Door) commit(round []*slip) (batched bool) {
	if d.away() {
		d.finish(round, func(int) (uint64, error) { return 0, ErrAway })
		return false
	}
	ctx := context.Background() // the caller may go; what was taken is written
	events := make([]Pending, len(round))
	for i, s := range round {
		events[i] = s.pending
	}
	if len(events) > 1 && d.cost.batchPays(len(events)) {
		began := time.Now()
		seqs, err := d.log.Append(ctx, events)
		if err == nil {
			d.cost.batchTook(len(events), time.Since(began))
			d.sick.Store(false)
			d.finish(round, func(i int) (uint64, error) { return seqs[i], nil })
			return true
		}
		if errors.Is(err, ErrUnknown) {
			d.sick.Store(true)
			d.finish(round, func(int) (uint64, error) { return 0, ErrUnknown })
			return false
		}
		d.logger.Warn("batch refused; writing its events singly", "events", len(events), "error", err)
	}
	began := time.Now()
	seqs, errs := d.log.each(ctx, events)
	unknown := false
	for _, err := range errs {
		unknown = unknown || errors.Is(err, ErrUnknown)
	}
	d.sick.Store(unknown)
	if !unknown {
		d.cost.singlesTook(len(events), time.Since(began))
	}
	d.finish(round, func(i int) (uint64, error) { return seqs[i], errs[i] })
	return false
}

// finish tells every waiting caller. What was logged stays known until the engine has
// it; what was not may be sent again.
func (d *Door) finish(round []*slip, result func(i int) (uint64, error)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, s := range round {
		s.seq, s.err = result(i)
		if s.err != nil {
			delete(d.recent, s.name)
		} else {
			d.logged = append(d.logged, s)
			s.pending = Pending{}
		}
		close(s.done)
	}
	d.forget()
}

// cost estimates which way of writing is quicker, from what both took so far. A batch
// has a fixed price (its staging files) and one sync; single events have a sync each.
// Used by one goroutine.
type cost struct {
	single time.Duration // one event by itself
	batch  time.Duration // a batch, without what each of its events adds
}

const perEvent = 8 * time.Microsecond // what an event adds to a batch

func newCost() cost {
	return cost{single: 200 * time.Microsecond, batch: 2200 * time.Microsecond}
}

func (c *cost) batchPays(n int) bool {
	return time.Duration(n)*c.single > c.batch+time.Duration(n)*perEvent
}

func (c *cost) singlesTook(n int, took time.Duration) { average(&c.single, took/time.Duration(n)) }

func (c *cost) batchTook(n int, took time.Duration) {
	average(&c.batch, max(took-time.Duration(n)*perEvent, 100*time.Microsecond))
}

// average moves the estimate an eighth of the way; one stray figure counts fourfold at
// most.
func average(estimate *time.Duration, took time.Duration) {
	*estimate += (min(took, 4*(*estimate)) - *estimate) / 8
}
