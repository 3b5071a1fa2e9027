package county_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/streams/county"
)

// centre is a receiver that keeps what it acknowledged, and is moody: every so often it
// is away, and says so in the manner of the protocol.
type centre struct {
	mu      sync.Mutex
	taken   map[string][]string // by feed
	asked   int
	targets county.Targets

	declines bool // decisions have no effect
}

// moody tells whether this attempt fails.
func (c *centre) moody() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	return c.asked%11 == 0
}

func (c *centre) take(feed string, body []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.taken[feed] = append(c.taken[feed], string(body))
}

func (c *centre) all() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.taken {
		n += len(m)
	}
	return n
}

func newCentre(t *testing.T) *centre {
	c := &centre{taken: map[string][]string{}}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var e struct{ Source string }
		path := "/api/v1/events"
		if bytes.Contains(body, []byte(`"source":"desk"`)) {
			path = "/api/v1/decisions"
		}
		switch {
		case r.URL.Path != path || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/cloudevents+json"):
			w.WriteHeader(http.StatusNotFound)
		case json.Unmarshal(body, &e) != nil:
			w.WriteHeader(http.StatusBadRequest)
		case c.moody():
			w.WriteHeader(http.StatusServiceUnavailable)
		case path == "/api/v1/decisions" && c.declines:
			c.take(e.Source, body)
			w.WriteHeader(http.StatusConflict)
		default:
			c.take(e.Source, body)
			w.WriteHeader(http.StatusAccepted)
		}
	}))
	t.Cleanup(web.Close)

	nc, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true})
	require.NoError(t, err)
	go nc.Start()
	t.Cleanup(nc.Shutdown)
	require.True(t, nc.ReadyForConnections(5*time.Second))
	conn, err := nats.Connect(nc.ClientURL())
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	_, err = conn.Subscribe("events.>", func(m *nats.Msg) {
		if c.moody() {
			_ = m.Respond([]byte(`{"error":{"code":503,"description":"away"}}`))
			return
		}
		c.take(strings.Split(m.Subject, ".")[1], m.Data)
		_ = m.Respond([]byte(`{"stream":"EVENTS","seq":1}`))
	})
	require.NoError(t, err)
	require.NoError(t, conn.Flush())

	c.targets = county.Targets{HTTP: web.URL, NATS: nc.ClientURL(), MLLP: map[string]string{}, Logger: slog.New(slog.DiscardHandler)}
	for _, feed := range []string{"big-pas", "small-pas"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { l.Close() })
		c.targets.MLLP[feed] = l.Addr().String()
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go c.listen(conn, feed)
			}
		}()
	}
	return c
}

// listen speaks MLLP: now and then it hangs up without an answer, or answers AR.
func (c *centre) listen(conn net.Conn, feed string) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		frame, err := in.ReadBytes(0x1c)
		if err != nil {
			return
		}
		_, _ = in.Discard(1)
		body := bytes.Trim(frame, "\x0b\x1c")
		id := strings.Split(string(body), "|")[9]
		code := "CA"
		if c.moody() {
			if id[len(id)-1]%2 == 0 {
				return
			}
			code = "AR"
		} else {
			c.take(feed, body)
		}
		fmt.Fprintf(conn, "\x0bMSH|^~\\&|||||||ACK\rMSA|%s|%s\r\x1c\r", code, id)
	}
}

// said is what each feed of a county says up to a time.
func said(t *testing.T, seed uint64, until capacity.Instant) (map[string][]string, int) {
	c, all, n := play(t, seed, tuesday), map[string][]string{}, 0
	for m := c.Next(); m.At <= until; m = c.Next() {
		all[m.Feed] = append(all[m.Feed], string(m.Body))
		n++
	}
	return all, n
}

func TestRunSendsEachUntilAcknowledgedInOrder(t *testing.T) {
	until := tuesday.Add(6 * time.Hour)
	want, n := said(t, 3, until)
	c := newCentre(t)
	r, err := county.NewRunner(play(t, 3, tuesday), c.targets)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx, func() capacity.Instant { return until }) }()
	require.Eventually(t, func() bool { return c.all() >= n }, 30*time.Second, 5*time.Millisecond)
	require.Eventually(t, func() bool { return r.Counts().Sent == uint64(n) }, 5*time.Second, 5*time.Millisecond)
	stop()
	require.NoError(t, <-ended)
	for feed := range want {
		assert.Equal(t, digests(want[feed]), digests(c.taken[feed]), feed)
	}
	counts := r.Counts()
	assert.Positive(t, counts.Retried)
	assert.Zero(t, counts.Refused)
	assert.Zero(t, counts.Waiting)
	assert.LessOrEqual(t, counts.LastSent, until)
}

