package flow

import (
	"slices"

	"flowcentre/capacity"
)

// watched is how long after somebody was to stay at home an arrival in A&E shows that the
// admission was put off, and not avoided.
const watched = 72 * hour

// avoided is a referral's claim that somebody did not go to hospital: conveying or admitting
// was intended, a service at home or one that takes people instead of hospital has accepted,
// and it began or the crew left without the person. It is worked out anew with each fact: an
// arrival that is told late withdraws a claim that was confirmed. Nil where nothing is claimed.
func (s *State) avoided(r *referral) *capacity.Avoided {
	st := r.story
	if st.Intent == "" || st.cancelled.Told() || len(st.taken) == 0 {
		return nil
	}
	holder := st.taken[0]
	u := s.units[holder.at.Unit]
	stays := earliest(st.started, st.notConveyed)
	if u == nil || !u.def.Home && (u.def.Step == "down" || !u.def.Kind.HasPlaces()) || !stays.Told() {
		return nil
	}
	if stays.At < holder.when.At {
		stays = holder.when
	}
	a := &capacity.Avoided{State: AvoidedClaimed, Since: stays, Events: []uint64{st.made.Seq, holder.when.Seq, stays.Seq}}
	if st.notConveyed.Told() {
		a.Events = append(a.Events, st.notConveyed.Seq)
	}
	a.Events = inOrder(a.Events)
	check := stays.At.Add(watched)
	if came := earliest(s.cameIn(st, check), st.came); came.Told() && came.At <= check {
		a.State, a.Since = AvoidedWithdrawn, came
		a.Events = inOrder(append(a.Events, came.Seq))
		return a
	}
	if check <= s.at {
		a.State, a.Since = AvoidedConfirmed, capacity.Moment{At: check}
		if st.patient == "" {
			a.State = AvoidedUncertain
		}
	}
	return a
}

// claimed is when a referral began to claim that somebody stays out of hospital.
func (r *referral) claimed() capacity.Instant {
	st := r.story
	return max(earliest(st.started, st.notConveyed).At, st.taken[0].when.At)
}

func earliest(all ...capacity.Moment) (first capacity.Moment) {
	for _, m := range all {
		if m.Told() && (!first.Told() || m.At < first.At) {
			first = m
		}
	}
	return first
}

// cameIn is when, after the referral was made, the person came to A&E, was conveyed there, or
// was admitted to an acute ward.
func (s *State) cameIn(st *story, until capacity.Instant) (first capacity.Moment) {
	take := func(m capacity.Moment) {
		if m.At > st.made.At && m.At <= until {
			first = earliest(first, m)
		}
	}
	if j := s.arrival(st.ambulance); j != nil {
		take(j.Arrived)
	}
	p := s.known(st.patient)
	if p == nil {
		return first
	}
	for _, stay := range derive(p.key, p.facts, s.ground).stays {
		if stay.phase == cancelled || stay.phase == deleted {
			continue
		}
		if stay.ae != nil {
			take(stay.ae.arrived)
		}
		for _, m := range stay.path() {
			if s.acute(m.at.Unit) {
				take(capacity.Moment{At: m.since, Seq: m.seq})
			}
		}
	}
	for _, key := range p.keys() {
		for _, id := range s.carries[key] {
			if j := s.arrival(id); j != nil {
				take(j.Arrived)
			}
		}
	}
	return first
}

// acute says whether a unit is a ward of an acute hospital.
func (s *State) acute(id string) bool {
	u := s.units[id]
	return u != nil && u.def.Kind.HasBeds() && u.def.Kind != capacity.CommunityWard && s.site(u.def.Site).Kind != capacity.Community
}

// known is the patient of a key, by way of merges; nil where there is none.
func (s *State) known(key string) *patient {
	if into, ok := s.merged[key]; ok {
		key = into
	}
	return s.patients[key]
}

// keys are all by which the patient is known.
func (p *patient) keys() []string { return append([]string{p.key}, p.names...) }

// pursue has the referrals of a patient looked at again before the event is done.
func (s *State) pursue(key string) {
	if len(s.referred) == 0 {
		return
	}
	keys := []string{key}
	if p := s.known(key); p != nil {
		keys = p.keys()
	}
	for _, key := range keys {
		s.pursued = append(s.pursued, s.referred[key]...)
	}
}

// pursueRide has the referrals that a journey may be about looked at again.
func (s *State) pursueRide(a *ambulance) {
	s.pursued = append(s.pursued, s.called[a.id]...)
	for _, key := range a.patients {
		s.pursue(key)
	}
}

// lookAfter looks at the referrals of whom something else was told.
func (s *State) lookAfter() {
	for len(s.pursued) > 0 {
		ids := s.pursued
		s.pursued = nil
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			if r := s.referrals[id]; r != nil {
				s.guide(r)
			}
		}
	}
}

// engrave keeps with a referral that somebody came in, before what tells it is forgotten.
func (s *State) engrave(ids []string) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		r := s.referrals[id]
		if r == nil || r.avoid == nil || r.avoid.State != AvoidedWithdrawn || r.story.came == r.avoid.Since {
			continue
		}
		r.facts, r.story = tellStep(r.facts, step{Seq: r.avoid.Since.Seq, Happened: r.avoid.Since.At, Kind: cameIn}), nil
		s.changed.referral(r)
		s.guide(r)
	}
}

// promise tells the discharge plan of a referral's patient what a home care unit has said:
// that it takes the patient on is the start of care, and to hand the patient back ends that.
func (s *State) promise(r *referral) {
	now := s.promises(r)
	p := s.known(r.story.patient)
	if slices.EqualFunc(r.starts, now, sameStart) && r.pledged == r.story.patient {
		return
	}
	if was := s.known(r.pledged); was != nil && len(r.starts) > 0 {
		was.facts = slices.DeleteFunc(was.facts, func(f fact) bool {
			return slices.ContainsFunc(r.starts, func(g fact) bool { return sameStart(f, g) })
		})
		if was != p {
			s.changed.patient(was)
			s.rederive(was)
		}
	}
	r.starts, r.pledged = now, r.story.patient
	if r.story.patient == "" || len(now) == 0 && p == nil {
		return
	}
	p = s.patientOf(r.story.patient)
	for _, f := range now {
		s.insert(p, f)
	}
	s.changed.patient(p)
	s.rederive(p)
}

func sameStart(a, b fact) bool { return a.Seq == b.Seq && a.Kind == b.Kind && a.Due == b.Due }

// promises are what the referral's facts say to a discharge plan, in their order.
func (s *State) promises(r *referral) (all []fact) {
	if r.story.patient == "" {
		return nil
	}
	if !slices.ContainsFunc(r.units, s.cares) {
		return nil
	}
	st := &story{}
	for i := range r.facts {
		f := &r.facts[i]
		before := st.place().Unit
		st.take(f)
		after := st.place().Unit
		kind := takenOn
		switch {
		case s.cares(after) && (after != before || f.Kind == ReferralAccepted && f.At.Unit == after):
		case s.cares(before) && !s.cares(after):
			kind = handedBack
		default:
			continue
		}
		due := f.Due
		if kind == takenOn && due == 0 {
			due = f.Happened
		}
		all = append(all, fact{Seq: f.Seq, Happened: f.Happened, Recorded: r.last, Kind: kind, Due: due, More: &detail{Reason: f.Reason}})
	}
	return all
}

// cares says whether a unit starts care at home.
func (s *State) cares(unit string) bool {
	u := s.units[unit]
	return u != nil && u.def.Kind == capacity.HomeCare
}
