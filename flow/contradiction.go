package flow

import (
	"slices"
	"strings"

	"flowcentre/capacity"
)

// The kinds of contradiction. Each stands until a later fact settles it.
const (
	TwoInBed            = "two_in_bed"            // two stays in one bed
	InTwoBeds           = "in_two_beds"           // one patient in two beds, or on two units
	FreeWithPatient     = "free_with_patient"     // a bed told free with a patient in it
	AmbiguousStay       = "ambiguous_stay"        // a fact without a visit number, and several open stays
	MovedAfterLeaving   = "moved_after_leaving"   // a transfer that happened after the discharge
	MissingFromCensus   = "missing_from_census"   // held to be on the unit, and not in its census
	CountedAfterLeaving = "counted_after_leaving" // in a census after the discharge
	NoAttendance        = "no_attendance"         // a milestone of an attendance that nobody announced
	NoRequest           = "no_request"            // a fact of a bed request that nobody made
	NoStay              = "no_stay"               // a discharge fact about a patient who is not in
	PlaceRemoved        = "place_removed"         // on a unit that the layout no longer has
	Unreadable          = "unreadable"            // events of the log that cannot be read: the first and the latest
)

// contradiction is facts that cannot all be so, kept as an item of work.
type contradiction struct {
	ID      string           `json:"i"`
	Kind    string           `json:"k"`
	At      ref              `json:"a,omitzero"`
	Stays   []string         `json:"s,omitempty"`
	Since   capacity.Instant `json:"h"` // true since: when the later of the facts happened
	Events  []uint64         `json:"e"`
	Settled uint64           `json:"d,omitempty"` // the decision by which a person settled it
	version uint64
	shown   *ContradictionView
}

// raise opens a contradiction, or brings an open one up to date.
func (s *State) raise(c *contradiction) {
	if old := s.items[c.ID]; old != nil && old.At == c.At && old.Since == c.Since && slices.Equal(old.Events, c.Events) && slices.Equal(old.Stays, c.Stays) {
		return
	}
	c.version = s.seq
	if old := s.items[c.ID]; old == nil || old.Settled != 0 {
		s.back("contradictions", publicID(c.ID))
	}
	s.items[c.ID] = c
	s.changed.key(itemKey(c.ID))
	s.view.items = true
	s.view.unit(s.units[c.At.Unit])
}

// unreadable notes an event that could not be decoded: the log is damaged, or a newer
// version wrote it. The line goes on, and the loss stays visible.
func (s *State) unreadable(e *Event) {
	first := e.Seq
	if was := s.items[Unreadable]; was != nil {
		first = was.Events[0]
	}
	s.raise(&contradiction{Kind: Unreadable, ID: Unreadable, Since: s.at, Events: []uint64{first, e.Seq}})
}

// close ends a contradiction that a fact has settled.
func (s *State) close(id string) {
	c := s.items[id]
	if c == nil {
		return
	}
	delete(s.items, id)
	s.changed.key(itemKey(id))
	s.gone("contradictions", publicID(id))
	s.view.items = true
	s.view.unit(s.units[c.At.Unit])
}

// together checks that a patient is in one place at most, and that the place is there.
func (s *State) together(p *patient) {
	places, gone := 0, -1
	for i, c := range p.claims {
		if c.kind == in {
			places++
			if s.units[c.at.Unit] == nil {
				gone = i
			}
		}
	}
	if places < 2 && gone < 0 && !p.doubted {
		return
	}
	p.doubted = places > 1 || gone >= 0
	if id := PlaceRemoved + ":" + p.key; gone >= 0 {
		c := p.claims[gone]
		s.raise(&contradiction{Kind: PlaceRemoved, ID: id, At: c.at, Since: c.since, Events: []uint64{c.seq}, Stays: []string{c.stay}})
	} else {
		s.close(id)
	}
	id := InTwoBeds + ":" + p.key
	if places < 2 {
		s.close(id)
		return
	}
	two := &contradiction{Kind: InTwoBeds, ID: id}
	for _, c := range p.claims {
		if c.kind == in {
			two.At, two.Since = c.at, max(two.Since, c.since)
			two.Events, two.Stays = append(two.Events, c.seq), append(two.Stays, c.stay)
		}
	}
	s.raise(two)
}

// events are the facts that do not fit, the earlier first; one where the other is missing.
func (d *doubt) events() []uint64 {
	if d.with == 0 {
		return []uint64{d.fact.Seq}
	}
	return []uint64{d.with, d.fact.Seq}
}

// remember marks the beds and patients that open contradictions are about, after a load.
func (s *State) remember() {
	for _, c := range s.items {
		if b := s.bed(c.At); b != nil && (c.Kind == TwoInBed || c.Kind == FreeWithPatient) {
			b.doubted = true
		}
		if _, key, _ := strings.Cut(c.ID, ":"); c.Kind == InTwoBeds || c.Kind == PlaceRemoved {
			if p := s.patients[key]; p != nil {
				p.doubted = true
			}
		}
	}
}

// doubt keeps the contradictions among a patient's facts as they now stand.
func (s *State) doubt(p *patient, doubts []doubt) {
	var now []string
	for _, d := range doubts {
		id := d.kind + ":" + p.key + "#" + itoa(d.fact.Seq)
		now = append(now, id)
		s.raise(&contradiction{Kind: d.kind, ID: id, At: d.fact.Place, Since: d.fact.Happened, Events: d.events()})
	}
	for _, id := range p.doubts {
		if !slices.Contains(now, id) {
			s.close(id)
		}
	}
	p.doubts = now
}
