package county

import (
	"fmt"
	"time"

	"flowcentre/capacity"
)

// callCentre is a co-ordination centre: crews, GPs and care homes ring it before they send
// somebody to hospital.
type callCentre struct {
	county *County
	unit   *capacity.Unit
	feed   *feed
}

// Of calls, and of urgent community response.
const (
	callsPerDay     = 78
	referredByGP    = 9   // a day, straight to the teams
	withoutName     = .15 // of referrals by phone
	attendsAfterAll = .12 // of those who were not sent to hospital: within three days
	shortStayAfter  = .05 // of visits: cannot stay at home tonight
)

// calling is when they ring.
var calling = [24]float64{0, 0, 0, 0, 0, 0, 0, 2, 6, 9, 10, 10, 9, 8, 8, 8, 8, 8, 7, 4, 3, 2, 0, 0}

// outcomes of a call, by who rings.
var callers = []struct {
	origin   string
	weight   float64
	outcomes []float64 // urgent response, virtual ward, same day care, conveyed, advice
	intent   string
}{
	{"call_before_convey", .42, []float64{.56, 0, .07, .29, .08}, "convey"},
	{"gp_expected", .25, []float64{.24, .20, .26, 0, .30}, "admit"},
	{"care_home", .18, []float64{.70, .02, 0, .14, .14}, "convey"},
	{"call_alarm", .10, []float64{.76, 0, 0, .14, .10}, "convey"},
	{"other", .05, []float64{.3, 0, 0, 0, .7}, ""},
}

func (c *County) centres() {
	for i := range c.options.Layout.Units {
		u := &c.options.Layout.Units[i]
		if f := c.voice(u, "calls"); u.Kind == capacity.CoordinationCentre && f != nil {
			c.callCentres = append(c.callCentres, &callCentre{c, u, f})
		}
	}
}

func (k *callCentre) start() {
	c := k.county
	hour := func() {
		part := 1 / float64(len(c.callCentres))
		c.come(part*callsPerDay*c.mood()*share(&calling, c.local().Hour()), k.ring)
	}
	c.every(time.Hour, hour)
	hour()
}

// ring is one call.
func (k *callCentre) ring() {
	c := k.county
	weights := make([]float64, len(callers))
	for i := range callers {
		weights[i] = callers[i].weight
	}
	who := &callers[c.weighed(weights)]
	where := ""
	if len(k.unit.Serves) > 0 {
		where = pick(c, k.unit.Serves)
	}
	p := c.newPerson(max(55, c.adultAge()), "", where)
	c.rang++
	call := fmt.Sprintf("K%06d", 100_000+c.rang)
	d := details{Call: call, Place: k.unit.ID, Origin: who.origin, Due: c.now.Add(30 * minute), Role: "caller"}
	if !c.chance(withoutName) {
		d.Patient = "NHS/NH/" + p.nhs
	}
	p.told(&d)
	ride := ""
	if who.origin == "call_before_convey" {
		ride = c.journey()
		d.Ambulance = ride
	}
	c.tell(k.feed, "community", "call-raised", d)
	answered := max(20*time.Second, c.lognormal(2*minute, .8))
	c.after(answered, func() {
		c.tell(k.feed, "community", "call-answered", details{Call: call, Role: "co_ordinator"})
		c.after(c.between(3*minute, 16*minute), func() { k.settle(call, who.origin, who.intent, ride, p, c.weighed(who.outcomes)) })
	})
}

// settle ends a call, by what was decided.
func (k *callCentre) settle(call, origin, intent, ride string, p *person, what int) {
	c := k.county
	end := func(outcome, referral string) {
		c.tell(k.feed, "community", "call-closed", details{Call: call, Outcome: outcome, Referral: referral, Role: "co_ordinator"})
	}
	r := &referral{
		county: c, feed: k.feed, person: p, known: !c.chance(withoutName), call: call, ride: ride, intent: intent,
		origin: map[string]string{"call_before_convey": "crew", "gp_expected": "gp", "care_home": "care_home"}[origin],
	}
	if r.origin == "" {
		r.origin = "co_ordination"
	}
	switch what {
	case 0:
		r.seeks = capacity.UrgentResponse
	case 1:
		r.seeks = capacity.VirtualWard
	case 2:
		r.seeks = capacity.SameDayCare
	case 3:
		end("conveyed", "")
		c.toHospital(p, ride)
		return
	default:
		end("advice", "")
		return
	}
	r.raise()
	end("referred", r.id)
	r.avoid()
}

