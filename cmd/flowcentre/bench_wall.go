package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"flowcentre/capacity"
	"flowcentre/dashboard"
	"flowcentre/flow"
	"flowcentre/streams"
)

// benchConfig is a centre for a made-up county, with nothing at fixed addresses.
func benchConfig(data string, w *wards) *Config {
	c := &Config{
		Data: data, Log: LogConfig{MaxBytes: defaultLogBytes},
		HTTP: HTTPConfig{Listen: "127.0.0.1:0"}, NATS: NATSConfig{Listen: "127.0.0.1:0"},
		Layout: w.layout,
	}
	for _, f := range w.layout.Feeds {
		c.Feeds = append(c.Feeds, FeedConfig{ID: f.ID})
	}
	return c
}

// walls at which the whole way is measured.
const benchWalls = 10

// measureWall sends events through the door of a whole centre at a fixed rate, and
// takes the time from when each should have been sent until every wall has it.
func (b *bench) measureWall(ctx context.Context) error {
	w := newWards(1000, capacity.At(time.Now()), 0, 0)
	c, err := startCentre(ctx, centreOptions{Config: benchConfig(filepath.Join(b.dir, "wall"), w), Logger: slog.New(slog.DiscardHandler), FrameEvery: -1})
	if err != nil {
		return err
	}
	defer c.Close()
	probe, err := openProbe(b.dir)
	if err != nil {
		return err
	}
	defer probe.close()
	walls := make([]*benchWall, benchWalls)
	for i := range walls {
		if walls[i], err = openWall(ctx, "ws://"+c.httpAddr+"/api/v1/stream"); err != nil {
			return err
		}
		defer walls[i].conn.Close()
	}
	if _, err := drive(ctx, c.door, forDoor(w, 1000), 1000, walls); err != nil { // warms up
		return err
	}
	for range b.Rounds {
		fsync, err := probe.median(50)
		if err != nil {
			return err
		}
		slow, err := drive(ctx, c.door, forDoor(w, int(100*b.Live.Seconds())), 100, walls)
		if err != nil {
			return err
		}
		fast, err := drive(ctx, c.door, forDoor(w, int(1000*b.Live.Seconds())), 1000, walls)
		if err != nil {
			return err
		}
		p50, p99 := quantile(slow.latencies, 0.5), quantile(slow.latencies, 0.99)
		b.sample("e2e_p50_over_fsync", ratio(p50, fsync))
		b.sample("e2e_p99_over_p50", ratio(p99, p50))
		b.sample("e2e_1000_over_100", ratio(quantile(fast.latencies, 0.99), p99))
		b.sample("e2e_1000_cores", fast.cores)
		b.sample("e2e_100_p50_ms", p50.Seconds()*1000)
		b.sample("e2e_100_p99_ms", p99.Seconds()*1000)
		b.sample("e2e_1000_p50_ms", quantile(fast.latencies, 0.5).Seconds()*1000)
		b.sample("e2e_1000_p99_ms", quantile(fast.latencies, 0.99).Seconds()*1000)
	}
	return nil
}

// drove is what one run at a rate gave.
type drove struct {
	latencies []time.Duration // of each event at each wall
	cores     float64
}

// drive posts the events at a rate a second, each by itself and on its time however
// long the others take, and waits until every wall has all.
func drive(ctx context.Context, door *streams.Door, events []flow.Event, rate int, walls []*benchWall) (drove, error) {
	for _, w := range walls {
		w.forget()
	}
	type sent struct {
		due time.Time
		seq uint64
		err error
	}
	posts := make([]sent, len(events))
	cpu, began := cpuTime(), time.Now()
	var all sync.WaitGroup
	for i := range events {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		all.Go(func() {
			r := door.Post(ctx, benchPAS, events[i:i+1])
			posts[i] = sent{due, r[0].Seq, r[0].Err}
		})
	}
	all.Wait()
	used, over := cpuTime()-cpu, time.Since(began)
	last := uint64(0)
	for _, p := range posts {
		if p.err != nil {
			return drove{}, p.err
		}
		last = max(last, p.seq)
	}
	d := drove{cores: used.Seconds() / over.Seconds()}
	for _, w := range walls {
		arrivals, err := w.until(last)
		if err != nil {
			return d, err
		}
		for _, p := range posts {
			i, _ := slices.BinarySearchFunc(arrivals, p.seq, func(a arrival, seq uint64) int {
				if a.seq < seq {
					return -1
				}
				return 1
			})
			d.latencies = append(d.latencies, arrivals[i].at.Sub(p.due))
		}
	}
	return d, nil
}

// benchWall is a socket that notes when it got what.
type benchWall struct {
	conn *websocket.Conn

	mu       sync.Mutex
	arrivals []arrival
	gone     error
}

// arrival is a delta that brought a wall up to seq.
type arrival struct {
	seq uint64
	at  time.Time
}

func openWall(ctx context.Context, url string) (*benchWall, error) {
	dialer := websocket.Dialer{Subprotocols: []string{dashboard.Protocol}, HandshakeTimeout: 10 * time.Second, ReadBufferSize: 4096, WriteBufferSize: 512}
	conn, answer, err := dialer.DialContext(ctx, url, nil)
	if err != nil {
		return nil, fmt.Errorf("open wall: %w", err)
	}
	answer.Body.Close()
	w := &benchWall{conn: conn}
	go w.read()
	return w, nil
}

func (w *benchWall) read() {
	for {
		_, text, err := w.conn.ReadMessage()
		at := time.Now()
		w.mu.Lock()
		if err != nil {
			w.gone = err
			w.mu.Unlock()
			return
		}
		if seq, ok := deltaSeq(text); ok {
			w.arrivals = append(w.arrivals, arrival{seq, at})
		}
		w.mu.Unlock()
	}
}

// deltaSeq finds the sequence that a delta ends at, without decoding the whole.
func deltaSeq(text []byte) (uint64, bool) {
	if !bytes.HasPrefix(text, []byte(`{"type":"delta"`)) {
		return 0, false
	}
	_, rest, _ := bytes.Cut(text, []byte(`"seq":`))
	end := bytes.IndexAny(rest[:min(len(rest), 24)], ",}")
	if end < 0 {
		return 0, false
	}
	seq, err := strconv.ParseUint(string(rest[:end]), 10, 64)
	return seq, err == nil
}

func (w *benchWall) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.arrivals = nil
}

// until waits for the wall to have seq, and gives what it got so far.
func (w *benchWall) until(seq uint64) ([]arrival, error) {
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		w.mu.Lock()
		arrivals, gone := w.arrivals, w.gone
		w.mu.Unlock()
		switch {
		case len(arrivals) > 0 && arrivals[len(arrivals)-1].seq >= seq:
			return arrivals, nil
		case gone != nil:
			return nil, gone
		case time.Now().After(end):
			return nil, errors.New("a wall did not get all within ten seconds")
		}
	}
}

// bareFrame is a WebSocket text frame as a server sends it.
func bareFrame(text []byte) []byte {
	frame := []byte{0x81}
	switch n := len(text); {
	case n < 126:
		frame = append(frame, byte(n))
	case n <= math.MaxUint16:
		frame = append(frame, 126, byte(n>>8), byte(n))
	default:
		frame = append(frame, 127, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(frame, text...)
}
