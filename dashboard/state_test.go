package dashboard

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

// answered is a response whose body is read.
type answered struct {
	*http.Response
	body string
}

func get(t require.TestingT, url string, header http.Header) answered {
	return ask(t, http.MethodGet, url, header)
}

func ask(t require.TestingT, method, url string, header http.Header) answered {
	r, err := http.NewRequest(method, url, nil)
	require.NoError(t, err)
	if header != nil {
		r.Header = header
		r.Host = header.Get("Host")
	}
	client := http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}, Timeout: patience}
	response, err := client.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answered{response, string(body)}
}

func (a answered) requireProblem(t *testing.T, status int, kind string) {
	t.Helper()
	require.Equal(t, status, a.StatusCode, a.body)
	require.Equal(t, "application/problem+json", a.Header.Get("Content-Type"))
	var p struct {
		Type, Title string
		Status      int
	}
	require.NoError(t, json.Unmarshal([]byte(a.body), &p))
	require.Equal(t, "urn:flowcentre:problem:"+kind, p.Type)
	require.Equal(t, status, p.Status)
	require.NotEmpty(t, p.Title)
}

func TestTheStateIsTaggedByEpochAndSequence(t *testing.T) {
	c := newCounty("e1")
	s := open(t, c.view(), nil, nil)
	first := get(t, s.url+"/api/v1/state", nil)
	require.Equal(t, http.StatusOK, first.StatusCode)
	require.Equal(t, "application/json", first.Header.Get("Content-Type"))
	require.Equal(t, "no-cache", first.Header.Get("Cache-Control"))
	require.Equal(t, `"e1.10"`, first.Header.Get("ETag"))
	require.JSONEq(t, text(t, struct {
		Epoch  string `json:"epoch"`
		Seq    uint64 `json:"seq"`
		At     any    `json:"at"`
		Digest string `json:"digest"`
		shown
	}{"e1", 10, c.v.At, "d10", showing(&c.v).full()}), first.body)

	again := get(t, s.url+"/api/v1/state", http.Header{"If-None-Match": {`"e1.10"`}})
	require.Equal(t, http.StatusNotModified, again.StatusCode)
	require.Empty(t, again.body)

	c.tick()
	s.board.publish(c.view())
	require.Equal(t, `"e1.11"`, get(t, s.url+"/api/v1/state", http.Header{"If-None-Match": {`"e1.10"`}}).Header.Get("ETag"))
}

func TestPartsOfTheState(t *testing.T) {
	c := newCounty("e1")
	c.contradict(4)
	c.hold()
	for n := range demands {
		c.demand(n)
	}
	s := open(t, c.view(), nil, nil)
	for path, want := range map[string]any{
		"feeds":          map[string]any{"feeds": c.v.Feeds},
		"held":           map[string]any{"held": c.v.Held},
		"contradictions": map[string]any{"contradictions": c.v.Contradictions},
		"measures":       map[string]any{"definitions": definitions, "measures": c.v.Measures},
		"attendances":    map[string]any{"attendances": c.v.Attendances},
		"ambulances":     map[string]any{"ambulances": c.v.Ambulances},
		"requests":       map[string]any{"requests": c.v.Requests},
		"discharges":     map[string]any{"discharges": c.v.Discharges},
		"decisions":      map[string]any{"decisions": c.v.Decisions},
		"referrals":      map[string]any{"referrals": c.v.Referrals},
		"calls":          map[string]any{"calls": c.v.Calls},
		"transfers":      map[string]any{"transfers": c.v.Transfers},
		"statuses":       map[string]any{"statuses": c.v.Statuses},
		"agreements":     map[string]any{"agreements": c.v.Agreements},
		"escalation":     map[string]any{"levels": c.v.Levels},
		"alerts":         map[string]any{"alerts": c.v.Alerts, "rules": []any{}, "shifts": []any{}},
		"actions":        map[string]any{"actions": c.v.Actions},
		"meetings":       map[string]any{"meetings": c.v.Meetings},
		"units/alx-w7":   map[string]any{"unit": c.v.Units[6]},
		"sites/alx":      map[string]any{"site": c.v.Sites[1], "units": c.v.Units[4:]},
	} {
		t.Run(path, func(t *testing.T) {
			answer := get(t, s.url+"/api/v1/"+path, nil)
			require.Equal(t, http.StatusOK, answer.StatusCode)
			want := want.(map[string]any)
			want["epoch"], want["seq"], want["at"] = "e1", c.v.Seq, c.v.At
			require.JSONEq(t, text(t, want), answer.body)
		})
	}
	require.Len(t, definitions, len(capacity.Measures()))
	for _, path := range []string{"units/nowhere", "sites/nowhere", "nowhere"} {
		get(t, s.url+"/api/v1/"+path, nil).requireProblem(t, http.StatusNotFound, "not-found")
	}
	ask(t, http.MethodPut, s.url+"/api/v1/state", nil).requireProblem(t, http.StatusMethodNotAllowed, "method-not-allowed")
}

