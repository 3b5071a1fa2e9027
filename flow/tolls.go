package flow

import (
	"slices"
	"time"

	"flowcentre/capacity"
)

// tolls count what alerts have asked of people: by condition for as long as the centre runs,
// and by shift.
type tolls struct {
	Rules  []*RuleCount       `json:"r,omitempty"` // by name
	Shifts []*ShiftCount      `json:"s,omitempty"` // oldest first
	Lately []capacity.Instant `json:"l,omitempty"` // when alerts fired in the last ten minutes
}

// RuleCount is what became of the alerts of one name since counting began.
type RuleCount struct {
	Name      string           `json:"name"`
	Fired     int              `json:"fired"`
	Taken     int              `json:"taken"`     // of these, somebody took
	Acted     int              `json:"acted"`     // of these, with an action raised for it
	Recovered int              `json:"recovered"` // of these, the condition no longer held within two hours
	Last      capacity.Instant `json:"last"`      // when it last fired
}

// ShiftCount is what one shift of twelve local hours was asked, from 07:00 or 19:00.
type ShiftCount struct {
	From   capacity.Instant `json:"from"`
	Alerts int              `json:"alerts"`
	Most   int              `json:"most"`  // in any ten minutes
	Pages  map[string]int   `json:"pages"` // by role, how often it was told of something critical
	Within bool             `json:"within"`
}

// Alarm budgets: at most so many of each, or people stop believing (ISA-18.2 and EEMUA 191 as
// secondary sources give them, and the SRE book for pages).
const (
	budgetAlerts = 72 // in a shift: six an hour
	budgetMost   = 10 // in ten minutes
	budgetPages  = 2  // of one role in a shift
)

const (
	tollsKey  = "tolls/tolls"
	maxRules  = 200 // names counted; those past that are counted together
	maxShifts = 28
	otherRule = "*"
)

// of is the count of a name, made if need be.
func (t *tolls) of(name string) *RuleCount {
	i, ok := slices.BinarySearchFunc(t.Rules, name, func(r *RuleCount, name string) int {
		switch {
		case r.Name < name:
			return -1
		case r.Name > name:
			return 1
		}
		return 0
	})
	if ok {
		return t.Rules[i]
	}
	if len(t.Rules) >= maxRules && name != otherRule {
		return t.of(otherRule)
	}
	r := &RuleCount{Name: name}
	t.Rules = slices.Insert(t.Rules, i, r)
	return r
}

// shift is the shift of a moment, made if need be.
func (t *tolls) shift(zone capacity.Zone, at capacity.Instant) *ShiftCount {
	from := shiftOf(zone, at)
	i := slices.IndexFunc(t.Shifts, func(s *ShiftCount) bool { return s.From >= from })
	if i >= 0 && t.Shifts[i].From == from {
		return t.Shifts[i]
	}
	if i < 0 {
		i = len(t.Shifts)
	}
	s := &ShiftCount{From: from, Pages: map[string]int{}, Within: true}
	t.Shifts = slices.Insert(t.Shifts, i, s)
	if len(t.Shifts) > maxShifts {
		t.Shifts = slices.Delete(t.Shifts, 0, 1)
	}
	return s
}

// shiftOf is when the shift of a moment began: 07:00 or 19:00 by the local clock.
func shiftOf(zone capacity.Zone, at capacity.Instant) capacity.Instant {
	day, night := zone.Clock(at, 7*60), zone.Clock(at, 19*60)
	switch {
	case at >= night:
		return night
	case at >= day:
		return day
	}
	return zone.Clock(zone.Midnight(at)-1, 19*60)
}

// fire counts an alert.
func (t *tolls) fire(zone capacity.Zone, a *alert, at capacity.Instant) {
	r := t.of(a.Name)
	r.Fired++
	r.Last = max(r.Last, at)
	t.Lately = slices.DeleteFunc(t.Lately, func(was capacity.Instant) bool { return was.Add(10*time.Minute) <= at })
	if len(t.Lately) < maxAlerts {
		t.Lately = append(t.Lately, at)
	}
	s := t.shift(zone, at)
	s.Alerts++
	s.Most = max(s.Most, len(t.Lately))
	s.judge()
}

// page counts that a role was told of something critical.
func (t *tolls) page(zone capacity.Zone, role string, at capacity.Instant) {
	s := t.shift(zone, at)
	s.Pages[role]++
	s.judge()
}

func (s *ShiftCount) judge() {
	s.Within = s.Alerts <= budgetAlerts && s.Most <= budgetMost
	for _, n := range s.Pages {
		s.Within = s.Within && n <= budgetPages
	}
}

// show gives copies that nobody changes.
func (t *tolls) show() (rules []*RuleCount, shifts []*ShiftCount) {
	rules, shifts = make([]*RuleCount, len(t.Rules)), make([]*ShiftCount, len(t.Shifts))
	for i, r := range t.Rules {
		is := *r
		rules[i] = &is
	}
	for i, s := range t.Shifts {
		is := *s
		is.Pages = make(map[string]int, len(s.Pages))
		for role, n := range s.Pages {
			is.Pages[role] = n
		}
		shifts[i] = &is
	}
	return rules, shifts
}
