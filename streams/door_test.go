package streams

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

// index is what the engine would know: every id that it has read from the log.
type index struct {
	mu  sync.Mutex
	ids map[name]flow.Event
}

func (x *index) lookup(feed, id string) (string, uint64, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e, ok := x.ids[name{feed, id}]
	return e.Digest, e.Seq, ok
}

func (x *index) read(entries []flow.Entry) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range entries {
		x.ids[name{e.Event.Feed, e.Event.ID}] = e.Event
	}
}

// newIndex follows the log as an engine does.
func newIndex(t testing.TB, l *Log) *index {
	x := &index{ids: map[name]flow.Event{}}
	out := make(chan []flow.Entry)
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	go func() { _ = l.Follow(ctx, 0, out) }()
	go func() {
		for {
			select {
			case batch := <-out:
				x.read(batch)
			case <-ctx.Done():
				return
			}
		}
	}()
	return x
}

func testKeys(t testing.TB) *Keys {
	t.Helper()
	k, err := OpenKeys(filepath.Join(t.TempDir(), "keys", "patients.key"), true)
	require.NoError(t, err)
	return k
}

func newTestDoor(t testing.TB, l *Log) *Door {
	t.Helper()
	return testDoor(t, l, newIndex(t, l).lookup)
}

func newTestDoorWith(t testing.TB, l *Log, with func(*DoorOptions)) *Door {
	t.Helper()
	o := DoorOptions{Log: l, Keys: testKeys(t), Clock: NewClock(start, 1), Seen: newIndex(t, l).lookup, Logger: l.logger, Feeds: []Feed{{ID: "wrh"}}}
	with(&o)
	d, err := NewDoor(o)
	require.NoError(t, err)
	t.Cleanup(d.Close)
	return d
}

func testDoor(t testing.TB, l *Log, seen func(feed, id string) (string, uint64, bool)) *Door {
	t.Helper()
	d, err := NewDoor(DoorOptions{
		Log: l, Keys: testKeys(t), Clock: NewClock(start, 1), Seen: seen, Logger: l.logger,
		Feeds: []Feed{{ID: "wrh"}, {ID: "alex"}},
	})
	require.NoError(t, err)
	t.Cleanup(d.Close)
	return d
}

func admitted(id, patient string) flow.Event {
	return flow.Event{
		ID: id, Feed: "wrh", Kind: flow.Admitted, Happened: start,
		Data: flow.Data{Patient: patient, Visit: "RWP50/VN/" + id, Place: "RWP50/W4/BAYA/A1"},
	}
}

func TestDoorStampsAndHides(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	sent := admitted("1", "RWP50/MR/1234567")
	r := d.Post(t.Context(), "wrh", []flow.Event{sent})
	require.Equal(t, []Result{{ID: "1", Seq: 1}}, r)
	assert.Equal(t, "RWP50/MR/1234567", sent.Data.Patient, "the caller's event is left alone")

	e := follow(t, l, 0, 1)[0].Event
	assert.Equal(t, d.keys.Patient("RWP50/MR/1234567"), e.Data.Patient)
	assert.Len(t, e.Data.Patient, 22)
	assert.Equal(t, d.keys.Visit("RWP50/VN/1"), e.Data.Visit)
	assert.NotEqual(t, d.keys.Patient("x"), d.keys.Visit("x"))
	assert.Equal(t, "RWP50/W4/BAYA/A1", e.Data.Place)
	assert.Equal(t, start, e.Happened)
	assert.InDelta(t, float64(start), float64(e.Recorded), 60_000)
	digest, err := flow.BodyDigest(&e)
	require.NoError(t, err)
	assert.Equal(t, digest, e.Digest)
}

