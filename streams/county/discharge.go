package county

import (
	"cmp"
	"slices"
	"time"

	"flowcentre/capacity"
)

// plan is what is meant to become of a patient after hospital.
type plan struct {
	pathway string
	wait    time.Duration    // from when hospital is no longer needed until what comes after has room
	nctr    capacity.Instant // no longer meets the criteria to reside, as told; zero while it does
	reason  string           // why still here, of the five national groups
	owner   string           // and who that is with
}

// Of discharges.
const (
	listShare     = .145 // of core beds: those who no longer meet the criteria to reside and are here at night
	changesReason = .6   // of those on the list: another reason every day
	falseHope     = .12  // of those who leave: as many are called potential, and stay
	surelyToday   = .65  // of those who leave today: called definite in the morning
	needsNothing  = .25  // of those who could join the list and go home as they came: does
	worseAgain    = .02  // of those on the list, a day
)

const dischargeRole = "discharge_coordinator"

// could is when a patient could leave at the soonest.
func (s *stay) could() capacity.Instant { return s.ready.Add(s.plan.wait) }

// planFor draws a pathway: help at home, a community bed and a care home are for those
// who stay long.
func (c *County) planFor(s *stay) plan {
	if s.ready.Sub(s.from) > 40*time.Hour {
		return c.planOf(.625, .24, .10, .035)
	}
	return c.planOf(.97, .03, 0, 0)
}

// planOf draws a pathway by the shares of each.
func (c *County) planOf(shares ...float64) plan {
	switch c.weighed(shares) {
	case 1:
		return plan{pathway: "1", wait: c.lognormal(28*time.Hour, .7)}
	case 2:
		return plan{pathway: "2", wait: c.lognormal(50*time.Hour, .7)}
	case 3:
		return plan{pathway: "3", wait: c.lognormal(6*24*time.Hour, .7)}
	}
	return plan{pathway: "0"}
}

// explains are the reasons for a delay by who has to act.
var explains = map[string][]struct{ reason, owner string }{
	"0": {{"hospital_process", "pharmacy"}, {"hospital_process", "therapy"}, {"hospital_process", "ward"}, {"wellbeing", "family"}},
	"1": {{"care_transfer_hub_process", "transfer_hub"}, {"interface_process", "council"}, {"capacity", "home_care"}, {"capacity", "council"}},
	"2": {{"care_transfer_hub_process", "transfer_hub"}, {"interface_process", "community_trust"}, {"capacity", "community_trust"}, {"hospital_process", "therapy"}},
	"3": {{"care_transfer_hub_process", "transfer_hub"}, {"interface_process", "council"}, {"capacity", "care_home"}, {"wellbeing", "family"}},
}

// services are who takes a patient on.
var services = map[string]string{"1": "home_care", "2": "community_beds", "3": "care_home"}

// said is what every fact about a patient's discharge begins with.
func (h *hospital) said(s *stay) details {
	d := details{}
	if h.discharges != nil {
		d = s.named(h.discharges.assigner)
	}
	if s.ward != nil {
		d.Place = s.ward.unit.ID
	}
	return d
}

// review goes over those who stay today: who no longer needs to be in hospital joins the
// list, and something moves for those on it.
func (h *hospital) review(staying []*stay, core float64) {
	c := h.county
	slices.SortStableFunc(staying, func(a, b *stay) int { return cmp.Compare(a.ready, b.ready) })
	room := int(listShare * core * (.93 + .14*c.rnd.Float64()))
	for _, s := range staying {
		if s.plan.nctr != 0 {
			room--
		}
	}
	round := func() capacity.Instant { return c.today(8.5 + 4*c.rnd.Float64()) }
	hopes := int(falseHope * float64(len(staying)) / 6)
	for _, s := range staying {
		switch at := round(); {
		case at <= c.now:
		case s.plan.nctr != 0:
			c.at(at, func() { h.progress(s) })
		case room > 0 && c.now.Sub(s.from) > 20*time.Hour && (s.plan.pathway != "0" || c.chance(needsNothing)):
			room--
			c.at(at, func() { h.joins(s) })
		case hopes > 0 && c.chance(.5):
			hopes--
			c.at(at, func() { h.hope(s) })
		}
	}
}

