package streams

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/streams/hl7"
)

// listDoor is a door with a feed that sends lists in words of its own, at 04:00 of a
// morning in January.
func listDoor(t *testing.T, l *Log) (*Door, *httptest.Server) {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	require.NoError(t, err)
	d, err := NewDoor(DoorOptions{
		Log: l, Keys: testKeys(t), Clock: NewClock(start, 1), Seen: newIndex(t, l).lookup, Logger: l.logger,
		Feeds: []Feed{
			{ID: "ed", Zone: zone, HL7: hl7.Settings{
				Authority: "RWP50", PatientType: "MR",
				Modes: map[string]string{"AMB": "ambulance", "other": "transfer"}, Acuities: map[string]string{"RED": "1"}, Services: map[string]string{"General Medicine": "300"},
			}},
			{ID: "bare", Zone: zone},
		},
	})
	require.NoError(t, err)
	t.Cleanup(d.Close)
	return d, httpServer(t, d)
}

const edPath = "/api/v1/lists/ae?source=ed&place=wrh-ae"

func listAnswer(t *testing.T, r *http.Response) ListAnswer {
	t.Helper()
	var a ListAnswer
	require.NoError(t, json.Unmarshal([]byte(text(t, r)), &a))
	return a
}

func TestPostListAsCSV(t *testing.T) {
	l := newTestLog(t)
	d, s := listDoor(t, l)
	const csv = "\ufeffVisit Number;PATIENT;Arrival-Time;mode;Triage Category;area;assessed;seen;dta;service;ready;referred\r\n" +
		"77;1234567;2027-01-12 01:10;AMB;RED;majors;12/01/2027 01:20;2027-01-12T01:40:00Z;2027-01-12T04:30:00+02:00;General Medicine;2027-01-12 03:00:00.000;2027-01-12 02:00:30\r\n" +
		"RWP50/VN/78;;2027-01-12T03:59:00Z;walk in;5;RWP50/ED/MIN;NULL;;;AMU-1;;\r\n" +
		";;;;;;;;;;;\r\n" +
		"\r\n" +
		"79;\"7\"\"8\";2027-01-12 03:00;other;;;;;;;;\r\n"
	response, a := post(t, s, edPath, "text/csv; charset=UTF-8", csv)
	require.Equal(t, http.StatusAccepted, response.StatusCode, a.Detail)
	answer := listAnswer(t, response)
	assert.Equal(t, 3, answer.Rows)
	assert.Equal(t, 3, answer.Taken)
	assert.Equal(t, []RowFault{}, answer.Refused)
	assert.EqualValues(t, 1, answer.Seq)
	assert.Regexp(t, `^list-[\w-]{22}$`, answer.ID)

	e := follow(t, l, 0, 1)[0].Event
	assert.Equal(t, flow.ListTaken, e.Kind)
	assert.Equal(t, "ed", e.Feed)
	assert.Equal(t, answer.ID, e.ID)
	assert.Equal(t, e.Recorded.String()[:16], e.Happened.String()[:16], "taken when it arrived")
	at := func(clock string) capacity.Instant {
		in, err := capacity.ParseInstant("2027-01-12T" + clock + "Z")
		require.NoError(t, err)
		return in
	}
	assert.Equal(t, flow.Data{Place: "wrh-ae", List: []flow.ListEntry{
		{
			Patient: d.keys.Patient("RWP50/MR/1234567"), Visit: d.keys.Visit("RWP50/VN/77"), Arrived: at("01:10:00"), Mode: "ambulance", Acuity: "1", Place: "wrh-ae/majors",
			Assessed: at("01:20:00"), Seen: at("01:40:00"), Referred: at("02:00:30"), Service: "300", Decided: at("02:30:00"), Ready: at("03:00:00"),
		},
		{Visit: d.keys.Visit("RWP50/VN/78"), Arrived: at("03:59:00"), Mode: "walk_in", Acuity: "5", Place: "RWP50/ED/MIN", Service: "AMU-1"},
		{Patient: d.keys.Patient(`RWP50/MR/7"8`), Visit: d.keys.Visit("RWP50/VN/79"), Arrived: at("03:00:00"), Mode: "transfer"},
	}}, e.Data)
}

