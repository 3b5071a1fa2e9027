package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"flowcentre/capacity"
	"flowcentre/dashboard"
	"flowcentre/dashboard/web"
	"flowcentre/flow"
	"flowcentre/flow/engine"
	"flowcentre/flow/store"
	"flowcentre/streams"
	"flowcentre/streams/hl7"
)

// centreOptions is what a centre is told beyond its configuration.
type centreOptions struct {
	Config     *Config
	Logger     *slog.Logger
	Speed      float64          // of the centre's clock; 0 means 1
	Clock      *streams.Clock   // instead of one that runs: a standing one, moved by hand
	Start      capacity.Instant // where the clock of a new centre starts; 0 follows the machine
	Simulated  bool             // the figures are invented: every screen says so
	FrameEvery time.Duration    // least time between two frames; 0 means 250 ms
	Progress   func(applied, last uint64)

	CheckpointEvery uint64 // events; 0 means 50,000
}

// centre is one running flow centre.
type centre struct {
	o      centreOptions
	log    *slog.Logger
	engine *engine.Engine
	events *streams.Log
	door   *streams.Door
	clock  *streams.Clock
	past   *past

	httpAddr  string            // where the wall is
	natsAddr  string            // where producers publish; empty for none
	mllpAddrs map[string]string // by feed

	stops  []func(context.Context) error // last first
	failed chan error
}

// files of the data folder.
const (
	storeFile = "engine.db"
	keysFile  = "patient.key"
	logFolder = "log"

	checkpointFolder = "checkpoints"
)

