package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"flowcentre/capacity"
)

// print sets both side by side, in local time.
func (h *rehearsal) print(out io.Writer) {
	h.zone = time.UTC
	if v := h.today.state.View(); v.System != nil {
		if zone, err := time.LoadLocation(v.System.TimeZone); err == nil {
			h.zone = zone
		}
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(what string, text func(*side) string) {
		fmt.Fprint(w, what)
		for _, s := range h.sides() {
			fmt.Fprintf(w, "\t%s", text(s))
		}
		fmt.Fprintln(w)
	}
	row("", func(s *side) string { return s.name })
	for _, scope := range h.scopes() {
		for k := 2; k <= 4; k++ {
			of := func(s *side) *LevelTally { return cmp.Or(s.Levels[scope], &LevelTally{}) }
			if slices.ContainsFunc(h.sides(), func(s *side) bool { return of(s).Entered[k] > 0 || of(s).Seconds[k] > 0 }) {
				row(fmt.Sprintf("%s: OPEL %d entered, time at it", scope, k), func(s *side) string {
					return fmt.Sprintf("%d, %s", of(s).Entered[k], long(of(s).Seconds[k]))
				})
			}
		}
	}
	for _, name := range h.names() {
		row("alerts "+name, func(s *side) string { return strconv.Itoa(countOf(s.Alerts, name)) })
	}
	for _, shift := range h.shifts() {
		row("pages from "+shift, func(s *side) string { return strconv.Itoa(h.pagesOf(s, shift)) })
	}
	row("before a declared level, median", func(s *side) string { return medianLead(s.Leads) })
	w.Flush()
	switch {
	case h.changed != nil:
		h.alone(out, h.today.name, h.today.Alerts, h.changed.Alerts)
		h.alone(out, h.changed.name, h.changed.Alerts, h.today.Alerts)
	case len(h.told) > 0:
		inputs := slices.DeleteFunc(slices.Clone(h.today.Alerts), func(f Fired) bool { return !h.comesBack(f.Condition) })
		h.alone(out, "rehearsed", inputs, h.told)
		h.alone(out, "in the log", h.told, inputs)
	default:
		fmt.Fprintln(out, "No alert came back into the log: there is nothing to set this beside.")
	}
}

// comesBack says whether a condition's alerts are told back to the centre.
func (h *rehearsal) comesBack(name string) bool {
	return slices.ContainsFunc(h.today.state.Conditions(), func(c capacity.Condition) bool { return c.Name == name && c.Input })
}

// alone prints what fires in one and not at the same time in the other.
func (h *rehearsal) alone(out io.Writer, name string, these, those []Fired) {
	n := 0
	for _, f := range these {
		if slices.ContainsFunc(those, func(o Fired) bool { return o.Condition == f.Condition && o.Scope == f.Scope && f.meets(&o) }) {
			continue
		}
		if n++; n <= 50 {
			until := "still firing"
			if f.Until != 0 {
				until = f.Until.Time().In(h.zone).Format("15:04:05")
			}
			fmt.Fprintf(out, "only %s: %s, %s, %s to %s\n", name, f.Condition, f.Scope, f.From.Time().In(h.zone).Format("Mon 2 Jan 15:04:05"), until)
		}
	}
	if n > 50 {
		fmt.Fprintf(out, "only %s: %d more\n", name, n-50)
	}
}

// meets says whether two fire at the same time, within what a scrape and an evaluation take.
func (f *Fired) meets(o *Fired) bool {
	const apart = 40 * time.Second
	end := func(f *Fired) capacity.Instant {
		if f.Until == 0 {
			return 1 << 62
		}
		return f.Until
	}
	return f.From <= end(o).Add(apart) && o.From <= end(f).Add(apart)
}

func (h *rehearsal) scopes() (all []string) {
	for _, s := range h.sides() {
		for scope := range s.Levels {
			all = append(all, scope)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (h *rehearsal) names() (all []string) {
	for _, s := range h.sides() {
		for _, f := range s.Alerts {
			all = append(all, f.Condition)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func countOf(all []Fired, name string) (n int) {
	for _, f := range all {
		if f.Condition == name {
			n++
		}
	}
	return n
}

// shifts are the shifts in which a page fell, oldest first, as text that sorts.
func (h *rehearsal) shifts() (all []string) {
	for _, s := range h.sides() {
		for _, f := range s.Alerts {
			if f.Severity == "critical" {
				all = append(all, h.shiftOf(f.From))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// shiftOf is the shift that a moment lies in: from 07:00 or from 19:00 by the local clock.
func (h *rehearsal) shiftOf(at capacity.Instant) string {
	local := at.Time().In(h.zone)
	switch hour := local.Hour(); {
	case hour >= 19:
		return local.Format("2006-01-02") + " 19:00"
	case hour >= 7:
		return local.Format("2006-01-02") + " 07:00"
	}
	return local.AddDate(0, 0, -1).Format("2006-01-02") + " 19:00"
}

func (h *rehearsal) pagesOf(s *side, shift string) (n int) {
	for _, f := range s.Alerts {
		if f.Severity == "critical" && h.shiftOf(f.From) == shift {
			n++
		}
	}
	return n
}

func medianLead(all []Lead) string {
	var known []float64
	for _, l := range all {
		if l.Seconds != nil {
			known = append(known, *l.Seconds)
		}
	}
	if len(all) == 0 {
		return "none declared"
	}
	if len(known) == 0 {
		return fmt.Sprintf("never reached, %d declared", len(all))
	}
	slices.Sort(known)
	return fmt.Sprintf("%s, %d of %d reached", long(known[len(known)/2]), len(known), len(all))
}

// long is a length of time in hours and minutes.
func long(seconds float64) string {
	return (time.Duration(seconds) * time.Second).Round(time.Minute).String()
}