func TestAskingForASequenceWaitsForIt(t *testing.T) {
	c := newCounty("e1")
	s := open(t, c.view(), nil, func(d *Dashboard) { d.waitFor = patience })
	answers := make(chan answered, 1)
	go func() { answers <- get(t, s.url+fmt.Sprint("/api/v1/state?min_seq=", c.v.Seq+2), nil) }()
	later := newCounty("e1")
	for range 2 {
		later.changeUnit(1)
		select {
		case <-answers:
			require.Fail(t, "answered before the sequence was there")
		default:
		}
		s.board.publish(later.view())
	}
	answer := <-answers
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Equal(t, `"e1.12"`, answer.Header.Get("ETag"))
}

func TestAskingForWhatDoesNotComeEnds(t *testing.T) {
	s := open(t, newCounty("e1").view(), nil, func(d *Dashboard) { d.waitFor = 10 * time.Millisecond })
	get(t, s.url+"/api/v1/state?min_seq=11", nil).requireProblem(t, http.StatusGatewayTimeout, "not-applied")
	get(t, s.url+"/api/v1/state?min_seq=ten", nil).requireProblem(t, http.StatusBadRequest, "bad-parameter")
	close(s.board.stopped)
	get(t, s.url+"/api/v1/state?min_seq=11", nil).requireProblem(t, http.StatusServiceUnavailable, "not-applied")
}

func TestProbes(t *testing.T) {
	var live, ready error
	s := open(t, nil, func(o *Options) {
		o.Live = func() error { return live }
		o.Ready = func() error { return ready }
	}, nil)
	foreign := http.Header{"Host": {"flowcentre.pod.cluster"}}
	require.Equal(t, http.StatusOK, get(t, s.url+"/livez", foreign).StatusCode)
	get(t, s.url+"/readyz", foreign).requireProblem(t, http.StatusServiceUnavailable, "unavailable")
	get(t, s.url+"/api/v1/state", nil).requireProblem(t, http.StatusServiceUnavailable, "not-ready")

	s.board.publish(newCounty("e1").view())
	require.Equal(t, "ok\n", get(t, s.url+"/readyz", foreign).body)

	live, ready = errors.New("log: disk gone"), errors.New("engine: catching up")
	require.Contains(t, get(t, s.url+"/livez", nil).body, "disk gone")
	require.Contains(t, get(t, s.url+"/readyz", nil).body, "catching up")
}

func TestHostsAndHeaders(t *testing.T) {
	s := open(t, newCounty("e1").view(), func(o *Options) {
		o.Listen = "10.1.2.3:8080"
		o.AllowedOrigins = []string{"https://flow.example.nhs.uk", "no origin"}
	}, nil)
	for host, ok := range map[string]bool{
		"localhost:8080": true, "LOCALHOST": true, "127.0.0.1": true, "127.9.9.9:1": true, "[::1]:8080": true, "[::1]": true,
		"flow.example.nhs.uk": true, "Flow.Example.nhs.uk:443": true, "10.1.2.3:8080": true,
		"evil.example": false, "localhost.evil.example": false, "evil.localhost": false, "10.1.2.4:8080": false, "127.0.0.1.evil.example": false, "x.flow.example.nhs.uk": false,
	} {
		t.Run(host, func(t *testing.T) {
			answer := get(t, s.url+"/api/v1/state", http.Header{"Host": {host}})
			if ok {
				require.Equal(t, http.StatusOK, answer.StatusCode)
			} else {
				answer.requireProblem(t, http.StatusMisdirectedRequest, "unknown-host")
			}
			require.Equal(t, "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'", answer.Header.Get("Content-Security-Policy"))
			require.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"))
			require.Equal(t, "no-referrer", answer.Header.Get("Referrer-Policy"))
			require.Equal(t, "same-origin", answer.Header.Get("Cross-Origin-Opener-Policy"))
			require.Contains(t, answer.Header.Get("Permissions-Policy"), "geolocation=()")
		})
	}
}

