package flow

import (
	"math"
	"slices"
	"strings"

	"flowcentre/capacity"
)

// Bounds on the periods that outcomes are compared over, in local days.
const (
	LeastPeriod = 7
	MostPeriod  = keepDays / 2
)

// OutcomesQuestion asks what became of people in the local days from From until before
// Until, by one way of grouping them.
type OutcomesQuestion struct {
	By          string
	From, Until int64 // days of the local calendar since 1970-01-01
}

// OutcomesView is outcomes of a period beside those of as many days before it.
type OutcomesView struct {
	By       string           `json:"by"`
	At       capacity.Instant `json:"at"`
	Seq      uint64           `json:"seq"`
	Period   PeriodView       `json:"period"`
	Before   PeriodView       `json:"before"`
	Outcomes []OutcomeView    `json:"outcomes"` // what each means
	Groups   []GroupView      `json:"groups"`
	All      []CompareView    `json:"all"` // of all groups, in the order of Outcomes
}

// PeriodView is a run of whole local days, and what is known of them.
type PeriodView struct {
	From    string    `json:"from"`
	Until   string    `json:"until"` // the day after the last
	Days    int64     `json:"days"`
	Open    bool      `json:"open,omitempty"`    // the last of them is not over
	Missing []Missing `json:"missing,omitempty"` // feeds that told nothing in some of it, and have not since
}

// OutcomeView is what an outcome means.
type OutcomeView struct {
	Name       string        `json:"name"`
	Title      string        `json:"title"`
	Definition string        `json:"definition"`
	Unit       string        `json:"unit"`
	Form       capacity.Form `json:"form"`
}

// GroupView is one group of people.
type GroupView struct {
	Group   string        `json:"group"` // a code; empty for those of whom nobody told
	Name    string        `json:"name"`
	Figures []CompareView `json:"figures"` // in the order of the outcomes
}

// CompareView is one outcome in both periods.
type CompareView struct {
	Value  *float64 `json:"value"`
	Before *float64 `json:"before"`
	Change *float64 `json:"change"` // of what is known of both

	// Withheld: fewer than 5, or kept back so that such a count cannot be worked out.
	Withheld       bool `json:"withheld,omitempty"`
	WithheldBefore bool `json:"withheld_before,omitempty"`
}

// Day reads a local day, such as 2027-01-12, as its number.
func Day(text string) (int64, error) {
	at, err := capacity.ParseInstant(text + "T00:00:00Z")
	return int64(at / dayLength), err
}

func dayText(day int64) string {
	return (capacity.Instant(day) * dayLength).Time().Format("2006-01-02")
}

// Today is the number of the local day.
func (v *View) Today() int64 { return localDay(v.zone, v.At) }

// Outcomes compares a period with the one before. It is nil for a way of grouping that
// there is not. Of a group of which fewer than 5 are counted nothing is shown that would tell
// how many, nor a total from which it could be worked out.
func (v *View) Outcomes(q OutcomesQuestion) *OutcomesView {
	if !slices.Contains(capacity.Segments(), q.By) || v.history == nil {
		return nil
	}
	days := q.Until - q.From
	now, before := v.count(q.By, q.From, q.Until), v.count(q.By, q.From-days, q.From)
	o := &OutcomesView{By: q.By, At: v.At, Seq: v.Seq, Period: v.period(q.From, q.Until), Before: v.period(q.From-days, q.From), Groups: []GroupView{}}
	groups := v.groups(q.By, now, before)
	for _, g := range groups {
		o.Groups = append(o.Groups, GroupView{Group: g, Name: v.groupName(q.By, g), Figures: []CompareView{}})
	}
	for i := range capacity.Outcomes() {
		m := &capacity.Outcomes()[i]
		o.Outcomes = append(o.Outcomes, OutcomeView{m.Name, m.Title, m.Definition, m.Unit, m.Form})
		hidden, hiddenBefore := withheld(m, groups, now), withheld(m, groups, before)
		for j, g := range groups {
			o.Groups[j].Figures = append(o.Groups[j].Figures, compare(m, now[g], before[g], hidden[j], hiddenBefore[j]))
		}
		all := compare(m, together(now), together(before), slices.Contains(hidden, true), slices.Contains(hiddenBefore, true))
		o.All = append(o.All, all)
	}
	return o
}

// counts is what was counted of one group.
type counts map[capacity.Counter]int64

// count counts each group of one way in a run of local days.
func (v *View) count(by string, from, until int64) map[string]counts {
	all := map[string]counts{}
	add := func(subject string, what capacity.Counter, n int64) {
		group, ok := strings.CutPrefix(subject, by+"/")
		if !ok {
			return
		}
		if all[group] == nil {
			all[group] = counts{}
		}
		all[group][what] += n
	}
	for day := from; day < until; day++ {
		for subject, sp := range v.history.days[day] {
			for _, c := range sp.cells {
				add(subject, c.what, c.n)
			}
		}
	}
	first := max(hourOf(max(0, v.zone.Instant(capacity.Instant(from)*dayLength))), v.history.from)
	last := hourOf(max(0, v.zone.Instant(capacity.Instant(until)*dayLength)))
	for day, subjects := range v.history.hours {
		for subject, sp := range subjects {
			for _, c := range sp.cells {
				at := 24*day + int64(c.hour)
				if at < first || at >= last {
					continue
				}
				add(subject, c.what, c.n)
				if c.what == capacity.UnitMoves && capacity.Night(localHour(v.zone, startOf(at))) {
					add(subject, capacity.NightMoves, c.n)
				}
			}
		}
	}
	return all
}