func TestDoorRefuses(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	for title, c := range map[string]struct {
		change func(*flow.Event)
		field  string
	}{
		"no patient":             {func(e *flow.Event) { e.Data.Patient = "" }, "data.patient"},
		"a bare number":          {func(e *flow.Event) { e.Data.Patient = "7654321" }, "data.patient"},
		"a value missing":        {func(e *flow.Event) { e.Data.Also = []string{"RWP50/MR/"} }, "data.also[0]"},
		"a kind of the centre's": {func(e *flow.Event) { e.Kind = flow.Tick; e.Data = flow.Data{} }, "type"},
		"an unknown kind":        {func(e *flow.Event) { e.Kind = flow.Unknown }, "type"},
		"the future":             {func(e *flow.Event) { e.Happened = start.Add(6 * time.Minute) }, "time"},
		"a field too many":       {func(e *flow.Event) { e.Data.Reason = "x" }, "data.reason"},
		"a report":               {func(e *flow.Event) { e.Data.Report = &flow.FeedReport{} }, "data.report"},
	} {
		t.Run(title, func(t *testing.T) {
			e := admitted("x", "RWP50/MR/7654321")
			c.change(&e)
			r := d.Post(t.Context(), "wrh", []flow.Event{e})
			var invalid *flow.Invalid
			require.ErrorAs(t, r[0].Err, &invalid)
			assert.Equal(t, c.field, invalid.Field)
			assert.NotContains(t, invalid.Error(), "7654321")
		})
	}
	r := d.Post(t.Context(), "alex", []flow.Event{admitted("x", "A/B/1")})
	require.ErrorIs(t, r[0].Err, ErrForeign)
	r = d.Post(t.Context(), "centre", []flow.Event{cleaned("centre", "x")})
	require.ErrorIs(t, r[0].Err, ErrNoFeed)
	for _, patient := range []string{"1234567", "A/B/", "A/B/C/D", "A/B/1\x01", "A/B/" + strings.Repeat("1", flow.MaxText)} {
		r = d.Post(t.Context(), "wrh", []flow.Event{admitted("x", patient)})
		var invalid *flow.Invalid
		require.ErrorAs(t, r[0].Err, &invalid, patient)
		require.Equal(t, "data.patient", invalid.Field)
	}
	census := flow.Event{ID: "c", Feed: "wrh", Kind: flow.CensusTaken, Happened: start.Add(-50 * 24 * time.Hour), Data: flow.Data{Place: "W4"}}
	for i := range flow.MaxCensus {
		census.Data.Census = append(census.Data.Census, flow.CensusEntry{Place: fmt.Sprintf("W4/%s%d", strings.Repeat("b", 60), i), Patient: "A/B/1"})
	}
	r = d.Post(t.Context(), "wrh", []flow.Event{census})
	require.NoError(t, r[0].Err, "a census may be larger than other events, and a fact may be old")
	list := flow.Event{ID: "d", Feed: "wrh", Kind: flow.ListTaken, Happened: start, Data: flow.Data{Place: "ae"}}
	for range flow.MaxListed {
		list.Data.List = append(list.Data.List, flow.ListEntry{Patient: "A/B/1", Arrived: start, Place: strings.Repeat("p", flow.MaxText), Seen: start, Assessed: start})
	}
	r = d.Post(t.Context(), "wrh", []flow.Event{list})
	var large *TooLarge
	require.ErrorAs(t, r[0].Err, &large)
	assert.EqualValues(t, 1, last(t, l))

	noCensus := flow.Event{ID: "n", Feed: "wrh", Kind: flow.CensusTaken, Happened: start, Data: flow.Data{Place: "W4"}}
	var missing *flow.Invalid
	require.ErrorAs(t, d.Post(t.Context(), "wrh", []flow.Event{noCensus})[0].Err, &missing, "a census left out is a mistake; an empty one says that nobody is there")
	require.Equal(t, "data.census", missing.Field)
	noCensus.Data.Census = []flow.CensusEntry{}
	require.NoError(t, d.Post(t.Context(), "wrh", []flow.Event{noCensus})[0].Err)
}

func TestDoorKnowsWhatItHasSeen(t *testing.T) {
	for title, seen := range map[string]func(*Log) func(feed, id string) (string, uint64, bool){
		"once the engine has it":   func(l *Log) func(feed, id string) (string, uint64, bool) { return newIndex(t, l).lookup },
		"before the engine has it": func(*Log) func(feed, id string) (string, uint64, bool) { return nil },
	} {
		t.Run(title, func(t *testing.T) {
			l := newTestLog(t)
			d := testDoor(t, l, seen(l))
			first := d.Post(t.Context(), "wrh", []flow.Event{admitted("1", "A/B/1"), admitted("1", "A/B/1"), admitted("2", "A/B/2")})
			assert.Equal(t, []Result{{ID: "1", Seq: 1}, {ID: "1", Seq: 1, Duplicate: true}, {ID: "2", Seq: 2}}, first)
			if d.seen != nil {
				require.Eventually(t, func() bool { _, _, ok := d.seen("wrh", "2"); return ok }, 5*time.Second, time.Millisecond)
				d.Post(t.Context(), "alex", []flow.Event{cleaned("alex", "1")})
				d.mu.Lock()
				assert.LessOrEqual(t, len(d.recent), 1, "what the engine knows is dropped")
				d.mu.Unlock()
			}
			again := d.Post(t.Context(), "wrh", []flow.Event{admitted("1", "A/B/1"), admitted("2", "A/B/3")})
			assert.Equal(t, Result{ID: "1", Seq: 1, Duplicate: true}, again[0])
			var conflict *Conflict
			require.ErrorAs(t, again[1].Err, &conflict)
			assert.EqualValues(t, 2, conflict.Seq)
			other := d.Post(t.Context(), "alex", []flow.Event{cleaned("alex", "2")})
			require.NoError(t, other[0].Err, "another feed's id is another id")
		})
	}
}

