package streams

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
)

const testLimit = 256 << 20

// start is 2027-01-12T04:00:00Z, a Tuesday night.
var start = capacity.At(time.Date(2027, 1, 12, 4, 0, 0, 0, time.UTC))

func testServer(t testing.TB, dir string, feeds ...Feed) *Server {
	t.Helper()
	s, err := StartServer(ServerOptions{Dir: dir, Listen: "127.0.0.1:0", MaxBytes: testLimit, Feeds: feeds, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	return s
}

func testLog(t testing.TB, o LogOptions) *Log {
	t.Helper()
	if o.MaxBytes == 0 {
		o.MaxBytes = testLimit
	}
	o.Logger = slog.New(slog.DiscardHandler)
	l, err := OpenLog(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(l.Close)
	return l
}

// newTestLog is a log in a server of its own.
func newTestLog(t testing.TB) *Log {
	t.Helper()
	return testLog(t, LogOptions{Server: testServer(t, t.TempDir())})
}

func last(t testing.TB, l *Log) uint64 {
	t.Helper()
	state, err := l.State(context.Background())
	require.NoError(t, err)
	return state.Last
}

func cleaned(feed, id string) flow.Event {
	return flow.Event{ID: id, Feed: feed, Kind: flow.Cleaned, Happened: start, Data: flow.Data{Place: "RWP50/W4/BAYA/A1"}}
}

func pendings(t testing.TB, n int) []Pending {
	t.Helper()
	all := make([]Pending, n)
	for i := range all {
		e := cleaned("wrh", fmt.Sprintf("e-%d", i))
		p, err := Encode(&e)
		require.NoError(t, err)
		all[i] = p
	}
	return all
}

func TestServerSyncsEveryWrite(t *testing.T) {
	s := testServer(t, t.TempDir())
	testLog(t, LogOptions{Server: s})

	info, err := s.nats.Jsz(nil)
	require.NoError(t, err)
	assert.True(t, info.Config.SyncAlways, "jsz tells that every write is synced")
	vars, err := s.nats.Varz(nil)
	require.NoError(t, err)
	assert.EqualValues(t, MaxPayload, vars.MaxPayload)
	assert.NoError(t, s.Health())
}

func TestServerStopsAndSaysSo(t *testing.T) {
	s := testServer(t, t.TempDir())
	s.Stop()
	assert.ErrorContains(t, s.Health(), "stopped")
}

func TestServerFatalErrorFailsInsteadOfExiting(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	began := time.Now()
	_, err = StartServer(ServerOptions{Dir: t.TempDir(), Listen: taken.Addr().String(), MaxBytes: testLimit, Logger: slog.New(slog.DiscardHandler)})
	require.ErrorContains(t, err, "address already in use")
	assert.Less(t, time.Since(began), 20*time.Second)
}

func TestServerRefusesToListenOpenly(t *testing.T) {
	_, err := StartServer(ServerOptions{Dir: t.TempDir(), Listen: "0.0.0.0:0", MaxBytes: testLimit})
	require.ErrorIs(t, err, errNotLoopback)
	for _, bad := range []Feed{{ID: "a.b"}, {ID: ">"}, {ID: "centre"}, {ID: ""}, {ID: "Ä"}} {
		_, err = StartServer(ServerOptions{Dir: t.TempDir(), Feeds: []Feed{bad}})
		require.Error(t, err, "feed %q", bad.ID)
	}
}

func TestServerWithoutListenerStillServesTheCentre(t *testing.T) {
	s, err := StartServer(ServerOptions{Dir: t.TempDir(), MaxBytes: testLimit, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	assert.Empty(t, s.Address())
	l := testLog(t, LogOptions{Server: s})
	_, err = l.Append(t.Context(), pendings(t, 2))
	require.NoError(t, err)
}

// violations collects what a producer's connection is told that it may not do.
type violations struct {
	mu   sync.Mutex
	errs []error
}

func (v *violations) option() nats.Option {
	return nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.errs = append(v.errs, err)
	})
}

func (v *violations) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.errs)
}

func TestProducersMayNotWriteTheLog(t *testing.T) {
	secrets := []Feed{{ID: "wrh", Secret: "secret of wrh"}, {ID: "alex", Secret: "secret of alex"}}
	for title, c := range map[string]struct {
		feeds   []Feed
		options []nats.Option
		denied  []string
	}{
		"on loopback without secrets": {
			feeds:  []Feed{{ID: "wrh"}},
			denied: []string{"log.wrh.bed", "$JS.API.STREAM.DELETE.EVENTS", "$JS.API.STREAM.PURGE.EVENTS", "$JS.API.CONSUMER.CREATE.EVENTS", "_CENTRE.x", "$SYS.REQ.SERVER.PING"},
		},
		"with a secret": {
			feeds:   secrets,
			options: []nats.Option{nats.UserInfo("wrh", "secret of wrh"), nats.CustomInboxPrefix("_INBOX_wrh")},
			denied:  []string{"log.wrh.bed", "events.alex.bed", "$JS.API.STREAM.DELETE.EVENTS", "$JS.API.INFO", "_INBOX_alex.x"},
		},
	} {
		t.Run(title, func(t *testing.T) {
			s := testServer(t, t.TempDir(), c.feeds...)
			l := testLog(t, LogOptions{Server: s})
			var told violations
			conn, err := nats.Connect("nats://"+s.Address(), append(c.options, told.option())...)
			require.NoError(t, err)
			defer conn.Close()
			for i, subject := range c.denied {
				_, err := conn.Request(subject, []byte(`{}`), 50*time.Millisecond)
				require.Error(t, err, subject)
				require.Eventually(t, func() bool { return told.count() == i+1 }, 5*time.Second, time.Millisecond, "%s is refused by permission", subject)
			}
			for i, subject := range []string{"log.>", "_CENTRE.>", ">", "events.>"} {
				_, err := conn.SubscribeSync(subject)
				require.NoError(t, err)
				require.NoError(t, conn.Flush())
				require.Eventually(t, func() bool { return told.count() == len(c.denied)+i+1 }, 5*time.Second, time.Millisecond, "listening to %s is refused", subject)
			}
			assert.Zero(t, last(t, l), "nothing stored")
		})
	}
}

func TestSecretsKeepStrangersOut(t *testing.T) {
	s := testServer(t, t.TempDir(), Feed{ID: "wrh", Secret: "right"})
	for _, options := range [][]nats.Option{nil, {nats.UserInfo("wrh", "wrong")}, {nats.UserInfo("centre", "")}, {nats.UserInfo(anonymousUser, "")}} {
		_, err := nats.Connect("nats://"+s.Address(), options...)
		require.Error(t, err)
	}
}

// externalServer is NATS as somebody else runs it, with a system account to ask.
func externalServer(t *testing.T, syncAlways bool) (url, system string) {
	t.Helper()
	sys := server.NewAccount("SYS")
	app := server.NewAccount("APP")
	opts := &server.Options{
		Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), SyncAlways: syncAlways, NoSigs: true, NoLog: true,
		Accounts: []*server.Account{sys, app}, SystemAccount: "SYS",
		Users: []*server.User{{Username: "sys", Password: "s", Account: sys}, {Username: "app", Password: "a", Account: app}},
	}
	ns, err := server.NewServer(opts)
	require.NoError(t, err)
	go ns.Start()
	t.Cleanup(func() { ns.Shutdown(); ns.WaitForShutdown() })
	require.True(t, ns.ReadyForConnections(10*time.Second))
	account, err := ns.LookupAccount("APP")
	require.NoError(t, err)
	require.NoError(t, account.EnableJetStream(nil, nil))
	at := ns.Addr().String()
	return "nats://app:a@" + at, "nats://sys:s@" + at
}