// startCentre starts everything in the order in which each part needs the one before,
// and returns when the wall can be opened. What was started is stopped again if a later
// part cannot start. Close ends it.
func startCentre(ctx context.Context, o centreOptions) (_ *centre, err error) {
	c := &centre{o: o, log: o.Logger, mllpAddrs: map[string]string{}, failed: make(chan error, 8)}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	conf := o.Config
	if err := os.MkdirAll(conf.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	feeds, err := doorFeeds(conf)
	if err != nil {
		return nil, err
	}
	desk := ""
	if conf.Desk.TokenFile != "" {
		if desk, err = readToken("the desk", conf.Desk.TokenFile); err != nil {
			return nil, err
		}
	}
	alertPath := ""
	if conf.Alerts != nil && conf.Alerts.TokenFile != "" {
		if alertPath, err = readToken("the alert path", conf.Alerts.TokenFile); err != nil {
			return nil, err
		}
	}

	st, err := store.Open(filepath.Join(conf.Data, storeFile), store.Options{})
	if err != nil {
		return nil, err
	}
	c.onStop(func(context.Context) error { return st.Close() })
	state, at, err := st.Load()
	if err != nil {
		return nil, err
	}

	limit, err := logLimit(conf.Data, conf.Log.MaxBytes)
	if err != nil {
		return nil, err
	}
	if limit < conf.Log.MaxBytes {
		o.Logger.Warn("the log gets less room than configured: it must be full before the disk is", "configured_bytes", conf.Log.MaxBytes, "bytes", limit)
	}
	logOptions := streams.LogOptions{
		URL: conf.Log.URL, Credentials: conf.Log.CredentialsFile, SystemURL: conf.Log.SystemURL, TrustSync: conf.Log.TrustSync,
		Replicas: conf.Log.Replicas, MaxBytes: limit, Logger: o.Logger,
	}
	if conf.Log.URL == "" {
		server, err := streams.StartServer(streams.ServerOptions{
			Dir: filepath.Join(conf.Data, logFolder), Listen: conf.NATS.Listen, MaxBytes: limit, Feeds: feeds, Logger: o.Logger,
		})
		if err != nil {
			return nil, err
		}
		c.onStop(func(context.Context) error { server.Stop(); return nil })
		c.run("log", func(ctx context.Context) error { return watch(ctx, server) })
		logOptions.Server, c.natsAddr = server, server.Address()
	}
	c.events, err = streams.OpenLog(ctx, logOptions)
	if err != nil {
		return nil, err
	}
	c.onStop(func(context.Context) error { c.events.Close(); return nil })

	logged, err := c.events.State(ctx)
	if err != nil {
		return nil, fmt.Errorf("state of the log: %w", err)
	}
	if err := store.Prove(at, logged.Identity.String(), logged.First, logged.Last, c.hashAt(ctx)); err != nil {
		return nil, err
	}
	at.Stream = logged.Identity.String()
	keys, err := streams.OpenKeys(filepath.Join(conf.Data, keysFile), logged.Last == 0)
	if err != nil {
		return nil, err
	}

	var measure *metrics
	seen := state.Seen()
	c.engine = engine.New(st, state, at, engine.Options{
		FrameEvery: o.FrameEvery, Logger: o.Logger,
		OnCommit: func(s engine.CommitStats) { measure.observeCommit(s.Took, s.Waited) },
	})
	var wall *dashboard.Dashboard
	measure = newMetrics(c.engine.Board(), measured{
		logState: c.logState,
		stalls:   c.events.Stalls,
		door: func() (int, []streams.Totals) {
			waiting, _ := c.door.Waiting()
			return waiting, c.door.Totals()
		},
		storeSize: func() int64 {
			size, err := st.Size()
			if err != nil {
				return 0
			}
			return size
		},
		walls: func() dashboard.Stats { return wall.Stats() },
	})
	entries := make(chan []flow.Entry, 16)
	c.run("follow the log", func(ctx context.Context) error { return c.events.Follow(ctx, at.Seq, entries) })
	c.run("engine", func(ctx context.Context) error { return c.engine.Run(ctx, entries) })
	checkpoints, err := store.OpenCheckpoints(filepath.Join(conf.Data, checkpointFolder), store.CheckpointOptions{
		Epoch: at.Epoch, Every: o.CheckpointEvery, Logger: o.Logger,
		Fits: func(at store.Position) error {
			return store.Prove(at, logged.Identity.String(), logged.First, logged.Last, c.hashAt(ctx))
		},
	})
	if err != nil {
		return nil, err
	}
	c.run("checkpoints", func(ctx context.Context) error { return c.engine.Keep(ctx, checkpoints) })
	if err := c.catchUp(ctx, logged.Last); err != nil {
		return nil, err
	}

	if ahead := c.view().At.Sub(capacity.At(time.Now())); o.Start == 0 && ahead > time.Minute {
		return nil, fmt.Errorf("the log's time is %s ahead of this machine's clock: set the clock right and start again; if the log was written under a wrong clock or by a demonstration, use another data folder", ahead.Round(time.Second))
	}
	if c.clock = o.Clock; c.clock == nil {
		c.clock = streams.NewClock(o.startOf(c.view().At), cmp.Or(o.Speed, 1))
	}
	if err := c.layOut(ctx); err != nil {
		return nil, err
	}
	c.door, err = streams.NewDoor(streams.DoorOptions{
		Log: c.events, Keys: keys, Clock: c.clock, Feeds: feeds, Seen: seen.Lookup, DeskSecret: desk, AlertSecret: alertPath, Outcome: c.outcome, View: c.view, Names: flow.NamesOf(&conf.Layout), Logger: o.Logger,
	})
	if err != nil {
		return nil, err
	}
	c.onStop(func(context.Context) error { c.door.Close(); return nil })
	c.run("clock", func(ctx context.Context) error { return c.clock.Run(ctx, c.events, c.door.Report) })

	listener, err := net.Listen("tcp", conf.HTTP.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for HTTP: %w; choose another address", err)
	}
	c.httpAddr = listener.Addr().String()
	c.past = newPast(c.events, checkpoints, c.view)
	wall = dashboard.New(dashboard.Options{
		Board: c.engine.Board(), Logger: o.Logger, Version: versionText(), Speed: cmp.Or(o.Speed, 1), Simulated: o.Simulated,
		Now: c.clock.Now, Listen: c.httpAddr, AllowedOrigins: conf.HTTP.Origins, Assets: web.FS, AssetsHash: web.Assets,
		FrameEvery: o.FrameEvery, Live: c.live, Ready: c.ready, Past: c.past.View, Why: c.past.Why, Cut: c.past.Cut,
	})
	c.serveHTTP(listener, wall, measure)
	if conf.Sheet != nil {
		if err := c.writeSheets(measure); err != nil {
			return nil, err
		}
	}
	c.run("the past", c.past.run) // after HTTP: whoever waits for it is answered before HTTP stops

	gateway, err := c.door.NewGateway()
	if err != nil {
		return nil, err
	}
	c.onStop(func(context.Context) error { gateway.Close(); return nil })
	for _, m := range conf.MLLP {
		if err := c.serveMLLP(m); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// logLimit is the limit of the log: what the configuration says, and at most six tenths
// of the disk. A log that is full refuses and heals; a disk that is full does not.
func logLimit(folder string, configured int64) (int64, error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(folder, &disk); err != nil {
		return 0, fmt.Errorf("size of the disk of %s: %w", folder, err)
	}
	return min(configured, int64(disk.Blocks)*int64(disk.Bsize)/10*6), nil //nolint:unconvert // its type differs between systems
}

// startOf is where the clock starts: a real centre follows the machine; a simulated one
// goes on from where its log ends.
func (o *centreOptions) startOf(at capacity.Instant) capacity.Instant {
	if o.Start == 0 {
		return 0
	}
	return max(o.Start, at)
}

// doorFeeds is what the door knows of each feed.
func doorFeeds(conf *Config) ([]streams.Feed, error) {
	local, err := time.LoadLocation(conf.Layout.System.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("time zone of the system: %w", err)
	}
	var feeds []streams.Feed
	for _, f := range conf.Feeds {
		feed := streams.Feed{ID: f.ID, Zone: local}
		if f.TokenFile != "" {
			var err error
			if feed.Secret, err = readToken("feed "+f.ID, f.TokenFile); err != nil {
				return nil, err
			}
		}
		if h := f.HL7; h != nil {
			zone, err := time.LoadLocation(h.TimeZone)
			if err != nil {
				return nil, fmt.Errorf("time zone of feed %s: %w", f.ID, err)
			}
			feed.Zone = zone
			feed.HL7 = hl7.Settings{
				TimeZone: zone, Authority: h.Authority, Facility: h.Facility, PatientType: h.PatientType, Ack: hl7.AckMode(h.Ack), Places: h.Places,
				Services: h.Services, Modes: h.ArrivalModes, Acuities: h.Acuities, BedStatus: map[string]flow.BedStatus{},
			}
			feed.AnswerUnavailable = h.AnswerAway
			for code, status := range h.BedStatus {
				feed.HL7.BedStatus[code] = flow.BedStatus(status)
			}
		}
		feeds = append(feeds, feed)
	}
	return feeds, nil
}

func readToken(of, file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("token of %s: %w", of, err)
	}
	token := strings.TrimSpace(string(text))
	if len(token) < 16 {
		return "", fmt.Errorf("token of %s: %s holds fewer than 16 characters; write a longer one, such as the output of: openssl rand -hex 24", of, file)
	}
	return token, nil
}

// hashAt gives the hash of an event's bytes, for the proof that store and log belong
// together.
func (c *centre) hashAt(ctx context.Context) func(uint64) ([32]byte, error) {
	return func(seq uint64) ([32]byte, error) {
		e, err := c.events.Event(ctx, seq)
		return sha256.Sum256(e.Raw), err
	}
}

func (c *centre) view() *flow.View {
	v, _ := c.engine.Board().Latest()
	return v
}

var errForgotten = errors.New("what became of the decision is no longer kept")

// outcome waits until the decision at seq is applied, and tells why it has no effect or, where
// it has, what there is to say against it.
func (c *centre) outcome(ctx context.Context, seq uint64) (refused, detail string, err error) {
	if err := c.engine.Board().WaitFor(ctx, seq); err != nil {
		return "", "", err
	}
	v := c.view()
	id := strconv.FormatUint(seq, 10)
	if i := slices.IndexFunc(v.Decisions, func(d *flow.DecisionView) bool { return d.ID == id }); i >= 0 {
		return v.Decisions[i].Refused, cmp.Or(v.Decisions[i].Detail, v.Decisions[i].Warning), nil
	}
	if i := slices.IndexFunc(v.Held, func(h *flow.HeldView) bool { return h.Seq == seq }); i >= 0 {
		return v.Held[i].Reason, "It is held, and takes effect when what it names is there: GET /api/v1/held.", nil
	}
	if len(v.Decisions) > 0 {
		if oldest, _ := strconv.ParseUint(v.Decisions[0].ID, 10, 64); seq < oldest {
			return "", "", errForgotten
		}
	}
	return "", "", nil
}

// catchUp waits until everything in the log is applied.
func (c *centre) catchUp(ctx context.Context, last uint64) error {
	caught := make(chan error, 1)
	go func() { caught <- c.engine.Board().WaitFor(ctx, last) }()
	tell := time.NewTicker(time.Second)
	defer tell.Stop()
	for {
		select {
		case err := <-caught:
			return err
		case err := <-c.failed:
			return err
		case <-tell.C:
			if c.o.Progress != nil {
				c.o.Progress(c.engine.Stats().Applied, last)
			}
		}
	}
}

// layOut brings the layout of the configuration into the log, if it is not the one in
// force.
func (c *centre) layOut(ctx context.Context) error {
	layout := &c.o.Config.Layout
	for {
		now := c.view().System
		if now.LayoutID == layout.Digest() {
			return nil
		}
		last, err := c.events.Latest(ctx, streams.LayoutSubject)
		if err != nil {
			return fmt.Errorf("latest layout: %w", err)
		}
		if last.Data.Revision > now.Layout { // another centre was quicker
			if err := c.engine.Board().WaitFor(ctx, last.Seq); err != nil {
				return err
			}
			if c.view().System.Layout == last.Data.Revision {
				continue
			}
		}
		seqs, err := c.events.AppendAfter(ctx, last.Seq, flow.LayoutEvents(layout, max(now.Layout, last.Data.Revision)+1, c.clock.Now()))
		if errors.Is(err, streams.ErrMoved) {
			continue
		}
		if err != nil {
			return fmt.Errorf("bring the layout into the log: %w", err)
		}
		if err := c.engine.Board().WaitFor(ctx, seqs[len(seqs)-1]); err != nil {
			return err
		}
	}
}

func (c *centre) serveHTTP(listener net.Listener, wall *dashboard.Dashboard, measure *metrics) {
	mux := http.NewServeMux()
	posts := wall.Guard(c.door.Handler())
	for _, path := range streams.Paths {
		mux.Handle(path, posts)
	}
	mux.Handle("GET /api/v1/decisions", wall)
	mux.Handle("/metrics", wall.Guard(measure.handler()))
	mux.Handle("/", wall)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(c.log.Handler(), slog.LevelDebug)}
	c.run("HTTP", func(context.Context) error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	c.onStop(func(ctx context.Context) error {
		return errors.Join(wall.Shutdown(ctx, dashboard.ByeShutdown), server.Shutdown(ctx))
	})
}

func (c *centre) serveMLLP(m MLLPConfig) error {
	listener, err := net.Listen("tcp", m.Listen)
	if err != nil {
		return fmt.Errorf("listen for MLLP of feed %s: %w; choose another address", m.Feed, err)
	}
	listener = allowed{listener, m.From, c.log}
	server := c.door.MLLP(m.Feed)
	c.mllpAddrs[m.Feed] = listener.Addr().String()
	c.run("MLLP of feed "+m.Feed, func(ctx context.Context) error { return server.Serve(ctx, c.door.Counted(m.Feed, listener)) })
	return nil
}

// allowed closes connections from addresses that the configuration does not name.
type allowed struct {
	net.Listener
	from []netip.Prefix
	log  *slog.Logger
}

// Accept gives the next connection from an address that is allowed.
func (a allowed) Accept() (net.Conn, error) {
	for {
		conn, err := a.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from, err := netip.ParseAddrPort(conn.RemoteAddr().String())
		addr := from.Addr().Unmap()
		if err == nil && (len(a.from) == 0 && addr.IsLoopback() || slices.ContainsFunc(a.from, func(p netip.Prefix) bool { return p.Contains(addr) })) {
			return conn, nil
		}
		a.log.Warn("MLLP connection refused: its address is not among those allowed", "address", conn.RemoteAddr().String())
		conn.Close()
	}
}

// logState is what the log holds, and false when that cannot be told.
func (c *centre) logState() (streams.LogState, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	s, err := c.events.State(ctx)
	return s, err == nil
}

// watch ends when the log inside can no longer be written, and the centre with it. A
// write that failed stays failed until the server is started anew: a full disk does not
// heal by itself. Whoever started the centre starts it again.
func watch(ctx context.Context, server *streams.Server) error {
	every := time.NewTicker(2 * time.Second)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
			if err := server.Health(); err != nil {
				return fmt.Errorf("it cannot be written, so nothing more is accepted; make room on the disk or mend it, and start again: %w", err)
			}
		}
	}
}

