package flow

import (
	"cmp"
	"slices"
	"strings"

	"flowcentre/capacity"
)

// meeting is a bed meeting: the figures as they were at the event that opened it, and those who
// were definitely to leave, so that what came of them is exact.
type meeting struct {
	id      string
	Scope   string           `json:"s"`
	Opened  capacity.Instant `json:"t"`
	Cut     uint64           `json:"q"`
	Role    string           `json:"r"`
	Signed  capacity.Instant `json:"g,omitempty"`
	By      string           `json:"b,omitempty"`
	Account string           `json:"a,omitempty"`
	Review  capacity.Instant `json:"w,omitempty"`
	Levels  []MeetingLevel   `json:"l,omitempty"`
	Wards   []MeetingWard    `json:"u,omitempty"`
	Shorts  []MeetingShort   `json:"h,omitempty"`
	Before  string           `json:"p,omitempty"`
	Actions []string         `json:"x,omitempty"`
	Earlier []string         `json:"y,omitempty"`
	Leavers []leaver         `json:"d,omitempty"`
	Closed  capacity.Instant `json:"c,omitempty"` // when it is settled who has left: the next meeting, or the end of the local day
	Events  []uint64         `json:"e"`
	version uint64
	shown   *MeetingView
}

// leaver is a stay that was definitely to end today.
type leaver struct {
	Patient string           `json:"p"`
	Stay    string           `json:"s"`
	Ward    int              `json:"w"` // its place in Wards
	Left    capacity.Instant `json:"l,omitempty"`
}

const (
	maxMeetings = 200   // kept; of more, the one opened first goes
	maxPromised = 2_000 // of one meeting; further ones are in the ward's count only
	keepMeeting = keepClosed
)

// signers may sign a bed meeting.
var signers = []string{"coordinator", "clinical_site_manager", "on_call_manager", "on_call_director", "icb_on_call"}

func meetingKey(id string) string { return "meeting/" + id }

// convene takes what is said of a bed meeting, or notes why it has no effect.
func (s *State) convene(e *Event, d *decision) {
	m := s.meetings[e.Data.Meeting]
	if code, detail := s.unmeetable(e, m); code != "" {
		d.refuse(code, detail)
		return
	}
	if e.Kind == MeetingOpened {
		s.cutMeeting(e)
		return
	}
	m.Signed, m.By, m.Account, m.Review = e.Recorded, e.Data.Role, e.Data.Account, e.Data.Due
	m.Events = append(m.Events, e.Seq)
	s.meetingChanged(m)
}

// unmeetable is why what is said of a meeting has no effect, empty where it has.
func (s *State) unmeetable(e *Event, m *meeting) (code, detail string) {
	if e.Kind == MeetingOpened {
		switch {
		case !slices.Contains(capacity.Roles(), e.Data.Role):
			return RefusedRole, "No role " + e.Data.Role + " opens bed meetings."
		case m != nil:
			return RefusedUsed, "There is a meeting of the number " + m.id + " already; give another."
		case e.Data.Scope != "system" && !strings.HasPrefix(e.Data.Scope, "site/"), !s.scoped(e.Data.Scope):
			return RefusedPlace, "A bed meeting is of the system or of a site of the layout, such as site/general."
		}
		return "", ""
	}
	switch {
	case m == nil:
		return RefusedUnknown, "There is no meeting " + e.Data.Meeting + "."
	case !slices.Contains(signers, e.Data.Role):
		return RefusedRole, "A bed meeting is signed by " + strings.Join(signers, ", ") + "."
	case m.Signed != 0:
		return RefusedOver, "It was signed at " + m.Signed.String() + "."
	case e.Data.Due != 0 && e.Data.Due <= e.Recorded:
		return RefusedOver, "The next review would be past already."
	}
	return "", ""
}

