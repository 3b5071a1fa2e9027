package store

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
)

const logName = "EVENTS 2027-01-12T00:00:00Z 5f1c"

// ward is a state of one ward of ten beds, and a log that fills and empties it.
type ward struct {
	*flow.State
	t    testing.TB
	last []byte
	now  capacity.Instant
}

func newWard(t testing.TB, s *flow.State) *ward {
	w := &ward{State: s, t: t, now: 1_800_000_000_000}
	if s.Seq() > 0 {
		return w
	}
	layout := &capacity.Layout{
		System:        capacity.System{ID: "county", Name: "County", TimeZone: "Europe/London"},
		Organisations: []capacity.Organisation{{ID: "trust", Name: "Trust"}},
		Sites:         []capacity.Site{{ID: "wrh", Organisation: "trust", Name: "Royal", Kind: capacity.Acute}},
		Feeds:         []capacity.Feed{{ID: "pas", Name: "PAS", Every: 600}},
		Units:         []capacity.Unit{{ID: "w1", Site: "wrh", Name: "Ward 1", Kind: capacity.Ward, Class: capacity.AdultGA}},
	}
	for i := range 10 {
		layout.Units[0].Beds = append(layout.Units[0].Beds, capacity.Bed{ID: fmt.Sprint("A", i)})
	}
	events := flow.LayoutEvents(layout, 1, w.now)
	for _, e := range events {
		w.apply(e)
	}
	return w
}

func (w *ward) apply(e flow.Event) {
	e.Seq, e.Recorded = w.Seq()+1, w.now
	if e.ID == "" {
		e.ID = fmt.Sprint("e", e.Seq)
	}
	if e.Happened == 0 {
		e.Happened = w.now
	}
	raw, err := flow.Encode(&e)
	require.NoError(w.t, err)
	w.last = raw
	w.Apply(&e)
}

// pass lets n beds change hands and a tick pass.
func (w *ward) pass(n int) {
	for range n {
		k := int(w.Seq())
		kind := flow.Admitted
		if k%3 == 0 {
			kind = flow.Discharged
		}
		w.now += 1000
		w.apply(flow.Event{Feed: "pas", Kind: kind, Data: flow.Data{
			Patient: fmt.Sprint("patient-", k%17), Place: fmt.Sprint("w1/A", k%10),
		}})
	}
	w.now += 10_000
	w.apply(flow.Event{Feed: flow.Centre, Kind: flow.Tick})
}

// commit commits all that changed, at the ward's position.
func (w *ward) commit(s *Store, epoch string) (Position, error) {
	changes := w.Changes()
	p := Position{Stream: logName, Seq: w.Seq(), EventHash: sha256.Sum256(w.last), Digest: w.Digest(), Epoch: epoch}
	return p, s.Commit(p, changes)
}

func openStore(t testing.TB, path string, o Options) *Store {
	s, err := Open(path, o)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func enginePath(t testing.TB) string { return filepath.Join(t.TempDir(), "engine.db") }
