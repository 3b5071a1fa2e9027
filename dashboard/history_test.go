package dashboard

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// anAttendance is a state in which somebody arrived at 05:40, folded from its facts.
func anAttendance() *flow.View {
	at := capacity.At(time.Date(2027, 1, 12, 5, 0, 0, 0, time.UTC))
	s := flow.New("e1")
	layout := &capacity.Layout{
		System: capacity.System{ID: "county", Name: "County"}, Sites: []capacity.Site{{ID: "alx", Name: "Alexandra"}},
		Feeds: []capacity.Feed{{ID: "ed", Name: "A&E", Every: 3600, Supplies: []string{"ae"}}},
		Units: []capacity.Unit{{ID: "ae", Site: "alx", Name: "A&E", Kind: capacity.AandE, Feeds: []string{"ed"}}},
	}
	log := flow.LayoutEvents(layout, 1, at)
	tick := func(at capacity.Instant) flow.Event {
		return flow.Event{ID: "t" + at.String(), Feed: flow.Centre, Kind: flow.Tick, Happened: at, Recorded: at}
	}
	log = append(log, tick(at), flow.Event{ID: "1", Feed: "ed", Kind: flow.Heartbeat, Happened: at, Recorded: at}, tick(at.Add(40*time.Minute)),
		flow.Event{ID: "2", Feed: "ed", Kind: flow.AttendanceArrived, Happened: at.Add(40 * time.Minute), Recorded: at.Add(40 * time.Minute), Data: flow.Data{Patient: "p", Place: "ae"}}, tick(at.Add(70*time.Minute)))
	for i := range log {
		log[i].Seq = uint64(i + 1)
		s.Apply(&log[i])
	}
	return s.View()
}

func TestHistoryByHourAndByDay(t *testing.T) {
	s := open(t, anAttendance(), nil, nil)
	ask := func(query string) answered { return get(t, s.url+"/api/v1/history?"+query, nil) }
	read := func(query string) (h flow.HistoryView) {
		answer := ask(query)
		require.Equal(t, http.StatusOK, answer.StatusCode, answer.body)
		require.NoError(t, json.Unmarshal([]byte(answer.body), &h))
		return h
	}
	hours := read("measure=ae_arrivals&scope=site/alx&from=2027-01-12")
	require.Equal(t, "ae_arrivals", hours.Series.Name)
	require.Len(t, hours.Points, 7)
	require.Equal(t, "gap", hours.Points[4].State)
	require.Nil(t, hours.Points[4].Value)
	require.InDelta(t, 1, *hours.Points[5].Value, 0)
	require.InDelta(t, 0, *hours.Points[6].Value, 0)
	require.True(t, hours.Points[6].Open)

	two := read("measure=ae_arrivals&from=2027-01-12T05:30:00Z&to=2027-01-12T06:00:00Z")
	require.Len(t, two.Points, 1)
	day := read("measure=ae_arrivals&by=day&from=2027-01-12")
	require.Len(t, day.Points, 1)
	require.Equal(t, "2027-01-12", day.Points[0].Local)
	require.InDelta(t, 1, *day.Points[0].Value, 0)
	require.Len(t, read("measure=ae_four_hour&by=day").Points, 29)

	for query, kind := range map[string]string{
		"measure=nothing": "not-found", "measure=ae_arrivals&scope=site/nowhere": "not-found", "measure=night_moves": "not-found",
		"measure=ae_arrivals&by=week": "bad-parameter", "measure=ae_arrivals&from=yesterday": "bad-parameter", "measure=ae_arrivals&from=2027-13-01": "bad-parameter",
		"measure=ae_arrivals&from=2027-01-12&to=2027-01-12": "bad-parameter",
	} {
		status := map[string]int{"not-found": http.StatusNotFound, "bad-parameter": http.StatusBadRequest}[kind]
		ask(query).requireProblem(t, status, kind)
	}
}
