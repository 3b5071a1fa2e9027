package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/configs"
	"flowcentre/dashboard"
	"flowcentre/flow"
	"flowcentre/streams"
	"flowcentre/streams/county"
)

// TestExamplesFitTheirSchemas: each example of asyncapi.yaml, in whole form and as an
// item of what may be posted.
func TestExamplesFitTheirSchemas(t *testing.T) {
	doc, events, api := readAsyncAPI(t), readContract(t, "asyncapi.yaml"), readContract(t, "openapi.yaml")
	for _, m := range doc.told(t) {
		for _, example := range m.Examples {
			text, err := json.Marshal(example.Payload)
			require.NoError(t, err)
			if len(example.Headers) > 0 {
				events.holds(t, text, "components", "messages", doc.message(t, m.Name), "payload", "properties", "data")
				continue
			}
			events.holds(t, text, "components", "messages", doc.message(t, m.Name), "payload")
			api.holds(t, text, "components", "schemas", "Event")
		}
	}
}

// TestSchemaAndDoorAgree sends each example of asyncapi.yaml with one thing wrong, in
// every way, to a running centre: the door refuses what the schema refuses, and takes
// what it takes.
func TestSchemaAndDoorAgree(t *testing.T) {
	doc, events := readAsyncAPI(t), readContract(t, "asyncapi.yaml")
	c := demonstration(t)
	refused := 0
	for _, m := range doc.told(t) {
		schema := events.schema(t, "components", "messages", doc.message(t, m.Name), "payload")
		good := m.Examples[0].Payload.(map[string]any)
		address, media, needed := "/api/v1/events", "application/cloudevents-batch+json", []string{"specversion", "source", "type", "time", "data"}
		if good["source"] == flow.Desk {
			address, media, needed = "/api/v1/decisions", "application/json", []string{"type", "data"}
		}
		var batch []any
		mutant := func(change func(e map[string]any)) {
			e := maps.Clone(good)
			e["id"] = fmt.Sprintf("%s-%d", m.Name, len(batch))
			change(e)
			batch = append(batch, e)
		}
		for _, data := range mutants(good["data"]) {
			mutant(func(e map[string]any) { e["data"] = data })
		}
		for _, attribute := range needed {
			mutant(func(e map[string]any) { delete(e, attribute) })
		}
		for i, r := range c.tell(t, address, media, batch) {
			text, err := json.Marshal(batch[i])
			require.NoError(t, err)
			err = schema.Validate(parsed(t, text))
			if err != nil {
				refused++
			}
			taken := r.Error == nil || r.Error.Type == urn+"no-effect"
			assert.Equal(t, err == nil, taken, "%.600s\nthe schema says %v\nthe door says %+v", text, err, r.Error)
		}
	}
	require.Greater(t, refused, 500)
}

// tell posts events in batches, and gives what became of each.
func (c *centre) tell(t *testing.T, address, media string, events []any) (all []streams.Answer) {
	t.Helper()
	for part := range slices.Chunk(events, 20) {
		text, err := json.Marshal(part)
		require.NoError(t, err)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+c.httpAddr+address, bytes.NewReader(text))
		require.NoError(t, err)
		req.Header.Set("Content-Type", media)
		_, body := do(t, req)
		var answer struct{ Results []streams.Answer }
		require.NoError(t, json.Unmarshal(body, &answer))
		require.Len(t, answer.Results, len(part), "%s", body)
		all = append(all, answer.Results...)
	}
	return all
}

// TestTheCountySendsWhatIsDescribed: every event that the synthetic county sends in two
// days fits the schema of its message.
func TestTheCountySendsWhatIsDescribed(t *testing.T) {
	doc, events := readAsyncAPI(t), readContract(t, "asyncapi.yaml")
	play, err := county.New(county.Options{Layout: readText(t, string(configs.Worcestershire)).Layout, Seed: 1, Start: demoStart})
	require.NoError(t, err)
	schemas := map[string]*jsonschema.Schema{}
	for _, m := range doc.told(t) {
		schemas[m.Name] = events.schema(t, "components", "messages", doc.message(t, m.Name), "payload")
	}
	sent := map[string]int{}
	for m := play.Next(); m.At < demoStart.Add(48*time.Hour); m = play.Next() {
		if m.Protocol == county.MLLP {
			continue
		}
		var e struct{ Type string }
		require.NoError(t, json.Unmarshal(m.Body, &e))
		require.Contains(t, schemas, e.Type)
		require.NoError(t, schemas[e.Type].Validate(parsed(t, m.Body)), "%s", m.Body)
		sent[e.Type]++
	}
	for _, kind := range []string{"flowcentre.bed.census.v1", "flowcentre.bed.cleaned.v1", "flowcentre.feed.heartbeat.v1"} {
		require.NotZero(t, sent[kind], kind)
	}
	t.Log(sent)
}

