package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/streams"
)

// eventOf is the event of an example as the door's readers give it.
func eventOf(t *testing.T, header http.Header, body []byte) flow.Event {
	t.Helper()
	read := func() (flow.Event, error) { return streams.ReadStructured(body) }
	if header.Get("ce-specversion") != "" {
		read = func() (flow.Event, error) { return streams.ReadBinary(header.Get, body) }
	}
	e, err := read()
	require.NoError(t, err, "%s", body)
	require.NoError(t, e.Validate(), "%s", body)
	return e
}

// request is an example as it is sent: over HTTP, or over NATS where there is a subject.
type request struct {
	url, subject string
	header       http.Header
	body         []byte
}

// demonstration is the county of flowcentre demo, without its simulated producers.
func demonstration(t *testing.T) *centre { return demonstrationAt(t, 60) }

func demonstrationAt(t *testing.T, speed float64) *centre {
	t.Helper()
	config, err := demoConfig(t.TempDir(), "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0")
	require.NoError(t, err)
	c, err := startCentre(t.Context(), centreOptions{Config: config, Logger: slog.New(slog.DiscardHandler), Speed: speed, Start: demoStart, Simulated: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// send sends an example to the centre, in place of the demonstration's addresses, and
// requires that it is in the log. It returns the last sequence.
func (r *request) send(t *testing.T, c *centre) (last uint64) {
	t.Helper()
	if r.subject != "" {
		conn, err := nats.Connect("nats://" + c.natsAddr)
		require.NoError(t, err)
		defer conn.Close()
		message := &nats.Msg{Subject: r.subject, Data: r.body, Header: nats.Header(r.header)}
		answer, err := conn.RequestMsgWithContext(t.Context(), message)
		require.NoError(t, err)
		var taken struct {
			Seq   uint64
			Error any
		}
		require.NoError(t, json.Unmarshal(answer.Data, &taken))
		require.Nil(t, taken.Error, "%s\n%s", r.body, answer.Data)
		return taken.Seq
	}
	if r.url == postDecisions {
		return r.decide(t, c)
	}
	url := strings.Replace(r.url, defaultHTTP, c.httpAddr, 1)
	if r.body == nil {
		resp, err := http.Get(url)
		require.NoError(t, err)
		resp.Body.Close()
		require.Equal(t, http.StatusOK, resp.StatusCode, url)
		return 0
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(string(r.body)))
	require.NoError(t, err)
	req.Header = r.header
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, resp.StatusCode, "%s\n%s", r.body, text)
	var answer struct {
		Results []streams.Answer
		streams.ListAnswer
	}
	require.NoError(t, json.Unmarshal(text, &answer))
	if r.url == postList || r.url == postLeavers {
		readContract(t, "openapi.yaml").describes(t, http.MethodPost, req.URL.Path, resp, text)
		require.Equal(t, answer.Rows, answer.Taken, "%s", text)
		return answer.Seq
	}
	require.NotEmpty(t, answer.Results)
	for _, result := range answer.Results {
		require.Nil(t, result.Error, "%s\n%s", r.body, text)
		require.False(t, result.Duplicate, "%s: give each example an id of its own", result.ID)
		last = result.Seq
	}
	return last
}

// fireExample tells of the alert that the examples are about.
func fireExample(t *testing.T, c *centre) {
	t.Helper()
	body, err := json.Marshal(readContract(t, "openapi.yaml").example("/api/v1/alertmanager"))
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+c.httpAddr+"/api/v1/alertmanager", bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	resp, text := do(t, req)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s", text)
	readContract(t, "openapi.yaml").describes(t, http.MethodPost, "/api/v1/alertmanager", resp, text)
}

// decide sends a decision and requires that it is in effect. One that settles a
// contradiction settles whichever is open.
func (r *request) decide(t *testing.T, c *centre) uint64 {
	t.Helper()
	var e map[string]any
	require.NoError(t, json.Unmarshal(r.body, &e))
	if e["type"] == flow.ContradictionSettled.String() {
		require.Eventually(t, func() bool { return len(c.view().Contradictions) > 0 }, 20*time.Second, 10*time.Millisecond)
		e["data"].(map[string]any)["item"] = c.view().Contradictions[0].ID
	}
	if item, _ := e["data"].(map[string]any)["item"].(string); strings.HasPrefix(item, "3f2a9c01d4e5b677") {
		fireExample(t, c)
	}
	if e["type"] == flow.AlertShelved.String() { // for an hour at most from now, and the clock of the test runs fast
		e["data"].(map[string]any)["until"] = c.view().At.Add(30 * time.Minute)
	}
	body, err := json.Marshal(e)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, strings.Replace(r.url, defaultHTTP, c.httpAddr, 1), bytes.NewReader(body))
	require.NoError(t, err)
	req.Header = r.header
	resp, text := do(t, req)
	readContract(t, "openapi.yaml").describes(t, http.MethodPost, "/api/v1/decisions", resp, text)
	require.Equal(t, http.StatusAccepted, resp.StatusCode, "%s\n%s", body, text)
	var answer streams.Answer
	require.NoError(t, json.Unmarshal(text, &answer))
	require.Equal(t, "in effect", answer.Outcome, "%s\n%s", body, text)
	return answer.Seq
}

const (
	postEvents    = "http://" + defaultHTTP + "/api/v1/events"
	postDecisions = "http://" + defaultHTTP + "/api/v1/decisions"
	postLeavers   = "http://" + defaultHTTP + "/api/v1/lists/discharge?source=wrh-discharge&place=site/wrh"
	postList      = "http://" + defaultHTTP + "/api/v1/lists/ae?source=wrh-ae&place=wrh-ae"
)

func structured(body []byte) request {
	return request{url: postEvents, header: http.Header{"Content-Type": {"application/cloudevents+json"}}, body: body}
}

var fence = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

// word is one of a shell command: quoted, or up to the next space.
var word = regexp.MustCompile(`'([^']*)'|([^\s\\]+)`)

// shellLine reads a line of curl or nats as the guide writes them.
func shellLine(t *testing.T, text string) request {
	t.Helper()
	r := request{header: http.Header{}}
	var words []string
	for _, m := range word.FindAllStringSubmatch(text, -1) {
		words = append(words, m[1]+m[2])
	}
	program, words := words[0], words[1:]
	for len(words) > 0 {
		switch next := words[0]; {
		case program == "curl" && next == "-s":
		case program == "curl" && next == "-H":
			name, value, ok := strings.Cut(words[1], ": ")
			require.True(t, ok, words[1])
			r.header.Set(name, value)
			words = words[1:]
		case program == "curl" && next == "-d":
			r.body, words = []byte(words[1]), words[1:]
		case program == "curl" && strings.HasPrefix(next, "http://"+defaultHTTP+"/"):
			r.url = next
		case program == "nats" && next == "-s":
			require.Equal(t, "nats://"+defaultNATS, words[1])
			words = words[1:]
		case program == "nats" && (next == "req" || next == "pub"):
			r.subject, r.body, words = words[1], []byte(words[2]), words[2:]
		default:
			require.Fail(t, "not understood", "%q of: %s", next, text)
		}
		words = words[1:]
	}
	return r
}

// guide is every example of events.md, in its order.
func guide(t *testing.T) (all []request) {
	t.Helper()
	for _, block := range fence.FindAllStringSubmatch(readDocs(t, "events.md"), -1) {
		switch block[1] {
		case "json":
			all = append(all, structured([]byte(block[2])))
		case "sh":
			all = append(all, shellLine(t, block[2]))
		case "ndjson": // those of asyncapi.yaml
		default:
			require.Equal(t, "text", block[1], "an example is json, ndjson or sh, an answer text")
		}
	}
	require.Greater(t, len(all), 5)
	return all
}

// examples is every example of asyncapi.yaml, each as the kind of fact whose it is, in the
// order in which they happened: they tell a morning's story.
func (a *asyncAPI) examples(t *testing.T) (all []request) {
	t.Helper()
	at := map[*byte]capacity.Instant{}
	for _, m := range a.told(t) {
		for _, example := range m.Examples {
			body, err := json.Marshal(example.Payload)
			require.NoError(t, err)
			r := structured(body)
			if len(example.Headers) > 0 {
				r.header = http.Header{}
				for name, value := range example.Headers {
					r.header.Set(name, value)
				}
			}
			e := eventOf(t, r.header, body)
			require.Equal(t, m.Name, e.Kind.String())
			if e.Feed == flow.Desk {
				r.url, r.header = postDecisions, http.Header{"Content-Type": {"application/json"}}
			} else {
				r.subject = "events." + e.Feed + "." + e.Kind.Spec().Family()
			}
			all, at[&body[0]] = append(all, r), e.Happened
		}
	}
	slices.SortStableFunc(all, func(a, b request) int { return cmp.Compare(at[&a.body[0]], at[&b.body[0]]) })
	return all
}

// examples is every example of what is posted in openapi.yaml.
func (o *openAPI) examples(t *testing.T) (all []request) {
	t.Helper()
	for media, content := range o.Paths["/api/v1/events"]["post"].RequestBody.Content {
		body, err := json.Marshal(content.Example)
		require.NoError(t, err)
		r := request{url: postEvents, header: http.Header{"Content-Type": {media}}, body: body}
		if media == "application/json" {
			for name, value := range map[string]string{"specversion": "1.0", "id": "openapi-binary", "source": "wrh-clean", "type": flow.Cleaned.String(), "time": demoStart.String()} {
				r.header.Set("ce-"+name, value)
			}
		}
		all = append(all, r)
	}
	for media, content := range o.Paths["/api/v1/hl7"]["post"].RequestBody.Content {
		if media == "application/hl7-v2" { // the others have the same
			body, ok := content.Example.(string)
			require.True(t, ok)
			all = append(all, request{url: "http://" + defaultHTTP + "/api/v1/hl7?feed=wrh-pas", header: http.Header{"Content-Type": {media}}, body: []byte(body)})
		}
	}
	for media, content := range o.Paths["/api/v1/decisions"]["post"].RequestBody.Content {
		body, err := json.Marshal(content.Example)
		require.NoError(t, err)
		all = append(all, request{url: postDecisions, header: http.Header{"Content-Type": {media}}, body: body})
	}
	for path, address := range map[string]string{"/api/v1/lists/ae": postList, "/api/v1/lists/discharge": postLeavers} {
		for media, content := range o.Paths[path]["post"].RequestBody.Content {
			text, ok := content.Example.(string)
			if !ok {
				body, err := json.Marshal(content.Example)
				require.NoError(t, err)
				text = string(body)
			}
			all = append(all, request{url: address, header: http.Header{"Content-Type": {media}}, body: []byte(text)})
		}
	}
	require.Len(t, all, 9)
	return all
}

// TestTheExamplesWork sends every example of the documents to the county of the
// demonstration: all are taken, and none names a place that nobody knows.
func TestTheExamplesWork(t *testing.T) {
	sent := slices.Concat(guide(t), readAsyncAPI(t).examples(t), readOpenAPI(t).examples(t))
	for _, r := range sent {
		if r.url == postEvents && r.header.Get("Content-Type") != "application/cloudevents-batch+json" || r.subject != "" {
			eventOf(t, r.header, r.body)
		}
	}
	c := demonstrationAt(t, 600)
	var last uint64
	for _, r := range sent {
		last = max(last, r.send(t, c))
	}
	require.NoError(t, c.engine.Board().WaitFor(t.Context(), last))
	v := c.view()
	require.Empty(t, v.Held)
	lounge := v.Units[slices.IndexFunc(v.Units, func(u *flow.UnitView) bool { return u.ID == "wrh-lounge" })]
	require.True(t, lounge.Known, "the census tells who is there")
}