func TestPostListAsJSON(t *testing.T) {
	l := newTestLog(t)
	d, s := listDoor(t, l)
	const body = `[{"visit":"77","arrived":"2027-01-12 03:00","acuity":3,"seen":null,"mode":"gp"},
		{"patient":1234567,"arrival":"2027-01-12T02:00:00Z","area":""},
		{"visit":"79","arrived":"2027-01-12 03:00","name":"SMITH"}, "SMITH", {"visit":["SMITH"]}]`
	response, a := post(t, s, edPath+"&as_at=2027-01-12T03:55:00Z&rows=5", typeJSON, body)
	require.Equal(t, http.StatusUnprocessableEntity, response.StatusCode, "three of five are at fault")
	require.Len(t, a.Refused, 3)
	assert.NotContains(t, text(t, response), "SMITH")

	sound := strings.Replace(body, `, "SMITH", {"visit":["SMITH"]}`, ``, 1)
	response, a = post(t, s, edPath+"&as_at=2027-01-12%2003:55", typeJSON, sound, "X-Rows", "3")
	require.Equal(t, http.StatusAccepted, response.StatusCode, a.Detail)
	answer := listAnswer(t, response)
	require.Len(t, answer.Refused, 1)
	assert.Equal(t, 3, answer.Refused[0].Line)
	e := follow(t, l, 0, 1)[0].Event
	assert.Equal(t, start.Add(-5*time.Minute), e.Happened)
	assert.Equal(t, []flow.ListEntry{
		{Visit: d.keys.Visit("RWP50/VN/77"), Arrived: start.Add(-time.Hour), Mode: "gp", Acuity: "3"},
		{Patient: d.keys.Patient("RWP50/MR/1234567"), Arrived: start.Add(-2 * time.Hour)},
	}, e.Data.List)

	again := func(path, body string) ListAnswer {
		response, a := post(t, s, path, typeJSON, body)
		require.Equal(t, http.StatusAccepted, response.StatusCode, a.Detail)
		return listAnswer(t, response)
	}
	repeat := again(edPath+"&as_at=2027-01-12%2003:55", sound)
	assert.True(t, repeat.Duplicate, "the same list at the same time")
	assert.Equal(t, answer.ID, repeat.ID)
	assert.False(t, again(edPath+"&as_at=2027-01-12%2003:56", sound).Duplicate, "the same a minute later says that it is still so")
	nobody := again(edPath, `[]`)
	assert.Zero(t, nobody.Taken)
	assert.NotNil(t, follow(t, l, 2, 1)[0].Event.Data.List, "an empty list says that nobody is there")
}

