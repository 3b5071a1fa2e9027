package flow

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"flowcentre/capacity"
)

// chronicle is history as a view has it: nobody changes it.
type chronicle struct {
	from  int64 // the first hour that is kept as such
	hours map[int64]map[string]*span
	days  map[int64]map[string]*span
}

// show is history as it is now. Of a day of which something changed there is a copy of the
// index, and of what changed; the rest is the same as before.
func (h *history) show() *chronicle {
	was := h.shown
	if was != nil && len(h.stale) == 0 && was.from == h.from {
		return was
	}
	if was == nil {
		was = &chronicle{}
	}
	c := &chronicle{from: h.from, hours: make(map[int64]map[string]*span, len(h.hours)), days: was.days}
	for day, subjects := range h.hours {
		kept := was.hours[day]
		switch {
		case kept == nil:
			kept = frozen(subjects)
		case h.stale[day] != nil:
			kept = maps.Clone(kept)
			for subject := range h.stale[day] {
				if sp := subjects[subject]; sp != nil {
					kept[subject] = sp.freeze()
				} else {
					delete(kept, subject)
				}
			}
		}
		c.hours[day] = kept
	}
	if h.shown == nil {
		c.days = make(map[int64]map[string]*span, len(h.days))
		for day, subjects := range h.days {
			c.days[day] = frozen(subjects)
		}
	}
	clear(h.stale)
	h.shown = c
	return c
}

// frozen are copies of spans; of one that did not change the copy there is.
func frozen(subjects map[string]*span) map[string]*span {
	all := make(map[string]*span, len(subjects))
	for subject, sp := range subjects {
		all[subject] = sp.freeze()
	}
	return all
}

func (sp *span) freeze() *span {
	if sp.shown == nil {
		sp.shown = &span{site: sp.site, kind: sp.kind, class: sp.class, cells: slices.Clone(sp.cells)}
	}
	return sp.shown
}

// HistoryQuestion asks for a series by hour or by day.
type HistoryQuestion struct {
	Series string
	Scope  string           // as for measures
	ByDay  bool             // else by hour
	From   capacity.Instant // the hour or local day of From is the first; 0 for the beginning of the local day, or 28 days before
	Until  capacity.Instant // what begins before Until is given; 0 for now
}

// HistoryView is a series by hour or day.
type HistoryView struct {
	Series SeriesView       `json:"series"`
	Scope  string           `json:"scope"`
	By     string           `json:"by"` // hour or day
	At     capacity.Instant `json:"at"`
	Seq    uint64           `json:"seq"`
	Kept   capacity.Instant `json:"kept_from,omitempty"` // the first hour or day that is kept
	Points []HistoryPoint   `json:"points"`
}

// SeriesView is what a series means: its entry in the catalogue.
type SeriesView struct {
	Name       string        `json:"name"`
	Title      string        `json:"title"`
	Definition string        `json:"definition"`
	Unit       string        `json:"unit"`
	Supply     []string      `json:"supply"`
	Form       capacity.Form `json:"form"`
	Least      int           `json:"least,omitempty"`
}

// Whether what a point counts is all there was.
const (
	Complete = "complete"
	Partial  = "partial" // some of what it is made of was not told: there may have been more
	Gap      = "gap"     // nothing was told: it has no value, which is not 0
)

// HistoryPoint is one hour or local day.
type HistoryPoint struct {
	From    capacity.Instant `json:"from"`
	Local   string           `json:"local"`           // the hour by the local clock with its offset, or the local day
	Hours   int              `json:"hours,omitempty"` // of a day: 23, 24 or 25
	Value   *float64         `json:"value"`
	Of      int64            `json:"of,omitempty"`
	Small   bool             `json:"small,omitempty"`
	Open    bool             `json:"open,omitempty"` // not over yet
	State   string           `json:"state"`
	Missing []Missing        `json:"missing,omitempty"` // why it is not complete
}

