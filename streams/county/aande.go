package county

import (
	"slices"
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
}

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

// Of attendances.
const (
	byAmbulance   = .4
	withLetter    = .07 // of the others, from a GP
	streamed      = .17 // of those who walk in by day and will not need a bed
	leftUnseen    = .04 // of the same
	betterAfter   = .02 // of those a bed was asked for: goes home after all
	listEvery     = 5 * time.Minute
	minorInjuries = 80  // a day
	boarding      = .07 // of a day's attendances: as many wait for a bed when the county begins
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
	if w.records == nil {
		d.hospital = nil
	}
	return d
}

// perDay is how many attendances it usually has.
func (d *department) perDay() float64 {
	if d.hospital == nil {
		return minorInjuries
	}
	return attendancesPerBed * d.hospital.core(nil)
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
	if d.hospital == nil {
		c.come(today*share(&attending, t.Hour()), func() { d.arrive("walk_in", nil) })
		return
	}
	c.come(today*byAmbulance*share(&conveyed, t.Hour()), d.dispatch)
	c.come(today*(1-byAmbulance)*(1-withLetter)*share(&walking, t.Hour()), func() { d.arrive("walk_in", nil) })
	c.come(today*(1-byAmbulance)*withLetter*share(&referredArrive, t.Hour()), func() { d.arrive("gp", nil) })
}

// arrive registers somebody.
func (d *department) arrive(mode string, j *journey) *attendance {
	a := d.attend(mode, j)
	c := d.county
	if a.mode != "ambulance" {
		a.area, _ = d.room(capacity.Streaming)
	}
	c.hl7(d.records, "A04", a.stay, visitFields{class: "E", place: a.location(), mode: arrivalCodes[mode]})
	said := a.details()
	said.Mode, said.Sex = mode, a.gender()
	if j != nil {
		said.Ambulance = j.number
	}
	c.tell(d.milestones, "ae", "arrived", said)
	c.after(max(2*minute, c.lognormal(13*minute, .6)), a.assess)
	return a
}

// attend has somebody in the department from now on.
func (d *department) attend(mode string, j *journey) *attendance {
	c := d.county
	day := c.local().Weekday()
	a := &attendance{to: d, mode: mode, outside: j != nil, admits: d.hospital != nil && c.chance(admitted[mode]*admittedOn[day]/attendingOn[day])}
	age := 16 + 80*c.rnd.Float64()
	if a.admits {
		age = c.adultAge()
	}
	a.stay = c.visitOf(c.newPerson(age, ""), "E", "")
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

// crowd is how full the department is against a usual afternoon.
func (d *department) crowd() float64 {
	return min(1.6, max(.75, float64(len(d.here))/(d.perDay()*.22)))
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
		c.after(c.lognormal(time.Duration(65*float64(minute)*d.crowd()), .5), a.refer)
	case d.hospital == nil:
		c.after(c.lognormal(25*minute, .5), func() { a.goHome("home") })
	default:
		c.after(max(10*minute, c.lognormal(time.Duration(95*float64(minute)*d.crowd()), .6)), func() { a.goHome("home") })
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
	c.after(max(5*minute, c.lognormal(38*minute, .6)), a.decide)
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
	a := d.attend(mode, nil)
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
	for range c.poisson(d.perDay() * 3.6 * share(&attending, max(0, c.local().Hour()-2))) {
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
