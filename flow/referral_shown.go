package flow

import (
	"cmp"
	"slices"

	"flowcentre/capacity"
)

// yesterday is when the local day before today began: what ended before it is not shown.
func (s *State) yesterday() capacity.Instant {
	zone := s.zone()
	return zone.Midnight(zone.Midnight(s.at) - 1)
}

// unchanged keeps what was shown where nothing but the version differs.
func unchanged[T any](was, now *T, version func(*T) *uint64) *T {
	if was == nil {
		return now
	}
	return same([]*T{was}, now, func(*T) string { return "" }, version)
}

// recent says whether a referral is shown: nobody has begun with it, or it began or was over
// since then, or whether somebody stayed out of hospital is not known or was known since then.
func (r *referral) recent(since capacity.Instant) bool {
	st := r.story
	switch {
	case !st.made.Told():
		return false
	case !st.started.Told() && !st.over(), r.avoid != nil && r.avoid.State == AvoidedClaimed:
		return true
	case r.avoid != nil && r.avoid.Since.At >= since:
		return true
	}
	return max(st.started.At, st.ended.At, st.cancelled.At) >= since
}

// showReferrals are the referrals that are open, or over for less than two local days.
func (s *State) showReferrals(was []*ReferralView) []*ReferralView {
	shown := make([]*ReferralView, 0, len(was)+1)
	since := s.yesterday()
	for _, r := range s.referrals {
		if !r.recent(since) {
			r.shown = nil
			continue
		}
		if r.stale || r.shown == nil {
			r.shown, r.stale = unchanged(r.shown, s.showReferral(r), func(v *ReferralView) *uint64 { return &v.Version }), false
		}
		shown = append(shown, r.shown)
	}
	slices.SortFunc(shown, func(a, b *ReferralView) int { return cmp.Or(cmp.Compare(a.Made, b.Made), cmp.Compare(a.ID, b.ID)) })
	s.bury("referrals", ids(was, (*ReferralView).id), ids(shown, (*ReferralView).id))
	return shown
}

func (s *State) showReferral(r *referral) *ReferralView {
	st, n := r.story, s.referralNoun(r)
	v := &ReferralView{
		ID: r.id, Version: s.seq, Place: s.centre(st.centre, st.Locality), Origin: st.Origin, Seeks: append([]string{}, st.Seeks...), Needs: append([]string{}, st.Needs...),
		Service: st.Service, Locality: st.Locality, Age: st.Age, Sex: st.Sex, Intent: st.Intent, Ambulance: st.ambulance, Call: st.Call, State: st.state(),
		Made: st.made.At, Due: st.due, Asked: make([]AskedView, len(st.asked)), Breach: n.Breach(), Started: st.started.At, Ended: st.ended.At, Cancelled: st.cancelled.At,
		Reason: st.reason, NotConveyed: st.notConveyed.At, Events: n.Events,
	}
	if st.patient != "" {
		v.Key = shortKey(cmp.Or(s.merged[st.patient], st.patient))
	}
	for i, a := range st.asked {
		v.Asked[i] = AskedView{Unit: a.unit, Asked: a.asked.At, Answer: a.answer, Answered: a.answered.At, Reason: a.reason}
	}
	if len(st.taken) > 0 {
		t := st.taken[0]
		v.Unit, v.Sort, v.Accepted, v.Starts = t.at.Unit, t.at.Bay, t.when.At, t.starts
	}
	if a := r.avoid; a != nil {
		v.Avoided = &AvoidedView{State: a.State, Since: a.Since.At, Check: r.claimed().Add(watched), Events: a.Events}
	}
	return v
}

// referralNoun is the referral as measures count it.
func (s *State) referralNoun(r *referral) *capacity.Referral {
	st := r.story
	n := &capacity.Referral{
		ID: r.id, Home: s.homeOf(st), Unit: st.place().Unit, Within: s.standard(st), Made: st.made, Started: st.started, Ended: st.ended, Cancelled: st.cancelled,
		Events: inOrder(st.events),
	}
	if r.avoid != nil {
		n.Avoided = *r.avoid
	}
	if len(st.taken) > 0 {
		n.Accepted = st.taken[0].when
	}
	for _, a := range st.asked {
		n.Asked = append(n.Asked, capacity.Asked{Unit: a.unit, Asked: a.asked, Answered: a.answered, Answer: a.answer, Reason: a.reason})
	}
	return n
}

// addReferrals puts the referrals and calls that concern a unit into its picture.
func (s *State) addReferrals(p *capacity.Picture, u *unit, since capacity.Instant) {
	for _, id := range sortedKeys(u.referrals) {
		if r := s.referrals[id]; r.recent(since) {
			p.Referrals = append(p.Referrals, s.referralNoun(r))
		}
	}
	for _, id := range sortedKeys(u.calls) {
		if c := s.calls[id]; c.recent(since) {
			p.Calls = append(p.Calls, c.noun())
		}
	}
}

func (v *ReferralView) id() string { return v.ID }
