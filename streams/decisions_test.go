package streams

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

const goodDecision = `{"id":"d1","type":"flowcentre.decision.bed-allocated.v1","data":{"request":"R1","place":"W4/A1","role":"coordinator","account":"night-desk"}}`

func decision(old, with string) string {
	if !strings.Contains(goodDecision, old) {
		panic(old)
	}
	return strings.Replace(goodDecision, old, with, 1)
}

// deskDoor is a door whose engine is a function.
func deskDoor(t *testing.T, l *Log, secret string, outcome func(context.Context, uint64) (string, string, error)) *Door {
	t.Helper()
	d, err := NewDoor(DoorOptions{
		Log: l, Keys: testKeys(t), Clock: NewClock(start, 1), Seen: newIndex(t, l).lookup, Logger: l.logger,
		Feeds: []Feed{{ID: "wrh"}}, DeskSecret: secret, Outcome: outcome,
	})
	require.NoError(t, err)
	t.Cleanup(d.Close)
	return d
}

// firstOnly is an engine in which only the event of sequence 1 has effect.
func firstOnly(_ context.Context, seq uint64) (refused, detail string, err error) {
	if seq == 1 {
		return "", "A1 is in a men's bay, and the patient is a woman.", nil
	}
	return "held", "W4/A1 is kept for request R1.", nil
}

func TestDecide(t *testing.T) {
	l := newTestLog(t)
	d := deskDoor(t, l, "", firstOnly)
	s := httpServer(t, d)

	response, a := post(t, s, "/api/v1/decisions", typeJSON, goodDecision)
	require.Equal(t, http.StatusAccepted, response.StatusCode, a.Detail)
	assert.JSONEq(t, `{"id":"d1","seq":1,"outcome":"in effect","warning":"A1 is in a men's bay, and the patient is a woman."}`, text(t, response))
	e := follow(t, l, 0, 1)[0].Event
	assert.Equal(t, flow.Desk, e.Feed)
	assert.Equal(t, flow.BedAllocated, e.Kind)
	assert.Equal(t, flow.Data{Request: "R1", Place: "W4/A1", Role: "coordinator", Account: "night-desk"}, e.Data)
	assert.Equal(t, e.Recorded, e.Happened, "without a time it is decided now")

	response, _ = post(t, s, "/api/v1/decisions", typeJSON, goodDecision)
	assert.JSONEq(t, `{"id":"d1","seq":1,"duplicate":true,"outcome":"in effect","warning":"A1 is in a men's bay, and the patient is a woman."}`, text(t, response), "the same again is a repeat, though its time is another")
	response, a = post(t, s, "/api/v1/decisions", typeJSON, decision("A1", "A2"))
	assert.Equal(t, http.StatusConflict, response.StatusCode)
	assert.True(t, strings.HasSuffix(a.Type, ":conflict"), a.Type)

	response, a = post(t, s, "/api/v1/decisions", typeStructured, decision("d1", "d2"))
	require.Equal(t, http.StatusConflict, response.StatusCode)
	assert.True(t, strings.HasSuffix(a.Type, ":no-effect"), a.Type)
	assert.Equal(t, "held", a.Code)
	assert.Equal(t, "W4/A1 is kept for request R1.", a.Detail)
	assert.EqualValues(t, 2, a.Seq, "it is logged all the same")

	response, a = post(t, s, "/api/v1/decisions", typeJSON, "["+goodDecision+","+decision("d1", "d3")+`,{"id":"d4"}]`)
	require.Equal(t, http.StatusAccepted, response.StatusCode)
	require.Len(t, a.Results, 3)
	assert.Equal(t, Answer{ID: "d1", Seq: 1, Duplicate: true, Outcome: inEffect, Warning: "A1 is in a men's bay, and the patient is a woman."}, a.Results[0])
	assert.Equal(t, "held", a.Results[1].Error.Code)
	assert.Equal(t, "type", a.Results[2].Error.Field)
	response, a = post(t, s, "/api/v1/decisions", typeBatch, "["+decision("d1", "d5")+"]")
	assert.Equal(t, http.StatusConflict, response.StatusCode, "none of them has effect")
	assert.Len(t, a.Results, 1)

	for kind, data := range map[string]string{
		"decision.allocation-ended":      `{"request":"R1","role":"coordinator"}`,
		"decision.contradiction-settled": `{"item":"c1","reason":"seen","role":"coordinator"}`,
		"bed.closed":                     `{"place":"W4/A1","reason":"staffing","role":"coordinator","account":"night-desk"}`,
		"bed.opened":                     `{"place":"W4/A1","role":"coordinator","account":"night-desk"}`,
		"bed.cleaned":                    `{"place":"W4/A1","role":"domestic","account":"night-desk"}`,
		"feed.outage-planned":            `{"until":"2027-01-12T06:00:00Z","about":"wrh","role":"coordinator"}`,
		"feed.figure-reported":           `{"figure":{"measure":"ae_in_department","scope":"site/wrh","value":41,"how":"phone"},"role":"coordinator"}`,
	} {
		response, a := post(t, s, "/api/v1/decisions", typeJSON,
			`{"id":"`+kind+`","time":"2027-01-12T03:59:00Z","type":"flowcentre.`+kind+`.v1","data":`+data+`}`)
		assert.Equal(t, "held", a.Code, "%s: %d %s", kind, response.StatusCode, a.Detail)
	}
}

