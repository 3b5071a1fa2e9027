package flow

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"flowcentre/capacity"
)

// action is something that is to be done: what a card says, asked for by a level or a person.
type action struct {
	id      string
	Card    capacity.Card    `json:"c"` // as it was when the action was raised
	Scope   string           `json:"s"`
	Meeting string           `json:"m,omitempty"`
	Alert   string           `json:"l,omitempty"`
	Owner   string           `json:"w"`
	State   string           `json:"t"`
	Raised  capacity.Instant `json:"r"`
	Role    string           `json:"y,omitempty"`
	Due     capacity.Instant `json:"d"`
	First   capacity.Instant `json:"f,omitempty"`
	Missed  capacity.Instant `json:"x,omitempty"`
	Over    capacity.Instant `json:"o,omitempty"`
	Count   int              `json:"n,omitempty"`
	Told    int              `json:"k,omitempty"`
	Before  *float64         `json:"b,omitempty"`
	Seen    *float64         `json:"v,omitempty"`
	Outcome string           `json:"u,omitempty"`
	Reason  string           `json:"z,omitempty"`
	Answers []AnswerView     `json:"a,omitempty"`
	Events  []uint64         `json:"e,omitempty"`
	version uint64
	shown   *ActionView
}

const (
	maxActions  = 1_000 // kept; of more, none can be raised
	seenWithin  = 30 * time.Minute
	keepOverdue = keepClosed // an action that nobody ends, after it was due
)

func actionKey(id string) string { return "action/" + id }

// act takes what a person says of an action, or notes why it has no effect.
func (s *State) act(e *Event, d *decision) {
	a := s.actions[e.Data.Action]
	code, detail := s.unactable(e, a)
	if code != "" {
		d.refuse(code, detail)
		return
	}
	if e.Kind == ActionRaised {
		s.ask(e)
		return
	}
	said := AnswerView{At: e.Recorded, Role: e.Data.Role, Account: e.Data.Account, Reason: e.Data.Reason, Seq: e.Seq}
	switch e.Kind {
	case ActionAssigned:
		said.What, said.To, a.Owner, a.State = "assigned", e.Data.Owner, e.Data.Owner, ActionOpen
	case ActionExtended:
		said.What, said.Until = "extended", e.Data.Due
		a.First, a.Due, a.Missed, a.Outcome, a.State = cmp.Or(a.First, a.Due), e.Data.Due, 0, "", ActionOpen
		a.Reason = e.Data.Reason
	case ActionBlocked:
		said.What, a.State, a.Reason = "blocked", ActionStopped, e.Data.Reason
	case ActionDone:
		said.What, said.Count = "done", e.Data.Count
		a.State, a.Told, a.Over = ActionFinished, e.Data.Count, e.Recorded
	default:
		said.What, a.State, a.Reason, a.Over = "not_possible", ActionImpossible, e.Data.Reason, e.Recorded
	}
	s.noted(a, said)
}

// noteAction takes a note about an action, and says whether there is one.
func (s *State) noteAction(e *Event, d *decision) bool {
	a := s.actions[e.Data.Item]
	switch {
	case a == nil:
		return false
	case !slices.Contains(capacity.Roles(), e.Data.Role):
		d.refuse(RefusedRole, "No role "+e.Data.Role+" has to do with actions.")
	default:
		s.noted(a, AnswerView{What: answerNoted, At: e.Recorded, Role: e.Data.Role, Account: e.Data.Account, Reason: e.Data.Reason, Seq: e.Seq})
	}
	return true
}

func (s *State) noted(a *action, said AnswerView) {
	a.Answers = answered(a.Answers, said)
	a.Events = inOrder(append(a.Events, said.Seq))
	if len(a.Events) > maxAnswers {
		a.Events = slices.Delete(a.Events, 1, 2)
	}
	s.actionChanged(a)
}

// unactable is why what is said of an action has no effect, empty where it has.
func (s *State) unactable(e *Event, a *action) (code, detail string) {
	if !slices.Contains(capacity.Roles(), e.Data.Role) {
		return RefusedRole, "No role " + e.Data.Role + " has to do with actions."
	}
	if (e.Kind == ActionRaised || e.Kind == ActionAssigned) && !slices.Contains(capacity.Roles(), e.Data.Owner) {
		return RefusedRole, "No role " + e.Data.Owner + " can be asked; choose another."
	}
	if (e.Kind == ActionRaised || e.Kind == ActionExtended) && e.Data.Due <= e.Recorded {
		return RefusedOver, "It would be late already; say a time that its owner can keep."
	}
	if e.Kind == ActionRaised {
		return s.unaskable(e, a)
	}
	switch {
	case a == nil:
		return RefusedUnknown, "There is no action " + e.Data.Action + "."
	case a.Over != 0:
		return RefusedOver, "The action is over since " + a.Over.String() + " (" + a.State + ")."
	}
	return "", ""
}