// toHospital has somebody conveyed to the nearest A&E department.
func (c *County) toHospital(p *person, ride string) {
	var nearest *department
	best := 0.
	from := c.locality(p.locality)
	for _, h := range c.sites {
		if h.ae == nil {
			continue
		}
		km := 0.
		if at := c.locality(h.locality()); at != nil && from != nil {
			km = kilometres(from, at)
		}
		if nearest == nil || km < best {
			nearest, best = h.ae, km
		}
	}
	if nearest == nil {
		return
	}
	if ride == "" {
		ride = c.journey()
	}
	nearest.convey(ride, p)
}

// avoid looks for a place instead of hospital, and conveys who finds none.
func (r *referral) avoid() {
	c := r.county
	r.needs = c.needsAtHome(r.person)
	r.seek(c.of(r.seeks, r.person.locality), func() {
		if r.ride != "" {
			crews := c.crews()
			c.after(c.between(8*minute, 25*minute), func() {
				c.tell(crews, "community", "not-conveyed", details{Referral: r.id, Ambulance: r.ride, Role: "crew"})
			})
		}
		c.after(c.response(r), func() { r.visit() })
	}, func() {
		r.cancel("conveyed")
		if r.intent != "" {
			c.toHospital(r.person, r.ride)
		}
	})
}

// response is how long after it is accepted it begins.
func (c *County) response(r *referral) time.Duration {
	switch r.seeks {
	case capacity.VirtualWard:
		return c.between(90*minute, 5*time.Hour)
	case capacity.SameDayCare:
		return c.between(30*minute, 2*time.Hour)
	}
	return max(12*minute, c.lognormal(66*minute, .55))
}

// visit begins, and may not be the end of it.
func (r *referral) visit() {
	c := r.county
	r.start(r.at.stay(), nil)
	if r.intent != "" && c.chance(attendsAfterAll) {
		c.after(c.between(4*time.Hour, 70*time.Hour), func() { c.toHospital(r.person, "") })
		return
	}
	if r.seeks == capacity.UrgentResponse && c.chance(shortStayAfter) {
		c.after(c.between(30*minute, 2*time.Hour), func() { c.stayTonight(r.feed, r.person) })
	}
}

// stayTonight looks for a short stay: places bought in advance, then care homes.
func (c *County) stayTonight(f *feed, p *person) {
	r := &referral{county: c, feed: f, person: p, known: true, origin: "co_ordination", seeks: capacity.ShortStay, needs: c.needsAtHome(p)}
	r.raise()
	homes := c.of(capacity.CareHome, p.locality)
	to := append(c.of(capacity.ShortStay, p.locality), homes[:min(4, len(homes))]...)
	r.seek(to, func() {
		c.after(c.between(90*minute, 4*time.Hour), func() { r.start(c.between(40*time.Hour, 8*24*time.Hour), nil) })
	}, func() { r.cancel("no_place_found") })
}

// needsAtHome are what a place for an older person would have to meet.
func (c *County) needsAtHome(p *person) []string {
	var needs []string
	for _, n := range []struct {
		need   string
		chance float64
	}{{"hoist", .08}, {"two_carers", .1}, {"catheter", .1}, {"stairs", .2}, {"bariatric", .02}} {
		if c.chance(n.chance) {
			needs = append(needs, n.need)
		}
	}
	if p.condition == "dementia" {
		needs = append(needs, "dementia")
	}
	return needs
}

// crews is the feed of the ambulance service.
func (c *County) crews() *feed {
	for _, f := range c.voices {
		if f.has("ambulances") {
			return f
		}
	}
	return nil
}
