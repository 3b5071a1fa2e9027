package county

import (
	"fmt"
	"slices"
	"time"

	"flowcentre/capacity"
)

// provider is a unit with places as it really is; the centre only hears of it.
type provider struct {
	county *County
	unit   *capacity.Unit
	def    *capacity.Feed // whose cadence it keeps
	tells  *feed          // of its places
	cares  *feed          // tells what becomes of referrals to it
	sorts  []*sort
	shut   string           // why it takes nobody new; empty while it does
	until  capacity.Instant // and until when
	said   string           // what it told last
}

// sort is one sort of its places.
type sort struct {
	def  *capacity.Places
	open int
	used int
	kept int // accepted, not begun
	left int // places that fell free since the last report: nobody is given one before the next
	wait int // people who wait; of a service that has a waiting time
}

func (s *sort) free() int { return s.open - s.used - s.kept }

// Of providers.
const (
	lateReport   = .04 // of reports come after they are due
	missedDay    = .02 // of those of who is asked once a day: not at all
	outbreak     = .01 // of care homes, a day: closes to new people for a while
	privatelyIn  = .22 // of care homes, a day: somebody comes or goes by another way
	canAssess    = .8  // of weekdays
	staffedLeast = .36 // of urgent community response as laid out
	staffedMost  = .62
)

// perDay is whether a unit of the kind counts what it begins in a day, and not who is
// there.
func perDay(k capacity.UnitKind) bool {
	return slices.Contains([]capacity.UnitKind{
		capacity.UrgentResponse, capacity.HomeCare, capacity.NeighbourhoodTeam, capacity.LocalityHub, capacity.RespiratoryHub,
	}, k)
}

// provide makes the providers of the layout whose places a feed tells of.
func (c *County) provide() {
	for i := range c.options.Layout.Units {
		u := &c.options.Layout.Units[i]
		f := c.voice(u, "places")
		if !u.Kind.HasPlaces() || f == nil {
			continue
		}
		p := &provider{county: c, unit: u, tells: f, cares: f, def: feedOf(&c.options.Layout, f.id)}
		if carer := c.voice(u, "referrals"); carer != nil {
			p.cares = carer
		}
		for j := range u.Places {
			p.sorts = append(p.sorts, &sort{def: &u.Places[j], open: u.Places[j].Open})
		}
		c.providers = append(c.providers, p)
	}
}

// of are the providers of a kind that serve a locality, those nearest first.
func (c *County) of(kind capacity.UnitKind, locality string) []*provider {
	var all []*provider
	for _, p := range c.providers {
		if p.unit.Kind == kind && (len(p.unit.Serves) == 0 || locality == "" || slices.Contains(p.unit.Serves, locality)) {
			all = append(all, p)
		}
	}
	from := c.locality(locality)
	slices.SortStableFunc(all, func(a, b *provider) int { return c.away(from, a) - c.away(from, b) })
	return all
}

// away is how many km a provider is from somebody's home; 0 where either is not said.
func (c *County) away(from *capacity.Locality, p *provider) int {
	to := c.locality(p.unit.Locality)
	if from == nil || to == nil || p.unit.Home {
		return 0
	}
	return int(kilometres(from, to))
}

// accepting tells whether the unit takes people on now: it is not shut, and within its
// hours.
func (p *provider) accepting() bool {
	if p.shut != "" {
		return false
	}
	t := p.county.local()
	minutes := t.Hour()*60 + t.Minute()
	for _, h := range p.unit.Hours {
		if minutes >= h.From && minutes < h.To && onDay(h.Days, t.Weekday()) {
			return true
		}
	}
	return len(p.unit.Hours) == 0
}

var weekdayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// onDay tells whether a range of days such as mon-fri, which may run over the end of the
// week, has a weekday in it.
func onDay(days string, day time.Weekday) bool {
	if days == "" {
		return true
	}
	from, to := slices.Index(weekdayNames, days[:3]), slices.Index(weekdayNames, days[len(days)-3:])
	return (int(day)-from+7)%7 <= (to-from+7)%7
}

// roomiest is the sort with most places free for which a care will do; nil when none has.
func (p *provider) roomiest(care string) *sort {
	var best *sort
	for _, s := range p.sorts {
		if s.free() > 0 && (care == "" || s.def.Care == "" || s.def.Care == care) && (best == nil || s.free() > best.free()) {
			best = s
		}
	}
	return best
}

// begin uses a place, for as long as somebody stays or, of what is counted by the day,
// until midnight.
func (p *provider) begin(s *sort, stays time.Duration, over func()) {
	c := p.county
	s.used++
	c.after(stays, func() {
		if !perDay(p.unit.Kind) {
			s.left++
		}
		if over != nil {
			over()
		}
	})
}

