package streams

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

const goodEvent = `{"specversion":"1.0","id":"1","source":"wrh","type":"flowcentre.bed.cleaned.v1","time":"2027-01-12T04:00:00Z","data":{"place":"W4/A1"}}`

func variant(old, with string) string {
	if !strings.Contains(goodEvent, old) {
		panic(old)
	}
	return strings.Replace(goodEvent, old, with, 1)
}

type answerBody struct {
	Results []Answer `json:"results"`
	Problem
}

func post(t *testing.T, server *httptest.Server, path, contentType, body string, headers ...string) (*http.Response, answerBody) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", contentType)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			request.Host = headers[i+1]
		}
	}
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	response.Body = io.NopCloser(bytes.NewReader(raw))
	var a answerBody
	if strings.Contains(response.Header.Get("Content-Type"), "json") {
		var problem struct {
			Problem
			Results []Answer `json:"results"`
		}
		require.NoError(t, json.Unmarshal(raw, &problem), string(raw))
		a.Problem, a.Results = problem.Problem, problem.Results
	}
	return response, a
}

// text is the body of a response that post has read.
func text(t *testing.T, response *http.Response) string {
	t.Helper()
	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(raw)
}

func httpServer(t *testing.T, d *Door) *httptest.Server {
	s := httptest.NewServer(d.Handler())
	t.Cleanup(s.Close)
	return s
}

func TestPostEvent(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	s := httpServer(t, d)

	response, a := post(t, s, "/api/v1/events", typeStructured+"; charset=utf-8", goodEvent)
	require.Equal(t, http.StatusAccepted, response.StatusCode)
	assert.Equal(t, []Answer{{ID: "1", Seq: 1}}, a.Results)
	_, a = post(t, s, "/api/v1/events", typeStructured, goodEvent)
	assert.Equal(t, []Answer{{ID: "1", Seq: 1, Duplicate: true}}, a.Results)

	response, a = post(t, s, "/api/v1/events", "application/json", `{"place":"W4/A2"}`,
		"ce-specversion", "1.0", "ce-id", "b%201", "ce-source", "wrh", "ce-type", "flowcentre.bed.cleaned.v1", "ce-time", "2027-01-12T05:00:00%2B01:00")
	require.Equal(t, http.StatusAccepted, response.StatusCode, a.Detail)
	e := follow(t, l, 1, 1)[0].Event
	assert.Equal(t, "b 1", e.ID)
	assert.Equal(t, start, e.Happened)

	response, a = post(t, s, "/api/v1/events", typeBatch, "["+goodEvent+","+variant(`"1"`, `"2"`)+","+variant("W4", "W5")+`,{}]`)
	require.Equal(t, http.StatusAccepted, response.StatusCode)
	require.Len(t, a.Results, 4)
	assert.True(t, a.Results[0].Duplicate)
	assert.EqualValues(t, 3, a.Results[1].Seq)
	assert.Equal(t, http.StatusConflict, a.Results[2].Error.Status)
	assert.EqualValues(t, 1, a.Results[2].Error.Seq)
	assert.Equal(t, http.StatusUnprocessableEntity, a.Results[3].Error.Status)
	assert.EqualValues(t, 3, last(t, l))
}

