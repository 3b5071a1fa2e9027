package streams

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"flowcentre/flow"
)

// Stream is the name of the log's stream.
const Stream = "EVENTS"

// The subjects of what the centre itself says. A producer's event is at
// log.<feed>.<family>.
const (
	ClockSubject  = "log." + flow.Centre + ".clock"
	LayoutSubject = "log." + flow.Centre + ".layout"
	FeedSubject   = "log." + flow.Centre + ".feed"
)

// LogOptions says where the log is: in an embedded server, or in NATS at a URL.
type LogOptions struct {
	Server *Server // the embedded server, or

	URL         string // of NATS elsewhere, one or more with commas, with user and password where needed
	Credentials string // file of NATS credentials, where needed
	SystemURL   string // the same NATS with a user of its system account, to ask whether it syncs every write
	TrustSync   bool   // do not ask: the operator says that it does
	Replicas    int    // copies, 1 or 3; 0 means 1

	MaxBytes int64         // limit of the log; at 90 % of it producers are refused, at the limit everything
	AckWait  time.Duration // how long an acknowledgment may take before the outcome is unknown; 0 means 5 s
	Logger   *slog.Logger
}

// Log is the one ordered log of everything that happened. It is safe for concurrent
// use; what one Append writes comes in its order.
type Log struct {
	logger   *slog.Logger
	server   *Server
	write    *nats.Conn // in process where the server is embedded: quicker to publish
	read     *nats.Conn // over loopback where there is a listener: quicker to consume
	js       jetstream.JetStream
	reader   jetstream.JetStream
	ackWait  time.Duration
	identity Identity
	maxBytes atomic.Int64
	used     atomic.Int64 // no less than what is stored; State corrects it
	stalls   atomic.Uint64
	stall    time.Duration
}

// Identity tells a log from any other, also from one of the same name made later.
type Identity struct {
	Name    string
	Created time.Time
}

// String is name and time of creation to the nanosecond.
func (i Identity) String() string {
	return i.Name + "@" + i.Created.UTC().Format(time.RFC3339Nano)
}

// LogState is what the log holds. First is Last+1 while it is empty.
type LogState struct {
	Identity    Identity
	First, Last uint64
	Bytes       int64 // as stored
	MaxBytes    int64
}

// OpenLog opens the log, and makes it where there is none. It refuses a log that could
// lose what it acknowledged: of another retention, storage or persistence than ours, or
// on a server that does not sync every write.
func OpenLog(ctx context.Context, o LogOptions) (*Log, error) {
	l := &Log{
		server:  o.Server,
		logger:  cmp.Or(o.Logger, slog.Default()),
		ackWait: cmp.Or(o.AckWait, 5*time.Second),
		stall:   10 * time.Second,
	}
	if err := l.open(ctx, o); err != nil {
		l.Close()
		return nil, fmt.Errorf("open log: %w", err)
	}
	return l, nil
}

func (l *Log) open(ctx context.Context, o LogOptions) (err error) {
	if err := l.dial(o); err != nil {
		return err
	}
	if l.js, err = jetstream.New(l.write, jetstream.WithPublishAsyncMaxPending(maxBatch), jetstream.WithPublishAsyncTimeout(l.ackWait)); err != nil {
		return err
	}
	if l.reader, err = jetstream.New(l.read); err != nil {
		return err
	}
	if o.Server == nil && !o.TrustSync {
		if err := askSync(cmp.Or(o.SystemURL, o.URL), o.Credentials); err != nil {
			return err
		}
	}
	stream, err := l.stream(ctx, o)
	if err != nil {
		return err
	}
	info := stream.CachedInfo()
	l.identity = Identity{Name: Stream, Created: info.Created}
	l.measured(info)
	return nil
}

// dial opens one connection to write and one to read.
func (l *Log) dial(o LogOptions) (err error) {
	options := []nats.Option{
		nats.CustomInboxPrefix(ownInbox),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(time.Second),
		nats.ReconnectBufSize(-1), // what cannot be sent now is refused, not sent later
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			l.logger.Warn("NATS connection", "error", err)
		}),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				l.logger.Warn("NATS connection lost", "error", err)
			}
		}),
	}
	open := func(name string, overLoopback bool) (*nats.Conn, error) {
		own := append([]nats.Option{nats.Name("flowcentre " + name)}, options...)
		if o.Server != nil {
			return o.Server.dial(overLoopback, own...)
		}
		if o.Credentials != "" {
			own = append(own, nats.UserCredentials(o.Credentials))
		}
		return nats.Connect(o.URL, own...)
	}
	if l.write, err = open("writes", false); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if l.read, err = open("reads", true); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	return nil
}

