package flow

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"flowcentre/capacity"
)

// Retention of history; the whole table is in docs/ARCHITECTURE.md.
const (
	keepHours = 35  // local days of which every hour is kept, today not counted; facts of them are still taken in
	keepDays  = 400 // local days of which the sum is kept

	keepGroups  = 50      // groups of people of one way, on a closed day; further ones are counted together
	otherGroups = "other" // as this
)

// history is what was counted by the hour in which it happened, and for closed days the
// sums of theirs. Hours are those of UTC: a local day is made of 23, 24 or 25 of them, and
// an hour that the clocks show twice is two.
type history struct {
	from  int64                      // the first hour that a fact can still change
	hours map[int64]map[string]*span // by day of UTC and subject
	days  map[int64]map[string]*span // by local day and subject: closed
	alarm alarm
	shown *chronicle
	stale map[int64]map[string]bool // by day of UTC, the subjects that changed since they were shown
}

// span is what was counted of one subject on one day.
type span struct {
	site  string // of a unit, as laid out when it began, and its kind and class
	kind  capacity.UnitKind
	class capacity.BedClass
	cells []cell // sorted by hour and counter
	dirty bool
	shown *span
}

// cell is one counter in one hour of the day; in a closed day the hour is 0.
type cell struct {
	hour uint8
	what capacity.Counter
	n    int64
}

func newHistory() history {
	return history{hours: map[int64]map[string]*span{}, days: map[int64]map[string]*span{}, stale: map[int64]map[string]bool{}}
}

func hoursKey(day int64, subject string) string { return fmt.Sprintf("hours/%06d/%s", day, subject) }
func dayKey(day int64) string                   { return fmt.Sprintf("day/%06d", day) }

// add counts something in an hour, unless the hour is closed.
func (h *history) add(s *State, subject string, hour int64, what capacity.Counter, n int64) {
	if hour < h.from || n == 0 {
		return
	}
	day := hour / 24
	subjects := h.hours[day]
	if subjects == nil {
		subjects = map[string]*span{}
		h.hours[day] = subjects
	}
	sp := subjects[subject]
	if sp == nil {
		sp = s.newSpan(subject)
		subjects[subject] = sp
	}
	sp.add(cell{uint8(hour % 24), what, n})
	h.touch(s, day, subject, sp)
}

// touch marks a span as changed, and drops one in which nothing is counted.
func (h *history) touch(s *State, day int64, subject string, sp *span) {
	if !sp.dirty {
		sp.dirty = true
		s.changed.key(hoursKey(day, subject))
	}
	sp.shown = nil
	if h.shown != nil {
		if h.stale[day] == nil {
			h.stale[day] = map[string]bool{}
		}
		h.stale[day][subject] = true
	}
	if len(sp.cells) == 0 {
		if delete(h.hours[day], subject); len(h.hours[day]) == 0 {
			delete(h.hours, day)
		}
	}
}

func (s *State) newSpan(subject string) *span {
	sp := &span{}
	if id, ok := strings.CutPrefix(subject, ofUnit); ok && s.units[id] != nil {
		def := s.units[id].def
		sp.site, sp.kind, sp.class = def.Site, def.Kind, def.Class
	}
	return sp
}

func (sp *span) add(c cell) {
	i, found := slices.BinarySearchFunc(sp.cells, c, func(a, b cell) int { return cmp.Or(cmp.Compare(a.hour, b.hour), cmp.Compare(a.what, b.what)) })
	switch {
	case !found:
		sp.cells = slices.Insert(sp.cells, i, c)
	case sp.cells[i].n+c.n == 0:
		sp.cells = slices.Delete(sp.cells, i, i+1)
	default:
		sp.cells[i].n += c.n
	}
}

// count is a counter's sum in an hour of the span.
func (sp *span) count(hour uint8, what capacity.Counter) int64 {
	for _, c := range sp.cells {
		if c.hour == hour && c.what == what {
			return c.n
		}
	}
	return 0
}

// closeDays sums up the hours of local days that can no longer change, forgets the oldest
// days, and asks to be called when the next local day begins. It can be called at any time.
func (s *State) closeDays() {
	h, zone := &s.history, s.zone()
	today := localDay(zone, s.at)
	if from := hourOf(max(0, zone.Instant(capacity.Instant(today-keepHours)*dayLength))); from > h.from {
		for _, f := range s.feeds {
			s.settleQuiet(f)
		}
		h.from, s.changed.clock = from, true
		for _, day := range slices.Sorted(maps.Keys(h.hours)) {
			subjects := h.hours[day]
			if day*24 >= from {
				break
			}
			for _, subject := range sortedKeys(subjects) {
				s.closeHours(day, subject, subjects[subject])
			}
		}
	}
	for day := range h.days {
		if day <= today-keepDays {
			delete(h.days, day)
			s.changed.key(dayKey(day))
			h.shown = nil
		}
	}
	s.due.set(&h.alarm, zone.NextMidnight(s.at), dueHistory, "")
}

const dayLength = capacity.Instant(24 * 3600 * 1000)

// localDay is the number of the local day, in days since 1970-01-01.
func localDay(zone capacity.Zone, at capacity.Instant) int64 {
	return int64(zone.Local(at) / dayLength)
}

func localHour(zone capacity.Zone, at capacity.Instant) int { return zone.Minute(at) / 60 }

