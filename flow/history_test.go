package flow

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/capacity"
)

// cells are what is counted, by hour or day, subject and counter.
type cells map[string]int64

func (c cells) add(at int64, subject string, what capacity.Counter, n int64) {
	key := fmt.Sprintf("%d %q %d", at, subject, what)
	if c[key] += n; c[key] == 0 {
		delete(c, key)
	}
}

// recounted are the entries of everybody in the state, each derived anew.
func recounted(s *State) map[string]tally {
	all := map[string]tally{}
	for key, p := range s.patients {
		all["patient "+key] = derive(p.key, p.facts, s.ground).tally()
	}
	for id, a := range s.ambulances {
		j := a.journey()
		all["ambulance "+id] = j.tally()
	}
	for id, r := range s.referrals {
		all["referral "+id] = r.tally(s.avoided(r))
	}
	return all
}

// hoursOf is what the state has counted of units and groups of people, hour by hour.
func hoursOf(s *State) cells {
	all := cells{}
	for day, subjects := range s.history.hours {
		for subject, sp := range subjects {
			if subject[:5] != ofFeed {
				for _, c := range sp.cells {
					all.add(24*day+int64(c.hour), subject, c.what, c.n)
				}
			}
		}
	}
	return all
}

// TestHistoryIsRecounted: whatever came late, twice, was cancelled, merged, held or
// forgotten, every hour that can still change is what is counted from scratch of
// everybody there is and of those who were forgotten; and a closed day is what its hours were.
func TestHistoryIsRecounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, forgotten, days := New("recount"), map[string]tally{}, cells{}
		log := randomLog(t)
		for i := range log {
			before, open, hours := recounted(s), s.history.from, hoursOf(s)
			s.Apply(&log[i])
			if log[i].Kind == Tick {
				after := recounted(s)
				for key, entries := range before {
					if after[key] == nil && len(entries) > 0 {
						forgotten[fmt.Sprint(key, i)] = entries
					}
				}
			}
			for key, n := range hours {
				var at int64
				var subject string
				var what capacity.Counter
				_, err := fmt.Sscanf(key, "%d %q %d", &at, &subject, &what)
				require.NoError(t, err)
				if at >= open && at < s.history.from {
					day := localDay(s.zone(), startOf(at))
					days.add(day, subject, what, n)
					if hour := localHour(s.zone(), startOf(at)); what == capacity.UnitMoves && (hour == 23 || hour < 6) {
						days.add(day, subject, capacity.NightMoves, n)
					}
				}
			}
			want := cells{}
			for _, people := range []map[string]tally{recounted(s), forgotten} {
				for _, entries := range people {
					for _, e := range entries {
						if e.hour >= s.history.from {
							want.add(e.hour, e.subject, e.what, e.n)
						}
					}
				}
			}
			require.Equal(t, want, hoursOf(s), "after event %d", i+1)
		}
		closed := cells{}
		for day, subjects := range s.history.days {
			for subject, sp := range subjects {
				for _, c := range sp.cells {
					if subject[:5] != ofFeed {
						closed.add(day, subject, c.what, c.n)
					}
				}
			}
		}
		maps.DeleteFunc(days, func(key string, _ int64) bool {
			var day int64
			_, err := fmt.Sscan(key, &day)
			require.NoError(t, err)
			return day <= localDay(s.zone(), s.at)-keepDays
		})
		require.Equal(t, days, closed)
	})
}

// TestHistoryIsWhatMeasuresCount: what has been counted since local midnight is, unit by
// unit or for all of them, what the measures of that name count in the pictures.
func TestHistoryIsWhatMeasuresCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := replay(New("measures"), randomLog(t))
		if s.At() == 0 {
			t.Skip("nobody has told the time")
		}
		v := s.View()
		midnight := v.zone.Midnight(v.At)
		for series, measure := range map[string]string{
			"ae_arrivals": "ae_arrivals", "ae_streamed": "ae_streamed", "left": "left_today", "electives_cancelled": "electives_cancelled",
			"handovers_over_15": "handovers_over_15", "handovers_over_60": "handovers_over_60", "ae_left_within_4h": "ae_four_hour",
		} {
			counted, pictured := int64(0), int64(0)
			sr, _ := capacity.SeriesNamed(series)
			m, _ := capacity.MeasureNamed(measure)
			for _, portrait := range v.drawings {
				p := portrait.picture
				if !sr.Applies(p.Unit) {
					continue
				}
				known := *p
				known.Known = true
				pictured += m.Take(&known, &capacity.Clock{Now: v.At, Zone: v.zone}, false).N
				for day, subjects := range v.history.hours {
					if sp := subjects[ofUnit+p.Unit.ID]; sp != nil {
						for _, c := range sp.cells {
							if c.what == sr.N && startOf(24*day+int64(c.hour)) >= midnight {
								counted += c.n
							}
						}
					}
				}
			}
			require.Equal(t, pictured, counted, series)
		}
	})
}

