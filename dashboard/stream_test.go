package dashboard

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/flow"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// site is a dashboard on a real listener.
type site struct {
	*Dashboard
	board *board
	url   string
}

func open(t *testing.T, v *flow.View, set func(*Options), tune func(*Dashboard)) *site {
	t.Helper()
	b := newBoard(v)
	o := Options{Board: b, Logger: slog.New(slog.DiscardHandler), Version: "1.2.3", Simulated: true, AssetsHash: "abc", FrameEvery: -1}
	if set != nil {
		set(&o)
	}
	d := New(o)
	if tune != nil {
		tune(d)
	}
	server := httptest.NewServer(d)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		require.NoError(t, d.Shutdown(ctx, ByeShutdown))
		server.Close()
	})
	return &site{d, b, server.URL}
}

// dial opens the stream as a program would, that has what m has.
func (s *site) dial(t require.TestingT, m *mirror) *websocket.Conn {
	query := ""
	if m.Epoch != "" {
		query = fmt.Sprintf("?epoch=%s&since=%d", m.Epoch, m.Seq)
	}
	conn, response, err := s.try(query, nil)
	require.NoError(t, err)
	require.Equal(t, Protocol, response.Header.Get("Sec-WebSocket-Protocol"))
	return conn
}

func (s *site) try(query string, header http.Header) (*websocket.Conn, *http.Response, error) {
	dialer := websocket.Dialer{Subprotocols: []string{Protocol}, HandshakeTimeout: patience}
	return dialer.Dial("ws"+strings.TrimPrefix(s.url, "http")+"/api/v1/stream"+query, header)
}

func read(t require.TestingT, conn *websocket.Conn) []byte {
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
	_, text, err := conn.ReadMessage()
	require.NoError(t, err)
	return text
}

func TestAClientShowsEveryViewItGetsExactly(t *testing.T) {
	s := open(t, newCounty("first").view(), nil, nil)
	epochs := 0
	rapid.Check(t, func(t *rapid.T) {
		epochs++
		c := newCounty(fmt.Sprint("e", epochs))
		published := map[position]*flow.View{}
		publish := func() {
			v := c.view()
			published[position{v.Epoch, v.Seq}] = v
			s.board.publish(v)
		}
		m := &mirror{}
		var conn *websocket.Conn
		defer func() {
			if conn != nil {
				conn.Close()
			}
		}()
		// follow reads until the client is where the board is, checking every step.
		follow := func() {
			here := position{c.v.Epoch, c.v.Seq}
			for (position{m.Epoch, m.Seq}) != here {
				require.NoError(t, m.apply(read(t, conn)))
				if m.Type == "snapshot" || m.Type == "delta" {
					if v := published[position{m.Epoch, m.Seq}]; v != nil { // not one of an earlier county
						m.requireShows(t, v)
					}
				}
			}
		}
		publish()
		conn = s.dial(t, m)
		follow()
		for step := range rapid.IntRange(1, 15).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"change", "change", "change", "read", "lose", "come back", "restore"}).Draw(t, "step") {
			case "change":
				happen(t, c)
				publish()
			case "read":
				if conn != nil {
					follow()
				}
			case "lose":
				if conn != nil {
					conn.Close()
					conn = nil
				}
			case "come back":
				if conn == nil {
					conn = s.dial(t, m)
				}
			case "restore":
				c.restore(fmt.Sprint(c.v.Epoch, "r", step))
				publish()
			}
		}
		if conn == nil {
			conn = s.dial(t, m)
		}
		follow()
		m.requireShows(t, c.view())
	})
}

func TestHelloComesFirst(t *testing.T) {
	s := open(t, newCounty("e1").view(), func(o *Options) { o.Speed = 60 }, nil)
	conn := s.dial(t, &mirror{})
	defer conn.Close()
	require.JSONEq(t, `{"type":"hello","proto":"flowcentre.v1","version":"1.2.3","assets":"abc","heartbeat_ms":5000,"at":"2027-01-15T08:00:00Z","speed":60,"simulated":true}`, string(read(t, conn)))
	require.Contains(t, string(read(t, conn)), `{"type":"snapshot","epoch":"e1","seq":10`)
}

