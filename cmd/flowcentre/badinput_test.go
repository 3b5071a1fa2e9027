package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/streams"
	"flowcentre/streams/hl7"
	"flowcentre/streams/mllp"
)

// hurried starts the centre of ward.yaml, whose clock is twenty times as fast, so that
// its feeds are reported twice a second, and which answers every HL7 message.
func hurried(t *testing.T) *centre {
	t.Helper()
	config, faults := LoadConfig("testdata/ward.yaml")
	require.Empty(t, faults)
	config.Data = t.TempDir()
	config.Feed("pas").HL7.Ack = "original"
	c, err := startCentre(t.Context(), centreOptions{
		Config: config, Logger: slog.New(slog.DiscardHandler), Speed: 20, Start: capacity.At(time.Now()),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// outcome counts what became of messages, by what their sender was told.
type outcome struct{ Taken, Refused uint64 }

// told is what the API says of a feed.
func (c *centre) told(t *testing.T, feed string) *flow.FeedView {
	t.Helper()
	resp, err := http.Get("http://" + c.httpAddr + "/api/v1/feeds")
	require.NoError(t, err)
	defer resp.Body.Close()
	var all struct{ Feeds []*flow.FeedView }
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&all))
	for _, f := range all.Feeds {
		if f.ID == feed {
			return f
		}
	}
	require.Fail(t, "no such feed", feed)
	return nil
}

// reconciles waits until the feed's figures are those that its senders were told.
func (c *centre) reconciles(t *testing.T, feed string, want outcome) *flow.FeedView {
	t.Helper()
	var f *flow.FeedView
	assert.Eventually(t, func() bool {
		f = c.told(t, feed)
		return outcome{f.Logged + f.Duplicates + f.Ignored, f.Refused} == want
	}, 10*time.Second, 50*time.Millisecond)
	require.Equal(t, want, outcome{f.Logged + f.Duplicates + f.Ignored, f.Refused}, "%+v", f)
	return f
}

// isWell shows that the centre is ready and that a good message is answered by its own
// name and seen on the ward.
func (c *centre) isWell(t *testing.T, client *mllp.Client, patient, bed string) {
	t.Helper()
	ack, err := client.Send(t.Context(), admission(c, patient, "W4^Bay A^"+bed+"^GEN"))
	require.NoError(t, err)
	answer, ok := hl7.ReadAnswer(ack)
	require.True(t, ok)
	require.Equal(t, hl7.Answer{Code: "AA", ControlID: patient, Text: answer.Text}, answer)
	require.Eventually(t, func() bool {
		for _, u := range c.view().Units {
			for _, p := range u.Places {
				if u.ID == "w4" && p.ID == bed {
					return p.Stay != ""
				}
			}
		}
		return false
	}, 5*time.Second, 10*time.Millisecond)
	resp, err := http.Get("http://" + c.httpAddr + "/readyz")
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode)
}

func (c *centre) dial(t *testing.T) *mllp.Client {
	t.Helper()
	client, err := mllp.Dial(t.Context(), c.mllpAddrs["pas"])
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	return client
}

// personal are the texts of a message's PID segments that are long enough to be told
// from words.
func personal(message []byte) []string {
	var all []string
	for line := range strings.FieldsFuncSeq(string(message), func(r rune) bool { return r == '\r' || r == '\n' }) {
		if strings.HasPrefix(line, "PID") {
			for text := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(`|^~\&`, r) }) {
				if len(text) > 4 {
					all = append(all, text)
				}
			}
		}
	}
	return all
}

