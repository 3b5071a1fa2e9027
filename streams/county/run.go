package county

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"flowcentre/capacity"
)

// Targets is where the county sends.
type Targets struct {
	MLLP   map[string]string // feed to host:port
	HTTP   string            // base address, such as http://127.0.0.1:8080
	NATS   string            // server address, such as nats://127.0.0.1:4222
	Folder string            // keeps county.json, to go on from after a stop; empty keeps nothing
	Logger *slog.Logger      // nil is the default one
}

// Counts is what was sent so far.
type Counts struct {
	Sent     uint64 // acknowledged
	Refused  uint64 // answered with a refusal that sending again would not mend
	Declined uint64 // decisions of the desk that were taken and had no effect
	Retried  uint64 // attempts that failed, or were put off
	Waiting  uint64 // due, and not acknowledged yet
	Resumed  uint64 // passed over at the start: acknowledged before
	Feeds    int
	LastSent capacity.Instant // the newest of what was acknowledged, in centre time
}

// Runner sends what a county says.
type Runner struct {
	county  *County
	targets Targets
	lines   map[string]*line
	resumed atomic.Uint64
}

// How a runner goes about it.
const (
	lookAgain    = 20 * time.Millisecond // how often it looks at the clock
	saveEvery    = 5 * time.Second
	answerWithin = 10 * time.Second
	retryFirst   = 100 * time.Millisecond
	retryMost    = 5 * time.Second
	mostWaiting  = 10_000 // messages due at once before the county waits too
)

// NewRunner prepares to send. Every feed of the county needs its target.
func NewRunner(c *County, t Targets) (*Runner, error) {
	if t.Logger == nil {
		t.Logger = slog.Default()
	}
	r := &Runner{county: c, targets: t, lines: map[string]*line{}}
	for _, f := range c.voices {
		s, err := t.sender(f)
		if err != nil {
			return nil, err
		}
		r.lines[f.id] = newLine(f.id, s, t.Logger)
	}
	return r, nil
}

// Run sends each message when it is due by now, in the order of its feed, again and
// again until it is acknowledged, and returns nil when ctx ends. With a folder it goes on
// after what was acknowledged before; a message whose acknowledgment was lost is sent
// once more, with the same bytes.
func (r *Runner) Run(ctx context.Context, now func() capacity.Instant) error {
	done, err := r.load()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var senders, saver sync.WaitGroup
	for id, l := range r.lines {
		l.done.Store(done.Done[id])
		senders.Go(func() { l.run(ctx) })
	}
	saver.Go(func() { r.keepSaved(ctx) })
	r.feed(ctx, now, done.Done)
	stop()
	senders.Wait()
	saver.Wait()
	for _, l := range r.lines {
		l.sender.close()
	}
	return r.save()
}

// feed hands over what is due.
func (r *Runner) feed(ctx context.Context, now func() capacity.Instant, done map[string]uint64) {
	passed := map[string]uint64{}
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	for {
		m := r.county.Next()
		if passed[m.Feed] < done[m.Feed] {
			passed[m.Feed]++
			r.resumed.Add(1)
			continue
		}
		for now() < m.At || r.Counts().Waiting >= mostWaiting {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
		if ctx.Err() != nil {
			return
		}
		r.lines[m.Feed].add(m)
	}
}

// Counts may be called at any time, by anybody.
func (r *Runner) Counts() Counts {
	c := Counts{Feeds: len(r.lines), Resumed: r.resumed.Load()}
	for _, l := range r.lines {
		l.mu.Lock()
		c.Waiting += uint64(len(l.waiting))
		l.mu.Unlock()
		c.Sent += l.sent.Load()
		c.Refused += l.refused.Load()
		c.Declined += l.declined.Load()
		c.Retried += l.retried.Load()
		c.LastSent = max(c.LastSent, capacity.Instant(l.last.Load()))
	}
	return c
}

// Run plays a county to its targets until ctx ends.
func (c *County) Run(ctx context.Context, now func() capacity.Instant, t Targets) error {
	r, err := NewRunner(c, t)
	if err != nil {
		return err
	}
	return r.Run(ctx, now)
}

// line is one feed's messages on their way, in order.
type line struct {
	feed                             string
	sender                           sender
	logger                           *slog.Logger
	mu                               sync.Mutex
	waiting                          []Message
	more                             chan struct{}
	done                             atomic.Uint64 // messages settled since the county began
	sent, refused, declined, retried atomic.Uint64

	last atomic.Int64
}

func newLine(feed string, s sender, logger *slog.Logger) *line {
	return &line{feed: feed, sender: s, logger: logger, more: make(chan struct{}, 1)}
}

func (l *line) add(m Message) {
	l.mu.Lock()
	l.waiting = append(l.waiting, m)
	l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
}

func (l *line) run(ctx context.Context) {
	for {
		l.mu.Lock()
		waiting := len(l.waiting) > 0
		var m Message
		if waiting {
			m = l.waiting[0]
		}
		l.mu.Unlock()
		if !waiting {
			select {
			case <-ctx.Done():
				return
			case <-l.more:
			}
			continue
		}
		if !l.settle(ctx, m) {
			return
		}
		l.mu.Lock()
		l.waiting = l.waiting[1:]
		l.mu.Unlock()
		l.done.Add(1)
	}
}

// settle sends one message until it is taken or refused; false when ctx ends first.
func (l *line) settle(ctx context.Context, m Message) bool {
	for pause := retryFirst; ; pause = min(2*pause, retryMost) {
		attempt, stop := context.WithTimeout(ctx, answerWithin)
		err := l.sender.send(attempt, m)
		stop()
		var no *refusal
		switch {
		case err == nil:
			l.sent.Add(1)
			l.last.Store(int64(m.At))
			return true
		case errors.As(err, &no) && no.declined:
			l.declined.Add(1)
			l.logger.Debug("decision without effect", "feed", l.feed, "id", m.ID, "reason", no.reason)
			return true
		case errors.As(err, &no):
			l.refused.Add(1)
			l.logger.Warn("message refused", "feed", l.feed, "id", m.ID, "reason", no.reason)
			return true
		case ctx.Err() != nil:
			return false
		}
		l.retried.Add(1)
		if pause == retryFirst {
			l.logger.Info("message not taken yet", "feed", l.feed, "id", m.ID, "error", err)
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
	}
}

// refusal is an answer that sending again would not change.
type refusal struct {
	reason   string
	declined bool // it was taken, and has no effect
}

func (r *refusal) Error() string { return "refused: " + r.reason }

func refused(format string, args ...any) error { return &refusal{reason: fmt.Sprintf(format, args...)} }