func TestPostEventRefused(t *testing.T) {
	l := newTestLog(t)
	s := httpServer(t, newTestDoor(t, l))
	long := `"place":"` + strings.Repeat("x", MaxPayload) + `"`
	for title, c := range map[string]struct {
		contentType, body string
		status            int
		field             string
	}{
		"not JSON":              {typeStructured, `{`, 400, ""},
		"nothing":               {typeStructured, ``, 400, ""},
		"two values":            {typeStructured, goodEvent + goodEvent, 400, ""},
		"trailing bytes":        {typeStructured, goodEvent + "x", 400, ""},
		"an array":              {typeStructured, "[]", 400, ""},
		"null":                  {typeStructured, "null", 400, ""},
		"a key twice":           {typeStructured, variant(`"id":"1"`, `"id":"1","id":"2"`), 400, ""},
		"a key twice in data":   {typeStructured, variant(`"place":"W4/A1"`, `"place":"a","place":"b"`), 400, ""},
		"nested deep":           {typeStructured, variant(`"W4/A1"`, strings.Repeat("[", 50)+strings.Repeat("]", 50)), 400, ""},
		"a batch of no array":   {typeBatch, goodEvent, 400, ""},
		"a batch cut off":       {typeBatch, "[" + goodEvent, 400, ""},
		"an empty batch":        {typeBatch, "[]", 422, ""},
		"another specversion":   {typeStructured, variant(`"1.0"`, `"0.3"`), 422, "specversion"},
		"no id":                 {typeStructured, variant(`"id":"1",`, ``), 422, "id"},
		"a number for id":       {typeStructured, variant(`"id":"1"`, `"id":1`), 422, "id"},
		"an unknown type":       {typeStructured, variant("cleaned", "polished"), 422, "type"},
		"the centre's type":     {typeStructured, variant("flowcentre.bed.cleaned.v1", "flowcentre.clock.tick.v1"), 422, "type"},
		"no time":               {typeStructured, variant(`"time":"2027-01-12T04:00:00Z",`, ``), 422, "time"},
		"a bad time":            {typeStructured, variant("2027-01-12T04:00:00Z", "yesterday"), 422, "time"},
		"the future":            {typeStructured, variant("2027-01-12T04:00:00Z", "2027-01-12T05:00:00Z"), 422, "time"},
		"no place":              {typeStructured, variant(`"place":"W4/A1"`, ``), 422, "data.place"},
		"a patient's name":      {typeStructured, variant(`"place"`, `"patient_name":"Smith","place"`), 422, "data.patient_name"},
		"a key in capitals":     {typeStructured, variant(`"place"`, `"Place"`), 422, "data.Place"},
		"a field of another":    {typeStructured, variant(`"place"`, `"reason":"x","place"`), 422, "data.reason"},
		"a number for a place":  {typeStructured, variant(`"W4/A1"`, `4`), 422, "data.place"},
		"data as text":          {typeStructured, variant(`{"place":"W4/A1"}`, `"x"`), 422, "data"},
		"data in base64":        {typeStructured, variant(`"data":{"place":"W4/A1"}`, `"data_base64":"e30="`), 422, "data_base64"},
		"data in XML":           {typeStructured, variant(`"id"`, `"datacontenttype":"text/xml","id"`), 422, "datacontenttype"},
		"broken UTF-8":          {typeStructured, variant("W4", "W\xff"), 422, "data.place"},
		"too large":             {typeStructured, variant(`"place":"W4/A1"`, long), 413, ""},
		"a large batch":         {typeBatch, "[" + strings.Repeat(goodEvent+",", 10_000) + goodEvent + "]", 413, ""},
		"XML":                   {"text/xml", "<x/>", 415, ""},
		"JSON without headers":  {"application/json", `{}`, 415, ""},
		"an unknown feed":       {typeStructured, variant(`"wrh"`, `"nobody"`), 403, "source"},
		"the centre":            {typeStructured, variant(`"wrh"`, `"centre"`), 403, "source"},
		"a bad due time":        {typeStructured, `{"specversion":"1.0","id":"1","source":"wrh","type":"flowcentre.bed.discharge-expected.v1","time":"2027-01-12T04:00:00Z","data":{"patient":"A/B/1","due":"soon"}}`, 422, "data.due"},
		"a batch, none of use":  {typeBatch, "[" + variant(`"1.0"`, `"2"`) + "]", 422, ""},
		"a batch, all of noone": {typeBatch, "[" + variant(`"wrh"`, `"nobody"`) + "]", 403, ""},
	} {
		t.Run(title, func(t *testing.T) {
			response, a := post(t, s, "/api/v1/events", c.contentType, c.body)
			require.Equal(t, c.status, response.StatusCode, a.Detail)
			assert.Equal(t, "application/problem+json", response.Header.Get("Content-Type"))
			assert.Equal(t, c.status, a.Status)
			assert.NotEmpty(t, a.Type)
			assert.NotEmpty(t, a.Title)
			assert.NotEmpty(t, a.Detail)
			assert.NotEmpty(t, a.Next)
			assert.Equal(t, c.field, a.Field)
		})
	}
	response, err := http.Get(s.URL + "/api/v1/events")
	require.NoError(t, err)
	response.Body.Close()
	assert.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
	assert.Zero(t, last(t, l), "nothing logged")
}