// askSync asks NATS elsewhere whether it syncs every write to disk.
func askSync(url, credentials string) error {
	const remedy = "set sync_interval: always in its jetstream block and give a user of its system account, or say that you trust it to sync"
	var options []nats.Option
	if credentials != "" {
		options = append(options, nats.UserCredentials(credentials))
	}
	conn, err := nats.Connect(url, options...)
	if err != nil {
		return fmt.Errorf("ask whether NATS syncs every write: %w", err)
	}
	defer conn.Close()
	answer, err := conn.Request("$SYS.REQ.SERVER.PING.JSZ", nil, 2*time.Second)
	if err != nil {
		return fmt.Errorf("NATS does not tell whether it syncs every write (%w); %s", err, remedy)
	}
	var told struct {
		Data struct {
			Config struct {
				SyncAlways bool `json:"sync_always"`
			} `json:"config"`
		} `json:"data"`
	}
	if err := json.Unmarshal(answer.Data, &told); err != nil {
		return fmt.Errorf("ask whether NATS syncs every write: %w", err)
	}
	if !told.Data.Config.SyncAlways {
		return fmt.Errorf("NATS does not sync every write, so a power cut would lose what it acknowledged; %s", remedy)
	}
	return nil
}

// stream finds or makes the stream. Of one that exists only the limits may change.
func (l *Log) stream(ctx context.Context, o LogOptions) (jetstream.Stream, error) {
	want := jetstream.StreamConfig{
		Name:               Stream,
		Description:        "Everything that happened, in order; never changed, never deleted.",
		Subjects:           []string{"log.>"},
		Storage:            jetstream.FileStorage,
		Retention:          jetstream.LimitsPolicy,
		Discard:            jetstream.DiscardNew,
		MaxBytes:           o.MaxBytes,
		MaxMsgSize:         MaxPayload,
		DenyDelete:         true,
		DenyPurge:          true,
		AllowAtomicPublish: true,
		Duplicates:         100 * time.Millisecond, // the door knows repeats; the server reads all of this window when it starts
		Replicas:           max(1, o.Replicas),
	}
	found, err := l.js.Stream(ctx, Stream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		if o.MaxBytes <= 0 {
			return nil, errors.New("the log needs a limit in bytes, below what the disk holds")
		}
		return l.js.CreateStream(ctx, want)
	}
	if err != nil {
		return nil, err
	}
	have := found.CachedInfo().Config
	if fault := unfit(have); fault != "" {
		return nil, fmt.Errorf("stream %s %s; move it away or restore the right one", Stream, fault)
	}
	want.MaxBytes = cmp.Or(max(0, o.MaxBytes), have.MaxBytes)
	if have.MaxBytes == want.MaxBytes && have.MaxMsgSize >= MaxPayload {
		return found, nil
	}
	have.MaxBytes, have.MaxMsgSize = want.MaxBytes, max(have.MaxMsgSize, MaxPayload)
	return l.js.UpdateStream(ctx, have)
}

// unfit says why a stream cannot be the log.
func unfit(c jetstream.StreamConfig) string {
	switch {
	case c.Storage != jetstream.FileStorage:
		return "is not kept in files"
	case c.PersistMode != jetstream.DefaultPersistMode:
		return "is written without waiting for the disk"
	case c.Retention != jetstream.LimitsPolicy || c.Discard != jetstream.DiscardNew || c.MaxAge != 0 || c.MaxMsgs > 0 || c.MaxMsgsPerSubject > 0:
		return "may drop old events"
	case !c.DenyDelete || !c.DenyPurge || c.AllowRollup || c.AllowMsgTTL:
		return "lets events be deleted"
	case !c.AllowAtomicPublish:
		return "does not take atomic batches"
	case len(c.Subjects) != 1 || c.Subjects[0] != "log.>":
		return "has other subjects than log.>"
	}
	return ""
}

