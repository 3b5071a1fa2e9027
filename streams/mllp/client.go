package mllp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
)

// Client sends messages over one connection, one at a time. Not safe for concurrent use.
// After an error it is of no further use: close it and dial again; the message may or may
// not have arrived, so send it again unchanged.
type Client struct {
	conn net.Conn
	in   *frames
}

// Dial connects to a listener.
func Dial(ctx context.Context, addr string) (*Client, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("dial MLLP listener: %w", err)
	}
	return &Client{conn: conn, in: newFrames(conn, MaxMessage)}, nil
}

// Send sends a message and waits for the answer, until ctx ends. A message whose MSH-15
// and MSH-16 ask for no answer gets none: give ctx an end.
func (c *Client) Send(ctx context.Context, message []byte) (ack []byte, err error) {
	if bytes.IndexByte(message, startBlock) >= 0 || bytes.IndexByte(message, endBlock) >= 0 {
		return nil, errors.New("send message: it holds a framing byte (0x0B or 0x1C)")
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("send message: %w", err)
	}
	deadline, _ := ctx.Deadline()
	c.conn.SetDeadline(deadline)
	defer context.AfterFunc(ctx, func() { c.conn.SetDeadline(past) })()
	if _, err := c.conn.Write(framed(message)); err != nil {
		return nil, fmt.Errorf("send message: %w", cause(ctx, err))
	}
	ack, err = c.in.next()
	if err != nil {
		return nil, fmt.Errorf("await acknowledgment: %w", cause(ctx, err))
	}
	return bytes.Clone(ack), nil
}

// cause is why ctx ended, if it has; a deadline of the connection may be noticed a moment
// before that of ctx.
func cause(ctx context.Context, err error) error {
	var timeout net.Error
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, ends := ctx.Deadline(); ends && errors.As(err, &timeout) && timeout.Timeout() {
		return context.DeadlineExceeded
	}
	return err
}

// Close closes the connection.
func (c *Client) Close() error { return c.conn.Close() }
