package dashboard

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// happen lets something happen in the county.
func happen(t *rapid.T, c *county) {
	n := rapid.IntRange(0, 3*demands-1).Draw(t, "n")
	switch rapid.SampledFrom([]string{"unit", "unit", "unit", "feed", "site", "tick", "contradict", "contradict", "agree", "hold", "release", "demand", "demand", "meet", "relay", "forget"}).Draw(t, "event") {
	case "unit":
		c.changeUnit(n)
	case "feed":
		c.changeFeed(n)
	case "site":
		c.changeSite(n)
	case "tick":
		c.tick()
	case "contradict":
		c.contradict(n)
	case "agree":
		c.agree(n)
	case "hold":
		c.hold()
	case "release":
		c.release(n)
	case "demand":
		c.demand(n)
	case "meet":
		c.meet(n)
	case "relay":
		c.relay(n)
	case "forget":
		c.forget()
	}
}

func TestFramesBringAClientFromAnyPastViewToTheNewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCounty("e1")
		e := newEncoder()
		now := follow(nil, c.view(), e)
		past := []*flow.View{now.view}
		for step := range rapid.IntRange(1, 30).Draw(t, "steps") {
			if rapid.IntRange(0, 19).Draw(t, "restore") == 0 {
				c.restore(fmt.Sprint("restored", step))
			}
			for range rapid.IntRange(0, 4).Draw(t, "events between cuts") {
				happen(t, c)
			}
			now = follow(now, c.view(), e)
			from := past[rapid.IntRange(0, len(past)-1).Draw(t, "from")]
			m := &mirror{Epoch: from.Epoch, Seq: from.Seq, State: showing(from)}
			f, err := now.from(from.Epoch, from.Seq)
			require.NoError(t, err)
			require.NoError(t, m.apply(f.json))
			m.requireShows(t, now.view)
			past = append(past, now.view)
		}
	})
}

func TestADeltaTellsOnlyWhatChanged(t *testing.T) {
	c := newCounty("e1")
	before := c.view()
	e := newEncoder()
	first := follow(nil, before, e)
	c.changeUnit(2)
	c.contradict(1)
	c.agree(0)
	f, err := follow(first, c.view(), e).from("e1", before.Seq)
	require.NoError(t, err)
	var got map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(f.json, &got))
	require.JSONEq(t, `"delta"`, string(got["type"]))
	require.JSONEq(t, `{"contradictions":["c1"]}`, string(got["removed"]))
	var units []*flow.UnitView
	require.NoError(t, json.Unmarshal(got["units"], &units))
	require.Len(t, units, 1)
	require.Equal(t, "wrh-w3", units[0].ID)
	for _, absent := range []string{"sites", "feeds", "contradictions", "held"} {
		require.NotContains(t, got, absent)
	}
	require.Contains(t, got, "system")
}

func TestWhatCameBackIsNotRemoved(t *testing.T) {
	c := newCounty("e1")
	c.contradict(3)
	before := c.view()
	e := newEncoder()
	first := follow(nil, before, e)
	c.agree(0)
	c.contradict(3)
	f, err := follow(first, c.view(), e).from("e1", before.Seq)
	require.NoError(t, err)
	require.NotContains(t, string(f.json), "removed")
	require.Contains(t, string(f.json), `"contradictions":[{"id":"c3"`)
}

func TestASnapshotIsSentWhereADeltaWouldNotDo(t *testing.T) {
	c := newCounty("e1")
	e := newEncoder()
	first := follow(nil, c.view(), e)
	start := c.v.Seq
	for range 10 {
		c.changeUnit(0)
	}
	c.v.Floor = start + 4
	now := follow(first, c.view(), e)
	for name, from := range map[string]struct {
		epoch string
		seq   uint64
		delta bool
	}{
		"at the floor":     {"e1", start + 4, true},
		"before the floor": {"e1", start + 3, false},
		"at the newest":    {"e1", start + 10, true},
		"past the newest":  {"e1", start + 11, false},
		"of another epoch": {"e0", start + 4, false},
		"of no epoch":      {"", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := now.from(from.epoch, from.seq)
			require.NoError(t, err)
			if from.delta {
				require.Contains(t, string(f.json), `{"type":"delta"`)
			} else {
				require.Contains(t, string(f.json), `{"type":"snapshot"`)
			}
		})
	}
	t.Run("before a new layout", func(t *testing.T) {
		before := c.v.Seq
		c.relay(1)
		now := follow(now, c.view(), e)
		f, err := now.from("e1", before)
		require.NoError(t, err)
		require.Contains(t, string(f.json), `{"type":"snapshot"`)
	})
}

