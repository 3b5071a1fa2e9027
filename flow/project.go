package flow

import (
	"cmp"
	"crypto/sha256"
	"reflect"
	"slices"

	"flowcentre/capacity"
)

// projection is what View needs to make the next view out of the last.
type projection struct {
	shown   *View
	last    Change
	waiting map[uint64]string // why each held fact is held
	removed []removal
	floor   uint64

	at    capacity.Instant    // of the last view
	sites map[string]*figures // sums

	layout, units, feeds, items, held, decisions bool // what must be made again
	links, statuses, agreements, levels          bool
}

type removal struct {
	Tombstone
	at capacity.Instant
}

func newProjection() projection {
	return projection{waiting: map[uint64]string{}, sites: map[string]*figures{}, layout: true, units: true, feeds: true, items: true, held: true}
}

// reset begins anew after loading: no delta can be given from before seq.
func (v *projection) reset(seq uint64) {
	v.shown, v.removed, v.floor = nil, nil, seq
	v.layout, v.units, v.feeds, v.items, v.held = true, true, true, true, true
}

// unit marks a unit to be shown anew.
func (v *projection) unit(u *unit) {
	if u != nil {
		u.stale = true
		v.units = true
	}
}

// gone notes that something is no longer shown; back that it is again.
func (s *State) gone(kind, id string) {
	s.view.removed = append(s.view.removed, removal{Tombstone{kind, id, s.seq}, s.at})
}

func (s *State) back(kind, id string) {
	s.view.removed = slices.DeleteFunc(s.view.removed, func(r removal) bool { return r.Kind == kind && r.ID == id })
}

// View is the state as people see it now. What did not change since the last call
// keeps its pointer.
func (s *State) View() *View {
	was := s.view.shown
	if was == nil {
		was = &View{}
	}
	v := &View{
		Measures: was.Measures, measured: was.measured, zone: was.zone, Epoch: s.epoch, Seq: s.seq, At: s.at, Digest: s.Digest(), System: was.System, Sites: was.Sites, Units: was.Units, Feeds: was.Feeds, Contradictions: was.Contradictions, Held: was.Held,
		Attendances: was.Attendances, Ambulances: was.Ambulances, Requests: was.Requests, Discharges: was.Discharges, Decisions: was.Decisions,
		Referrals: was.Referrals, Calls: was.Calls, Transfers: was.Transfers, Statuses: was.Statuses, Agreements: was.Agreements, Links: was.Links, Levels: was.Levels,
	}
	if s.view.feeds || s.view.layout {
		v.Feeds = s.showFeeds()
	}
	if s.view.units || s.view.layout || s.view.feeds || s.view.at != s.at || was.Measures == nil {
		var remade map[string]bool
		v.Units, remade = s.showUnits()
		if len(remade) > 0 || s.view.layout || was.Measures == nil {
			s.showPeople(v, was)
			s.showMeasures(v, was, remade)
		}
	}
	if s.view.units || s.view.feeds || s.view.layout || was.System == nil {
		s.showTotals(v)
	}
	if s.view.items || v.Contradictions == nil {
		v.Contradictions = s.showItems()
	}
	if s.view.held || v.Held == nil {
		v.Held = s.showHeld(was.Held)
	}
	if s.view.decisions || v.Decisions == nil {
		v.Decisions = s.showDecisions()
	}
	if s.view.links || v.Links == nil {
		v.Links = s.showLinks()
	}
	if s.view.statuses || v.Statuses == nil {
		v.Statuses = s.showStatuses(was.Statuses)
	}
	if s.view.agreements || v.Agreements == nil {
		v.Agreements = s.showAgreements(was.Agreements)
	}
	if was.Referrals == nil {
		v.Referrals, v.Calls, v.Transfers = []*ReferralView{}, []*CallView{}, []*TransferView{}
	}
	if s.view.levels || v.Levels == nil {
		v.Levels = s.showLevels()
	}
	v.Gone, v.Floor = s.showGone(), s.view.floor
	v.history = s.history.show()
	s.view.decisions, s.view.at = false, s.at
	s.view.links, s.view.statuses, s.view.agreements, s.view.levels = false, false, false, false
	s.view.layout, s.view.units, s.view.feeds, s.view.items, s.view.held = false, false, false, false, false
	s.view.shown = v
	return v
}

func (s *State) showFeeds() []*FeedView {
	feeds := make([]*feed, 0, len(s.feeds))
	for _, f := range s.feeds {
		feeds = append(feeds, f)
	}
	rank := func(f *feed) int {
		if s.layout.Frame != nil {
			for i := range s.layout.Frame.Feeds {
				if s.layout.Frame.Feeds[i].ID == f.id {
					return i
				}
			}
		}
		return maxFeeds
	}
	slices.SortFunc(feeds, func(a, b *feed) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.id, b.id)) })
	shown := make([]*FeedView, len(feeds))
	for i, f := range feeds {
		if f.stale || f.shown == nil {
			f.shown = f.view(s.seq)
			f.stale = false
		}
		shown[i] = f.shown
	}
	return shown
}

