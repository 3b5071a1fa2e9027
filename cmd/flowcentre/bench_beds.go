package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/flow/engine"
	"flowcentre/flow/store"
)

// measureBeds compares what an event and a view with all its figures cost where there are
// few beds and where there are many, and takes what a county of many costs to load and to
// keep.
func (b *bench) measureBeds(context.Context) error {
	few, err := b.prepareBeds(b.Few)
	if err != nil {
		return err
	}
	many, err := b.prepareBeds(b.Many)
	if err != nil {
		return err
	}
	for range b.Rounds {
		small, err := few.run(b.Applied)
		if err != nil {
			return err
		}
		large, err := many.run(b.Applied)
		if err != nil {
			return err
		}
		b.sample("event_1k_us", small.event)
		b.sample("event_100k_us", large.event)
		b.sample("event_cost_100k_over_1k", large.event/small.event)
		b.sample("fold_1k_us", small.fold)
		b.sample("fold_100k_us", large.fold)
		b.sample("fold_100k_over_1k", large.fold/small.fold)
		b.sample("store_1k_us", small.commit)
		b.sample("store_100k_us", large.commit)
		b.sample("store_100k_over_1k", large.commit/small.commit)
		b.sample("records_1k", small.records)
		b.sample("records_100k", large.records)
		b.sample("load_100k_ms", large.load.Seconds()*1000)
		b.sample("heap_per_bed", large.heap/float64(b.Many))
		b.sample("view_1k_us", small.view)
		b.sample("view_100k_us", large.view)
		b.sample("view_100k_over_1k", large.view/small.view)
		b.sample("heap_per_stay_1k", small.shown)
		b.sample("heap_per_stay_100k", large.shown)
		b.sample("heap_per_stay_100k_over_1k", large.shown/small.shown)
	}
	return nil
}

// bedsCase is a county whose store is full, and what is told next.
type bedsCase struct {
	path  string // of the store
	raw   [][]byte
	seq   uint64
	beds  int
	stays int // open ones, A&E included
}

func (b *bench) prepareBeds(beds int) (*bedsCase, error) {
	w := newWards(beds, capacity.At(time.Now()), 3000/float64(beds), 10)
	events := w.opening()
	for !w.full() {
		events = append(events, w.next())
	}
	stays := len(w.in) + len(w.waiting)
	c := &bedsCase{beds: beds, stays: stays, path: filepath.Join(b.dir, fmt.Sprintf("beds-%d.db", beds))}
	before, err := rawEvents(events)
	if err != nil {
		return nil, err
	}
	if c.raw, err = rawEvents(w.events(b.Applied)); err != nil {
		return nil, err
	}
	st, err := store.Open(c.path, store.Options{})
	if err != nil {
		return nil, err
	}
	defer st.Close()
	_, err = applyAll(st, before)
	c.seq = uint64(len(before))
	return c, err
}

func rawEvents(events []flow.Event) ([][]byte, error) {
	raw := make([][]byte, len(events))
	for i, e := range events {
		p, err := asLogged(e)
		if err != nil {
			return nil, err
		}
		raw[i] = p.Body
	}
	return raw, nil
}

// bedsCost is what one round gave.
type bedsCost struct {
	event float64 // microseconds
	parts
	load  time.Duration
	heap  float64
	shown float64 // heap with everything that is shown, for each open stay
	view  float64 // microseconds, where one fact changed one ward or two
}

// run loads the county from a copy of its store and applies what comes next.
func (c *bedsCase) run(n int) (cost bedsCost, err error) {
	path := c.path + ".copy"
	defer os.Remove(path)
	if err := copyFile(path, c.path); err != nil {
		return cost, err
	}
	heap := heapInUse()
	began := time.Now()
	st, err := store.Open(path, store.Options{})
	if err != nil {
		return cost, err
	}
	defer st.Close()
	loaded, _, err := st.Load()
	cost.load = time.Since(began)
	if err != nil {
		return cost, err
	}
	cost.heap = heapInUse() - heap
	loaded.View()
	cost.shown = (heapInUse() - heap) / float64(c.stays)
	cost.view, err = c.views(loaded)
	if err != nil {
		return cost, err
	}
	apart, _, err := st.Load()
	if err != nil {
		return cost, err
	}
	if cost.parts, err = c.apart(apart); err != nil {
		return cost, err
	}
	state, at, err := st.Load()
	if err != nil {
		return cost, err
	}
	applied, err := applyLoaded(st, state, at, c.raw)
	cost.event = float64(applied.wall.Microseconds()) / float64(n)
	return cost, err
}