// TestWholeCorpus sends every file of the shared test data, first each as a frame of one
// connection, then message by message over HTTP. Every message is answered once, and the
// feed's figures are exactly what the senders were told.
func TestWholeCorpus(t *testing.T) {
	const corpus = "../../../shared/testdata/hl7"
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the corpus is not here: ../shared/testdata comes with the development workplace only")
	}
	c := hurried(t)
	client := c.dial(t)
	var sum outcome
	files := 0
	require.NoError(t, eachFile(corpus, func(name string, content []byte) {
		if files++; len(content) > mllp.MaxMessage {
			return // its bytes are no message: see TestBytesThatAreNoMessages
		}
		frame := bytes.Map(func(r rune) rune {
			if r == 0x0b || r == 0x1c {
				return ' ' // these two frame, and cannot be within
			}
			return r
		}, content)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		ack, err := client.Send(ctx, frame)
		require.NoError(t, err, name)
		answer, ok := hl7.ReadAnswer(ack)
		require.True(t, ok, name)
		switch {
		case answer.Taken():
			sum.Taken++
		default:
			require.NotEmpty(t, answer.Text, name)
			sum.Refused++
		}
	}))
	require.Greater(t, files, 100)
	require.NotZero(t, sum.Taken)
	require.NotZero(t, sum.Refused)
	c.isWell(t, client, "9001", "A3") // its answer is its own: no message before had two
	sum.Taken++
	c.reconciles(t, "pas", sum)

	byHTTP := map[string]int{}
	require.NoError(t, eachFile(corpus, func(name string, content []byte) {
		var batch [][]byte
		post := func() {
			for i, a := range c.postHL7(t, name, batch) {
				switch {
				case a.Error != nil:
					require.NotEmpty(t, a.Error.Detail, name)
					require.NotEmpty(t, a.Error.Next, name)
					for _, text := range personal(batch[i]) {
						require.NotContains(t, a.Error.Detail, text, name)
					}
					byHTTP["refused"]++
					sum.Refused++
					continue
				case a.Ignored != "":
					byHTTP["ignored"]++
				case a.Duplicate:
					byHTTP["duplicate"]++
				default:
					require.NotZero(t, a.Seq, name)
					byHTTP["logged"]++
				}
				sum.Taken++
			}
			batch = nil
		}
		for message := range hl7.Split(content) {
			if batch = append(batch, message); len(batch) == 100 {
				post()
			}
		}
		post()
	}))
	t.Logf("%d files; over HTTP %v; in all %+v", files, byHTTP, sum)
	require.Greater(t, byHTTP["logged"]+byHTTP["duplicate"], 1000)

	f := c.reconciles(t, "pas", sum)
	require.NotEmpty(t, f.Refusals)
	for _, r := range f.Refusals {
		assert.NotEmpty(t, r.Reason)
		assert.NotEmpty(t, r.Detail)
	}
	c.isWell(t, client, "9002", "A4")
}

// postHL7 posts messages in one request and gives the answer to each.
func (c *centre) postHL7(t *testing.T, name string, messages [][]byte) []streams.Answer {
	t.Helper()
	if len(messages) == 0 {
		return nil
	}
	resp, err := http.Post("http://"+c.httpAddr+"/api/v1/hl7?feed=pas", "application/hl7-v2", bytes.NewReader(bytes.Join(messages, []byte("\n"))))
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var got struct{ Results []streams.Answer }
	require.NoError(t, json.Unmarshal(body, &got), string(body))
	require.Len(t, got.Results, len(messages), "%s: %s", name, body)
	return got.Results
}

// TestSameControlIDOtherBody: two messages under one MSH-10 are two messages; a repeat of
// the first is a repeat.
func TestSameControlIDOtherBody(t *testing.T) {
	c := hurried(t)
	client := c.dial(t)
	for _, n := range []int{1, 2, 1} {
		text, err := os.ReadFile(filepath.Join("..", "..", "streams", "hl7", "testdata", "handwritten", fmt.Sprintf("a01-same-control-id-different-body-%d.hl7", n)))
		require.NoError(t, err)
		ack, err := client.Send(t.Context(), text)
		require.NoError(t, err)
		answer, ok := hl7.ReadAnswer(ack)
		require.True(t, ok && answer.Taken() && answer.ControlID == "SAME1", string(ack))
	}
	f := c.reconciles(t, "pas", outcome{Taken: 3})
	require.EqualValues(t, 2, f.Logged)
	require.EqualValues(t, 1, f.Duplicates)
}

