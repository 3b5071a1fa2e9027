package streams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
	"flowcentre/streams/hl7"
	"flowcentre/streams/mllp"
)

// gateway is a whole door with NATS in front of it, and a producer's connection.
func gateway(t *testing.T, options ...nats.Option) (*Log, *Door, *nats.Conn) {
	t.Helper()
	feeds := []Feed{{ID: "wrh"}, {ID: "alex"}}
	if len(options) > 0 {
		feeds = []Feed{{ID: "wrh", Secret: "w"}, {ID: "alex", Secret: "a"}}
	}
	s := testServer(t, t.TempDir(), feeds...)
	l := testLog(t, LogOptions{Server: s})
	d, err := NewDoor(DoorOptions{Log: l, Keys: testKeys(t), Clock: NewClock(start, 1), Seen: newIndex(t, l).lookup, Feeds: feeds})
	require.NoError(t, err)
	t.Cleanup(d.Close)
	g, err := d.NewGateway()
	require.NoError(t, err)
	t.Cleanup(g.Close)
	conn, err := nats.Connect("nats://"+s.Address(), options...)
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	return l, d, conn
}

// A feed's line is bounded by count and by bytes.
func TestALineIsBounded(t *testing.T) {
	small, large := &line{messages: make(chan *nats.Msg, waitingPerFeed)}, &line{messages: make(chan *nats.Msg, waitingPerFeed)}
	for range waitingPerFeed + 10 {
		small.join(&nats.Msg{Data: []byte("x")})
		large.join(&nats.Msg{Data: make([]byte, MaxPayload)})
	}
	assert.Len(t, small.messages, waitingPerFeed)
	assert.Len(t, large.messages, waitingBytes/MaxPayload)
	large.took(<-large.messages)
	assert.True(t, large.join(&nats.Msg{Data: make([]byte, MaxPayload)}))
	assert.False(t, large.join(&nats.Msg{Data: make([]byte, MaxPayload)}))
}

func TestPublishAsToJetStream(t *testing.T) {
	for title, options := range map[string][]nats.Option{
		"without secrets": nil,
		"with a secret":   {nats.UserInfo("wrh", "w"), nats.CustomInboxPrefix("_INBOX_wrh")},
	} {
		t.Run(title, func(t *testing.T) {
			l, _, conn := gateway(t, options...)
			js, err := jetstream.New(conn)
			require.NoError(t, err)
			ack, err := js.Publish(t.Context(), "events.wrh.bed", []byte(goodEvent))
			require.NoError(t, err)
			assert.Equal(t, Stream, ack.Stream)
			assert.EqualValues(t, 1, ack.Sequence)
			assert.False(t, ack.Duplicate)
			ack, err = js.Publish(t.Context(), "events.wrh.bed", []byte(goodEvent))
			require.NoError(t, err)
			assert.True(t, ack.Duplicate)
			assert.EqualValues(t, 1, ack.Sequence)

			binary := &nats.Msg{Subject: "events.wrh.bed", Data: []byte(`{"place":"W4/A2"}`), Header: nats.Header{
				"CE-specVersion": {"1.0"}, "ce-id": {"b%25"}, "ce-source": {"wrh"}, "ce-type": {"flowcentre.bed.cleaned.v1"}, "ce-time": {"2027-01-12T04:00:00Z"},
				"Nats-Rollup": {"all"}, "Nats-TTL": {"1s"}, "Nats-Expected-Last-Sequence": {"77"},
			}}
			ack, err = js.PublishMsg(t.Context(), binary)
			require.NoError(t, err)
			assert.EqualValues(t, 2, ack.Sequence)
			assert.Equal(t, "b%", follow(t, l, 1, 1)[0].Event.ID)

			for body, code := range map[string]int{
				variant("W4", "W5"):                     409,
				variant(`"wrh"`, `"alex"`):              403, // not the subject's feed
				variant(`"place"`, `"x":1,"place"`):     422,
				`{`:                                     400,
				variant("bed.cleaned", "bed.unheardof"): 422,
			} {
				_, err := js.Publish(t.Context(), "events.wrh.bed", []byte(body))
				var refused *jetstream.APIError
				require.True(t, errors.As(err, &refused), "%s: %v", body, err)
				assert.Equal(t, code, refused.Code, body)
			}
			_, err = js.Publish(t.Context(), "events.wrh.feed", []byte(goodEvent))
			require.Error(t, err)
			assert.EqualValues(t, 2, last(t, l))
		})
	}
}

func TestUnknownFeedIsAnswered(t *testing.T) {
	_, _, conn := gateway(t)
	answer, err := conn.Request("events.nobody.bed", []byte(goodEvent), 5*time.Second)
	require.NoError(t, err)
	var ack puback
	require.NoError(t, json.Unmarshal(answer.Data, &ack))
	assert.Equal(t, 403, ack.Error.Code)
}

// A producer names the subject of the answer. It must not become the centre's mouth.
func TestAnswerGoesToNoOtherThanAnInbox(t *testing.T) {
	l, _, conn := gateway(t)
	for _, reply := range []string{"log.wrh.bed", "$JS.API.STREAM.DELETE.EVENTS", "events.alex.bed", "_CENTRE.x"} {
		require.NoError(t, conn.PublishRequest("events.wrh.bed", reply, []byte(goodEvent)))
		require.NoError(t, conn.PublishRequest("events.nobody.bed", reply, []byte(goodEvent)))
	}
	_, err := conn.Request("events.wrh.bed", []byte(variant(`"1"`, `"2"`)), 5*time.Second)
	require.NoError(t, err)
	assert.EqualValues(t, 2, last(t, l), "the two events and no answer")
}

