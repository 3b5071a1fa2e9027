package main

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/configs"
	"flowcentre/flow"
	"flowcentre/flow/engine"
	"flowcentre/flow/store"
	"flowcentre/streams"
	"flowcentre/streams/county"
	"flowcentre/streams/hl7"
)

var days = flag.Int("days", 0, "how many days TestAYear lives through: the whole county from 120 on, one hospital of it for fewer")

var raced bool // built with the race detector

// A year of the synthetic county through the engine and a real store, without sockets:
// what is kept does not grow. Sampled once a day; a month once everything kept has been kept
// as long as it ever is stands beside the last month, and no clock is looked at.
func TestAYear(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("takes a minute, and the race detector keeps memory of its own")
	}
	whole := *days >= 120
	span, month, settled := 46, 7, 32 // whole weeks; ids are kept for 30 days; what grew all the time would have grown by a fifth
	if *days > 0 {
		span = *days
	}
	if whole {
		month, settled = 28, 60
	}
	require.GreaterOrEqual(t, span, settled+2*month, "too few days: what is kept is not settled before")
	y := newYear(t, whole)
	samples := make([]map[string]float64, 0, span)
	for day := range span {
		y.live(day)
		samples = append(samples, y.sample())
	}
	y.loadsAsItWas()

	early, late := mean(samples[settled:settled+month]), mean(samples[span-month:])
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "mean of days\t%d-%d\t%d-%d\tratio\t\n", settled+1, settled+month, span-month+1, span)
	for _, what := range slices.Sorted(maps.Keys(late)) {
		fmt.Fprintf(w, "%s\t%.0f\t%.0f\t%.3f\t\n", what, early[what], late[what], late[what]/max(1, early[what]))
	}
	require.NoError(t, w.Flush())
	t.Logf("%d days, %d events\n%s", span, y.at.Seq, table.String())
	for what, now := range late {
		if what == "records day" {
			assert.LessOrEqual(t, now, 400.0, what) // one more each day, until there are as many as are kept
			continue
		}
		// What is few goes up and down by itself: so many more are no growth.
		assert.LessOrEqual(t, now, 1.15*early[what]+few[what], what)
	}
	for _, what := range []string{"heap of the state", "bytes of the store", "records patient", "records ambulance", "records decision", "records seen"} {
		assert.NotZero(t, late[what], what)
	}
}

// few is what a figure may differ by besides, because it is small and not even.
var few = map[string]float64{
	"records hours": 20, "records ambulance": 10, "records transfer": 10, "records referral": 20, "records call": 20, "records agreement": 5, "records item": 10, "records held": 5, "shown contradictions": 10, "shown gone": 200,
	"shown requests": 15, "shown attendances": 20, "shown ambulances": 5,
}

func mean(samples []map[string]float64) map[string]float64 {
	sum := map[string]float64{}
	for _, s := range samples {
		for what, n := range s {
			sum[what] += n / float64(len(samples))
		}
	}
	return sum
}

// year is a county and a centre that has only its fold and its store.
type year struct {
	t           *testing.T
	config      *Config
	play        *county.County
	zone        *time.Location
	start, tick capacity.Instant
	next        county.Message

	folder      string
	store       *store.Store
	checkpoints *store.Checkpoints
	state       *flow.State
	at          store.Position
	entries     []flow.Entry
	seq         uint64
	layout      []flow.Event
}

const (
	yearTicks       = 60_000 // a minute, where a centre has six
	yearCheckpoints = 1000   // events from one to the next: one a day, so that there are soon as many as are kept
)

func newYear(t *testing.T, whole bool) *year {
	y := &year{t: t, config: readText(t, string(configs.Worcestershire)), folder: t.TempDir(), start: capacity.At(time.Date(2026, 6, 1, 4, 0, 0, 0, time.UTC))}
	if !whole {
		y.config.Layout = oneHospital(&y.config.Layout, "alex")
	}
	var err error
	y.zone, err = time.LoadLocation(y.config.Layout.System.TimeZone)
	require.NoError(t, err)
	y.play, err = county.New(county.Options{Layout: y.config.Layout, Seed: 1, Start: y.start, Desk: true})
	require.NoError(t, err)
	y.next, y.tick, y.layout = y.play.Next(), y.start, flow.LayoutEvents(&y.config.Layout, 1, y.start)

	y.store, err = store.Open(filepath.Join(y.folder, "engine.db"), store.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, y.store.Close()) })
	y.state, y.at, err = y.store.Load()
	require.NoError(t, err)
	y.at.Stream = "year"
	y.checkpoints, err = store.OpenCheckpoints(filepath.Join(y.folder, "checkpoints"), store.CheckpointOptions{
		Epoch: y.at.Epoch, Every: yearCheckpoints, Fits: func(store.Position) error { return nil },
	})
	require.NoError(t, err)
	return y
}