func TestDecisionsRefused(t *testing.T) {
	l := newTestLog(t)
	s := httpServer(t, deskDoor(t, l, "", firstOnly))
	for title, c := range map[string]struct {
		contentType, body string
		status            int
		field             string
	}{
		"not JSON":            {typeJSON, `{`, 400, ""},
		"nothing":             {typeJSON, ``, 400, ""},
		"half a list":         {typeJSON, `[` + goodDecision, 400, ""},
		"an empty list":       {typeJSON, `[]`, 422, ""},
		"null":                {typeJSON, `null`, 400, ""},
		"another version":     {typeJSON, decision(`{"id"`, `{"specversion":"0.3","id"`), 422, "specversion"},
		"a feed's":            {typeJSON, decision(`{"id"`, `{"source":"wrh","id"`), 403, "source"},
		"no id":               {typeJSON, decision(`"id":"d1",`, ``), 422, "id"},
		"no role":             {typeJSON, decision(`"role":"coordinator",`, ``), 422, "data.role"},
		"a name for role":     {typeJSON, decision(`"coordinator"`, `"Ann Other"`), 422, "data.role"},
		"a closure of no one": {typeJSON, `{"id":"c","type":"flowcentre.bed.closed.v1","data":{"place":"W4/A1","reason":"staffing"}}`, 422, "data.role"},
		"an admission":        {typeJSON, `{"id":"c","type":"flowcentre.bed.admitted.v1","data":{"patient":"A/B/1"}}`, 422, "type"},
		"a heartbeat":         {typeJSON, `{"id":"c","type":"flowcentre.feed.heartbeat.v1","data":{"counter":1}}`, 422, "type"},
		"a tick":              {typeJSON, `{"id":"c","type":"flowcentre.clock.tick.v1"}`, 422, "type"},
		"an unknown type":     {typeJSON, decision("bed-allocated", "bed-sold"), 422, "type"},
		"the future":          {typeJSON, decision(`"type"`, `"time":"2027-01-12T05:00:00Z","type"`), 422, "time"},
		"a field too many":    {typeJSON, decision(`"request"`, `"patient":"A/B/1","request"`), 422, "data.patient"},
		"text":                {"text/plain", goodDecision, 415, ""},
		"too large":           {typeJSON, strings.Repeat(" ", MaxBody+1), 413, ""},
	} {
		t.Run(title, func(t *testing.T) {
			response, a := post(t, s, "/api/v1/decisions", c.contentType, c.body)
			assert.Equal(t, c.status, response.StatusCode, a.Detail)
			assert.Equal(t, c.field, a.Field, a.Detail)
			assert.NotEmpty(t, a.Detail)
			assert.NotEmpty(t, a.Next)
			assert.NotContains(t, a.Detail, "Ann")
		})
	}
	assert.Zero(t, last(t, l))
}

