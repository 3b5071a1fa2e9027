package engine

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"flowcentre/flow"
)

// Run follows the log: in gives its events in order, from the one after the position
// the engine was made with; the engine owns what it is given. It returns nil after
// ctx ended or in was closed, with all that was taken in committed and published. Any
// other end is an error, and the board says so: *GapError, *PanicError,
// store.ErrBroken, or store.ErrFull when ctx ended while the disk was full.
//
// Run is called once. It applies one batch while the batch before is being committed:
// what is applied may be ahead of what is on disk, what is shown never is.
func (e *Engine) Run(ctx context.Context, in <-chan []flow.Entry) error {
	l := &line{Engine: e, jobs: make(chan commit, 1), done: make(chan commit, 1), wake: time.NewTimer(0)}
	defer l.wake.Stop()
	defer close(l.jobs)
	go e.commitAll(ctx, l.jobs, l.done)

	err := l.follow(ctx, in)
	if err != nil {
		e.board.stop(err)
	}
	return err
}

// line is the state of Run.
type line struct {
	*Engine
	jobs, done chan commit
	wake       *time.Timer

	events int       // applied and not yet handed over to be committed
	began  time.Time // when the first of them came
	last   []byte    // the newest of them, as read from the log

	flying    bool       // a commit is under way
	restUntil time.Time  // the next one does not begin before
	owed      bool       // the state moved since the last view was cut
	unseen    int        // events applied since the last view was cut
	nextFrame time.Time  // the next view is not cut before
	view      *flow.View // cut, and shown when the commit under way is on disk
}

func (l *line) follow(ctx context.Context, in <-chan []flow.Entry) error {
	for {
		now := time.Now()
		l.handOver(now)
		l.cut(now)
		l.setWake(now)
		queue := in
		if l.full(now) {
			queue = nil
		}
		var err error
		select {
		case entries, open := <-queue:
			if !open {
				return l.finish()
			}
			err = l.take(entries)
		case c := <-l.done:
			err = l.settle(c)
		case <-l.wake.C:
		case <-ctx.Done():
			return l.finish()
		}
		if err != nil {
			return errors.Join(err, l.finish())
		}
	}
}

// take applies what came from the log. What was applied before a gap is kept; after a
// panic nothing is.
func (l *line) take(entries []flow.Entry) error {
	if l.events == 0 {
		l.began = time.Now()
	}
	n, err := fold(l.state, entries)
	if errors.As(err, new(*PanicError)) {
		l.events, l.owed = 0, false
		return err
	}
	if n > 0 {
		l.events += n
		l.unseen += n
		l.last = entries[n-1].Raw
		l.applied.Store(l.state.Seq())
	}
	return err
}

// full tells that no more may join the batch.
func (l *line) full(now time.Time) bool {
	return l.events >= l.opts.CommitMax || l.events > 0 && now.Sub(l.began) >= l.opts.CommitEvery
}

// backlog is the size from which a batch is taken for part of a long queue: it then
// waits until it is full, because a record that changes often is written only once a
// commit.
const backlog = 256

// handOver begins the next commit when it is time. Events that come while one is under
// way, or shortly after one began, share the next.
func (l *line) handOver(now time.Time) {
	rested := l.events < backlog && !now.Before(l.restUntil)
	if l.flying || l.events == 0 || !rested && !l.full(now) {
		return
	}
	l.begin(now)
}

func (l *line) begin(now time.Time) {
	changes := l.state.Changes()
	l.at.Seq, l.at.EventHash, l.at.Digest = l.state.Seq(), sha256.Sum256(l.last), l.state.Digest()
	l.jobs <- commit{at: l.at, changes: changes, events: l.events, came: l.began}
	l.events, l.flying, l.owed = 0, true, true
	l.restUntil = now.Add(commitRest)
}

// settle ends the commit under way and shows the view that waited for it.
func (l *line) settle(c commit) error {
	l.flying = false
	if c.err != nil {
		l.events, l.owed, l.view = 0, false, nil
		return c.err
	}
	waited := time.Since(c.came)
	l.committed.Store(c.at.Seq)
	l.commits.Add(1)
	l.lastCommit.Store(int64(c.took))
	l.lag.Store(int64(waited))
	if l.opts.OnCommit != nil {
		l.opts.OnCommit(CommitStats{Seq: c.at.Seq, Events: c.events, Records: len(c.changes), Took: c.took, Waited: waited})
	}
	l.show()
	return nil
}

// cut cuts a view when one is owed and due. The state must stand where a commit ends.
func (l *line) cut(now time.Time) {
	if !l.owed || l.events > 0 || now.Before(l.nextFrame) {
		return
	}
	l.view, l.owed = l.state.View(), false
	l.nextFrame = now.Add(max(l.opts.FrameEvery, pause(l.unseen, time.Since(now))))
	l.unseen = 0
	l.show()
}

// pause is how long no view is cut after one of many events that took so long: in catching
// up, where every unit changes all the time, cutting takes a sixth of the time at most.
func pause(events int, took time.Duration) time.Duration {
	if events < 10*backlog {
		return 0
	}
	return 5 * took
}

func (l *line) show() {
	if l.view == nil || l.flying {
		return
	}
	l.board.publish(l.view)
	l.view = nil
}

// setWake sets the timer for what is to happen even if nothing else does.
func (l *line) setWake(now time.Time) {
	switch {
	case l.events >= backlog && !l.flying:
		l.wake.Reset(l.began.Add(l.opts.CommitEvery).Sub(now))
	case l.events > 0 && !l.flying:
		l.wake.Reset(l.restUntil.Sub(now))
	case l.events == 0 && l.owed:
		l.wake.Reset(l.nextFrame.Sub(now))
	default:
		l.wake.Stop()
	}
}

// finish commits and shows all that was applied.
func (l *line) finish() error {
	for l.flying || l.events > 0 {
		if !l.flying {
			l.begin(time.Now())
		}
		if err := l.settle(<-l.done); err != nil {
			return err
		}
	}
	l.cut(l.nextFrame)
	return nil
}
