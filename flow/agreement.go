package flow

import (
	"cmp"
	"slices"
	"strings"

	"flowcentre/capacity"
)

// agreement is everything said of one divert or mutual aid, under its number.
type agreement struct {
	id    string
	Facts []word           `json:"f"` // sorted by (happened, sequence)
	Last  capacity.Instant `json:"l"` // when anything was last recorded about it
	alarm alarm
	shown *AgreementView
}

// word is what an agreement's list keeps of an event.
type word struct {
	Seq      uint64           `json:"q"`
	Happened capacity.Instant `json:"t"`
	Kind     Kind             `json:"k"`
	Purpose  string           `json:"p,omitempty"`
	From     string           `json:"a,omitempty"`
	To       string           `json:"b,omitempty"`
	Outcome  string           `json:"o,omitempty"`
	Due      capacity.Instant `json:"d,omitempty"`
	Until    capacity.Instant `json:"e,omitempty"`
	Reason   string           `json:"y,omitempty"`
	Role     string           `json:"r,omitempty"`
}

const (
	maxAgreements = 500 // of more, none can be asked for
	maxWords      = 20  // facts of one agreement
)

// agree takes what is said of an agreement, or notes why it has no effect.
func (s *State) agree(e *Event, d *decision) {
	a := s.agreements[e.Data.Agreement]
	if code, detail := s.disagrees(e, a); code != "" {
		d.refuse(code, detail)
		return
	}
	if a == nil {
		a = &agreement{id: e.Data.Agreement}
		s.agreements[a.id] = a
	}
	f := word{e.Seq, e.Happened, e.Kind, e.Data.Purpose, e.Data.From, e.Data.To, e.Data.Outcome, e.Data.Due, e.Data.Until, e.Data.Reason, e.Data.Role}
	i, _ := slices.BinarySearchFunc(a.Facts, f, func(x, y word) int {
		return cmp.Or(cmp.Compare(x.Happened, y.Happened), cmp.Compare(x.Seq, y.Seq))
	})
	if a.Facts = slices.Insert(a.Facts, i, f); len(a.Facts) > maxWords {
		first := slices.IndexFunc(a.Facts, func(f word) bool { return f.Kind != AgreementAsked })
		a.Facts = slices.Delete(a.Facts, first, first+1)
	}
	a.Last = max(a.Last, e.Recorded)
	s.agreementChanged(a)
	s.keepAgreement(a)
}

// disagrees is why what is said of an agreement has no effect, empty where it has.
func (s *State) disagrees(e *Event, a *agreement) (code, detail string) {
	if e.Kind == AgreementAsked {
		switch {
		case a != nil:
			return RefusedUsed, "There is an agreement of the number " + a.id + " already; give another."
		case e.Data.From == e.Data.To:
			return RefusedPlace, "A hospital makes no agreement with itself."
		case !s.hospital(e.Data.From) || !s.hospital(e.Data.To):
			return RefusedPlace, "The layout has no such site; one outside the system is written out/ and its code."
		case !s.here(e.Data.From) && !s.here(e.Data.To):
			return RefusedPlace, "Neither of the two is a site of this system."
		case len(s.agreements) >= maxAgreements:
			return RefusedFull, "There are " + itoa(maxAgreements) + " agreements; end one first."
		}
		return "", ""
	}
	if a == nil {
		return RefusedUnknown, "There is no agreement " + e.Data.Agreement + "."
	}
	v := a.view(s.at)
	switch {
	case v.State == AgreementOver:
		return RefusedOver, "The agreement " + a.id + " is over."
	case e.Kind == AgreementEnded && v.State != AgreementAgreed:
		return RefusedUnknown, "The agreement " + a.id + " is not in force; answer it instead."
	case e.Kind == AgreementAnswered && e.Data.Outcome == AgreementAgreed && cmp.Or(e.Data.Until, v.Until) == 0:
		return RefusedOpen, "Say until when it holds."
	case e.Kind == AgreementAnswered && e.Data.Outcome == AgreementAgreed && cmp.Or(e.Data.Until, v.Until) <= s.at:
		return RefusedOver, "It would be over already."
	}
	return "", ""
}

// hospital says whether a code is that of a site of the system, or of a hospital outside.
func (s *State) hospital(code string) bool {
	outside, ok := strings.CutPrefix(code, "out/")
	return ok && outside != "" || s.here(code)
}

func (s *State) agreementChanged(a *agreement) {
	a.shown = nil
	s.changed.key(agreementKey(a.id))
	s.view.agreements = true
}

// keepAgreement looks at the agreement again when it is over, and when it is forgotten: two
// local days after that, or where nobody answered or ended it.
func (s *State) keepAgreement(a *agreement) {
	v := a.view(s.at)
	gone := a.Last.Add(keepClosed)
	switch v.State {
	case AgreementOver:
		gone = max(a.Last, v.Until).Add(keepPictured)
	case AgreementRefused:
		gone = a.Last.Add(keepPictured)
	case AgreementAgreed:
		gone = v.Until
	case AgreementOpen:
		if v.Until != 0 {
			gone = min(gone, v.Until)
		}
	}
	if gone > s.at {
		s.due.set(&a.alarm, gone, dueAgreement, a.id)
		return
	}
	delete(s.agreements, a.id)
	s.agreementChanged(a)
}

// lapseAgreement looks at an agreement whose time has come.
func (s *State) lapseAgreement(a *agreement) {
	a.shown = nil
	s.view.agreements = true
	s.keepAgreement(a)
}

// view works an agreement out from its facts.
func (a *agreement) view(now capacity.Instant) *AgreementView {
	v := &AgreementView{ID: a.id, State: AgreementOpen}
	var ended capacity.Instant
	for _, f := range a.Facts {
		v.Events = append(v.Events, f.Seq)
		v.Reason = cmp.Or(f.Reason, v.Reason)
		switch f.Kind {
		case AgreementAsked:
			v.Purpose, v.From, v.To, v.Asked, v.Role = f.Purpose, f.From, f.To, f.Happened, f.Role
			v.Begins, v.Until = cmp.Or(v.Begins, f.Due), cmp.Or(v.Until, f.Until)
		case AgreementAnswered:
			v.Answered, v.By, v.State, ended = f.Happened, f.Role, f.Outcome, 0
			v.Begins, v.Until = cmp.Or(f.Due, v.Begins), cmp.Or(f.Until, v.Until)
		case AgreementEnded:
			ended = f.Happened
		}
	}
	if v.State == AgreementAgreed && v.Begins == 0 {
		v.Begins = v.Answered
	}
	if ended != 0 {
		v.Until = ended
	}
	if v.State != AgreementRefused && v.Until != 0 && v.Until <= now {
		v.State = AgreementOver
	}
	v.Events = inOrder(v.Events)
	return v
}

func (s *State) showAgreements(was []*AgreementView) []*AgreementView {
	shown := make([]*AgreementView, 0, len(s.agreements))
	for _, a := range s.agreements {
		if a.shown == nil {
			a.shown = a.view(s.at)
			a.shown.Version = s.seq
		}
		shown = append(shown, a.shown)
	}
	slices.SortFunc(shown, func(a, b *AgreementView) int {
		return cmp.Or(cmp.Compare(a.Asked, b.Asked), cmp.Compare(a.ID, b.ID))
	})
	s.bury("agreements", ids(was, (*AgreementView).id), ids(shown, (*AgreementView).id))
	return shown
}