// History is a series by hour or day, nil where there is no such series or scope, or the
// scope does not have it. The hours are those of the local clock where its offset is of
// whole hours, as everywhere in the United Kingdom.
func (v *View) History(q HistoryQuestion) *HistoryView {
	series, ok := capacity.SeriesNamed(q.Series)
	if !ok || v.history == nil {
		return nil
	}
	r := &reading{View: v, series: series, scope: q.Scope, sites: v.sitesOf(q.Scope)}
	for _, p := range v.drawings {
		if v.within(p.picture, q.Scope) && series.Applies(p.picture.Unit) {
			r.units = append(r.units, p.picture)
		}
	}
	if len(r.units) == 0 {
		return nil
	}
	h := &HistoryView{
		Scope: q.Scope, By: "hour", At: v.At, Seq: v.Seq, Kept: startOf(v.history.from), Points: []HistoryPoint{},
		Series: SeriesView{series.Name, series.Title, series.Definition, series.Unit, slices.Clone(series.Supply), series.Form, series.Least},
	}
	until := min(cmp.Or(q.Until, v.At+1), v.At+1)
	if q.ByDay {
		h.By = "day"
		first := localDay(v.zone, cmp.Or(q.From, v.At.Add(-28*24*hour)))
		first = max(first, localDay(v.zone, v.At)-keepDays+1)
		h.Kept = v.zone.Instant(capacity.Instant(localDay(v.zone, v.At)-keepDays+1) * dayLength)
		for day := first; v.zone.Instant(capacity.Instant(day)*dayLength) < until; day++ {
			h.Points = append(h.Points, r.day(day))
		}
		return h
	}
	for at := max(hourOf(cmp.Or(q.From, v.zone.Midnight(v.At))), v.history.from); startOf(at) < until; at++ {
		h.Points = append(h.Points, r.hour(at))
	}
	return h
}

// Moment reads a time in RFC 3339 form, or a local day such as 2027-01-12, which stands
// for when it begins.
func (v *View) Moment(text string) (capacity.Instant, error) {
	if len(text) != len("2027-01-12") {
		return capacity.ParseInstant(text)
	}
	at, err := capacity.ParseInstant(text + "T00:00:00Z")
	if err != nil {
		return 0, err
	}
	return v.zone.Instant(at), nil
}

// sitesOf are the sites of a scope, for units that are laid out no longer.
func (v *View) sitesOf(scope string) map[string]bool {
	kind, id, _ := strings.Cut(scope, "/")
	all := map[string]bool{}
	for _, s := range v.Sites {
		all[s.ID] = kind == "site" && s.ID == id || kind == "organisation" && s.Organisation == id
	}
	return all
}

// reading is a question being answered.
type reading struct {
	*View
	series *capacity.Series
	scope  string
	sites  map[string]bool
	units  []*capacity.Picture
}

// counts says whether a subject belongs to what was asked for.
func (r *reading) counts(subject string, sp *span) bool {
	id, ok := strings.CutPrefix(subject, ofUnit)
	if !ok || !r.series.Applies(&capacity.Unit{ID: id, Kind: sp.kind, Class: sp.class}) {
		return false
	}
	kind, name, _ := strings.Cut(r.scope, "/")
	return r.scope == "system" || kind == "unit" && id == name || kind != "unit" && r.sites[sp.site]
}

// amount is what was counted, of the counters that the series is made of.
type amount struct{ n, of int64 }

func (r *reading) take(sum *amount, what capacity.Counter, n int64) {
	switch what {
	case r.series.N:
		sum.n += n
	case r.series.Of:
		sum.of += n
	}
}

// inHour adds what was counted in an hour.
func (r *reading) inHour(at int64, sum *amount) {
	night := capacity.Night(localHour(r.zone, startOf(at)))
	for subject, sp := range r.history.hours[at/24] {
		if !r.counts(subject, sp) {
			continue
		}
		for _, c := range sp.cells {
			if int64(c.hour) == at%24 {
				r.take(sum, c.what, c.n)
				if c.what == capacity.UnitMoves && night {
					r.take(sum, capacity.NightMoves, c.n)
				}
			}
		}
	}
}

func (r *reading) hour(at int64) HistoryPoint {
	var sum amount
	r.inHour(at, &sum)
	from := startOf(at)
	p := HistoryPoint{From: from, Local: localTime(r.zone, from), Open: startOf(at+1) > r.At}
	r.fill(&p, sum, func(u *capacity.Picture) *Missing { return r.lackInHour(u, at) })
	return p
}

func (r *reading) day(day int64) HistoryPoint {
	from, end := r.zone.Instant(capacity.Instant(day)*dayLength), r.zone.Instant(capacity.Instant(day+1)*dayLength)
	p := HistoryPoint{From: from, Local: localTime(r.zone, from)[:10], Hours: int((end - from) / 3_600_000), Open: end > r.At}
	var sum amount
	for subject, sp := range r.history.days[day] {
		if r.counts(subject, sp) {
			for _, c := range sp.cells {
				r.take(&sum, c.what, c.n)
			}
		}
	}
	first, last := max(hourOf(from), r.history.from), hourOf(min(end, r.At+1)-1)
	for at := first; at <= last; at++ {
		r.inHour(at, &sum)
	}
	r.fill(&p, sum, func(u *capacity.Picture) *Missing {
		if hourOf(from) < r.history.from {
			if m := r.lackInDay(u, day, from); m != nil {
				return m
			}
		}
		for at := first; at <= last; at++ {
			if m := r.lackInHour(u, at); m != nil {
				return m
			}
		}
		return nil
	})
	return p
}

