package engine

import (
	"context"
	"sync/atomic"

	"flowcentre/flow"
)

// Board holds the newest published view. Any number of goroutines may read it; none
// of them ever holds up the engine.
type Board struct {
	page atomic.Pointer[page]
}

// page is what the board shows until the next page takes its place.
type page struct {
	view    *flow.View
	next    chan struct{} // closed when this page is no longer the newest
	stopped error
}

func newBoard(v *flow.View) *Board {
	b := new(Board)
	b.page.Store(&page{view: v, next: make(chan struct{})})
	return b
}

// Latest gives the newest view and a channel that closes when there is something newer
// to read: a view, or the news that the engine stopped. To follow the board, read
// Latest again each time the channel closes; views in between may be skipped, the
// newest never is.
func (b *Board) Latest() (*flow.View, <-chan struct{}) {
	p := b.page.Load()
	return p.view, p.next
}

// Stopped is why no newer view will come, and nil while the engine runs.
func (b *Board) Stopped() error { return b.page.Load().stopped }

// WaitFor waits until a view with event seq in it is published. It gives the error of
// ctx, or what stopped the engine before it came so far.
func (b *Board) WaitFor(ctx context.Context, seq uint64) error {
	for {
		p := b.page.Load()
		switch {
		case p.view.Seq >= seq:
			return nil
		case p.stopped != nil:
			return p.stopped
		}
		select {
		case <-p.next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (b *Board) publish(v *flow.View) { b.turn(&page{view: v}) }

func (b *Board) stop(why error) { b.turn(&page{view: b.page.Load().view, stopped: why}) }

// turn is called by one goroutine only.
func (b *Board) turn(p *page) {
	p.next = make(chan struct{})
	close(b.page.Swap(p).next)
}