// settleIn has the provider as it is at the start, tells of it, and goes on.
func (p *provider) settleIn() {
	c := p.county
	full := map[capacity.UnitKind]float64{
		capacity.VirtualWard: .8, capacity.IntermediateCare: .85, capacity.ShortStay: .6, capacity.CareHome: .72, capacity.CrisisHouse: .7, capacity.Hospice: .85, capacity.PlaceOfSafety: .4,
	}[p.unit.Kind]
	for _, s := range p.sorts {
		for range s.open {
			if !c.chance(full) {
				continue
			}
			s.used++
			c.after(time.Duration(c.rnd.Float64()*float64(p.stay())), func() { s.left++ })
		}
		if p.unit.Kind == capacity.WaitingService {
			s.wait = int(float64(s.open) * (2 + 3*c.rnd.Float64()))
		}
	}
	p.morning()
	asAt := c.now.Add(-c.between(5*minute, 50*minute))
	if p.daily() {
		asAt = c.today(-14 + 2*c.rnd.Float64())
	}
	asAt -= asAt % 1000
	p.report(asAt)
	p.again(asAt)
}

// daily tells whether it is asked once a day.
func (p *provider) daily() bool { return p.tells.asked }

// askedDaily are the seconds from which on a feed is taken for people who are asked.
const askedDaily = 24 * 3600

// morning is how much there is today.
func (p *provider) morning() {
	c := p.county
	for _, s := range p.sorts {
		switch p.unit.Kind {
		case capacity.UrgentResponse:
			s.open = int(float64(s.def.Open)*(staffedLeast+(staffedMost-staffedLeast)*c.rnd.Float64()) + .5)
		case capacity.HomeCare:
			s.open = c.startsOpen(s.def)
		case capacity.WaitingService:
			if c.local().Weekday() == time.Monday {
				s.wait = max(0, s.wait-s.used)
				s.used = 0
			}
			s.wait += c.poisson(float64(s.def.Open) / 7)
		}
		if perDay(p.unit.Kind) {
			s.used = 0
		}
	}
	if p.unit.Kind != capacity.CareHome {
		return
	}
	if p.shut == "" && c.strikes(outbreak) {
		p.shut, p.until = "infection_control", c.now.Add(c.between(5*24*time.Hour, 9*24*time.Hour))
	} else if p.shut != "" && p.until <= c.now {
		p.shut, p.until = "", 0
	}
	if c.chance(privatelyIn) {
		s := pick(c, p.sorts)
		if c.chance(.55) && s.free() > 0 {
			s.used++
		} else {
			s.left++
		}
	}
}

// report tells of the places as they are, or that what was told still is true.
func (p *provider) report(asAt capacity.Instant) {
	c := p.county
	for _, s := range p.sorts {
		s.used, s.left = max(0, s.used-s.left), 0
	}
	d := details{Place: p.unit.ID, How: "system", Role: "ward_manager"}
	if p.daily() {
		d.How, d.Role = pick(c, []string{"link", "link", "phone"}), "home_manager"
	}
	told := places{}
	for _, s := range p.sorts {
		t := sortTold{Sort: s.def.ID, Open: max(s.open, s.used), Used: s.used}
		if p.unit.Kind == capacity.WaitingService {
			waiting, days := s.wait, s.wait*7/max(1, s.def.Open)
			t.Waiting, t.Wait = &waiting, &days
		}
		told.Sorts = append(told.Sorts, t)
	}
	accepts := p.shut == ""
	told.Accepting = &accepts
	if p.unit.Kind == capacity.CareHome {
		day := c.local().Weekday()
		assess, returns := accepts && day != time.Saturday && day != time.Sunday && c.chance(canAssess), true
		told.Assess, told.Returns = &assess, &returns
	}
	if p.summary() == p.said {
		c.record(p.tells, asAt, c.now, "community", "still-true", d)
		return
	}
	p.said = p.summary()
	d.Places = &told
	if !accepts {
		d.Reason, d.Until = p.shut, p.until
	}
	c.record(p.tells, asAt, c.now, "community", "places-reported", d)
}

// summary is what a report would say that can change.
func (p *provider) summary() string {
	all := p.shut
	for _, s := range p.sorts {
		all += fmt.Sprintf(" %d/%d/%d", s.used, s.open, s.wait)
	}
	return all
}

// again reports before what was told is old by the feed's cadence, now and then after.
func (p *provider) again(last capacity.Instant) {
	c := p.county
	due := p.def.Deadline(last, c.options.Layout.System.Zone)
	if due == 0 {
		return
	}
	span := due.Sub(max(last, c.now))
	at := due.Add(-c.between(time.Minute, max(2*time.Minute, span/12)))
	if c.strikes(lateReport) {
		at = due.Add(c.between(10*minute, 3*time.Hour))
	}
	if p.daily() && c.strikes(missedDay) {
		at = at.Add(24 * time.Hour)
	}
	c.at(max(at, c.now.Add(time.Minute)), func() {
		p.report(c.now)
		p.again(c.now)
	})
}