func TestRunGoesOnWhereItWas(t *testing.T) {
	until := tuesday.Add(3 * time.Hour)
	want, n := said(t, 3, until)
	c := newCentre(t)
	c.targets.Folder = t.TempDir()
	for before := 0; before < n; {
		r, err := county.NewRunner(play(t, 3, tuesday), c.targets)
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- r.Run(ctx, func() capacity.Instant { return until }) }()
		require.Eventually(t, func() bool { return r.Counts().Sent >= uint64(min(n/3, n-before)) }, 30*time.Second, time.Millisecond)
		stop()
		require.NoError(t, <-ended)
		saved, _, err := county.ReadSaved(c.targets.Folder)
		require.NoError(t, err)
		before = 0
		for _, done := range saved.Done {
			before += int(done)
		}
	}
	for feed, bodies := range want {
		assert.Equal(t, digests(bodies), digests(distinctInOrder(bodies, c.taken[feed])), feed)
	}
	saved, found, err := county.ReadSaved(c.targets.Folder)
	require.NoError(t, err)
	assert.True(t, found)
	assert.Equal(t, uint64(3), saved.Seed)
	assert.Equal(t, tuesday, saved.Start)
}

// distinctInOrder leaves out of got what repeats: a message whose acknowledgment was lost
// at a stop comes again.
func distinctInOrder(want, got []string) []string {
	var out []string
	for _, m := range got {
		if len(out) > 0 && m == out[len(out)-1] && (len(out) >= len(want) || want[len(out)] != m) {
			continue
		}
		out = append(out, m)
	}
	return out
}

// digests keep what a failed test prints readable.
func digests(bodies []string) []uint32 {
	var all []uint32
	for _, b := range bodies {
		all = append(all, crc32.ChecksumIEEE([]byte(b)))
	}
	return all
}

// A decision without effect is taken: it is neither refused nor sent again.
func TestRunCountsDecisionsWithoutEffect(t *testing.T) {
	until := tuesday.Add(2 * time.Hour)
	want, n := said(t, 3, until)
	c := newCentre(t)
	c.declines = true
	r, err := county.NewRunner(play(t, 3, tuesday), c.targets)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx, func() capacity.Instant { return until }) }()
	decisions := uint64(len(want[county.DeskFeed]))
	require.Positive(t, decisions)
	require.Eventually(t, func() bool { return r.Counts().Sent+r.Counts().Declined == uint64(n) }, 30*time.Second, 5*time.Millisecond)
	stop()
	require.NoError(t, <-ended)
	assert.Equal(t, decisions, r.Counts().Declined)
	assert.Zero(t, r.Counts().Refused)
	assert.Len(t, c.taken[county.DeskFeed], int(decisions))
}

func TestRunRefusesAnotherCounty(t *testing.T) {
	c := newCentre(t)
	c.targets.Folder = t.TempDir()
	ended, stop := context.WithCancel(t.Context())
	stop()
	require.NoError(t, play(t, 3, tuesday).Run(ended, func() capacity.Instant { return 0 }, c.targets))
	err := play(t, 4, tuesday).Run(t.Context(), func() capacity.Instant { return 0 }, c.targets)
	assert.ErrorContains(t, err, "belongs to another county (seed 3")
	calm, err := county.New(county.Options{Layout: testLayout(), Seed: 3, Start: tuesday, Desk: true, Calm: true})
	require.NoError(t, err)
	assert.ErrorContains(t, calm.Run(t.Context(), func() capacity.Instant { return 0 }, c.targets), "calm false")
	old := filepath.Join(c.targets.Folder, "county.json")
	text, err := os.ReadFile(old)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(old, bytes.Replace(text, fmt.Appendf(nil, `"version": %d`, county.Version), []byte(`"version": 1`), 1), 0o600))
	assert.ErrorContains(t, play(t, 3, tuesday).Run(t.Context(), func() capacity.Instant { return 0 }, c.targets), "another version")
	require.NoError(t, os.WriteFile(filepath.Join(c.targets.Folder, "county.json"), []byte("{"), 0o600))
	assert.ErrorContains(t, play(t, 3, tuesday).Run(t.Context(), func() capacity.Instant { return 0 }, c.targets), "read county.json")
}

// TestVersion: what the county says in three days, told by a digest. Where it says something
// else than before, county.Version must be raised, and with it the digest here.
func TestVersion(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("another processor may round a time to another millisecond")
	}
	c := playWhole(t, 1)
	sum := crc32.NewIEEE()
	for m := c.Next(); m.At < tuesday.Add(3*24*time.Hour); m = c.Next() {
		fmt.Fprintf(sum, "%s %s %d\n%s\n", m.Feed, m.ID, m.At, m.Body)
	}
	require.Equal(t, "5 1a55b6f2", fmt.Sprintf("%d %08x", county.Version, sum.Sum32()), "raise county.Version")
}

func TestRunGivesUpOnWhatIsRefused(t *testing.T) {
	c := newCentre(t)
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnprocessableEntity) }))
	defer refusing.Close()
	c.targets.HTTP = refusing.URL
	r, err := county.NewRunner(play(t, 3, tuesday), c.targets)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx, func() capacity.Instant { return tuesday.Add(time.Minute) }) }()
	require.Eventually(t, func() bool { return r.Counts().Refused >= 40 }, 10*time.Second, 5*time.Millisecond)
	stop()
	require.NoError(t, <-ended)
}

func TestRunnerNeedsEveryTarget(t *testing.T) {
	c := newCentre(t)
	delete(c.targets.MLLP, "small-pas")
	_, err := county.NewRunner(play(t, 3, tuesday), c.targets)
	assert.EqualError(t, err, "no target for feed small-pas over mllp")
}