// parts is what an event costs apart from the rest of the engine, one thing after the other.
type parts struct {
	fold    float64 // microseconds to apply it and to encode the records that it changes, with the events of one time to a commit: so many more where there are more beds
	records float64 // that it changes so
	commit  float64 // microseconds to write and sync a record, with as many events to a commit in either county
}

// together is how many events share a commit where commits are measured apart, and bedsAnEvent
// to how many beds one of them comes where folds are: a county's events of a tenth of a minute
// or so, in which hardly two are of one patient, whatever its size.
const (
	together    = 1000
	bedsAnEvent = 100
)

// apart folds the first half of the events in commits of one time, and the others in commits of
// one size, which it writes to a copy of the store of its own.
func (c *bedsCase) apart(state *flow.State) (cost parts, err error) {
	path := c.path + ".apart"
	defer os.Remove(path)
	if err := copyFile(path, c.path); err != nil {
		return cost, err
	}
	st, err := store.Open(path, store.Options{})
	if err != nil {
		return cost, err
	}
	defer st.Close()
	half := c.raw[:len(c.raw)/2]
	var fold time.Duration
	records := 0
	for raw := range slices.Chunk(half, max(c.beds/bedsAnEvent, 1)) {
		took, changes, err := folded(state, raw)
		if err != nil {
			return cost, err
		}
		fold, records = fold+took, records+len(changes)
	}
	cost.fold, cost.records = microseconds(fold)/float64(len(half)), float64(records)/float64(len(half))

	at := store.Position{Stream: "bench"}
	var commit time.Duration
	records = 0
	for raw := range slices.Chunk(c.raw[len(half):], together) {
		_, changes, err := folded(state, raw)
		if err != nil {
			return cost, err
		}
		at.Seq, at.Digest = state.Seq(), state.Digest()
		began := time.Now()
		if err := st.Commit(at, changes); err != nil {
			return cost, err
		}
		commit, records = commit+time.Since(began), records+len(changes)
	}
	cost.commit = microseconds(commit) / float64(records)
	return cost, nil
}

// folded applies events that are decoded already, and takes the records that they change.
func folded(state *flow.State, raw [][]byte) (took time.Duration, changes []flow.Record, err error) {
	events := make([]flow.Event, len(raw))
	for i := range raw {
		if events[i], err = flow.Decode(state.Seq()+uint64(i)+1, raw[i]); err != nil {
			return 0, nil, err
		}
	}
	began := time.Now()
	for i := range events {
		state.Apply(&events[i])
	}
	changes = state.Changes()
	return time.Since(began), changes, nil
}

// views cuts a view after each of some events.
func (c *bedsCase) views(state *flow.State) (float64, error) {
	took := make([]time.Duration, 0, 50)
	for _, raw := range c.raw[:min(len(c.raw), cap(took))] {
		e, err := flow.Decode(state.Seq()+1, raw)
		if err != nil {
			return 0, err
		}
		state.Apply(&e)
		if e.Kind == flow.Tick {
			state.View() // what time has changed is another matter
			continue
		}
		began := time.Now()
		state.View()
		took = append(took, time.Since(began))
	}
	return microseconds(quantile(took, 0.5)), nil
}

func heapInUse() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

func applyAll(st *store.Store, raw [][]byte) (took, error) {
	state, at, err := st.Load()
	if err != nil {
		return took{}, err
	}
	return applyLoaded(st, state, at, raw)
}

// applyLoaded decodes, folds and commits raw events as the engine does.
func applyLoaded(st *store.Store, state *flow.State, at store.Position, raw [][]byte) (took, error) {
	at.Stream = "bench"
	e := engine.New(st, state, at, engine.Options{})
	return clocked(func() error {
		in := make(chan []flow.Entry, 16)
		go decodeAll(in, raw, at.Seq)
		return e.Run(context.Background(), in)
	})
}

func decodeAll(in chan<- []flow.Entry, raw [][]byte, seq uint64) {
	defer close(in)
	for len(raw) > 0 {
		n := min(500, len(raw))
		entries := make([]flow.Entry, n)
		for i := range entries {
			seq++
			event, _ := flow.Decode(seq, raw[i]) // what it cannot decode is an unknown event
			entries[i] = flow.Entry{Event: event, Raw: raw[i]}
		}
		in <- entries
		raw = raw[n:]
	}
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	if err := out.Sync(); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