// here tells whether there is still anything to say of a patient's discharge.
func (s *stay) here() bool { return !s.gone && s.ward != nil && s.admitted }

// clears says that a patient no longer meets the criteria to reside.
func (h *hospital) clears(s *stay) {
	if s.plan.nctr != 0 {
		return
	}
	s.plan.nctr = h.county.now
	d := h.said(s)
	d.Pathway, d.Role = s.plan.pathway, "ward_team"
	h.county.typed(h.discharges, "discharge", "ready", d)
}

// joins has a patient join the list of those who wait for what comes after.
func (h *hospital) joins(s *stay) {
	c := h.county
	if !s.here() || s.today {
		return
	}
	h.clears(s)
	h.arrange(s)
	s.ready = min(s.ready, c.now)
	if s.plan.pathway == "0" {
		s.plan.wait = c.between(16*time.Hour, 40*time.Hour)
	}
	c.after(c.between(20*minute, 3*time.Hour), func() { h.delay(s) })
}

// delay says why a patient on the list is still here.
func (h *hospital) delay(s *stay) {
	c := h.county
	if !s.here() || s.today || s.plan.nctr == 0 {
		return
	}
	reason, owner := c.explain(&s.plan)
	if reason == s.plan.reason && owner == s.plan.owner {
		return
	}
	h.delayEnds(s)
	s.plan.reason, s.plan.owner = reason, owner
	d := h.said(s)
	d.Reason, d.Owner, d.Pathway, d.Role = reason, owner, s.plan.pathway, dischargeRole
	c.tell(h.discharges, "discharge", "delayed", d)
}

// explain draws why a patient is still here, for another reason than before.
func (c *County) explain(p *plan) (reason, owner string) {
	why := explains[p.pathway]
	next := why[0]
	switch {
	case p.pathway == "0":
		next = pick(c, why)
	case p.reason != "":
		next = pick(c, why[1:])
	}
	return next.reason, next.owner
}

func (h *hospital) delayEnds(s *stay) {
	if s.plan.reason == "" {
		return
	}
	d := h.said(s)
	d.Reason, d.Role = s.plan.reason, dischargeRole
	s.plan.reason, s.plan.owner = "", ""
	h.county.tell(h.discharges, "discharge", "delay-ended", d)
}

// progress is a day on the list: another reason, or unwell again.
func (h *hospital) progress(s *stay) {
	c := h.county
	switch {
	case !s.here() || s.today || s.plan.nctr == 0:
	case c.chance(worseAgain):
		h.unwell(s)
	case s.plan.reason == "" || c.chance(changesReason):
		h.delay(s)
	}
}

// unwell says that a patient meets the criteria to reside again.
func (h *hospital) unwell(s *stay) {
	c := h.county
	h.delayEnds(s)
	s.plan.nctr = 0
	s.ready = c.now.Add(c.between(20*time.Hour, 70*time.Hour))
	d := h.said(s)
	d.Role = "ward_team"
	c.typed(h.discharges, "discharge", "not-ready", d)
}

// hope calls a discharge potential that does not come.
func (h *hospital) hope(s *stay) {
	if !s.here() || s.today {
		return
	}
	d := h.said(s)
	d.Pathway, d.Certainty, d.Due, d.Role = s.plan.pathway, "potential", h.county.today(17), "ward_team"
	h.county.typed(h.discharges, "discharge", "planned", d)
}

