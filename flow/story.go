package flow

import (
	"cmp"
	"slices"

	"flowcentre/capacity"
)

// step is what a referral's or a call's list keeps of an event, with its place resolved.
type step struct {
	Seq       uint64           `json:"q"`
	Happened  capacity.Instant `json:"t"`
	Kind      Kind             `json:"k"`
	At        ref              `json:"a,omitzero"`
	Patient   string           `json:"p,omitempty"`
	Due       capacity.Instant `json:"d,omitempty"`
	Until     capacity.Instant `json:"u,omitempty"`
	Reason    string           `json:"r,omitempty"`
	Outcome   string           `json:"o,omitempty"`
	Referral  string           `json:"f,omitempty"`  // of a call: what was made of it
	Ambulance string           `json:"am,omitempty"` // by which somebody was, or would have been, conveyed
	Said      *said            `json:"s,omitempty"`  // of the making only
}

// said is what is told of a referral or a call when it is made.
type said struct {
	Origin   string   `json:"o,omitempty"`
	Seeks    []string `json:"k,omitempty"`
	Needs    []string `json:"n,omitempty"`
	Service  string   `json:"s,omitempty"`
	Intent   string   `json:"i,omitempty"`
	Locality string   `json:"l,omitempty"`
	Sex      string   `json:"x,omitempty"`
	Age      int      `json:"a,omitempty"`
	Call     string   `json:"c,omitempty"`

	AgeBand   string `json:"b,omitempty"`
	Frailty   string `json:"f,omitempty"`
	Condition string `json:"d,omitempty"`
}

// cameIn is a fact that only the fold makes: that somebody came to hospital after all, of
// whom, or of whose ambulance, nothing else is kept any more.
const cameIn Kind = 210

func stepOf(e *Event, at ref) step {
	d := &e.Data
	f := step{
		Seq: e.Seq, Happened: e.Happened, Kind: e.Kind, At: at, Patient: d.Patient, Due: d.Due, Until: d.Until,
		Reason: d.Reason, Outcome: d.Outcome, Referral: d.Referral, Ambulance: d.Ambulance,
	}
	switch e.Kind {
	case ReferralMade, CallRaised:
		f.Said = &said{Origin: d.Origin, Seeks: d.Seeks, Needs: d.Needs, Service: d.Service, Intent: d.Intent, Locality: d.Locality, Sex: d.Sex, Age: d.Age, Call: d.Call, AgeBand: d.AgeBand, Frailty: d.Frailty, Condition: d.Condition}
	}
	return f
}

// tellStep adds a fact to a list sorted by (happened, sequence). Of too many the oldest goes
// that the rest can best do without: not the making, not what happened.
func tellStep(facts []step, f step) []step {
	i, _ := slices.BinarySearchFunc(facts, f, func(a, b step) int {
		return cmp.Or(cmp.Compare(a.Happened, b.Happened), cmp.Compare(a.Seq, b.Seq))
	})
	if facts = slices.Insert(facts, i, f); len(facts) <= maxSteps {
		return facts
	}
	i = max(1, slices.IndexFunc(facts, func(f step) bool { return f.Kind == ReferralOffered || f.Kind == ReferralDeclined }))
	return slices.Delete(facts, i, i+1)
}

// story is what a referral's facts amount to.
type story struct {
	said
	patient   string
	ambulance string
	centre    string // told: the unit that looks after it
	due       capacity.Instant
	reason    string // why cancelled
	asked     []asked
	taken     []taken // acceptances that stand, the first first: it holds the referral
	begun     bool    // the first of them has begun
	odd       []oddity
	events    []uint64

	made, started, ended, cancelled, notConveyed, came capacity.Moment
}

type asked struct {
	unit            string
	asked, answered capacity.Moment
	answer, reason  string
}

// taken is one unit's acceptance, by which it keeps a place.
type taken struct {
	at            ref // a unit, or a sort of its places
	when          capacity.Moment
	starts, until capacity.Instant
}

// oddity is a fact of a referral that does not fit the others.
type oddity struct {
	kind    string
	at      ref
	since   capacity.Instant
	earlier uint64
	later   uint64
}

// tellStory works out a referral from its facts, sorted by (happened, sequence). Of two
// acceptances the first stands until it is withdrawn; who begins has accepted.
func tellStory(facts []step) *story {
	st := &story{}
	for i := range facts {
		f := &facts[i]
		st.events = append(st.events, f.Seq)
		st.patient, st.ambulance = cmp.Or(f.Patient, st.patient), cmp.Or(f.Ambulance, st.ambulance)
		st.take(f)
	}
	if len(st.taken) > 1 && !st.over() {
		second := st.taken[1]
		st.odd = append(st.odd, oddity{AcceptedTwice, second.at, second.when.At, st.taken[0].when.Seq, second.when.Seq})
	}
	if st.ended.Told() && !st.started.Told() {
		st.odd = append(st.odd, oddity{EndedBeforeStart, st.place(), st.ended.At, st.made.Seq, st.ended.Seq})
	}
	return st
}

