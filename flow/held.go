package flow

import (
	"cmp"
	"slices"

	"flowcentre/capacity"
)

// hold keeps a fact whose place, feed, measure or scope nobody knows until a layout names
// it.
func (s *State) hold(e *Event, reason string) {
	f := s.feedOf(e.Feed)
	if f != nil && s.held[e.Seq] == nil {
		if f.held >= maxHeld {
			f.told.Unheld++
			s.heard(f)
			return
		}
		f.held++
		s.heard(f)
	}
	kept := *e
	s.held[e.Seq] = &kept
	s.await(e, reason)
	s.view.held = true
	s.changed.key(heldKey(e.Seq))
}

// await notes why a fact is held; give up takes that back.
func (s *State) await(e *Event, reason string) {
	s.view.waiting[e.Seq] = reason
	if key := want(e, reason); key != "" {
		s.wanted[key]++
	}
}

func (s *State) giveUp(e *Event) {
	key := want(e, s.view.waiting[e.Seq])
	delete(s.view.waiting, e.Seq)
	if n := s.wanted[key]; n > 1 {
		s.wanted[key] = n - 1
	} else {
		delete(s.wanted, key)
	}
}

// want is what a held fact waits for to be told, empty where it waits for a layout.
func want(e *Event, reason string) string {
	switch reason {
	case UnknownRequest:
		return requestWant(e.Data.Request)
	case UnknownReferral:
		return referralWant(e.Data.Referral)
	case UnknownCall:
		return callWant(e.Data.Call)
	}
	return ""
}

func requestWant(id string) string  { return "request/" + id }
func referralWant(id string) string { return "referral/" + id }
func callWant(id string) string     { return "call/" + id }

// come has the facts that wait for something tried again, now that it was told.
func (s *State) come(want string) { s.awaited = s.awaited || s.wanted[want] > 0 }

// retry tries the held facts again, in the order in which they happened, after a
// layout has changed what is known of places.
func (s *State) retry() {
	again := make([]*Event, 0, len(s.held))
	for _, e := range s.held {
		again = append(again, e)
	}
	slices.SortFunc(again, func(a, b *Event) int {
		return cmp.Or(cmp.Compare(a.Happened, b.Happened), cmp.Compare(a.Seq, b.Seq))
	})
	for _, e := range again {
		reason := s.reason(e)
		s.giveUp(e)
		if reason != "" {
			s.await(e, reason)
			s.view.held = true
			continue
		}
		delete(s.held, e.Seq)
		s.gone("held", itoa(e.Seq))
		s.view.held = true
		s.changed.key(heldKey(e.Seq))
		if f := s.feeds[e.Feed]; f != nil {
			f.held--
			s.heard(f)
		}
		s.fact(e)
		s.unlaid(e)
		if d := s.decision(e.Seq); d != nil && d.version < s.seq && s.held[e.Seq] == nil {
			effective := *d
			effective.Refused, effective.Detail, effective.shown = "", "", nil
			s.remind(&effective)
		}
	}
}

// reason is why the fact must still be held, and empty when all that it names is known.
func (s *State) reason(e *Event) string {
	switch {
	case e.Kind == OutagePlanned:
		if f := s.feeds[aboutOf(e)]; e.Feed == Desk && (f == nil || f.def == nil) {
			return UnknownFeed
		}
		return ""
	case e.Kind == FigureReported && e.Data.Figure != nil:
		return s.reportReason(e.Data.Figure)
	case e.Kind == SiteTransferAsked:
		if !s.hospital(e.Data.From) || !s.hospital(e.Data.To) || !s.here(e.Data.From) && !s.here(e.Data.To) {
			return UnknownPlace
		}
		return ""
	case e.Kind == StatusDeclared && e.Data.Declared != nil:
		if !s.scoped(e.Data.Declared.Scope) {
			return UnknownScope
		}
		return ""
	}
	switch e.Kind {
	case ReferralMade, ReferralOffered, ReferralAccepted, ReferralDeclined, AcceptanceWithdrawn, ReferralStarted, ReferralEnded, ReferralCancelled, NotConveyed, CallRaised, CallAnswered, CallClosed:
		_, reason := s.findForReferral(e)
		return reason
	}
	switch e.Kind {
	case RequestReady, RequestLeft, RequestArrived, RequestCancelled:
		if _, ok := s.requests[e.Data.Request]; !ok && e.Data.Patient == "" {
			return UnknownRequest
		}
	}
	if e.Data.Place == "" {
		return ""
	}
	if e.Kind == DischargeListTaken {
		_, reason := s.leavesFrom(e.Feed, e.Data.Place)
		return reason
	}
	places := []string{e.Data.Place}
	if sort := s.unknownSort(e); sort != "" {
		return UnknownSort
	}
	if at, _ := s.find(e.Feed, e.Data.Place); (e.Kind == CensusTaken || e.Kind == ListTaken) && at != (ref{Unit: at.Unit}) {
		return NotAUnit
	}
	if e.Data.Swap != nil {
		places = append(places, e.Data.Swap.Place)
	}
	for _, c := range e.Data.Census {
		places = append(places, c.Place)
	}
	for _, p := range places {
		if _, reason := s.find(e.Feed, p); reason != "" {
			return reason
		}
	}
	return ""
}

// unknownSort is the first sort of places that a report of a unit names and the unit does
// not have; the unit itself where it has no places at all.
func (s *State) unknownSort(e *Event) string {
	switch e.Kind {
	case PlacesReported, StillTrue, ReportWithdrawn:
	default:
		return ""
	}
	at, reason := s.find(e.Feed, e.Data.Place)
	if reason != "" {
		return ""
	}
	u := s.units[at.Unit].def
	if !u.Kind.HasPlaces() {
		return u.ID
	}
	if e.Data.Places != nil {
		for _, t := range e.Data.Places.Sorts {
			if sortNamed(u, t.Sort) == "" {
				return capacity.Within(u.ID, t.Sort)
			}
		}
	}
	return ""
}

// unknown is what a held fact names and nobody knows: a place or a sort of places, or else a
// feed, measure, scope, referral or call.
func (s *State) unknown(e *Event, reason string) string {
	switch reason {
	case UnknownSort:
		return s.unknownSort(e)
	case UnknownReferral:
		return e.Data.Referral
	case UnknownCall:
		return e.Data.Call
	case UnknownFeed:
		return e.Data.About
	case UnknownMeasure:
		return e.Data.Figure.Measure
	case UnknownScope:
		if e.Data.Declared != nil {
			return e.Data.Declared.Scope
		}
		return e.Data.Figure.Scope
	}
	if e.Kind == SiteTransferAsked {
		if s.hospital(e.Data.From) {
			return e.Data.To
		}
		return e.Data.From
	}
	return e.Data.Place
}