// closeHours moves the closed hours of a span into the sums of their local days.
func (s *State) closeHours(day int64, subject string, sp *span) {
	h, zone := &s.history, s.zone()
	closed := 0
	for ; closed < len(sp.cells) && day*24+int64(sp.cells[closed].hour) < h.from; closed++ {
		c := sp.cells[closed]
		at := startOf(day*24 + int64(c.hour))
		d := localDay(zone, at)
		if h.days[d] == nil {
			h.days[d] = map[string]*span{}
		}
		sum := h.closed(d, subject, sp)
		sum.add(cell{0, c.what, c.n})
		if c.what == capacity.UnitMoves && capacity.Night(localHour(zone, at)) {
			sum.add(cell{0, capacity.NightMoves, c.n})
		}
		if c.what == capacity.QuietSeconds && sp.count(c.hour, capacity.LateFacts) == 0 {
			sum.add(cell{0, capacity.QuietHours, 1})
		}
		sum.shown, h.shown = nil, nil
		s.changed.key(dayKey(d))
	}
	sp.cells = slices.Delete(sp.cells, 0, closed)
	h.touch(s, day, subject, sp)
}

// closed is where the sum of a subject on a closed day is kept. Of the groups of people of
// one way the first 50 are kept apart.
func (h *history) closed(day int64, subject string, sp *span) *span {
	subjects := h.days[day]
	way, _, _ := strings.Cut(subject, "/")
	if subjects[subject] == nil && slices.Contains(capacity.Segments(), way) {
		groups := 0
		for other := range subjects {
			if strings.HasPrefix(other, way+"/") {
				groups++
			}
		}
		if groups >= keepGroups {
			subject = way + "/" + otherGroups
		}
	}
	if subjects[subject] == nil {
		subjects[subject] = &span{site: sp.site, kind: sp.kind, class: sp.class}
	}
	return subjects[subject]
}

// settleQuiet takes down for how long a feed has been silent or out, up to now.
func (s *State) settleQuiet(f *feed) {
	if f.told.Quiet == 0 {
		return
	}
	for at := max(f.told.Quiet, startOf(s.history.from)); at < s.at; {
		end := min(startOf(hourOf(at)+1), s.at)
		s.history.add(s, ofFeed+f.id, hourOf(at), capacity.QuietSeconds, int64(end-at)/1000)
		at = end
	}
	f.told.Quiet = s.at
	s.changed.feed(f)
	f.stale, s.view.feeds = true, true
}

// quieten takes down since when a feed has been silent or out, or that it no longer is.
func (s *State) quieten(f *feed) {
	switch {
	case stopped(f.state) && f.told.Quiet == 0:
		f.told.Quiet = f.told.Last
		if f.state == FeedOutage || f.told.Quiet == 0 {
			f.told.Quiet = f.since
		}
		s.changed.feed(f)
	case !stopped(f.state) && f.told.Quiet != 0:
		s.settleQuiet(f)
		f.told.Quiet = 0
		s.changed.feed(f)
	}
}

// late counts a fact that was told late to the hour in which it happened: it fills a gap.
func (s *State) late(e *Event) {
	if e.Kind != Heartbeat && e.Recorded.Sub(e.Happened) > lateAfter {
		s.history.add(s, ofFeed+e.Feed, hourOf(e.Happened), capacity.LateFacts, 1)
	}
}

func (sp *span) pack(out *packer) {
	out.text(sp.site)
	out.text(string(sp.kind))
	out.text(string(sp.class))
	out.number(uint64(len(sp.cells)))
	for _, c := range sp.cells {
		out.number(uint64(c.hour))
		out.number(uint64(c.what))
		out.instant(capacity.Instant(c.n))
	}
}

func (u *unpacker) span() *span {
	sp := &span{site: u.text(), kind: capacity.UnitKind(u.text()), class: capacity.BedClass(u.text())}
	for range u.count() {
		c := cell{uint8(u.number()), capacity.Counter(u.number()), int64(u.instant())}
		sp.cells = append(sp.cells, c)
	}
	return sp
}

// hoursRecord is the record of one span of hours.
func (h *history) hoursRecord(id string) []byte {
	text, subject, _ := strings.Cut(id, "/")
	day, _ := strconv.ParseInt(text, 10, 64)
	sp := h.hours[day][subject]
	if sp == nil {
		return nil
	}
	sp.dirty = false
	var out packer
	sp.pack(&out)
	return out
}

// dayRecord is the record of a closed day.
func (h *history) dayRecord(id string) []byte {
	day, _ := strconv.ParseInt(id, 10, 64)
	if len(h.days[day]) == 0 {
		return nil
	}
	var out packer
	out.number(uint64(len(h.days[day])))
	for _, subject := range sortedKeys(h.days[day]) {
		out.text(subject)
		h.days[day][subject].pack(&out)
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	all := make([]string, 0, len(m))
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// load takes a record.
func (h *history) load(kind, id string, value []byte) error {
	in := unpacker{b: value}
	text, subject, _ := strings.Cut(id, "/")
	day, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return err
	}
	if kind == "hours" {
		if h.hours[day] == nil {
			h.hours[day] = map[string]*span{}
		}
		h.hours[day][subject] = in.span()
		return in.done()
	}
	h.days[day] = map[string]*span{}
	for range in.count() {
		name := in.text()
		h.days[day][name] = in.span()
	}
	return in.done()
}