// Close ends the connections. What is on its way has an unknown outcome.
func (l *Log) Close() {
	for _, c := range []*nats.Conn{l.write, l.read} {
		if c != nil {
			c.Close()
		}
	}
}

// Identity of the log.
func (l *Log) Identity() Identity { return l.identity }

// Full says whether producers are to be refused: nine tenths of the limit are used.
func (l *Log) Full() bool {
	limit := l.maxBytes.Load()
	return limit > 0 && l.used.Load() >= limit/10*9
}

func (l *Log) measured(info *jetstream.StreamInfo) {
	l.maxBytes.Store(info.Config.MaxBytes)
	l.used.Store(int64(info.State.Bytes))
}

// State asks the server what the log holds.
func (l *Log) State(ctx context.Context) (LogState, error) {
	stream, err := l.js.Stream(ctx, Stream)
	if err != nil {
		return LogState{}, fmt.Errorf("ask for the log's state: %w", err)
	}
	info := stream.CachedInfo()
	l.measured(info)
	return LogState{
		Identity: Identity{Name: Stream, Created: info.Created},
		First:    info.State.FirstSeq, Last: info.State.LastSeq,
		Bytes: int64(info.State.Bytes), MaxBytes: info.Config.MaxBytes,
	}, nil
}

// Event is the event at seq as the log holds it, bytes and all.
func (l *Log) Event(ctx context.Context, seq uint64) (flow.Entry, error) {
	stream, err := l.js.Stream(ctx, Stream)
	if err != nil {
		return flow.Entry{}, fmt.Errorf("read event %d: %w", seq, err)
	}
	msg, err := stream.GetMsg(ctx, seq)
	if err != nil {
		return flow.Entry{}, fmt.Errorf("read event %d: %w", seq, err)
	}
	return l.entry(msg.Sequence, msg.Data), nil
}

// Latest is the newest event of a subject, and one with Seq 0 where there is none.
func (l *Log) Latest(ctx context.Context, subject string) (flow.Event, error) {
	stream, err := l.js.Stream(ctx, Stream)
	if err != nil {
		return flow.Event{}, fmt.Errorf("read newest of %s: %w", subject, err)
	}
	msg, err := stream.GetLastMsgForSubject(ctx, subject)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return flow.Event{}, nil
	}
	if err != nil {
		return flow.Event{}, fmt.Errorf("read newest of %s: %w", subject, err)
	}
	return l.entry(msg.Sequence, msg.Data).Event, nil
}

// entry decodes one message. Bytes that are no event become one of kind Unknown, so
// that the fold counts them and goes on.
func (l *Log) entry(seq uint64, raw []byte) flow.Entry {
	event, err := flow.Decode(seq, raw)
	if err != nil {
		l.logger.Error("event of the log cannot be read", "sequence", seq)
		event = flow.Event{Seq: seq}
	}
	return flow.Entry{Event: event, Raw: raw}
}

// Pending is an event on its way into the log.
type Pending struct {
	Subject string
	Body    []byte
}

// Encode makes e ready for the log. It gives *TooLarge for one that no message can hold.
func Encode(e *flow.Event) (Pending, error) {
	body, err := flow.Encode(e)
	if err != nil {
		return Pending{}, fmt.Errorf("encode event: %w", err)
	}
	p := Pending{Subject: "log." + e.Feed + "." + e.Kind.Spec().Family(), Body: body}
	if size := p.size(); size > MaxPayload {
		return Pending{}, &TooLarge{Bytes: size, Limit: MaxPayload}
	}
	return p, nil
}

// size is what p takes in the log's files, headers of a batch included.
func (p *Pending) size() int {
	const record, headers = 34, 120
	return record + headers + len(p.Subject) + len(p.Body)
}

// Health is nil while the log can be reached and, where its server is embedded, written.
func (l *Log) Health() error {
	if l.server != nil {
		if err := l.server.Health(); err != nil {
			return err
		}
	}
	for _, c := range []*nats.Conn{l.write, l.read} {
		if !c.IsConnected() {
			return fmt.Errorf("log: NATS connection is %s", strings.ToLower(c.Status().String()))
		}
	}
	return nil
}

// Stalls counts how often reading was begun anew because the server had stopped
// delivering.
func (l *Log) Stalls() uint64 { return l.stalls.Load() }
