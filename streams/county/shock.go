package county

import (
	"slices"
	"time"

	"flowcentre/capacity"
)

// How often things go wrong that nobody planned, as in real hospitals and real feeds. A
// calm county has none of them.
const (
	twice            = 0.005 // of messages: comes a second time, within half a minute
	outOfOrder       = 0.002 // of messages: is overtaken by those after it
	typedLate        = 0.05  // of what people type in: more than half an hour after
	missingDischarge = 0.01  // of discharges: found at the midnight count only
	missingList      = 0.004 // of A&E lists: never comes
	quietPerDay      = 0.12  // of feeds: goes quiet for longer than expected, then catches up
	outagePerDay     = 0.08  // of PAS feeds: is taken down for a while at night, as announced
	infectionPerDay  = 0.08  // of hospitals: one to three bays are closed for norovirus
	snowPerDay       = 0.02  // of winter days: it snows, for one to three days
	scannerPerDay    = 0.03  // of A&E departments: the CT scanner is down for six hours
	absentPerDay     = 0.03  // of wards: the nurse who sees to discharges is not there
	handBackPerDay   = 0.02  // a care agency hands back starts of care at home, for ten days
	quietLeast       = 75 * time.Minute
	quietMost        = 200 * time.Minute
	mostBaysClosed   = 3

	snowKeepsHome = .12 // of those who would walk in
	snowFalls     = .10 // more people fall
	fallen        = .20 // of those who come by ambulance
	scannerSlows  = 1.6 // times as long until a decision
	absentKeeps   = .25 // of those who could leave the ward
	handedBack    = 8   // starts a day
)

// strikes tells whether one of those happens now.
func (c *County) strikes(p float64) bool { return !c.options.Calm && c.chance(p) }

// typedIn is when something that a person types in is sent.
func (c *County) typedIn() capacity.Instant {
	if c.strikes(typedLate) {
		return c.now.Add(c.between(31*minute, 180*minute))
	}
	return c.now
}

// astray is when a message goes that is due now: later than those after it, or now and
// once more.
func (c *County) astray(m Message) capacity.Instant {
	if c.options.Calm {
		return m.At
	}
	switch luck := c.rnd.Float64(); {
	case luck < outOfOrder:
		return m.At.Add(c.between(5*time.Second, 40*time.Second))
	case luck < outOfOrder+twice:
		again := m
		again.At = m.At.Add(c.between(time.Second, 30*time.Second))
		c.send(again)
	}
	return m.At
}

// weather is how many come on foot, and by ambulance, against a day without snow.
func (c *County) weather() (afoot, carried float64) {
	if c.now >= c.snow {
		return 1, 1
	}
	return 1 - snowKeepsHome, 1 + snowFalls*fallen
}

// slowed is by how much longer decisions take while the scanner is down.
func (h *hospital) slowed() float64 {
	if h.county.now >= h.scanner {
		return 1
	}
	return scannerSlows
}

// shocks plans those of the day that begins.
func (c *County) shocks() {
	if m := c.local().Month(); (m == time.December || m <= time.February) && c.strikes(snowPerDay) {
		c.snow = c.now.Add(time.Duration(1+c.rnd.IntN(3)) * 24 * time.Hour)
	}
	if c.strikes(handBackPerDay) {
		c.agencyBack = max(c.agencyBack, c.now.Add(10*24*time.Hour))
	}
	for _, h := range c.sites {
		if h.ae != nil && c.strikes(scannerPerDay) {
			c.after(c.between(0, 23*time.Hour), func() { h.scanner = c.now.Add(6 * time.Hour) })
		}
		for _, w := range h.adult {
			w.absent = c.strikes(absentPerDay)
		}
	}
	for _, f := range c.voices {
		if f != c.desk && c.strikes(quietPerDay) {
			c.after(c.between(0, 23*time.Hour), func() { f.quiet = c.now.Add(c.between(quietLeast, quietMost)) })
		}
		if f.protocol == MLLP && c.strikes(outagePerDay) {
			c.at(c.today(15+3*c.rnd.Float64()), func() { c.outage(f) })
		}
	}
}

// outage takes a feed down in the coming night, which the desk is told of before.
func (c *County) outage(f *feed) {
	from := c.today(25 + 2*c.rnd.Float64())
	until := from.Add(c.between(90*minute, 180*minute))
	c.tell(c.desk, "feed", "outage-planned", details{About: f.id, Due: from, Until: until, Reason: "maintenance", Role: deskRole})
	c.at(from, func() { f.quiet = max(f.quiet, until.Add(-c.between(0, 30*minute))) })
}

// infection closes bays to new patients now and then; those in them stay.
func (h *hospital) infection() {
	c := h.county
	if h.ae == nil || !c.strikes(infectionPerDay) {
		return
	}
	for range 1 + c.rnd.IntN(mostBaysClosed) {
		h.closeBay()
	}
}

// closeBay closes one, if not too many are closed already.
func (h *hospital) closeBay() {
	c := h.county
	if h.closed >= mostBaysClosed {
		return
	}
	var bay []*bed
	for range 8 {
		w := pick(c, h.adult)
		names, beds := w.bays()
		bay = beds[pick(c, names)]
		if w != h.amu && len(names) > 1 && !slices.ContainsFunc(bay, func(b *bed) bool { return b.shut || b.kept != nil || b.def.SideRoom }) {
			break
		}
		bay = nil
	}
	if bay == nil {
		return
	}
	w := bay[0].ward
	for _, b := range bay {
		b.shut = true
	}
	h.closed++
	place, lasts := w.unit.ID+"/"+bay[0].def.Bay, c.between(5*24*time.Hour, 9*24*time.Hour)
	c.tell(w.board, "bed", "closed", details{Place: place, Reason: "infection_control", Until: c.now.Add(lasts + 2*time.Hour), Role: "infection_prevention"})
	c.after(lasts, func() {
		for _, b := range bay {
			b.shut = false
		}
		h.closed--
		c.tell(w.board, "bed", "opened", details{Place: place, Reason: "cleared", Role: "infection_prevention"})
	})
}