// TestWhatIsAnsweredIsDescribed asks a running county for everything there is, in ways
// that succeed and ways that do not. Each answer is as openapi.yaml says.
func TestWhatIsAnsweredIsDescribed(t *testing.T) {
	api := readContract(t, "openapi.yaml")
	c := demonstration(t)
	require.NoError(t, c.simulate(county.Options{Seed: 1, Start: demoStart, Desk: true}))
	c.hasGone(t, 120)
	known := map[string][]string{
		"{id}": {"wrh", "wrh-w4", "wrh-ae", "none"}, "{site}": {"wrh", "none"}, "{unit}": {"wrh-w4", "none"}, "{measure}": {"beds_occupied"},
		"{name}": append(c.measures(), "none"), "{seq}": {"1", "400", "900", "1000000000", "x"},
	}
	queries := []string{"", "?min_seq=1", "?min_seq=x", "?at=2027-01-12T06:00:10Z", "?at=500", "?at=x", "?scope=site/wrh", "?scope=none"}
	asked, answered := 0, map[int]int{}
	for path, methods := range api.doc["paths"].(map[string]any) {
		if _, reads := methods.(map[string]any)["get"]; !reads || path == "/api/v1/stream" {
			continue
		}
		for _, address := range filled(path, known) {
			for _, query := range queries {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+c.httpAddr+address+query, nil)
				require.NoError(t, err)
				if asked++; asked%7 == 0 {
					req.Host = "elsewhere.example"
				}
				resp, body := do(t, req)
				api.describes(t, http.MethodGet, path, resp, body)
				answered[resp.StatusCode]++
				if tag := resp.Header.Get("ETag"); tag != "" && asked%5 == 0 {
					req.Header.Set("If-None-Match", tag)
					resp, body := do(t, req)
					api.describes(t, http.MethodGet, path, resp, body)
				}
			}
		}
	}
	t.Log(answered)
	for _, status := range []int{http.StatusOK, http.StatusBadRequest, http.StatusNotFound, http.StatusMisdirectedRequest} {
		require.NotZero(t, answered[status], status)
	}
}

// filled are the addresses of a path, its parameter replaced by each known value.
func filled(path string, known map[string][]string) []string {
	for parameter, values := range known {
		if !strings.Contains(path, parameter) {
			continue
		}
		var all []string
		for _, value := range values {
			all = append(all, strings.Replace(path, parameter, value, 1))
		}
		return all
	}
	return []string{path}
}

func do(t *testing.T, req *http.Request) (*http.Response, []byte) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, body
}

// hasGone waits until the centre has applied a number of events.
func (c *centre) hasGone(t *testing.T, seq uint64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	require.NoError(t, c.engine.Board().WaitFor(ctx, seq))
}

// measures are the names of the measures that the system has.
func (c *centre) measures() []string {
	for _, m := range c.view().Measures {
		if m.ID == "system" {
			return slices.Sorted(maps.Keys(m.Values))
		}
	}
	return nil
}

// TestFramesAreDescribed follows the WebSocket of a running county: each frame is as
// openapi.yaml says.
func TestFramesAreDescribed(t *testing.T) {
	api := readContract(t, "openapi.yaml")
	frames, _ := api.at("paths", "/api/v1/stream", "get", "x-websocket", "frames").(map[string]any)
	c := demonstration(t)
	closed := make(chan error, 1)
	dialer := websocket.Dialer{Subprotocols: []string{dashboard.Protocol}}
	conn, resp, err := dialer.DialContext(t.Context(), "ws://"+c.httpAddr+"/api/v1/stream", nil)
	require.NoError(t, err)
	resp.Body.Close()
	defer conn.Close()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(60*time.Second)))
	require.NoError(t, c.simulate(county.Options{Seed: 1, Start: demoStart, Desk: true}))
	seen := map[string]int{}
	closing := false
	for len(seen) < len(frames) || seen["delta"] < 20 {
		_, frame, err := conn.ReadMessage()
		require.NoError(t, err, "%v", seen)
		var is struct{ Type string }
		require.NoError(t, json.Unmarshal(frame, &is))
		require.Contains(t, frames, is.Type)
		api.holds(t, frame, "paths", "/api/v1/stream", "get", "x-websocket", "frames", is.Type)
		if seen[is.Type]++; seen["hb"] > 0 && seen["delta"] >= 20 && !closing {
			closing = true
			go func() { closed <- c.Close() }()
			defer func() { require.NoError(t, <-closed) }()
		}
	}
}