// cutMeeting cuts the figures as they are at this event.
func (s *State) cutMeeting(e *Event) {
	m := &meeting{id: e.Data.Meeting, Scope: e.Data.Scope, Opened: e.Recorded, Cut: e.Seq, Role: e.Data.Role, Events: []uint64{e.Seq}}
	v := s.View()
	for _, l := range v.Levels {
		if m.Scope == "system" && !strings.HasPrefix(l.ID, "organisation/") || l.ID == m.Scope {
			is := MeetingLevel{Scope: l.ID, Level: l.Level, Could: l.Could}
			if l.Declared != nil {
				is.Declared = l.Declared.Level
			}
			m.Levels = append(m.Levels, is)
		}
	}
	for _, u := range s.within(m.Scope) {
		if u.def.Kind.HasBeds() {
			m.Wards = append(m.Wards, meetingWard(v, u.def))
			s.gatherLeavers(m, u)
		}
	}
	m.Shorts = s.shortsOf(v, m.Scope)
	s.succeed(m)
	for _, a := range s.actionsByID() {
		mine := m.Scope == "system" || a.Scope == m.Scope
		before := s.meetings[m.Before]
		if mine && (a.Over == 0 || before != nil && a.Over >= before.Opened) {
			m.Earlier = append(m.Earlier, a.id)
		}
	}
	s.meetings[m.id] = m
	s.meetingChanged(m)
	if len(s.meetings) > maxMeetings {
		s.dropMeeting(s.meetingsByTime()[0])
	}
}

// succeed finds the meeting of the scope before, which is settled with this one.
func (s *State) succeed(m *meeting) {
	for _, o := range s.meetingsByTime() {
		if o.Scope == m.Scope {
			m.Before = o.id
		}
	}
	if before := s.meetings[m.Before]; before != nil && before.Closed == 0 {
		s.countLeft(before)
		before.Closed = m.Opened
		s.meetingChanged(before)
	}
}

// meetingWard is a ward with its figures as they are shown.
func meetingWard(v *View, def *capacity.Unit) MeetingWard {
	w := MeetingWard{Unit: def.ID, Class: def.Class}
	scope := "unit/" + def.ID
	number := func(measure string) int { return int(v.Reading(scope, measure).Value) }
	occupied := v.Reading(scope, string(def.Class)+"_occupied")
	w.Known, w.Told = occupied.Known, occupied.AsOf
	w.Open, w.Occupied, w.Available = number(string(def.Class)+"_open"), int(occupied.Value), number(string(def.Class)+"_available")
	return w
}

// gatherLeavers keeps who on a ward is definitely to leave today, as the measure of definite
// discharges counts them, and how many potentially.
func (s *State) gatherLeavers(m *meeting, u *unit) {
	s.paint(u)
	ward := len(m.Wards) - 1
	definite, _ := capacity.MeasureNamed("discharges_definite")
	potential, _ := capacity.MeasureNamed("discharges_potential")
	for _, x := range u.people {
		for _, st := range x.stays {
			one, clock := &capacity.Picture{Unit: u.def, Known: true, Leavers: true, Stays: []*capacity.Stay{st}}, &capacity.Clock{Now: s.at, Zone: s.zone()}
			m.Wards[ward].Potential += int(potential.Take(one, clock, false).N)
			if definite.Take(one, clock, false).N == 0 {
				continue
			}
			m.Wards[ward].Definite++
			m.Wards[ward].Promised.Told++
			if len(m.Leavers) < maxPromised {
				m.Leavers = append(m.Leavers, leaver{Patient: x.patient.key, Stay: s.stayID(x.patient, u, st.Key), Ward: ward})
			}
		}
	}
}

// stayID is the id of the open stay on a unit that is shown by a short key.
func (s *State) stayID(p *patient, u *unit, shown string) string {
	for _, st := range derive(p.key, p.facts, s.ground).stays {
		if st.phase == open && st.at.Unit == u.def.ID && shortKey(st.id) == shown {
			return st.id
		}
	}
	return ""
}

// shortsOf are the shortfalls of the sites of a scope, each by itself.
func (s *State) shortsOf(v *View, scope string) (all []MeetingShort) {
	for _, site := range s.layout.Frame.Sites {
		of := "site/" + site.ID
		i := slices.IndexFunc(v.Measures, func(m *MeasuresView) bool { return m.ID == of })
		if i < 0 || scope != "system" && scope != of {
			continue
		}
		for _, place := range balances {
			measure := &capacity.Measures()[place]
			is := v.Measures[i].Values[measure.Name]
			if is == nil {
				continue
			}
			short := MeetingShort{Site: site.ID, Class: measure.Class, Short: is.Value, AsOf: is.AsOf}
			if is.At != 0 {
				short.By = clockTime(s.zone(), is.At)
			}
			all = append(all, short)
		}
	}
	return all
}