// oneHospital is the county without its other sites.
func oneHospital(l *capacity.Layout, site string) capacity.Layout {
	one := *l
	one.Sites = slices.DeleteFunc(slices.Clone(l.Sites), func(s capacity.Site) bool { return s.ID != site })
	one.Units = slices.DeleteFunc(slices.Clone(l.Units), func(u capacity.Unit) bool { return u.Site != site })
	one.Feeds = slices.DeleteFunc(slices.Clone(l.Feeds), func(f capacity.Feed) bool {
		return !slices.ContainsFunc(one.Units, func(u capacity.Unit) bool { return slices.Contains(u.Feeds, f.ID) })
	})
	return one
}

// live folds and commits what happens until the end of a day.
func (y *year) live(day int) {
	for _, e := range y.layout {
		y.log(e)
	}
	y.layout = nil
	for end := y.start.Add(time.Duration(day+1) * 24 * time.Hour); y.tick < end; {
		y.tick += yearTicks
		for ; y.next.At <= y.tick; y.next = y.play.Next() {
			y.log(y.read(y.next))
		}
		y.log(flow.Event{ID: "tick-" + y.tick.String(), Feed: flow.Centre, Kind: flow.Tick, Happened: y.tick, Recorded: y.tick})
	}
	e := engine.New(y.store, y.state, y.at, engine.Options{CommitMax: 200})
	in := make(chan []flow.Entry)
	go func() {
		defer close(in)
		for batch := range slices.Chunk(y.entries, 100) {
			in <- batch
		}
	}()
	require.NoError(y.t, e.Run(y.t.Context(), in))
	y.at = store.Position{
		Stream: y.at.Stream, Seq: y.seq, EventHash: sha256.Sum256(y.entries[len(y.entries)-1].Raw), Digest: y.state.Digest(), Epoch: y.at.Epoch,
	}
	y.entries = nil
	if y.checkpoints.Due(y.seq) {
		at, err := y.checkpoints.Take(y.store)
		require.NoError(y.t, err)
		require.Equal(y.t, y.at, at)
	}
}

// read takes a message as the gateways do.
func (y *year) read(m county.Message) flow.Event {
	var e flow.Event
	if m.Protocol == county.MLLP {
		r := hl7.Map(m.Body, &hl7.Settings{TimeZone: y.zone, Authority: y.config.Feed(m.Feed).HL7.Authority}, m.At)
		require.NotNil(y.t, r.Event, "%s", m.Body)
		e = *r.Event
	} else {
		var err error
		e, err = streams.ReadStructured(m.Body)
		require.NoError(y.t, err, "%s", m.Body)
	}
	e.Feed, e.Recorded = m.Feed, m.At
	return e
}

func (y *year) log(e flow.Event) {
	y.seq++
	e.Seq = y.seq
	var err error
	e.Digest, err = flow.BodyDigest(&e)
	require.NoError(y.t, err)
	raw, err := flow.Encode(&e)
	require.NoError(y.t, err)
	y.entries = append(y.entries, flow.Entry{Event: e, Raw: raw})
}

// sample is what is kept now.
func (y *year) sample() map[string]float64 {
	v := y.state.View()
	s := map[string]float64{
		"heap, with the county that plays": heapInUse(),
		"ids":                              float64(y.state.Seen().Len()),
		"shown contradictions":             float64(len(v.Contradictions)),
		"shown attendances":                float64(len(v.Attendances)),
		"shown ambulances":                 float64(len(v.Ambulances)),
		"shown requests":                   float64(len(v.Requests)),
		"shown discharges":                 float64(len(v.Discharges)),
		"shown gone":                       float64(len(v.Gone)),
	}
	for kind, n := range y.state.Records() {
		s["records "+kind] = float64(n)
	}
	before := heapInUse()
	loaded, at, err := y.store.Load()
	require.NoError(y.t, err)
	require.Equal(y.t, y.at, at)
	s["heap of the state"] = heapInUse() - before
	runtime.KeepAlive(loaded)
	size, err := y.store.Size()
	require.NoError(y.t, err)
	s["bytes of the store"] = float64(size)
	files, err := os.ReadDir(filepath.Join(y.folder, "checkpoints"))
	require.NoError(y.t, err)
	s["checkpoints"] = float64(len(files))
	for _, f := range files {
		info, err := f.Info()
		require.NoError(y.t, err)
		s["bytes of the largest checkpoint"] = max(s["bytes of the largest checkpoint"], float64(info.Size()))
	}
	return s
}

// loadsAsItWas compares the state that lived through it all with one loaded anew.
func (y *year) loadsAsItWas() {
	loaded, _, err := y.store.Load()
	require.NoError(y.t, err)
	was, err := json.Marshal(figuresOf(y.state.View()))
	require.NoError(y.t, err)
	now, err := json.Marshal(figuresOf(loaded.View()))
	require.NoError(y.t, err)
	require.JSONEq(y.t, string(was), string(now))
	require.NoError(y.t, y.store.Check())
}

// figuresOf are all figures of a view, by scope.
func figuresOf(v *flow.View) map[string]map[string]*flow.MeasureValue {
	all := map[string]map[string]*flow.MeasureValue{}
	for _, m := range v.Measures {
		all[m.ID] = m.Values
	}
	return all
}
