package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	told *restated // nil for what was shown then
	done chan struct{}
	view *flow.View
	err  error
}

// restated says which later facts a view has beside those of its event: those of before a cut.
type restated struct {
	cut  capacity.Instant
	upTo uint64           // the last event that was looked at
	at   capacity.Instant // when it was asked for
	late int              // how many there were
}

// pastKnown is for how long what is known of a cut is not looked for again.
const pastKnown = time.Minute

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
	m, ok := capacity.MeasureNamed(q.Measure)
	if !ok || m.Base == "" {
		return v.Why(q.Measure, q.Scope), nil
	}
	if len(v.Cuts) == 0 {
		return nil, nil
	}
	v, err := p.View(ctx, dashboard.Moment{Seq: v.Cuts[len(v.Cuts)-1].Seq})
	if err != nil {
		return nil, err
	}
	why := v.Why(m.Base, q.Scope)
	if why != nil {
		why.Measure = flow.DefinitionOf(m)
	}
	return why, nil
}

// Cut is the bed position of a day as it was filed, and as it is now known.
func (p *past) Cut(ctx context.Context, q dashboard.CutQuestion) (*flow.FiledView, error) {
	now := p.newest()
	i := slices.IndexFunc(now.Cuts, func(c *flow.CutView) bool { return c.Day == q.Day })
	if i < 0 {
		return nil, fmt.Errorf("%w: no bed position was taken on %s, or it was longer ago than they are kept", dashboard.ErrNotKept, q.Day)
	}
	c := now.Cuts[i]
	filed, err := p.View(ctx, dashboard.Moment{Seq: c.Seq})
	if err != nil {
		return nil, err
	}
	known, err := p.wait(ctx, c.Seq, &restated{cut: c.At, upTo: now.Seq, at: now.At})
	if err != nil {
		return nil, err
	}
	return &flow.FiledView{
		CutView: *c, KnownSeq: known.told.upTo, KnownAt: known.told.at, Late: known.told.late, Figures: known.view.Restate(filed, q.Measures, q.Scope),
	}, nil
}

// View is what people saw then. It is rebuilt once for all who ask, also if nobody waits
// for it any longer.
func (p *past) View(ctx context.Context, m dashboard.Moment) (*flow.View, error) {
	seq, err := p.find(ctx, m)
	if err != nil {
		return nil, err
	}
	v, err := p.wait(ctx, seq, nil)
	if err != nil {
		return nil, err
	}
	return v.view, nil
}

// wait asks for a view and waits until it is there.
func (p *past) wait(ctx context.Context, seq uint64, also *restated) (*pastView, error) {
	v, ok := p.ask(seq, also)
	if !ok {
		return nil, fmt.Errorf("%w: %d wait for their turn", dashboard.ErrBusy, pastWaiting)
	}
	select {
	case <-v.done:
		return v, v.err
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
func (p *past) ask(seq uint64, also *restated) (*pastView, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.asked, func(v *pastView) bool { return v.seq == seq && v.told.serves(also) })
	if i >= 0 {
		v := p.asked[i]
		p.asked = slices.Insert(slices.Delete(p.asked, i, i+1), 0, v)
		return v, true
	}
	v := &pastView{seq: seq, told: also, done: make(chan struct{})}
	select {
	case p.turns <- v:
	default:
		return nil, false
	}
	p.asked = slices.Insert(p.asked, 0, v)
	p.asked = p.asked[:min(len(p.asked), pastKept)]
	return v, true
}

// serves says whether a view with these later facts is as good as one with those.
func (t *restated) serves(asked *restated) bool {
	if t == nil || asked == nil {
		return t == asked
	}
	return asked.upTo == t.upTo || asked.at < t.at.Add(pastKnown)
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
			if v.err = p.rebuild(ctx, v); v.err == nil {
				v.view = p.state.View()
			}
			if v.err != nil || v.told != nil { // not a state that the log leads to
				p.state = nil
			}
			if v.err != nil {
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

// rebuild brings the state at hand to what a view is of.
func (p *past) rebuild(ctx context.Context, v *pastView) error {
	seq := v.seq
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
	if v.told == nil {
		return nil
	}
	if err := learn(ctx, p.log, p.state, v.told); err != nil {
		return fmt.Errorf("add to the state at event %d what was told later: %w", seq, err)
	}
	return nil
}

// learn applies to a state the later facts of before a cut. Time stands still meanwhile.
func learn(ctx context.Context, log *streams.Log, state *flow.State, t *restated) error {
	if state.Seq() >= t.upTo {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	in := make(chan []flow.Entry, 16)
	followed := make(chan error, 1)
	from := state.Seq()
	go func() { defer stop(); followed <- log.Follow(ctx, from, in) }()
	err := func() error {
		for {
			select {
			case entries := <-in:
				for i := range entries {
					e := &entries[i].Event
					if e.Seq <= t.upTo && e.Belongs(t.cut) {
						state.Apply(e)
						t.late++
					}
					if e.Seq >= t.upTo {
						return nil
					}
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}()
	stop()
	if fault := <-followed; err != nil && !errors.Is(fault, context.Canceled) {
		return fault
	}
	state.Changes() // the digest of what is shown
	return err
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