func TestDoorHidesHL7IDs(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	r := d.Post(t.Context(), "wrh", []flow.Event{cleaned("wrh", "hl7-0123")})
	assert.Equal(t, "hl7-0123", r[0].ID)
	assert.Equal(t, d.keys.ID("hl7-0123"), follow(t, l, 0, 1)[0].Event.ID)
	r = d.Post(t.Context(), "wrh", []flow.Event{cleaned("wrh", "hl7-0123")})
	assert.True(t, r[0].Duplicate)
}

func TestManySendersKeepTheirOrder(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	const senders, each = 50, 20
	var all sync.WaitGroup
	for s := range senders {
		all.Go(func() {
			for i := range each {
				r := d.Post(t.Context(), "wrh", []flow.Event{cleaned("wrh", fmt.Sprintf("%d/%d", s, i))})
				assert.NoError(t, r[0].Err)
			}
		})
	}
	all.Wait()
	next := map[string]int{}
	for _, e := range follow(t, l, 0, senders*each) {
		sender, n, _ := strings.Cut(e.Event.ID, "/")
		assert.Equal(t, fmt.Sprint(next[sender]), n)
		next[sender]++
	}
	assert.Len(t, next, senders)
	assert.EqualValues(t, senders*each, last(t, l))
}

func TestRefusedBatchIsWrittenSingly(t *testing.T) {
	s := testServer(t, t.TempDir())
	l := testLog(t, LogOptions{Server: s, MaxBytes: 32 << 10})
	d := testDoor(t, l, nil)
	events := make([]flow.Event, 200) // more than there is room for
	for i := range events {
		events[i] = cleaned("wrh", fmt.Sprint(i))
	}
	results := d.Post(t.Context(), "wrh", events)
	logged := 0
	for i, r := range results {
		if r.Err != nil {
			assert.ErrorIs(t, r.Err, ErrFull)
			assert.Zero(t, r.Seq)
			continue
		}
		logged++
		assert.EqualValues(t, i+1, r.Seq)
	}
	assert.Greater(t, logged, 50)
	assert.Less(t, logged, 200)
	assert.EqualValues(t, logged, last(t, l))

	testLog(t, LogOptions{Server: s, MaxBytes: 1 << 20}) // the operator gives more room
	d.Report(t.Context(), start)
	require.False(t, l.Full(), "a tick later the door knows")
	again := d.Post(t.Context(), "wrh", events[199:])
	require.NoError(t, again[0].Err)
	assert.False(t, again[0].Duplicate, "what was refused was not remembered")
	assert.EqualValues(t, last(t, l), again[0].Seq)
}

func TestProducersAreRefusedBeforeTheCentreIs(t *testing.T) {
	s := testServer(t, t.TempDir())
	l := testLog(t, LogOptions{Server: s, MaxBytes: 64 << 10})
	d := testDoor(t, l, nil)
	n := 0
	for ; ; n++ {
		require.Less(t, n, 1000)
		if r := d.Post(t.Context(), "wrh", []flow.Event{cleaned("wrh", fmt.Sprint(n))}); r[0].Err != nil {
			require.ErrorIs(t, r[0].Err, ErrFull)
			break
		}
	}
	state, err := l.State(t.Context())
	require.NoError(t, err)
	assert.Less(t, state.Bytes, state.MaxBytes*92/100)
	r := d.Post(t.Context(), "wrh", []flow.Event{cleaned("wrh", "0")})
	assert.True(t, r[0].Duplicate, "what is logged is still told so")
	d.Ignore("wrh", "ORU^R01")
	d.Report(t.Context(), start)
	_, err = l.AppendAfter(t.Context(), 0, []flow.Event{{ID: "tick-1", Feed: flow.Centre, Kind: flow.Tick, Happened: start, Recorded: start}})
	require.NoError(t, err)
	assert.EqualValues(t, n+3, last(t, l), "two reports and a tick still pass")
}

