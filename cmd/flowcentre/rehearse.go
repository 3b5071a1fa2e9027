package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
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
					if err := <-followed; !errors.Is(err, context.Canceled) {
						return err
					}
					return nil
				}
			}
		}
	}
}
