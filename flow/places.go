package flow

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"flowcentre/capacity"
)

// Bounds on what is kept of what units tell of their places.
const (
	maxTold     = 30             // reports of one unit; older ones are summed up
	keepTold    = 8 * 24 * hour  // and those older than this
	untimed     = 24 * time.Hour // how long a report holds where no cadence says so
	toldShown   = 5
	maxAbsorbed = 500 // people of one unit who are forgotten, and began since it told
)

// slots is all that a unit told of its places.
type slots struct {
	Base     standing   `json:"b,omitzero"` // what the reports that are no longer kept come to
	Reports  []report   `json:"r,omitempty"`
	Absorbed []absorbed `json:"f,omitempty"` // begun, and forgotten since
	dirty    bool
	doubts   []string // sorts that are over-accepted
}

// report is what is kept of a report, a "still true" or a withdrawal.
type report struct {
	Seq      uint64           `json:"q"`
	ID       string           `json:"i"`
	Feed     string           `json:"f"`
	Kind     Kind             `json:"k"`
	Happened capacity.Instant `json:"t"`
	How      string           `json:"h,omitempty"`
	Role     string           `json:"w,omitempty"`
	Reason   string           `json:"c,omitempty"`
	Until    capacity.Instant `json:"u,omitempty"`
	Told     *PlacesTold      `json:"p,omitempty"`
	Item     string           `json:"x,omitempty"` // of a withdrawal: the id of the report
}

// absorbed is somebody who began in a unit and is forgotten while the place still counts.
type absorbed struct {
	Sort    string           `json:"s"`
	Started capacity.Instant `json:"t"`
}

// standing is what reports come to, in the order in which they happened.
type standing struct {
	Told    mark             `json:"t,omitzero"` // the newest report or "still true"
	Feed    string           `json:"f,omitempty"`
	How     string           `json:"h,omitempty"`
	Role    string           `json:"w,omitempty"`
	Gate    mark             `json:"g,omitzero"` // when it was last told whether it takes people on
	Shut    bool             `json:"d,omitempty"`
	Reason  string           `json:"c,omitempty"`
	Until   capacity.Instant `json:"u,omitempty"`
	Assess  *bool            `json:"a,omitempty"`
	Returns *bool            `json:"o,omitempty"`
	Sorts   []sortStanding   `json:"s,omitempty"` // by id
	Fell    bool             `json:"x,omitempty"` // the newest report was withdrawn, and what was said to be still true with it
}

// sortStanding is what reports come to for one sort of places.
type sortStanding struct {
	ID      string           `json:"i"`
	At      mark             `json:"t,omitzero"` // when it was told how many are used
	Open    *int             `json:"o,omitempty"`
	Used    *int             `json:"u,omitempty"`
	Waiting *int             `json:"w,omitempty"`
	Next    capacity.Instant `json:"n,omitempty"`
	Wait    *int             `json:"d,omitempty"`
	Last    mark             `json:"l,omitzero"` // when anything of it was told
}

// placesFact takes what a unit tells of its places, or holds it.
func (s *State) placesFact(e *Event) {
	at, reason := s.find(e.Feed, e.Data.Place)
	if reason = cmp.Or(reason, s.reason(e)); reason != "" {
		s.hold(e, reason)
		return
	}
	u := s.units[at.Unit]
	before, told := u.slots.stand(), e.Data.Places
	if told != nil {
		named := *told
		named.Sorts = slices.Clone(told.Sorts)
		for i := range named.Sorts {
			named.Sorts[i].Sort = sortNamed(u.def, named.Sorts[i].Sort)
		}
		told = &named
	}
	if e.Kind == StillTrue && before.Told == (mark{}) && e.Feed == Desk {
		d := decisionOf(e)
		d.About = e.Data.Place
		d.refuse(RefusedUnknown, "Nothing was told of "+at.Unit+" yet that could be still true; tell its places.")
		s.remind(d)
		return
	}
	u.slots.take(report{
		Seq: e.Seq, ID: e.ID, Feed: e.Feed, Kind: e.Kind, Happened: e.Happened, How: e.Data.How, Role: e.Data.Role,
		Reason: e.Data.Reason, Until: e.Data.Until, Told: told, Item: e.Data.Item,
	}, s.at)
	if reflect.DeepEqual(before, u.slots.stand()) {
		s.overrule(e, e.Data.Place)
	}
	s.changed.slots(u)
	s.crowd(u)
	s.note(e, at)
}

func (p *slots) empty() bool {
	return len(p.Reports) == 0 && p.Base.Told == (mark{}) && len(p.Absorbed) == 0
}