func TestAClientThatReturnsGetsADelta(t *testing.T) {
	c := newCounty("e1")
	s := open(t, c.view(), nil, nil)
	m := &mirror{}
	conn := s.dial(t, m)
	for m.Seq != c.v.Seq {
		require.NoError(t, m.apply(read(t, conn)))
	}
	require.NoError(t, conn.Close())
	c.changeUnit(1)
	s.board.publish(c.view())
	c.changeUnit(2)
	s.board.publish(c.view())
	conn = s.dial(t, m)
	defer conn.Close()
	for m.Seq != c.v.Seq {
		require.NoError(t, m.apply(read(t, conn)))
	}
	require.Equal(t, 1, m.Frames["snapshot"], "the first connection's; the second needs none")
	m.requireShows(t, c.view())

	third := s.dial(t, m)
	defer third.Close()
	read(t, third)
	require.Contains(t, string(read(t, third)), `{"type":"delta","epoch":"e1","from":12,"seq":12,`, "told at once that it lacks nothing")
}

func TestAClientThatSawMoreThanTheLastCutIsNotTakenBack(t *testing.T) {
	c := newCounty("e1")
	s := open(t, c.view(), func(o *Options) { o.FrameEvery = time.Hour }, nil)
	c.changeUnit(1)
	s.board.publish(c.view()) // not cut for an hour
	m := &mirror{Epoch: "e1", Seq: c.v.Seq}
	conn := s.dial(t, m)
	defer conn.Close()
	require.NoError(t, m.apply(read(t, conn)))
	require.Equal(t, "hello", m.Type)
	c.changeUnit(1)
	s.board.publish(c.view())
	s.cutter.cut()
	require.NoError(t, m.apply(read(t, conn)))
	require.Equal(t, "delta", m.Type)
	require.Equal(t, c.v.Seq, m.Seq)
}

func TestManyViewsMakeOneFrame(t *testing.T) {
	c := newCounty("e1")
	s := open(t, c.view(), func(o *Options) { o.FrameEvery = time.Hour }, nil)
	m := &mirror{}
	conn := s.dial(t, m)
	defer conn.Close()
	for m.Seq != c.v.Seq {
		require.NoError(t, m.apply(read(t, conn)))
	}
	for i := range 50 {
		c.changeUnit(i)
		s.board.publish(c.view())
	}
	s.cutter.cut() // the hour is over
	require.NoError(t, m.apply(read(t, conn)))
	m.requireShows(t, c.view())
	require.Equal(t, map[string]int{"hello": 1, "snapshot": 1, "delta": 1}, m.Frames)
}

func TestFramesKeepTheirDistance(t *testing.T) {
	c := newCounty("e1")
	every := 50 * time.Millisecond
	s := open(t, c.view(), func(o *Options) { o.FrameEvery = every }, nil)
	m := &mirror{}
	conn := s.dial(t, m)
	defer conn.Close()
	start := time.Now()
	for m.Frames["delta"] < 10 {
		c.changeUnit(1)
		s.board.publish(c.view())
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
		for before := m.Frames["delta"]; m.Frames["delta"] == before; {
			require.NoError(t, m.apply(read(t, conn)))
		}
	}
	require.GreaterOrEqual(t, time.Since(start), 9*every)
}

func TestTheHeartBeatsWhileNothingHappens(t *testing.T) {
	s := open(t, newCounty("e1").view(), func(o *Options) { o.Heartbeat = 5 * time.Millisecond }, nil)
	conn := s.dial(t, &mirror{})
	defer conn.Close()
	pings := 0
	conn.SetPingHandler(func(string) error { pings++; return nil })
	beats := 0
	for beats < 3*pingEvery {
		if bytes.HasPrefix(read(t, conn), []byte(`{"type":"hb","epoch":"e1","seq":10,`)) {
			beats++
		}
	}
	require.InDelta(t, beats/pingEvery, pings, 1)
}

// bulky changes every unit, with much in it.
func (c *county) bulky() {
	for i := range c.v.Units {
		c.changeUnit(i)
		c.v.Units[i].Name = strings.Repeat("x", 100_000)
	}
}

func TestAStalledClientDelaysNobody(t *testing.T) {
	c := newCounty("e1")
	s := open(t, c.view(), nil, func(d *Dashboard) { d.deadline.write = time.Hour })
	stalled := s.dial(t, &mirror{})
	defer stalled.Close()
	m := &mirror{}
	conn := s.dial(t, m)
	defer conn.Close()
	require.Eventually(t, func() bool { return s.Stats().Frames >= 4 }, patience, time.Millisecond)
	written := func() uint64 {
		return s.Stats().Frames - uint64(m.Frames["hello"]+m.Frames["snapshot"]+m.Frames["delta"])
	}
	for stuckFor, last := 0, uint64(0); stuckFor < 10; { // frames that only the one who reads gets
		c.bulky()
		s.board.publish(c.view())
		for m.Seq != c.v.Seq {
			require.NoError(t, m.apply(read(t, conn)))
		}
		stuckFor++
		if now := written(); now != last {
			stuckFor, last = 0, now
		}
	}
	require.Equal(t, 2, s.Stats().Connected)
	stalled.Close()
}

