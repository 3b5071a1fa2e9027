package flow

import (
	"slices"
	"time"

	"flowcentre/capacity"
)

// What people say of alerts and actions.
const (
	answerTaken   = "taken"
	answerHanded  = "handed_on"
	answerNotNow  = "not_now"
	answerShelved = "shelved"
	answerNoted   = "noted"
)

// Who may shelve what rings phones.
var mayShelve = []string{"on_call_manager", "on_call_director", "icb_on_call"}

// How long an alert can be shelved at most.
const (
	shelveCritical time.Duration = hour
	shelveOther    time.Duration = 8 * hour
)

// answer takes what a person says of an alert, or notes why it has no effect. A note can be of
// an action as well.
func (s *State) answer(e *Event, d *decision) {
	a := s.alerts[e.Data.Item]
	if a == nil {
		if e.Kind != Noted || !s.noteAction(e, d) {
			d.refuse(RefusedUnknown, "There is no alert "+e.Data.Item+".")
		}
		return
	}
	if code, detail := s.unanswerable(e, a); code != "" {
		d.refuse(code, detail)
		return
	}
	said := AnswerView{At: e.Recorded, Role: e.Data.Role, Account: e.Data.Account, Reason: e.Data.Reason, Seq: e.Seq}
	switch e.Kind {
	case AlertTaken:
		said.What = answerTaken
		if !a.answered(answerTaken) {
			s.tolls.of(a.Name).Taken++
			s.changed.key(tollsKey)
		}
		a.Owner = e.Data.Role
	case AlertHandedOn:
		said.What, said.To = answerHanded, e.Data.Owner
		a.Owner = ""
		s.inform(a, e.Data.Owner, e.Recorded)
		if c := s.conditionOf(a); c != nil {
			a.rest(c, e.Recorded)
		}
	case AlertNotNow:
		said.What = answerNotNow
		a.Owner = ""
		said.To = s.passOn(a, e.Recorded)
		if said.To == "" {
			d.Warning = "Nobody else is told by itself: hand it on."
		}
	case AlertShelved:
		said.What, said.Until = answerShelved, e.Data.Until
		a.Shelved = e.Data.Until
	default:
		said.What = answerNoted
	}
	a.Answers = answered(a.Answers, said)
	a.Events = append(a.Events, e.Seq)
	if len(a.Events) > maxAlertEvents {
		a.Events = slices.Delete(a.Events, 1, 2)
	}
	s.alertChanged(a)
	s.watchAlert(a)
}

// passOn tells the next tier at once, and gives its role; empty when there is none.
func (s *State) passOn(a *alert, at capacity.Instant) string {
	next := s.next(a)
	if next == nil {
		return ""
	}
	s.climb(a, at)
	return next.Role
}

// unanswerable is why what is said of an alert has no effect, empty where it has.
func (s *State) unanswerable(e *Event, a *alert) (code, detail string) {
	role := e.Data.Role
	switch {
	case !slices.Contains(capacity.Roles(), role):
		return RefusedRole, "No role " + role + " is told of alerts."
	case e.Kind == Noted:
		return "", ""
	case a.Over != 0:
		return RefusedOver, "The alert is over since " + a.Over.String() + "."
	}
	switch e.Kind {
	case AlertTaken:
		if a.Owner == role {
			return RefusedTaken, "That role has it already."
		}
	case AlertHandedOn:
		switch {
		case !slices.Contains(capacity.Roles(), e.Data.Owner):
			return RefusedRole, "No role " + e.Data.Owner + " can be told; choose another."
		case e.Data.Owner == role:
			return RefusedRole, "That is handing it to oneself: take it, or choose another role."
		}
	case AlertNotNow:
		if a.Owner != "" && a.Owner != role {
			return RefusedTaken, "Somebody has it: " + a.Owner + "."
		}
	case AlertShelved:
		return s.unshelvable(e, a)
	}
	return "", ""
}

func (s *State) unshelvable(e *Event, a *alert) (code, detail string) {
	most := shelveOther
	if a.Severity == "critical" {
		most = shelveCritical
		if !slices.Contains(mayShelve, e.Data.Role) {
			return RefusedRole, "Only the on-call manager, the on-call director or the ICB's on-call may shelve what rings phones."
		}
	}
	switch until := e.Recorded.Add(most); {
	case e.Data.Until <= s.at:
		return RefusedOver, "It would be over already."
	case e.Data.Until > until:
		return RefusedOpen, "Shelve it until " + until.String() + " at the latest; it can be shelved again."
	}
	return "", ""
}

func (a *alert) answered(what string) bool {
	return slices.ContainsFunc(a.Answers, func(w AnswerView) bool { return w.What == what })
}

// answered adds to what people said, of which the newest are kept.
func answered(all []AnswerView, said AnswerView) []AnswerView {
	if all = append(all, said); len(all) > maxAnswers {
		all = slices.Delete(all, 0, 1)
	}
	return all
}
