package mllp

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"flowcentre/capacity"
	"flowcentre/streams/hl7"
)

// Handler takes one message, from the address remote, and gives the answer to send. No
// answer answers nothing; close closes the connection, after the answer if there is one.
// The message is valid until the handler returns. It is called for one message at a time
// on each connection; ctx outlives the stop of the server by Server.Grace.
type Handler func(ctx context.Context, remote string, message []byte) (answer []byte, close bool)

// Server listens for one feed. Set its fields before Serve and leave them.
type Server struct {
	Handle      Handler
	Ack         hl7.AckMode   // of the refusals made here: too large, not framed
	Connections int           // at most; further ones are closed at once. 0 is 64
	MaxMessage  int           // bytes. 0 is MaxMessage
	Between     time.Duration // at most between two reads of one frame, and for an answer to be taken. 0 is 30 s
	Grace       time.Duration // for messages in flight when the server stops. 0 is 10 s
	Now         func() capacity.Instant
	Logger      *slog.Logger
	Refused     func(refusal *hl7.Refusal, start []byte) // told of each refusal made here, with as much of the message as was read; nil for nobody
	Counters    Counters
}

// Counters count what a Server has seen since it began. Safe for concurrent reading.
type Counters struct {
	Open       atomic.Int64  // connections now
	Accepted   atomic.Uint64 // connections
	TurnedAway atomic.Uint64 // connections over the cap
	Frames     atomic.Uint64 // messages handled
	Unanswered atomic.Uint64 // messages handled without an answer
	TooLarge   atomic.Uint64 // messages over the size cap
	Broken     atomic.Uint64 // messages that began and never ended
	Stray      atomic.Uint64 // bytes outside frames
	Unframed   atomic.Uint64 // connections closed for framing nothing
}

// Serve takes connections of l until ctx ends, then closes l, lets the messages in
// flight finish and be answered, closes every connection, and returns nil. It returns an
// error when l fails.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	handling, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	serving, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(serving, func() {
		l.Close()
		time.AfterFunc(or(s.Grace, 10*time.Second), abandon)
	})()

	var open sync.WaitGroup
	defer open.Wait()
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
		case serving.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			stop()
			return err
		default:
			s.log("accept connection", "error", err)
			pause(serving, 100*time.Millisecond)
			continue
		}
		if s.Counters.Open.Load() >= int64(or(s.Connections, 64)) {
			s.Counters.TurnedAway.Add(1)
			s.log("connection turned away: too many are open", "remote", conn.RemoteAddr().String())
			conn.Close()
			continue
		}
		s.Counters.Accepted.Add(1)
		s.Counters.Open.Add(1)
		open.Go(func() {
			defer s.Counters.Open.Add(-1)
			s.converse(serving, handling, conn)
		})
	}
}

// converse reads frames and answers them, until the sender leaves or serving ends.
func (s *Server) converse(serving, handling context.Context, conn net.Conn) {
	defer conn.Close()
	defer context.AfterFunc(serving, func() { conn.SetReadDeadline(past) })()
	defer context.AfterFunc(handling, func() { conn.Close() })()

	remote := conn.RemoteAddr().String()
	line := &line{Conn: conn, serving: serving, between: or(s.Between, 30*time.Second)}
	in := newFrames(line, or(s.MaxMessage, MaxMessage))
	line.frames = in
	for serving.Err() == nil {
		message, err := in.next()
		s.Counters.Stray.Add(uint64(in.stray))
		s.Counters.Broken.Add(uint64(in.broken))
		var answer []byte
		closing := false
		switch {
		case err == nil:
			s.Counters.Frames.Add(1)
			line.framed = true
			if answer, closing = s.Handle(handling, remote, message); len(answer) == 0 {
				s.Counters.Unanswered.Add(1)
			}
		case errors.Is(err, errTooLarge):
			s.Counters.TooLarge.Add(1)
			line.framed = true
			s.log("message over the size cap", "remote", remote)
			answer = s.refusal(message, hl7.TooLarge, "the message is over the size cap of this listener")
		case errors.Is(err, errUnframed), line.silent() && serving.Err() == nil:
			s.Counters.Unframed.Add(1)
			s.log("bytes without a frame", "remote", remote)
			answer, closing = s.refusal(nil, hl7.NotFramed, "the message is not framed: MLLP sends 0x0B, the message, 0x1C 0x0D"), true
		default:
			if in.inside {
				s.Counters.Broken.Add(1)
				s.log("connection lost in the midst of a message", "remote", remote)
			}
			return
		}
		if len(answer) > 0 {
			conn.SetWriteDeadline(time.Now().Add(line.between))
			if _, err := conn.Write(framed(answer)); err != nil {
				return
			}
		}
		if closing {
			break
		}
	}
	line.takeLeave()
}

func (s *Server) refusal(head []byte, code hl7.Code, detail string) []byte {
	now := capacity.At(time.Now())
	if s.Now != nil {
		now = s.Now()
	}
	refusal := &hl7.Refusal{Code: code, Detail: detail}
	if s.Refused != nil {
		s.Refused(refusal, head)
	}
	return hl7.Acknowledge(head, refusal, "", s.Ack, now)
}

func (s *Server) log(what string, with ...any) {
	if s.Logger != nil {
		s.Logger.Warn(what, with...)
	}
}

// line is a connection that may be idle between frames, and neither within one nor after
// bytes without a frame, if it has framed nothing yet.
type line struct {
	net.Conn
	frames  *frames
	framed  bool // a frame has come
	serving context.Context
	between time.Duration
}

// silent tells whether bytes have come on the connection, and never a frame.
func (l *line) silent() bool { return !l.framed && !l.frames.inside && l.frames.stray > 0 }

var past = time.Unix(1, 0)

func (l *line) Read(b []byte) (int, error) {
	deadline := time.Time{}
	if l.frames.inside || l.silent() {
		deadline = time.Now().Add(l.between)
	}
	l.SetReadDeadline(deadline)
	if l.serving.Err() != nil { // the stop may have come before the deadline just set
		return 0, l.serving.Err()
	}
	return l.Conn.Read(b)
}

// takeLeave ends the sending side and reads what still comes for a moment, so that the
// answer is not lost to a reset.
func (l *line) takeLeave() {
	if half, ok := l.Conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		l.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
		_, _ = io.CopyN(io.Discard, l.Conn, 1<<20)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func or[T int | time.Duration](set, standard T) T {
	if set > 0 {
		return set
	}
	return standard
}