func TestDoorAnswersUnknownAndThenRefusesQuickly(t *testing.T) {
	s := testServer(t, t.TempDir())
	l := testLog(t, LogOptions{Server: s, AckWait: 300 * time.Millisecond})
	d := testDoor(t, l, nil)
	require.NoError(t, d.Post(t.Context(), "wrh", []flow.Event{cleaned("wrh", "1")})[0].Err)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	r := d.Post(gone, "wrh", []flow.Event{cleaned("wrh", "2")})
	if r[0].Err != nil {
		require.ErrorIs(t, r[0].Err, ErrUnknown)
	}
	r = d.Post(t.Context(), "wrh", []flow.Event{cleaned("wrh", "2")})
	require.NoError(t, r[0].Err, "what was taken is written, whoever goes")
	s.Stop()
	for range 3 {
		r = d.Post(t.Context(), "wrh", []flow.Event{cleaned("wrh", "3")})
		require.Error(t, r[0].Err)
	}
}

func TestDoorBoundsWhatWaits(t *testing.T) {
	l := newTestLog(t)
	d := testDoor(t, l, nil)
	d.mu.Lock()
	d.shares["wrh"] = maxShare
	d.mu.Unlock()
	r := d.Post(t.Context(), "wrh", []flow.Event{cleaned("wrh", "1")})
	require.ErrorIs(t, r[0].Err, ErrBusy)
	other := d.Post(t.Context(), "alex", []flow.Event{cleaned("alex", "1")})
	require.NoError(t, other[0].Err, "one feed does not fill the queue of others")
	d.Close()
	r = d.Post(t.Context(), "alex", []flow.Event{cleaned("alex", "2")})
	require.ErrorIs(t, r[0].Err, ErrBusy)
}

func TestReportsAreOneAFeedAndTick(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	end := d.Connect("wrh")
	for i := range 7 {
		d.Refuse("wrh", flow.Refusal{Reason: "no_location", Detail: "PV1-3 is empty", Digest: fmt.Sprintf("%016x", i)})
	}
	for i := range 60 {
		d.Ignore("wrh", fmt.Sprintf("X%02d", i))
	}
	d.Post(t.Context(), "wrh", []flow.Event{cleaned("wrh", "1"), cleaned("wrh", "1"), {ID: "bad", Feed: "wrh"}})
	d.Ignore("nobody", "x")
	d.Report(t.Context(), start)
	d.Report(t.Context(), start.Add(10*time.Second))
	total := d.Totals()[1]
	assert.Equal(t, Totals{
		Feed: "wrh", Logged: 1, Duplicates: 1, Ignored: 60, Refused: map[string]uint64{"no_location": 7, "invalid": 1}, Connections: 1,
	}, total)
	end()
	end()
	d.Report(t.Context(), start.Add(20*time.Second))

	var reports []flow.Event
	for _, e := range follow(t, l, 1, 3) {
		require.Equal(t, flow.FeedReported, e.Event.Kind)
		require.Equal(t, flow.Centre, e.Event.Feed)
		reports = append(reports, e.Event)
	}
	assert.EqualValues(t, 4, last(t, l), "nothing to tell, nothing told")
	assert.Equal(t, "wrh", reports[2].Data.Report.Feed, "its connection ended")
	assert.False(t, reports[2].Data.Report.Connected)
	byFeed := map[string]*flow.FeedReport{}
	for _, e := range reports[:2] {
		byFeed[e.Data.Report.Feed] = e.Data.Report
	}
	require.Contains(t, byFeed, "alex")
	assert.Equal(t, &flow.FeedReport{Feed: "alex"}, byFeed["alex"], "told once that it is not connected")
	wrh := byFeed["wrh"]
	assert.True(t, wrh.Connected)
	assert.Equal(t, map[string]int{"no_location": 7, "invalid": 1}, wrh.Refused)
	assert.Equal(t, 1, wrh.Duplicates)
	assert.Len(t, wrh.Ignored, maxReasons+1)
	assert.Equal(t, 10, wrh.Ignored["other"])
	require.Len(t, wrh.Last, 5)
	assert.Equal(t, "invalid", wrh.Last[4].Reason)
	assert.Equal(t, "0000000000000006", wrh.Last[3].Digest)
	assert.NotZero(t, wrh.Last[3].At)
}

