package county

import (
	"strconv"
	"strings"
	"time"

	"flowcentre/capacity"
)

// department is an A&E department, or a minor injury unit, as it really is.
type department struct {
	*ward
	county     *County
	hospital   *hospital // that it admits to; nil of a minor injury unit
	milestones *feed     // tells each attendance's milestones
	lists      *feed     // sends a list of who is there every few minutes
	crews      *feed     // the ambulance service
	asks       *feed     // asks for beds
	here       []*attendance
	spaces     float64 // a minor injury unit's, to part the attendances by
}

// Of attendances.
const (
	byAmbulance   = .4
	rung          = .15 // of those: about them a co-ordination centre was rung first, where there is one
	withLetter    = .07 // of the others, from a GP
	streamed      = .17 // of those who walk in by day and will not need a bed
	leftUnseen    = .04 // of the same
	betterAfter   = .02 // of those a bed was asked for: goes home after all
	listEvery     = 5 * time.Minute
	minorInjuries = .517 // as a part of the attendances at the departments that admit: 194 of 569
	underAge      = .18  // of those who will not need a bed
	boarding      = .07  // of a day's attendances: as many wait for a bed when the county begins
)

// admitted is how likely somebody who comes in a way needs a bed. By all ways together
// it is admittedShare.
var admitted = map[string]float64{"ambulance": .505, "walk_in": .172, "gp": .45}

// arrivalCodes are ways to come as HL7 table 0430 has them; it has none for a GP's letter.
var arrivalCodes = map[string]string{"ambulance": "A", "walk_in": "F"}

const admittedShare = .312

// department makes one of an A&E ward, whose feeds tell of it.
func (c *County) department(h *hospital, w *ward) *department {
	d := &department{
		ward: w, county: c, hospital: h, milestones: c.voice(w.unit, "ae"), lists: c.voice(w.unit, "ae_list"),
		crews: c.voice(w.unit, "ambulances"), asks: c.voice(w.unit, "requests"),
	}
	if d.spaces = 10; len(w.unit.Areas) > 0 {
		d.spaces = 0
		for _, a := range w.unit.Areas {
			d.spaces += float64(a.Spaces)
		}
	}
	return d
}

// perDay is how many attendances it usually has.
func (d *department) perDay() float64 {
	if d.hospital != nil {
		return attendancesPerBed * d.hospital.core(nil)
	}
	spaces, admitting := 0., 0.
	for _, m := range d.county.minors {
		spaces += m.spaces
	}
	for _, h := range d.county.sites {
		if h.ae != nil {
			admitting += h.ae.perDay()
		}
	}
	if admitting == 0 {
		admitting = 150
	}
	return minorInjuries * admitting * d.spaces / max(1, spaces)
}

func (d *department) start() {
	c := d.county
	c.every(time.Hour, d.hour)
	d.hour()
	if d.lists != nil {
		c.every(listEvery, d.list)
	}
}

// hour brings those who come within the next one.
func (d *department) hour() {
	c := d.county
	t := c.local()
	today := d.perDay() * attendingOn[t.Weekday()] * c.mood()
	afoot, carried := c.weather()
	if d.hospital == nil {
		c.come(today*afoot*share(&daytime, t.Hour()), func() { d.arrive("walk_in", nil, nil) })
		return
	}
	carried *= share(&conveyed, t.Hour())
	if len(c.callCentres) > 0 {
		carried = max(0, carried-rung*share(&calling, (t.Hour()+23)%24))
	}
	c.come(today*byAmbulance*carried, d.dispatch)
	c.come(today*(1-byAmbulance)*(1-withLetter)*afoot*share(&walking, t.Hour()), func() { d.arrive("walk_in", nil, nil) })
	c.come(today*(1-byAmbulance)*withLetter*share(&referredArrive, t.Hour()), func() { d.arrive("gp", nil, nil) })
}

// arrive registers somebody: a person who is known already, or a new one.
func (d *department) arrive(mode string, j *journey, p *person) *attendance {
	a := d.attend(mode, j, p)
	c := d.county
	if a.mode != "ambulance" {
		a.area, _ = d.room(capacity.Streaming)
	}
	c.hl7(d.records, "A04", a.stay, visitFields{class: "E", place: a.location(), mode: arrivalCodes[mode]})
	said := a.details()
	said.Mode, said.Sex = mode, a.gender()
	a.told(&said)
	if j != nil {
		said.Ambulance = j.number
	}
	c.tell(d.milestones, "ae", "arrived", said)
	c.after(max(2*minute, c.lognormal(13*minute, .6)), a.assess)
	return a
}

// attend has somebody in the department from now on.
func (d *department) attend(mode string, j *journey, p *person) *attendance {
	c := d.county
	day := c.local().Weekday()
	a := &attendance{to: d, mode: mode, outside: j != nil, admits: d.hospital != nil && c.chance(admitted[mode]*admittedOn[day]/attendingOn[day])}
	if p == nil {
		p = c.newPerson(c.attendingAge(a.admits), "", d.unit.Locality)
	}
	a.stay = c.visitOf(p, "E", "")
	a.attending = a
	a.enter(d.ward, nil)
	d.here = append(d.here, a)
	urgency := []float64{0, .08, .37, .40, .15}
	switch {
	case a.admits:
		urgency = []float64{.08, .47, .40, .05, 0}
	case d.hospital == nil:
		urgency = []float64{0, 0, .1, .55, .35}
	case mode == "ambulance":
		urgency = []float64{.03, .32, .45, .17, .03}
	}
	a.acuity = 1 + c.weighed(urgency)
	if hour := c.local().Hour(); d.hospital != nil && mode == "walk_in" && !a.admits && hour >= 8 && hour < 22 && c.chance(streamed) {
		a.streams = pick(c, []string{"gp", "utc", "gp", "utc", "sdec"})
	}
	return a
}

