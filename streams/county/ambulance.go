package county

import (
	"fmt"
	"time"

	"flowcentre/capacity"
)

// journey is an ambulance on its way to an A&E department.
type journey struct {
	number   string
	to       *department
	arrived  capacity.Instant // outside
	patience time.Duration    // how long its crew waits before a corridor will do
	person   *person          // who is known already; nil otherwise
}

// Of ambulances.
const (
	notConveyed  = .06 // of those inbound do not come after all
	longestWait  = 8 * time.Hour
	corridorPart = 2 // the corridor takes one in so many of the spaces in majors
)

// dispatch sends an ambulance to a department.
func (d *department) dispatch() { d.convey(d.county.journey(), nil) }

// journey numbers one.
func (c *County) journey() string {
	c.journeys++
	return fmt.Sprintf("WM%07d", 3_000_000+c.journeys)
}

// convey sends an ambulance, with somebody who is known already or not.
func (d *department) convey(number string, p *person) {
	c := d.county
	j := &journey{number: number, to: d, patience: c.lognormal(50*minute, .6), person: p}
	eta := c.between(8*minute, 35*minute)
	due := c.now.Add(eta)
	c.tell(d.crews, "ae", "ambulance-inbound", details{Ambulance: j.number, Place: d.unit.ID, Due: due - due%60_000})
	if p == nil && c.chance(notConveyed) {
		reason := pick(c, []string{"diverted", "not_conveyed", "not_conveyed"})
		c.after(c.between(2*minute, eta), func() {
			c.tell(d.crews, "ae", "ambulance-cancelled", details{Ambulance: j.number, Place: d.unit.ID, Reason: reason})
		})
		return
	}
	c.after(eta+c.between(-3*minute, 8*minute), j.arrive)
}

// arrive is outside; the desk of the department registers the patient minutes later.
func (j *journey) arrive() {
	d, c := j.to, j.to.county
	j.arrived = c.now
	c.tell(d.crews, "ae", "ambulance-arrived", details{Ambulance: j.number, Place: d.unit.ID})
	c.after(c.between(time.Minute, 7*minute), func() {
		a := d.arrive("ambulance", j, j.person)
		c.after(max(time.Minute, c.lognormal(11*minute, .5)), func() { j.handOver(a) })
	})
}

// handOver gives the patient to the department as soon as it has room.
func (j *journey) handOver(a *attendance) {
	d, c := j.to, j.to.county
	area, room := d.room(a.fits())
	if waited := c.now.Sub(j.arrived); !room && waited > j.patience {
		area, room = d.room(capacity.Corridor)
		room = room || waited > longestWait
	}
	if !room {
		c.after(c.between(3*minute, 9*minute), func() { j.handOver(a) })
		return
	}
	a.outside = false
	c.tell(d.crews, "ae", "ambulance-handed-over", details{Ambulance: j.number, Place: d.unit.ID})
	a.move(area)
	c.after(c.between(6*minute, 22*minute), func() {
		c.tell(d.crews, "ae", "ambulance-clear", details{Ambulance: j.number, Place: d.unit.ID})
	})
}