// TestBytesThatAreNoMessages: whatever comes over a connection, it is answered or the
// connection ends, others are served meanwhile, and nothing is left behind.
func TestBytesThatAreNoMessages(t *testing.T) {
	c := hurried(t)
	client := c.dial(t)
	c.isWell(t, client, "1", "A1")

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := c.door.MLLP("pas")
	server.Between = 200 * time.Millisecond
	c.run("a second listener", func(ctx context.Context) error { return server.Serve(ctx, c.door.Counted("pas", listener)) })
	good := string(admission(c, "2", "W4^Bay A^A2^GEN"))
	noise := make([]byte, 100<<10)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}

	routines, heap := runtime.NumGoroutine(), heapInUse()
	for _, test := range []struct {
		name, sent string
		leave      bool     // after sending; else the centre must end the conversation
		answers    []string // MSA-1, in their order; nil for whatever
	}{
		{"no frame", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", false, []string{"AR"}},
		{"a message without its frame", good, false, []string{"AR"}},
		{"2 MiB in a frame", "\x0b" + good + strings.Repeat("OBX|1|TX|x\r", 2<<20/11) + "\x1c\r", true, []string{"AR"}},
		{"2 MiB without a frame", strings.Repeat("x", 2<<20), false, nil},
		{"2 MiB that never end", "\x0b" + strings.Repeat("x", 2<<20), false, []string{}},
		{"half a frame, then gone", "\x0b" + good[:100], true, []string{}},
		{"half a frame, then silence", "\x0b" + good[:100], false, []string{}},
		{"a frame within a frame", "\x0bMSH|^~\\&|broken\x0b" + good + "\x1c\r", true, []string{"AA"}},
		{"an end and no start", "\x1c\r\x1c\r\x1c\r", true, []string{}},
		{"an empty frame", "\x0b\x1c\r", true, []string{"AR"}},
		{"NULs", "\x0b" + strings.Repeat("\x00", 5000) + "\x1c\r", true, []string{"AR"}},
		{"NULs in a message", "\x0b" + strings.ReplaceAll(good, "DOE", "D\x00E") + "\x1c\r", true, []string{"AA"}},
		{"NULs in an identifier", "\x0b" + strings.ReplaceAll(good, "||2^^^", "||2\x00^^^") + "\x1c\r", true, []string{"AE"}},
		{"two frames at once", "\x0b" + good + "\x1c\r\x0b" + good + "\x1c\r", true, []string{"AA", "AA"}},
		{"noise", string(noise), true, nil},
		{"noise in a frame", "\x0b" + strings.NewReplacer("\x0b", "", "\x1c", "").Replace(string(noise)) + "\x1c\r", true, []string{"AR"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := converse(t, listener.Addr().String(), test.sent, test.leave)
			if test.answers != nil {
				got := []string{}
				for _, one := range strings.Split(answer, "\x0b")[1:] {
					a, ok := hl7.ReadAnswer([]byte(strings.TrimSuffix(one, "\x1c\r")))
					require.True(t, ok, one)
					got = append(got, a.Code)
				}
				require.Equal(t, test.answers, got, answer)
			}
		})
	}
	t.Run("200 connections at once", func(t *testing.T) {
		var open []net.Conn
		for range 200 {
			conn, err := net.Dial("tcp", listener.Addr().String())
			require.NoError(t, err)
			open = append(open, conn)
		}
		require.Eventually(t, func() bool {
			return server.Counters.Open.Load() == 64 && server.Counters.TurnedAway.Load() >= 136
		}, 10*time.Second, 10*time.Millisecond)
		c.isWell(t, client, "3", "A5")
		for _, conn := range open {
			conn.Close()
		}
	})
	require.Eventually(t, func() bool { return server.Counters.Open.Load() == 0 }, 10*time.Second, 10*time.Millisecond)
	c.isWell(t, client, "4", "A6")
	http.DefaultClient.CloseIdleConnections()
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= routines+5 && heapInUse() < heap+8e6 }, 20*time.Second, 100*time.Millisecond,
		"%d goroutines and %.0f bytes, before %d and %.0f", runtime.NumGoroutine(), heapInUse(), routines, heap)
}

// converse sends bytes and gives all that is answered until the connection ends.
func converse(t *testing.T, addr, sent string, leave bool) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	go func() {
		_, _ = io.WriteString(conn, sent) // the centre may have had enough before the end
		if leave {
			_ = conn.(*net.TCPConn).CloseWrite()
		}
	}()
	answer, err := io.ReadAll(conn)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the connection is stuck")
	return string(answer)
}

// event is a sound CloudEvent of the bed board, with changes.
func event(c *centre, change ...string) string {
	text := fmt.Sprintf(`{"specversion":"1.0","id":"e1","source":"beds","type":"flowcentre.bed.closed.v1","time":%q,"data":{"place":"w4/A1","reason":"staffing"}}`, c.clock.Now())
	return strings.NewReplacer(change...).Replace(text)
}

