package streams

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"flowcentre/flow"
)

const (
	prefetch = 10_000 // messages asked for at a time
	backlog  = 8192   // decoded entries that wait for the reader of Follow at most
)

// Follow hands on every event after the given sequence, in order, for ever: at once
// what is there, then each as it comes, in batches of whatever has gathered. It ends
// with ctx, or with an error when the log is another than when it was opened or ends
// before after. A gap in the log is handed on as it is; the reader must look for it.
func (l *Log) Follow(ctx context.Context, after uint64, out chan<- []flow.Entry) error {
	state, err := l.State(ctx)
	if err != nil {
		return err
	}
	if err := l.same(state, after); err != nil {
		return err
	}
	f := &follower{log: l, after: after, wake: make(chan struct{}, 1), room: make(chan struct{}, 1)}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var done sync.WaitGroup
	defer done.Wait()
	done.Go(func() { stop(f.watch(ctx)) })
	done.Go(func() { stop(f.read(ctx)) })
	f.deliver(ctx, out)
	return context.Cause(ctx)
}

func (l *Log) same(now LogState, after uint64) error {
	switch {
	case now.Identity.String() != l.identity.String():
		return fmt.Errorf("follow log: it is now %s and was %s", now.Identity, l.identity)
	case now.Last < after:
		return fmt.Errorf("follow log: it ends at %d, before the %d that was read; events are lost", now.Last, after)
	}
	return nil
}

// follower reads ahead of the one who takes its batches.
type follower struct {
	log  *Log
	wake chan struct{} // something has gathered
	room chan struct{} // the backlog was taken

	mu       sync.Mutex
	gathered []flow.Entry
	after    uint64 // sequence last read
	stop     func() // ends the consumer in use
}

// read consumes until ctx ends, each time a consumer fails from where it was.
func (f *follower) read(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := f.consume(ctx); err != nil && ctx.Err() == nil {
			f.log.logger.Warn("read the log anew", "after", f.position(), "error", err)
			if !sleep(ctx, time.Second) {
				break
			}
		}
	}
	return nil
}

func (f *follower) consume(ctx context.Context) error {
	consumer, err := f.log.reader.OrderedConsumer(ctx, Stream, jetstream.OrderedConsumerConfig{
		DeliverPolicy:     jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:       f.position() + 1,
		InactiveThreshold: time.Minute,
	})
	if err != nil {
		return err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(prefetch))
	if err != nil {
		return err
	}
	f.setStop(messages.Stop)
	defer f.log.forget(consumer)
	defer messages.Stop()
	defer context.AfterFunc(ctx, messages.Stop)()
	for {
		msg, err := messages.Next()
		if errors.Is(err, jetstream.ErrMsgIteratorClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		meta, err := msg.Metadata()
		if err != nil {
			return err
		}
		if !f.gather(ctx, f.log.entry(meta.Sequence.Stream, msg.Data())) {
			return nil
		}
	}
}

// forget has the server give up a consumer at once; else it keeps it for a minute.
func (l *Log) forget(c jetstream.Consumer) {
	info := c.CachedInfo()
	if info == nil || !l.read.IsConnected() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = l.reader.DeleteConsumer(ctx, Stream, info.Name) // may be gone already
}

// gather adds one entry and waits while too many are waiting.
func (f *follower) gather(ctx context.Context, e flow.Entry) bool {
	f.mu.Lock()
	for len(f.gathered) >= backlog {
		f.mu.Unlock()
		select {
		case <-ctx.Done():
			return false
		case <-f.room:
		}
		f.mu.Lock()
	}
	first := len(f.gathered) == 0
	f.gathered = append(f.gathered, e)
	f.after = e.Event.Seq
	f.mu.Unlock()
	if first {
		nudge(f.wake)
	}
	return true
}

func (f *follower) deliver(ctx context.Context, out chan<- []flow.Entry) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
		}
		f.mu.Lock()
		batch := f.gathered
		f.gathered = make([]flow.Entry, 0, max(16, len(batch))) // as many will likely come again
		f.mu.Unlock()
		nudge(f.room)
		if len(batch) == 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case out <- batch:
		}
	}
}

// watch begins reading anew when the log has more and nothing comes, and ends the
// whole when the log is no longer the one that was opened.
func (f *follower) watch(ctx context.Context) error {
	before, since := f.position(), time.Now()
	for sleep(ctx, f.log.stall/4) {
		f.mu.Lock()
		after, waiting, stop := f.after, len(f.gathered) > 0, f.stop
		f.mu.Unlock()
		state, err := f.log.State(ctx)
		if err != nil {
			continue // the log is away: reading goes on by itself when it is back
		}
		if err := f.log.same(state, after); err != nil {
			return err
		}
		if after != before || waiting || state.Last == after || stop == nil {
			before, since = after, time.Now()
			continue
		}
		if time.Since(since) > f.log.stall {
			f.log.stalls.Add(1)
			f.log.logger.Warn("reading the log has stalled", "after", after, "last", state.Last)
			since = time.Now()
			stop()
		}
	}
	return nil
}

func (f *follower) position() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.after
}

func (f *follower) setStop(stop func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stop = stop
}

// nudge wakes the other side if it sleeps.
func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// sleep waits, and gives false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