func TestAStalledClientIsClosed(t *testing.T) {
	c := newCounty("e1")
	s := open(t, c.view(), nil, func(d *Dashboard) { d.deadline.write = 50 * time.Millisecond })
	stalled := s.dial(t, &mirror{})
	defer stalled.Close()
	require.Eventually(t, func() bool {
		c.bulky()
		s.board.publish(c.view())
		return s.Stats().Slow == 1 && s.Stats().Connected == 0
	}, patience, time.Millisecond)
}

func TestASilentClientIsClosed(t *testing.T) {
	s := open(t, newCounty("e1").view(), nil, func(d *Dashboard) { d.deadline.read = 20 * time.Millisecond })
	conn := s.dial(t, &mirror{})
	defer conn.Close()
	require.Eventually(t, func() bool { return s.Stats().Accepted == 1 && s.Stats().Connected == 0 }, patience, time.Millisecond)
}

func TestWhatAClientSaysIsLimited(t *testing.T) {
	s := open(t, newCounty("e1").view(), nil, nil)
	conn := s.dial(t, &mirror{})
	defer conn.Close()
	require.NoError(t, conn.WriteMessage(websocket.TextMessage, make([]byte, readLimit)))
	require.NoError(t, conn.WriteMessage(websocket.TextMessage, make([]byte, readLimit+1)))
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			require.True(t, websocket.IsCloseError(err, websocket.CloseMessageTooBig), err)
			break
		}
	}
	require.Eventually(t, func() bool { return s.Stats().Connected == 0 }, patience, time.Millisecond)
}

func TestTheServerSaysBye(t *testing.T) {
	for why, code := range map[Bye]int{ByeShutdown: websocket.CloseGoingAway, ByeRestart: websocket.CloseServiceRestart} {
		t.Run(string(why), func(t *testing.T) {
			s := open(t, newCounty("e1").view(), nil, nil)
			conn := s.dial(t, &mirror{})
			defer conn.Close()
			read(t, conn)
			read(t, conn)
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			done := make(chan error, 1)
			go func() { done <- s.Shutdown(ctx, why) }()
			requireBye(t, conn, why, code)
			require.NoError(t, <-done)
			require.Equal(t, 0, s.Stats().Connected)

			_, response, err := s.try("", nil)
			require.Error(t, err)
			require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
			require.Equal(t, http.StatusServiceUnavailable, get(t, s.url+"/readyz", nil).StatusCode)
		})
	}
}

func requireBye(t *testing.T, conn *websocket.Conn, why Bye, code int) {
	t.Helper()
	var bye struct {
		Type    string
		Reason  string
		RetryMS int `json:"retry_ms"`
	}
	require.NoError(t, json.Unmarshal(read(t, conn), &bye))
	require.Equal(t, "bye", bye.Type)
	require.Equal(t, string(why), bye.Reason)
	require.Positive(t, bye.RetryMS)
	_, _, err := conn.ReadMessage()
	require.True(t, websocket.IsCloseError(err, code), err)
}

func TestTooManySocketsAreToldToReturn(t *testing.T) {
	s := open(t, newCounty("e1").view(), func(o *Options) { o.MaxSockets = 1 }, nil)
	first := s.dial(t, &mirror{})
	defer first.Close()
	second := s.dial(t, &mirror{})
	defer second.Close()
	requireBye(t, second, ByeOverload, websocket.CloseTryAgainLater)
	require.EqualValues(t, 1, s.Stats().Refused)
	first.Close()
	require.Eventually(t, func() bool { return s.Stats().Connected == 0 }, patience, time.Millisecond)
	third := s.dial(t, &mirror{})
	defer third.Close()
	require.Contains(t, string(read(t, third)), `"hello"`)
}

func TestSocketsAreCountedByAddress(t *testing.T) {
	s := newSockets(10, 2)
	room := func(remote string) bool {
		p, open := s.enter(remote)
		require.True(t, open)
		return p.room
	}
	require.True(t, room("192.0.2.7:1"))
	require.True(t, room("192.0.2.7:2"))
	require.False(t, room("192.0.2.7:3"))
	require.False(t, room("[::ffff:192.0.2.7]:3"), "the same address in other words")
	require.True(t, room("192.0.2.8:1"))
	require.True(t, room("[2001:db8::1]:1"))
	require.True(t, room("[2001:db8::2]:1"))
	require.False(t, room("[2001:db8::3]:1"), "one network of 64 bits is one address")
	for range 3 {
		require.True(t, room("127.0.0.1:9"), "a reverse proxy")
	}
	s.leave(place{room: true, from: network("192.0.2.7:1")})
	require.True(t, room("192.0.2.7:3"))
}

