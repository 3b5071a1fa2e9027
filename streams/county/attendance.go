package county

import (
	"slices"
	"strconv"
	"time"

	"flowcentre/capacity"
)

// attendance is one patient's time in the department.
type attendance struct {
	*stay
	to       *department
	mode     string
	acuity   int
	admits   bool   // will need a bed
	streams  string // is sent on from the front door, to what
	outside  bool   // with the crew of the ambulance
	assessed capacity.Instant
	seen     capacity.Instant
	referred capacity.Instant
	decided  capacity.Instant
	fit      capacity.Instant // clinically ready to proceed: then, or to come
}

// fits is the area that the patient belongs in.
func (a *attendance) fits() capacity.AreaKind {
	switch {
	case a.acuity == 1:
		return capacity.Resus
	case a.acuity == 2, a.admits, a.acuity == 3 && a.mode == "ambulance":
		return capacity.Majors
	}
	return capacity.Minors
}

// move has the patient in another area.
func (a *attendance) move(area *capacity.Area) {
	if area == nil || area == a.area || a.gone {
		return
	}
	c, d := a.to.county, a.to
	prior := a.location()
	a.area = area
	c.hl7(d.records, "A02", a.stay, visitFields{class: "E", place: a.location(), prior: prior})
	c.tell(d.milestones, "ae", "moved", a.details())
}

// assess is the initial assessment, after which the patient is given a place, or sent on.
func (a *attendance) assess() {
	c, d := a.to.county, a.to
	a.assessed = c.now
	said := a.details()
	said.Acuity = strconv.Itoa(a.acuity)
	c.typed(d.milestones, "ae", "assessed", said)
	if a.streams != "" {
		c.after(c.between(3*minute, 15*minute), a.stream)
		return
	}
	if !a.outside {
		area, room := d.room(a.fits())
		if !room && (a.admits || a.acuity <= 2) {
			area, _ = d.room(capacity.Corridor)
		}
		a.move(area)
	}
	c.after(a.until(a.acuity), a.see)
}

// until is how long somebody waits to be seen.
func (a *attendance) until(acuity int) time.Duration {
	c, d := a.to.county, a.to
	median := 85 * minute
	switch {
	case acuity == 1:
		return c.between(2*minute, 12*minute)
	case acuity == 2:
		median = 55 * minute
	case d.hospital == nil:
		median = 35 * minute
	}
	return c.lognormal(time.Duration(float64(median)*d.crowd()), .6)
}

// stream sends the patient on from the front door.
func (a *attendance) stream() {
	c, d := a.to.county, a.to
	said := a.details()
	said.Service = a.streams
	c.tell(d.milestones, "ae", "streamed", said)
	a.leaves("1", "19")
}

// see begins the treatment. Some do not wait for it.
func (a *attendance) see() {
	c, d := a.to.county, a.to
	if a.outside {
		c.after(9*minute, a.see)
		return
	}
	if !a.admits && a.mode == "walk_in" && c.chance(leftUnseen) {
		a.goHome("left_unseen")
		return
	}
	a.seen = c.now
	c.typed(d.milestones, "ae", "seen", a.details())
	switch {
	case a.admits:
		c.after(c.lognormal(time.Duration(65*float64(minute)*d.crowd()*d.hospital.slowed()), .5), a.refer)
	case d.hospital == nil:
		c.after(c.lognormal(25*minute, .5), func() { a.goHome("home") })
	default:
		c.after(max(10*minute, c.lognormal(time.Duration(110*float64(minute)*d.crowd()), .6)), func() { a.goHome("home") })
	}
}

// refer asks a specialty to take the patient.
func (a *attendance) refer() {
	c, d := a.to.county, a.to
	d.hospital.falls(a.stay)
	if d.hospital.ccu != nil && c.chance(.055) {
		a.need = criticalCare
	}
	a.referred = c.now
	said := a.details()
	said.Service = string(a.need)
	c.typed(d.milestones, "ae", "referred", said)
	c.after(c.between(2*minute, 25*minute), a.ask)
}

// ask asks for a bed.
func (a *attendance) ask() {
	c, d := a.to.county, a.to
	d.hospital.request(a.stay, d.asks, fromAE, d.ward, 0)
	c.after(max(5*minute, c.lognormal(time.Duration(38*float64(minute)*d.hospital.slowed()), .6)), a.decide)
}

// decide is the decision to admit.
func (a *attendance) decide() {
	c, d := a.to.county, a.to
	if c.chance(betterAfter) {
		a.request.cancel("not_needed")
		c.after(c.between(20*minute, 80*minute), func() { a.goHome("home") })
		return
	}
	a.decided = c.now
	said := a.details()
	said.Service = string(a.need)
	c.typed(d.milestones, "ae", "decided-to-admit", said)
	d.hospital.ask(a.stay)
	ready := c.between(0, 45*minute).Truncate(time.Second)
	a.fit = c.now.Add(ready)
	c.after(ready, func() {
		c.typed(d.milestones, "ae", "ready-to-proceed", a.details())
		a.request.isReady()
	})
}

// goHome ends an attendance that did not need a bed.
func (a *attendance) goHome(to string) {
	said := a.details()
	said.GoingTo = to
	a.to.county.typed(a.to.milestones, "ae", "departed", said)
	outcome := "1"
	if to == "left_unseen" {
		outcome = "2"
	}
	a.leaves(outcome, "19")
}

// leaves tells the records that the patient has left, and frees the place.
func (a *attendance) leaves(outcome, goingTo string) {
	c, d := a.to.county, a.to
	place := a.location()
	a.depart()
	a.gone = true
	c.hl7(d.records, "A03", a.stay, visitFields{class: "E", place: place, outcome: outcome, goingTo: goingTo, left: c.now})
}

// depart takes the patient out of the department.
func (a *attendance) depart() {
	d := a.to
	a.leave()
	d.here = slices.DeleteFunc(d.here, func(o *attendance) bool { return o == a })
	if area := a.area; area != nil {
		a.area = nil
		d.county.after(d.county.between(2*minute, 12*minute), func() { d.free(area.Kind) })
	}
}

// takeUp has the patient leave the department for a ward.
func (a *attendance) takeUp() {
	said := a.details()
	said.GoingTo = "admitted"
	a.to.county.typed(a.to.milestones, "ae", "departed", said)
	a.request.leaves()
	a.came = a.location()
	a.depart()
}

func (a *attendance) details() details {
	said := a.named(a.to.assigner)
	said.Place = a.to.place(a.area)
	return said
}
