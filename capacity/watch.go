package capacity

import "time"

// Watch is one condition in one scope as it is looked at again and again. It goes as an alert of
// Prometheus does: `for` counts from the first time it holds, keep_firing_for from the first time
// it no longer does.
type Watch struct {
	Firing bool
	active Instant // since when it holds, or held when it last fired; 0 while it does not
	kept   Instant // since when it no longer holds and fires all the same
}

// Step looks at the condition at a moment later than the last, and says whether it fires.
func (w *Watch) Step(now Instant, holds bool, c *Condition) bool {
	hold, keep := time.Duration(c.For)*time.Second, time.Duration(c.Keep)*time.Second
	switch {
	case holds:
		if w.active == 0 {
			w.active = now
		}
		w.kept = 0
		w.Firing = w.Firing || now.Sub(w.active) >= hold
	case w.Firing && keep > 0:
		if w.kept == 0 {
			w.kept = now
		}
		if now.Sub(w.kept) >= keep {
			*w = Watch{}
		}
	default:
		*w = Watch{}
	}
	return w.Firing
}
