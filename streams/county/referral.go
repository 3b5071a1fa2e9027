package county

import (
	"fmt"
	"slices"
	"time"

	"flowcentre/capacity"
)

// referral is somebody who needs a place outside hospital, as those who look for it follow
// it.
type referral struct {
	county *County
	id     string
	feed   *feed // follows it
	person *person
	known  bool // by name, when it is made
	origin string
	intent string // what was meant to be done without it
	seeks  capacity.UnitKind
	needs  []string
	care   string // of a care home
	call   string
	ride   string // number of the ambulance on scene
	stay   *stay  // in hospital, whom it takes over from
	made   capacity.Instant
	at     *provider // that has accepted
	sort   *sort
	over   bool
}

// asked is how long units take to answer.
var asked = map[capacity.UnitKind][2]time.Duration{
	capacity.UrgentResponse: {3 * minute, 18 * minute}, capacity.VirtualWard: {15 * minute, 75 * minute}, capacity.CareHome: {40 * minute, 4 * time.Hour},
	capacity.ShortStay: {10 * minute, 50 * minute}, capacity.IntermediateCare: {30 * minute, 3 * time.Hour}, capacity.SameDayCare: {4 * minute, 15 * minute},
}

// turnedDown are those that a unit with room does not take all the same.
var turnedDown = map[capacity.UnitKind]float64{
	capacity.UrgentResponse: .07, capacity.VirtualWard: .14, capacity.CareHome: .3, capacity.ShortStay: .12, capacity.IntermediateCare: .15, capacity.SameDayCare: .06,
}

// raise says that somebody needs a place.
func (r *referral) raise() {
	c := r.county
	c.referred++
	r.id, r.made = fmt.Sprintf("C%06d", 100_000+c.referred), c.now
	d := details{
		Referral: r.id, Origin: r.origin, Seeks: []string{string(r.seeks)}, Needs: r.needs, Intent: r.intent, Call: r.call, Ambulance: r.ride, Age: r.person.age,
		Sex: genderOf(r.person.sex), Role: "referrer",
	}
	if r.known {
		r.identify(&d)
	}
	r.person.told(&d)
	c.tell(r.feed, "community", "referral-made", d)
}

// identify names the person of the referral: as the hospital does where they are in it.
func (r *referral) identify(d *details) {
	d.Patient, d.Also = "NHS/NH/"+r.person.nhs, nil
	if r.stay != nil && r.stay.ward != nil {
		n := r.stay.named(r.stay.ward.assigner)
		d.Patient, d.Also = n.Patient, n.Also
	}
}

// seek puts it to one provider after another until one takes it, and says what comes of it.
func (r *referral) seek(to []*provider, taken, lost func()) {
	c := r.county
	if r.over {
		return
	}
	if len(to) == 0 {
		c.after(c.between(time.Minute, 6*minute), lost)
		return
	}
	p := to[0]
	asks := c.between(15*time.Second, 2*minute)
	c.after(asks, func() {
		c.tell(r.feed, "community", "referral-offered", details{Referral: r.id, Place: p.unit.ID, Role: "co_ordinator"})
	})
	wait := asked[p.unit.Kind]
	c.after(asks+c.between(wait[0], wait[1]), func() {
		if why := p.declines(r); why != "" {
			c.tell(p.cares, "community", "referral-declined", details{Referral: r.id, Place: p.unit.ID, Reason: why, Role: "triage"})
			r.seek(to[1:], taken, lost)
			return
		}
		r.accept(p, p.roomiest(r.care), 0)
		taken()
	})
}

// declines is why the provider does not take the referral, empty if it does.
func (p *provider) declines(r *referral) string {
	switch {
	case p.shut != "":
		return p.shut
	case !p.accepting():
		return "closed_now"
	case r.person.age < p.unit.AgeFrom, p.unit.AgeTo != 0 && r.person.age > p.unit.AgeTo:
		return "out_of_criteria"
	case p.roomiest(r.care) == nil:
		return "no_capacity"
	}
	for _, n := range r.needs {
		if slices.Contains(p.unit.Refuses, n) {
			return "needs_not_met"
		}
	}
	if p.county.chance(turnedDown[p.unit.Kind]) {
		return pick(p.county, []string{"out_of_criteria", "needs_not_met", "too_unwell"})
	}
	return ""
}

// accept has a provider keep a place.
func (r *referral) accept(p *provider, s *sort, due capacity.Instant) {
	r.at, r.sort = p, s
	s.kept++
	d := details{Referral: r.id, Place: p.unit.ID, Due: due, Role: "triage"}
	if len(p.sorts) > 1 {
		d.Place = capacity.Within(p.unit.ID, s.def.ID)
	}
	r.county.tell(p.cares, "community", "referral-accepted", d)
}

// withdraw takes the acceptance back; the person needs a place as before.
func (r *referral) withdraw(reason string) {
	if r == nil || r.at == nil || r.over {
		return
	}
	p := r.at
	r.sort.kept--
	r.at, r.sort = nil, nil
	r.county.tell(p.cares, "community", "acceptance-withdrawn", details{Referral: r.id, Place: p.unit.ID, Reason: reason, Role: "triage"})
}

// start has the person in the place, until the stay is over.
func (r *referral) start(stays time.Duration, after func()) {
	c, p := r.county, r.at
	if r.over || p == nil {
		return
	}
	r.over = true
	r.sort.kept--
	d := details{Referral: r.id, Place: p.unit.ID, Role: "team"}
	r.identify(&d)
	c.tell(p.cares, "community", "referral-started", d)
	p.begin(r.sort, stays, func() {
		going := "home"
		if c.chance(.06) {
			going = "hospital"
		}
		c.tell(p.cares, "community", "referral-ended", details{Referral: r.id, Place: p.unit.ID, Outcome: "completed", GoingTo: going, Role: "team"})
		if after != nil {
			after()
		}
	})
}

// cancel says that no place is needed.
func (r *referral) cancel(reason string) {
	if r == nil || r.over {
		return
	}
	r.over = true
	if r.sort != nil {
		r.sort.kept--
	}
	r.county.tell(r.feed, "community", "referral-cancelled", details{Referral: r.id, Reason: reason, Role: "referrer"})
}

func genderOf(sex string) string {
	if sex == "M" {
		return "male"
	}
	return "female"
}
