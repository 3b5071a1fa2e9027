package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/flow/engine"
	"flowcentre/flow/store"
	"flowcentre/streams"
)

// bareServer is NATS with JetStream as it comes, without anything of ours.
func bareServer(dir string, syncAlways bool) (*server.Server, error) {
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: dir, SyncAlways: syncAlways,
		JetStreamMaxStore: defaultLogBytes + 1<<30, NoLog: true, NoSigs: true,
	})
	if err != nil {
		return nil, fmt.Errorf("bare NATS server: %w", err)
	}
	go s.Start()
	if !s.ReadyForConnections(time.Minute) {
		s.Shutdown()
		return nil, errors.New("bare NATS server: not ready within a minute")
	}
	return s, nil
}

// benchLog is a log on a bare server, so that it can be read with and without us.
type benchLog struct {
	server *server.Server
	conn   *nats.Conn
	log    *streams.Log
	last   uint64
	bytes  int
}

func openBenchLog(ctx context.Context, dir string) (_ *benchLog, err error) {
	l := &benchLog{}
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	if l.server, err = bareServer(dir, true); err != nil {
		return nil, err
	}
	if l.conn, err = nats.Connect(l.server.ClientURL()); err != nil {
		return nil, err
	}
	l.log, err = streams.OpenLog(ctx, streams.LogOptions{URL: l.server.ClientURL(), TrustSync: true, MaxBytes: defaultLogBytes, Logger: slog.New(slog.DiscardHandler)})
	return l, err
}

func (l *benchLog) close() {
	if l.log != nil {
		l.log.Close()
	}
	if l.conn != nil {
		l.conn.Close()
	}
	if l.server != nil {
		l.server.Shutdown()
		l.server.WaitForShutdown()
	}
}

// fill writes the events into the log, in batches.
func fill(ctx context.Context, log *streams.Log, events []flow.Event) (last uint64, bytes int, err error) {
	for len(events) > 0 {
		n := min(1000, len(events))
		pending := make([]streams.Pending, n)
		for i, e := range events[:n] {
			if pending[i], err = asLogged(e); err != nil {
				return last, bytes, err
			}
			bytes += len(pending[i].Body)
		}
		seqs, err := log.Append(ctx, pending)
		if err != nil {
			return last, bytes, err
		}
		last, events = seqs[n-1], events[n:]
	}
	return last, bytes, nil
}

// measureReplay compares reading the log with reading, folding and storing it.
func (b *bench) measureReplay(ctx context.Context) error {
	l, err := openBenchLog(ctx, filepath.Join(b.dir, "replay"))
	if err != nil {
		return err
	}
	defer l.close()
	w := newWards(min(5000, max(100, b.Replay/20)), capacity.At(time.Now()), 0.6, 10) // as busy as 5,000 beds get
	opening := w.opening()
	events := append(opening, w.events(max(0, b.Replay-len(opening)))...)
	if l.last, l.bytes, err = fill(ctx, l.log, events); err != nil {
		return err
	}
	b.sample("event_bytes", float64(l.bytes)/float64(len(events)))
	for round := range b.Rounds + 1 {
		raw, err := clocked(func() error { return l.consume(ctx) })
		if err != nil {
			return err
		}
		own, err := b.fold(ctx, l)
		if err != nil {
			return err
		}
		if round == 0 {
			continue // warms up
		}
		n := float64(l.last)
		b.sample("replay_ratio", float64(raw.wall)/float64(own.wall))
		b.sample("replay_cpu_ratio", float64(own.cpu)/float64(raw.cpu))
		b.sample("raw_events_per_s", n/raw.wall.Seconds())
		b.sample("replay_events_per_s", n/own.wall.Seconds())
		b.sample("raw_cpu_us", float64(raw.cpu.Nanoseconds())/n/1000)
		b.sample("replay_cpu_us", float64(own.cpu.Nanoseconds())/n/1000)
	}
	return nil
}

// consume reads the whole log in the quickest way that JetStream has, and does nothing
// with it.
func (l *benchLog) consume(ctx context.Context) error {
	js, err := jetstream.New(l.conn)
	if err != nil {
		return err
	}
	consumer, err := js.OrderedConsumer(ctx, streams.Stream, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverAllPolicy})
	if err != nil {
		return err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(10_000))
	if err != nil {
		return err
	}
	defer messages.Stop()
	defer context.AfterFunc(ctx, messages.Stop)()
	for range l.last {
		if _, err := messages.Next(); err != nil {
			return err
		}
	}
	return nil
}

// fold reads the whole log into an empty store, as a centre does that begins anew.
func (b *bench) fold(ctx context.Context, l *benchLog) (took, error) {
	path := filepath.Join(b.dir, "fold.db")
	defer os.Remove(path)
	st, err := store.Open(path, store.Options{})
	if err != nil {
		return took{}, err
	}
	defer st.Close()
	return l.foldInto(ctx, st)
}

// foldInto brings an empty store to where the log stands.
func (l *benchLog) foldInto(ctx context.Context, st *store.Store) (took, error) {
	state, at, err := st.Load()
	if err != nil {
		return took{}, err
	}
	at.Stream = l.log.Identity().String()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	stored := make(chan struct{})
	e := engine.New(st, state, at, engine.Options{OnCommit: func(s engine.CommitStats) {
		if s.Seq == l.last {
			close(stored)
		}
	}})
	parts, ctx := errgroup.WithContext(ctx)
	cost, err := clocked(func() error {
		entries := make(chan []flow.Entry, 16)
		parts.Go(func() error { return l.log.Follow(ctx, 0, entries) })
		parts.Go(func() error { return e.Run(ctx, entries) })
		select {
		case <-stored:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	stop()
	if waited := parts.Wait(); err == nil && !errors.Is(waited, context.Canceled) {
		err = waited
	}
	return cost, err
}
