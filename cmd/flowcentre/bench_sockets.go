package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"flowcentre/capacity"
	"flowcentre/dashboard"
	"flowcentre/dashboard/web"
	"flowcentre/flow"
)

// measureSockets shows deltas to many sockets of another process, and compares that
// with writing the same bytes to as many connections in a bare loop.
func (b *bench) measureSockets(ctx context.Context) error {
	hall, err := openHall()
	if err != nil {
		return err
	}
	defer hall.close()
	crowd, err := startPart(ctx, "crowd", hall.address, 0)
	if err != nil {
		return err
	}
	defer crowd.kill()

	const steps = 5
	for range steps {
		before := socketMemory()
		if err := crowd.order("wall", b.Sockets/steps); err != nil {
			return err
		}
		b.sample("idle_socket_bytes", (socketMemory()-before)/float64(b.Sockets/steps))
	}
	if err := crowd.order("bare", b.Sockets/steps*steps); err != nil {
		return err
	}
	for round := range b.Rounds + 1 {
		clean, err := b.showDeltas(crowd, hall.show)
		if err != nil {
			return err
		}
		bare, err := b.showDeltas(crowd, func() (uint64, error) { return hall.showBare(clean.bytes) })
		if err != nil {
			return err
		}
		if err := crowd.order("stall", 1); err != nil {
			return err
		}
		stalled, err := b.showDeltas(crowd, hall.show)
		if err != nil {
			return err
		}
		if err := crowd.order("free", 1); err != nil {
			return err
		}
		if round == 0 {
			continue // warms up
		}
		b.sample("fanout_over_raw", ratio(clean.last, bare.last))
		b.sample("stalled_over_clean", ratio(stalled.p99, clean.p99))
		b.sample("fanout_last_ms", clean.last.Seconds()*1000)
		b.sample("raw_last_ms", bare.last.Seconds()*1000)
		b.sample("delta_bytes", float64(clean.bytes))
	}
	return nil
}

// socketMemory is what the program holds once all that it no longer needs is gone.
func socketMemory() float64 {
	runtime.GC()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse)
}

// shown is how long deltas took to reach the sockets: medians over the deltas.
type shown struct {
	last, p99 time.Duration
	bytes     int
}

// showDeltas shows one delta after the other, twenty a second, and waits for each to
// reach all. As many before them fill the buffers of whoever does not read.
func (b *bench) showDeltas(crowd *partProcess, show func() (uint64, error)) (shown, error) {
	var s shown
	var last, p99 []time.Duration
	for i := range 2 * b.Deltas {
		began := time.Now()
		if _, err := show(); err != nil {
			return s, err
		}
		var got crowdReport
		if err := crowd.answer(&got); err != nil {
			return s, err
		}
		if i >= b.Deltas {
			last = append(last, time.Unix(0, got.Last).Sub(began))
			p99 = append(p99, time.Unix(0, got.P99).Sub(began))
			s.bytes = got.Bytes
			time.Sleep(50*time.Millisecond - time.Since(began))
		}
	}
	s.last, s.p99 = quantile(last, 0.5), quantile(p99, 0.5)
	return s, nil
}

// hall serves a dashboard, and beside it bare connections.
type hall struct {
	address string
	server  *http.Server
	wall    *dashboard.Dashboard
	state   *flow.State
	wards   *wards

	mu    sync.Mutex
	view  *flow.View
	next  chan struct{}
	bare  []*websocket.Conn
	shown uint64 // bare frames
}

func openHall() (*hall, error) {
	h := &hall{state: flow.New("bench"), wards: newWards(1000, capacity.At(time.Now()), 0, 0), next: make(chan struct{})}
	events := h.wards.opening()
	for i := range events {
		h.apply(events[i])
	}
	h.view = h.state.View()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h.address = listener.Addr().String()
	h.wall = dashboard.New(dashboard.Options{
		Board: h, Logger: slog.New(slog.DiscardHandler), Listen: h.address, Assets: web.FS, AssetsHash: web.Assets, FrameEvery: -1, Heartbeat: 10 * time.Second, MaxSockets: 10_000,
	})
	mux := http.NewServeMux()
	mux.HandleFunc("/bare", h.open)
	mux.Handle("/", h.wall)
	h.server = &http.Server{Handler: mux}
	go h.server.Serve(listener) //nolint:errcheck // ends with close
	return h, nil
}

func (h *hall) close() {
	h.mu.Lock()
	for _, c := range h.bare {
		c.Close()
	}
	h.mu.Unlock()
	h.server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	_ = h.wall.Shutdown(ctx, dashboard.ByeShutdown) // the crowd is gone by then
}

// Latest makes the hall a board.
func (h *hall) Latest() (*flow.View, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.view, h.next
}

// WaitFor is not asked for here.
func (h *hall) WaitFor(context.Context, uint64) error { return errors.ErrUnsupported }

func (h *hall) apply(e flow.Event) {
	e.Seq = h.state.Seq() + 1
	h.state.Apply(&e)
	h.state.Changes()
}

// show publishes what one event changes.
func (h *hall) show() (uint64, error) {
	h.apply(h.wards.next())
	view := h.state.View()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.view = view
	close(h.next)
	h.next = make(chan struct{})
	return view.Seq, nil
}

func (h *hall) open(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{ReadBufferSize: 512, WriteBufferSize: 512}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bare = append(h.bare, conn)
}

// showBare writes a frame of so many bytes to every bare connection in turn.
func (h *hall) showBare(size int) (uint64, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shown++
	text := []byte(`{"type":"delta","epoch":"bare","from":` + strconv.FormatUint(h.shown-1, 10) + `,"seq":` + strconv.FormatUint(h.shown, 10) + `,"pad":"`)
	text = append(text, strings.Repeat("x", max(0, size-len(text)-2))...)
	frame := bareFrame(append(text, `"}`...))
	for _, c := range h.bare {
		if _, err := c.NetConn().Write(frame); err != nil {
			return 0, err
		}
	}
	return h.shown, nil
}