// take adds a report to the list, and sums up those that are no longer kept one by one.
func (p *slots) take(r report, now capacity.Instant) {
	if (mark{r.Happened, r.Seq}).before(p.Base.Told) {
		return
	}
	i, _ := slices.BinarySearchFunc(p.Reports, r, func(a, b report) int {
		return cmp.Or(cmp.Compare(a.Happened, b.Happened), cmp.Compare(a.Seq, b.Seq))
	})
	p.Reports = slices.Insert(p.Reports, i, r)
	for len(p.Reports) > maxTold || len(p.Reports) > toldShown && p.Reports[0].Happened.Add(keepTold) <= now {
		p.Base.take(&p.Reports[0], p.withdrawn(&p.Reports[0]))
		p.Reports = slices.Delete(p.Reports, 0, 1)
	}
	standing := p.stand()
	p.Absorbed = slices.DeleteFunc(p.Absorbed, func(a absorbed) bool { return a.Started < standing.sort(a.Sort).At.At })
}

// withdrawn says whether a report was taken back: by its own feed, or by the desk.
func (p *slots) withdrawn(r *report) bool {
	return slices.ContainsFunc(p.Reports, func(w report) bool {
		return w.Kind == ReportWithdrawn && w.Item == r.ID && (w.Feed == r.Feed || w.Feed == Desk)
	})
}

// stand is what all reports come to.
func (p *slots) stand() standing {
	st := p.Base
	st.Sorts = slices.Clone(st.Sorts)
	for i := range p.Reports {
		st.take(&p.Reports[i], p.withdrawn(&p.Reports[i]))
	}
	return st
}

// take takes the next report. What is said to be still true is what was shown: who has
// begun since the numbers were told goes on counting beside them.
func (st *standing) take(r *report, withdrawn bool) {
	now := mark{r.Happened, r.Seq}
	switch r.Kind {
	case StillTrue:
		if !withdrawn && !st.Fell && st.Told != (mark{}) {
			st.Told, st.Feed, st.How, st.Role = now, r.Feed, r.How, r.Role
		}
		return
	case PlacesReported:
		if st.Fell = withdrawn; withdrawn || r.Told == nil {
			return
		}
	default:
		return
	}
	st.Told, st.Feed, st.How, st.Role = now, r.Feed, r.How, r.Role
	if a := r.Told.Accepting; a != nil {
		st.Gate, st.Shut, st.Reason, st.Until = now, !*a, "", 0
		if st.Shut {
			st.Reason, st.Until = r.Reason, r.Until
		}
	}
	st.Assess, st.Returns = cmp.Or(r.Told.Assess, st.Assess), cmp.Or(r.Told.Returns, st.Returns)
	for i := range r.Told.Sorts {
		st.told(&r.Told.Sorts[i], now)
	}
}

// told takes what a report says of one sort. With a new count of those used, the number
// open is as laid out unless it is told too, and what was expected next is over.
func (st *standing) told(t *SortTold, now mark) {
	i, found := slices.BinarySearchFunc(st.Sorts, t.Sort, func(a sortStanding, id string) int { return cmp.Compare(a.ID, id) })
	if !found {
		st.Sorts = slices.Insert(st.Sorts, i, sortStanding{ID: t.Sort})
	}
	to := &st.Sorts[i]
	to.Last = now
	if t.Used != nil {
		to.At, to.Used, to.Open, to.Next = now, t.Used, nil, 0
	}
	to.Open, to.Waiting, to.Wait, to.Next = cmp.Or(t.Open, to.Open), cmp.Or(t.Waiting, to.Waiting), cmp.Or(t.Wait, to.Wait), cmp.Or(t.Next, to.Next)
}

// sort is what stands of one sort.
func (st *standing) sort(id string) sortStanding {
	i, found := slices.BinarySearchFunc(st.Sorts, id, func(a sortStanding, id string) int { return cmp.Compare(a.ID, id) })
	if !found {
		return sortStanding{ID: id}
	}
	return st.Sorts[i]
}

