package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/streams"
)

// fsyncProbe is what the disk takes to keep one event.
type fsyncProbe struct {
	file *os.File
	text []byte
}

func openProbe(dir string) (*fsyncProbe, error) {
	file, err := os.OpenFile(filepath.Join(dir, "probe"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return &fsyncProbe{file, make([]byte, 512)}, err
}

func (p *fsyncProbe) close() { p.file.Close() }

func (p *fsyncProbe) write() (time.Duration, error) {
	began := time.Now()
	if _, err := p.file.Write(p.text); err != nil {
		return 0, err
	}
	err := p.file.Sync()
	return time.Since(began), err
}

// median of n writes.
func (p *fsyncProbe) median(n int) (time.Duration, error) {
	var all []time.Duration
	for range n {
		t, err := p.write()
		if err != nil {
			return 0, err
		}
		all = append(all, t)
	}
	return quantile(all, 0.5), nil
}

// measureIngest compares the door with the disk below it and with publishing that does
// not wait for the disk.
func (b *bench) measureIngest(ctx context.Context) error {
	dir := filepath.Join(b.dir, "ingest")
	quiet := slog.New(slog.DiscardHandler)
	own, err := streams.StartServer(streams.ServerOptions{Dir: filepath.Join(dir, "durable"), MaxBytes: defaultLogBytes, Logger: quiet})
	if err != nil {
		return err
	}
	defer own.Stop()
	log, err := streams.OpenLog(ctx, streams.LogOptions{Server: own, MaxBytes: defaultLogBytes, Logger: quiet})
	if err != nil {
		return err
	}
	defer log.Close()
	keys, err := streams.OpenKeys(filepath.Join(dir, keysFile), true)
	if err != nil {
		return err
	}
	loose, err := newLoosePublisher(ctx, filepath.Join(dir, "loose"))
	if err != nil {
		return err
	}
	defer loose.close()
	probe, err := openProbe(dir)
	if err != nil {
		return err
	}
	defer probe.close()

	w := newWards(1000, capacity.At(time.Now()), 0, 0)
	w.opening()
	for round := range b.Rounds + 1 {
		// A door knows what it wrote until an engine has read it: here is none, so each
		// round has a door of its own.
		door, err := streams.NewDoor(streams.DoorOptions{Log: log, Keys: keys, Clock: streams.NewClock(0, 1), Feeds: benchFeeds(), Logger: quiet})
		if err != nil {
			return err
		}
		singles, fsyncs, err := singlePosts(ctx, door, probe, forDoor(w, b.Singles))
		if err != nil {
			return err
		}
		bulk, err := bulkPosts(ctx, door, forDoor(w, 1000*b.Bulks))
		if err != nil {
			return err
		}
		door.Close()
		async, err := loose.publish(w.events(b.Async))
		if err != nil {
			return err
		}
		if round == 0 {
			continue // warms up
		}
		var all time.Duration
		for _, t := range singles {
			all += t
		}
		single := float64(len(singles)) / all.Seconds()
		b.sample("ingest_single_p50_ratio", ratio(quantile(singles, 0.5), quantile(fsyncs, 0.5)))
		b.sample("ingest_single_p99_ratio", ratio(quantile(singles, 0.99), quantile(fsyncs, 0.99)))
		b.sample("ingest_bulk_over_single", bulk/single)
		b.sample("ingest_bulk_over_async", bulk/async)
		b.sample("fsync_p50_us", microseconds(quantile(fsyncs, 0.5)))
		b.sample("fsync_p99_us", microseconds(quantile(fsyncs, 0.99)))
		b.sample("single_p50_us", microseconds(quantile(singles, 0.5)))
		b.sample("single_events_per_s", single)
		b.sample("bulk_events_per_s", bulk)
		b.sample("async_events_per_s", async)
	}
	return nil
}

func benchFeeds() []streams.Feed { return []streams.Feed{{ID: benchPAS}, {ID: benchPortal}} }

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func microseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// forDoor are the next n events of one feed, as a producer sends them.
func forDoor(w *wards, n int) []flow.Event {
	events := make([]flow.Event, 0, n)
	for len(events) < n {
		if e := w.next(); e.Feed == benchPAS {
			events = append(events, e)
		}
	}
	return events
}

// singlePosts posts one event after the other, with an fsync of the disk's own between.
func singlePosts(ctx context.Context, door *streams.Door, probe *fsyncProbe, events []flow.Event) (posts, fsyncs []time.Duration, err error) {
	for i := range events {
		t, err := probe.write()
		if err != nil {
			return nil, nil, err
		}
		fsyncs = append(fsyncs, t)
		began := time.Now()
		if r := door.Post(ctx, benchPAS, events[i:i+1]); r[0].Err != nil {
			return nil, nil, r[0].Err
		}
		posts = append(posts, time.Since(began))
	}
	return posts, fsyncs, nil
}

// bulkPosts posts a thousand events at a time and gives the events a second.
func bulkPosts(ctx context.Context, door *streams.Door, events []flow.Event) (float64, error) {
	began := time.Now()
	for i := 0; i < len(events); i += 1000 {
		for _, r := range door.Post(ctx, benchPAS, events[i:min(i+1000, len(events))]) {
			if r.Err != nil {
				return 0, r.Err
			}
		}
	}
	return float64(len(events)) / time.Since(began).Seconds(), nil
}

// loosePublisher publishes to a server that answers before the disk has anything.
type loosePublisher struct {
	stop func()
	js   jetstream.JetStream
}

func newLoosePublisher(ctx context.Context, dir string) (*loosePublisher, error) {
	s, err := bareServer(dir, false)
	if err != nil {
		return nil, err
	}
	conn, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		s.Shutdown()
		return nil, err
	}
	p := &loosePublisher{stop: func() { conn.Close(); s.Shutdown(); s.WaitForShutdown() }}
	if p.js, err = jetstream.New(conn, jetstream.WithPublishAsyncMaxPending(256)); err == nil {
		_, err = p.js.CreateStream(ctx, jetstream.StreamConfig{Name: streams.Stream, Subjects: []string{"log.>"}, Storage: jetstream.FileStorage})
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *loosePublisher) close() { p.stop() }

// publish gives the events a second.
func (p *loosePublisher) publish(events []flow.Event) (float64, error) {
	pending := make([]streams.Pending, len(events))
	for i, e := range events {
		var err error
		if pending[i], err = asLogged(e); err != nil {
			return 0, err
		}
	}
	began := time.Now()
	for i := range pending {
		if _, err := p.js.PublishAsync(pending[i].Subject, pending[i].Body); err != nil {
			return 0, err
		}
	}
	select {
	case <-p.js.PublishAsyncComplete():
	case <-time.After(time.Minute):
		return 0, errors.New("publishing took longer than a minute")
	}
	return float64(len(events)) / time.Since(began).Seconds(), nil
}