func together(groups map[string]counts) counts {
	all := counts{}
	for _, c := range groups {
		for what, n := range c {
			all[what] += n
		}
	}
	return all
}

// groups are those that the layout or the wire knows, in their order, then others that were
// counted, then those of whom nobody told.
func (v *View) groups(by string, periods ...map[string]counts) (all []string) {
	switch by {
	case "locality":
		for _, l := range v.localities {
			all = append(all, l.ID)
		}
	case "age_band":
		all = append(all, AgeBands...)
	case "frailty":
		all = append(all, Frailties...)
	}
	var others []string
	for _, p := range periods {
		for g := range p {
			if g != "" && !slices.Contains(all, g) && !slices.Contains(others, g) {
				others = append(others, g)
			}
		}
	}
	slices.Sort(others)
	return append(append(all, others...), "")
}

func (v *View) groupName(by, group string) string {
	switch {
	case group == "":
		return "Not told"
	case by == "locality":
		for _, l := range v.localities {
			if l.ID == group {
				return l.Name
			}
		}
	}
	return group
}

// withheld says of which groups an outcome is not shown.
func withheld(m *capacity.Outcome, groups []string, of map[string]counts) []bool {
	column := make([]int64, len(groups))
	for i, g := range groups {
		column[i] = of[g][m.Base()]
	}
	return capacity.Withhold(column)
}

func compare(m *capacity.Outcome, now, before counts, hidden, hiddenBefore bool) CompareView {
	c := CompareView{Withheld: hidden, WithheldBefore: hiddenBefore}
	if !hidden {
		c.Value = now.outcome(m)
	}
	if !hiddenBefore {
		c.Before = before.outcome(m)
	}
	if c.Value != nil && c.Before != nil {
		change := math.Round(10*(*c.Value-*c.Before)) / 10
		c.Change = &change
	}
	return c
}

// outcome is the figure of what was counted, to one decimal; nil where there is nothing to
// make it of.
func (c counts) outcome(m *capacity.Outcome) *float64 {
	n := c[m.Base()]
	if m.Form == capacity.Count {
		value := float64(n)
		return &value
	}
	if n < capacity.Fewest {
		return nil
	}
	value := 0.0
	switch m.Form {
	case capacity.Share:
		value = 100 * float64(c[m.N]) / float64(n)
	case capacity.Median:
		value = (c.nth(m.Of, (n-1)/2) + c.nth(m.Of, n/2)) / 2
	default:
		value = float64(c[m.Of]) / float64(n) / 3600
		if m.Unit == "days" {
			value /= 24
		}
	}
	value = math.Round(10*value) / 10
	return &value
}

// nth is the whole days of the n-th shortest stay, from 0.
func (c counts) nth(first capacity.Counter, n int64) float64 {
	for days := range capacity.LongestStay {
		if n -= c[first+capacity.Counter(days)]; n < 0 {
			return float64(days)
		}
	}
	return capacity.LongestStay
}

// period is a run of local days, with the feeds that told nothing in some of it.
func (v *View) period(from, until int64) PeriodView {
	p := PeriodView{From: dayText(from), Until: dayText(until), Days: until - from, Open: until > v.Today()}
	begin, end := v.zone.Instant(capacity.Instant(from)*dayLength), min(v.zone.Instant(capacity.Instant(until)*dayLength), v.At)
	for _, f := range v.Feeds {
		if !slices.ContainsFunc(f.Supplies, func(s string) bool { return slices.Contains(outcomeSupplies, s) }) {
			continue
		}
		switch {
		case f.first == 0 || begin < f.first:
			p.Missing = append(p.Missing, Missing{Feed: f.ID, Why: FeedNever})
		case v.quiet(f, from, until, begin, end):
			p.Missing = append(p.Missing, Missing{Feed: f.ID, Why: FeedSilent})
		}
	}
	return p
}

// outcomeSupplies are what feeds supply that outcomes are made of.
var outcomeSupplies = []string{"ae", "ae_list", "occupancy", "referrals"}

// quiet says whether a feed was silent in some hour, and has told nothing of it since.
func (v *View) quiet(f *FeedView, from, until int64, begin, end capacity.Instant) bool {
	for day := from; day < until; day++ {
		if sp := v.history.days[day][ofFeed+f.ID]; sp != nil && sp.count(0, capacity.QuietHours) > 0 {
			return true
		}
	}
	for at := max(hourOf(max(0, begin)), v.history.from); startOf(at) < end; at++ {
		if v.quietIn(f, at) {
			return true
		}
	}
	return false
}