// TestWrongRequests: each wrong request has its own status, says what is wrong, and what
// to do.
func TestWrongRequests(t *testing.T) {
	c := hurried(t)
	const one, batch, text = "application/cloudevents+json", "application/cloudevents-batch+json", "application/hl7-v2"
	sound := event(c)
	ask := func(method, path, media, body string) (int, streams.Problem) {
		req, err := http.NewRequestWithContext(t.Context(), method, "http://"+c.httpAddr+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", media)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		var p streams.Problem
		require.NoError(t, json.Unmarshal(answer, &p), "%d %s", resp.StatusCode, answer)
		if p.Status != 0 {
			require.Equal(t, resp.StatusCode, p.Status)
			require.Equal(t, "application/problem+json", resp.Header.Get("Content-Type"))
		}
		return resp.StatusCode, p
	}
	for _, test := range []struct {
		name, method, path, media, body string
		status                          int
		field, says                     string
	}{
		{"nothing", "POST", "events", one, "", 400, "", "not valid JSON at byte 0"},
		{"no JSON", "POST", "events", one, "place=w4", 400, "", "not valid JSON"},
		{"half an event", "POST", "events", one, sound[:60], 400, "", "not valid JSON"},
		{"bytes after the end", "POST", "events", one, sound + "{}", 400, "", "after the end"},
		{"an attribute twice", "POST", "events", one, event(c, `"id":"e1"`, `"id":"e1","id":"e2"`), 400, "", "a key comes twice"},
		{"a field twice", "POST", "events", one, event(c, `"reason"`, `"place":"w4/A2","reason"`), 400, "", "a key comes twice"},
		{"an array", "POST", "events", one, "[" + sound + "]", 400, "", "not a JSON object"},
		{"10,000 arrays", "POST", "events", one, strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), 400, "", "nested"},
		{"10,000 arrays in a batch", "POST", "events", batch, strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), 400, "", "results says why"},
		{"an unknown field", "POST", "events", one, event(c, `"reason"`, `"name":"QUARTERMAINE","reason"`), 422, "data.name", "leave it out"},
		{"a field in capitals", "POST", "events", one, event(c, `"place"`, `"Place"`), 422, "data.Place", "leave it out"},
		{"a field of another type of event", "POST", "events", one, event(c, `"reason"`, `"visit":"T/VN/1","reason"`), 422, "data.visit", ""},
		{"a number for a text", "POST", "events", one, event(c, `"w4/A1"`, `4`), 422, "data.place", "wrong type"},
		{"no place", "POST", "events", one, event(c, `"place":"w4/A1",`, ``), 422, "data.place", ""},
		{"a reason in words", "POST", "events", one, event(c, `"staffing"`, `"Mrs QUARTERMAINE fell"`), 422, "data.reason", ""},
		{"an unknown type", "POST", "events", one, event(c, `bed.closed.v1`, `bed.exploded.v1`), 422, "type", ""},
		{"a type of the centre's own", "POST", "events", one, event(c, `bed.closed.v1`, `clock.tick.v1`, `"place":"w4/A1","reason":"staffing"`, ``), 422, "type", "by the centre only"},
		{"another version", "POST", "events", one, event(c, `"1.0"`, `"0.3"`), 422, "specversion", "1.0"},
		{"no id", "POST", "events", one, event(c, `"e1"`, `""`), 422, "id", ""},
		{"no time", "POST", "events", one, event(c, `"time"`, `"times"`), 422, "time", "RFC 3339"},
		{"a local time", "POST", "events", one, event(c, c.clock.Now().String(), "2026-01-01 12:00"), 422, "time", "RFC 3339"},
		{"a time to come", "POST", "events", one, event(c, `"time":"20`, `"time":"21`), 422, "time", "ahead of the centre's clock"},
		{"nobody's feed", "POST", "events", one, event(c, `"beds"`, `"nobody"`), 403, "source", "feed"},
		{"base64", "POST", "events", one, event(c, `"data":{"place":"w4/A1","reason":"staffing"}`, `"data_base64":"e30="`), 422, "data_base64", "JSON"},
		{"too long", "POST", "events", one, event(c, `"e1"`, `"`+strings.Repeat("e", 1<<20)+`"`), 413, "", "longer"},
		{"a batch too long", "POST", "events", batch, "[" + strings.Repeat(sound+",", 1<<20/len(sound)) + sound + "]", 413, "", "longer"},
		{"an empty batch", "POST", "events", batch, "[]", 422, "", "no event"},
		{"another content type", "POST", "events", "text/xml", sound, 415, "", "content type"},
		{"no content type", "POST", "events", "", sound, 415, "", "content type"},
		{"GET", "GET", "events", one, "", 405, "", "POST"},
		{"DELETE", "DELETE", "hl7", one, "", 405, "", "POST"},
		{"HL7 of no feed", "POST", "hl7", text, "MSH|", 403, "feed", "feed"},
		{"HL7 of nobody's feed", "POST", "hl7?feed=nobody", text, "MSH|", 403, "feed", "feed"},
		{"HL7 that is empty", "POST", "hl7?feed=pas", text, "", 422, "", "no event"},
		{"HL7 that is none", "POST", "hl7?feed=pas", text, "hello", 422, "", ""},
		{"HL7 as JSON", "POST", "hl7?feed=pas", "application/json", "MSH|", 415, "", "content type"},
		{"HL7 too long", "POST", "hl7?feed=pas", text, strings.Repeat("M", 1<<20+1), 413, "", "longer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, p := ask(test.method, "/api/v1/"+test.path, test.media, test.body)
			assert.Equal(t, test.status, status, p.Detail)
			assert.Equal(t, test.field, p.Field, p.Detail)
			assert.Contains(t, p.Detail, test.says)
			assert.NotEmpty(t, p.Title)
			assert.NotEmpty(t, p.Detail)
			assert.NotEmpty(t, p.Next)
			assert.NotContains(t, p.Detail, "QUARTERMAINE")
		})
	}
	t.Run("the same again, and another under its id", func(t *testing.T) {
		for range 2 {
			status, _ := ask("POST", "/api/v1/events", one, sound)
			assert.Equal(t, http.StatusAccepted, status)
		}
		status, p := ask("POST", "/api/v1/events", one, strings.Replace(sound, "staffing", "other", 1))
		assert.Equal(t, http.StatusConflict, status)
		assert.Equal(t, "id", p.Field)
		assert.NotZero(t, p.Seq)
		assert.Contains(t, p.Next, "new id")
		f := c.told(t, "beds")
		require.Eventually(t, func() bool { f = c.told(t, "beds"); return f.Duplicates == 1 && f.Logged == 1 }, 10*time.Second, 50*time.Millisecond, "%+v", f)
	})
	c.isWell(t, c.dial(t), "9", "A2")
}