func TestRefusalsInTheLogQuoteNobody(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	s := httpServer(t, d)
	for _, body := range []string{
		variant(`"place"`, `"smith":1,"place"`),
		variant(`"place"`, `"Smith":1,"place"`),
		variant("2027-01-12T04:00:00Z", "smith"),
		variant(`"W4/A1"`, `{"smith":1}`),
		`{"smith`,
	} {
		response, _ := post(t, s, "/api/v1/events", typeBatch, "["+goodEvent+","+body+"]")
		_ = response
	}
	d.Report(t.Context(), start)
	for _, e := range follow(t, l, 0, int(last(t, l))) {
		assert.NotContains(t, strings.ToLower(string(e.Raw)), "smith")
	}
}

func TestSecretsOverHTTP(t *testing.T) {
	l := newTestLog(t)
	d, err := NewDoor(DoorOptions{
		Log: l, Keys: testKeys(t), Clock: NewClock(start, 1),
		Feeds: []Feed{{ID: "wrh", Secret: "secret of wrh"}, {ID: "alex", Secret: "secret of alex"}, {ID: "mute"}},
	})
	require.NoError(t, err)
	t.Cleanup(d.Close)
	s := httpServer(t, d)
	for title, c := range map[string]struct {
		token  string
		status int
	}{
		"none":              {"", 401},
		"empty":             {"Bearer ", 401},
		"wrong":             {"Bearer secret of nobody", 401},
		"not Bearer":        {"Basic secret of wrh", 401},
		"another feed's":    {"Bearer secret of alex", 403},
		"the feed's own":    {"Bearer secret of wrh", 202},
		"with blanks about": {"Bearer  secret of wrh ", 202},
	} {
		t.Run(title, func(t *testing.T) {
			var headers []string
			if c.token != "" {
				headers = []string{"Authorization", c.token}
			}
			response, _ := post(t, s, "/api/v1/events", typeStructured, goodEvent, headers...)
			assert.Equal(t, c.status, response.StatusCode)
			if c.status == 401 {
				assert.NotEmpty(t, response.Header.Get("WWW-Authenticate"))
			}
			response, _ = post(t, s, "/api/v1/hl7?feed=wrh", "application/hl7-v2", admission("1"), headers...)
			assert.Equal(t, c.status, response.StatusCode)
		})
	}
}

func TestWithoutSecretsOnlyThisMachineIsHeard(t *testing.T) {
	d := newTestDoor(t, newTestLog(t))
	s := httpServer(t, d)
	response, _ := post(t, s, "/api/v1/events", typeStructured, goodEvent, "Host", "evil.example")
	assert.Equal(t, http.StatusForbidden, response.StatusCode, "another name for this machine")
	response, _ = post(t, s, "/api/v1/events", typeStructured, goodEvent, "Sec-Fetch-Site", "cross-site")
	assert.Equal(t, http.StatusForbidden, response.StatusCode, "a page from elsewhere")
	response, _ = post(t, s, "/api/v1/events", typeStructured, goodEvent, "Origin", "https://evil.example")
	assert.Equal(t, http.StatusForbidden, response.StatusCode, "a page from elsewhere")

	recorder := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/api/v1/events", strings.NewReader(goodEvent))
	request.Header.Set("Content-Type", typeStructured)
	d.Handler().ServeHTTP(recorder, request) // from 192.0.2.1
	assert.Equal(t, http.StatusForbidden, recorder.Code)
}

func TestLogTroubleOverHTTP(t *testing.T) {
	for err, want := range map[error]int{ErrBusy: 429, ErrFull: 503, ErrAway: 503, ErrUnknown: 503, fmt.Errorf("log refused: x"): 503} {
		recorder := httptest.NewRecorder()
		writeAnswers(recorder, []Answer{{ID: "1", Error: ProblemOf(err)}, {ID: "2", Error: ProblemOf(&flow.Invalid{Field: "id"})}})
		assert.Equal(t, want, recorder.Code, "%v", err)
		assert.NotEmpty(t, recorder.Header().Get("Retry-After"), "a part is worth sending again")
		recorder = httptest.NewRecorder()
		ProblemOf(err).write(recorder)
		assert.Equal(t, want, recorder.Code)
		assert.NotEmpty(t, recorder.Header().Get("Retry-After"))
	}
}

