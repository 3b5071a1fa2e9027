package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/streams"
)

const rehearseUsage = `flowcentre rehearse: what another OPEL profile or table of conditions would have told

  flowcentre rehearse --data DIR [--profile FILE] [--conditions FILE] [--from TIME] [--to TIME] [--json]

Folds the log of a stopped centre twice, with the layout as it was and with the profile or the
table changed, looks at every condition at every tick of the centre's clock (10 seconds), and
prints both side by side: levels entered and the time at each, alerts by condition, pages by shift,
how long before a declared level the figures had reached it, and what fires in one alone. With
neither file it sets the alerts of today's table beside those that came back into the log.

  flowcentre rehearse --data data --profile opel/local.yaml
  flowcentre rehearse --data data --conditions conditions.yaml --from 2027-01-12T00:00:00Z --to 2027-01-19T00:00:00Z

Exit 0: done; 1: the log, profile or table cannot be used; 2: wrong use.
`

// rehearseCommand is flowcentre rehearse.
func rehearseCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("rehearse", rehearseUsage, stderr)
	data := flags.String("data", "", "data folder of a stopped centre")
	profile := flags.String("profile", "", "OPEL profile to rehearse")
	conditions := flags.String("conditions", "", "table of conditions to rehearse")
	from := flags.String("from", "", "moment in RFC 3339; the beginning of the log if not said")
	to := flags.String("to", "", "moment in RFC 3339; its end if not said")
	asJSON := flags.Bool("json", false, "print as JSON")
	if code, ok := parse(flags, args); !ok {
		return code
	}
	if *data == "" || flags.NArg() > 0 {
		fmt.Fprint(stderr, rehearseUsage)
		return 2
	}
	h := &rehearsal{today: newSide("today", nil), tell: stderr}
	change, faults := changes(*profile, *conditions)
	if len(faults) > 0 {
		for _, f := range faults {
			fmt.Fprintln(stderr, f.Error())
		}
		return 1
	}
	if change != nil {
		h.changed = newSide("changed", change)
	}
	for _, moment := range []struct {
		text string
		at   *capacity.Instant
		name string
	}{{*from, &h.from, "--from"}, {*to, &h.to, "--to"}} {
		if moment.text == "" {
			continue
		}
		at, err := capacity.ParseInstant(moment.text)
		if err != nil {
			fmt.Fprintf(stderr, "flowcentre: %s %q is no moment such as 2027-01-12T08:00:00Z\n", moment.name, moment.text)
			return 2
		}
		*moment.at = at
	}
	r, err := openReplay(ctx, *data, stderr)
	if err != nil {
		return failed(stderr, err)
	}
	defer r.close()
	if err := h.run(ctx, r); err != nil {
		return failed(stderr, err)
	}
	if *asJSON {
		return failed(stderr, json.NewEncoder(stdout).Encode(h.report()))
	}
	h.print(stdout)
	return 0
}

// changes is what the files change of a layout, nil for nothing.
func changes(profile, conditions string) (change func(*capacity.Layout), faults []Fault) {
	var opel *capacity.Profile
	var table []capacity.Condition
	if profile != "" {
		opel, faults = LoadProfile(profile, nil)
	}
	if conditions != "" {
		var more []Fault
		table, more = LoadConditions(conditions)
		faults = append(faults, more...)
	}
	if opel == nil && table == nil {
		return nil, faults
	}
	return func(l *capacity.Layout) {
		if opel != nil {
			l.OPEL = opel
		}
		if table != nil {
			l.Conditions = table
		}
	}, faults
}

// rehearsal folds a log with today's layout, and beside it with a changed one.
type rehearsal struct {
	today, changed *side
	from, to       capacity.Instant // 0: all
	told           []Fired          // what came back into the log
	tell           io.Writer
	zone           *time.Location
}

// side is one of the two.
type side struct {
	name    string
	state   *flow.State
	amend   *flow.Amendment
	watches map[[2]string]*capacity.Watch
	open    map[[2]string]int // by condition and scope, the place in Alerts of what fires
	was     capacity.Instant  // the last tick looked at
	level   map[string]int    // by scope, as shown at it
	reached map[string][5]capacity.Instant

	Alerts []Fired                `json:"alerts"`
	Levels map[string]*LevelTally `json:"levels"`
	Leads  []Lead                 `json:"leads"`
}

// Fired is one alert of a rehearsal: from when until when it fires; Until is 0 of one that fires at the end.
type Fired struct {
	Condition string           `json:"condition"`
	Scope     string           `json:"scope"`
	Severity  string           `json:"severity"`
	From      capacity.Instant `json:"from"`
	Until     capacity.Instant `json:"until,omitempty"`
}

// LevelTally is how often the levels of a scope were entered from below, and the seconds at each; index 0 is not used.
type LevelTally struct {
	Entered [5]int     `json:"entered"`
	Seconds [5]float64 `json:"seconds"`
}

// Lead is how long before a declared level the figures had reached it; null where they had not.
type Lead struct {
	Scope    string           `json:"scope"`
	Level    int              `json:"level"`
	Declared capacity.Instant `json:"declared"`
	Seconds  *float64         `json:"seconds"`
}

func newSide(name string, change func(*capacity.Layout)) *side {
	s := &side{
		name: name, state: flow.New(name), watches: map[[2]string]*capacity.Watch{}, open: map[[2]string]int{}, level: map[string]int{},
		reached: map[string][5]capacity.Instant{}, Levels: map[string]*LevelTally{}, Alerts: []Fired{}, Leads: []Lead{},
	}
	if change != nil {
		s.amend = &flow.Amendment{Change: change}
	}
	return s
}