func (s *State) unaskable(e *Event, a *action) (code, detail string) {
	card := s.card(e.Data.Task)
	switch {
	case a != nil:
		return RefusedUsed, "There is an action of the number " + a.id + " already; give another."
	case card == nil:
		return RefusedUnknown, "There is no action card " + e.Data.Task + "; GET /api/v1/state has them as system.cards."
	case !card.Takes(e.Data.Scope):
		return RefusedPlace, "That action is of a " + card.Scope + "; say which, such as system or site/general."
	case !s.scoped(e.Data.Scope):
		return RefusedPlace, "The layout has no " + e.Data.Scope + "."
	case e.Data.Meeting != "" && s.meetings[e.Data.Meeting] == nil:
		return RefusedUnknown, "There is no meeting " + e.Data.Meeting + "."
	case e.Data.Item != "" && s.alerts[e.Data.Item] == nil:
		return RefusedUnknown, "There is no alert " + e.Data.Item + "."
	case len(s.actions) >= maxActions:
		return RefusedFull, "There are " + itoa(maxActions) + " actions; end some first."
	}
	return "", ""
}

// card is the card of a code in the table in force, nil when there is none.
func (s *State) card(id string) *capacity.Card {
	if s.layout.Frame == nil {
		return nil
	}
	all := s.layout.Frame.Cards
	if i := slices.IndexFunc(all, func(c capacity.Card) bool { return c.ID == id }); i >= 0 {
		return &all[i]
	}
	return nil
}

// ask raises the action that a person asks for.
func (s *State) ask(e *Event) {
	a := &action{
		id: e.Data.Action, Card: *s.card(e.Data.Task), Scope: e.Data.Scope, Meeting: e.Data.Meeting, Alert: e.Data.Item, Owner: e.Data.Owner,
		State: ActionOpen, Raised: e.Recorded, Role: e.Data.Role, Due: e.Data.Due, Count: e.Data.Count, Events: []uint64{e.Seq},
	}
	if alert := s.alerts[a.Alert]; alert != nil {
		if len(alert.Actions) == 0 {
			s.tolls.of(alert.Name).Acted++
			s.changed.key(tollsKey)
		}
		alert.Actions = append(alert.Actions, a.id)
		s.alertChanged(alert)
	}
	if m := s.meetings[a.Meeting]; m != nil {
		m.Actions = append(m.Actions, a.id)
		s.meetingChanged(m)
	}
	s.launch(a)
}

// launch keeps an action with the figure that will show it.
func (s *State) launch(a *action) {
	s.actions[a.id] = a
	if a.Card.Shows != nil && !a.agrees() {
		a.Before = s.figureOf(a)
	}
	s.actionChanged(a)
}

// enter raises the cards of the levels that a scope has reached, computed or declared, each
// level newly reached and not only the highest. It costs nothing where none is.
func (s *State) enter(scope string, l *level) {
	reached := l.Shown
	if declared := s.declaredLevel(scope); declared != nil {
		reached = max(reached, declared.Level)
	}
	for k := l.Entered + 1; k <= reached; k++ {
		for i := range s.layout.Frame.Cards {
			if c := &s.layout.Frame.Cards[i]; c.Level == k {
				s.raiseCard(c, scope, l.Pillar)
			}
		}
	}
	if l.Entered != reached {
		l.Entered = reached
		s.changed.key(levelKey(scope))
	}
}

// raiseCard raises a card that a scope's level calls for: of a site its own, and with it the
// system's of the pillar; of a pillar that is scored as one the same; of the system those of no
// pillar.
func (s *State) raiseCard(c *capacity.Card, entered, pillar string) {
	kind, id, _ := strings.Cut(entered, "/")
	switch {
	case c.Pillar != pillar, kind == "organisation", kind == "pillar" && s.scoredBySite(id):
		return
	case c.Scope == "system":
		entered = "system"
	case kind != "site":
		return
	}
	for _, a := range s.actions {
		if a.Card.ID == c.ID && a.Scope == entered && a.Over == 0 {
			return
		}
	}
	if len(s.actions) >= maxActions {
		return
	}
	s.launch(&action{
		id: publicID(c.ID + " " + entered + " " + itoa(s.seq)), Card: *c, Scope: entered, Owner: c.Owner, State: ActionOpen,
		Raised: s.at, Due: c.Due(s.zone(), s.at),
	})
}

// scoredBySite says whether the sites of a pillar have levels of their own.
func (s *State) scoredBySite(pillar string) bool {
	return slices.ContainsFunc(s.layout.Frame.OPEL.Pillars, func(p capacity.Pillar) bool { return p.ID == pillar && len(p.Sites) > 0 })
}

// enterAll raises what the levels call for, in their order.
func (s *State) enterAll() {
	if s.layout.Frame == nil || s.layout.Frame.OPEL == nil {
		return
	}
	scopes := make([]string, 0, len(s.levels))
	for scope := range s.levels {
		scopes = append(scopes, scope)
	}
	slices.SortFunc(scopes, levelOrder)
	for _, scope := range scopes {
		s.enter(scope, s.levels[scope])
	}
}

