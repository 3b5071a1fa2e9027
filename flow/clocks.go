package flow

import (
	"cmp"
	"slices"
	"time"
)

// How far apart the arrival that an ambulance tells and the one that A&E tells may be: A&E
// counts from handover, or from 15 minutes after the ambulance came, whichever is earlier
// (NHS England, ECDS). And how near a journey that names the patient, and no attendance that
// names the journey, must be for them to be of one arrival.
const (
	clocksApart = 30 * time.Minute
	sameArrival = 12 * time.Hour
)

// apart are the attendances whose arrival is too far from that of the ambulance that
// brought the patient.
func (s *State) apart(p *patient, c *course) (all []doubt) {
	for _, st := range c.stays {
		a := st.ae
		if a == nil || st.phase == cancelled || st.phase == deleted || !a.arrived.Told() {
			continue
		}
		j := s.brought(p, a)
		if j == nil || between(j, a) <= clocksApart {
			continue
		}
		first, second := j.Arrived, a.arrived
		if second.At < first.At {
			first, second = second, first
		}
		all = append(all, doubt{ClocksApart, fact{Seq: second.Seq, Happened: second.At, Place: ref{Unit: a.unit}}, first.Seq, st})
	}
	return all
}

// brought is the journey by which an attendance came, once it has arrived: the one that the
// attendance names; else, of those that name the patient, the nearest in time.
func (s *State) brought(p *patient, a *attendance) *journey {
	if a.ambulance != "" {
		return s.arrival(a.ambulance)
	}
	if a.mode != "ambulance" {
		return nil
	}
	var nearest *journey
	for _, key := range append([]string{p.key}, p.names...) {
		for _, id := range s.carries[key] {
			j := s.arrival(id)
			if j == nil || j.Unit != a.unit || between(j, a) > sameArrival {
				continue
			}
			if nearest == nil || cmp.Or(cmp.Compare(between(j, a), between(nearest, a)), cmp.Compare(j.ID, nearest.ID)) < 0 {
				nearest = j
			}
		}
	}
	return nearest
}

// arrival is a journey that has arrived, nil where there is none.
func (s *State) arrival(id string) *journey {
	a := s.ambulances[id]
	if a == nil {
		return nil
	}
	j := a.journey()
	if !j.Arrived.Told() || j.Cancelled.Told() {
		return nil
	}
	return &j
}

func between(j *journey, a *attendance) time.Duration {
	return a.arrived.At.Sub(j.Arrived.At).Abs()
}

// aboard keeps by which journeys a patient's attendances say that they came.
func (s *State) aboard(p *patient, c *course) {
	var ids []string
	for _, st := range c.stays {
		if st.ae != nil && st.ae.ambulance != "" {
			ids = append(ids, st.ae.ambulance)
		}
	}
	for _, id := range p.journeys {
		s.aboards.remove(id, p.key)
	}
	for _, id := range ids {
		s.aboards.add(id, p.key)
	}
	p.journeys = ids
}

// carry keeps which patients a journey's facts name.
func (s *State) carry(a *ambulance, keys []string) {
	for _, key := range a.patients {
		s.carries.remove(key, a.id)
	}
	for _, key := range keys {
		s.carries.add(key, a.id)
	}
	a.patients = keys
}

// compare looks again at the clocks of everyone whom a journey may have brought.
func (s *State) compare(a *ambulance) {
	var keys []string
	for _, key := range slices.Concat(a.patients, s.aboards[a.id]) {
		if into, ok := s.merged[key]; ok {
			key = into
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		if p := s.patients[key]; p != nil {
			s.doubt(p, derive(p.key, p.facts, s.ground))
		}
	}
}

// index is lists of texts by a text.
type index map[string][]string

func (x index) add(key, value string) {
	if !slices.Contains(x[key], value) {
		x[key] = append(x[key], value)
	}
}

// swap moves a value from one key to another; an empty key stands for none.
func (x index) swap(key *string, to, value string) {
	if *key != to {
		x.remove(*key, value)
		if *key = to; to != "" {
			x.add(to, value)
		}
	}
}

func (x index) remove(key, value string) {
	if rest := slices.DeleteFunc(x[key], func(v string) bool { return v == value }); len(rest) > 0 {
		x[key] = rest
	} else {
		delete(x, key)
	}
}