// Each fault of a row is told with its line and column, and leaves the rest alone.
func TestRowsAtFault(t *testing.T) {
	l := newTestLog(t)
	d, s := listDoor(t, l)
	good := func(visit int) string { return fmt.Sprintf("%d,2027-01-12 03:00,3,majors,,300\n", visit) }
	kept := []string{"area", "decided", "acuity", "service"} // columns that a row can do without
	rows := []struct{ row, column, reason string }{
		{`=HYPERLINK("x"),2027-01-12 03:00,3,majors,,300`, "", "quotation mark"},
		{`"=HYPERLINK(""SMITH"")",2027-01-12 03:00,3,majors,,300`, "visit", "formula"},
		{`+SMITH,2027-01-12 03:00,3,majors,,300`, "visit", "formula"},
		{`90,@SMITH,3,majors,,300`, "arrived", "formula"},
		{`91,2027-01-12 03:00,3,-SMITH,,300`, "area", "formula"},
		{`92,2027-01-12 03:00,3,-,,300`, "area", "formula"},
		{"93,2027-01-12 03:00,3,maj\x07ors,,300", "area", "control"},
		{"94,2027-01-12 03:00,3,\"maj\nors\",,300", "area", "control"},
		{"95,2027-01-12 03:00,3,maj\xe9ors,,300", "area", "UTF-8"},
		{`96,2027-01-12 03:00,3,` + strings.Repeat("x", 300) + `,,300`, "area", "longer"},
		{`97,2027-01-12 03:00,3,majors,300`, "", "5 cells"},
		{`98,2027-01-12 03:00,3,majors,,300,SMITH`, "", "7 cells"},
		{`,2027-01-12 03:00,3,majors,,300`, "visit", "empty"},
		{`99,,3,majors,,300`, "arrived", "empty"},
		{`A/B,2027-01-12 03:00,3,majors,,300`, "visit", "authority/type/value"},
		{`100,01/12/27 03:00,3,majors,,300`, "arrived", "not a time"},
		{`101,2027-02-30 03:00,3,majors,,300`, "arrived", "not a time"},
		{`102,03:00,3,majors,,300`, "arrived", "not a time"},
		{`103,46034.125,3,majors,,300`, "arrived", "not a time"},
		{`104,2027-01-12 05:00,3,majors,,300`, "arrived", "after the list"},
		{`105,1970-01-01 00:00,3,majors,,300`, "arrived", "not a time"},
		{`106,1999-01-12 03:00,3,majors,,300`, "arrived", "400 days"},
		{`107,2027-01-12 03:00,3,majors,2027-01-13 03:00,300`, "decided", "after the list"},
		{`108,2027-01-12 03:00,6,majors,,300`, "acuity", "1 to 5"},
		{`109,2027-01-12 03:00,-3,majors,,300`, "acuity", "1 to 5"},
		{`110,2027-01-12 03:00,3,majors,,Dr SMITH`, "service", "not a code"},
		{`1,2027-01-12 03:00,3,majors,,300`, "visit", "in line 2 already"},
	}
	csv := "visit,arrived,acuity,area,decided,service\n"
	line := 2
	lines := make([]int, len(rows))
	for i := range len(rows) + 1 {
		csv += good(i + 1)
		line++
		if i < len(rows) {
			csv += rows[i].row + "\n"
			lines[i] = line
			line += strings.Count(rows[i].row, "\n") + 1
		}
	}
	response, a := post(t, s, edPath+fmt.Sprintf("&rows=%d", 2*len(rows)+1), typeCSV, csv)
	require.Equal(t, http.StatusAccepted, response.StatusCode, a.Detail)
	answer := listAnswer(t, response)
	dropped := 0
	for _, r := range rows {
		if !slices.Contains(kept, r.column) {
			dropped++
		}
	}
	assert.Equal(t, 2*len(rows)+1-dropped, answer.Taken)
	assert.Len(t, follow(t, l, 0, 1)[0].Event.Data.List, answer.Taken)
	require.Len(t, answer.Refused, len(rows))
	for i, r := range rows {
		got := answer.Refused[i]
		assert.Equal(t, slices.Contains(kept, r.column), got.Kept, r.row)
		assert.Equal(t, lines[i], got.Line, r.row)
		assert.Equal(t, r.column, got.Column, r.row)
		assert.Contains(t, got.Reason, r.reason, r.row)
		assert.NotEmpty(t, got.Next, r.row)
	}
	assert.NotContains(t, text(t, response), "SMITH")
	assert.EqualValues(t, dropped, d.Totals()[1].Refused["list_row"])
	assert.EqualValues(t, len(rows)-dropped, d.Totals()[1].Refused["list_cell"])
	d.Report(t.Context(), start)
	for _, e := range follow(t, l, 0, int(last(t, l))) {
		assert.NotContains(t, string(e.Raw), "SMITH")
	}
}

