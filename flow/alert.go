package flow

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"flowcentre/capacity"
)

// alert is one firing of an alert that came back from the alert path: what it was about then
// and is now, who was told, and what people said of it.
type alert struct {
	id        string
	Name      string           `json:"n"`
	Scope     string           `json:"s"`
	Started   capacity.Instant `json:"st"` // by the clock of the alert path
	Severity  string           `json:"sev,omitempty"`
	Line      string           `json:"l"`
	Fired     capacity.Instant `json:"f"`
	Confirmed capacity.Instant `json:"c"`
	Over      capacity.Instant `json:"o,omitempty"`
	Recovered capacity.Instant `json:"r,omitempty"`
	Owner     string           `json:"w,omitempty"`
	Shelved   capacity.Instant `json:"h,omitempty"`
	Told      []ToldView       `json:"t,omitempty"`
	Step      int              `json:"p,omitempty"` // how many of the tiers beyond the first were told
	Base      capacity.Instant `json:"b,omitempty"` // from when the tiers' times count
	Answers   []AnswerView     `json:"a,omitempty"`
	Inputs    []TestedView     `json:"i,omitempty"`
	Now       []TestedView     `json:"j,omitempty"`
	Actions   []string         `json:"x,omitempty"`
	Events    []uint64         `json:"e"`
	Soon      bool             `json:"k,omitempty"` // it recovered soon, and is counted so
	alarm     alarm
	version   uint64
	shown     *AlertView
}

const (
	maxAlerts      = 1_000 // kept; of more, the one that fired first goes, over ones before open ones
	maxAnswers     = 50    // of one alert or action: the newest
	maxAlertEvents = 50    // of one alert: the first and the newest
	confirmWithin  = 25 * time.Minute
	keepUnheard    = 24 * hour        // an alert of which nothing more was heard is over after that
	handTime       = 15 * time.Minute // what a role that was told has before the next is
	recoverSoon    = 2 * hour
)

func alertKey(id string) string { return "alert/" + id }

// alertFact takes what the alert path tells. The same firing told again confirms it; in
// whatever order its beginning and end come, it comes out over.
func (s *State) alertFact(e *Event) {
	told := e.Data.Alert
	if told == nil {
		return
	}
	a := s.alerts[told.ID()]
	if a == nil {
		a = s.raiseAlert(e, told)
	}
	if a.Events = append(a.Events, e.Seq); len(a.Events) > maxAlertEvents {
		a.Events = slices.Delete(a.Events, 1, 2)
	}
	switch {
	case a.Over != 0:
	case e.Kind == AlertResolved:
		a.Over = e.Recorded
	default:
		a.Confirmed = e.Recorded
	}
	s.alertChanged(a)
	s.watchAlert(a)
}

// raiseAlert begins an alert with its inputs as they are, and tells who is told first, unless
// it is over already.
func (s *State) raiseAlert(e *Event, told *AlertTold) *alert {
	a := &alert{id: told.ID(), Name: told.Name, Scope: told.Scope, Started: told.Started, Line: told.Name, Fired: e.Recorded, Confirmed: e.Recorded, Base: e.Recorded}
	s.alerts[a.id] = a
	if len(s.alerts) > maxAlerts {
		s.dropAlert()
	}
	c := s.conditionOf(a)
	if c != nil {
		a.Severity = c.Severity
		a.Inputs, _ = s.View().test(c, a.Scope)
		a.Now = a.Inputs
		a.Line = s.lineOf(c, a)
	}
	s.succeedAlert(a, e.Recorded)
	if e.Kind == AlertResolved || a.Over != 0 {
		return a
	}
	if c != nil {
		s.inform(a, c.Role, e.Recorded)
	}
	s.tolls.fire(s.zone(), a, e.Recorded)
	s.changed.key(tollsKey)
	return a
}

// succeedAlert ends what an alert follows: of one name and place only the newest firing can go
// on, whatever became of the word that the one before was over.
func (s *State) succeedAlert(a *alert, at capacity.Instant) {
	for _, o := range s.alertsByID() {
		older, newer := o, a
		if o == a || o.Name != a.Name || o.Scope != a.Scope {
			continue
		}
		if o.Started > a.Started {
			older, newer = a, o
		}
		if older.Over == 0 && newer.Started > older.Started {
			older.Over = at
			s.alertChanged(older)
			s.watchAlert(older)
		}
	}
}

