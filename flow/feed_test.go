package flow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/capacity"
)

// What scripts say of feeds and figures.

// expect: how often the feed of the script is expected, what it supplies, and hours of
// another expectation as days/from/to/seconds. Feeds are then shown in full.
func (w *ward) expect(words []string) {
	w.watch = true
	f := capacity.Feed{ID: w.feed, Name: w.feed, Every: 1800}
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "every":
			f.Every = w.number(value)
		case "supplies":
			f.Supplies = strings.Split(value, ",")
		default:
			h := strings.Split(word, "/")
			minutes := func(text string) int { return int(w.time(text).Sub(capacity.At(day)) / time.Minute) }
			f.Cadence = append(f.Cadence, capacity.Cadence{Days: strings.TrimPrefix(h[0], "daily"), From: minutes(h[1]), To: minutes(h[2]), Every: w.number(h[3])})
		}
	}
	w.layout.Feeds = slices.DeleteFunc(w.layout.Feeds, func(was capacity.Feed) bool { return was.ID == f.ID })
	w.layout.Feeds = append(w.layout.Feeds, f)
}

// report: what the door told of the feed: time, then refused=n, ignored=n, connected.
func (w *ward) report(words []string) {
	r := &FeedReport{Feed: w.feed}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "refused":
			r.Refused = map[string]int{"invalid": w.number(value)}
		case "ignored":
			r.Ignored = map[string]int{"ORU^R01": w.number(value)}
		case "connected":
			r.Connected = true
		default:
			require.Fail(w.t, "no field "+key)
		}
	}
	at := w.time(words[0])
	w.apply(&Event{ID: fmt.Sprint("r", w.s.Seq()), Feed: Centre, Kind: FeedReported, Happened: at, Recorded: at, Data: Data{Report: r}})
}

func (w *ward) fillFeed(e *Event, key, value string) {
	d := &e.Data
	switch key {
	case "feed":
		e.Feed = value
	case "role":
		d.Role = value
	case "about":
		d.About = value
	case "counter":
		d.Counter = uint64(w.number(value))
	case "figure": // measure@scope:value
		measure, rest, _ := strings.Cut(value, "@")
		scope, number, _ := strings.Cut(rest, ":")
		n := float64(w.number(number))
		d.Figure = &Reported{Measure: measure, Scope: scope, Value: &n, How: "phone"}
	default:
		require.Fail(w.t, "no field "+key)
	}
}

func (w *ward) number(text string) int {
	n, err := strconv.Atoi(text)
	require.NoError(w.t, err)
	return n
}

func feedLine(f *FeedView) string {
	text := fmt.Sprintf("feed %s %s", f.ID, f.State)
	if f.Since != 0 {
		text += " since " + clock(f.Since)
	}
	text += ", last " + clock(f.Last) + fmt.Sprintf(", expected every %d s", f.Expects)
	if f.Connected {
		text += ", connected"
	}
	for _, n := range []struct {
		what  string
		count uint64
	}{{"duplicates", f.Duplicates}, {"late", f.Late}, {"sent", f.Sent}, {"received", f.Received}, {"missing", f.Missing}, {"restarts", f.Restarts}, {"seconds ahead", uint64(f.Skew)}} {
		if n.count > 0 {
			text += fmt.Sprintf(", %d %s", n.count, n.what)
		}
	}
	for _, o := range f.Outages {
		text += fmt.Sprintf(", outage %s to %s (%s)", clock(o.From), clock(o.Until), o.Reason)
	}
	return text + "\n"
}

func (w *ward) figures(b *strings.Builder) {
	for _, line := range figuresOf(w.s) {
		b.WriteString(line + "\n")
	}
}