// fill gives a point its value, and says what it lacks.
func (r *reading) fill(p *HistoryPoint, sum amount, lack func(*capacity.Picture) *Missing) {
	lacking := 0
	for _, u := range r.units {
		if m := lack(u); m != nil {
			lacking++
			if m.Feed != "" {
				m.Unit = "" // once for the feed, whatever it speaks for
			}
			if !slices.Contains(p.Missing, *m) {
				p.Missing = append(p.Missing, *m)
			}
		}
	}
	p.State = Complete
	if lacking > 0 {
		p.State = Partial
	}
	if lacking == len(r.units) && sum == (amount{}) {
		p.State = Gap
		return
	}
	value, ok, small := r.series.Value(sum.n, sum.of)
	p.Small = small
	if ok {
		p.Value = &value
	}
	switch r.series.Form {
	case capacity.Share:
		p.Of = sum.of
	case capacity.Mean:
		p.Of = sum.n
	case capacity.Count, capacity.Median, capacity.Earliest, capacity.Shortfall:
	}
}

// lackInHour is why an hour is not whole for a unit, nil if it is.
func (r *reading) lackInHour(u *capacity.Picture, at int64) *Missing {
	return r.lack(u, startOf(at), func(f *FeedView) bool { return r.quietIn(f, at) })
}

// quietIn says whether a feed was silent in an hour, and has told nothing of it since.
func (v *View) quietIn(f *FeedView, at int64) bool {
	sp := v.history.hours[at/24][ofFeed+f.ID]
	quiet := f.quiet != 0 && f.quiet < startOf(at+1) && f.quiet < v.At
	if sp == nil {
		return quiet
	}
	hour := uint8(at % 24)
	return (quiet || sp.count(hour, capacity.QuietSeconds) > 0) && sp.count(hour, capacity.LateFacts) == 0
}

// lackInDay is the same for the closed hours of a day.
func (r *reading) lackInDay(u *capacity.Picture, day int64, from capacity.Instant) *Missing {
	return r.lack(u, from, func(f *FeedView) bool {
		sp := r.history.days[day][ofFeed+f.ID]
		return sp != nil && sp.count(0, capacity.QuietHours) > 0
	})
}

// lack is why what begins at from is not whole for a unit, nil if it is: no feed tells
// what the series counts, none had spoken yet, all that do were silent and have not told
// it later, or no census had told who was on the unit.
func (r *reading) lack(u *capacity.Picture, from capacity.Instant, quiet func(*FeedView) bool) *Missing {
	lack := Missing{Unit: u.Unit.ID, Why: "not_sent"}
	whole := false
	for _, f := range r.Feeds {
		switch {
		case whole || len(u.Unit.Feeds) > 0 && !slices.Contains(u.Unit.Feeds, f.ID) || !slices.ContainsFunc(r.series.Supply, func(n string) bool { return slices.Contains(f.Supplies, n) }):
		case f.first == 0 || from < f.first:
			if lack.Feed == "" {
				lack = Missing{Unit: u.Unit.ID, Feed: f.ID, Why: FeedNever}
			}
		case quiet(f):
			lack = Missing{Unit: u.Unit.ID, Feed: f.ID, Why: FeedSilent}
		default:
			whole = true
		}
	}
	if whole && r.series.Census() && !r.known(u.Unit.ID, from) {
		return &Missing{Unit: u.Unit.ID, Why: "unknown"}
	}
	if whole {
		return nil
	}
	return &lack
}

// known says whether a census had told by then who was on a unit.
func (r *reading) known(unit string, at capacity.Instant) bool {
	for _, u := range r.Units {
		if u.ID == unit {
			return u.KnownSince != 0 && u.KnownSince <= at
		}
	}
	return false
}

// localTime is RFC 3339 by the local clock, to the minute's start of the hour.
func localTime(zone capacity.Zone, at capacity.Instant) string {
	local := zone.Local(at)
	text := local.Time().Format("2006-01-02T15:04:05")
	offset := int(local-at) / 60_000
	if offset == 0 {
		return text + "Z"
	}
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	two := func(n int) string { return string([]byte{byte('0' + n/10%10), byte('0' + n%10)}) }
	return text + string(sign) + two(offset/60) + ":" + two(offset%60)
}