// showUnits makes the units again that have changed, or whose figures have by time alone,
// and tells of which sites.
func (s *State) showUnits() (shown []*UnitView, remade map[string]bool) {
	shown, remade = make([]*UnitView, 0, len(s.layout.Units)), map[string]bool{}
	for _, id := range s.layout.Units {
		u := s.units[id]
		if u.stale || u.shown == nil || u.portrait == nil || u.turn <= s.at || s.view.feeds && u.feeds != s.told(u) {
			s.make(u)
		}
		if u.remade {
			remade[u.def.Site] = true
		}
		shown = append(shown, u.shown)
	}
	return shown, remade
}

// make makes a unit's view, portrait and figures again, and notes when they would change by
// time alone.
func (s *State) make(u *unit) {
	was := u.shown
	c := &capacity.Clock{Now: s.at, Zone: s.zone()}
	u.portrait = s.portray(u)
	u.shown = s.showUnit(u)
	u.shown.Slots = u.showSlots(u.portrait.picture.Slots, c)
	for i := range u.shown.Places {
		u.shown.Places[i].Sex = u.portrait.picture.Beds[i].Sex
	}
	if was != nil {
		if u.shown.Version = was.Version; reflect.DeepEqual(u.shown, was) {
			u.shown = was
		} else {
			u.shown.Version = s.seq
		}
	}
	u.portrait.picture.Tally = u.shown.Beds
	c.Midnight()
	u.figures, u.turn, u.feeds, u.stale = s.figure(u, c), c.Next(), s.told(u), false
	u.remade = true
}

func (s *State) showUnit(u *unit) *UnitView {
	d := u.def
	v := &UnitView{
		ID: d.ID, Site: d.Site, Name: d.Name, Kind: d.Kind, Class: d.Class, Assumed: d.Assumed, Version: s.seq,
		Known: u.told.KnownSince != 0, KnownSince: u.told.KnownSince, Told: u.told.Told, Silent: s.silent(u),
		Feeds: append([]string{}, d.Feeds...), PressureAt: d.PressureAt, FullAt: d.FullAt, CleanIn: d.CleanWithin,
		Places: make([]PlaceView, 0, len(u.order)),
	}
	if d.Kind == capacity.CoordinationCentre {
		v.Serves = append(v.Serves, d.Serves...)
	}
	for _, c := range u.claims {
		switch c.kind {
		case in:
			v.NoBed++
			if c.due != 0 {
				v.Leaving++
			}
		case coming:
			v.Expected++
		case left:
		}
	}
	for _, b := range u.order {
		p, c := b.view(s.at)
		if p.Also != "" && s.inGrace(TwoInBed+":"+b.name()) {
			p.Also = ""
		}
		v.Places = append(v.Places, p)
		v.Beds.Count(p.State, b.def)
		v.Expected += len(c.kept)
		for _, cl := range c.in {
			if cl.due != 0 {
				v.Leaving++
			}
		}
	}
	v.Beds.Seat(v.NoBed)
	return v
}

// silent tells whether a feed that says who is on the unit is silent.
func (s *State) silent(u *unit) bool {
	return slices.ContainsFunc(u.def.Feeds, func(id string) bool { f := s.feeds[id]; return f != nil && f.old() && f.occupancy() })
}

// occupancy tells whether the feed says who is where. The silence of any other, such as
// a cleaning system, makes no count of patients old.
func (f *feed) occupancy() bool {
	return f.def == nil || len(f.def.Supplies) == 0 || slices.Contains(f.def.Supplies, "occupancy")
}

func (b *bed) view(now capacity.Instant) (PlaceView, condition) {
	c := b.condition(now)
	p := PlaceView{
		ID: b.def.ID, Bay: b.def.Bay, SideRoom: b.def.SideRoom, Escalation: b.def.Escalation,
		State: c.state, Since: c.since, Isolated: c.isolated, Contaminated: c.foul,
		AssumedClean: c.assumed && c.state == capacity.Available, Dirty: c.dirty.At, ClosedReason: c.reason, Until: c.until,
	}
	if c.dirty != (mark{}) && c.dirty.before(b.told.Started) {
		p.Cleaning = b.told.Started.At
	}
	if len(c.in) > 0 {
		p.Stay, p.Away, p.Leave, p.Leaving, p.AtLeast = shortKey(c.in[0].stay), c.in[0].away, c.in[0].leave, c.in[0].due, c.in[0].found
	}
	if len(c.in) > 1 {
		p.Also = shortKey(c.in[1].stay)
	}
	if len(c.kept) > 0 {
		p.ReservedFor = shortKey(c.kept[0].stay)
		if c.state == capacity.Reserved {
			p.Until = c.kept[0].due
		}
	}
	return p, c
}

