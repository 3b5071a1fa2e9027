package streams

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/nats-io/nats.go"

	"flowcentre/flow"
)

const (
	producerSubjects = "events.>"
	queueGroup       = "flowcentre" // of two centres on one NATS one takes each event
	waitingPerFeed   = 4096
	waitingBytes     = 32 << 20 // of one feed
)

// Gateway takes what producers publish to events.<feed>.<family> and answers like
// JetStream, once the event is on disk: a client's usual publish with acknowledgment
// works. Events of one feed are taken in their order.
type Gateway struct {
	door *Door
	sub  *nats.Subscription
	feed map[string]*line
	stop context.CancelFunc
	done sync.WaitGroup
}

// NewGateway begins to take events over the log's own connection.
func (d *Door) NewGateway() (*Gateway, error) {
	ctx, stop := context.WithCancel(context.Background())
	g := &Gateway{door: d, feed: map[string]*line{}, stop: stop}
	for _, id := range d.feeds.ids() {
		waiting := &line{messages: make(chan *nats.Msg, waitingPerFeed)}
		g.feed[id] = waiting
		g.done.Go(func() { g.serve(ctx, id, waiting) })
	}
	sub, err := d.log.write.QueueSubscribe(producerSubjects, queueGroup, g.receive)
	if err == nil {
		err = d.log.write.Flush()
	}
	if err != nil {
		stop()
		return nil, fmt.Errorf("subscribe to %s: %w", producerSubjects, err)
	}
	g.sub = sub
	return g, nil
}

// Close takes nothing more; what waits unanswered was not logged.
func (g *Gateway) Close() {
	_ = g.sub.Unsubscribe()
	g.stop()
	g.done.Wait()
}

// receive hands a message to its feed's own line, and refuses it when that is full.
func (g *Gateway) receive(m *nats.Msg) {
	feed := feedOf(m.Subject)
	waiting, ok := g.feed[feed]
	if !ok {
		g.answer(m, feed, Result{Err: ErrNoFeed})
		return
	}
	if !waiting.join(m) {
		g.answer(m, feed, Result{Err: ErrBusy})
	}
}

// serve posts what waits of one feed, all that is there at a time.
func (g *Gateway) serve(ctx context.Context, feed string, waiting *line) {
	for {
		var messages []*nats.Msg
		select {
		case <-ctx.Done():
			return
		case m := <-waiting.messages:
			messages = append(messages, waiting.took(m))
		}
		for len(messages) < maxBatch && len(waiting.messages) > 0 {
			messages = append(messages, waiting.took(<-waiting.messages))
		}
		g.post(ctx, feed, messages)
	}
}

func (g *Gateway) post(ctx context.Context, feed string, messages []*nats.Msg) {
	var events []flow.Event
	var sound []*nats.Msg
	for _, m := range messages {
		e, err := readMessage(m)
		if err != nil {
			g.door.slates.fault(feed, g.door.clock.Now(), err)
			g.answer(m, feed, Result{Err: err})
			continue
		}
		events, sound = append(events, e), append(sound, m)
	}
	for i, r := range g.door.Post(ctx, feed, events) {
		g.answer(sound[i], feed, r)
	}
}

// readMessage finds out which form of CloudEvents a message has. Clients differ: some
// leave out the content type, some spell headers in their own case.
func readMessage(m *nats.Msg) (flow.Event, error) {
	header := func(name string) string {
		for key, values := range m.Header {
			if strings.EqualFold(key, name) && len(values) > 0 {
				return values[0]
			}
		}
		return ""
	}
	media, _, _ := mime.ParseMediaType(header("content-type"))
	var e flow.Event
	var err error
	switch {
	case strings.HasPrefix(media, "application/cloudevents"):
		e, err = ReadStructured(m.Data)
	case header("ce-specversion") != "":
		e, err = ReadBinary(header, m.Data)
	default:
		e, err = ReadStructured(m.Data)
	}
	if err != nil {
		return e, err
	}
	if feed := feedOf(m.Subject); e.Feed != feed && e.Feed != "" {
		return e, ErrForeign
	}
	if e.Kind != flow.Unknown && m.Subject != "events."+e.Feed+"."+e.Kind.Spec().Family() {
		return e, &flow.Invalid{Field: "type", Reason: "does not belong to the subject; publish to events.<source>.<family>"}
	}
	return e, nil
}

// line is what waits of one feed.
type line struct {
	messages chan *nats.Msg
	bytes    atomic.Int64
}

// join puts a message at the end of the line, unless that is full.
func (l *line) join(m *nats.Msg) bool {
	size := int64(m.Size())
	if l.bytes.Add(size) <= waitingBytes {
		select {
		case l.messages <- m:
			return true
		default:
		}
	}
	l.bytes.Add(-size)
	return false
}

// took is a message that has left the line.
func (l *line) took(m *nats.Msg) *nats.Msg {
	l.bytes.Add(-int64(m.Size()))
	return m
}

func feedOf(subject string) string {
	rest := strings.TrimPrefix(subject, "events.")
	feed, _, _ := strings.Cut(rest, ".")
	return feed
}

// puback is JetStream's answer to a publish.
type puback struct {
	Stream    string    `json:"stream"`
	Seq       uint64    `json:"seq"`
	Duplicate bool      `json:"duplicate,omitempty"`
	Note      string    `json:"note,omitempty"`
	Error     *ackError `json:"error,omitempty"`
}

type ackError struct {
	Code        int    `json:"code"`
	ErrCode     int    `json:"err_code,omitempty"`
	Description string `json:"description"`
}

// answer replies to a producer's inbox only. A reply subject is the sender's word: were
// it any other, our own connection would publish there in the sender's stead, into the
// log itself.
func (g *Gateway) answer(m *nats.Msg, feed string, r Result) {
	if !strings.HasPrefix(m.Reply, producerInbox+".") && !strings.HasPrefix(m.Reply, inboxOf(feed)) {
		return
	}
	ack := puback{Stream: Stream, Seq: r.Seq, Duplicate: r.Duplicate, Note: r.Note}
	if r.Err != nil {
		p := ProblemOf(r.Err)
		ack.Error = &ackError{Code: p.Status, Description: p.Detail}
	}
	reply, err := json.Marshal(ack)
	if err == nil {
		_ = g.door.log.write.Publish(m.Reply, reply)
	}
}
