package dashboard

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Protocol is the sub-protocol of the stream.
const Protocol = "flowcentre.v1"

// readLimit is how much a client may say at once; it has nothing to say.
const readLimit = 4 << 10

// pingEvery is in heartbeats.
const pingEvery = 4

var writeBuffers sync.Pool

// Bye is why the server ends a socket.
type Bye string

// The reasons.
const (
	ByeShutdown Bye = "shutdown" // the centre stops
	ByeRestart  Bye = "restart"  // it comes back at once
	ByeOverload Bye = "overload" // it has all the sockets it may have
)

// terms are the close code that goes with a reason and how soon the client may return.
func (b Bye) terms() (code int, retry time.Duration) {
	switch b {
	case ByeRestart:
		return websocket.CloseServiceRestart, time.Second
	case ByeOverload:
		return websocket.CloseTryAgainLater, 15 * time.Second
	case ByeShutdown:
	}
	return websocket.CloseGoingAway, 2 * time.Second
}

// stream opens a socket that keeps the client's state that of the centre.
func (d *Dashboard) stream(w http.ResponseWriter, r *http.Request) {
	if !d.guard.mayStream(r) {
		foreignOrigin(w, r)
		return
	}
	start, ok := startOf(w, r)
	if !ok {
		return
	}
	if d.cutter.latest.Load().cut == nil {
		notReady(w)
		return
	}
	place, open := d.sockets.enter(r.RemoteAddr)
	if !open {
		notReady(w)
		return
	}
	conn, err := d.upgrader().Upgrade(w, r, nil)
	if err != nil {
		d.sockets.leave(place)
		return
	}
	s := &socket{d: d, conn: conn, client: start, gone: make(chan struct{})}
	go s.read()
	go func() {
		defer d.sockets.leave(place)
		defer conn.Close()
		if !place.room {
			_ = s.bye(ByeOverload) // it is refused either way
			return
		}
		err := s.write()
		d.o.Logger.Debug("socket closed", "error", err)
	}()
}

func (d *Dashboard) upgrader() *websocket.Upgrader {
	return &websocket.Upgrader{
		HandshakeTimeout: d.deadline.handshake,
		ReadBufferSize:   512,
		WriteBufferSize:  1024,
		WriteBufferPool:  &writeBuffers,
		Subprotocols:     []string{Protocol},
		CheckOrigin:      d.guard.mayStream,
		Error: func(w http.ResponseWriter, _ *http.Request, status int, reason error) {
			refuse(w, Problem{
				Kind: "no-websocket", Title: "The stream is a WebSocket", Status: status, Detail: reason.Error(),
				Remedy: "Open it as a WebSocket with sub-protocol " + Protocol + ", or poll /api/v1/state.",
			})
		},
	}
}

// position is what a client has.
type position struct {
	epoch string
	seq   uint64
}

// startOf reads what the client says that it has.
func startOf(w http.ResponseWriter, r *http.Request) (position, bool) {
	if !slices.Contains(websocket.Subprotocols(r), Protocol) {
		refuse(w, Problem{
			Kind: "protocol", Title: "The stream speaks another protocol", Status: http.StatusBadRequest,
			Detail: "The request does not offer the sub-protocol " + Protocol + ".",
			Remedy: "Send Sec-WebSocket-Protocol: " + Protocol + ". An older wall must be reloaded.",
		})
		return position{}, false
	}
	query := r.URL.Query()
	if !query.Has("since") {
		return position{}, true
	}
	since, err := strconv.ParseUint(query.Get("since"), 10, 64)
	if err != nil {
		refuse(w, Problem{
			Kind: "bad-parameter", Title: "A parameter cannot be read", Status: http.StatusBadRequest,
			Detail: "since is not a whole number from 0.",
			Remedy: "Give epoch and seq of the last frame, or leave both out for a snapshot.",
		})
		return position{}, false
	}
	return position{query.Get("epoch"), since}, true
}

// socket is one client. One goroutine writes to it, another only reads.
type socket struct {
	d      *Dashboard
	conn   *websocket.Conn
	client position      // what it has
	whole  bool          // it has got a snapshot or delta
	gone   chan struct{} // closed when it can no longer be read from
}