// promise tells in the morning that a patient leaves today, and when; more than half leave later.
func (h *hospital) promise(s *stay, at capacity.Instant) {
	c := h.county
	if !s.here() {
		return
	}
	due := at.Add(-c.between(-75*minute, 105*minute))
	s.due = max(due, c.now.Add(45*minute))
	s.due -= s.due % (30 * 60_000)
	h.clears(s)
	c.hl7(s.ward.records, "A16", s, visitFields{place: s.location(), leaving: s.due})
	if service := services[s.plan.pathway]; service != "" {
		d := h.said(s)
		d.Place, d.Due, d.Pathway, d.Service = "", s.due, s.plan.pathway, service
		c.tell(h.discharges, "discharge", "start-accepted", d)
	}
	h.arrange(s)
	c.after(c.between(time.Minute, 9*minute), func() {
		if s.here() && s.today {
			h.takesOn(s, s.due)
		}
	})
	h.delayEnds(s)
	sure := c.chance(surelyToday)
	h.planned(s, sure)
	if left := at.Sub(c.now); !sure && left > 2*time.Hour {
		c.after(c.between(time.Hour, left-50*minute), func() {
			if s.here() && s.today {
				h.planned(s, true)
			}
		})
	}
}

func (h *hospital) planned(s *stay, sure bool) {
	d := h.said(s)
	d.Pathway, d.Due, d.Certainty, d.GoingTo, d.Role = s.plan.pathway, s.due, "potential", "19", "ward_team"
	if sure {
		d.Certainty = "definite"
	}
	switch {
	case s.onward != nil:
		d.GoingTo = "51"
	case s.plan.pathway == "3":
		d.GoingTo = "54"
	}
	h.county.typed(h.discharges, "discharge", "planned", d)
}

// fail says that a promised discharge does not come, and why.
func (h *hospital) fail(s *stay) {
	c := h.county
	reason := pick(c, []string{"transport", "medicines", "family", "unwell"})
	if service := services[s.plan.pathway]; service != "" && c.chance(.6) {
		reason = "care_not_ready"
		d := h.said(s)
		d.Place, d.Reason, d.Service = "", "provider_capacity", service
		c.tell(h.discharges, "discharge", "start-withdrawn", d)
		s.care.withdraw("provider_capacity")
	} else {
		s.care.withdraw("not_leaving")
	}
	d := h.said(s)
	d.Reason, d.Role = reason, dischargeRole
	c.tell(h.discharges, "discharge", "failed", d)
	if reason == "unwell" {
		h.unwell(s)
	}
}

// inherit puts those on the list who no longer needed to be in hospital before the start,
// and tells of them.
func (h *hospital) inherit() {
	c := h.county
	var staying []*stay
	for _, s := range h.staying {
		if slices.Contains(h.adult, s.ward) && s.ward != h.amu && c.now.Sub(s.from) > 48*time.Hour {
			staying = append(staying, s)
		}
	}
	slices.SortStableFunc(staying, func(a, b *stay) int { return cmp.Compare(a.ready, b.ready) })
	staying = staying[:min(len(staying), int(listShare*h.core(nil)))]
	for _, s := range staying {
		s.plan = c.planOf(.3, .35, .25, .1)
		s.ready = min(s.ready, c.now.Add(-c.between(0, s.plan.wait)))
		s.plan.nctr = max(s.ready, s.from)
		s.plan.reason, s.plan.owner = c.explain(&s.plan)
	}
	c.after(2*minute, func() {
		h.list()
		for _, s := range staying {
			if s.here() {
				h.arrange(s)
			}
		}
	})
}

// list tells of everybody who no longer meets the criteria to reside and is still here.
// What is to happen today is told in the course of it.
func (h *hospital) list() {
	d := details{Place: "site/" + h.id, Discharges: []leaver{}}
	for _, s := range h.staying {
		if s.plan.nctr == 0 || !s.here() {
			continue
		}
		who := h.said(s)
		d.Discharges = append(d.Discharges, leaver{Patient: who.Patient, Visit: who.Visit, NCTR: s.plan.nctr, Pathway: s.plan.pathway, Reason: s.plan.reason, Owner: s.plan.owner})
	}
	h.county.tell(h.discharges, "discharge", "list", d)
}
