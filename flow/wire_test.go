package flow

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/capacity"
)

// slowly decodes by encoding/json alone.
func slowly(seq uint64, b []byte) (Event, error) {
	var w wireEvent
	if err := json.Unmarshal(b, &w); err != nil {
		return Event{Seq: seq}, err
	}
	return Event{Seq: seq, ID: w.ID, Feed: w.Source, Kind: KindOf(w.Type), Happened: w.Time, Recorded: w.Recorded, Digest: w.Digest, Data: w.Data}, nil
}

// TestWireRoundTrip: what Encode writes, Decode reads, and quickly where the texts are
// plain.
func TestWireRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, e := range randomLog(t) {
			raw, err := Encode(&e)
			require.NoError(t, err)
			got, err := Decode(e.Seq, raw)
			require.NoError(t, err)
			require.Equal(t, e, got)
			quick := Event{Seq: e.Seq}
			require.True(t, (&scan{b: raw}).event(&quick), string(raw))
		}
	})
}

// FuzzDecode: whatever the quick way accepts, encoding/json reads the same, and nothing
// panics.
func FuzzDecode(f *testing.F) {
	at := capacity.At(time.Date(2027, 1, 12, 4, 7, 0, 0, time.UTC))
	for _, e := range append(LayoutEvents(aWard(2), 1, at), Event{
		ID: "e1", Feed: "pas", Kind: Swapped, Happened: at, Recorded: at + 5, Digest: "00ff",
		Data: Data{Patient: "p", Also: []string{"x"}, Place: "w4/A1", Swap: &SwapLeg{Patient: "q", Place: "w4/A2"}, Due: at, Counter: 7},
	}) {
		raw, err := Encode(&e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{"id":"\u00e9","time":"2027-01-31T04:07:00+01:00","data":{"patient":"é"}}`))
	f.Add([]byte(`{"data":{},}`))
	f.Add([]byte(`{,"id":"a"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		quick := Event{Seq: 3}
		if !(&scan{b: b}).event(&quick) {
			return
		}
		slow, err := slowly(3, b)
		require.NoError(t, err)
		require.Equal(t, slow, quick)
	})
}

// FuzzLoad: damaged records give an error or a state, never a panic.
func FuzzLoad(f *testing.F) {
	p := &patient{last: 5, names: []string{"a"}, facts: []fact{{Seq: 1, Happened: 2, Kind: Admitted, Visit: "v", Place: ref{Unit: "u", Bed: "b"}, Due: 9}}}
	f.Add("patient/x", p.pack())
	f.Add("bed/u/b", (&told{Shut: true, Reason: "r", Gate: mark{1, 2}}).pack())
	f.Add("told/u", (&unitTold{KnownSince: 4}).pack())
	f.Add("seen/00000000000000000001", (&seenBlock{ids: []seenID{{seq: 130}}}).encode())
	f.Add("clock/clock", []byte(`{"at":"2027-01-12T04:07:00Z"}`))
	f.Add("item/two_in_bed:u/b", []byte(`{"i":"x","k":"two_in_bed"}`))
	f.Fuzz(func(_ *testing.T, key string, value []byte) {
		_, _ = Load("fuzz", 1, func(yield func(string, []byte) bool) { yield(key, value) })
	})
}

// TestPatientRecord: a patient packed and unpacked is the same.
func TestPatientRecord(t *testing.T) {
	p := &patient{last: 5, names: []string{"a", ""}, visits: []string{"v"}, facts: []fact{
		{Seq: 1 << 60, Happened: -3, Recorded: 1 << 50, Kind: counted, Visit: "v", FromVisit: "w", Place: ref{"u", "y", "b"}, Prior: ref{Unit: "o"}, Class: Emergency, Due: 9},
	}}
	q := &patient{}
	names, visits, err := q.unpack(p.pack())
	require.NoError(t, err)
	require.Equal(t, p.names, names)
	require.Equal(t, p.visits, visits)
	require.Equal(t, p.facts, q.facts)
	packed := p.pack()
	for cut := range packed {
		_, _, err := (&patient{}).unpack(packed[:cut])
		require.Error(t, err, cut)
	}
}

// TestValidate: what is wrong is told by field, with what to do.
func TestValidate(t *testing.T) {
	sound := Event{ID: "1", Feed: "pas", Kind: Transferred, Happened: 1 << 40, Data: Data{Patient: "p", Place: "w4/A1"}}
	require.NoError(t, sound.Validate())
	for _, tt := range []struct {
		name, field string
		spoil       func(*Event)
	}{
		{"no id", "id", func(e *Event) { e.ID = "" }},
		{"no source", "source", func(e *Event) { e.Feed = "" }},
		{"no time", "time", func(e *Event) { e.Happened = 0 }},
		{"kind unknown", "type", func(e *Event) { e.Kind = Unknown }},
		{"field missing", "data.place", func(e *Event) { e.Data.Place = "" }},
		{"field without meaning", "data.status", func(e *Event) { e.Data.Status = StatusClosed }},
		{"long text", "data.place", func(e *Event) { e.Data.Place = strings.Repeat("x", MaxText+1) }},
		{"control character", "data.place", func(e *Event) { e.Data.Place = "a\x00b" }},
		{"class", "data.class", func(e *Event) { e.Data.Class = "urgent" }},
		{"free text for a code", "data.outcome", func(e *Event) { e.Kind, e.Data.Place, e.Data.Outcome = Discharged, "", "went home with her son" }},
		{"too many identifiers", "data.also", func(e *Event) { e.Data.Also = make([]string, MaxAlso+1) }},
		{"census too long", "data.census", func(e *Event) {
			e.Kind, e.Data.Patient, e.Data.Census = CensusTaken, "", make([]CensusEntry, MaxCensus+1)
		}},
		{"swap with oneself", "data.swap.patient", func(e *Event) { e.Kind, e.Data.Swap = Swapped, &SwapLeg{Patient: "p", Place: "w4/A2"} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := sound
			tt.spoil(&e)
			var invalid *Invalid
			require.ErrorAs(t, e.Validate(), &invalid)
			require.Equal(t, tt.field, invalid.Field)
			require.NotEmpty(t, invalid.Reason)
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	at := capacity.At(time.Date(2027, 1, 12, 4, 7, 0, 0, time.UTC))
	e := Event{
		ID: "hl7-0123456789abcdef0123456789abcdef", Feed: "wrh-pas", Kind: Transferred, Happened: at, Recorded: at + 1500, Digest: "0123456789abcdef",
		Data: Data{Patient: "AAAAAAAAAAAAAAAAAAAAAA", Also: []string{"BBBBBBBBBBBBBBBBBBBBBB"}, Visit: "CCCCCCCCCCCCCCCCCCCCCC", Place: "RWP50/W04/Bay A/A1", Prior: "RWP50/AMU/Bay B/B2", Class: Inpatient},
	}
	raw, _ := Encode(&e)
	for _, way := range []struct {
		name   string
		decode func(uint64, []byte) (Event, error)
	}{{"quick", Decode}, {"encoding-json", slowly}} {
		b.Run(fmt.Sprint(way.name, "/", len(raw)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := way.decode(1, raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
