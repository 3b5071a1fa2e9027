package flow

import (
	"cmp"
	"slices"

	"flowcentre/capacity"
)

// dischargeFact takes what is said of a patient's discharge. It is about the stay with
// its visit number; without one, about the one open stay.
func (c *course) dischargeFact(f *fact) {
	s, several := c.find(f)
	if s == nil {
		if f.Kind == dischargeNotListed || f.Kind == dischargeListed && slices.ContainsFunc(c.early, func(o *fact) bool { return o.Kind == f.Kind && o.Visit == f.Visit }) {
			c.early = append(c.early, f)
			return
		}
		kind := NoStay
		if several {
			kind = AmbiguousStay
		}
		if f.Kind != takenOn && f.Kind != handedBack { // of a referral, which needs no stay
			c.doubts = append(c.doubts, doubt{kind, *f, 0, nil})
		}
		c.early = append(c.early, f)
		return
	}
	c.plan(s, f)
}

func (c *course) plan(s *stay, f *fact) {
	c.note(&s.planned, f)
	c.note(&s.events, f)
	switch {
	case f.Kind != dischargeListed && f.Kind != dischargeNotListed:
		s.hasPlan = true
		s.told = append(s.told, f)
		plan(&s.plan, f)
	case s.phase == open:
		s.relist(f)
	}
}

// foresee gives a stay that has just begun what was told of its discharge before: all of
// it where a census found the patient, who was there all along, else that of the moment.
func (c *course) foresee(s *stay, began *fact) {
	c.early = slices.DeleteFunc(c.early, func(f *fact) bool {
		if f.Visit != "" && f.Visit != s.visit || began.Kind != counted && f.Happened < began.Happened.Add(-leading) {
			return false
		}
		c.plan(s, f)
		c.doubts = slices.DeleteFunc(c.doubts, func(d doubt) bool { return d.kind == NoStay && d.fact.Seq == f.Seq })
		return true
	})
}

// plan takes one fact. Of several times at which a patient no longer met the criteria to
// reside, the start of the latest stands (NHS England, discharge ready date guidance). A
// service that takes the patient on is a promise where nobody gave another; one that hands
// the patient back takes the promise with it.
func plan(p *capacity.Plan, f *fact) {
	d := f.more()
	now := capacity.Moment{At: f.Happened, Seq: f.Seq}
	p.Pathway, p.GoingTo = cmp.Or(d.Pathway, p.Pathway), cmp.Or(d.GoingTo, p.GoingTo)
	switch f.Kind {
	case DischargeReady:
		if !p.NCTR.Told() {
			p.NCTR = now
		}
	case dischargeListed:
		if d.NCTR != 0 && !p.NCTR.Told() {
			p.NCTR = capacity.Moment{At: d.NCTR, Seq: f.Seq}
		}
		if d.Certainty != "" || f.Due != 0 {
			p.Certainty, p.Due, p.Planned = cmp.Or(d.Certainty, p.Certainty), cmp.Or(f.Due, p.Due), now
		}
		if d.Reason != "" {
			p.Reason, p.Owner, p.Delayed = d.Reason, d.Owner, now
		}
	case DischargeNotReady:
		p.NCTR, p.Delayed, p.Reason, p.Owner, p.Certainty, p.Due = capacity.Moment{}, capacity.Moment{}, "", "", "", 0
	case DischargePlanned:
		p.Planned = now
		p.Certainty = cmp.Or(d.Certainty, p.Certainty)
		if f.Due != 0 {
			p.Due = f.Due
		}
	case DischargeDelayed:
		if p.Reason != d.Reason || !p.Delayed.Told() {
			p.Delayed = now
		}
		p.Reason, p.Owner = d.Reason, d.Owner
	case DischargeDelayEnded:
		if d.Reason == "" || d.Reason == p.Reason {
			p.Reason, p.Owner, p.Delayed = "", "", capacity.Moment{}
		}
	case DischargeFailed:
		p.Failures = append(p.Failures, capacity.Failure{Moment: now, Reason: d.Reason})
		p.Certainty, p.Due = "", 0
	case StartAccepted, takenOn:
		p.Start, p.Started = f.Due, now
		if p.Due == 0 {
			p.Due, p.Certainty, p.Planned = f.Due, "definite", now
		}
	case StartWithdrawn, handedBack:
		p.Start, p.Started = 0, capacity.Moment{}
		p.Certainty, p.Due = "", 0
	}
}
