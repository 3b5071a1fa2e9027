package county

import (
	"time"

	"flowcentre/capacity"
)

// steady are the people whom nobody refers by way of the centre, a day, by kind of unit:
// for each place of a unit that begins things by the day, and for each unit of the others.
var steady = map[capacity.UnitKind]float64{
	capacity.NeighbourhoodTeam: .8, capacity.LocalityHub: .82, capacity.RespiratoryHub: .85,
	capacity.SameDayCare: 1.5, capacity.CrisisHouse: .16, capacity.PlaceOfSafety: .55, capacity.Hospice: .065, capacity.WaitingService: .13,
}

// working is when people come to services of the day.
var working = [24]float64{0, 0, 0, 0, 0, 0, 0, 0, 8, 12, 14, 12, 10, 10, 11, 10, 8, 5, 0, 0, 0, 0, 0, 0}

// services sets the providers going.
func (c *County) services() {
	for _, p := range c.providers {
		p.settleIn()
	}
	hour := func() {
		for _, p := range c.providers {
			p.hour()
		}
		if len(c.of(capacity.UrgentResponse, "")) > 0 && len(c.callCentres) > 0 {
			c.come(referredByGP*share(&working, c.local().Hour()), c.gpRefers)
		}
	}
	c.after(2*minute, func() {
		c.every(time.Hour, hour)
		hour()
		for _, k := range c.callCentres {
			k.start()
		}
	})
	c.daily(0, 2, func() {
		for _, p := range c.providers {
			p.morning()
		}
	})
}

// hour brings those who come to a service by themselves.
func (p *provider) hour() {
	c := p.county
	rate := steady[p.unit.Kind]
	if rate == 0 {
		return
	}
	hours := &working
	switch p.unit.Kind {
	case capacity.PlaceOfSafety, capacity.CrisisHouse, capacity.Hospice:
		hours = &attending
	case capacity.WaitingService, capacity.LocalityHub:
		if d := c.local().Weekday(); d == time.Saturday || d == time.Sunday {
			return
		}
	}
	for _, s := range p.sorts {
		c.come(rate*float64(s.def.Open)*share(hours, c.local().Hour()), func() {
			if s.free() > 0 && p.shut == "" {
				if perDay(p.unit.Kind) || p.unit.Kind == capacity.WaitingService {
					s.used++
					return
				}
				p.begin(s, p.stay(), nil)
			}
		})
	}
}

// gpRefers is a GP who asks an urgent response team straight away.
func (c *County) gpRefers() {
	p := c.newPerson(max(60, c.adultAge()), "", "")
	r := &referral{county: c, person: p, known: true, origin: "gp", intent: "admit", seeks: capacity.UrgentResponse}
	if to := c.of(r.seeks, p.locality); len(to) > 0 {
		r.feed = to[0].cares
		r.raise()
		r.avoid()
	}
}
