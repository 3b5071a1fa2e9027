package flow

import (
	"cmp"
	"slices"

	"flowcentre/capacity"
)

// ambulance is everything told about one ambulance journey, under its number.
type ambulance struct {
	id       string
	facts    []ride   // sorted by (happened, sequence)
	unit     string   // whose picture it is in
	patients []string // keys of those whom its facts name
	last     capacity.Instant
	counted  tally // what it counts for in history
	alarm    alarm
	dirty    bool
}

// ride is what a journey's list keeps of an event.
type ride struct {
	Seq      uint64
	Happened capacity.Instant
	Kind     Kind
	Unit     string
	Due      capacity.Instant
	Reason   string
	Patient  string
}

// journey is what a journey's facts amount to.
type journey struct {
	capacity.Ambulance
	patients []string
	events   []uint64
}

// maxRides is how many facts of one journey are kept: a journey has five.
const maxRides = 20

// ambulanceFact takes one fact about a journey, or holds it.
func (s *State) ambulanceFact(e *Event) {
	f := ride{Seq: e.Seq, Happened: e.Happened, Kind: e.Kind, Due: e.Data.Due, Reason: e.Data.Reason, Patient: e.Data.Patient}
	if e.Data.Place != "" {
		at, reason := s.find(e.Feed, e.Data.Place)
		if reason != "" {
			s.hold(e, reason)
			return
		}
		f.Unit = at.Unit
	}
	a := s.ambulances[e.Data.Ambulance]
	if a == nil {
		a = &ambulance{id: e.Data.Ambulance}
		s.ambulances[a.id] = a
	}
	i, _ := slices.BinarySearchFunc(a.facts, f, func(x, y ride) int {
		return cmp.Or(cmp.Compare(x.Happened, y.Happened), cmp.Compare(x.Seq, y.Seq))
	})
	if a.facts = slices.Insert(a.facts, i, f); len(a.facts) > maxRides {
		a.facts = slices.Delete(a.facts, 0, 1)
	}
	a.last = max(a.last, e.Recorded)
	s.changed.ambulance(a)
	s.drive(a)
	s.compare(a)
	if a.unit != "" {
		s.note(e, ref{Unit: a.unit})
	}
}

// How long after it was due an ambulance that never arrived is still shown.
const overdue = 4 * hour

// drive puts a journey into the picture of its department, until it is long overdue.
func (s *State) drive(a *ambulance) {
	j := a.journey()
	s.carry(a, j.patients)
	s.recount(&a.counted, j.tally())
	to := j.Unit
	if !j.Arrived.Told() && j.ended() == 0 {
		if lapse := max(j.Due, j.Inbound.At).Add(overdue); lapse > s.at {
			s.due.set(&a.alarm, lapse, dueAmbulance, a.id)
		} else {
			to = ""
		}
	}
	if s.units[to] == nil {
		to = ""
	}
	if u := s.units[a.unit]; u != nil {
		s.view.unit(u)
		if a.unit != to {
			delete(u.rides, a.id)
		}
	}
	if a.unit = to; to != "" {
		s.units[to].rides[a.id] = true
		s.view.unit(s.units[to])
	}
	s.due.set(&a.alarm, a.last.Add(keepPictured), dueAmbulance, a.id)
	s.pursueRide(a)
}

// retire forgets a journey of which nothing was heard for two days.
func (s *State) retire(a *ambulance) {
	if a.last.Add(keepPictured) > s.at {
		s.drive(a)
		return
	}
	s.pursueRide(a)
	s.engrave(s.pursued)
	if u := s.units[a.unit]; u != nil {
		delete(u.rides, a.id)
		s.view.unit(u)
	}
	delete(s.ambulances, a.id)
	s.changed.key(ambulanceKey(a.id))
	s.compare(a)
	s.carry(a, nil)
}

// journey works out a journey from its facts. The place told last counts: a crew can be
// sent on to another hospital.
func (a *ambulance) journey() journey {
	j := journey{Ambulance: capacity.Ambulance{ID: a.id}}
	for _, f := range a.facts {
		j.events = append(j.events, f.Seq)
		j.Unit = cmp.Or(f.Unit, j.Unit)
		if f.Patient != "" && !slices.Contains(j.patients, f.Patient) {
			j.patients = append(j.patients, f.Patient)
		}
		now := capacity.Moment{At: f.Happened, Seq: f.Seq}
		switch f.Kind {
		case AmbulanceInbound:
			j.Inbound, j.Due, j.Cancelled = now, cmp.Or(f.Due, j.Due), capacity.Moment{}
		case AmbulanceArrived:
			if !j.Arrived.Told() {
				j.Arrived = now
			}
			j.Cancelled = capacity.Moment{}
		case AmbulanceHandedOver:
			if !j.HandedOver.Told() {
				j.HandedOver = now
			}
		case AmbulanceClear:
			j.Clear = now
		case AmbulanceCancelled:
			j.Cancelled, j.Reason = now, f.Reason
		}
	}
	return j
}

// ended is when the journey was over, 0 while it is not. An ambulance that was announced
// and never heard of again is not shown for ever: see retire.
func (j *journey) ended() capacity.Instant {
	return max(j.HandedOver.At, j.Clear.At, j.Cancelled.At)
}

// journeys are the numbers of the unit's ambulances, sorted.
func (u *unit) journeys() []string {
	all := make([]string, 0, len(u.rides))
	for id := range u.rides {
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}

func (a *ambulance) pack() []byte {
	out := make(packer, 0, 32+24*len(a.facts))
	out.instant(a.last)
	out.number(uint64(len(a.facts)))
	for _, f := range a.facts {
		out.number(f.Seq)
		out.instant(f.Happened)
		out.number(uint64(f.Kind))
		out.text(f.Unit)
		out.instant(f.Due)
		out.text(f.Reason)
		out.text(f.Patient)
	}
	return out
}

func (a *ambulance) unpack(b []byte) error {
	in := unpacker{b: b}
	a.last = in.instant()
	for range in.count() {
		a.facts = append(a.facts, ride{in.number(), in.instant(), Kind(in.number()), in.text(), in.instant(), in.text(), in.text()})
	}
	return in.done()
}
