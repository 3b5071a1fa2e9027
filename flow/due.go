package flow

import (
	"cmp"
	"container/heap"
	"time"

	"flowcentre/capacity"
)

const hour = time.Hour

// dueKind says what kind of thing falls due.
type dueKind uint8

const (
	dueBed       dueKind = iota + 1 // a closure or opening ends, a bed counts as clean, a reservation lapses
	duePatient                      // a patient leaves a picture, or with no open stay is forgotten
	dueFeed                         // a feed falls silent, an outage begins or ends, a burst is over, another hour of the week begins
	dueReports                      // figures that were superseded are dropped
	dueAmbulance                    // an ambulance journey is forgotten
	dueItem                         // a contradiction's grace is over
	dueReferral                     // a referral changes by itself, or is forgotten
	dueCall                         // a call is forgotten
	dueSeen                         // a block of ids is forgotten
	dueStatus                       // a declared status expires
	dueAgreement                    // an agreement is over, or forgotten
	dueTransfer                     // a transfer is forgotten
	dueHistory                      // another local day begins
	dueUnit                         // what is shown of a unit changes
	dueAlert                        // the next tier is told of an alert, it is no longer confirmed, or forgotten
)

// due is one entry of the index. Entries are never taken back: what pops is looked at
// again, and put back when its time has moved.
type due struct {
	at   capacity.Instant
	kind dueKind
	key  string
}

// alarm is what a thing remembers of its own entry: the earliest time it stands in the
// index, and zero when it does not.
type alarm capacity.Instant

// dueIndex is everything that changes by itself, soonest first; equal times in the
// order of kind and key.
type dueIndex []due

func (d dueIndex) Len() int { return len(d) }
func (d dueIndex) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(d[i].at, d[j].at), cmp.Compare(d[i].kind, d[j].kind), cmp.Compare(d[i].key, d[j].key)) < 0
}
func (d dueIndex) Swap(i, j int) { d[i], d[j] = d[j], d[i] }

// Push is for container/heap.
func (d *dueIndex) Push(x any) { *d = append(*d, x.(due)) }

// Pop is for container/heap.
func (d *dueIndex) Pop() any {
	old := *d
	last := old[len(old)-1]
	*d = old[:len(old)-1]
	return last
}

// set asks for the thing to be looked at when at comes. An entry that stands earlier
// serves as well.
func (d *dueIndex) set(a *alarm, at capacity.Instant, kind dueKind, key string) {
	if at == 0 || *a != 0 && capacity.Instant(*a) <= at {
		return
	}
	*a = alarm(at)
	heap.Push(d, due{at, kind, key})
}

// pop takes the first entry that is due by now.
func (d *dueIndex) pop(now capacity.Instant) (due, bool) {
	if len(*d) == 0 || (*d)[0].at > now {
		return due{}, false
	}
	return heap.Pop(d).(due), true
}

// settle looks at a thing whose time has come.
func (s *State) settle(d due) {
	rung := func(a *alarm) bool {
		if capacity.Instant(*a) != d.at {
			return false
		}
		*a = 0
		return true
	}
	switch d.kind {
	case dueBed:
		if b := s.bedByName(d.key); b != nil && rung(&b.alarm) {
			s.look(b)
		}
	case duePatient:
		if p := s.patients[d.key]; p != nil && rung(&p.alarm) {
			s.forget(p)
		}
	case dueUnit:
		if u := s.units[d.key]; u != nil && rung(&u.alarm) {
			s.view.unit(u)
		}
	case dueFeed:
		if f := s.feeds[d.key]; f != nil && rung(&f.alarm) {
			s.listen(f)
		}
	case dueAmbulance:
		if a := s.ambulances[d.key]; a != nil && rung(&a.alarm) {
			s.retire(a)
		}
	case dueReports:
		if rung(&s.reports.alarm) {
			s.dropReports()
		}
	case dueItem:
		if c := s.items[d.key]; c != nil && rung(&c.alarm) {
			s.ripen(c)
		}
	case dueStatus:
		if t := s.statuses[d.key]; t != nil && rung(&t.alarm) {
			s.lapseStatus(t)
		}
	case dueAgreement:
		if a := s.agreements[d.key]; a != nil && rung(&a.alarm) {
			s.lapseAgreement(a)
		}
	case dueAlert:
		if a := s.alerts[d.key]; a != nil && rung(&a.alarm) {
			s.lapseAlert(a)
		}
	case dueReferral:
		if r := s.referrals[d.key]; r != nil && rung(&r.alarm) {
			s.pass(r)
		}
	case dueCall:
		if c := s.calls[d.key]; c != nil && rung(&c.alarm) {
			s.hangUp(c)
		}
	case dueTransfer:
		if t := s.transfers[d.key]; t != nil && rung(&t.alarm) {
			s.awaitTransfer(t, t.passage())
		}
	case dueSeen:
		s.forgetIDs()
	case dueHistory:
		if rung(&s.history.alarm) {
			s.closeDays()
		}
	}
}
