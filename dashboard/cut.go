package dashboard

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"flowcentre/flow"
)

// frame is one message, made ready once for all sockets.
type frame struct {
	message *websocket.PreparedMessage
	json    []byte
}

// cut is a view as all sockets get it: however far behind they are, they end at the same
// sequence, and those that start from the same one share the frame.
type cut struct {
	view  *flow.View
	floor uint64 // no delta from before it

	encoder *encoder
	mu      sync.Mutex
	deltas  map[uint64]*frame
	whole   *frame
	beat    *frame
}

// A cut keeps the deltas from so many positions; at most times all sockets are at one.
const keptDeltas = 64

// follow is the cut of v after that of an earlier view, or after none. A delta says
// nothing of the order of things, so a new layout calls for a snapshot.
func follow(before *cut, v *flow.View, e *encoder) *cut {
	c := &cut{view: v, floor: v.Seq, encoder: e, deltas: map[uint64]*frame{}}
	if before != nil && before.view.Epoch == v.Epoch && before.view.Seq <= v.Seq && layout(before.view) == layout(v) {
		c.floor = max(v.Floor, before.floor)
	}
	return c
}

func layout(v *flow.View) uint64 {
	if v.System == nil {
		return 0
	}
	return v.System.Layout
}

// from is the frame that brings a client with the state at seq of epoch to the cut.
func (c *cut) from(epoch string, seq uint64) (*frame, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch != c.view.Epoch || seq < c.floor || seq > c.view.Seq {
		return c.once(&c.whole, func(b *body) { b.snapshot(c.view) })
	}
	f := c.deltas[seq]
	f, err := c.once(&f, func(b *body) { b.delta(seq, c.view) })
	if err == nil && len(c.deltas) < keptDeltas {
		c.deltas[seq] = f
	}
	return f, err
}

// heartbeat tells that the cut is still the newest there is.
func (c *cut) heartbeat() (*frame, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.once(&c.beat, func(b *body) { b.heartbeat(c.view) })
}

func (c *cut) once(f **frame, fill func(*body)) (*frame, error) {
	if *f != nil {
		return *f, nil
	}
	b := &body{encoder: c.encoder}
	fill(b)
	if b.err != nil {
		return nil, b.err
	}
	made, err := prepare(b.json)
	*f = made
	return made, err
}

func prepare(text []byte) (*frame, error) {
	message, err := websocket.NewPreparedMessage(websocket.TextMessage, text)
	if err != nil {
		return nil, err
	}
	return &frame{message, text}, nil
}

// moment is the newest cut, how many heartbeats there were, and a channel that is closed
// when either has changed.
type moment struct {
	cut   *cut // nil before the first view
	beats uint64
	next  chan struct{}
}

// cutter cuts the board's views into frames, at one pace for all sockets.
type cutter struct {
	board   Board
	encoder *encoder
	every   time.Duration
	latest  atomic.Pointer[moment]
	quit    chan struct{}
	once    sync.Once
}

func newCutter(b Board, e *encoder, every, heartbeat time.Duration) *cutter {
	c := &cutter{board: b, encoder: e, every: every, quit: make(chan struct{})}
	c.latest.Store(&moment{next: make(chan struct{})})
	changed := c.cut()
	go c.run(changed, heartbeat)
	return c
}

func (c *cutter) stop() {
	c.once.Do(func() { close(c.quit) })
}

func (c *cutter) run(changed <-chan struct{}, heartbeat time.Duration) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	rest := time.NewTimer(c.every)
	defer rest.Stop()
	for await(c, changed, beat.C) && await(c, rest.C, beat.C) {
		changed = c.cut()
		rest.Reset(c.every)
	}
}

// await waits for done, with the heart beating, and returns false when the cutter stops.
func await[T any](c *cutter, done <-chan T, beat <-chan time.Time) bool {
	for {
		select {
		case <-done:
			return true
		case <-beat:
			now := c.latest.Load()
			c.show(&moment{cut: now.cut, beats: now.beats + 1})
		case <-c.quit:
			return false
		}
	}
}

// cut shows the board's newest view and returns the channel that tells of a newer one.
func (c *cutter) cut() <-chan struct{} {
	view, changed := c.board.Latest()
	now := c.latest.Load()
	if view == nil || now.cut != nil && now.cut.view == view {
		return changed
	}
	c.encoder.forget(view)
	c.show(&moment{cut: follow(now.cut, view, c.encoder), beats: now.beats})
	return changed
}

func (c *cutter) show(m *moment) {
	m.next = make(chan struct{})
	before := c.latest.Swap(m)
	close(before.next)
}
