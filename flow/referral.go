package flow

import (
	"cmp"
	"maps"
	"slices"

	"flowcentre/capacity"
)

// Bounds on referrals and calls.
const (
	maxSteps = 60             // facts of one
	keepOpen = 60 * 24 * hour // one that is not over, after its last fact or when it is due
)

// referral is everything told about one need for a place, under its number.
type referral struct {
	id      string
	facts   []step // sorted by (happened, sequence)
	last    capacity.Instant
	units   []string // in whose pictures it is
	key     string   // the patient under whom it stands in the index
	ride    string   // the ambulance journey under which it does
	odd     []string // contradictions it is in
	starts  []fact   // of a home care unit: what the patient's discharge plan was told
	pledged string   // the patient who was
	story   *story
	avoid   *capacity.Avoided
	counted tally // what it counts for in history
	alarm   alarm
	dirty   bool
	stale   bool // its view must be made again
	shown   *ReferralView
}

// referralRecord is the part of a referral or call that the store keeps.
type referralRecord struct {
	Last  capacity.Instant `json:"l"`
	Facts []step           `json:"f"`
}

// referralFact takes one fact about a referral, or holds it. One that a person of the centre
// tells and that cannot be is refused, with who stands in its way.
func (s *State) referralFact(e *Event) {
	at, reason := s.findForReferral(e)
	r := s.referrals[e.Data.Referral]
	if e.Feed == Desk && reason != UnknownPlace {
		d := decisionOf(e)
		d.About = e.Data.Referral
		if reason == UnknownReferral {
			d.refuse(RefusedUnknown, "There is no referral "+e.Data.Referral+".")
		} else if r != nil {
			s.unfit(e, r, at, d)
		}
		s.remind(d)
		if d.Refused != "" {
			return
		}
	}
	if reason != "" {
		s.hold(e, reason)
		return
	}
	if r == nil {
		r = &referral{id: e.Data.Referral}
		s.referrals[r.id] = r
		s.come(referralWant(r.id))
	}
	r.last = max(r.last, e.Recorded)
	s.tellReferral(r, stepOf(e, at))
	s.note(e, cmp.Or(at, ref{Unit: s.homeOf(r.story)}))
}

// findForReferral resolves the place that a fact about a referral or call names, and tells
// why the fact must be held. Whoever refers asks units that are not its own, and a centre.
func (s *State) findForReferral(e *Event) (at ref, reason string) {
	feed := e.Feed
	switch e.Kind {
	case ReferralMade, ReferralOffered, CallRaised:
		feed = Desk
	}
	if e.Data.Place != "" {
		if at, reason = s.find(feed, e.Data.Place); reason != "" {
			return at, reason
		}
	}
	switch e.Kind {
	case ReferralMade, CallRaised:
	case CallAnswered, CallClosed:
		if s.calls[e.Data.Call] == nil {
			return at, UnknownCall
		}
	default:
		if s.referrals[e.Data.Referral] == nil {
			return at, UnknownReferral
		}
	}
	return at, ""
}

// tellReferral adds a fact to a referral's list and works it out again.
func (s *State) tellReferral(r *referral, f step) {
	r.facts, r.story = tellStep(r.facts, f), nil
	s.changed.referral(r)
	s.guide(r)
}

// guide works out a referral, and all that hangs on it: the pictures it is in, the places it
// keeps, its contradictions, what the patient's discharge plan is told, and when it is next to
// be looked at.
func (s *State) guide(r *referral) {
	was := r.units
	s.enlist(r)
	r.avoid = s.avoided(r)
	s.recount(&r.counted, r.tally(r.avoid))
	for _, id := range was {
		if u := s.units[id]; u != nil && !slices.Contains(r.units, id) {
			s.crowd(u)
		}
	}
	for _, id := range r.units {
		s.crowd(s.units[id])
	}
	s.wonder(r)
	s.promise(r)
	r.stale, s.view.referrals = true, true
	for _, at := range s.turns(r) {
		if at > s.at {
			s.due.set(&r.alarm, at, dueReferral, r.id)
		}
	}
}

// enlist works out a referral, and puts it into the pictures of the units that it has to do
// with and under whom and what it names.
func (s *State) enlist(r *referral) {
	if r.story == nil {
		r.story = tellStory(r.facts)
	}
	s.referred.swap(&r.key, r.story.patient, r.id)
	s.called.swap(&r.ride, r.story.ambulance, r.id)
	for _, id := range r.units {
		if u := s.units[id]; u != nil {
			delete(u.referrals, r.id)
		}
	}
	r.units = slices.DeleteFunc(r.story.units(s.homeOf(r.story)), func(id string) bool { return s.units[id] == nil })
	for _, id := range r.units {
		s.units[id].referrals[r.id] = true
	}
}

// turns are when a referral changes by itself: an acceptance lapses, somebody was not seen in
// A&E for long enough, it is forgotten.
func (s *State) turns(r *referral) []capacity.Instant {
	all := []capacity.Instant{r.gone()}
	for _, t := range r.story.taken {
		all = append(all, t.until)
	}
	if r.avoid != nil && r.avoid.State == AvoidedClaimed {
		all = append(all, r.claimed().Add(watched))
	}
	return all
}

// gone is when the referral is forgotten.
func (r *referral) gone() capacity.Instant {
	st := r.story
	if st.over() {
		return r.last.Add(keepClosed)
	}
	at := max(r.last, st.due)
	for _, t := range st.taken {
		at = max(at, t.starts)
	}
	return at.Add(keepOpen)
}