// shortKey is two letters and a digit that stay the same for a stay: enough to follow a
// patient on a ward, and to find nobody by.
func shortKey(stay string) string {
	const letters, digits = "BCDFGHJKLMNPQRSTVWXYZ", "23456789"
	h := sha256.Sum256([]byte(stay))
	return string([]byte{letters[int(h[0])%len(letters)], letters[int(h[1])%len(letters)], digits[int(h[2])%len(digits)]})
}

// showTotals sums the units by class for each site, and the sites for the system. It
// never adds one class to another.
func (s *State) showTotals(v *View) {
	frame := s.layout.Frame
	if frame == nil {
		frame = &capacity.Layout{}
	}
	was := map[string]*SiteView{}
	for _, site := range v.Sites {
		was[site.ID] = site
	}
	v.Sites = make([]*SiteView, len(frame.Sites))
	system := &SystemView{ID: frame.System.ID, Name: frame.System.Name, TimeZone: frame.System.TimeZone, Version: s.seq, Classes: map[capacity.BedClass]*Figure{}, Layout: s.layout.Revision, LayoutID: s.layout.Digest}
	for _, l := range frame.Localities {
		system.Localities = append(system.Localities, LocalityView{l.ID, l.Name})
	}
	if last := s.view.last; last.Seq != 0 {
		system.Last = &last
	}
	units := map[string][]*UnitView{}
	for _, u := range v.Units {
		units[u.Site] = append(units[u.Site], u)
	}
	for i, d := range frame.Sites {
		site := &SiteView{ID: d.ID, Name: d.Name, Short: cmp.Or(d.Short, d.Name), Organisation: d.Organisation, Kind: d.Kind, Version: s.seq, Classes: map[capacity.BedClass]*Figure{}}
		for _, u := range units[d.ID] {
			if u.Class != "" {
				s.count(site.Classes, u)
				s.count(system.Classes, u)
			}
		}
		if old := was[d.ID]; old != nil {
			if site.Version = old.Version; !reflect.DeepEqual(site, old) {
				site.Version = s.seq
			} else {
				site = old
			}
		}
		v.Sites[i] = site
	}
	for id := range was {
		if !slices.ContainsFunc(v.Sites, func(site *SiteView) bool { return site.ID == id }) {
			s.gone("sites", id)
		}
	}
	if old := v.System; old != nil {
		if system.Version = old.Version; reflect.DeepEqual(system, old) {
			return
		}
		system.Version = s.seq
	}
	v.System = system
}

// count adds a unit to the figure of its class. Of a unit that nobody has told of it
// counts only that the beds exist, and which are closed.
func (s *State) count(classes map[capacity.BedClass]*Figure, u *UnitView) {
	f := classes[u.Class]
	if f == nil {
		f = &Figure{Unknown: []string{}, Silent: []string{}}
		classes[u.Class] = f
	}
	if !u.Known {
		f.Unknown = append(f.Unknown, u.ID)
		f.Beds.Total += u.Beds.Total
		f.Beds.Closed += u.Beds.Closed
		return
	}
	f.Beds.Add(u.Beds)
	for _, id := range u.Feeds {
		if feed := s.feeds[id]; feed != nil && feed.old() && feed.occupancy() {
			if !slices.Contains(f.Silent, id) {
				f.Silent = append(f.Silent, id)
			}
			if f.AsOf == 0 || feed.told.Last < f.AsOf {
				f.AsOf = feed.told.Last
			}
		}
	}
}

// publicID stands for a contradiction outside: its own id holds patient keys.
func publicID(id string) string {
	h := sha256.Sum256([]byte(id))
	const hexDigits = "0123456789abcdef"
	out := make([]byte, 12)
	for i := range out {
		out[i] = hexDigits[h[i]&15]
	}
	return string(out)
}

func (s *State) showHeld(was []*HeldView) []*HeldView {
	old := make(map[uint64]*HeldView, len(was))
	for _, h := range was {
		old[h.Seq] = h
	}
	shown := make([]*HeldView, 0, len(s.held))
	for seq, e := range s.held {
		h := old[seq]
		if h == nil || h.Reason != s.view.waiting[seq] {
			h = &HeldView{Seq: seq, Feed: e.Feed, Type: e.Kind.String(), Place: s.unknown(e, s.view.waiting[seq]), Reason: s.view.waiting[seq], Happened: e.Happened}
		}
		shown = append(shown, h)
	}
	slices.SortFunc(shown, func(a, b *HeldView) int { return cmp.Compare(a.Seq, b.Seq) })
	return shown
}

// showGone gives the removals of the last hour and forgets older ones.
func (s *State) showGone() []Tombstone {
	v := &s.view
	for len(v.removed) > 0 && v.removed[0].at.Add(keepTombstones) <= s.at {
		v.floor = max(v.floor, v.removed[0].Version)
		v.removed = v.removed[1:]
	}
	gone := make([]Tombstone, len(v.removed))
	for i, r := range v.removed {
		gone[i] = r.Tombstone
	}
	return gone
}