// crowd is many clients in a process of their own, which obeys a line at a time:
// "wall N" and "bare N" open so many sockets, "stall 1" opens one that never reads,
// "free 1" closes it. Each is answered with ok, and each delta that all have with a
// report.
type crowd struct {
	address string
	out     *json.Encoder
	stalled *websocket.Conn

	mu      sync.Mutex
	members map[string]int
	got     map[string]map[uint64][]int64 // when each delta came, by path
}

// crowdReport tells of one delta that all sockets of a kind have.
type crowdReport struct {
	OK    bool
	Error string
	Last  int64 // Unix nanoseconds
	P99   int64
	Bytes int
}

func runCrowd(ctx context.Context, address string, in io.Reader, out io.Writer) error {
	c := &crowd{address: address, out: json.NewEncoder(out), members: map[string]int{}, got: map[string]map[uint64][]int64{"wall": {}, "bare": {}}}
	orders := bufio.NewScanner(in)
	for orders.Scan() {
		var kind string
		var n int
		if _, err := fmt.Sscan(orders.Text(), &kind, &n); err != nil {
			return err
		}
		answer := crowdReport{OK: true}
		if err := c.obey(ctx, kind, n); err != nil {
			answer = crowdReport{Error: err.Error()}
		}
		c.mu.Lock()
		err := c.out.Encode(answer)
		c.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return orders.Err()
}

func (c *crowd) obey(ctx context.Context, kind string, n int) error {
	switch kind {
	case "stall":
		conn, err := c.dial(ctx, "wall", func(fd int) error { return syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
		c.stalled = conn
		return err
	case "free":
		return c.stalled.Close()
	}
	for range n {
		conn, err := c.dial(ctx, kind, nil)
		if err != nil {
			return err
		}
		if kind == "wall" { // hello and snapshot
			for range 2 {
				if _, _, err := conn.ReadMessage(); err != nil {
					return err
				}
			}
		}
		c.mu.Lock()
		c.members[kind]++
		c.mu.Unlock()
		go c.read(kind, conn)
	}
	return nil
}

func (c *crowd) dial(ctx context.Context, kind string, control func(fd int) error) (*websocket.Conn, error) {
	plain := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) (err error) {
		if control == nil {
			return nil
		}
		if e := raw.Control(func(fd uintptr) { err = control(int(fd)) }); e != nil {
			return e
		}
		return err
	}}
	dialer := websocket.Dialer{NetDialContext: plain.DialContext, Subprotocols: []string{dashboard.Protocol}, ReadBufferSize: 4096, WriteBufferSize: 512, HandshakeTimeout: 10 * time.Second}
	url := "ws://" + c.address + "/bare"
	if kind == "wall" {
		url = "ws://" + c.address + "/api/v1/stream"
	}
	conn, answer, err := dialer.DialContext(ctx, url, nil)
	if err != nil {
		return nil, err
	}
	return conn, answer.Body.Close()
}

func (c *crowd) read(kind string, conn *websocket.Conn) {
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			c.mu.Lock()
			defer c.mu.Unlock()
			_ = c.out.Encode(crowdReport{Error: "a socket was lost: " + err.Error()}) // nobody may listen any more
			return
		}
		at := time.Now().UnixNano()
		if seq, ok := deltaSeq(text); ok {
			c.note(kind, seq, at, len(text))
		}
	}
}

func (c *crowd) note(kind string, seq uint64, at int64, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	got := append(c.got[kind][seq], at)
	if len(got) < c.members[kind] {
		c.got[kind][seq] = got
		return
	}
	delete(c.got[kind], seq)
	_ = c.out.Encode(crowdReport{Last: quantile(got, 1), P99: quantile(got, 0.99), Bytes: bytes}) // nobody may listen any more
}

// partProcess is a part of the measuring that runs as a process of its own.
type partProcess struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

// startPart runs this program again as a part.
func startPart(ctx context.Context, part, data string, beds int) (*partProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &partProcess{cmd: exec.CommandContext(ctx, self, "bench", "--part", part, "--data", data, "--beds", strconv.Itoa(beds))}
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = json.NewDecoder(out)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start part %s: %w", part, err)
	}
	return p, nil
}

// answer waits for the part to say something, and ends it when it says nothing for two
// minutes.
func (p *partProcess) answer(to any) error {
	late := time.AfterFunc(2*time.Minute, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	if err := p.out.Decode(to); err != nil {
		return fmt.Errorf("answer of a part: %w", err)
	}
	if r, ok := to.(*crowdReport); ok && r.Error != "" {
		return errors.New(r.Error)
	}
	return nil
}

func (p *partProcess) order(what string, n int) error {
	if _, err := fmt.Fprintf(p.in, "%s %d\n", what, n); err != nil {
		return err
	}
	var done crowdReport
	return p.answer(&done)
}

// stop lets the part end by itself.
func (p *partProcess) stop() error {
	p.in.Close()
	return p.cmd.Wait()
}

func (p *partProcess) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	_ = p.cmd.Wait()
}

// benchPart is what a part does.
func benchPart(ctx context.Context, part, data string, beds int, in io.Reader, out io.Writer) error {
	switch part {
	case "crowd":
		return runCrowd(ctx, data, in, out)
	case "centre":
		return runBenchCentre(ctx, data, beds, in, out)
	case "bare":
		return runBareServer(ctx, data, in, out)
	}
	return fmt.Errorf("bench has no part %q", part)
}