// A list that may not be whole is refused as a whole, since it would empty the department.
func TestListsRefusedAsAWhole(t *testing.T) {
	l := newTestLog(t)
	d, s := listDoor(t, l)
	const head, one, two = "visit,arrived,acuity\n", "1,2027-01-12 03:00,3\n", "2,2027-01-12 03:10,4\n"
	const bad = "3,yesterday,3\n"
	for title, c := range map[string]struct {
		query, contentType, body string
		status                   int
		field, says              string
	}{
		"nothing":                    {"", typeCSV, "", 422, "", "cut off"},
		"a header cut off":           {"", typeCSV, "visit,arriv", 422, "", "cut off"},
		"only a header, no line end": {"", typeCSV, "visit,arrived", 422, "", "cut off"},
		"half a row":                 {"", typeCSV, head + one + "2,2027-01", 422, "", "cut off"},
		"half a cell":                {"", typeCSV, head + one + "2,2027-01-12 03:1x,4", 422, "", "cut off"},
		"half a quotation":           {"", typeCSV, head + one + "\"2,2027-01-12 03:10,4\n" + two, 422, "", "never closed"},
		"half a JSON array":          {"", typeJSON, `[{"visit":"1","arrived":"2027-01-12 03:00"},`, 400, "", "JSON"},
		"no JSON array":              {"", typeJSON, `{"visit":"1"}`, 400, "", "array"},
		"null":                       {"", typeJSON, `null`, 400, "", "array"},
		"a JSON key twice":           {"", typeJSON, `[{"visit":"1","visit":"2"}]`, 400, "", "twice"},
		"no header":                  {"", typeCSV, one + two, 422, "header", "Column 1 "},
		"a column of names":          {"", typeCSV, "visit,arrived,surname\n1,2027-01-12 03:00,SMITH\n", 422, "header", "Column 3 "},
		"a column mistyped":          {"", typeCSV, "visit,arived\n" + one, 422, "header", "mean arrived?"},
		"a column twice":             {"", typeCSV, "visit,arrived,attendance\n" + one, 422, "header", "visit a second time"},
		"no arrived":                 {"", typeCSV, "visit,acuity\n1,3\n", 422, "header", "lacks arrived"},
		"a JSON field by two names":  {"", typeJSON, `[{"visit":"1","attendance":"2","arrived":"2027-01-12 03:00"}]`, 422, "", "1 of 1 rows"},
		"nobody":                     {"", typeCSV, "arrived,acuity\n2027-01-12 03:00,3\n", 422, "header", "lacks"},
		"another charset":            {"", typeCSV, "visit,arriv\xe9\n" + one, 422, "header", "UTF-8"},
		"another alphabet":           {"", typeCSV, "\xff\xfev\x00i\x00s\x00i\x00t\x00,\x00\n\x00", 422, "header", "UTF-8"},
		"tabs":                       {"", typeCSV, "visit\tarrived\n1\t2027-01-12 03:00\n", 422, "header", "Column 1 "},
		"too few rows":               {"&rows=3", typeCSV, head + one + two, 422, "rows", "2 rows came"},
		"too many rows":              {"&rows=1", typeCSV, head + one + two, 422, "rows", "2 rows came"},
		"rows in words":              {"&rows=two", typeCSV, head + one + two, 422, "rows", "number of rows"},
		"rows below nothing":         {"&rows=-1", typeCSV, head, 422, "rows", "number of rows"},
		"most rows at fault":         {"", typeCSV, head + one + bad + bad, 422, "", "2 of 3 rows"},
		"all rows at fault":          {"", typeCSV, head + bad, 422, "", "1 of 1 rows"},
		"more than a department":     {"", typeCSV, head + strings.Repeat(one, flow.MaxListed+1), 422, "rows", "700"},
		"no place":                   {"?source=ed", typeCSV, head + one, 422, "place", "which department"},
		"as_at in words":             {"&as_at=now", typeCSV, head + one, 422, "as_at", "not a time"},
		"as_at to come":              {"&as_at=2027-01-12T06:00:00Z", typeCSV, head + one, 422, "time", "ahead"},
		"as_at of 1999":              {"&as_at=1999-01-12T06:00:00Z", typeCSV, head, 422, "time", "400 days"},
		"another type":               {"", "text/plain", head + one, 415, "", "content type"},
		"another declared charset":   {"", "text/csv; charset=latin1", head + one, 415, "", "content type"},
		"too large":                  {"", typeCSV, strings.Repeat("x", MaxBody+1), 413, "", "longer"},
		"another feed":               {"?place=x&source=nobody", typeCSV, head + one, 403, "source", "no feed"},
		"no feed":                    {"?place=x", typeCSV, head + one, 403, "source", "no feed"},
		"the desk":                   {"?place=x&source=desk", typeCSV, head + one, 403, "source", "no feed"},
	} {
		t.Run(title, func(t *testing.T) {
			path := edPath + c.query
			if strings.HasPrefix(c.query, "?") {
				path = "/api/v1/lists/ae" + c.query
			}
			response, a := post(t, s, path, c.contentType, c.body)
			assert.Equal(t, c.status, response.StatusCode, a.Detail)
			assert.Equal(t, c.field, a.Field, a.Detail)
			assert.Contains(t, a.Detail, c.says)
			assert.NotEmpty(t, a.Next)
			assert.NotContains(t, text(t, response), "SMITH")
		})
	}
	assert.Zero(t, last(t, l))
	assert.Greater(t, d.Totals()[1].Refused["list"], uint64(15), "the feed's page tells of each")
	response, _ := post(t, s, edPath, typeCSV, head+one+"2,2027-01-12 03:10,4")
	assert.Equal(t, http.StatusAccepted, response.StatusCode, "a last line that is whole needs no line end")
	response, _ = post(t, s, edPath, typeCSV, head+bad+"2,2027-01-12 03:10,4")
	assert.Equal(t, http.StatusAccepted, response.StatusCode, "whatever is in those before it")
	response, a := post(t, s, edPath, typeCSV, head+one, "X-Rows", "2")
	assert.Equal(t, 422, response.StatusCode)
	assert.Equal(t, "rows", a.Field)
	response, a = post(t, s, "/api/v1/lists/ae?source=bare&place=x", typeCSV, head+one)
	assert.Equal(t, 422, response.StatusCode)
	require.Len(t, a.Refused, 1)
	assert.Contains(t, a.Refused[0].Next, "authority", "without an authority a bare number is nobody's")
	response, err := http.Get(s.URL + "/api/v1/lists/ae")
	require.NoError(t, err)
	response.Body.Close()
	assert.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
}