func TestReportIsKeptWhileTheLogIsAway(t *testing.T) {
	d := testDoor(t, newTestLog(t), nil)
	d.Refuse("wrh", flow.Refusal{Reason: "x"})
	for _, r := range d.slates.collect() {
		d.slates.giveBack(r)
	}
	d.Refuse("wrh", flow.Refusal{Reason: "x"})
	for feed, r := range d.slates.collect() {
		if feed == "wrh" {
			assert.Equal(t, map[string]int{"x": 2}, r.Refused)
			assert.Len(t, r.Last, 2)
		}
	}
}

// Whatever field an identifier stands in, neither it nor a plain hash over it reaches
// the disk.
func TestNoIdentifierOnDisk(t *testing.T) {
	dir := t.TempDir()
	s := testServer(t, dir)
	l := testLog(t, LogOptions{Server: s})
	d := newTestDoor(t, l)
	secret := func(n int) string { return fmt.Sprintf("RWP50/MR/SEED%04d", n) }
	e := []flow.Event{
		admitted("1", secret(1)),
		{ID: "2", Feed: "wrh", Kind: flow.Admitted, Happened: start, Data: flow.Data{Patient: secret(2), Also: []string{secret(3), secret(4)}, Visit: secret(5)}},
		{ID: "3", Feed: "wrh", Kind: flow.PatientMerged, Happened: start, Data: flow.Data{Patient: secret(6), FromPatient: secret(7)}},
		{ID: "4", Feed: "wrh", Kind: flow.VisitMoved, Happened: start, Data: flow.Data{Patient: secret(8), FromVisit: secret(9), Visit: secret(10)}},
		{ID: "5", Feed: "wrh", Kind: flow.Swapped, Happened: start, Data: flow.Data{Patient: secret(11), Place: "W4", Swap: &flow.SwapLeg{Patient: secret(12), Visit: secret(13), Place: "W5"}}},
		{ID: "6", Feed: "wrh", Kind: flow.CensusTaken, Happened: start, Data: flow.Data{Place: "W4", Census: []flow.CensusEntry{{Place: "W4/1", Patient: secret(14), Visit: secret(15)}}}},
		{ID: "7", Feed: "wrh", Kind: flow.Admitted, Happened: start, Data: flow.Data{Patient: "SEED0016"}}, // refused
	}
	for i, r := range d.Post(t.Context(), "wrh", e) {
		if i < 6 {
			require.NoError(t, r.Err)
		}
	}
	d.Report(t.Context(), start)
	l.Close()
	s.Stop()
	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		raw, err := os.ReadFile(path)
		assert.False(t, bytes.Contains(raw, []byte("SEED")), path)
		return err
	}))
	assert.Greater(t, files, 2)
	raw, err := os.ReadFile(filepath.Join(dir, "jetstream", "$G", "streams", Stream, "msgs", "1.blk"))
	require.NoError(t, err)
	assert.True(t, bytes.Contains(raw, []byte(d.keys.Patient(secret(14)))), "the scan looks where events are")
}

func TestKeysFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "k")
	_, err := OpenKeys(path, false)
	require.ErrorIs(t, err, fs.ErrNotExist)
	k, err := OpenKeys(path, true)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	again, err := OpenKeys(path, true)
	require.NoError(t, err)
	assert.Equal(t, k.Patient("A/B/1"), again.Patient("A/B/1"))
	assert.NotEqual(t, k.Patient("A/B/1"), k.Patient("A/B/2"))
	assert.NotEqual(t, k.Patient("A/B/1"), testKeys(t).Patient("A/B/1"))

	require.NoError(t, os.Chmod(path, 0o640))
	_, err = OpenKeys(path, true)
	require.ErrorContains(t, err, "chmod 600")
	require.NoError(t, os.Chmod(path, 0o600))
	require.NoError(t, os.WriteFile(path, []byte("short"), 0o600))
	_, err = OpenKeys(path, true)
	require.ErrorContains(t, err, "backup")

	// The keyed hash is HMAC-SHA256, first 16 bytes (RFC 4231's construction).
	key, _ := hex.DecodeString(strings.Repeat("0b", 32))
	want := newKeys(key).Patient("x")
	raw, err := base64.RawURLEncoding.DecodeString(want)
	require.NoError(t, err)
	assert.Len(t, raw, 16)
}

func TestCostChoosesByMeasure(t *testing.T) {
	c := newCost()
	assert.False(t, c.batchPays(5), "a quick disk: few events go singly")
	assert.True(t, c.batchPays(20))
	for range 50 {
		c.singlesTook(1, 4*time.Millisecond)
		c.batchTook(10, 7*time.Millisecond)
	}
	assert.True(t, c.batchPays(2), "a slow disk: two share a sync")
}