// TestWrongPublishing: what is published over NATS is answered as JetStream answers.
func TestWrongPublishing(t *testing.T) {
	c := hurried(t)
	conn, err := nats.Connect("nats://" + c.natsAddr)
	require.NoError(t, err)
	defer conn.Close()
	for _, test := range []struct {
		name, subject, body string
		code                int
		says                string
	}{
		{"no JSON", "events.beds.bed", "hello", 400, "not valid JSON"},
		{"nothing", "events.beds.bed", "", 400, "not valid JSON"},
		{"an unknown field", "events.beds.bed", event(c, `"reason"`, `"name":"QUARTERMAINE","reason"`), 422, "leave it out"},
		{"an unknown type", "events.beds.bed", event(c, `bed.closed.v1`, `bed.exploded.v1`), 422, "type"},
		{"another family", "events.beds.ae", event(c), 422, "subject"},
		{"another feed's event", "events.pas.bed", event(c), 403, "source"},
		{"nobody's feed", "events.nobody.bed", event(c), 403, "feed"},
		{"a time to come", "events.beds.bed", event(c, `"time":"20`, `"time":"21`), 422, "ahead"},
		{"too long", "events.beds.bed", event(c, `"w4/A1"`, `"`+strings.Repeat("x", 60<<10)+`"`), 422, "place"},
		{"sound", "events.beds.bed", event(c), 0, ""},
		{"another under its id", "events.beds.bed", event(c, "staffing", "other"), 409, "used before"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := conn.Request(test.subject, []byte(test.body), 5*time.Second)
			require.NoError(t, err)
			var ack struct {
				Stream string
				Seq    uint64
				Error  struct {
					Code        int
					Description string
				}
			}
			require.NoError(t, json.Unmarshal(m.Data, &ack), string(m.Data))
			assert.Equal(t, test.code, ack.Error.Code, string(m.Data))
			assert.Contains(t, ack.Error.Description, test.says)
			assert.NotContains(t, string(m.Data), "QUARTERMAINE")
			assert.Equal(t, test.code == 0, ack.Seq > 0, string(m.Data))
		})
	}
	for _, subject := range []string{"log.beds.bed", "log.centre.clock", "$JS.API.STREAM.DELETE.EVENTS", "$JS.API.STREAM.PURGE.EVENTS"} {
		_, err := conn.Request(subject, []byte(event(c)), 200*time.Millisecond)
		assert.Error(t, err, "a producer reaches %s", subject)
	}
	c.isWell(t, c.dial(t), "9", "A2")
}