// Only a person at the desk decides: no feed can say it does, or is of that name.
func TestNobodyElseDecides(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	s := httpServer(t, d)
	asEvent := decision(`{"id"`, `{"specversion":"1.0","time":"2027-01-12T04:00:00Z","source":"desk","id"`)
	_, a := post(t, s, "/api/v1/events", typeStructured, asEvent)
	assert.Equal(t, http.StatusForbidden, a.Status)
	_, a = post(t, s, "/api/v1/events", typeStructured, strings.Replace(asEvent, `"desk"`, `"wrh"`, 1))
	assert.Equal(t, http.StatusUnprocessableEntity, a.Status)
	assert.Contains(t, a.Detail, "/api/v1/decisions")
	_, a = post(t, s, "/api/v1/hl7?feed=desk", "text/plain", admission("1"))
	assert.Equal(t, http.StatusForbidden, a.Status)
	r := d.Post(t.Context(), flow.Desk, []flow.Event{cleaned(flow.Desk, "1")})
	require.ErrorIs(t, r[0].Err, ErrNoFeed)
	assert.Zero(t, last(t, l))

	_, err := newFeeds([]Feed{{ID: flow.Desk}})
	require.ErrorContains(t, err, "choose another")
	_, err = NewDoor(DoorOptions{Feeds: []Feed{{ID: "wrh", Secret: "the same"}}, DeskSecret: "the same"})
	require.ErrorContains(t, err, "the same secret")
}

func TestDecisionsOverNATS(t *testing.T) {
	l, _, conn := gateway(t)
	m, err := conn.Request("events.desk.decision", []byte(decision(`{"id"`, `{"specversion":"1.0","time":"2027-01-12T04:00:00Z","source":"desk","id"`)), 5*time.Second)
	require.NoError(t, err)
	assert.Contains(t, string(m.Data), `"code":403`)
	assert.Zero(t, last(t, l))
}

func TestWhoMayDecide(t *testing.T) {
	open := deskDoor(t, newTestLog(t), "", firstOnly)
	s := httpServer(t, open)
	for _, headers := range [][]string{{"Host", "evil.example"}, {"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		response, _ := post(t, s, "/api/v1/decisions", typeJSON, goodDecision, headers...)
		assert.Equal(t, http.StatusForbidden, response.StatusCode, headers)
	}
	response, _ := post(t, s, "/api/v1/decisions", typeJSON, goodDecision, "Sec-Fetch-Site", "same-origin")
	assert.Equal(t, http.StatusAccepted, response.StatusCode)
	recorder := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/api/v1/decisions", strings.NewReader(goodDecision))
	request.Header.Set("Content-Type", typeJSON)
	open.Handler().ServeHTTP(recorder, request) // from 192.0.2.1
	assert.Equal(t, http.StatusForbidden, recorder.Code)

	s = httpServer(t, deskDoor(t, newTestLog(t), "secret of the desk", firstOnly))
	for token, want := range map[string]int{"": 401, "Bearer secret": 401, "Bearer secret of the desk": 202, "Basic secret of the desk": 401} {
		response, _ := post(t, s, "/api/v1/decisions", typeJSON, goodDecision, "Authorization", token)
		assert.Equal(t, want, response.StatusCode, token)
	}
	response, _ = post(t, s, "/api/v1/decisions", typeJSON, goodDecision, "Authorization", "Bearer secret of the desk", "Sec-Fetch-Site", "cross-site")
	assert.Equal(t, http.StatusForbidden, response.StatusCode, "a page of another site, whatever it shows")
}

// What becomes of a decision that nobody can tell is told so, and not as an effect.
func TestUnknownOutcome(t *testing.T) {
	for title, outcome := range map[string]func(context.Context, uint64) (string, string, error){
		"an engine that stopped": func(context.Context, uint64) (string, string, error) { return "", "", errors.New("stopped") },
		"no engine":              nil,
	} {
		t.Run(title, func(t *testing.T) {
			s := httpServer(t, deskDoor(t, newTestLog(t), "", outcome))
			response, _ := post(t, s, "/api/v1/decisions", typeJSON, goodDecision)
			assert.Equal(t, http.StatusAccepted, response.StatusCode)
			assert.JSONEq(t, `{"id":"d1","seq":1,"outcome":"unknown"}`, text(t, response))
		})
	}
	d := &Door{outcome: func(ctx context.Context, _ uint64) (string, string, error) {
		<-ctx.Done()
		return "", "", ctx.Err()
	}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	answers := []Answer{{ID: "1", Seq: 1}, {ID: "2", Seq: 2}}
	d.outcomes(ctx, answers)
	assert.Equal(t, []Answer{{ID: "1", Seq: 1, Outcome: unknown}, {ID: "2", Seq: 2, Outcome: unknown}}, answers)
}