// live tells why the process should be started anew.
func (c *centre) live() error {
	return errors.Join(c.engine.Board().Stopped(), c.events.Health())
}

// ready tells why the centre cannot take or show anything yet.
func (c *centre) ready() error {
	if err := c.live(); err != nil {
		return err
	}
	if ahead := c.view().At.Sub(c.clock.Now()); ahead > 3*streams.TickEvery {
		return fmt.Errorf("the log's time is %s ahead of this machine's clock, and stands still until the clock has caught up: set the clock right", ahead)
	}
	if at := c.view().At; at == 0 || c.clock.Now().Sub(at) > 3*streams.TickEvery+5*time.Second*time.Duration(c.clock.Speed()) {
		return fmt.Errorf("the clock of the state stands at %s", at)
	}
	return nil
}

// onStop puts a step before those that stop what was started earlier.
func (c *centre) onStop(stop func(context.Context) error) {
	c.stops = append(c.stops, stop)
}

// run starts a part that works until its context ends. If it ends by itself, the centre
// has failed.
func (c *centre) run(name string, part func(ctx context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	var ended atomic.Bool
	var done sync.WaitGroup
	done.Go(func() {
		err := part(ctx)
		if ended.Load() {
			return
		}
		select {
		case c.failed <- fmt.Errorf("%s: %w", name, cmp.Or(err, errors.New("ended by itself"))):
		default:
		}
	})
	c.onStop(func(context.Context) error {
		ended.Store(true)
		cancel()
		done.Wait()
		return nil
	})
}

// Wait returns when the context ends, with nil, or when a part has failed.
func (c *centre) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-c.failed:
		return err
	}
}

// Close stops everything, last started first, within ten seconds.
func (c *centre) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var errs []error
	for _, stop := range slices.Backward(c.stops) {
		errs = append(errs, stop(ctx))
	}
	c.stops = nil
	return errors.Join(errs...)
}
