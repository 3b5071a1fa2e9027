package flow

import (
	"cmp"
	"slices"

	"flowcentre/capacity"
)

// call is everything told about one call to a co-ordination centre, under its number.
type call struct {
	id    string
	facts []step // sorted by (happened, sequence)
	last  capacity.Instant
	unit  string // in whose picture it is
	story *callStory
	alarm alarm
	dirty bool
	stale bool // its view must be made again
	shown *CallView
}

// callStory is what a call's facts amount to.
type callStory struct {
	said
	centre, ambulance, referral, outcome string
	due                                  capacity.Instant
	raised, answered, closed             capacity.Moment
	events                               []uint64
}

// callFact takes one fact about a call, or holds it.
func (s *State) callFact(e *Event) {
	at, reason := s.findForReferral(e)
	if reason == UnknownCall && e.Feed == Desk {
		d := decisionOf(e)
		d.About = e.Data.Call
		d.refuse(RefusedUnknown, "There is no call "+e.Data.Call+".")
		s.remind(d)
		return
	}
	if reason != "" {
		s.hold(e, reason)
		return
	}
	c := s.calls[e.Data.Call]
	if c == nil {
		c = &call{id: e.Data.Call}
		s.calls[c.id] = c
		s.come(callWant(c.id))
	}
	c.last = max(c.last, e.Recorded)
	c.facts, c.story = tellStep(c.facts, stepOf(e, at)), nil
	s.changed.call(c)
	s.queue(c)
	s.note(e, ref{Unit: c.unit})
}

// queue puts a call into the queue of its centre, and asks to be told when it is forgotten.
func (s *State) queue(c *call) {
	if c.story == nil {
		c.story = tellCall(c.facts)
	}
	to := s.centre(c.story.centre, c.story.Locality)
	if u := s.units[c.unit]; u != nil && c.unit != to {
		delete(u.calls, c.id)
		s.view.unit(u)
	}
	if c.unit = ""; s.units[to] != nil {
		c.unit = to
		s.units[to].calls[c.id] = true
		s.view.unit(s.units[to])
	}
	c.stale, s.view.calls = true, true
	s.due.set(&c.alarm, c.gone(), dueCall, c.id)
}

// gone is when the call is forgotten.
func (c *call) gone() capacity.Instant { return c.last.Add(keepClosed) }

// hangUp forgets a call of which nothing was heard for long.
func (s *State) hangUp(c *call) {
	if c.gone() > s.at {
		s.queue(c)
		return
	}
	if u := s.units[c.unit]; u != nil {
		delete(u.calls, c.id)
		s.view.unit(u)
	}
	delete(s.calls, c.id)
	s.changed.key(callKey(c.id))
	s.view.calls = true
}

// tellCall works out a call from its facts, sorted by (happened, sequence).
func tellCall(facts []step) *callStory {
	c := &callStory{}
	for i := range facts {
		f := &facts[i]
		now := capacity.Moment{At: f.Happened, Seq: f.Seq}
		c.events = append(c.events, f.Seq)
		c.referral = cmp.Or(f.Referral, c.referral)
		switch f.Kind {
		case CallRaised:
			if !c.raised.Told() {
				c.raised = now
			}
			c.said, c.centre, c.due, c.ambulance = *f.Said, cmp.Or(f.At.Unit, c.centre), cmp.Or(f.Due, c.due), cmp.Or(f.Ambulance, c.ambulance)
		case CallAnswered:
			if !c.answered.Told() {
				c.answered = now
			}
		case CallClosed:
			if !c.closed.Told() {
				c.closed = now
			}
			c.outcome = f.Outcome
		}
	}
	return c
}

// noun is the call as measures count it.
func (c *call) noun() *capacity.Call {
	st := c.story
	return &capacity.Call{ID: c.id, Unit: c.unit, Raised: st.raised, Answered: st.answered, Closed: st.closed, Events: inOrder(st.events)}
}

// recent says whether a call is open, or closed since then.
func (c *call) recent(since capacity.Instant) bool {
	return c.story.raised.Told() && (!c.story.closed.Told() || c.story.closed.At >= since)
}

// showCalls are the calls that are open, or closed in the last two local days.
func (s *State) showCalls(was []*CallView) []*CallView {
	shown := make([]*CallView, 0, len(s.calls))
	since := s.yesterday()
	for _, c := range s.calls {
		if !c.recent(since) {
			c.shown = nil
			continue
		}
		if c.stale || c.shown == nil {
			st := c.story
			v := &CallView{
				ID: c.id, Version: s.seq, Place: c.unit, Origin: st.Origin, Locality: st.Locality, Ambulance: st.ambulance, Needs: append([]string{}, st.Needs...),
				Raised: st.raised.At, Due: st.due, Answered: st.answered.At, Closed: st.closed.At, Outcome: st.outcome, Referral: st.referral, Events: inOrder(st.events),
			}
			c.shown, c.stale = unchanged(c.shown, v, func(v *CallView) *uint64 { return &v.Version }), false
		}
		shown = append(shown, c.shown)
	}
	slices.SortFunc(shown, func(a, b *CallView) int { return cmp.Or(cmp.Compare(a.Raised, b.Raised), cmp.Compare(a.ID, b.ID)) })
	s.bury("calls", ids(was, (*CallView).id), ids(shown, (*CallView).id))
	return shown
}

func (v *CallView) id() string { return v.ID }