// read discards what the client says until it closes, breaks a limit or falls silent.
func (s *socket) read() {
	defer close(s.gone)
	alive := func(string) error { return s.conn.SetReadDeadline(time.Now().Add(s.d.deadline.read)) }
	s.conn.SetReadLimit(readLimit)
	s.conn.SetPongHandler(alive)
	if alive("") != nil {
		return
	}
	for {
		if _, _, err := s.conn.ReadMessage(); err != nil {
			return
		}
	}
}

// write keeps the client at the newest cut until it is gone, is too slow, or the server
// stops. However many views there were meanwhile, it gets one frame.
func (s *socket) write() error {
	now := s.d.cutter.latest.Load()
	beats := now.beats
	if err := s.hello(now.cut); err != nil {
		return err
	}
	for {
		if err := s.catchUp(now.cut); err != nil {
			return err
		}
		if now.beats != beats {
			beats = now.beats
			if err := s.heartbeat(now); err != nil {
				return err
			}
		}
		select {
		case <-now.next:
			now = s.d.cutter.latest.Load()
		case <-s.gone:
			return nil
		case <-s.d.sockets.closing:
			return s.bye(s.d.sockets.reason())
		}
	}
}

func (s *socket) hello(c *cut) error {
	b := &body{}
	b.begin("hello")
	b.member("proto", Protocol)
	b.member("version", s.d.o.Version)
	b.member("assets", s.d.o.AssetsHash)
	b.member("heartbeat_ms", s.d.o.Heartbeat.Milliseconds())
	b.member("at", s.d.now(c.view))
	b.member("speed", s.d.o.Speed)
	b.member("simulated", s.d.o.Simulated)
	b.close()
	return s.text(b)
}

// catchUp sends what the client lacks of the cut. A client that returns may have seen
// more than the last cut, since views are published more often: it waits for the next.
func (s *socket) catchUp(c *cut) error {
	v := c.view
	here := position{v.Epoch, v.Seq}
	if s.whole && s.client == here || s.ahead(c) {
		return nil
	}
	f, err := c.from(s.client.epoch, s.client.seq)
	if err != nil {
		s.d.o.Logger.Error("encode frame", "from", s.client.seq, "seq", v.Seq, "error", err)
		return err
	}
	s.client, s.whole = here, true
	return s.send(f)
}

func (s *socket) ahead(c *cut) bool {
	if s.client.epoch != c.view.Epoch || s.client.seq <= c.view.Seq {
		return false
	}
	newest, _ := s.d.o.Board.Latest()
	return newest.Epoch == s.client.epoch && newest.Seq >= s.client.seq
}

func (s *socket) heartbeat(now *moment) error {
	f, err := now.cut.heartbeat()
	if err != nil {
		return err
	}
	if now.beats%pingEvery == 0 {
		if err := s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(s.d.deadline.write)); err != nil {
			return err
		}
	}
	return s.send(f)
}

// bye tells the client why it is left and when to return, and gives it a moment to close.
func (s *socket) bye(why Bye) error {
	code, retry := why.terms()
	b := &body{}
	b.begin("bye")
	b.member("reason", string(why))
	b.member("retry_ms", retry.Milliseconds())
	b.close()
	if err := s.text(b); err != nil {
		return err
	}
	farewell := time.Now().Add(s.d.deadline.farewell)
	if err := s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, string(why)), farewell); err != nil {
		return err
	}
	select {
	case <-s.gone:
	case <-time.After(s.d.deadline.farewell):
	}
	return nil
}

func (s *socket) text(b *body) error {
	if b.err != nil {
		return b.err
	}
	return s.sent(len(b.json), s.within(func() error { return s.conn.WriteMessage(websocket.TextMessage, b.json) }))
}

func (s *socket) send(f *frame) error {
	return s.sent(len(f.json), s.within(func() error { return s.conn.WritePreparedMessage(f.message) }))
}

// within gives write its time. A socket that takes longer is closed: the client comes
// back for what it lacks when it can.
func (s *socket) within(write func() error) error {
	if err := s.conn.SetWriteDeadline(time.Now().Add(s.d.deadline.write)); err != nil {
		return err
	}
	return write()
}

func (s *socket) sent(size int, err error) error {
	count := s.d.sockets
	var network net.Error
	switch {
	case err == nil:
		count.frames.Add(1)
		count.bytes.Add(uint64(size))
	case errors.As(err, &network) && network.Timeout():
		count.slow.Add(1)
		s.d.o.Logger.Info("socket too slow, closed", "seq", s.client.seq)
	}
	return err
}