// pass looks at a referral whose time has come.
func (s *State) pass(r *referral) {
	if r.gone() > s.at {
		s.guide(r)
		return
	}
	st := r.story
	for _, t := range st.taken {
		if u := s.units[t.at.Unit]; u != nil && r.began(t.at.Unit) {
			u.slots.absorb(u, t.at.Bay, st.started.At)
			s.changed.slots(u)
		}
	}
	s.referred.swap(&r.key, "", r.id)
	s.called.swap(&r.ride, "", r.id)
	delete(s.referrals, r.id)
	for _, id := range r.units {
		if u := s.units[id]; u != nil {
			delete(u.referrals, r.id)
			s.crowd(u)
		}
	}
	for _, id := range r.odd {
		s.close(id)
	}
	s.changed.key(referralKey(r.id))
	s.view.referrals = true
}

// began says whether the referral has begun in the unit.
func (r *referral) began(unit string) bool {
	_, begun := r.story.by(unit)
	return begun
}

// wonder keeps the contradictions among a referral's facts as they now stand.
func (s *State) wonder(r *referral) {
	var now []string
	for _, o := range r.story.odd {
		id := o.kind + ":" + r.id
		if o.kind == DeclinedAfterStart {
			id += "#" + itoa(o.later)
		}
		now = append(now, id)
		s.raise(&contradiction{Kind: o.kind, ID: id, At: o.at, Since: o.since, Events: []uint64{o.earlier, o.later}})
	}
	for _, id := range r.odd {
		if !slices.Contains(now, id) {
			s.close(id)
		}
	}
	r.odd = now
}

// unfit notes why what a person of the centre tells of a referral cannot be.
func (s *State) unfit(e *Event, r *referral, at ref, d *decision) {
	st := r.story
	holder := st.place().Unit
	switch e.Kind {
	case ReferralOffered, ReferralAccepted, ReferralStarted, NotConveyed:
		if st.over() && e.Kind != NotConveyed {
			d.refuse(RefusedOver, "Referral "+r.id+" is over since "+max(st.ended.At, st.cancelled.At).String()+".")
			return
		}
	case ReferralDeclined, AcceptanceWithdrawn:
		accepted, begun := st.by(at.Unit)
		switch {
		case begun && st.started.At <= e.Happened:
			d.refuse(RefusedBegun, at.Unit+" has begun with referral "+r.id+" at "+st.started.At.String()+"; tell that it has ended.")
		case e.Kind == AcceptanceWithdrawn && accepted == nil:
			d.refuse(RefusedUnknown, at.Unit+" has not accepted referral "+r.id+".")
		}
	case ReferralEnded:
		if !st.started.Told() {
			d.refuse(RefusedNotBegun, "Referral "+r.id+" has not begun; tell when it did, or cancel it.")
		}
	case ReferralCancelled:
		if st.over() {
			d.refuse(RefusedOver, "Referral "+r.id+" is over since "+max(st.ended.At, st.cancelled.At).String()+".")
		}
	}
	if e.Kind != ReferralAccepted {
		return
	}
	if holder != "" && holder != at.Unit && st.taken[0].when.At <= e.Happened {
		d.refuse(RefusedTaken, "Referral "+r.id+" is accepted by "+placeOf(st.taken[0].at)+" since "+st.taken[0].when.At.String()+"; withdraw that first.")
		return
	}
	if mine, _ := st.by(at.Unit); mine == nil {
		if full := s.full(s.units[at.Unit], at.Bay); full != "" {
			d.refuse(RefusedFull, full)
		}
	}
}

// placeOf is a unit, or a sort of its places, as people write it.
func placeOf(at ref) string {
	if at.Bay == "" {
		return at.Unit
	}
	return capacity.Within(at.Unit, at.Bay)
}

// homeOf is the unit at which a referral that nobody has accepted counts: the co-ordination
// centre that looks after it, else the unit that was asked last.
func (s *State) homeOf(st *story) string {
	if id := s.centre(st.centre, st.Locality); id != "" {
		return id
	}
	if n := len(st.asked); n > 0 {
		return st.asked[n-1].unit
	}
	return ""
}

// centre is the co-ordination centre that was told, else the first that serves the locality
// by name, else the only one there is.
func (s *State) centre(told, locality string) string {
	if told != "" {
		return told
	}
	var all []string
	for _, id := range s.layout.Units {
		if d := s.units[id].def; d.Kind == capacity.CoordinationCentre {
			if locality != "" && slices.Contains(d.Serves, locality) {
				return id
			}
			all = append(all, id)
		}
	}
	if len(all) != 1 {
		return ""
	}
	return all[0]
}

// standard is how many seconds a referral may take to begin, 0 where no standard says: by the
// unit that has accepted, else the shortest of those that were asked and have not answered.
func (s *State) standard(st *story) int {
	if u := s.units[st.place().Unit]; u != nil {
		return u.def.Within
	}
	shortest := 0
	for _, a := range st.asked {
		if u := s.units[a.unit]; u != nil && !a.answered.Told() && u.def.Within > 0 && (shortest == 0 || u.def.Within < shortest) {
			shortest = u.def.Within
		}
	}
	return shortest
}

// guideAll works out all referrals and calls again, in the order of their numbers: units are
// other ones, or they were loaded.
func (s *State) guideAll() {
	for _, r := range s.referrals {
		s.enlist(r)
	}
	for _, id := range slices.Sorted(maps.Keys(s.referrals)) {
		s.guide(s.referrals[id])
	}
	for _, id := range slices.Sorted(maps.Keys(s.calls)) {
		s.queue(s.calls[id])
	}
}