// The hour that October has twice: a time without an offset is the latest that is not to
// come.
func TestLocalTimes(t *testing.T) {
	zone, err := time.LoadLocation("Europe/London")
	require.NoError(t, err)
	feed := Feed{Zone: zone}
	for _, c := range []struct{ text, latest, want string }{
		{"2026-10-25 01:30", "2026-10-25T00:31:00Z", "2026-10-25T00:30:00Z"}, // still in the first hour
		{"2026-10-25 01:30", "2026-10-25T01:29:00Z", "2026-10-25T00:30:00Z"}, // in the second, not so late
		{"2026-10-25 01:30", "2026-10-25T01:31:00Z", "2026-10-25T01:30:00Z"},
		{"2026-10-25 01:30", "2026-10-25T09:00:00Z", "2026-10-25T01:30:00Z"},
		{"25/10/2026 00:59", "2026-10-25T09:00:00Z", "2026-10-24T23:59:00Z"},
		{"25/10/2026 02:00:01", "2026-10-25T09:00:00Z", "2026-10-25T02:00:01Z"},
		{"2026-10-25T01:30:00+01:00", "2026-10-25T09:00:00Z", "2026-10-25T00:30:00Z"},
		{"2026-07-01T12:00", "2026-10-25T09:00:00Z", "2026-07-01T11:00:00Z"},
		{"2026-03-29 01:30", "2026-03-29T09:00:00Z", "2026-03-29T01:30:00Z"}, // an hour that was not: a clock not put forward
		{"2026-01-12", "2026-10-25T09:00:00Z", ""},
		{"2026-01-12 24:00", "2026-10-25T09:00:00Z", ""},
		{"12/31/2026 09:00", "2026-10-25T09:00:00Z", ""},
		{"1900-01-01 00:00", "2026-10-25T09:00:00Z", ""},
	} {
		latest, err := capacity.ParseInstant(c.latest)
		require.NoError(t, err)
		at, ok := feed.instant(c.text, latest)
		assert.Equal(t, c.want != "", ok, c.text)
		if ok {
			assert.Equal(t, c.want, at.String(), "%s by %s", c.text, c.latest)
		}
	}
	at, ok := (&Feed{}).instant("2026-07-01 12:00", start)
	assert.True(t, ok)
	assert.Equal(t, "2026-07-01T12:00:00Z", at.String(), "without a zone it is UTC, never the machine's")
}

