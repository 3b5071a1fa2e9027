package streams

import (
	"fmt"
	"math"
	"slices"
	"time"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// The furthest that times may lie from the centre's clock.
const (
	MaxAhead = 5 * time.Minute      // what has happened
	maxAge   = 400 * 24 * time.Hour // the same, back
	maxDue   = 2 * 366 * 24 * time.Hour
)

// dated are the kinds of which a due that lies far off is a slip of the pen.
var dated = []flow.Kind{flow.DischargeExpected, flow.DischargePlanned, flow.StartAccepted}

// plausible checks what can be told of an event by the clock and the catalogue of
// measures: that its times and figures can be true.
func plausible(e *flow.Event, now capacity.Instant) error {
	if err := recent("time", e.Happened, now, "the centre's clock, which says "+now.String()); err != nil {
		return err
	}
	if slices.Contains(dated, e.Kind) {
		if fault := foreseeable("data.due", e.Data.Due, e.Happened); fault != nil {
			return fault
		}
	}
	switch until := e.Data.Until; {
	case until == 0:
	case until <= e.Happened:
		return &flow.Invalid{Field: "data.until", Reason: "is not after it happened, at " + e.Happened.String()}
	case e.Kind == flow.OutagePlanned && until <= now:
		return &flow.Invalid{Field: "data.until", Reason: "has passed by the centre's clock, which says " + now.String()}
	}
	for i := range e.Data.Census {
		if admitted := e.Data.Census[i].Admitted; admitted.Sub(e.Happened) > MaxAhead {
			return &flow.Invalid{Field: fmt.Sprintf("data.census[%d].admitted", i), Reason: "lies after the census itself, which is of " + e.Happened.String()}
		}
	}
	for i := range e.Data.List {
		if fault := entryRecent(&e.Data.List[i], e.Happened); fault != nil {
			return &flow.Invalid{Field: fmt.Sprintf("data.list[%d].%s", i, fault.Field), Reason: fault.Reason}
		}
	}
	for i := range e.Data.Leavers {
		if fault := leaverRecent(&e.Data.Leavers[i], e.Happened); fault != nil {
			return &flow.Invalid{Field: fmt.Sprintf("data.discharges[%d].%s", i, fault.Field), Reason: fault.Reason}
		}
	}
	if e.Data.Figure != nil {
		return figure(e.Data.Figure)
	}
	return nil
}

// recent checks when something happened against the latest it can have.
func recent(field string, at, latest capacity.Instant, latestIs string) error {
	switch ago := latest.Sub(at); {
	case ago < -MaxAhead:
		return &flow.Invalid{Field: field, Reason: "is more than 5 minutes ahead of " + latestIs}
	case ago > maxAge:
		return &flow.Invalid{Field: field, Reason: "lies more than 400 days back; correct it, or tell what is still so by a census or list of today"}
	}
	return nil
}

// foreseeable checks a time that somebody is to leave or start.
func foreseeable(field string, due, happened capacity.Instant) *flow.Invalid {
	if due == 0 {
		return nil
	}
	switch ahead := due.Sub(happened); {
	case ahead > maxDue:
		return &flow.Invalid{Field: field, Reason: "lies more than 2 years ahead; leave it out while it is not known"}
	case ahead < -maxAge:
		return &flow.Invalid{Field: field, Reason: "lies more than 400 days back"}
	}
	return nil
}

// leaverRecent checks the times of one line of a discharge list against that of the list.
func leaverRecent(l *flow.DischargeEntry, taken capacity.Instant) *flow.Invalid {
	if l.NCTR != 0 {
		if fault := past("nctr", l.NCTR, taken); fault != nil {
			return fault
		}
	}
	return foreseeable("due", l.Due, taken)
}

// past checks a moment that a list tells against when it was taken.
func past(field string, at, taken capacity.Instant) *flow.Invalid {
	switch ago := taken.Sub(at); {
	case ago < -MaxAhead:
		return &flow.Invalid{Field: field, Reason: "lies after the list itself, which is of " + taken.String()}
	case ago > maxAge:
		return &flow.Invalid{Field: field, Reason: "lies more than 400 days back"}
	}
	return nil
}

// entryRecent checks the times of one attendance of a list against that of the list.
func entryRecent(a *flow.ListEntry, taken capacity.Instant) *flow.Invalid {
	for _, t := range []struct {
		field string
		at    capacity.Instant
	}{
		{"arrived", a.Arrived}, {"assessed", a.Assessed}, {"seen", a.Seen}, {"referred", a.Referred}, {"decided", a.Decided}, {"ready", a.Ready},
	} {
		if t.at != 0 {
			if fault := past(t.field, t.at, taken); fault != nil {
				return fault
			}
		}
	}
	return nil
}

// counted are the units of measures that count whole things.
var counted = []string{"patients", "beds", "bays", "ambulances", "moves", "places"}

func figure(f *flow.Reported) error {
	m, ok := capacity.MeasureNamed(f.Measure)
	switch {
	case !ok:
		return &flow.Invalid{Field: "data.figure.measure", Reason: "is no measure of the catalogue; GET /api/v1/measures names them"}
	case slices.Contains(counted, m.Unit) && *f.Value != math.Trunc(*f.Value):
		return &flow.Invalid{Field: "data.figure.value", Reason: "is no whole number, and the measure counts " + m.Unit}
	case m.Unit == "percent" && *f.Value > 1000:
		return &flow.Invalid{Field: "data.figure.value", Reason: "is more than 1000 percent"}
	}
	return nil
}