// placesOf are the unit's places as they now are, nil for a unit that has none.
func (s *State) placesOf(u *unit) *capacity.Slots {
	if !u.def.Kind.HasPlaces() {
		return nil
	}
	st := u.slots.stand()
	p := &capacity.Slots{Told: capacity.Moment(st.Told), Expires: s.expiry(u, &st), Shut: st.Shut, Until: st.Until, Reason: st.Reason}
	for i := range u.def.Places {
		d := &u.def.Places[i]
		told := st.sort(d.ID)
		p.Sorts = append(p.Sorts, capacity.Slot{
			ID: d.ID, Open: d.Open, Used: told.Used, Waiting: told.Waiting, Next: told.Next, Wait: told.Wait,
			Events: inOrder(slices.DeleteFunc([]uint64{told.At.Seq, told.Last.Seq, st.Told.Seq, st.Gate.Seq}, func(seq uint64) bool { return seq == 0 })),
		})
		if told.Open != nil {
			p.Sorts[i].Open = *told.Open
		}
	}
	s.occupy(u, &st, p)
	return p
}

// occupy counts who has had to do with the places since it was told how many are used. An
// acceptance that names no sort keeps a place of the first that has one free.
func (s *State) occupy(u *unit, st *standing, p *capacity.Slots) {
	if len(p.Sorts) == 0 {
		return
	}
	for _, a := range u.slots.Absorbed {
		for i := range p.Sorts {
			if p.Sorts[i].ID == a.Sort && a.Started >= st.sort(a.Sort).At.At {
				p.Sorts[i].Begun++
			}
		}
	}
	var unsorted []*referral
	for _, id := range sortedKeys(u.referrals) {
		r := s.referrals[id]
		t, _ := r.story.by(u.def.ID)
		switch {
		case t == nil:
		case sortOf(p, t.at.Bay) == nil:
			unsorted = append(unsorted, r)
		default:
			s.use(sortOf(p, t.at.Bay), st, r, u.def.ID)
		}
	}
	slices.SortStableFunc(unsorted, func(a, b *referral) int {
		x, _ := a.story.by(u.def.ID)
		y, _ := b.story.by(u.def.ID)
		return cmp.Or(cmp.Compare(x.when.At, y.when.At), cmp.Compare(x.when.Seq, y.when.Seq))
	})
	for _, r := range unsorted {
		to := &p.Sorts[0]
		for i := range p.Sorts {
			if free, _ := p.Sorts[i].Free(); free > 0 {
				to = &p.Sorts[i]
				break
			}
		}
		s.use(to, st, r, u.def.ID)
	}
}

// sortNamed is the id of the sort of places that has this id or alias, empty where none has.
func sortNamed(u *capacity.Unit, name string) string {
	for i := range u.Places {
		if p := &u.Places[i]; p.ID == name || slices.Contains(p.Aliases, name) {
			return p.ID
		}
	}
	return ""
}

// sortOf is a sort of places by its id, nil where there is none of it.
func sortOf(p *capacity.Slots, id string) *capacity.Slot {
	if i := slices.IndexFunc(p.Sorts, func(x capacity.Slot) bool { return x.ID == id }); i >= 0 {
		return &p.Sorts[i]
	}
	return nil
}

// use counts one referral at a sort of the unit's places.
func (s *State) use(x *capacity.Slot, st *standing, r *referral, unit string) {
	t, begun := r.story.by(unit)
	told := st.sort(x.ID).At.At
	switch {
	case begun:
		if x.Used == nil {
			return
		}
		if r.story.ended.At >= told {
			x.Ended++
		}
		if r.story.started.At < told {
			return
		}
		x.Begun++
		x.Events = inOrder(append(x.Events, r.story.started.Seq))
	case !r.story.over() && (t.until == 0 || t.until > s.at):
		x.Kept++
		x.Events = inOrder(append(x.Events, t.when.Seq))
	}
}

// expiry is when what a unit told is old: by the cadence of the feed that told it, of the
// unit's first feed where a person did, or a day later where no cadence says so.
func (s *State) expiry(u *unit, st *standing) capacity.Instant {
	if st.Told == (mark{}) {
		return 0
	}
	id := st.Feed
	if id == Desk && len(u.def.Feeds) > 0 {
		id = u.def.Feeds[0]
	}
	if f := s.feeds[id]; f != nil && f.def != nil {
		if at := f.def.Deadline(st.Told.At, s.zone()); at != 0 {
			return at
		}
	}
	return st.Told.At.Add(untimed)
}

// crowd works out again what contradicts itself about a unit's places.
func (s *State) crowd(u *unit) {
	s.view.unit(u)
	var now []string
	if p := s.placesOf(u); p != nil {
		for i := range p.Sorts {
			x := &p.Sorts[i]
			if x.Over() == 0 || x.Kept+x.Begun == 0 {
				continue
			}
			at := ref{Unit: u.def.ID, Bay: x.ID}
			id := NoPlaceFree + ":" + placeOf(at)
			now = append(now, id)
			s.raise(&contradiction{Kind: NoPlaceFree, ID: id, At: at, Since: s.lastTaken(u, x.ID), Events: x.Events})
		}
	}
	for _, id := range u.slots.doubts {
		if !slices.Contains(now, id) {
			s.close(id)
		}
	}
	u.slots.doubts = now
}

