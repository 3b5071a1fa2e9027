package flow

import (
	"cmp"
	"fmt"
	"slices"

	"flowcentre/capacity"
)

// keepCuts is how many cuts are kept: one a day.
const keepCuts = 35

// cut is when the bed position of a day was taken: at the first tick at or after 08:00
// local time. A day whose clock did not come to 08:00 while the centre ran has none. What
// was shown then is what a replay to its sequence shows.
type cut struct {
	Day int64            `json:"d"` // days of the local calendar since 1970-01-01
	At  capacity.Instant `json:"t"`
	Seq uint64           `json:"q"` // of the tick
}

// filed is a unit's figure of the newest cut.
type filed struct {
	Measure string           `json:"m"`
	Units   int              `json:"u,omitzero"`
	N       int64            `json:"n,omitzero"`
	Of      int64            `json:"o,omitzero"`
	Missing []Missing        `json:"l,omitzero"`
	AsOf    capacity.Instant `json:"a,omitzero"`
}

// cuts are the bed positions taken.
type cuts struct {
	kept  []*cut // oldest first
	units map[string][]filed
	due   bool // one is to be taken when the tick is done
	shown []*CutView
}

func cutKey(day int64) string     { return fmt.Sprintf("cut/%06d", day) }
func filedKey(unit string) string { return "filed/" + unit }

// passes notes that a tick came to 08:00, or passed it on the same local day.
func (c *cuts) passes(zone capacity.Zone, from, to capacity.Instant) {
	at := zone.Clock(to, capacity.CutHour*60)
	c.due = from != 0 && from < at && at <= to
}

// filedMeasures are the places in the catalogue of the measures whose figure of 08:00 is kept.
var filedMeasures = func() (all []int) {
	for i, m := range capacity.Measures() {
		if _, filed := capacity.MeasureNamed(m.Name + "_at_0800"); filed {
			all = append(all, i)
		}
	}
	return all
}()

// takeCut keeps the bed position as it is now shown.
func (s *State) takeCut() {
	c := &s.cuts
	c.due = false
	s.prepare()
	now := &cut{localDay(s.zone(), s.at), s.at, s.seq}
	c.kept = append(slices.DeleteFunc(c.kept, func(old *cut) bool { return old.Day == now.Day }), now)
	c.shown = nil
	s.changed.key(cutKey(now.Day))
	if len(c.kept) > keepCuts {
		s.changed.key(cutKey(c.kept[0].Day))
		c.kept = slices.Delete(c.kept, 0, 1)
	}
	for id := range c.units {
		s.changed.key(filedKey(id))
	}
	c.units = map[string][]filed{}
	for _, id := range s.layout.Units {
		u := s.units[id]
		s.paint(u)
		for _, g := range s.some(u, filedMeasures, &capacity.Clock{Now: s.at, Zone: s.zone()}).all {
			c.units[id] = append(c.units[id], filed{capacity.Measures()[g.measure].Name, g.amount.Units, g.amount.N, g.amount.Of, g.missing, g.asOf})
		}
		s.changed.key(filedKey(id))
		s.view.unit(s.units[id])
	}
}

// newest is the cut taken last, nil before the first.
func (c *cuts) newest() *cut {
	if len(c.kept) == 0 {
		return nil
	}
	return c.kept[len(c.kept)-1]
}

// figure is the unit's figure of the newest cut, and whether there is one.
func (c *cuts) figure(measure int, unit string) (figure, bool) {
	m := &capacity.Measures()[measure]
	for _, f := range c.units[unit] {
		if f.Measure == m.Base {
			return figure{measure, capacity.Amount{Units: f.Units, N: f.N, Of: f.Of, At: c.newest().At}, f.Missing, f.AsOf}, true
		}
	}
	return figure{}, false
}

// record is the record of a cut, or of a unit's figures of the newest.
func (c *cuts) record(key, id string) []byte {
	if f := c.units[id]; f != nil && key == filedKey(id) {
		return mustJSON(f)
	}
	for _, k := range c.kept {
		if key == cutKey(k.Day) {
			return mustJSON(k)
		}
	}
	return nil
}

func (c *cuts) restore() {
	slices.SortFunc(c.kept, func(a, b *cut) int { return cmp.Compare(a.Day, b.Day) })
}

// CutView is a bed position that was taken.
type CutView struct {
	Day string           `json:"day"` // the local day
	At  capacity.Instant `json:"at"`  // of the tick: 08:00, or soon after
	Seq uint64           `json:"seq"`
}

func (c *cuts) show() []*CutView {
	if c.shown == nil {
		c.shown = make([]*CutView, len(c.kept))
		for i, k := range c.kept {
			c.shown[i] = &CutView{(capacity.Instant(k.Day) * dayLength).Time().Format("2006-01-02"), k.At, k.Seq}
		}
	}
	return c.shown
}
