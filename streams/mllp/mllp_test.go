package mllp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/streams/hl7"
)

const soon = 5 * time.Second

// echo answers each message with itself.
func echo(_ context.Context, _ string, message []byte) ([]byte, bool) {
	return bytes.Clone(message), false
}

// serve runs s on a free port; stop ends it and waits until it has returned.
func serve(t *testing.T, s *Server) (addr string, stop func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-served:
			assert.NoError(t, err)
		case <-time.After(soon):
			assert.Fail(t, "the server does not stop")
		}
	})
	t.Cleanup(stop)
	return l.Addr().String(), stop
}

func dial(t *testing.T, addr string) net.Conn {
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	conn.SetDeadline(time.Now().Add(soon))
	t.Cleanup(func() { conn.Close() })
	return conn
}

func client(t *testing.T, addr string) (*Client, context.Context) {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	t.Cleanup(cancel)
	c, err := Dial(ctx, addr)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c, ctx
}

func write(t *testing.T, conn net.Conn, text string) {
	_, err := io.WriteString(conn, text)
	require.NoError(t, err)
}

// expect reads one framed answer.
func expect(t *testing.T, conn net.Conn, want string) {
	got := make([]byte, len(want)+3)
	_, err := io.ReadFull(conn, got)
	require.NoError(t, err, "%q", got)
	assert.Equal(t, "\v"+want+"\x1c\r", string(got))
}

// expectClosed reads what is still to come, up to the end.
func expectClosed(t *testing.T, conn net.Conn) string {
	rest, err := io.ReadAll(conn)
	require.NoError(t, err)
	return string(rest)
}

func TestManyMessagesOnOneConnection(t *testing.T) {
	s := &Server{Handle: echo}
	addr, _ := serve(t, s)
	c, ctx := client(t, addr)
	for _, message := range []string{"MSH|1", "MSH|2\rPID|\r", strings.Repeat("x", 200_000)} {
		ack, err := c.Send(ctx, []byte(message))
		require.NoError(t, err)
		assert.Equal(t, message, string(ack))
	}
	assert.EqualValues(t, 3, s.Counters.Frames.Load())
	assert.EqualValues(t, 1, s.Counters.Open.Load())
}

func TestManyMessagesInOneWriteAreAnsweredInOrder(t *testing.T) {
	var under, most int
	var mu sync.Mutex
	s := &Server{Handle: func(ctx context.Context, remote string, message []byte) ([]byte, bool) {
		mu.Lock()
		under++
		most = max(most, under)
		mu.Unlock()
		defer func() { mu.Lock(); under--; mu.Unlock() }()
		return echo(ctx, remote, message)
	}}
	addr, _ := serve(t, s)
	conn := dial(t, addr)
	write(t, conn, "\v1\x1c\r\v2\x1c\r\r\n\v3\x1c\v4\x1c\n")
	for _, want := range []string{"1", "2", "3", "4"} {
		expect(t, conn, want)
	}
	assert.Equal(t, 1, most, "one in flight")
	assert.Zero(t, s.Counters.Stray.Load())
}

func TestAnswerComesWithoutTheFinalCarriageReturn(t *testing.T) {
	addr, _ := serve(t, &Server{Handle: echo})
	conn := dial(t, addr)
	write(t, conn, "\vMSH\x1c")
	expect(t, conn, "MSH")
}

func TestSlowSender(t *testing.T) {
	addr, _ := serve(t, &Server{Handle: echo})
	conn := dial(t, addr)
	for _, b := range "\vslow\x1c\r\vagain\x1c\r" {
		write(t, conn, string(b))
	}
	expect(t, conn, "slow")
	expect(t, conn, "again")
}

func TestSenderThatStopsInTheMidstOfAFrame(t *testing.T) {
	s := &Server{Handle: echo, Between: 50 * time.Millisecond}
	addr, _ := serve(t, s)
	conn := dial(t, addr)
	write(t, conn, "\vhalf")
	assert.Empty(t, expectClosed(t, conn))
	assert.EqualValues(t, 1, s.Counters.Broken.Load())

	cut := dial(t, addr)
	write(t, cut, "\vhalf")
	cut.Close()
	assert.Eventually(t, func() bool { return s.Counters.Broken.Load() == 2 }, soon, time.Millisecond)
	assert.Zero(t, s.Counters.Frames.Load())
}