func (c *County) attendingAge(admits bool) float64 {
	switch {
	case admits:
		return c.adultAge()
	case c.chance(underAge):
		return 1 + 16*c.rnd.Float64()
	}
	return 17 + 79*c.rnd.Float64()
}

// room looks for a space in an area of a kind. A department that is not parted into
// areas has room for all.
func (d *department) room(kind capacity.AreaKind) (*capacity.Area, bool) {
	majors := 0
	for i := range d.unit.Areas {
		area := &d.unit.Areas[i]
		if area.Kind == capacity.Majors {
			majors += area.Spaces
		}
	}
	for i := range d.unit.Areas {
		area := &d.unit.Areas[i]
		most := area.Spaces
		switch {
		case area.Kind != kind:
			continue
		case kind == capacity.Streaming, kind == capacity.Minors:
			return area, true
		case kind == capacity.Corridor:
			most = majors / corridorPart
		}
		if d.in(area) < most {
			return area, true
		}
	}
	if kind == capacity.Resus {
		return d.room(capacity.Majors)
	}
	return nil, len(d.unit.Areas) == 0
}

func (d *department) in(area *capacity.Area) (n int) {
	for _, a := range d.here {
		if a.area == area {
			n++
		}
	}
	return n
}

// free lets the one who has waited longest for a space of a kind have it.
func (d *department) free(kind capacity.AreaKind) {
	for _, a := range d.here {
		waits := a.area == nil || a.area.Kind == capacity.Corridor || a.area.Kind == capacity.Streaming && a.assessed != 0
		if !waits || a.outside || a.gone || a.streams != "" || a.fits() != kind {
			continue
		}
		if area, room := d.room(kind); room {
			a.move(area)
		}
		return
	}
}

// hours are when people come.
func (d *department) hours() *[24]float64 {
	if d.hospital == nil {
		return &daytime
	}
	return &attending
}

// crowd is how full the department is against a usual afternoon.
func (d *department) crowd() float64 {
	return min(1.6, max(.75, float64(len(d.here))/(d.perDay()*.22)))
}

// place is where in the department, as a CloudEvent says it.
func (d *department) place(area *capacity.Area) string {
	if area == nil {
		return d.unit.ID
	}
	return capacity.Within(d.unit.ID, area.ID)
}

// list sends everyone who is in the department. While the feed is quiet there is none,
// and nobody misses it later.
func (d *department) list() {
	c := d.county
	if d.lists.quiet > c.now {
		return
	}
	if c.strikes(missingList) {
		d.lists.sent++
		return
	}
	c.tell(d.lists, "ae", "list", d.everyone())
}

// everyone is the list of those in the department.
func (d *department) everyone() details {
	told := func(at capacity.Instant) capacity.Instant {
		if at > d.county.now {
			return 0
		}
		return at
	}
	said := details{Place: d.unit.ID, List: []listed{}}
	for _, a := range d.here {
		n := a.named(d.assigner)
		l := listed{
			Patient: n.Patient, Visit: n.Visit, Arrived: a.from, Mode: a.mode, Place: d.place(a.area), Assessed: a.assessed,
			Seen: a.seen, Referred: a.referred, Decided: a.decided, Ready: told(a.fit),
		}
		if a.assessed != 0 {
			l.Acuity = strconv.Itoa(a.acuity)
		}
		if a.referred != 0 {
			l.Service = string(a.need)
		}
		said.List = append(said.List, l)
	}
	return said
}

// boarders is how many wait in it for a bed when the county begins.
func (d *department) boarders() int {
	if d.hospital == nil {
		return 0
	}
	return d.county.poisson(boarding * d.perDay())
}

// before is somebody who came some time before the start.
func (d *department) before(least, most time.Duration) *attendance {
	c := d.county
	mode := "walk_in"
	if c.chance(byAmbulance) && d.hospital != nil {
		mode = "ambulance"
	}
	a := d.attend(mode, nil, nil)
	a.streams = ""
	a.from = c.now.Add(-c.between(least, most))
	a.from -= a.from % 1000
	a.assessed = a.from.Add(c.between(2*minute, 9*minute).Truncate(time.Second))
	return a
}

// fill puts those into the department who came before the start.
func (d *department) fill() {
	c := d.county
	for range d.boarders() {
		a := d.before(5*time.Hour, 12*time.Hour)
		a.admits, a.acuity = true, 2
		a.area, _ = d.room(capacity.Majors)
		a.seen = a.assessed.Add(c.between(20*minute, 2*time.Hour).Truncate(time.Second))
		c.after(c.between(time.Minute, 30*minute), a.refer)
	}
	for range c.poisson(d.perDay() * 3.6 * share(d.hours(), max(0, c.local().Hour()-2))) {
		a := d.before(10*minute, 200*minute)
		a.area, _ = d.room(a.fits())
		c.after(c.between(minute, 60*minute), a.see)
	}
	if d.milestones != nil && len(d.here) > 0 {
		c.tell(d.milestones, "ae", "list", d.everyone())
	}
}

// room is the area as PV1-3 names it.
func (w *ward) roomOf(area *capacity.Area) string {
	if area == nil {
		return ""
	}
	for _, alias := range area.Aliases {
		if room, ok := strings.CutPrefix(alias, capacity.JoinPlace(w.facility, w.point)+"/"); ok {
			return room
		}
	}
	return area.ID
}