func TestExternalNATS(t *testing.T) {
	url, system := externalServer(t, true)
	quiet := slog.New(slog.DiscardHandler)
	_, err := OpenLog(t.Context(), LogOptions{URL: url, MaxBytes: testLimit, Logger: quiet})
	require.ErrorContains(t, err, "does not tell", "nobody says that it syncs")

	l := testLog(t, LogOptions{URL: url, SystemURL: system})
	seqs, err := l.Append(t.Context(), pendings(t, 3))
	require.NoError(t, err)
	assert.Equal(t, []uint64{1, 2, 3}, seqs)
	assert.Equal(t, 3, len(follow(t, l, 0, 3)))

	lax, laxSystem := externalServer(t, false)
	_, err = OpenLog(t.Context(), LogOptions{URL: lax, SystemURL: laxSystem, MaxBytes: testLimit, Logger: quiet})
	require.ErrorContains(t, err, "sync_interval: always")
	testLog(t, LogOptions{URL: lax, TrustSync: true})
}

func TestUnfitStreamIsRefused(t *testing.T) {
	s := testServer(t, t.TempDir())
	conn, err := s.dial(false)
	require.NoError(t, err)
	defer conn.Close()
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	for fault, change := range map[string]func(*jetstream.StreamConfig){
		"is not kept in files": func(c *jetstream.StreamConfig) { c.Storage = jetstream.MemoryStorage },
		"without waiting": func(c *jetstream.StreamConfig) {
			c.PersistMode = jetstream.AsyncPersistMode
			c.AllowAtomicPublish = false
		},
		"may drop old events":         func(c *jetstream.StreamConfig) { c.Discard = jetstream.DiscardOld },
		"lets events be deleted":      func(c *jetstream.StreamConfig) { c.DenyDelete = false },
		"does not take atomic":        func(c *jetstream.StreamConfig) { c.AllowAtomicPublish = false },
		"has other subjects than log": func(c *jetstream.StreamConfig) { c.Subjects = []string{"log.>", "x"} },
	} {
		config := jetstream.StreamConfig{
			Name: Stream, Subjects: []string{"log.>"}, Discard: jetstream.DiscardNew, MaxBytes: 1 << 20,
			DenyDelete: true, DenyPurge: true, AllowAtomicPublish: true,
		}
		change(&config)
		// the files of the stream before may still be going
		require.Eventually(t, func() bool {
			_, err := js.CreateStream(t.Context(), config)
			return err == nil
		}, 10*time.Second, 10*time.Millisecond, fault)
		_, err = OpenLog(t.Context(), LogOptions{Server: s, MaxBytes: testLimit})
		assert.ErrorContains(t, err, fault)
		require.NoError(t, js.DeleteStream(t.Context(), Stream))
	}
}
