package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// anything draws a random log, or one of whole stories: told by several feeds in any
// order, repeated, and up to three days late.
func anything(t *rapid.T) []Event {
	if rapid.IntRange(0, 2).Draw(t, "stories") == 0 {
		log, _ := stories(t)
		return log
	}
	return randomLog(t)
}

var anyVersion = regexp.MustCompile(`"version":\d+,?`)

// texts are entries of views in the JSON that people get, written once for as long as an
// entry is the same.
type texts map[any]string

// everything is a view by kind and id of its entries. What a start may change, the
// versions, is apart.
func (w texts) everything(t *rapid.T, v *View) (all map[string]string, versions map[string]uint64) {
	all, versions = map[string]string{}, map[string]uint64{}
	put := func(kind, id string, seq uint64, entry any) {
		name := kind + "/" + id
		if all[name] != "" {
			t.Fatalf("%s is there twice", name)
		}
		if w[entry] == "" {
			text, err := json.Marshal(entry)
			require.NoError(t, err)
			w[entry] = anyVersion.ReplaceAllString(string(text), "")
		}
		all[name], versions[name] = w[entry], seq
	}
	if v.System != nil {
		put("system", "", v.System.Version, v.System)
	}
	for _, e := range v.Sites {
		put("sites", e.ID, e.Version, e)
	}
	for _, e := range v.Units {
		put("units", e.ID, e.Version, e)
	}
	for _, e := range v.Feeds {
		put("feeds", e.ID, e.Version, e)
	}
	for _, e := range v.Contradictions {
		put("contradictions", e.ID, e.Version, e)
	}
	for _, e := range v.Held {
		put("held", fmt.Sprint(e.Seq), e.Seq, e)
	}
	for _, e := range v.Measures {
		put("measures", e.ID, e.Version, strings.Join(slices.Sorted(maps.Keys(e.Values)), " "))
		for name, value := range e.Values {
			put("figure", e.ID+"/"+name, value.Version, value)
		}
	}
	for _, e := range v.Attendances {
		put("attendances", e.ID, e.Version, e)
	}
	for _, e := range v.Ambulances {
		put("ambulances", e.ID, e.Version, e)
	}
	for _, e := range v.Requests {
		put("requests", e.ID, e.Version, e)
	}
	for _, e := range v.Discharges {
		put("discharges", e.ID, e.Version, e)
	}
	for _, e := range v.Decisions {
		put("decisions", e.ID, e.Version, e)
	}
	return all, versions
}

// requireSame compares two views entry by entry: a difference is then told in a line.
func requireSame(t *rapid.T, want, got map[string]string) {
	for name, text := range want {
		if text != got[name] {
			require.Equal(t, text, got[name], name)
		}
	}
	if len(want) != len(got) { // all of the former are among the latter
		require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
	}
}

// TestShownIsWhatALoadShows: views cut from each other after every few events show what a
// state shows that was loaded at that moment and has everything to make anew: each unit,
// each figure of each scope, each list in the same order.
func TestShownIsWhatALoadShows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := anything(t)
		few := rapid.IntRange(1, 12).Draw(t, "few")
		load := rapid.IntRange(0, len(log)).Draw(t, "load")
		live, stored := New("live"), records{}
		for i := range log {
			live.Apply(&log[i])
			if i%few == 0 {
				live.View()
			}
			if i != load && i != len(log)-1 {
				continue
			}
			stored.take(live.Changes())
			loaded, err := Load("live", live.Seq(), stored.all())
			require.NoError(t, err)
			require.Equal(t, live.Digest(), loaded.Digest())
			shown, _ := texts{}.everything(t, live.View())
			anew, _ := texts{}.everything(t, loaded.View())
			requireSame(t, anew, shown)
			require.Equal(t, faces(loaded), faces(live), "after event %d", live.Seq())
		}
	})
}

// TestVersionsTellWhatChanged: whoever saw one view and takes from a later one what is of
// a later version, and leaves out what is gone since, sees the later view.
func TestVersionsTellWhatChanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := anything(t)
		few := rapid.IntRange(1, 12).Draw(t, "few")
		s, written := New("live"), texts{}
		var seen map[string]string
		since, layout := uint64(0), uint64(0)
		for i := range log {
			s.Apply(&log[i])
			if i%few != 0 && i != len(log)-1 {
				continue
			}
			v := s.View()
			all, versions := written.everything(t, v)
			if seen == nil || since < v.Floor || layout != v.System.Layout {
				seen, since, layout = all, v.Seq, v.System.Layout
				continue
			}
			for _, g := range v.Gone {
				if g.Version > since {
					delete(seen, g.Kind+"/"+g.ID)
				}
			}
			for name, seq := range versions {
				if seq > since {
					seen[name] = all[name]
				}
			}
			requireSame(t, all, seen)
			since = v.Seq
		}
	})
}
