package streams

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(raw)
}

func TestAnEventIsShownWithoutWhoItIsAbout(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	s := httpServer(t, d)
	names := []string{"A/B/1", "A/B/2", "A/B/3", "A/B/4"}
	for i, e := range []flow.Event{
		{Kind: flow.Admitted, Data: flow.Data{Patient: names[0], Also: []string{names[1]}, Visit: names[2], Place: "W4/A1", Class: flow.Inpatient, Sex: "male"}},
		{Kind: flow.VisitMoved, Data: flow.Data{Patient: names[0], FromPatient: names[1], FromVisit: names[2], Visit: names[3]}},
		{Kind: flow.Swapped, Data: flow.Data{Patient: names[0], Place: "W4/A1", Swap: &flow.SwapLeg{Patient: names[1], Visit: names[2], Place: "W4/A2"}}},
		{Kind: flow.CensusTaken, Data: flow.Data{Place: "W4", Census: []flow.CensusEntry{{Place: "W4/A1", Patient: names[0], Visit: names[1]}, {Place: "W4/A2"}}}},
		{Kind: flow.DischargeListTaken, Data: flow.Data{Place: "site/wrh", Leavers: []flow.DischargeEntry{{Patient: names[0], Visit: names[1], NCTR: start}}}},
		{Kind: flow.ListTaken, Data: flow.Data{Place: "ae", List: []flow.ListEntry{{Patient: names[0], Visit: names[1], Arrived: start}}}},
	} {
		e.ID, e.Feed, e.Happened = string(rune('a'+i)), "wrh", start
		require.NoError(t, d.Post(t.Context(), "wrh", []flow.Event{e})[0].Err)
		status, body := get(t, s.URL+"/api/v1/events/"+string(rune('1'+i)))
		require.Equal(t, http.StatusOK, status, body)
		for _, name := range names {
			assert.NotContains(t, body, d.keys.Patient(name))
			assert.NotContains(t, body, d.keys.Visit(name))
		}
		assert.Contains(t, body, hidden)
	}
	_, body := get(t, s.URL+"/api/v1/events/1")
	var shown map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &shown))
	assert.NotEmpty(t, shown["recorded"])
	delete(shown, "recorded")
	assert.Equal(t, map[string]any{
		"seq": 1., "id": "a", "feed": "wrh", "type": "flowcentre.bed.admitted.v1", "happened": start.String(),
		"data": map[string]any{"patient": "hidden", "also": []any{"hidden"}, "visit": "hidden", "place": "W4/A1", "class": "inpatient", "sex": "male"},
	}, shown)
	_, body = get(t, s.URL+"/api/v1/events/4")
	assert.Contains(t, body, `{"place":"W4/A2"}`, "a bed taken by somebody untold stays untold")
}

func TestNoSuchEvent(t *testing.T) {
	l := newTestLog(t)
	s := httpServer(t, newTestDoor(t, l))
	for _, seq := range []string{"0", "1", "-1", "99999999999", "99999999999999999999", "last", "1.5"} {
		status, body := get(t, s.URL+"/api/v1/events/"+seq)
		assert.Equal(t, http.StatusNotFound, status, seq)
		assert.Contains(t, body, "no-event")
	}
	response, a := post(t, s, "/api/v1/events/1", typeStructured, goodEvent)
	assert.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
	assert.Equal(t, "GET, HEAD", response.Header.Get("Allow"))
	assert.NotEmpty(t, a.Next)
	l.Close()
	status, body := get(t, s.URL+"/api/v1/events/1")
	assert.Equal(t, http.StatusServiceUnavailable, status, body)
}

func TestAnUnreadableEventIsShownAsUnknown(t *testing.T) {
	l := newTestLog(t)
	s := httpServer(t, newTestDoor(t, l))
	_, err := l.Append(t.Context(), []Pending{{Subject: "log.wrh.bed", Body: []byte("torn SEED")}})
	require.NoError(t, err)
	status, body := get(t, s.URL+"/api/v1/events/1")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, `"type":"unknown"`)
	assert.NotContains(t, body, "SEED")
}

// Every field of data whose name speaks of a patient or visit is one that is hidden.
func TestEveryIdentifierIsKnown(t *testing.T) {
	d := flow.Data{Also: make([]string, 1), Census: make([]flow.CensusEntry, 1), List: make([]flow.ListEntry, 1), Swap: &flow.SwapLeg{}}
	var named []string
	var fill func(v reflect.Value, path string)
	fill = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.Struct:
			for field, value := range v.Fields() {
				tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				fill(value, path+"."+tag)
			}
		case reflect.Slice:
			for i := range v.Len() {
				fill(v.Index(i), path+"[0]")
			}
		case reflect.Pointer:
			if !v.IsNil() {
				fill(v.Elem(), path)
			}
		case reflect.String:
			if last := path[strings.LastIndex(path, ".")+1:]; strings.Contains(last, "patient") || strings.Contains(last, "visit") || strings.HasPrefix(last, "also") {
				v.SetString("x")
				named = append(named, path)
			}
		}
	}
	fill(reflect.ValueOf(&d).Elem(), "data")
	var known []string
	note := func(_ *string, field string) { known = append(known, field) }
	eachIdentifier(&d, note, note)
	assert.Len(t, named, 11)
	assert.ElementsMatch(t, named, known)
}