func (st *story) take(f *step) {
	now := capacity.Moment{At: f.Happened, Seq: f.Seq}
	switch f.Kind {
	case ReferralMade:
		if !st.made.Told() {
			st.made = now
		}
		st.said, st.centre, st.due = *f.Said, cmp.Or(f.At.Unit, st.centre), cmp.Or(f.Due, st.due)
		if st.cancelled.Told() && !st.started.Told() {
			st.cancelled, st.reason = capacity.Moment{}, ""
		}
	case ReferralOffered:
		if a := st.ask(f.At.Unit); a == nil || a.answered.Told() {
			st.asked = append(st.asked, asked{unit: f.At.Unit, asked: now})
		}
	case ReferralAccepted:
		st.answer(f, "accepted")
		st.accept(taken{f.At, now, f.Due, f.Until})
	case ReferralDeclined:
		st.answer(f, "declined")
		st.release(f)
	case AcceptanceWithdrawn:
		st.answer(f, "withdrawn")
		st.release(f)
	case ReferralStarted:
		st.start(f, now)
	case ReferralEnded:
		if !st.ended.Told() {
			st.ended = now
		}
	case ReferralCancelled:
		switch {
		case st.started.Told() && !st.ended.Told():
			st.ended = now
		case !st.over():
			st.cancelled, st.reason, st.taken = now, f.Reason, nil
		}
	case NotConveyed:
		if !st.notConveyed.Told() {
			st.notConveyed = now
		}
	case cameIn:
		if !st.came.Told() {
			st.came = now
		}
	}
}

// ask is the newest time a unit was asked, nil where it was not.
func (st *story) ask(unit string) *asked {
	for i := range slices.Backward(st.asked) {
		if st.asked[i].unit == unit {
			return &st.asked[i]
		}
	}
	return nil
}

// answer keeps what a unit says, also one that nobody asked.
func (st *story) answer(f *step, answer string) {
	a := st.ask(f.At.Unit)
	if a == nil || a.answered.Told() && a.answer != "accepted" {
		st.asked = append(st.asked, asked{unit: f.At.Unit})
		a = &st.asked[len(st.asked)-1]
	}
	a.answered, a.answer, a.reason = capacity.Moment{At: f.Happened, Seq: f.Seq}, answer, f.Reason
}

// accept adds an acceptance, or brings the unit's own up to date.
func (st *story) accept(t taken) {
	i := slices.IndexFunc(st.taken, func(was taken) bool { return was.at.Unit == t.at.Unit })
	if i < 0 {
		st.taken = append(st.taken, t)
		return
	}
	was := &st.taken[i]
	if t.at.Bay != "" {
		was.at = t.at
	}
	was.starts, was.until = cmp.Or(t.starts, was.starts), t.until
}

// release takes an acceptance back. What has begun cannot be declined.
func (st *story) release(f *step) {
	i := slices.IndexFunc(st.taken, func(t taken) bool { return t.at.Unit == f.At.Unit })
	if i < 0 {
		return
	}
	if i == 0 && st.begun {
		st.odd = append(st.odd, oddity{DeclinedAfterStart, f.At, f.Happened, st.started.Seq, f.Seq})
		return
	}
	st.taken = slices.Delete(st.taken, i, i+1)
}

// start begins at the unit that says so, else at the one that has accepted.
func (st *story) start(f *step, now capacity.Moment) {
	if st.started.Told() {
		return
	}
	st.started = now
	if f.At.Unit != "" {
		i := slices.IndexFunc(st.taken, func(t taken) bool { return t.at.Unit == f.At.Unit })
		t := taken{at: f.At, when: now}
		if i >= 0 {
			if t = st.taken[i]; f.At.Bay != "" {
				t.at = f.At
			}
			st.taken = slices.Delete(st.taken, i, i+1)
		}
		st.taken = slices.Insert(st.taken, 0, t)
	}
	st.begun = len(st.taken) > 0
}

func (st *story) over() bool { return st.ended.Told() || st.cancelled.Told() }

// place is where the referral is taken, none while it is not.
func (st *story) place() ref {
	if len(st.taken) == 0 {
		return ref{}
	}
	return st.taken[0].at
}

func (st *story) state() string {
	switch {
	case st.ended.Told():
		return ReferralOver
	case st.cancelled.Told():
		return ReferralUnneeded
	case st.started.Told():
		return ReferralBegun
	case len(st.taken) > 0:
		return ReferralTaken
	}
	return ReferralOpen
}

// by is the unit's acceptance, nil where it has none; the first is the one that may have
// begun.
func (st *story) by(unit string) (t *taken, begun bool) {
	for i := range st.taken {
		if st.taken[i].at.Unit == unit {
			return &st.taken[i], i == 0 && st.begun
		}
	}
	return nil, false
}

// units are all that the referral has to do with, sorted.
func (st *story) units(centre string) []string {
	var all []string
	for _, a := range st.asked {
		all = append(all, a.unit)
	}
	for _, t := range st.taken {
		all = append(all, t.at.Unit)
	}
	if centre != "" {
		all = append(all, centre)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
