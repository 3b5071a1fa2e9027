package streams

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// TickEvery is the centre time between two ticks.
const TickEvery = 10 * time.Second

// Clock is the centre's time: real, or as many times faster as a demonstration asks. It
// never goes back. Safe for concurrent use.
type Clock struct {
	start capacity.Instant // 0: the time of the machine
	began time.Time
	speed float64
	told  atomic.Int64
	moved chan struct{} // of a clock that stands: it was moved by hand
}

// NewClock runs from start at speed times the real rate, on the machine's monotonic
// clock. A start of 0 with speed 1 follows the machine's own time, corrections included.
func NewClock(start capacity.Instant, speed float64) *Clock {
	if start == 0 && speed != 1 {
		start = capacity.At(time.Now())
	}
	return &Clock{start: start, began: time.Now(), speed: speed, moved: make(chan struct{}, 1)}
}

// StandingClock shows start until Move moves it: to go through a day step by step.
func StandingClock(start capacity.Instant) *Clock {
	return NewClock(start, 0)
}

// Move moves a standing clock on; it never goes back.
func (c *Clock) Move(to capacity.Instant) {
	for told := c.told.Load(); int64(to) > told; told = c.told.Load() {
		if c.told.CompareAndSwap(told, int64(to)) {
			nudge(c.moved)
			return
		}
	}
}

// Now is the centre's time.
func (c *Clock) Now() capacity.Instant {
	now := capacity.At(time.Now())
	if c.start != 0 {
		now = c.start + capacity.Instant(float64(time.Since(c.began).Milliseconds())*c.speed)
	}
	for {
		told := c.told.Load()
		if int64(now) <= told {
			return capacity.Instant(told)
		}
		if c.told.CompareAndSwap(told, int64(now)) {
			return now
		}
	}
}

// Speed is how many times faster than real the clock runs.
func (c *Clock) Speed() float64 { return c.speed }

// Run writes a tick into the log every 10 s of centre time until ctx ends, and calls
// ticked after each. Of two centres on one log only one writes each tick. While the log
// takes no tick, its time stands still, and everybody can see that it does.
func (c *Clock) Run(ctx context.Context, log *Log, ticked func(context.Context, capacity.Instant)) error {
	var last flow.Event // the newest tick in the log
	known := false
	for {
		slot := slotOf(c.Now())
		err := error(nil)
		if !known {
			last, err = log.Latest(ctx, ClockSubject)
			known = err == nil
		}
		if known && slot > last.Happened {
			err = c.tick(ctx, log, slot, &last)
			known = err == nil
		}
		switch {
		case err == nil:
			if last.Happened == slot && ticked != nil {
				ticked(ctx, slot)
			}
			if !c.wait(ctx, slot+capacity.Instant(TickEvery.Milliseconds())) {
				return ctx.Err()
			}
		case errors.Is(err, ErrMoved): // another centre was quicker: look again
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			log.logger.Warn("tick not written", "error", err)
			if !sleep(ctx, time.Second) {
				return ctx.Err()
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func (c *Clock) tick(ctx context.Context, log *Log, slot capacity.Instant, last *flow.Event) error {
	tick := flow.Event{
		ID: "tick-" + strconv.FormatInt(int64(slot)/1000, 10), Feed: flow.Centre, Kind: flow.Tick,
		Happened: slot, Recorded: slot,
	}
	seqs, err := log.AppendAfter(ctx, last.Seq, []flow.Event{tick})
	if err != nil {
		return fmt.Errorf("tick %s: %w", slot, err)
	}
	tick.Seq = seqs[0]
	*last = tick
	return nil
}

// until is the real time until the centre's clock shows at.
func (c *Clock) until(at capacity.Instant) time.Duration {
	return max(time.Millisecond, time.Duration(float64(at.Sub(c.Now()))/c.speed))
}

// wait returns when the clock shows at, and false when ctx ends.
func (c *Clock) wait(ctx context.Context, at capacity.Instant) bool {
	if c.speed != 0 {
		return sleep(ctx, c.until(at))
	}
	for c.Now() < at {
		select {
		case <-c.moved:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

func slotOf(at capacity.Instant) capacity.Instant {
	every := capacity.Instant(TickEvery.Milliseconds())
	return at / every * every
}