// reviewActions looks, once a minute of the centre's clock, whether what was promised is seen,
// what has run out of time, and what is to be forgotten.
func (s *State) reviewActions() {
	for _, a := range s.actionsByID() {
		s.see(a)
		switch {
		case a.Over == 0 && a.Missed == 0 && a.Due <= s.at:
			a.Missed = a.Due
			s.actionChanged(a)
		case a.Over != 0 && a.Over.Add(keepPictured) <= s.at, a.Over == 0 && a.Due.Add(keepOverdue) <= s.at:
			delete(s.actions, a.id)
			s.actionChanged(a)
		}
	}
}

// see takes in how much the figure of an action has moved, and what came of the promise once
// that can be said: when it was due and nobody had ended it, or some time after it was told
// done, as the facts may come later. A card that a level raised is nobody's promise before it is
// told done.
func (s *State) see(a *action) {
	if a.Card.Shows == nil || a.Outcome != "" || a.State == ActionImpossible {
		return
	}
	if moved := s.movement(a); moved != nil && (a.Seen == nil || *moved > *a.Seen) {
		a.Seen = moved
		s.actionChanged(a)
	}
	if a.Seen == nil || a.Over == 0 && a.Role == "" {
		return
	}
	asked := float64(max(1, cmp.Or(a.Told, a.Count)))
	switch came := *a.Seen >= asked; {
	case came && (a.Over != 0 || a.Due <= s.at):
		a.Outcome = CameTrue
	case a.Over != 0 && a.Over.Add(seenWithin) <= s.at, a.Over == 0 && a.Due <= s.at:
		a.Outcome = ToldNotSeen
	default:
		return
	}
	s.actionChanged(a)
}

// agrees says whether the action ends in an agreement.
func (a *action) agrees() bool { return slices.Contains(capacity.Agreements(), a.Card.Shows.Measure) }

// figureOf is the figure that shows an action, nil while it is not known or an input is old.
func (s *State) figureOf(a *action) *float64 {
	r := s.View().Reading(a.Scope, a.Card.Shows.Measure)
	if !r.Known || r.AsOf != 0 {
		return nil
	}
	return &r.Value
}

// movement is how far an action's figure has gone the right way, nil while that is not known.
func (s *State) movement(a *action) *float64 {
	if a.agrees() {
		n := 0.0
		for _, g := range s.View().Agreements {
			of := a.Scope == "system" || a.Scope == "site/"+g.From || a.Scope == "site/"+g.To
			if of && g.Purpose == a.Card.Shows.Measure && g.State != AgreementRefused && g.Answered >= a.Raised {
				n++
			}
		}
		return &n
	}
	now := s.figureOf(a)
	if now == nil || a.Before == nil {
		return nil
	}
	moved := *now - *a.Before
	if !a.Card.Shows.Up {
		moved = -moved
	}
	moved = max(moved, 0)
	return &moved
}

func (s *State) actionsByID() []*action {
	all := make([]*action, 0, len(s.actions))
	for _, a := range s.actions {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b *action) int { return cmp.Compare(a.id, b.id) })
	return all
}

func (s *State) actionChanged(a *action) {
	a.shown, a.version = nil, s.seq
	s.changed.key(actionKey(a.id))
	s.view.actions = true
}

func (s *State) showActions(was []*ActionView) []*ActionView {
	shown := make([]*ActionView, 0, len(s.actions))
	for _, a := range s.actions {
		if a.shown == nil {
			a.shown = a.view()
		}
		shown = append(shown, a.shown)
	}
	slices.SortFunc(shown, func(a, b *ActionView) int {
		return cmp.Or(cmp.Compare(a.Raised, b.Raised), cmp.Compare(a.ID, b.ID))
	})
	s.bury("actions", ids(was, (*ActionView).id), ids(shown, (*ActionView).id))
	return shown
}

func (v *ActionView) id() string { return v.ID }

func (a *action) view() *ActionView {
	v := &ActionView{
		ID: a.id, Version: a.version, Task: a.Card.ID, Title: a.Card.Title, Unit: a.Card.Unit, Scope: a.Scope, Pillar: a.Card.Pillar,
		Level: a.Card.Level, Meeting: a.Meeting, Alert: a.Alert, Owner: a.Owner, State: a.State, Raised: a.Raised, Role: a.Role, Due: a.Due,
		First: a.First, Missed: a.Missed, Over: a.Over, Count: a.Count, Told: a.Told, Before: a.Before, Seen: a.Seen, Outcome: a.Outcome,
		Reason: a.Reason, Answers: append([]AnswerView{}, a.Answers...), Events: append([]uint64{}, a.Events...),
	}
	if a.Role != "" {
		v.Level = 0
	}
	if a.Card.Shows != nil {
		v.Measure = a.Card.Shows.Measure
	}
	return v
}
