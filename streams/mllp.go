package streams

import (
	"context"
	"net"

	"flowcentre/flow"
	"flowcentre/streams/hl7"
	"flowcentre/streams/mllp"
)

// MLLP is a server for one feed's HL7 messages. A message is answered when the log has
// it, or when its content is at fault. While the log cannot take it, it gets no answer
// and the connection is closed, so that the sender keeps it and sends it again; a feed
// with AnswerUnavailable is answered AR or CR instead. Give its Serve a listener that
// Counted wraps.
func (d *Door) MLLP(feed string) *mllp.Server {
	settings := d.feeds.byID[feed]
	return &mllp.Server{
		Ack:    settings.HL7.Ack,
		Now:    d.clock.Now,
		Logger: d.logger,
		Refused: func(r *hl7.Refusal, start []byte) {
			d.Refuse(feed, flow.Refusal{Reason: string(r.Code), Detail: r.Detail, Digest: digestOf(start)})
		},
		Handle: func(ctx context.Context, _ string, message []byte) (answer []byte, close bool) {
			r := d.HL7(ctx, feed, message)[0]
			if !r.Final() && !settings.AnswerUnavailable {
				return nil, true
			}
			return r.Ack, false
		},
	}
}

// Counted counts the connections of l as the feed's own, for its reports.
func (d *Door) Counted(feed string, l net.Listener) net.Listener {
	return &countedListener{Listener: l, door: d, feed: feed}
}

type countedListener struct {
	net.Listener
	door *Door
	feed string
}

func (l *countedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &countedConn{Conn: conn, end: l.door.Connect(l.feed)}, nil
}

type countedConn struct {
	net.Conn
	end func()
}

func (c *countedConn) Close() error {
	c.end()
	return c.Conn.Close()
}