// london is the offset of 2027, without zone files.
func london() capacity.Zone {
	at := func(month time.Month, day int) capacity.Instant {
		return capacity.At(time.Date(2027, month, day, 1, 0, 0, 0, time.UTC))
	}
	return capacity.Zone{{From: 0, Seconds: 0}, {From: at(3, 28), Seconds: 3600}, {From: at(10, 31), Seconds: 0}}
}

// diary tells a state of one A&E department what happened, and reads its history.
type diary struct {
	*testing.T
	s   *State
	now capacity.Instant
}

func newDiary(t *testing.T, at time.Time) *diary {
	l := aWard(4)
	l.System.Zone = london()
	l.Feeds = []capacity.Feed{{ID: "ed", Name: "A&E", Every: 3600, Supplies: []string{"ae"}}, {ID: "pas", Name: "Wards", Every: 7 * 86400, Supplies: []string{"occupancy"}}}
	l.Units[0].Feeds, l.Units[1].Feeds = []string{"pas"}, []string{"pas"}
	l.Units[2].Feeds = []string{"ed"}
	d := &diary{T: t, s: New("diary"), now: capacity.At(at)}
	for _, e := range LayoutEvents(l, 1, d.now) {
		d.apply(e)
	}
	d.to(at)
	return d
}

func (d *diary) apply(e Event) {
	e.Seq = d.s.Seq() + 1
	if e.ID == "" {
		e.ID = fmt.Sprint("e", e.Seq)
	}
	d.s.Apply(&e)
}

// to lets the clock go on, minute by minute.
func (d *diary) to(at time.Time) {
	for end := capacity.At(at); ; d.now = min(d.now.Add(time.Minute), end) {
		d.apply(Event{Kind: Tick, Feed: Centre, Happened: d.now, Recorded: d.now})
		if d.now >= end {
			return
		}
	}
}

func (d *diary) tell(kind Kind, patient string, at time.Time) {
	place := ""
	if kind == AttendanceArrived {
		place = "ae"
	}
	d.apply(Event{Kind: kind, Feed: "ed", Happened: capacity.At(at), Recorded: d.now, Data: Data{Patient: patient, Visit: patient, Place: place}})
}

// move tells where a patient is put by a ward's system.
func (d *diary) move(kind Kind, place string, at time.Time) {
	d.apply(Event{Kind: kind, Feed: "pas", Happened: capacity.At(at), Recorded: d.now, Data: Data{Patient: "p1", Visit: "v1", Place: place, Class: Inpatient}})
}

// of is what a series has in those hours of a unit of which it has something.
func (d *diary) of(series, unit string, from time.Time) (all []string) {
	h := d.s.View().History(HistoryQuestion{Series: series, Scope: "unit/" + unit, From: capacity.At(from)})
	require.NotNil(d, h)
	for _, p := range h.Points {
		if p.Value != nil && *p.Value != 0 {
			all = append(all, fmt.Sprint(p.Local[8:13], " ", *p.Value))
		}
	}
	return all
}