func TestTheOriginOfAStream(t *testing.T) {
	s := open(t, newCounty("e1").view(), func(o *Options) {
		o.AllowedOrigins = []string{"https://flow.example.nhs.uk", "https://other.example:8443/"}
	}, nil)
	own := "http://" + strings.TrimPrefix(s.url, "http://")
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		header http.Header
		ok     bool
	}{
		"a program, no origin":      {http.Header{}, true},
		"no origin but a cookie":    {http.Header{"Cookie": {"a=b"}}, false},
		"its own page":              {http.Header{"Origin": {own}}, true},
		"its own page, a cookie":    {http.Header{"Origin": {own}, "Cookie": {"a=b"}}, true},
		"own host, other scheme":    {http.Header{"Origin": {"https://" + strings.TrimPrefix(own, "http://")}}, false},
		"own host, other port":      {http.Header{"Origin": {"http://127.0.0.1:1"}}, false},
		"another name of loopback":  {http.Header{"Origin": {"http://localhost:" + port}}, false},
		"allowed":                   {http.Header{"Origin": {"https://flow.example.nhs.uk"}}, true},
		"allowed, another scheme":   {http.Header{"Origin": {"http://flow.example.nhs.uk"}}, false},
		"allowed, another port":     {http.Header{"Origin": {"https://flow.example.nhs.uk:444"}}, false},
		"allowed with its port":     {http.Header{"Origin": {"https://other.example:8443"}}, true},
		"an allowed one as suffix":  {http.Header{"Origin": {"https://evil.flow.example.nhs.uk"}}, false},
		"an allowed one as prefix":  {http.Header{"Origin": {"https://flow.example.nhs.uk.evil.example"}}, false},
		"foreign":                   {http.Header{"Origin": {"https://evil.example"}}, false},
		"null":                      {http.Header{"Origin": {"null"}}, false},
		"empty":                     {http.Header{"Origin": {""}}, false},
		"two":                       {http.Header{"Origin": {own, "https://evil.example"}}, false},
		"allowed name, as its page": {http.Header{"Host": {"flow.example.nhs.uk"}, "Origin": {"https://flow.example.nhs.uk"}}, true},
		"allowed name, plain http":  {http.Header{"Host": {"flow.example.nhs.uk"}, "Origin": {"http://flow.example.nhs.uk"}}, false},
		"rebound name, as its page": {http.Header{"Host": {"evil.example"}, "Origin": {"http://evil.example"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			conn, response, err := s.try("", c.header)
			if c.ok {
				require.NoError(t, err)
				conn.Close()
				return
			}
			require.Error(t, err)
			kind := "foreign-origin"
			if response.StatusCode == http.StatusMisdirectedRequest {
				kind = "unknown-host"
			}
			body, _ := io.ReadAll(response.Body)
			require.Contains(t, string(body), kind)
		})
	}
}

func TestWhatIsNoStreamIsRefused(t *testing.T) {
	s := open(t, newCounty("e1").view(), nil, nil)
	for name, c := range map[string]struct {
		query, protocol string
	}{
		"an old protocol": {"", "flowcentre.v0"},
		"no protocol":     {"", ""},
		"no number":       {"?epoch=e1&since=last", Protocol},
	} {
		t.Run(name, func(t *testing.T) {
			header := http.Header{}
			if c.protocol != "" {
				header.Set("Sec-WebSocket-Protocol", c.protocol)
			}
			_, response, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.url, "http")+"/api/v1/stream"+c.query, header)
			require.Error(t, err)
			require.Equal(t, http.StatusBadRequest, response.StatusCode)
			require.Equal(t, "application/problem+json", response.Header.Get("Content-Type"))
		})
	}
	t.Run("no WebSocket", func(t *testing.T) {
		response := get(t, s.url+"/api/v1/stream", http.Header{"Sec-WebSocket-Protocol": {Protocol}})
		require.Equal(t, http.StatusBadRequest, response.StatusCode)
		require.Contains(t, response.body, "no-websocket")
	})
	t.Run("no view yet", func(t *testing.T) {
		s := open(t, nil, nil, nil)
		_, response, err := s.try("", nil)
		require.Error(t, err)
		require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
		s.board.publish(newCounty("e1").view())
		require.Eventually(t, func() bool {
			conn, _, err := s.try("", nil)
			if err == nil {
				conn.Close()
			}
			return err == nil
		}, patience, time.Millisecond)
	})
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}