func TestIdleConnectionIsKept(t *testing.T) {
	s := &Server{Handle: echo, Between: 20 * time.Millisecond}
	addr, _ := serve(t, s)
	idle := dial(t, addr)
	other := dial(t, addr)
	write(t, other, "\vhalf") // its closing tells that more than Between has gone by
	assert.Empty(t, expectClosed(t, other))
	write(t, idle, "\v1\x1c\r")
	expect(t, idle, "1")

	write(t, idle, "x") // a keep-alive byte after a frame is no unframed message
	for range 3 {
		again := dial(t, addr)
		write(t, again, "\vhalf")
		assert.Empty(t, expectClosed(t, again))
	}
	write(t, idle, "\v2\x1c\r")
	expect(t, idle, "2")
}

func TestFrameThatBeginsAnew(t *testing.T) {
	s := &Server{Handle: echo}
	addr, _ := serve(t, s)
	conn := dial(t, addr)
	write(t, conn, "\vhalf\vwhole\x1c\r")
	expect(t, conn, "whole")
	assert.EqualValues(t, 1, s.Counters.Broken.Load())
}

func TestMessageOverTheCapIsAnsweredAndTheConnectionKept(t *testing.T) {
	s := &Server{Handle: echo, Now: func() capacity.Instant { return 1 }}
	addr, _ := serve(t, s)
	c, ctx := client(t, addr)
	big := `MSH|^~\&|PAS|RXX|||20260114||ADT^A01|BIG|P|2.4` + "\rNTE|" + strings.Repeat("x", MaxMessage)
	ack, err := c.Send(ctx, []byte(big))
	require.NoError(t, err)
	answer, ok := hl7.ReadAnswer(ack)
	require.True(t, ok)
	assert.Equal(t, "AR", answer.Code)
	assert.Equal(t, "BIG", answer.ControlID)

	full := strings.Repeat("x", MaxMessage)
	ack, err = c.Send(ctx, []byte(full))
	require.NoError(t, err)
	assert.Equal(t, full, string(ack), "the cap itself is allowed")
	assert.EqualValues(t, 1, s.Counters.TooLarge.Load())
	assert.EqualValues(t, 1, s.Counters.Frames.Load())
}

func TestGarbageBetweenFramesIsSkippedAndCounted(t *testing.T) {
	s := &Server{Handle: echo}
	addr, _ := serve(t, s)
	conn := dial(t, addr)
	write(t, conn, "garbage\v1\x1c\rmore\v2\x1c\r")
	expect(t, conn, "1")
	expect(t, conn, "2")
	assert.EqualValues(t, len("garbagemore"), s.Counters.Stray.Load())
}

func TestSenderThatFramesNothing(t *testing.T) {
	for name, say := range map[string]string{
		"waits":      "MSH|^~\\&|PAS\r",
		"talks on":   strings.Repeat("GET / HTTP/1.1\r\n", 4*maxStray/10),
		"just under": strings.Repeat("x", maxStray),
	} {
		t.Run(name, func(t *testing.T) {
			s := &Server{Handle: echo, Between: 50 * time.Millisecond}
			addr, _ := serve(t, s)
			conn := dial(t, addr)
			write(t, conn, say)
			ack := expectClosed(t, conn)
			answer, ok := hl7.ReadAnswer([]byte(ack))
			require.True(t, ok, "%q", ack)
			assert.Equal(t, "AR", answer.Code)
			assert.Contains(t, answer.Text, "0x0B")
			assert.EqualValues(t, 1, s.Counters.Unframed.Load())
		})
	}
}

func TestHandlerMayAnswerNothing(t *testing.T) {
	s := &Server{Handle: func(_ context.Context, _ string, message []byte) ([]byte, bool) {
		if string(message) == "close" {
			return nil, true
		}
		return nil, false
	}}
	addr, _ := serve(t, s)
	conn := dial(t, addr)
	write(t, conn, "\vMSH\x1c\r\vclose\x1c\r\vnever read\x1c\r")
	assert.Empty(t, expectClosed(t, conn))
	assert.EqualValues(t, 2, s.Counters.Unanswered.Load())
}

func TestConnectionCap(t *testing.T) {
	s := &Server{Handle: echo, Connections: 2}
	addr, _ := serve(t, s)
	first, second := dial(t, addr), dial(t, addr)
	for _, conn := range []net.Conn{first, second} {
		write(t, conn, "\v1\x1c\r")
		expect(t, conn, "1")
	}
	assert.Empty(t, expectClosed(t, dial(t, addr)))
	assert.EqualValues(t, 1, s.Counters.TurnedAway.Load())
	first.Close()
	require.Eventually(t, func() bool { return s.Counters.Open.Load() == 1 }, soon, time.Millisecond)
	third := dial(t, addr)
	write(t, third, "\v3\x1c\r")
	expect(t, third, "3")
}