// TestAWardsDay: a correction moves an admission to where it really was, and not to when it
// was corrected; moves count at the unit moved to, those of the night apart.
func TestAWardsDay(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return time.Date(2027, 1, day, hour, minute, 0, 0, time.UTC) }
	d := newDiary(t, at(12, 8, 0))
	for _, unit := range []string{"u0", "u1"} {
		d.apply(Event{Kind: CensusTaken, Feed: "pas", Happened: d.now, Recorded: d.now, Data: Data{Place: unit, Census: []CensusEntry{}}})
	}
	d.to(at(13, 8, 0))
	d.move(Admitted, "u0/B0", at(12, 10, 0))
	d.move(Updated, "u0/B1", at(12, 11, 30))
	require.Equal(t, []string{"12T10 1"}, d.of("admissions", "u0", at(12, 8, 0)))
	d.move(Updated, "u1/B0", at(12, 12, 40))
	require.Empty(t, d.of("admissions", "u0", at(12, 8, 0)))
	require.Equal(t, []string{"12T10 1"}, d.of("admissions", "u1", at(12, 8, 0)))
	require.Empty(t, d.of("emergency_admissions", "u1", at(12, 8, 0)))
	d.move(Transferred, "u0/B0", at(12, 23, 10))
	d.move(Transferred, "u1/B0", at(13, 5, 59))
	d.move(Transferred, "u0/B2", at(13, 6, 0))
	d.move(Discharged, "", at(13, 7, 0))
	require.Equal(t, []string{"12T23 1", "13T06 1"}, d.of("moves", "u0", at(12, 8, 0)))
	require.Equal(t, []string{"12T23 1"}, d.of("night_moves", "u0", at(12, 8, 0)))
	require.Equal(t, []string{"13T05 1"}, d.of("night_moves", "u1", at(12, 8, 0)))
	require.Equal(t, []string{"13T07 1"}, d.of("left", "u0", at(12, 8, 0)))
	require.Equal(t, []string{"2027-01-12 1 partial pas never", "2027-01-13 1 complete open"}, d.points("night_moves", true, at(12, 8, 0)))
	d.move(DischargeCancelled, "", at(13, 7, 30))
	require.Empty(t, d.of("left", "u0", at(12, 8, 0)))

	d.now = capacity.At(at(13, 8, 0).Add((keepHours + 2) * 24 * time.Hour))
	d.apply(Event{Kind: Tick, Feed: Centre, Happened: d.now, Recorded: d.now})
	require.Equal(t, []string{"2027-01-12 1 partial pas never", "2027-01-13 1 complete"}, d.points("night_moves", true, at(12, 8, 0))[:2])
}

// heard lets the feed be heard without a fact, from now until then.
func (d *diary) heard(until time.Time) {
	for ; d.now < capacity.At(until); d.to(d.now.Time().Add(30 * time.Minute)) {
		d.apply(Event{Kind: Heartbeat, Feed: "ed", Happened: d.now, Recorded: d.now})
	}
}

// points are the points of a series, each as "when value state".
func (d *diary) points(series string, byDay bool, from time.Time) (all []string) {
	h := d.s.View().History(HistoryQuestion{Series: series, Scope: "system", ByDay: byDay, From: capacity.At(from)})
	require.NotNil(d, h)
	for _, p := range h.Points {
		value := "none"
		if p.Value != nil {
			value = fmt.Sprint(*p.Value)
		}
		text := p.Local + " " + value + " " + p.State
		for _, m := range p.Missing {
			text += " " + m.Feed + m.Unit + " " + m.Why
		}
		if p.Open {
			text += " open"
		}
		all = append(all, text)
	}
	return all
}

// TestHoursOfADayOfTwentyFive: on the day on which the clocks go back an hour comes twice,
// and each of the two has what happened in it; the day has both.
func TestHoursOfADayOfTwentyFive(t *testing.T) {
	day := time.Date(2027, 10, 30, 23, 0, 0, 0, time.UTC) // 00:00 on the 31st by the local clock
	d := newDiary(t, day.Add(-25*time.Hour))
	d.heard(day)
	for i := range 25 {
		d.heard(day.Add(time.Duration(i)*time.Hour + 30*time.Minute))
		if i == 1 || i == 2 || i == 24 {
			d.tell(AttendanceArrived, fmt.Sprint("p", i), d.now.Time().Add(-time.Minute))
		}
	}
	d.heard(day.Add(25 * time.Hour))
	hours := d.points("ae_arrivals", false, day)
	require.Len(t, hours, 26)
	require.Equal(t, []string{
		"2027-10-31T00:00:00+01:00 0 complete", "2027-10-31T01:00:00+01:00 1 complete", "2027-10-31T01:00:00Z 1 complete", "2027-10-31T02:00:00Z 0 complete",
	}, hours[:4])
	require.Equal(t, []string{"2027-10-31T23:00:00Z 1 complete", "2027-11-01T00:00:00Z 0 complete open"}, hours[24:])
	require.Equal(t, []string{"2027-10-31 3 complete", "2027-11-01 0 complete open"}, d.points("ae_arrivals", true, day))
	v := d.s.View().History(HistoryQuestion{Series: "ae_arrivals", Scope: "unit/ae", ByDay: true, From: capacity.At(day)})
	require.Equal(t, 25, v.Points[0].Hours)
}