func TestTheGuardKeepsForeignPagesFromActing(t *testing.T) {
	s := open(t, newCounty("e1").view(), func(o *Options) { o.AllowedOrigins = []string{"https://flow.example.nhs.uk"} }, nil)
	mux := http.NewServeMux()
	mux.Handle("POST /api/v1/events", s.Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })))
	server := serve(t, mux)
	post := func(header http.Header) int {
		return ask(t, http.MethodPost, server+"/api/v1/events", header).StatusCode
	}
	require.Equal(t, http.StatusAccepted, post(nil), "a producer")
	require.Equal(t, http.StatusAccepted, post(http.Header{"Origin": {"https://flow.example.nhs.uk"}, "Sec-Fetch-Site": {"cross-site"}}))
	require.Equal(t, http.StatusForbidden, post(http.Header{"Origin": {"https://evil.example"}}))
	require.Equal(t, http.StatusForbidden, post(http.Header{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}}))
	require.Equal(t, http.StatusMisdirectedRequest, post(http.Header{"Host": {"evil.example"}}))
}

func TestPagesAndFiles(t *testing.T) {
	files := fstest.MapFS{
		"index.html":                {Data: []byte("<!doctype html>")},
		"assets/app-5QX7QK3M.js":    {Data: []byte("let a = 1")},
		"assets/app-5QX7QK3M.js.gz": {Data: []byte("packed")},
		"assets/style.css":          {Data: []byte("b{}")},
		"assets/secret.key":         {Data: []byte("no type, not served")},
	}
	s := open(t, newCounty("e1").view(), func(o *Options) { o.Assets = files }, nil)
	for _, path := range []string{"/", "/sites/wrh", "/units/wrh-w1", "/feeds", "/units/nowhere"} {
		page := get(t, s.url+path, nil)
		require.Equal(t, http.StatusOK, page.StatusCode, path)
		require.Equal(t, "<!doctype html>", page.body)
		require.Equal(t, "no-cache", page.Header.Get("Cache-Control"))
		require.Equal(t, "text/html; charset=utf-8", page.Header.Get("Content-Type"))
		again := get(t, s.url+path, http.Header{"If-None-Match": {page.Header.Get("ETag")}})
		require.Equal(t, http.StatusNotModified, again.StatusCode)
	}
	for _, path := range []string{"/nothing", "/sites", "/sites/wrh/x", "/assets/", "/assets", "/assets/secret.key", "/assets/none.js", "/api/v1/nothing", "/api/", "/..%2fgo.mod"} {
		require.Equal(t, http.StatusNotFound, get(t, s.url+path, nil).StatusCode, path)
	}
	plain := get(t, s.url+"/assets/app-5QX7QK3M.js", nil)
	require.Equal(t, "let a = 1", plain.body)
	require.Equal(t, "public, max-age=31536000, immutable", plain.Header.Get("Cache-Control"))
	require.Equal(t, "Accept-Encoding", plain.Header.Get("Vary"))
	packed := get(t, s.url+"/assets/app-5QX7QK3M.js", http.Header{"Accept-Encoding": {"br, gzip"}})
	require.Equal(t, "packed", packed.body)
	require.Equal(t, "gzip", packed.Header.Get("Content-Encoding"))
	require.Equal(t, "text/javascript; charset=utf-8", packed.Header.Get("Content-Type"))
	require.NotEqual(t, plain.Header.Get("ETag"), packed.Header.Get("ETag"))
	require.Equal(t, "no-cache", get(t, s.url+"/assets/style.css", nil).Header.Get("Cache-Control"))

	bare := open(t, newCounty("e1").view(), nil, nil)
	get(t, bare.url+"/", nil).requireProblem(t, http.StatusServiceUnavailable, "no-front-end")
}