func TestSocketsAtTheSamePositionShareAFrame(t *testing.T) {
	c := newCounty("e1")
	e := newEncoder()
	first := follow(nil, c.view(), e)
	start := c.v.Seq
	c.changeUnit(1)
	now := follow(first, c.view(), e)
	for _, from := range []position{{"e1", start}, {"gone", 3}} {
		one, err := now.from(from.epoch, from.seq)
		require.NoError(t, err)
		two, err := now.from(from.epoch, from.seq)
		require.NoError(t, err)
		require.Same(t, one.message, two.message)
	}
	for range 2 * keptDeltas {
		c.changeUnit(1)
	}
	now = follow(now, c.view(), e)
	for seq := start; seq < start+2*keptDeltas; seq++ {
		_, err := now.from("e1", seq)
		require.NoError(t, err)
	}
	require.Len(t, now.deltas, keptDeltas, "kept frames are bounded")
}

func TestUnchangedEntitiesAreEncodedOnce(t *testing.T) {
	c := newCounty("e1")
	e := newEncoder()
	encode := func() map[string]*byte {
		b := &body{encoder: e}
		b.snapshot(c.view())
		require.NoError(t, b.err)
		at := map[string]*byte{}
		for key, known := range e.known {
			at[key.kind+"/"+key.id] = &known.json[0]
		}
		return at
	}
	before := encode()
	c.changeUnit(5)
	after := encode()
	for key := range before {
		if key == "units/alx-w6" || key == "system/" {
			require.NotSame(t, before[key], after[key], key)
		} else {
			require.Same(t, before[key], after[key], key)
		}
	}
}

func TestTheEncoderForgetsWhatIsGone(t *testing.T) {
	c := newCounty("e1")
	e := newEncoder()
	for range 200 {
		c.hold()
		b := &body{encoder: e}
		b.snapshot(c.view())
		c.release(0)
		e.forget(c.view())
	}
	require.Less(t, len(e.known), 40)
}

func TestTheStateIsTheViewAsJSON(t *testing.T) {
	c := newCounty("e1")
	c.changeUnit(1)
	c.contradict(1)
	c.hold()
	for n := range demands {
		c.demand(n)
	}
	v := c.view()
	b := &body{encoder: newEncoder()}
	b.open(v)
	b.all(v)
	b.close()
	require.NoError(t, b.err)
	want, err := json.Marshal(v)
	require.NoError(t, err)
	require.Equal(t, string(want), string(b.json))
}

func TestTheHeartbeatTellsWhenEachFeedLastSpoke(t *testing.T) {
	c := newCounty("e1")
	c.changeFeed(1)
	f, err := follow(nil, c.view(), newEncoder()).heartbeat()
	require.NoError(t, err)
	require.JSONEq(t, fmt.Sprintf(`{"type":"hb","epoch":"e1","seq":11,"at":%q,"feeds":{"wrh-pas":null,"alx-pas":%q}}`,
		capacity.Instant(1_800_000_010_000), capacity.Instant(1_800_000_010_000)), string(f.json))
}

func BenchmarkDelta(b *testing.B) {
	for _, units := range []int{100, 4000} {
		b.Run(fmt.Sprint(units, " units, one changed"), func(b *testing.B) {
			c := newCounty("e1")
			for i := len(c.v.Units); i < units; i++ {
				c.v.Units = append(c.v.Units, c.newUnit("wrh"))
			}
			e := newEncoder()
			now := follow(nil, c.view(), e)
			b.ReportAllocs()
			for b.Loop() {
				from := c.v.Seq
				c.changeUnit(int(from))
				b.StopTimer()
				v := c.view()
				b.StartTimer()
				now = follow(now, v, e)
				f, err := now.from("e1", from)
				if err != nil || len(f.json) > 3000 {
					b.Fatal(err, len(f.json))
				}
			}
		})
	}
}

func BenchmarkSnapshotOneUnitChanged(b *testing.B) {
	c := newCounty("e1")
	for i := len(c.v.Units); i < 100; i++ {
		c.v.Units = append(c.v.Units, c.newUnit("wrh"))
	}
	e := newEncoder()
	b.ReportAllocs()
	for b.Loop() {
		c.changeUnit(int(c.v.Seq))
		if _, err := follow(nil, c.view(), e).from("", 0); err != nil {
			b.Fatal(err)
		}
	}
}