// TestAGapIsNotZero: hours before a feed first spoke, and those of its silence, have no
// value; what it tells later fills them and restates what was there.
func TestAGapIsNotZero(t *testing.T) {
	start := time.Date(2027, 1, 12, 5, 20, 0, 0, time.UTC)
	at := func(hour, minute int) time.Time { return time.Date(2027, 1, 12, hour, minute, 0, 0, time.UTC) }
	d := newDiary(t, start)
	require.Equal(t, []string{"2027-01-12T05:00:00Z none gap ed never open"}, d.points("ae_arrivals", false, start))
	d.to(at(6, 10))
	d.tell(AttendanceArrived, "p1", at(6, 5))
	d.heard(at(8, 0))
	d.to(at(12, 0)) // silent since
	require.Equal(t, []string{
		"2027-01-12T05:00:00Z none gap ed never", "2027-01-12T06:00:00Z 1 partial ed never", "2027-01-12T07:00:00Z 0 partial ed silent",
		"2027-01-12T08:00:00Z none gap ed silent", "2027-01-12T09:00:00Z none gap ed silent", "2027-01-12T10:00:00Z none gap ed silent", "2027-01-12T11:00:00Z none gap ed silent",
		"2027-01-12T12:00:00Z none gap ed silent open",
	}[3:], d.points("ae_arrivals", false, start)[3:])
	d.tell(AttendanceArrived, "p2", at(9, 30))
	d.tell(AttendanceDeparted, "p1", at(10, 15))
	d.heard(at(13, 30))
	require.Equal(t, []string{
		"2027-01-12T08:00:00Z none gap ed silent", "2027-01-12T09:00:00Z 1 complete", "2027-01-12T10:00:00Z 0 complete", "2027-01-12T11:00:00Z none gap ed silent",
		"2027-01-12T12:00:00Z 0 complete", "2027-01-12T13:00:00Z 0 complete open",
	}, d.points("ae_arrivals", false, start)[3:])
	require.Equal(t, []string{"2027-01-12 2 partial ed never open"}, d.points("ae_arrivals", true, start))

	// A cancelled arrival was never one, and another of the day before is counted there.
	d.apply(Event{Kind: AttendanceCancelled, Feed: "ed", Happened: d.now, Recorded: d.now, Data: Data{Patient: "p2", Visit: "p2"}})
	require.Equal(t, "2027-01-12T09:00:00Z 0 complete", d.points("ae_arrivals", false, start)[4])
}

// TestOldHoursBecomeDays: of a day that is long ago only its sum is kept, restated no more.
func TestOldHoursBecomeDays(t *testing.T) {
	start := time.Date(2027, 3, 27, 12, 0, 0, 0, time.UTC)
	d := newDiary(t, start)
	d.tell(AttendanceArrived, "p1", start)
	d.heard(start.Add(24 * time.Hour))
	d.tell(AttendanceArrived, "p2", start.Add(23*time.Hour))
	d.heard(start.Add(36 * time.Hour))
	d.tell(AttendanceArrived, "p4", start.Add(35*time.Hour+30*time.Minute)) // 00:30 on the 29th by the local clock, still the 28th in UTC
	jump := start.Add((keepHours + 3) * 24 * time.Hour)
	d.now = capacity.At(jump)
	d.apply(Event{Kind: Tick, Feed: Centre, Happened: d.now, Recorded: d.now})
	require.Equal(t, []string{"2027-03-27 1 partial ed never", "2027-03-28 1 complete", "2027-03-29 1 partial ed silent"}, d.points("ae_arrivals", true, start)[:3])
	require.NotContains(t, slices.Collect(maps.Keys(d.s.history.hours)), localDay(nil, capacity.At(start)))
	d.tell(AttendanceArrived, "p3", start.Add(2*time.Hour))
	require.Equal(t, "2027-03-27 1 partial ed never", d.points("ae_arrivals", true, start)[0])
	d.now = capacity.At(start.Add((keepDays + 2) * 24 * time.Hour))
	d.apply(Event{Kind: Tick, Feed: Centre, Happened: d.now, Recorded: d.now})
	kept, first := slices.Sorted(maps.Keys(d.s.history.days)), localDay(nil, capacity.At(start))
	require.Equal(t, first+3, kept[0])
}
