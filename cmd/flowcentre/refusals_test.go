package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"flowcentre/streams"
)

// guarded is the county of the demonstration with a token for each feed: its id and dashes.
func guarded(t *testing.T) *centre {
	t.Helper()
	config, err := demoConfig(t.TempDir(), "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0")
	require.NoError(t, err)
	for i := range config.Feeds {
		f := &config.Feeds[i]
		f.TokenFile = filepath.Join(t.TempDir(), f.ID)
		require.NoError(t, os.WriteFile(f.TokenFile, []byte(tokenOf(f.ID)), 0o600))
	}
	c, err := startCentre(t.Context(), centreOptions{Config: config, Logger: slog.New(slog.DiscardHandler), Speed: 60, Start: demoStart, Simulated: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func tokenOf(feed string) string { return feed + strings.Repeat("-", 24) }

// TestDocumentedRefusalsHappen brings about every refusal of docs/events.md that a sender
// can: each answer has its kind and status, and is as openapi.yaml says. Those that need
// another machine, a full log or one that cannot write are brought about in streams.
func TestDocumentedRefusalsHappen(t *testing.T) {
	const (
		one   = "application/cloudevents+json"
		batch = "application/cloudevents-batch+json"
		good  = `{"specversion":"1.0","id":"r1","source":"wrh-clean","type":"flowcentre.bed.cleaned.v1","time":"2027-01-12T05:40:00Z","data":{"place":"wrh-w4/A1"}}`
	)
	changed := strings.NewReplacer("wrh-w4/A1", "wrh-w4/A2")
	open, closed := demonstration(t), guarded(t)
	for _, r := range []struct {
		kind         string
		c            *centre
		method, path string
		media, token string
		origin       string
		body         string
	}{
		{kind: "", c: open, media: one, body: good},
		{kind: "malformed", c: open, media: one, body: "{"},
		{kind: "malformed", c: open, media: batch, body: good},
		{kind: "no-token", c: closed, media: one, body: good},
		{kind: "bad-token", c: closed, media: one, token: "none", body: good},
		{kind: "foreign", c: closed, media: one, token: tokenOf("wrh-pas"), body: good},
		{kind: "no-feed", c: open, media: one, body: strings.Replace(good, "wrh-clean", "nobody", 1)},
		{kind: "no-feed", c: open, path: "/api/v1/hl7", media: "application/hl7-v2", body: "MSH|^~\\&|A|B|C|D|20270112055500||ADT^A01|1|P|2.4\r"},
		{kind: "method", c: open, method: http.MethodPut, media: one, body: good},
		{kind: "conflict", c: open, media: one, body: changed.Replace(good)},
		{kind: "too-large", c: open, media: one, body: strings.Replace(good, "wrh-w4/A1", strings.Repeat("x", 270_000), 1)},
		{kind: "content-type", c: open, media: "text/csv", body: good},
		{kind: "invalid", c: open, media: one, body: strings.Replace(good, "place", "surname", 1)},
		{kind: "empty", c: open, media: batch, body: "[]"},
		{kind: "list", c: open, path: "/api/v1/lists/ae?source=wrh-ae&place=wrh-ae", media: "text/csv", body: "visit,arrived,surname\n1,2027-01-12T05:40:00Z,x\n"},
		{
			kind: "no-effect", c: open, path: "/api/v1/decisions", media: "application/json",
			body: `{"id":"r2","type":"flowcentre.decision.bed-allocated.v1","data":{"request":"none","place":"wrh-w4/A1","role":"coordinator"}}`,
		},
		{kind: "foreign-origin", c: open, path: "/api/v1/decisions", media: "application/json", origin: "https://elsewhere.example", body: "{}"},
		{kind: "no-event", c: open, method: http.MethodGet, path: "/api/v1/events/999999"},
		{kind: "no-link", c: open, method: http.MethodGet, path: "/api/v1/places/AAAA"},
		{kind: "batch", c: open, media: batch, body: "[" + changed.Replace(good) + "]"},
	} {
		t.Run(r.kind, func(t *testing.T) {
			if r.path == "" {
				r.path = "/api/v1/events"
			}
			if r.method == "" {
				r.method = http.MethodPost
			}
			req, err := http.NewRequestWithContext(t.Context(), r.method, "http://"+r.c.httpAddr+r.path, strings.NewReader(r.body))
			require.NoError(t, err)
			req.Header.Set("Content-Type", r.media)
			if r.origin != "" {
				req.Header.Set("Origin", r.origin)
				req.Header.Set("Sec-Fetch-Site", "cross-site")
			}
			if r.token != "" {
				req.Header.Set("Authorization", "Bearer "+r.token)
			}
			resp, body := do(t, req)
			path, _, _ := strings.Cut(strings.NewReplacer("999999", "{seq}", "AAAA", "{token}").Replace(r.path), "?")
			method := r.method
			if method == http.MethodPut {
				method = http.MethodPost // it is among the answers to that
			}
			readContract(t, "openapi.yaml").describes(t, method, path, resp, body)
			if r.kind == "" {
				require.Equal(t, http.StatusAccepted, resp.StatusCode)
				return
			}
			var p streams.Problem
			require.NoError(t, json.Unmarshal(body, &p))
			require.Equal(t, urn+r.kind, p.Type)
			require.Equal(t, resp.StatusCode, p.Status)
			if codes := problems(t, "*.go")[r.kind]; codes != nil {
				require.Equal(t, codes, []int{p.Status})
			}
		})
	}
}
