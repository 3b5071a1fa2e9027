package engine

import (
	"log/slog"
	"sync/atomic"
	"time"

	"flowcentre/flow"
	"flowcentre/flow/store"
)

const (
	frameEvery  = 250 * time.Millisecond
	commitMax   = 20_000
	commitEvery = 250 * time.Millisecond
	commitRest  = 2 * time.Millisecond
	retryMin    = 250 * time.Millisecond
	retryMax    = 5 * time.Second
)

// Options of an engine. The zero value is right for a centre.
type Options struct {
	FrameEvery  time.Duration     // least time between two published views; 250 ms when zero, none when negative
	CommitMax   int               // most events in one commit, about; 20,000 when zero
	CommitEvery time.Duration     // longest time that events wait for more to share a commit; 250 ms when zero
	Logger      *slog.Logger      // nil logs nothing
	OnCommit    func(CommitStats) // called after each commit, by the goroutine of Run: it must be quick
}

// CommitStats tells about one commit.
type CommitStats struct {
	Seq     uint64        // the last event in it
	Events  int           // how many it made durable
	Records int           // how many records they changed
	Took    time.Duration // the transaction, from its begin until it was on disk
	Waited  time.Duration // from when the first of its events was taken from the log until it was on disk
}

// Stats is how an engine does.
type Stats struct {
	Applied    uint64        // last event applied
	Committed  uint64        // last event on disk
	Commits    uint64        // since the start
	LastCommit time.Duration // how long the last commit took
	Lag        time.Duration // how long the first event of the last commit waited until it was on disk
	Full       bool          // the disk is full: commits are tried again until there is room
}

// Engine folds one log into one state.
type Engine struct {
	store *store.Store
	state *flow.State
	at    store.Position // of the last commit begun
	board *Board
	opts  Options
	log   *slog.Logger

	applied, committed, commits atomic.Uint64
	lastCommit, lag             atomic.Int64
	full                        atomic.Bool
}

// New makes an engine of what store.Load gave, with Stream filled in the position. It
// owns the state from then on. The board shows the state as it was loaded.
func New(st *store.Store, state *flow.State, at store.Position, o Options) *Engine {
	if o.FrameEvery == 0 {
		o.FrameEvery = frameEvery
	}
	if o.CommitMax <= 0 {
		o.CommitMax = commitMax
	}
	if o.CommitEvery <= 0 {
		o.CommitEvery = commitEvery
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	e := &Engine{store: st, state: state, at: at, board: newBoard(state.View()), opts: o, log: o.Logger}
	e.applied.Store(at.Seq)
	e.committed.Store(at.Seq)
	return e
}

// Board is where the views are published.
func (e *Engine) Board() *Board { return e.board }

// Stats may be called at any time.
func (e *Engine) Stats() Stats {
	return Stats{
		Applied:    e.applied.Load(),
		Committed:  e.committed.Load(),
		Commits:    e.commits.Load(),
		LastCommit: time.Duration(e.lastCommit.Load()),
		Lag:        time.Duration(e.lag.Load()),
		Full:       e.full.Load(),
	}
}
