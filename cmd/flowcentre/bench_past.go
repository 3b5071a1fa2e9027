package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/flow/store"
)

// measurePast takes what a checkpoint costs, and the commits beside it, and how long a
// past state takes from a checkpoint and from the first event.
func (b *bench) measurePast(ctx context.Context) error {
	l, err := openBenchLog(ctx, filepath.Join(b.dir, "past"))
	if err != nil {
		return err
	}
	defer l.close()
	w := newWards(min(5000, max(100, b.Replay/20)), capacity.At(time.Now()), 0.6, 10)
	if l.last, _, err = fill(ctx, l.log, append(w.opening(), w.events(b.Replay)...)); err != nil {
		return err
	}
	st, err := store.Open(filepath.Join(b.dir, "past.db"), store.Options{})
	if err != nil {
		return err
	}
	defer st.Close()
	if _, err := l.foldInto(ctx, st); err != nil {
		return err
	}
	at, err := st.Position()
	if err != nil {
		return err
	}
	checkpoints, err := store.OpenCheckpoints(filepath.Join(b.dir, "checkpoints"), store.CheckpointOptions{Epoch: at.Epoch})
	if err != nil {
		return err
	}
	if l.last, _, err = fill(ctx, l.log, w.events(b.Replay/8)); err != nil {
		return err
	}
	size, err := st.Size()
	if err != nil {
		return err
	}
	b.sample("checkpoint_bytes", float64(size))
	p := newPast(l.log, checkpoints, func() *flow.View { return &flow.View{Epoch: at.Epoch} })
	for round := range b.Rounds + 1 {
		alone, err := commitsWhile(st, at, func() error { time.Sleep(200 * time.Millisecond); return nil })
		if err != nil {
			return err
		}
		var taken took
		beside, err := commitsWhile(st, at, func() error {
			taken, err = clocked(func() error { _, err := checkpoints.Take(st); return err })
			return err
		})
		if err != nil {
			return err
		}
		load, err := clocked(func() error {
			s, err := checkpoints.Load(0, l.last)
			if err == nil && s == nil {
				err = errors.New("the checkpoint is gone")
			}
			return err
		})
		if err != nil {
			return err
		}
		p.state = nil
		near, err := clocked(func() error { return p.rebuild(ctx, &pastView{seq: l.last}) })
		if err != nil {
			return err
		}
		p.state = nil
		far, err := clocked(func() error { return replayTo(ctx, l.log, flow.New(at.Epoch), l.last) })
		if err != nil {
			return err
		}
		if round == 0 {
			continue // warms up
		}
		b.sample("commit_ms", quantile(alone, 0.5).Seconds()*1000)
		b.sample("commit_beside_ms", quantile(beside, 0.5).Seconds()*1000)
		b.sample("checkpoint_ms", taken.wall.Seconds()*1000)
		b.sample("checkpoint_load_ms", load.wall.Seconds()*1000)
		b.sample("past_ms", near.wall.Seconds()*1000)
		b.sample("past_replay_ms", far.wall.Seconds()*1000)
	}
	return nil
}

// commitsWhile commits the position again and again, at least once, until do is done, and
// tells how long each commit took.
func commitsWhile(st *store.Store, at store.Position, do func() error) (times []time.Duration, err error) {
	done := make(chan error, 1)
	go func() { done <- do() }()
	for {
		began := time.Now()
		if err := st.Commit(at, nil); err != nil {
			return nil, errors.Join(err, <-done)
		}
		times = append(times, time.Since(began))
		select {
		case err := <-done:
			return times, err
		default:
		}
	}
}