// clockTime is what the local clock reads, as 08:00.
func clockTime(zone capacity.Zone, at capacity.Instant) string {
	minute := zone.Minute(at)
	digits := func(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
	return digits(minute/60) + ":" + digits(minute%60)
}

// reviewMeetings counts, once a minute of the centre's clock, who of those who were to leave has
// left, settles the meetings of a local day that is over, and forgets old ones.
func (s *State) reviewMeetings() {
	for _, m := range s.meetingsByTime() {
		if m.Opened.Add(keepMeeting) <= s.at {
			s.dropMeeting(m)
			continue
		}
		if end := s.zone().NextMidnight(m.Opened); m.Closed == 0 && end <= s.at {
			m.Closed = end
			s.meetingChanged(m)
		}
		if m.Closed == 0 || m.Closed.Add(keepPictured) > s.at {
			s.countLeft(m)
		}
	}
}

// countLeft looks who has left. Facts may come late, so what was settled is looked at again for two
// days; who left after it was settled is not seen all the same.
func (s *State) countLeft(m *meeting) {
	changed := false
	for i := range m.Leavers {
		l := &m.Leavers[i]
		if left := s.leftAt(l); left != l.Left {
			l.Left, changed = left, true
		}
	}
	if changed {
		s.meetingChanged(m)
	}
}

// leftAt is when a stay ended, 0 while it has not or is not known any more.
func (s *State) leftAt(l *leaver) capacity.Instant {
	p := s.known(l.Patient)
	if p == nil {
		return l.Left
	}
	for _, st := range derive(p.key, p.facts, s.ground).stays {
		if st.id == l.Stay && st.phase == ended {
			return st.ended
		}
	}
	return 0
}

func (s *State) meetingsByTime() []*meeting {
	all := make([]*meeting, 0, len(s.meetings))
	for _, m := range s.meetings {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b *meeting) int { return cmp.Or(cmp.Compare(a.Cut, b.Cut), cmp.Compare(a.id, b.id)) })
	return all
}

func (s *State) dropMeeting(m *meeting) {
	delete(s.meetings, m.id)
	s.meetingChanged(m)
}

func (s *State) meetingChanged(m *meeting) {
	m.shown, m.version = nil, s.seq
	s.changed.key(meetingKey(m.id))
	s.view.meetings = true
}

func (s *State) showMeetings(was []*MeetingView) []*MeetingView {
	all := s.meetingsByTime()
	shown := make([]*MeetingView, len(all))
	for i, m := range all {
		if m.shown == nil {
			m.shown = m.view()
		}
		shown[i] = m.shown
	}
	s.bury("meetings", ids(was, (*MeetingView).id), ids(shown, (*MeetingView).id))
	return shown
}

func (v *MeetingView) id() string { return v.ID }

func (m *meeting) view() *MeetingView {
	v := &MeetingView{
		ID: m.id, Version: m.version, Scope: m.Scope, Opened: m.Opened, Cut: m.Cut, Role: m.Role, Signed: m.Signed, By: m.By, Account: m.Account,
		Review: m.Review, Levels: append([]MeetingLevel{}, m.Levels...), Wards: append([]MeetingWard{}, m.Wards...), Shorts: append([]MeetingShort{}, m.Shorts...),
		Before: m.Before, Actions: append([]string{}, m.Actions...), Earlier: append([]string{}, m.Earlier...), Events: slices.Clone(m.Events),
	}
	for i := range m.Leavers {
		if l := &m.Leavers[i]; l.Left != 0 && (m.Closed == 0 || l.Left <= m.Closed) {
			v.Wards[l.Ward].Promised.Left++
		}
	}
	for i := range v.Wards {
		p := &v.Wards[i].Promised
		if m.Closed != 0 {
			p.NotSeen = p.Told - p.Left
		}
		v.Definite.Told += p.Told
		v.Definite.Left += p.Left
		v.Definite.NotSeen += p.NotSeen
	}
	return v
}
