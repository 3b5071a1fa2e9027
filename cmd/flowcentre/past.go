package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"flowcentre/dashboard"
	"flowcentre/flow"
	"flowcentre/flow/engine"
	"flowcentre/flow/store"
	"flowcentre/streams"
)

const (
	pastKept    = 8                // views, those asked for last
	pastWaiting = 4                // that wait for their turn
	pastLimit   = 10 * time.Minute // of one rebuild
	pastIdle    = time.Minute      // after which the state at hand is let go
)

// past rebuilds past states, one after the other: from the checkpoint before, or from the
// state at hand if that is nearer, and the log.
type past struct {
	log         *streams.Log
	checkpoints *store.Checkpoints
	newest      func() *flow.View

	state *flow.State // at hand; only run touches it

	turns chan *pastView
	ended chan struct{}
	mu    sync.Mutex
	asked []*pastView // what was asked for last comes first
}

// pastView is the view after an event. View and err are there once done is closed.
type pastView struct {
	seq  uint64
	done chan struct{}
	view *flow.View
	err  error
}

func newPast(log *streams.Log, checkpoints *store.Checkpoints, newest func() *flow.View) *past {
	return &past{
		log: log, checkpoints: checkpoints, newest: newest,
		turns: make(chan *pastView, pastWaiting), ended: make(chan struct{}),
	}
}

// Why opens a figure as it stands now, or stood then.
func (p *past) Why(ctx context.Context, q dashboard.Question) (*flow.WhyView, error) {
	v := p.newest()
	if q.Moment != (dashboard.Moment{}) && q.Moment != (dashboard.Moment{Seq: v.Seq}) {
		var err error
		if v, err = p.View(ctx, q.Moment); err != nil {
			return nil, err
		}
	}
	return v.Why(q.Measure, q.Scope), nil
}

// View is what people saw then. It is rebuilt once for all who ask, also if nobody waits
// for it any longer.
func (p *past) View(ctx context.Context, m dashboard.Moment) (*flow.View, error) {
	seq, err := p.find(ctx, m)
	if err != nil {
		return nil, err
	}
	v, ok := p.ask(seq)
	if !ok {
		return nil, fmt.Errorf("%w: %d wait for their turn", dashboard.ErrBusy, pastWaiting)
	}
	select {
	case <-v.done:
		return v.view, v.err
	case <-p.ended:
		return nil, fmt.Errorf("%w: the centre is stopping", dashboard.ErrBusy)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// find is the sequence of a moment.
func (p *past) find(ctx context.Context, m dashboard.Moment) (uint64, error) {
	logged, err := p.log.State(ctx)
	if err != nil {
		return 0, err
	}
	seq := m.Seq
	if m.At != 0 {
		if now := p.newest().At; m.At > now {
			return 0, fmt.Errorf("%w: the centre's clock stands at %s", dashboard.ErrNotKept, now)
		}
		if seq, err = p.log.Moment(ctx, m.At); err != nil {
			return 0, err
		}
	}
	switch {
	case seq < logged.First:
		return 0, fmt.Errorf("%w: the log begins later, with event %d", dashboard.ErrNotKept, logged.First)
	case m.At == 0 && seq > logged.Last:
		return 0, fmt.Errorf("%w: the log has come to event %d", dashboard.ErrNotKept, logged.Last)
	}
	return seq, nil
}

// ask puts a view in the queue, unless it was asked for lately, and gives false when the
// queue is full.
func (p *past) ask(seq uint64) (*pastView, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.asked, func(v *pastView) bool { return v.seq == seq })
	if i >= 0 {
		v := p.asked[i]
		p.asked = slices.Insert(slices.Delete(p.asked, i, i+1), 0, v)
		return v, true
	}
	v := &pastView{seq: seq, done: make(chan struct{})}
	select {
	case p.turns <- v:
	default:
		return nil, false
	}
	p.asked = slices.Insert(p.asked, 0, v)
	p.asked = p.asked[:min(len(p.asked), pastKept)]
	return v, true
}

// forget lets the next who asks try anew.
func (p *past) forget(v *pastView) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = slices.DeleteFunc(p.asked, func(other *pastView) bool { return other == v })
}

// run rebuilds what is asked for until ctx ends.
func (p *past) run(ctx context.Context) error {
	defer close(p.ended)
	idle := time.NewTimer(pastIdle)
	defer idle.Stop()
	for {
		select {
		case v := <-p.turns:
			if v.err = p.rebuild(ctx, v.seq); v.err == nil {
				v.view = p.state.View()
			} else {
				p.state = nil
				p.forget(v)
			}
			close(v.done)
			idle.Reset(pastIdle)
		case <-idle.C:
			p.state = nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// rebuild brings the state at hand to an event.
func (p *past) rebuild(ctx context.Context, seq uint64) error {
	ctx, cancel := context.WithTimeout(ctx, pastLimit)
	defer cancel()
	if p.state == nil || p.state.Seq() > seq {
		p.state = flow.New(p.newest().Epoch)
	}
	nearer, err := p.checkpoints.Load(p.state.Seq(), seq)
	if err != nil {
		return err
	}
	if nearer != nil {
		p.state = nearer
	}
	if err := replayTo(ctx, p.log, p.state, seq); err != nil {
		return fmt.Errorf("rebuild the state at event %d: %w", seq, err)
	}
	return nil
}

// replayTo folds the log into a state up to an event.
func replayTo(ctx context.Context, log *streams.Log, state *flow.State, seq uint64) error {
	if state.Seq() == seq {
		return nil
	}
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
