package county

import (
	"time"

	"flowcentre/capacity"
)

// stepDown are those who leave hospital earlier, for a virtual ward: of those who go home
// and could not have gone without.
const stepDown = .092

// follows are the kinds of unit that take on who leaves hospital, by pathway.
var follows = map[string]capacity.UnitKind{"1": capacity.HomeCare, "3": capacity.CareHome}

// stay draws how long somebody stays with the provider.
func (p *provider) stay() time.Duration {
	c := p.county
	const day = 24 * time.Hour
	switch p.unit.Kind {
	case capacity.VirtualWard:
		return c.lognormal(7*day, .54)
	case capacity.UrgentResponse:
		return c.lognormal(40*time.Hour, .7)
	case capacity.HomeCare:
		return c.lognormal(20*day, .6)
	case capacity.IntermediateCare:
		return c.lognormal(19*day, .45)
	case capacity.ShortStay:
		return c.lognormal(5*day, .5)
	case capacity.CareHome:
		return c.lognormal(20*day, .7)
	case capacity.CrisisHouse:
		return c.lognormal(4*day, .6)
	case capacity.Hospice:
		return c.lognormal(11*day, .7)
	case capacity.PlaceOfSafety:
		return c.lognormal(14*time.Hour, .5)
	}
	return c.lognormal(220*minute, .3) // a chair
}

// arrange says once that somebody in hospital will need a service to leave it.
func (h *hospital) arrange(s *stay) {
	kind, ok := follows[s.plan.pathway]
	if s.virtual {
		kind, ok = capacity.VirtualWard, true
	}
	if !ok || s.care != nil {
		return
	}
	c := h.county
	to := c.of(kind, s.locality)
	if len(to) == 0 {
		return
	}
	s.care = &referral{county: c, feed: to[0].cares, person: s.person, known: true, origin: "ward", seeks: kind, stay: s, needs: c.needsAtHome(s.person)}
	if kind == capacity.CareHome {
		s.care.care = pick(c, []string{"residential", "nursing", "nursing", "dementia", "dementia_nursing"})
		if s.care.care != "residential" {
			s.care.needs = append(s.care.needs, "night_care")
		}
	}
	s.care.raise()
}

// takesOn has the service accept, for when the patient leaves.
func (h *hospital) takesOn(s *stay, due capacity.Instant) {
	r := s.care
	if r == nil || r.at != nil || r.over {
		return
	}
	c := h.county
	for _, p := range c.of(r.seeks, s.locality) {
		if place := p.roomiest(r.care); place != nil && p.shut == "" {
			r.accept(p, place, due)
			return
		}
	}
}

// handsOver has the service begin, as the patient has left.
func (h *hospital) handsOver(s *stay) {
	c, r := h.county, s.care
	if r == nil || r.over {
		return
	}
	c.after(c.between(2*minute, 20*minute), func() {
		h.takesOn(s, 0)
		if r.at == nil {
			r.cancel("placed_elsewhere")
			return
		}
		c.after(c.between(20*minute, 4*time.Hour), func() { r.start(r.at.stay(), nil) })
	})
}

// startsOpen are the starts of care at home there are today: fewer while an agency has
// handed some back.
func (c *County) startsOpen(def *capacity.Places) int {
	if c.now < c.agencyBack {
		return max(0, def.Open-handedBack)
	}
	return def.Open
}

// startsFor is how many may leave a hospital today for care at home; many where nobody
// says how many starts there are.
func (h *hospital) startsFor() int {
	c := h.county
	starts, core := 0, 0.
	for _, p := range c.of(capacity.HomeCare, "") {
		for _, s := range p.sorts {
			starts += c.startsOpen(s.def)
		}
	}
	for _, o := range c.sites {
		core += o.core(nil)
	}
	if starts == 0 {
		return 1 << 20
	}
	return int(float64(starts)*h.core(nil)/core/(1-changesMind) + c.rnd.Float64())
}