func admission(control string) string {
	return "MSH|^~\\&|PAS|RWP50|FC|FC|20270112035900||ADT^A01|" + control + "|P|2.4\r" +
		"EVN|A01|20270112035900\rPID|1||SEED77^^^RWP50^MR||SEEDSMITH^JOHN||19400101|M\rPV1|1|I|W4^BAYA^A1^RWP50|||||||||||||||VN" + control + "^^^RWP50\r"
}

func TestPostHL7(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	s := httpServer(t, d)
	response, a := post(t, s, "/api/v1/hl7?feed=wrh", "x-application/hl7-v2+er7", admission("1"))
	require.Equal(t, http.StatusAccepted, response.StatusCode, a.Detail)
	require.Len(t, a.Results, 1)
	assert.EqualValues(t, 1, a.Results[0].Seq)
	assert.True(t, strings.HasPrefix(a.Results[0].ID, "hl7-"))
	e := follow(t, l, 0, 1)[0].Event
	assert.Equal(t, flow.Admitted, e.Kind)
	assert.Equal(t, d.keys.Patient("RWP50/MR/SEED77"), e.Data.Patient)
	assert.Equal(t, d.keys.ID(a.Results[0].ID), e.ID)

	batch := "FHS|^~\\&\rBHS|^~\\&\r" + admission("1") + admission("2") + strings.Replace(admission("3"), "ADT^A01", "ORU^R01", 1) + "MSH|^~\\&|\rBTS|3\r"
	response, a = post(t, s, "/api/v1/hl7?feed=wrh", "text/plain", batch)
	require.Equal(t, http.StatusAccepted, response.StatusCode)
	require.Len(t, a.Results, 4)
	assert.True(t, a.Results[0].Duplicate)
	assert.EqualValues(t, 2, a.Results[1].Seq)
	assert.Equal(t, "ORU^R01", a.Results[2].Ignored)
	assert.Equal(t, 422, a.Results[3].Error.Status)

	response, _ = post(t, s, "/api/v1/hl7?feed=wrh", "application/hl7-v2", admission("2"), "Accept", "application/hl7-v2")
	raw, _ := io.ReadAll(response.Body)
	assert.Equal(t, http.StatusAccepted, response.StatusCode)
	assert.Contains(t, string(raw), "MSA|AA|2")
	response, _ = post(t, s, "/api/v1/hl7?feed=wrh", "application/hl7-v2", "MSH|^~\\&|", "Accept", "application/hl7-v2")
	assert.Equal(t, 422, response.StatusCode)

	for _, c := range []struct {
		query, contentType, body string
		status                   int
	}{
		{"", "text/plain", admission("9"), 403},
		{"?feed=nobody", "text/plain", admission("9"), 403},
		{"?feed=wrh", "application/json", admission("9"), 415},
		{"?feed=wrh", "text/plain", "", 422},
		{"?feed=wrh", "text/plain", "hello", 422},
		{"?feed=wrh", "text/plain", strings.Repeat("x", MaxBody+1), 413},
	} {
		response, a := post(t, s, "/api/v1/hl7"+c.query, c.contentType, c.body)
		assert.Equal(t, c.status, response.StatusCode, "%s %s", c.query, a.Detail)
	}
	assert.EqualValues(t, 2, last(t, l))
}

func FuzzReadStructured(f *testing.F) {
	f.Add([]byte(goodEvent))
	f.Add([]byte(variant(`"place":"W4/A1"`, `"census":[{"place":"a","patient":"A/B/1"}],"place":"x","counter":1e400`)))
	f.Add([]byte(`{"specversion":"1.0","data":{"swap":{"patient":null},"due":null,"until":"2027-01-12T04:00:00Z"}}`))
	f.Add([]byte(`{"data":[`))
	keys := newKeys(bytes.Repeat([]byte{7}, 32))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := ReadStructured(raw)
		if err != nil {
			_ = ProblemOf(err)
			if p := ProblemOf(err); p.Status != 400 && p.Status != 422 {
				t.Fatalf("status %d for %v", p.Status, err)
			}
			return
		}
		hidden, err := keys.hide(e)
		if err != nil || hidden.Validate() != nil {
			return
		}
		hidden.Recorded = start
		p, err := Encode(&hidden)
		if err != nil {
			return
		}
		back, err := flow.Decode(1, p.Body)
		require.NoError(t, err)
		first, _ := flow.BodyDigest(&hidden)
		second, _ := flow.BodyDigest(&back)
		require.Equal(t, first, second, "what is logged reads as it was meant")
	})
}
