package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"flowcentre/capacity"
	"flowcentre/dashboard"
	"flowcentre/flow"
	"flowcentre/flow/engine"
	"flowcentre/flow/store"
	"flowcentre/streams"
)

const (
	pastKept     = 8                // views that were asked for last
	pastWaiting  = 4                // rebuilds that wait for their turn
	pastPatience = 25 * time.Second // how long a request waits; its rebuild goes on
	pastLimit    = 10 * time.Minute // of one rebuild
)

// past rebuilds states from checkpoints and the log, one at a time.
type past struct {
	log         *streams.Log
	checkpoints *store.Checkpoints
	newest      func() *flow.View
	patience    time.Duration

	turns chan *rebuild
	ended chan struct{}
	mu    sync.Mutex
	asked []*rebuild // what was asked for last comes first
}

// rebuild is one state that is wanted. View and err are there once done is closed.
type rebuild struct {
	seq  uint64
	done chan struct{}
	view *flow.View
	err  error
}

func newPast(log *streams.Log, checkpoints *store.Checkpoints, newest func() *flow.View) *past {
	return &past{
		log: log, checkpoints: checkpoints, newest: newest, patience: pastPatience,
		turns: make(chan *rebuild, pastWaiting), ended: make(chan struct{}),
	}
}

// View is what the wall showed after an event, or at a moment of the centre's clock.
func (p *past) View(ctx context.Context, at string) (*flow.View, error) {
	patient, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	seq, err := p.find(patient, at)
	if err != nil {
		return nil, err
	}
	r, ok := p.ask(seq)
	if !ok {
		return nil, fmt.Errorf("%w: %d others wait for their turn", dashboard.ErrBusy, pastWaiting)
	}
	select {
	case <-r.done:
		return r.view, r.err
	case <-p.ended:
		return nil, fmt.Errorf("%w: the centre is stopping", dashboard.ErrBusy)
	case <-patient.Done():
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w: event %d is still on its way", dashboard.ErrBusy, seq)
	}
}

// find is the sequence that is asked for.
func (p *past) find(ctx context.Context, at string) (uint64, error) {
	logged, err := p.log.State(ctx)
	if err != nil {
		return 0, err
	}
	seq, err := strconv.ParseUint(at, 10, 64)
	if err != nil {
		moment, err := capacity.ParseInstant(at)
		if err != nil {
			return 0, dashboard.ErrNoMoment
		}
		if now := p.newest().At; moment > now {
			return 0, fmt.Errorf("%w: the centre's clock stands at %s", dashboard.ErrBeyond, now)
		}
		if seq, err = p.log.Moment(ctx, moment); err != nil {
			return 0, err
		}
	}
	switch {
	case seq < logged.First:
		return 0, fmt.Errorf("%w: that is event %d", dashboard.ErrBefore, logged.First)
	case seq > logged.Last:
		return 0, fmt.Errorf("%w: that is event %d", dashboard.ErrBeyond, logged.Last)
	}
	return seq, nil
}

// ask gives the rebuild of a sequence, a new one if it was not asked for lately, and
// false when too many wait already.
func (p *past) ask(seq uint64) (*rebuild, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.asked, func(r *rebuild) bool { return r.seq == seq })
	if i >= 0 {
		r := p.asked[i]
		p.asked = slices.Insert(slices.Delete(p.asked, i, i+1), 0, r)
		return r, true
	}
	r := &rebuild{seq: seq, done: make(chan struct{})}
	select {
	case p.turns <- r:
	default:
		return nil, false
	}
	p.asked = slices.Insert(p.asked, 0, r)
	p.asked = p.asked[:min(len(p.asked), pastKept)]
	return r, true
}

// forget lets the next who asks try anew.
func (p *past) forget(r *rebuild) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = slices.DeleteFunc(p.asked, func(other *rebuild) bool { return other == r })
}

// run rebuilds what is asked for until ctx ends.
func (p *past) run(ctx context.Context) error {
	defer close(p.ended)
	for {
		select {
		case r := <-p.turns:
			limited, cancel := context.WithTimeout(ctx, pastLimit)
			r.view, r.err = p.rebuild(limited, r.seq)
			cancel()
			if r.err != nil {
				p.forget(r)
			}
			close(r.done)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *past) rebuild(ctx context.Context, seq uint64) (*flow.View, error) {
	state, err := p.checkpoints.Load(seq)
	if err != nil {
		return nil, err
	}
	if state == nil {
		state = flow.New(p.newest().Epoch)
	}
	if err := replayTo(ctx, p.log, state, seq); err != nil {
		return nil, fmt.Errorf("event %d: %w", seq, err)
	}
	return state.View(), nil
}

// replayTo folds the log into a state up to an event.
func replayTo(ctx context.Context, log *streams.Log, state *flow.State, seq uint64) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	in := make(chan []flow.Entry, 16)
	followed := make(chan error, 1)
	go func() { defer stop(); followed <- log.Follow(ctx, state.Seq(), in) }()
	err := engine.Replay(ctx, state, in, seq)
	stop()
	if fault := <-followed; err != nil && !errors.Is(fault, context.Canceled) {
		return fault
	}
	return err
}
