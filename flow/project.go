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
	floor   uint64

	removed   []Tombstone // only added to, and cut at its beginning: views share it
	removedAt []capacity.Instant

	queue    []*unit           // units to be shown again
	arranged bool              // the scopes are those of the layout in force
	summed   bool              // and their figures are
	asked    []int             // by place in the catalogue, the measures that the OPEL profile asks for
	frame    *capacity.Layout  // of which the units were last made
	scopes   []*scope          // the system, organisations, sites, as shown
	sites    map[string]*scope // those that are sites
	reported map[string][]int  // by scope, the measures of which people told something, or no longer do

	layout, feeds, items, held, decisions bool // what must be made again
	links, statuses, agreements, levels   bool
	transfers                             bool
	alerts, actions, meetings             bool
	referrals, calls                      bool
	today                                 capacity.Instant // when the local day of the last view began
}

func newProjection() projection {
	return projection{waiting: map[uint64]string{}, reported: map[string][]int{}, layout: true, feeds: true, items: true, held: true}
}

// reset begins anew after loading: no delta can be given from before seq.
func (v *projection) reset(seq uint64) {
	v.shown, v.removed, v.removedAt, v.floor = nil, nil, nil, seq
	v.relaid()
	v.feeds, v.items, v.held = true, true, true
}

// relaid marks everything to be arranged by a layout.
func (v *projection) relaid() { v.layout, v.arranged = true, false }

// unit marks a unit to be shown anew.
func (v *projection) unit(u *unit) {
	if u == nil {
		return
	}
	if u.stale = true; !u.queued {
		u.queued = true
		v.queue = append(v.queue, u)
	}
}

// gone notes that something is no longer shown. Should it be shown again, it will be of a
// later version.
func (s *State) gone(kind, id string) {
	s.view.removed = append(s.view.removed, Tombstone{kind, id, s.seq})
	s.view.removedAt = append(s.view.removedAt, s.at)
}

// View is the state as people see it now. What did not change since the last call
// keeps its pointer.
func (s *State) View() *View {
	v := &View{}
	if s.view.shown != nil {
		*v = *s.view.shown
	}
	v.Epoch, v.Seq, v.At, v.Digest, v.zone = s.epoch, s.seq, s.at, s.Digest(), s.zone()
	s.prepare()
	if s.view.feeds || s.view.layout {
		v.Feeds = s.showFeeds()
	}
	if remade := s.remake(); len(remade) > 0 || len(s.view.reported) > 0 || s.view.layout {
		s.showUnits(v, remade)
		s.showPeople(v, remade)
		s.sum(remade)
		v.Measures = s.showMeasures(v.Measures, remade)
	}
	s.showTotals(v)
	if s.view.items || v.Contradictions == nil {
		v.Contradictions = s.showItems()
	}
	if s.view.held || v.Held == nil {
		v.Held = s.showHeld(v.Held)
	}
	if s.view.decisions || v.Decisions == nil {
		v.Decisions = s.showDecisions()
	}
	if s.view.links || v.Links == nil {
		v.Links = s.showLinks()
	}
	if s.view.statuses || v.Statuses == nil {
		v.Statuses = s.showStatuses(v.Statuses)
	}
	if s.view.transfers || v.Transfers == nil {
		v.Transfers = s.showTransfers(v.Transfers)
	}
	if s.view.agreements || v.Agreements == nil {
		v.Agreements = s.showAgreements(v.Agreements)
	}
	today := v.zone.Midnight(s.at)
	if s.view.referrals || v.Referrals == nil || today != s.view.today {
		v.Referrals = s.showReferrals(v.Referrals)
	}
	if s.view.calls || v.Calls == nil || today != s.view.today {
		v.Calls = s.showCalls(v.Calls)
	}
	if s.view.levels || v.Levels == nil {
		v.Levels = s.showLevels()
	}
	if s.view.alerts || v.Alerts == nil {
		v.Alerts = s.showAlerts(v.Alerts)
		v.Rules, v.Shifts = s.tolls.show()
	}
	if s.view.actions || v.Actions == nil {
		v.Actions = s.showActions(v.Actions)
	}
	if s.view.meetings || v.Meetings == nil {
		v.Meetings = s.showMeetings(v.Meetings)
	}
	v.Gone, v.Floor = s.showGone(), s.view.floor
	v.history, v.Cuts = s.history.show(), s.cuts.show()
	clear(s.view.reported)
	s.view.layout, s.view.feeds, s.view.items, s.view.held, s.view.decisions = false, false, false, false, false
	s.view.links, s.view.statuses, s.view.agreements, s.view.levels, s.view.transfers = false, false, false, false, false
	s.view.referrals, s.view.calls, s.view.today = false, false, today
	s.view.alerts, s.view.actions, s.view.meetings = false, false, false
	s.view.shown = v
	return v
}