// inform tells a role of an alert.
func (s *State) inform(a *alert, role string, at capacity.Instant) {
	a.Told = append(a.Told, ToldView{role, at})
	if a.Severity == "critical" {
		s.tolls.page(s.zone(), role, at)
		s.changed.key(tollsKey)
	}
}

// conditionOf is the condition of an alert in the table in force, nil when that no longer has
// it.
func (s *State) conditionOf(a *alert) *capacity.Condition {
	name, ok := strings.CutPrefix(a.Name, AlertPrefix)
	if !ok || s.layout.Frame == nil {
		return nil
	}
	all := s.layout.Frame.Conditions
	if i := slices.IndexFunc(all, func(c capacity.Condition) bool { return c.Name == name }); i >= 0 {
		return &all[i]
	}
	return nil
}

// AlertPrefix comes before the name of a condition in the name of its alert.
const AlertPrefix = "FlowCentre"

// lineOf is the lock screen's line with the figures as they are.
func (s *State) lineOf(c *capacity.Condition, a *alert) string {
	value, duration := "?", "?"
	if len(a.Inputs) > 0 {
		switch first := &a.Inputs[0]; {
		case first.Value != nil:
			value = strconv.FormatFloat(*first.Value, 'f', -1, 64)
		case first.At != 0:
			duration = spoken(max(s.at.Sub(first.At), first.At.Sub(s.at)))
		}
	}
	return strings.NewReplacer("{site}", s.shortName(a.Scope), "{value}", value, "{duration}", duration).Replace(c.Summary)
}

// shortName is how a scope is called in a line.
func (s *State) shortName(scope string) string {
	id, ok := strings.CutPrefix(scope, "site/")
	if !ok {
		return s.layout.Frame.System.Name
	}
	site := s.site(id)
	if site == nil {
		return id
	}
	return cmp.Or(site.Short, site.Name, id)
}

// spoken writes a length of time as people say it: 47 min, 2 h, 11 h 5 min.
func spoken(d time.Duration) string {
	minutes := int(d / time.Minute)
	switch hours := minutes / 60; {
	case hours == 0 || minutes < 100:
		return strconv.Itoa(minutes) + " min"
	case minutes%60 == 0:
		return strconv.Itoa(hours) + " h"
	default:
		return strconv.Itoa(hours) + " h " + strconv.Itoa(minutes%60) + " min"
	}
}

// open says that an alert is neither over nor no longer heard of.
func (a *alert) open(now capacity.Instant) bool {
	return a.Over == 0 && a.Confirmed.Add(confirmWithin) > now
}

// next is who is told next, and when, unless somebody takes the alert; nil for nobody. An
// alert of which the path says nothing more rings nobody.
func (s *State) next(a *alert) *ToldView {
	c := s.conditionOf(a)
	if c == nil || a.Step >= len(c.Next) || a.Owner != "" || !a.open(s.at) {
		return nil
	}
	tier := c.Next[a.Step]
	at := a.Base.Add(time.Duration(tier.After) * time.Second)
	return &ToldView{tier.Role, max(at, a.Shelved)}
}

// climb tells the next tier.
func (s *State) climb(a *alert, at capacity.Instant) {
	c := s.conditionOf(a)
	tier := c.Next[a.Step]
	s.inform(a, tier.Role, at)
	a.Step++
	a.Base = at.Add(-time.Duration(tier.After) * time.Second) // the times between tiers stay as they are
	a.rest(c, at)
}

// rest gives a role that was told at a moment its time before the next tier is.
func (a *alert) rest(c *capacity.Condition, at capacity.Instant) {
	if a.Step < len(c.Next) {
		a.Base = max(a.Base, at.Add(handTime-time.Duration(c.Next[a.Step].After)*time.Second))
	}
}

// watchAlert does what is due of an alert, and looks at it again when something is: the next
// tier, the end of a shelving, that it is no longer confirmed, that it is forgotten.
func (s *State) watchAlert(a *alert) {
	if a.Over == 0 && a.Confirmed.Add(keepUnheard) <= s.at {
		a.Over = s.at
		s.alertChanged(a)
	}
	if a.Over != 0 {
		if gone := a.Over.Add(keepPictured); gone > s.at {
			s.due.set(&a.alarm, gone, dueAlert, a.id)
			return
		}
		delete(s.alerts, a.id)
		s.alertChanged(a)
		return
	}
	for next := s.next(a); next != nil && next.At <= s.at; next = s.next(a) {
		s.climb(a, s.at)
		s.alertChanged(a)
	}
	soonest := a.Confirmed.Add(keepUnheard)
	for _, at := range []capacity.Instant{a.Confirmed.Add(confirmWithin), a.Shelved} {
		if at > s.at {
			soonest = min(soonest, at)
		}
	}
	if next := s.next(a); next != nil {
		soonest = min(soonest, next.At)
	}
	s.due.set(&a.alarm, soonest, dueAlert, a.id)
}