func TestStopLetsTheMessageInFlightFinish(t *testing.T) {
	arrived, goOn := make(chan struct{}), make(chan struct{})
	s := &Server{Handle: func(ctx context.Context, _ string, message []byte) ([]byte, bool) {
		close(arrived)
		<-goOn
		return bytes.Clone(message), ctx.Err() != nil
	}}
	addr, stop := serve(t, s)
	idle, half, busy := dial(t, addr), dial(t, addr), dial(t, addr)
	write(t, half, "\vhalf")
	write(t, busy, "\v1\x1c\r\v2\x1c\r")
	<-arrived
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	assert.Empty(t, expectClosed(t, idle))
	assert.Empty(t, expectClosed(t, half))
	select {
	case <-stopped:
		require.Fail(t, "stopped with a message in flight")
	default:
	}
	close(goOn)
	expect(t, busy, "1")
	assert.Empty(t, expectClosed(t, busy), "the second is not begun")
	busy.Close()
	<-stopped
	assert.EqualValues(t, 1, s.Counters.Frames.Load())
	_, err := net.Dial("tcp", addr)
	assert.Error(t, err)
}

func TestStopDoesNotWaitBeyondTheGrace(t *testing.T) {
	arrived := make(chan struct{})
	s := &Server{Grace: 20 * time.Millisecond, Handle: func(ctx context.Context, _ string, _ []byte) ([]byte, bool) {
		close(arrived)
		<-ctx.Done()
		return nil, true
	}}
	addr, stop := serve(t, s)
	write(t, dial(t, addr), "\v1\x1c\r")
	<-arrived
	stop()
	assert.Zero(t, s.Counters.Open.Load())
}

func TestServeReportsAListenerThatFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &Server{Handle: echo}
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()
	conn := dial(t, l.Addr().String())
	write(t, conn, "\v1\x1c\r")
	expect(t, conn, "1")
	l.Close()
	assert.ErrorIs(t, <-served, net.ErrClosed)
}

func TestSendGivesUpWithItsContext(t *testing.T) {
	addr, _ := serve(t, &Server{Handle: func(ctx context.Context, _ string, _ []byte) ([]byte, bool) { return nil, false }})
	c, _ := client(t, addr)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err := c.Send(ctx, []byte("MSH"))
	assert.ErrorIs(t, err, context.DeadlineExceeded)

	other, _ := client(t, addr)
	ended, end := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, end)
	_, err = other.Send(ended, []byte("MSH"))
	assert.ErrorIs(t, err, context.Canceled)
	_, err = other.Send(context.Background(), []byte("a\x1cb"))
	assert.ErrorContains(t, err, "framing byte")
}

func TestFramesCutAnywhere(t *testing.T) {
	stream := "junk\vone\x1c\r\vha\vtwo\x1c\n\v" + strings.Repeat("x", 40) + "\x1c\r\v\x1c\r\vlast"
	for name, in := range map[string]io.Reader{
		"at once":      strings.NewReader(stream),
		"byte by byte": iotest.OneByteReader(strings.NewReader(stream)),
		"halves":       iotest.HalfReader(strings.NewReader(stream)),
	} {
		t.Run(name, func(t *testing.T) {
			f := newFrames(in, 32)
			for _, want := range []struct {
				message string
				err     error
			}{{"one", nil}, {"two", nil}, {"", errTooLarge}, {"", nil}, {"", io.ErrUnexpectedEOF}} {
				got, err := f.next()
				assert.Equal(t, want.err, err)
				if want.err == nil {
					assert.Equal(t, want.message, string(got))
				}
			}
		})
	}
}

// FuzzFrame checks that a stream never gives more than it holds, that messages never hold
// framing bytes, and that cutting the stream differently changes nothing.
func FuzzFrame(f *testing.F) {
	f.Add([]byte("\vMSH|^~\\&|\x1c\r\vMSH\x1c\r"))
	f.Add([]byte("junk\vhalf\vwhole\x1c\x1c\r\r\n\v\x1c"))
	f.Add([]byte("\v" + strings.Repeat("x", 100) + "\x1c\r"))
	read := func(r io.Reader) (got []string) {
		in := newFrames(r, 64)
		for {
			message, err := in.next()
			got = append(got, string(message))
			if err != nil {
				got = append(got, err.Error())
			}
			if err != nil && !errors.Is(err, errTooLarge) {
				return got
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got := read(bytes.NewReader(b))
		total := 0
		for _, m := range got[:len(got)-1] {
			require.NotContains(t, m, "\v")
			require.NotContains(t, m, "\x1c")
			if m != errTooLarge.Error() {
				total += len(m)
			}
		}
		require.LessOrEqual(t, total, len(b))
		require.Equal(t, got, read(iotest.OneByteReader(bytes.NewReader(b))))
	})
}