func TestPostDischargeList(t *testing.T) {
	l := newTestLog(t)
	d, s := listDoor(t, l)
	const path = "/api/v1/lists/discharge?source=ed&place=site/wrh"
	const csv = "Visit Number,Patient,NCTR since,Discharge Pathway,reason,owner,certainty,EDD,destination\n" +
		"77,1234567,2027-01-11 09:00,2,Care transfer hub process,brokerage,Definite,12/01/2027 14:00,54\n" +
		"78,,,,,,potential,2027-01-12 17:00,\n" +
		"79,,2027-01-12 09:00,4,lazy,Jane Doe,maybe,1999-01-01 00:00,\n"
	response, a := post(t, s, path, typeCSV, csv)
	require.Equal(t, http.StatusAccepted, response.StatusCode, a.Detail)
	answer := listAnswer(t, response)
	assert.Equal(t, 3, answer.Taken, "who is on the list counts, whatever is wrong with the rest of the row")
	var columns []string
	for _, fault := range answer.Refused {
		assert.True(t, fault.Kept)
		assert.Equal(t, 4, fault.Line)
		columns = append(columns, fault.Column)
	}
	assert.Equal(t, []string{"pathway", "reason", "owner", "certainty", "nctr", "due"}, columns)
	e := follow(t, l, 0, 1)[0].Event
	assert.Equal(t, flow.DischargeListTaken, e.Kind)
	assert.Equal(t, flow.Data{Place: "site/wrh", Leavers: []flow.DischargeEntry{
		{
			Patient: d.keys.Patient("RWP50/MR/1234567"), Visit: d.keys.Visit("RWP50/VN/77"), NCTR: start.Add(-19 * time.Hour), Pathway: "2",
			Reason: "care_transfer_hub_process", Owner: "brokerage", Certainty: "definite", Due: start.Add(10 * time.Hour), GoingTo: "54",
		},
		{Visit: d.keys.Visit("RWP50/VN/78"), Certainty: "potential", Due: start.Add(13 * time.Hour)},
		{Visit: d.keys.Visit("RWP50/VN/79")},
	}}, e.Data)

	response, a = post(t, s, path, typeJSON, `[]`)
	require.Equal(t, http.StatusAccepted, response.StatusCode, a.Detail)
	assert.Equal(t, []flow.DischargeEntry{}, follow(t, l, 1, 1)[0].Event.Data.Leavers, "nobody is on it")
	response, a = post(t, s, path, typeCSV, "nctr,pathway\n2027-01-11 09:00,2\n")
	assert.Equal(t, http.StatusUnprocessableEntity, response.StatusCode)
	assert.Contains(t, a.Detail, "both patient and visit")
	response, a = post(t, s, path, typeCSV, "visit,arrived\n1,2027-01-11 09:00\n")
	assert.Equal(t, http.StatusUnprocessableEntity, response.StatusCode)
	assert.Contains(t, a.Detail, "a discharge list")
	response, a = post(t, s, "/api/v1/lists/discharge?source=ed", typeJSON, `[]`)
	assert.Equal(t, http.StatusUnprocessableEntity, response.StatusCode)
	assert.Contains(t, a.Detail, "ward or site")
}

func TestListsNeedTheFeedsToken(t *testing.T) {
	l := newTestLog(t)
	d, err := NewDoor(DoorOptions{Log: l, Keys: testKeys(t), Clock: NewClock(start, 1), Feeds: []Feed{{ID: "ed", Secret: "secret of ed"}, {ID: "wrh", Secret: "secret of wrh"}}})
	require.NoError(t, err)
	t.Cleanup(d.Close)
	s := httpServer(t, d)
	const csv = "visit,arrived\nA/VN/1,2027-01-12 03:00\n"
	for token, want := range map[string]int{"": 401, "Bearer secret of wrh": 403, "Bearer secret of ed": 202} {
		response, _ := post(t, s, edPath, typeCSV, csv, "Authorization", token)
		assert.Equal(t, want, response.StatusCode, token)
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte("\ufeffvisit;arrived;mode\r\n1;2027-01-12 03:00;AMB\r\n=x;;\r\n"), true, false)
	f.Add([]byte("visit,arrived\n\"1\"\"2\",12/01/2027 03:00\n\"open,"), true, false)
	f.Add([]byte("patient,visit,arrived,mode,acuity,area,assessed,seen,referred,service,decided,ready\nA/MR/1,1,2026-10-25 01:30,walk in,3,majors,,NULL,,300,,\n"), true, false)
	f.Add([]byte(`[{"visit":1,"arrived":"2027-01-12T03:00:00Z","acuity":3},{"arrival":null}]`), false, false)
	f.Add([]byte("visit,nctr,pathway,reason,owner,certainty,due,going_to\n1,2027-01-11 09:00,2,Capacity,brokerage,Definite,12/01/2027 14:00,54\n2,,4,lazy,,,1999-01-01 00:00,\n"), true, true)
	zone, err := time.LoadLocation("Europe/London")
	require.NoError(f, err)
	feed := Feed{ID: "ed", Zone: zone, HL7: hl7.Settings{Authority: "RWP50"}}
	keys := newKeys([]byte("0123456789abcdef0123456789abcdef"))
	f.Fuzz(func(t *testing.T, raw []byte, isCSV, leavers bool) {
		of := &aeSheet
		if leavers {
			of = &leaversSheet
		}
		read := readEntries
		if isCSV {
			read = readCSV
		}
		rows, p := read(of, raw)
		if p != nil {
			if p.Status != 400 && p.Status != 422 || p.Detail == "" || p.Next == "" {
				t.Fatalf("a refusal that helps nobody: %+v", p)
			}
			return
		}
		l := &list{sheet: of, feed: &feed, place: "ae", taken: start}
		data, sound, faults := l.read(rows)
		told := map[int]bool{}
		for _, fault := range faults {
			told[fault.Line] = told[fault.Line] || !fault.Kept
		}
		for i := range rows {
			if told[rows[i].line] {
				rows[i].line = 0
			}
		}
		rows = slices.DeleteFunc(rows, func(r row) bool { return r.line == 0 })
		require.Equal(t, len(rows), sound, "every row counts or is told")
		for _, fault := range faults {
			if fault.Line < 1 || fault.Reason == "" || fault.Next == "" {
				t.Fatalf("a fault that helps nobody: %+v", fault)
			}
		}
		if sound > flow.MaxListed {
			return
		}
		e, err := keys.hide(flow.Event{ID: "x", Feed: "ed", Kind: of.event, Happened: start, Data: data})
		require.NoError(t, err)
		require.NoError(t, e.Validate(), "what is read as sound the door takes")
		require.NoError(t, plausible(&e, start))
	})
}

