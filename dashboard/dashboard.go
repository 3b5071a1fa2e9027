package dashboard

import (
	"cmp"
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// Board publishes views. Latest gives the newest one, nil before there is any, with a
// channel that is closed as soon as a newer one can be had; WaitFor returns nil once a
// view with at least that sequence is published, and the error of ctx otherwise.
type Board interface {
	Latest() (*flow.View, <-chan struct{})
	WaitFor(ctx context.Context, seq uint64) error
}

// Options is what a dashboard is made of. Board is required; the rest has the default
// named beside it.
type Options struct {
	Board  Board
	Logger *slog.Logger // slog.Default

	Version   string
	Speed     float64                 // how fast the centre's clock runs; 1
	Simulated bool                    // the figures are invented
	Now       func() capacity.Instant // the centre's clock; the newest view's time

	Listen         string   // the address of the listener, host:port: its own host is a name of this server
	AllowedOrigins []string // further origins whose pages may read and act, such as https://flow.example.nhs.uk; their hosts are names of this server

	Assets     fs.FS  // the front end, index.html at its root
	AssetsHash string // a wall that has other assets reloads itself

	FrameEvery      time.Duration // the shortest time between two frames of a socket; 250 ms, negative for none
	Heartbeat       time.Duration // 5 s; a ping goes with every fourth
	MaxSockets      int           // 2,000
	MaxSocketsPerIP int           // 100; loopback addresses are not counted, where a reverse proxy stands

	Past Past // gives past states; without it only the present can be asked for
	Cut  Cut  // tells a bed position; without it none can be asked for
	Why  Why  // opens a figure; without it no figure can be opened

	Live  func() error // why the process should be restarted; nil for never
	Ready func() error // why it should get no requests yet; nil for as soon as there is a view
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	o.Speed = cmp.Or(o.Speed, 1)
	o.FrameEvery = cmp.Or(o.FrameEvery, 250*time.Millisecond)
	o.Heartbeat = cmp.Or(o.Heartbeat, 5*time.Second)
	o.MaxSockets = cmp.Or(o.MaxSockets, 2000)
	o.MaxSocketsPerIP = cmp.Or(o.MaxSocketsPerIP, 100)
	return o
}

// Dashboard serves the pages, the API and the stream. It is safe for concurrent use.
type Dashboard struct {
	o        Options
	guard    *guard
	assets   *assets
	encoder  *encoder
	cutter   *cutter
	sockets  *sockets
	handler  http.Handler
	waitFor  time.Duration // how long a request may wait for min_seq
	pastFor  time.Duration // how long a request may wait for the past, or for a figure to be opened
	deadline deadlines
}

// deadlines bound what a socket may take.
type deadlines struct {
	handshake, write, read, farewell time.Duration
}

// New starts a dashboard; Shutdown ends it. It serves everything in routes.go.
func New(o Options) *Dashboard {
	o = o.withDefaults()
	encoder := newEncoder()
	d := &Dashboard{
		o:        o,
		guard:    newGuard(o.Listen, o.AllowedOrigins),
		assets:   newAssets(o.Assets),
		encoder:  encoder,
		cutter:   newCutter(o.Board, encoder, o.FrameEvery, o.Heartbeat),
		sockets:  newSockets(o.MaxSockets, o.MaxSocketsPerIP),
		waitFor:  10 * time.Second,
		pastFor:  30 * time.Second,
		deadline: deadlines{handshake: 5 * time.Second, write: 5 * time.Second, read: 60 * time.Second, farewell: time.Second},
	}
	for _, origin := range d.guard.unusable {
		o.Logger.Warn("allowed origin ignored: it is not of the form scheme://host:port", "origin", origin)
	}
	d.handler = d.mux()
	return d
}

// ServeHTTP answers one request.
func (d *Dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.handler.ServeHTTP(w, r)
}

// Guard puts before h what the dashboard's own routes have before them: the check of
// the Host header against DNS rebinding, the refusal of state-changing requests from
// other sites' pages, and the security headers. Handlers of other packages on the same
// listener need it too.
func (d *Dashboard) Guard(h http.Handler) http.Handler {
	return d.guard.before(h)
}

// Stats counts what the sockets have done since the start.
func (d *Dashboard) Stats() Stats {
	return d.sockets.stats()
}

// Shutdown says bye to every socket, with the reason, and returns when all are gone or
// ctx ends. From then on no socket is let in and the dashboard is not ready.
func (d *Dashboard) Shutdown(ctx context.Context, reason Bye) error {
	gone := d.sockets.dismiss(reason)
	d.cutter.stop()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// now is the time on the centre's clock.
func (d *Dashboard) now(v *flow.View) capacity.Instant {
	if d.o.Now != nil {
		return d.o.Now()
	}
	return v.At
}