func (s *State) showFeeds() []*FeedView {
	feeds := make([]*feed, 0, len(s.feeds))
	for _, f := range s.feeds {
		feeds = append(feeds, f)
	}
	rank := map[string]int{} // of those that are not laid out 0, after the others
	if s.layout.Frame != nil {
		for i := range s.layout.Frame.Feeds {
			rank[s.layout.Frame.Feeds[i].ID] = i - len(s.layout.Frame.Feeds)
		}
	}
	slices.SortFunc(feeds, func(a, b *feed) int { return cmp.Or(cmp.Compare(rank[a.id], rank[b.id]), cmp.Compare(a.id, b.id)) })
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

// heed has the units made again for which a feed may speak that now stands otherwise.
func (s *State) heed() {
	for _, f := range s.feeds {
		now := stance{state: f.state}
		if f.old() {
			now.last = f.told.Last
		}
		if now == f.heeded {
			continue
		}
		f.heeded = now
		for _, u := range s.units {
			if len(u.def.Feeds) == 0 || u.hears(f.id) {
				s.rebase(u)
			}
		}
	}
}

// rebase has a unit made again, and what its figures are made from worked out anew.
func (s *State) rebase(u *unit) {
	s.view.unit(u)
	u.basis = nil
	if u.site != nil {
		u.site.heard = false
	}
}

// stance is how a feed stands as units see it: its state, and the age of what it told where
// it has stopped.
type stance struct {
	state string
	last  capacity.Instant
}

// prepare has the units made again that a layout or a feed has changed.
func (s *State) prepare() {
	if !s.view.arranged {
		s.arrange()
	}
	s.heed()
}

// remaking is a unit that was made again, and what it was in the last view.
type remaking struct {
	unit     *unit
	portrait *portrait
	figures  *figures
}

// remake makes the units again that have changed, or whose figures have by time alone, in
// the order of the layout.
func (s *State) remake() []remaking {
	var all []remaking
	slices.SortFunc(s.view.queue, func(a, b *unit) int { return cmp.Compare(a.rank, b.rank) })
	for _, u := range s.view.queue {
		if s.units[u.def.ID] != u {
			continue // is no longer in force
		}
		was := remaking{u, u.drawn, u.figures}
		if was.portrait == nil {
			was.portrait = &portrait{}
		}
		s.paint(u)
		c := &capacity.Clock{Now: s.at, Zone: s.zone()}
		u.shown = s.showUnit(u, c)
		u.figures = s.figure(u, c)
		u.drawn, u.queued = u.portrait, false
		s.wake(u, c)
		all = append(all, was)
	}
	clear(s.view.queue)
	s.view.queue = s.view.queue[:0]
	return all
}

// wake has a unit made again when something changes in it by time alone.
func (s *State) wake(u *unit, c *capacity.Clock) {
	s.due.set(&u.alarm, c.Next(), dueUnit, u.def.ID)
}

// same says whether nothing but the version differs.
func (v *UnitView) same(was *UnitView) bool {
	if !slices.Equal(v.Places, was.Places) || !slices.Equal(v.Feeds, was.Feeds) {
		return false
	}
	now := *v
	now.Version, now.Places, now.Feeds = was.Version, was.Places, was.Feeds
	return reflect.DeepEqual(&now, was)
}

// showUnits puts the units together, as laid out.
func (s *State) showUnits(v *View, remade []remaking) {
	v.Units, v.drawings = slices.Clone(v.Units), slices.Clone(v.drawings)
	if s.view.layout {
		v.Units, v.drawings = make([]*UnitView, len(s.layout.Units)), make([]*drawing, len(s.layout.Units))
		for i, id := range s.layout.Units {
			v.Units[i], v.drawings[i] = s.units[id].shown, s.units[id].drawing()
		}
	}
	for _, r := range remade {
		v.Units[r.unit.rank], v.drawings[r.unit.rank] = r.unit.shown, r.unit.drawing()
	}
}

// showUnit is what people see of a unit beside its people: what was shown where nothing
// differs. The clock notes when it changes by itself.
func (s *State) showUnit(u *unit, clock *capacity.Clock) *UnitView {
	d, picture := u.def, u.portrait.picture
	v := &UnitView{
		ID: d.ID, Site: d.Site, Name: d.Name, Kind: d.Kind, Class: d.Class, Assumed: d.Assumed, Version: s.seq,
		Known: u.told.KnownSince != 0, KnownSince: u.told.KnownSince, Told: u.told.Told, Silent: s.silent(u),
		Feeds: append([]string{}, d.Feeds...), Specialties: d.Specialties, PressureAt: d.PressureAt, FullAt: d.FullAt, CleanIn: d.CleanWithin,
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
	for i, b := range u.order {
		s.showBed(v, b, picture.Beds[i].Sex)
	}
	v.Beds, v.Slots = picture.Tally, u.showSlots(picture.Slots, clock)
	if u.shown != nil && v.same(u.shown) {
		return u.shown
	}
	return v
}

// showBed adds a bed to what is shown of its unit.
func (s *State) showBed(v *UnitView, b *bed, sex string) {
	c := b.condition(s.at)
	p := b.view(&c)
	p.Sex = sex
	if p.Also != "" && s.inGrace(TwoInBed+":"+b.name()) {
		p.Also = ""
	}
	v.Places = append(v.Places, p)
	v.Expected += len(c.kept)
	for _, cl := range c.in {
		if cl.due != 0 {
			v.Leaving++
		}
	}
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

// view is the bed as people see it.
func (b *bed) view(c *condition) PlaceView {
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
	return p
}

// shortKey is two letters and a digit that stay the same for a stay: enough to follow a
// patient on a ward, and to find nobody by.
func shortKey(stay string) string {
	const letters, digits = "BCDFGHJKLMNPQRSTVWXYZ", "23456789"
	h := sha256.Sum256([]byte(stay))
	return string([]byte{letters[int(h[0])%len(letters)], letters[int(h[1])%len(letters)], digits[int(h[2])%len(digits)]})
}

// showTotals sums the units by class for each site in which something has changed, and the
// sites for the system. It never adds one class to another.
func (s *State) showTotals(v *View) {
	frame := s.layout.Frame
	if frame == nil {
		frame = &capacity.Layout{}
	}
	system := &SystemView{ID: frame.System.ID, Name: frame.System.Name, TimeZone: frame.System.TimeZone, Version: s.seq, Layout: s.layout.Revision, LayoutID: s.layout.Digest}
	for _, l := range frame.Localities {
		system.Localities = append(system.Localities, LocalityView{l.ID, l.Name})
	}
	if last := s.view.last; last.Seq != 0 {
		system.Last = &last
	}
	for _, l := range frame.Localities {
		system.Localities = append(system.Localities, LocalityView{l.ID, l.Name})
	}
	system.Contacts, system.Cards = frame.Contacts, frame.Cards
	v.localities = frame.Localities
	changed := s.view.layout
	for i := range frame.Sites {
		if c := s.view.sites[frame.Sites[i].ID]; c.changed {
			changed = s.showSite(c, &frame.Sites[i]) || changed
		}
	}
	for _, c := range s.view.scopes {
		c.changed = false
	}
	if changed {
		was := v.Sites
		v.Sites, system.Classes = make([]*SiteView, len(frame.Sites)), map[capacity.BedClass]*Figure{}
		for i, d := range frame.Sites {
			v.Sites[i] = s.view.sites[d.ID].site
			for class, f := range v.Sites[i].Classes {
				figureOf(system.Classes, class).add(f)
			}
		}
		if s.view.layout {
			s.bury("sites", ids(was, (*SiteView).id), ids(v.Sites, (*SiteView).id))
		}
	} else {
		system.Classes = v.System.Classes
	}
	if old := v.System; old != nil {
		if system.Version = old.Version; reflect.DeepEqual(system, old) {
			return
		}
		system.Version = s.seq
	}
	v.System = system
}

func (v *SiteView) id() string { return v.ID }

// showSite sums the units of a site, and tells whether anything differs.
func (s *State) showSite(c *scope, d *capacity.Site) bool {
	site := &SiteView{ID: d.ID, Name: d.Name, Short: cmp.Or(d.Short, d.Name), Organisation: d.Organisation, Kind: d.Kind, Classes: map[capacity.BedClass]*Figure{}}
	for _, u := range c.units {
		if u.def.Class != "" {
			s.count(site.Classes, u.shown)
		}
	}
	if c.site != nil {
		if site.Version = c.site.Version; reflect.DeepEqual(site, c.site) {
			return false
		}
	}
	site.Version = s.seq
	c.site = site
	return true
}

// figureOf is the figure of a class, made if need be.
func figureOf(classes map[capacity.BedClass]*Figure, class capacity.BedClass) *Figure {
	if classes[class] == nil {
		classes[class] = &Figure{Unknown: []string{}, Silent: []string{}}
	}
	return classes[class]
}

// add sums another figure of the class into it.
func (f *Figure) add(part *Figure) {
	f.Beds.Add(part.Beds)
	f.Unknown = append(f.Unknown, part.Unknown...)
	for _, id := range part.Silent {
		if !slices.Contains(f.Silent, id) {
			f.Silent = append(f.Silent, id)
		}
	}
	f.AsOf = earlier(f.AsOf, part.AsOf)
}

// count adds a unit to the figure of its class. Of a unit that nobody has told of it
// counts only that the beds exist, and which are closed.
func (s *State) count(classes map[capacity.BedClass]*Figure, u *UnitView) {
	f := figureOf(classes, u.Class)
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
	old := 0
	for old < len(v.removed) && v.removedAt[old].Add(keepTombstones) <= s.at {
		v.floor = max(v.floor, v.removed[old].Version)
		old++
	}
	v.removed, v.removedAt = v.removed[old:], v.removedAt[old:]
	return slices.Clip(v.removed)
}