func (h *rehearsal) sides() []*side {
	if h.changed == nil {
		return []*side{h.today}
	}
	return []*side{h.today, h.changed}
}

// run folds the whole log, and looks at what lies between from and to.
func (h *rehearsal) run(ctx context.Context, r *replay) error {
	last := r.state.Last
	return followLog(ctx, r.log, last, func(e *flow.Event) {
		if e.Seq%100_000 == 0 {
			fmt.Fprintf(h.tell, "rehearsing: %d of %d events\n", e.Seq, last)
		}
		h.apply(e)
	})
}

func (h *rehearsal) apply(e *flow.Event) {
	within := e.Recorded >= h.from && (h.to == 0 || e.Recorded <= h.to)
	if a := e.Data.Alert; a != nil && within {
		h.hear(e, a)
	}
	for _, s := range h.sides() {
		is := *e
		if s.amend != nil {
			is = s.amend.Amend(is)
		}
		s.state.Apply(&is)
		switch {
		case !within:
		case e.Kind == flow.Tick:
			s.look()
		case e.Kind == flow.StatusDeclared && e.Data.Declared != nil && e.Data.Declared.Status == capacity.DeclaredOPEL:
			s.lead(e)
		}
	}
}

// hear keeps what came back into the log.
func (h *rehearsal) hear(e *flow.Event, a *flow.AlertTold) {
	name := strings.TrimPrefix(a.Name, alertPrefix)
	i := slices.IndexFunc(h.told, func(f Fired) bool { return f.Condition == name && f.Scope == a.Scope && f.Until == 0 })
	switch {
	case e.Kind == flow.AlertFired && i < 0:
		h.told = append(h.told, Fired{Condition: name, Scope: a.Scope, From: e.Recorded})
	case e.Kind == flow.AlertResolved && i >= 0:
		h.told[i].Until = e.Recorded
	}
}

// look takes the levels and conditions as they are at a tick.
func (s *side) look() {
	v := s.state.View()
	if v.System == nil || v.At == s.was {
		return
	}
	passed := v.At.Sub(s.was)
	for _, l := range v.Levels {
		s.tally(l, v.At, passed)
	}
	for i := range s.state.Conditions() {
		c := &s.state.Conditions()[i]
		if c.Scope == "system" {
			s.watch(v, c, "system")
			continue
		}
		for _, site := range v.Sites {
			s.watch(v, c, "site/"+site.ID)
		}
	}
	s.was = v.At
}

func (s *side) tally(l *flow.LevelView, at capacity.Instant, passed time.Duration) {
	t := s.Levels[l.ID]
	if t == nil {
		t = &LevelTally{}
		s.Levels[l.ID] = t
	}
	was := s.level[l.ID]
	if was > 0 && s.was != 0 {
		t.Seconds[was] += passed.Seconds()
	}
	reached := s.reached[l.ID]
	for k := 1; k <= 4; k++ {
		switch {
		case l.Level < k:
			reached[k] = 0
		case reached[k] == 0:
			reached[k] = at
		}
		if was > 0 && k > was && k <= l.Level {
			t.Entered[k]++
		}
	}
	s.reached[l.ID], s.level[l.ID] = reached, l.Level
}

// lead takes how long the figures had been where somebody now declares the level to be.
func (s *side) lead(e *flow.Event) {
	d := e.Data.Declared
	level := int(d.Value[0] - '0')
	lead := Lead{Scope: d.Scope, Level: level, Declared: e.Recorded}
	if since := s.reached[d.Scope][level]; since != 0 {
		seconds := e.Recorded.Sub(since).Seconds()
		lead.Seconds = &seconds
	}
	s.Leads = append(s.Leads, lead)
}

func (s *side) watch(v *flow.View, c *capacity.Condition, scope string) {
	key := [2]string{c.Name, scope}
	w := s.watches[key]
	if w == nil {
		w = &capacity.Watch{}
		s.watches[key] = w
	}
	was := w.Firing
	now := w.Step(v.At, c.Holds(v.At, func(measure string) capacity.Figure { return v.Reading(scope, measure).Figure }), c)
	switch {
	case now && !was:
		s.open[key] = len(s.Alerts)
		s.Alerts = append(s.Alerts, Fired{Condition: c.Name, Scope: scope, Severity: c.Severity, From: v.At})
	case was && !now:
		s.Alerts[s.open[key]].Until = v.At
	}
}

// Rehearsed is the whole result, as JSON gives it.
type Rehearsed struct {
	Today   *side   `json:"today"`
	Changed *side   `json:"changed,omitempty"`
	Told    []Fired `json:"told"`
}

func (h *rehearsal) report() *Rehearsed {
	return &Rehearsed{h.today, h.changed, append([]Fired{}, h.told...)}
}

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

// followLog gives the events of a log in their order, up to the last.
func followLog(ctx context.Context, log *streams.Log, last uint64, each func(*flow.Event)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	in := make(chan []flow.Entry, 16)
	followed := make(chan error, 1)
	go func() { followed <- log.Follow(ctx, 0, in) }()
	for {
		select {
		case err := <-followed:
			return err
		case entries := <-in:
			for i := range entries {
				if each(&entries[i].Event); entries[i].Event.Seq >= last {
					stop()
					<-followed
					return nil
				}
			}
		}
	}
}