// An area that nobody laid out is told to whoever names it, in the words of each protocol.
func TestAnAreaThatIsNotLaidOutIsTold(t *testing.T) {
	l := newTestLog(t)
	layout := capacity.Layout{Units: []capacity.Unit{{ID: "wrh-ae", Kind: capacity.AandE, Aliases: []string{"RWP50/ED"}, Areas: []capacity.Area{{ID: "majors"}}}}}
	d, err := NewDoor(DoorOptions{
		Log: l, Keys: testKeys(t), Clock: NewClock(start, 1), Logger: l.logger, Names: flow.NamesOf(&layout),
		Feeds: []Feed{{ID: "ed", HL7: hl7.Settings{Authority: "RWP50", PatientType: "MR"}}},
	})
	require.NoError(t, err)
	t.Cleanup(d.Close)
	s := httpServer(t, d)

	response, a := post(t, s, edPath, typeCSV, "visit,arrived,area\n1,2027-01-12 03:00,majors\n2,2027-01-12 03:00,plaster\n3,2027-01-12 03:00,fracture\n4,2027-01-12 03:00,majors/C4\n")
	require.Equal(t, http.StatusAccepted, response.StatusCode, a.Detail)
	assert.Equal(t, "area not laid out: wrh-ae/plaster, wrh-ae/fracture; counted in the department, without an area", listAnswer(t, response).Note)

	arrived := func(id, place string) string {
		return `{"specversion":"1.0","id":"` + id + `","source":"ed","type":"flowcentre.ae.arrived.v1","time":"2027-01-12T04:00:00Z","data":{"patient":"RWP50/MR/1","place":"` + place + `"}}`
	}
	_, a = post(t, s, "/api/v1/events", typeBatch, "["+arrived("1", "wrh-ae/plaster")+","+arrived("2", "wrh-ae/majors")+","+arrived("3", "wrh-w9/plaster")+"]")
	require.Len(t, a.Results, 3)
	assert.Contains(t, a.Results[0].Note, "wrh-ae/plaster")
	assert.Empty(t, a.Results[1].Note)
	assert.Empty(t, a.Results[2].Note, "it is held, as a place that nobody knows")

	for version, warned := range map[string]bool{"2.4": false, "2.5.1": true} {
		message := "MSH|^~\\&|PAS|RWP50|FC|FC|20270112035900||ADT^A04|" + version + "|P|" + version + "\rEVN|A04|20270112035900\rPID|1||7^^^RWP^MR\rPV1|1|E|ED^PLASTER^3^RWP50||||||||||||||||9\r"
		ack := string(d.HL7(t.Context(), "ed", []byte(message))[0].Ack)
		assert.Contains(t, ack, "\rMSA|AA|"+version+"|area not laid out: RWP50/ED/PLASTER/3; counted", version)
		assert.Equal(t, warned, strings.Contains(ack, "\rERR|||0^Message accepted^HL70357|W||||area not laid out"), ack)
	}
}