// lapseAlert looks at an alert whose time has come.
func (s *State) lapseAlert(a *alert) {
	a.shown = nil
	a.version = s.seq
	s.view.alerts = true
	s.watchAlert(a)
}

// reviewAlerts tests anew, once a minute of the centre's clock, what open alerts are about.
func (s *State) reviewAlerts() {
	var v *View
	for _, a := range s.alertsByID() {
		c := s.conditionOf(a)
		if a.Over != 0 || c == nil {
			continue
		}
		if v == nil {
			v = s.View()
		}
		now, over := v.test(c, a.Scope)
		recovered := capacity.Instant(0)
		if over {
			recovered = cmp.Or(a.Recovered, s.at)
		}
		if reflect.DeepEqual(now, a.Now) && recovered == a.Recovered {
			continue
		}
		a.Now, a.Recovered = now, recovered
		if recovered != 0 && !a.Soon && recovered.Sub(a.Fired) <= recoverSoon {
			a.Soon = true
			s.tolls.of(a.Name).Recovered++
			s.changed.key(tollsKey)
		}
		s.alertChanged(a)
	}
}

func (s *State) alertsByID() []*alert {
	all := make([]*alert, 0, len(s.alerts))
	for _, a := range s.alerts {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b *alert) int { return cmp.Compare(a.id, b.id) })
	return all
}

func (s *State) alertChanged(a *alert) {
	a.shown, a.version = nil, s.seq
	s.changed.key(alertKey(a.id))
	s.view.alerts = true
}

// dropAlert drops the alert that fired first: one that is over, if there is any.
func (s *State) dropAlert() {
	var first *alert
	for _, a := range s.alertsByID() {
		if first == nil || first.Over == 0 && a.Over != 0 || (first.Over == 0) == (a.Over == 0) && a.Fired < first.Fired {
			first = a
		}
	}
	delete(s.alerts, first.id)
	s.alertChanged(first)
}

func (s *State) showAlerts(was []*AlertView) []*AlertView {
	shown := make([]*AlertView, 0, len(s.alerts))
	for _, a := range s.alerts {
		if a.shown == nil {
			a.shown = s.alertView(a)
		}
		shown = append(shown, a.shown)
	}
	slices.SortFunc(shown, func(a, b *AlertView) int {
		return cmp.Or(cmp.Compare(a.Fired, b.Fired), cmp.Compare(a.ID, b.ID))
	})
	s.bury("alerts", ids(was, (*AlertView).id), ids(shown, (*AlertView).id))
	return shown
}

func (v *AlertView) id() string { return v.ID }

func (s *State) alertView(a *alert) *AlertView {
	v := &AlertView{
		ID: a.id, Version: a.version, Name: a.Name, Scope: a.Scope, Severity: a.Severity, Line: a.Line, State: AlertFiring,
		Fired: a.Fired, Confirmed: a.Confirmed, Over: a.Over, Recovered: a.Recovered, Owner: a.Owner, Shelved: a.Shelved, Next: s.next(a),
		Told: append([]ToldView{}, a.Told...), Answers: append([]AnswerView{}, a.Answers...), Inputs: append([]TestedView{}, a.Inputs...),
		Now: append([]TestedView{}, a.Now...), Ring: []capacity.Ring{}, Actions: append([]string{}, a.Actions...), Events: slices.Clone(a.Events),
	}
	switch {
	case a.Over != 0:
		v.State = AlertOver
	case !a.open(s.at):
		v.State = AlertUnconfirmed
	}
	if c := s.conditionOf(a); c != nil {
		v.Condition, v.Means, v.Do = c.Name, c.Description, c.Do
		v.Ring = append(v.Ring, c.Ring...)
	}
	for i := range v.Answers {
		if w := &v.Answers[i]; a.Owner != "" && w.What == answerTaken && w.Role == a.Owner {
			v.Taken = w
		}
	}
	return v
}
