package streams

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

// What cannot be true is refused by field, and the edge of what can be is taken.
func TestImplausibleIsRefused(t *testing.T) {
	l := newTestLog(t)
	s := httpServer(t, newTestDoor(t, l))
	said := func(kind, at, data string) string {
		return `{"specversion":"1.0","id":"ID","source":"wrh","type":"flowcentre.` + kind + `.v1","time":"` + at + `","data":` + data + `}`
	}
	const now = "2027-01-12T04:00:00Z"
	planned := func(due string) string { return said("discharge.planned", now, `{"patient":"A/B/1","due":"`+due+`"}`) }
	list := func(times string) string {
		return said("ae.list", now, `{"place":"ae","list":[{"visit":"A/VN/1",`+times+`}]}`)
	}
	reported := func(measure, value string) string {
		return said("feed.figure-reported", now, `{"figure":{"measure":"`+measure+`","scope":"site/wrh","value":`+value+`,"how":"phone"},"role":"coordinator"}`)
	}
	for title, c := range map[string]struct{ body, field string }{
		"400 days ago":              {said("bed.cleaned", "2025-12-08T05:00:00Z", `{"place":"a"}`), ""},
		"longer ago":                {said("bed.cleaned", "2025-12-08T03:00:00Z", `{"place":"a"}`), "time"},
		"1999":                      {said("bed.cleaned", "1999-12-31T23:00:00Z", `{"place":"a"}`), "time"},
		"1970":                      {said("bed.cleaned", "1970-01-01T00:00:00Z", `{"place":"a"}`), "time"},
		"the future":                {said("bed.cleaned", "2027-01-12T04:30:00Z", `{"place":"a"}`), "time"},
		"to leave next year":        {planned("2028-12-01T12:00:00Z"), ""},
		"to leave in three years":   {planned("2030-01-12T12:00:00Z"), "data.due"},
		"to have left in 1970":      {planned("1971-01-12T12:00:00Z"), "data.due"},
		"to start in three years":   {said("discharge.start-accepted", now, `{"patient":"A/B/1","due":"2030-01-12T12:00:00Z"}`), "data.due"},
		"closed until later":        {said("bed.closed", now, `{"place":"a","reason":"staffing","until":"2027-01-12T05:00:00Z"}`), ""},
		"closed and open again":     {said("bed.closed", "2027-01-11T20:00:00Z", `{"place":"a","reason":"staffing","until":"2027-01-11T22:00:00Z"}`), ""},
		"closed until yesterday":    {said("bed.closed", now, `{"place":"a","reason":"staffing","until":"2027-01-11T05:00:00Z"}`), "data.until"},
		"an outage on already":      {said("feed.outage-planned", "2027-01-12T03:00:00Z", `{"until":"2027-01-12T05:00:00Z","role":"manager"}`), ""},
		"an outage that is over":    {said("feed.outage-planned", "2027-01-12T02:00:00Z", `{"until":"2027-01-12T03:00:00Z","role":"manager"}`), "data.until"},
		"expected in three years":   {said("bed.discharge-expected", now, `{"patient":"A/B/1","due":"2030-01-12T12:00:00Z"}`), "data.due"},
		"a census of long stays":    {said("bed.census", now, `{"place":"a","census":[{"place":"a","patient":"A/B/1","admitted":"2024-01-12T04:00:00Z"}]}`), ""},
		"a census of tomorrow's":    {said("bed.census", now, `{"place":"a","census":[{"place":"a","patient":"A/B/1","admitted":"2027-01-12T05:00:00Z"}]}`), "data.census[0].admitted"},
		"a list":                    {list(`"arrived":"2027-01-12T04:03:00Z"`), ""},
		"a list of yesterday's day": {list(`"arrived":"1999-01-12T04:00:00Z"`), "data.list[0].arrived"},
		"a list of what is to come": {list(`"arrived":"2027-01-12T03:00:00Z","decided":"2027-01-12T05:00:00Z"`), "data.list[0].decided"},
		"a list of words":           {list(`"arrived":"2027-01-12T03:00:00Z","seen":"at three"`), "data.list[0].seen"},
		"a list of nobody's times":  {list(`"seen":"2027-01-12T03:00:00Z"`), "data.list[0].arrived"},
		"a figure":                  {reported("ae_in_department", "41"), ""},
		"a figure below nothing":    {reported("ae_in_department", "-1"), "data.figure.value"},
		"half a patient":            {reported("ae_in_department", "40.5"), "data.figure.value"},
		"half a percent":            {reported("ae_four_hour", "70.5"), ""},
		"too many percent":          {reported("ae_four_hour", "1e5"), "data.figure.value"},
		"a figure without end":      {reported("ae_in_department", "1e400"), "data.figure.value"},
		"a figure of nothing":       {reported("luck", "1"), "data.figure.measure"},
		"a counter that goes back":  {said("feed.heartbeat", now, `{"counter":-1}`), "data.counter"},
		"a counter":                 {said("feed.heartbeat", now, `{"counter":18446744073709551615}`), ""},
		"a mode of its own":         {said("ae.arrived", now, `{"patient":"A/B/1","place":"ae","mode":"taxi"}`), "data.mode"},
		"a sixth category":          {said("ae.assessed", now, `{"patient":"A/B/1","acuity":"6"}`), "data.acuity"},
		"a fifth pathway":           {said("discharge.ready", now, `{"patient":"A/B/1","pathway":"4"}`), "data.pathway"},
		"a reason of its own":       {said("discharge.delayed", now, `{"patient":"A/B/1","reason":"lazy"}`), "data.reason"},
	} {
		t.Run(title, func(t *testing.T) {
			response, a := post(t, s, "/api/v1/events", typeStructured, strings.Replace(c.body, "ID", title, 1))
			assert.Equal(t, c.field, a.Field, a.Detail)
			if c.field == "" {
				assert.Equal(t, http.StatusAccepted, response.StatusCode, a.Detail)
			} else {
				assert.Equal(t, http.StatusUnprocessableEntity, response.StatusCode)
			}
		})
	}
}

// A list of a whole department is larger than any other event but a census.
func TestAListMayBeLarge(t *testing.T) {
	d := newTestDoor(t, newTestLog(t))
	e := flow.Event{ID: "1", Feed: "wrh", Kind: flow.ListTaken, Happened: start, Data: flow.Data{Place: "ae"}}
	for range 600 {
		e.Data.List = append(e.Data.List, flow.ListEntry{
			Patient: "A/MR/1", Visit: "A/VN/1", Arrived: start.Add(-time.Hour), Mode: "ambulance", Acuity: "2", Place: "wrh-ae/majors",
			Assessed: start.Add(-time.Minute), Seen: start, Referred: start, Service: "general_medicine", Decided: start, Ready: start,
		})
	}
	require.NoError(t, d.Post(t.Context(), "wrh", []flow.Event{e})[0].Err)
}

func TestOldHL7IsRefusedWithItsReason(t *testing.T) {
	d := newTestDoor(t, newTestLog(t))
	old := strings.ReplaceAll(admission("1"), "20270112035900", "20250112035900")
	r := d.HL7(t.Context(), "wrh", []byte(old))[0]
	require.NotNil(t, r.Refusal)
	assert.EqualValues(t, "bad_time", r.Refusal.Code)
	assert.Contains(t, string(r.Ack), "400 days")
}