// lastTaken is when the unit last took somebody on, or told how many of a sort are used.
func (s *State) lastTaken(u *unit, sort string) capacity.Instant {
	st := u.slots.stand()
	at := st.sort(sort).At.At
	for id := range u.referrals {
		if t, _ := s.referrals[id].story.by(u.def.ID); t != nil {
			at = max(at, t.when.At)
		}
	}
	return at
}

// full says in words that no place of the unit, or of a sort of its places, is free, and for
// whom they are kept; empty where one is, or nobody knows.
func (s *State) full(u *unit, sort string) string {
	p := s.placesOf(u)
	if p == nil || len(p.Sorts) == 0 {
		return ""
	}
	for i := range p.Sorts {
		x := &p.Sorts[i]
		if free, known := x.Free(); (sort == "" || sort == x.ID) && (free > 0 || !known) {
			return ""
		}
	}
	text := placeOf(ref{Unit: u.def.ID, Bay: sort}) + " has no place free, as told " + p.Told.At.String()
	var kept []string
	for _, id := range sortedKeys(u.referrals) {
		if t, begun := s.referrals[id].story.by(u.def.ID); t != nil && !begun && !s.referrals[id].story.over() && (sort == "" || t.at.Bay == "" || t.at.Bay == sort) {
			kept = append(kept, id)
		}
	}
	if len(kept) > 0 {
		text += "; places are kept for " + strings.Join(kept, ", ")
	}
	return text + ". If it takes the person all the same, tell its places first."
}

// absorb keeps that somebody who is forgotten has begun since the places were told.
func (p *slots) absorb(u *unit, sort string, started capacity.Instant) {
	st := p.stand()
	if sort == "" && len(u.def.Places) > 0 {
		sort = u.def.Places[0].ID
	}
	if at := st.sort(sort).At; at == (mark{}) || started < at.At {
		return
	}
	if p.Absorbed = append(p.Absorbed, absorbed{sort, started}); len(p.Absorbed) > maxAbsorbed {
		p.Absorbed = p.Absorbed[1:]
	}
}

// showSlots is a unit's places as people see them, nil for a unit that has none. The clock
// notes when they change by themselves.
func (u *unit) showSlots(p *capacity.Slots, c *capacity.Clock) *SlotsView {
	if p == nil {
		return nil
	}
	d, st := u.def, u.slots.stand()
	v := &SlotsView{
		Locality: d.Locality, Serves: append([]string{}, d.Serves...), Home: d.Home, Step: d.Step, Within: d.Within,
		State: PlacesNever, Told: p.Told.At, How: st.How, Role: st.Role, Expires: p.Expires, Accepting: p.Accepting(c),
		Assess: st.Assess, Returns: st.Returns, Sorts: make([]SortView, len(p.Sorts)), Reports: u.slots.shown(),
	}
	switch {
	case p.Old(c):
		v.State = PlacesOld
	case p.Told.Told():
		v.State = PlacesTrue
	}
	if !v.Accepting {
		v.Reason, v.Until = p.Reason, p.Until
	}
	if from := p.Usable(d, c); from > c.Now {
		v.From = from
	}
	if open, changes := d.OpenAt(c.Now, c.Zone); open {
		v.Closes = changes
	}
	for i := range p.Sorts {
		x, l := &p.Sorts[i], &d.Places[i]
		v.Sorts[i] = SortView{
			ID: x.ID, Name: l.Name, Care: l.Care, Bought: l.Bought, Open: x.Open, Used: x.Used, Kept: x.Kept, Begun: x.Begun, Ended: x.Ended,
			Over: x.Over(), Waiting: x.Waiting, Next: x.Next, Wait: x.Wait,
		}
		if free, known := x.Free(); known {
			v.Sorts[i].Free = &free
		}
	}
	return v
}

// shown are the newest reports, newest last.
func (p *slots) shown() []PlacesReport {
	all := []PlacesReport{}
	for i := range p.Reports {
		r := &p.Reports[i]
		if r.Kind != ReportWithdrawn {
			all = append(all, PlacesReport{ID: r.ID, Seq: r.Seq, At: r.Happened, How: r.How, Role: r.Role, Still: r.Kind == StillTrue, Withdrawn: p.withdrawn(r)})
		}
	}
	return all[max(0, len(all)-toldShown):]
}