// figuresOf are the reported figures, as kept and as shown.
func figuresOf(s *State) []string {
	shown := map[string]*MeasureValue{}
	for _, m := range s.View().Measures {
		for name, v := range m.Values {
			shown[reportName(name, m.ID)] = v
		}
	}
	var lines []string
	for name, r := range s.reports.told {
		line := fmt.Sprintf("reported %s of %s: %v at %s by %s", r.Measure, r.Scope, r.Value, clock(r.At), r.Role)
		if r.Superseded != 0 {
			line += ", superseded " + clock(r.Superseded)
		}
		switch v := shown[name]; {
		case v == nil:
			line += ", not shown"
		case v.Value != nil && v.Reported.Difference != nil:
			line += fmt.Sprintf(" by %v, a difference of %v", *v.Value, *v.Reported.Difference)
		case v.Value != nil:
			line += fmt.Sprintf("; the feeds' last word is %v", *v.Value)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// twoFeeds are one that is expected every minute, and one whose hours differ.
func twoFeeds() []capacity.Feed {
	return []capacity.Feed{
		{ID: "f0", Name: "F0", Every: 60, Supplies: []string{"occupancy", "beds"}},
		{ID: "f1", Name: "F1", Every: 600, Supplies: []string{"occupancy", "ae"}, Cadence: []capacity.Cadence{
			{Days: "mon-fri", From: 9 * 60, To: 10 * 60}, {From: 20 * 60, To: 8 * 60, Every: 1800},
		}},
	}
}

// ofFeeds draws what feeds and the door say beyond facts, or a burst of late facts.
func ofFeeds(t *rapid.T, now capacity.Instant) []Event {
	ago := time.Duration(rapid.IntRange(-60, 3600).Draw(t, "ago")) * time.Second
	e := Event{
		ID: fmt.Sprint("s", now, rapid.IntRange(0, 9).Draw(t, "id")), Feed: rapid.SampledFrom([]string{"f0", "f1", "f2"}).Draw(t, "feed"),
		Kind: Heartbeat, Happened: now.Add(-ago), Recorded: now,
	}
	switch rapid.IntRange(0, 4).Draw(t, "what") {
	case 0:
		e.Data.Counter = rapid.Uint64Range(0, 40).Draw(t, "counter")
	case 1:
		e.Kind = OutagePlanned
		e.Data = Data{
			Until: now.Add(time.Duration(rapid.IntRange(-600, 7200).Draw(t, "until")) * time.Second), Reason: "upgrade",
			Due: rapid.SampledFrom([]capacity.Instant{0, now.Add(10 * time.Minute), now.Add(-20 * time.Minute)}).Draw(t, "due"),
		}
		if rapid.Bool().Draw(t, "desk") {
			e.Data.About, e.Feed, e.Data.Role = e.Feed, Desk, "coordinator"
		}
	case 2:
		n := rapid.Float64Range(0, 50).Draw(t, "value")
		e.Kind, e.Feed, e.Data.Role = FigureReported, Desk, "coordinator"
		e.Data.Figure = &Reported{
			Measure: rapid.SampledFrom([]string{"adult_ga_occupied", "ae_in_department", "nothing"}).Draw(t, "measure"), How: "phone", Value: &n,
			Scope: rapid.SampledFrom([]string{"system", "site/site", "site/none", "unit/u0", "unit/u1"}).Draw(t, "scope"),
		}
	case 3:
		e.Kind, e.Data.Report = FeedReported, &FeedReport{
			Feed: e.Feed, Connected: rapid.Bool().Draw(t, "connected"), Duplicates: rapid.IntRange(0, 2).Draw(t, "duplicates"),
			Refused: map[string]int{"invalid": rapid.IntRange(0, 2).Draw(t, "refused")},
		}
		e.Feed, e.Happened = Centre, now
	case 4:
		var late []Event
		for i := range burstSize + 5 {
			e.Kind, e.ID, e.Happened = Cleaned, fmt.Sprint("late", now, i), now.Add(-time.Hour+time.Duration(i)*time.Second)
			e.Data.Place = "u0/B1"
			late = append(late, e)
		}
		return late
	}
	return []Event{e}
}

// TestCounter: the count of a producer against what came.
func TestCounter(t *testing.T) {
	var c counter
	beat := func(at capacity.Instant, count uint64) {
		c.come(1, at)
		c.beat(at, count)
	}
	c.come(40, 5) // before the first heartbeat nothing is counted
	beat(10, 100)
	require.Equal(t, counter{At: 10, Newest: 100}, c)

	c.come(3, 15)
	beat(20, 104)
	require.Zero(t, c.missing())
	require.Equal(t, []uint64{4, 4}, []uint64{c.Sent, c.Received})

	c.come(1, 25)
	beat(30, 110) // six sent, two came
	require.EqualValues(t, 4, c.missing())
	c.come(3, 35) // sent since: they make up for nothing
	require.EqualValues(t, 4, c.missing())
	c.come(2, 28) // late
	require.EqualValues(t, 2, c.missing())
	beat(40, 114)
	require.EqualValues(t, 2, c.missing())
	beat(35, 112) // a heartbeat that was late itself says nothing new
	require.EqualValues(t, 1, c.missing())
	require.EqualValues(t, 114, c.Newest)

	c.come(2, 45)
	beat(50, 3) // restarted: what came between the two is compared with nothing
	require.EqualValues(t, 1, c.missing())
	require.EqualValues(t, 1, c.Restarts)
	c.come(5, 60)
	beat(70, 9)
	require.EqualValues(t, 1, c.missing())
	beat(80, 1<<60) // so far ahead is a restart too
	require.EqualValues(t, 1, c.missing())
	require.EqualValues(t, 2, c.Restarts)
	c.come(1_000, 1)
	require.Zero(t, c.missing(), "never negative")
}

// TestLateness: what is late, what is a burst, and when it is over.
func TestLateness(t *testing.T) {
	start := capacity.At(day)
	var l lateness
	take := func(recorded, after time.Duration) {
		at := start.Add(recorded)
		l.take(&Event{Recorded: at, Happened: at.Add(-after)})
	}
	take(0, lateAfter)
	require.Zero(t, l.Count, "a quarter of an hour is not late yet")
	for i := range burstSize - 1 {
		take(time.Duration(i)*time.Second, hour)
	}
	require.Zero(t, l.Until)
	take(90*time.Second, hour)
	require.Zero(t, l.Until, "too slow for a burst")
	for range burstSize {
		take(10*time.Minute, hour)
	}
	require.Equal(t, start.Add(10*time.Minute), l.From)
	require.Equal(t, start.Add(12*time.Minute), l.Until)
	take(11*time.Minute, hour)
	require.Equal(t, start.Add(13*time.Minute), l.Until, "it goes on")
	take(11*time.Minute+time.Second, 0)
	require.Equal(t, start.Add(13*time.Minute), l.Until, "what is on time is calm")
	take(14*time.Minute, hour)
	require.Zero(t, l.Until, "a single late fact after it is no burst")
	require.EqualValues(t, 2*burstSize+2, l.Count)
}

// TestSkew: the most a clock was ahead, for an hour.
func TestSkew(t *testing.T) {
	start := capacity.At(day)
	var k skew
	take := func(recorded, ahead time.Duration) time.Duration {
		at := start.Add(recorded)
		k.take(&Event{Recorded: at, Happened: at.Add(ahead)})
		return k.Most
	}
	require.Equal(t, time.Duration(0), take(0, -hour), "what was on its way is no skew")
	require.Equal(t, 90*time.Second, take(time.Minute, 90*time.Second))
	require.Equal(t, 90*time.Second, take(time.Hour, time.Second))
	require.Equal(t, time.Second, take(time.Hour+time.Minute, time.Second), "an hour later it is put right")
}

// TestOutageMustMakeSense: what is wrong with a planned outage is told by field.
func TestOutageMustMakeSense(t *testing.T) {
	at := capacity.At(day)
	for _, tt := range []struct {
		name, field string
		spoil       func(*Event)
	}{
		{"sound", "", func(*Event) {}},
		{"of itself", "", func(e *Event) { e.Data.About = "pas" }},
		{"by the desk", "", func(e *Event) { e.Feed, e.Data.About = Desk, "pas" }},
		{"ends when told", "data.until", func(e *Event) { e.Data.Until = at }},
		{"ends before it begins", "data.until", func(e *Event) { e.Data.Due = at.Add(2 * hour) }},
		{"for weeks", "data.until", func(e *Event) { e.Data.Until = at.Add(maxOutage + time.Second) }},
		{"of another feed", "data.about", func(e *Event) { e.Data.About = "lab" }},
		{"by the desk, of none", "data.about", func(e *Event) { e.Feed = Desk }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := Event{ID: "1", Feed: "pas", Kind: OutagePlanned, Happened: at, Data: Data{Until: at.Add(hour)}}
			tt.spoil(&e)
			err := e.Validate()
			if tt.field == "" {
				require.NoError(t, err)
				return
			}
			var invalid *Invalid
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, tt.field, invalid.Field)
		})
	}
}

// TestFeedsAreBounded: of planned outages the soonest are kept, of reported figures those
// told last; what goes leaves no record.
func TestFeedsAreBounded(t *testing.T) {
	s, kept, now := New("bounds"), records{}, capacity.At(day)
	apply := func(e Event) {
		e.Seq = s.Seq() + 1
		s.Apply(&e)
		kept.take(s.Changes())
	}
	layout := aWard(2)
	for i := range 20 {
		u := layout.Units[0]
		u.ID = fmt.Sprint("x", i)
		layout.Units = append(layout.Units, u)
	}
	for _, e := range LayoutEvents(layout, 1, now) {
		apply(e)
	}
	for i := range maxOutages + 3 {
		from := now.Add(time.Duration(20-i) * hour)
		apply(Event{ID: fmt.Sprint("o", i), Feed: "f0", Kind: OutagePlanned, Happened: now, Recorded: now, Data: Data{Due: from, Until: from.Add(hour)}})
	}
	outages := s.feeds["f0"].told.Outages
	require.Len(t, outages, maxOutages)
	require.Equal(t, now.Add(time.Duration(20-maxOutages-2)*hour), outages[0].From)

	told := 0
	for _, m := range capacity.Measures() {
		for _, u := range layout.Units {
			if value := float64(told); m.Applies(&u) && m.Scope == "unit" && told < maxReports+3 {
				told++
				apply(Event{
					ID: fmt.Sprint("f", told), Feed: Desk, Kind: FigureReported, Happened: now, Recorded: now,
					Data: Data{Role: "coordinator", Figure: &Reported{Measure: m.Name, Scope: "unit/" + u.ID, Value: &value, How: "phone"}},
				})
			}
		}
	}
	require.Equal(t, maxReports+3, told)
	require.Len(t, s.reports.told, maxReports)
	first := capacity.Measures()[0].Name
	require.Nil(t, s.reportedFor(first, "unit/u0"))
	require.NotNil(t, s.reportedFor(first, "unit/x1"))
	again, err := Load("bounds", s.Seq(), kept.all())
	require.NoError(t, err)
	require.Equal(t, figuresOf(s), figuresOf(again))
	require.Equal(t, s.Digest(), again.Digest())
}