// Producers without secrets share the inboxes of producers, and see nothing of the
// centre's own.
func TestProducersHearNothingOfTheLog(t *testing.T) {
	l, d, conn := gateway(t)
	heard, err := conn.SubscribeSync("_INBOX.>")
	require.NoError(t, err)
	require.NoError(t, conn.Flush())
	require.NoError(t, d.Post(t.Context(), "wrh", []flow.Event{cleaned("wrh", "1")})[0].Err)
	require.Len(t, follow(t, l, 0, 1), 1)
	require.NoError(t, conn.PublishRequest("events.wrh.bed", "_INBOX.mine", []byte(variant(`"1"`, `"2"`))))
	answer, err := heard.NextMsg(5 * time.Second)
	require.NoError(t, err)
	assert.Equal(t, "_INBOX.mine", answer.Subject, "the first thing heard")
}

func TestPublishedInOrderAndWithoutWaiting(t *testing.T) {
	l, _, conn := gateway(t)
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	const events = 2000
	acks := make([]jetstream.PubAckFuture, events)
	for i := range events {
		acks[i], err = js.PublishAsync("events.wrh.bed", []byte(variant(`"1"`, fmt.Sprintf("%q", fmt.Sprint(i)))))
		require.NoError(t, err)
	}
	for i, ack := range acks {
		select {
		case ok := <-ack.Ok():
			require.EqualValues(t, i+1, ok.Sequence)
		case err := <-ack.Err():
			require.NoError(t, err)
		case <-time.After(20 * time.Second):
			t.Fatal("no answer")
		}
	}
	for i, e := range follow(t, l, 0, events) {
		require.Equal(t, fmt.Sprint(i), e.Event.ID)
	}
}

func TestMessageOverMLLP(t *testing.T) {
	s := testServer(t, t.TempDir())
	l := testLog(t, LogOptions{Server: s, AckWait: 300 * time.Millisecond})
	d, err := NewDoor(DoorOptions{Log: l, Keys: testKeys(t), Clock: NewClock(start, 1), Logger: l.logger, Feeds: []Feed{{ID: "wrh"}, {ID: "alex", AnswerUnavailable: true}}})
	require.NoError(t, err)
	t.Cleanup(d.Close)
	dial := func(feed string) *mllp.Client {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- d.MLLP(feed).Serve(ctx, d.Counted(feed, listener)) }()
		t.Cleanup(func() { stop(); <-ended })
		client, err := mllp.Dial(t.Context(), listener.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = client.Close() })
		return client
	}
	wrh, alex := dial("wrh"), dial("alex")
	send := func(c *mllp.Client, message string) (string, error) {
		raw, err := c.Send(t.Context(), []byte(message))
		if err != nil {
			return "", err
		}
		answer, ok := hl7.ReadAnswer(raw)
		require.True(t, ok)
		return answer.Code, nil
	}
	for _, c := range []struct{ message, code string }{
		{admission("1"), "AA"},
		{admission("1"), "AA"}, // a repeat
		{strings.Replace(admission("2"), "ADT^A01", "ORU^R01", 1), "AA"},
		{strings.Replace(admission("3"), "PID|1||SEED77^^^RWP50^MR", "PID|1||", 1), "AE"},
	} {
		code, err := send(wrh, c.message)
		require.NoError(t, err)
		assert.Equal(t, c.code, code)
	}
	assert.EqualValues(t, 1, last(t, l))
	d.Report(t.Context(), start)
	for _, e := range follow(t, l, 1, 2) {
		r := e.Event.Data.Report
		assert.True(t, r.Connected, r.Feed)
		if r.Feed == "wrh" {
			assert.Equal(t, map[string]int{"ORU^R01": 1}, r.Ignored)
			assert.Equal(t, map[string]int{"no_patient": 1}, r.Refused)
			assert.Equal(t, 1, r.Duplicates)
		}
	}

	s.Stop()
	_, err = send(wrh, admission("4"))
	require.Error(t, err, "no answer, and the connection closed")
	code, err := send(alex, admission("4"))
	require.NoError(t, err)
	assert.Equal(t, "AR", code)
}

func TestSameMessageReadInAnotherWayIsARepeat(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	first := d.HL7(t.Context(), "wrh", []byte(admission("1")))[0]
	require.NoError(t, first.Err)
	settings := d.feeds.byID["wrh"]
	settings.HL7.Places = map[string]string{"RWP50/W4/BAYA/A1": "elsewhere"}
	d.feeds.byID["wrh"] = settings
	again := d.HL7(t.Context(), "wrh", []byte(admission("1")))[0]
	require.NoError(t, again.Err)
	assert.True(t, again.Duplicate)
	assert.EqualValues(t, 1, again.Seq)
	assert.Contains(t, string(again.Ack), "MSA|AA|1")
	assert.Equal(t, flow.Admitted, follow(t, l, 0, 1)[0].Event.Kind)
}
