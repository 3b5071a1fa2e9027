package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/dashboard"
	"flowcentre/flow"
	"flowcentre/streams"
)

type shownView struct{ view *flow.View }

func (s shownView) Latest() (*flow.View, <-chan struct{}) { return s.view, nil }

func measuredView() *flow.View {
	return &flow.View{
		Epoch: "e1", Seq: 1042, At: 1_800_000_000_500,
		System: &flow.SystemView{ID: "worcs"},
		Sites: []*flow.SiteView{{ID: "wrh", Classes: map[capacity.BedClass]*flow.Figure{
			capacity.AdultGA: {Beds: capacity.Tally{Total: 30, Open: 18, Closed: 4, Occupied: 17, Available: 1}},
		}}},
		Units: []*flow.UnitView{
			{
				ID: "wrh-w4", Site: "wrh", Class: capacity.AdultGA, Known: true, PressureAt: 92, FullAt: 98,
				Beds: capacity.Tally{Total: 20, Open: 18, Closed: 2, Occupied: 17, Available: 1, Over: 1},
			},
			{ // has told nothing: two patients seen since are not its occupancy
				ID: "wrh-w5", Site: "wrh", Class: capacity.AdultGA,
				Beds: capacity.Tally{Total: 10, Open: 8, Closed: 2, Occupied: 2, Available: 6},
			},
			{ID: "wrh-ae", Site: "wrh", Kind: capacity.AandE, Known: true},
			{ID: "wrh-w6", Site: "wrh", Class: capacity.DayClass, Known: true, Beds: capacity.Tally{Total: 3, Closed: 3}},
		},
		Feeds: []*flow.FeedView{
			{ID: "wrh-pas", Every: 900, Expects: 300, Missing: 6, State: flow.FeedOnTime, Last: 1_799_999_990_000, Logged: 100, Duplicates: 3, Ignored: 7, Refused: 2, Held: 4},
			{ID: "alx-pas", Every: 600, State: flow.FeedNever},
		},
		Contradictions: []*flow.ContradictionView{{ID: "a", Kind: "two_in_a_bed"}, {ID: "b", Kind: "two_in_a_bed"}},
	}
}

func pedanticRegistry(t *testing.T, c ...prometheus.Collector) *prometheus.Registry {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	for _, c := range c {
		require.NoError(t, r.Register(c))
	}
	return r
}

func TestMetricsAreNamedAsTheyShould(t *testing.T) {
	m := newMetrics(shownView{measuredView()}, allMeasured())
	problems, err := testutil.GatherAndLint(pedanticRegistry(t, stateCollector{shownView{measuredView()}}, figuresCollector{shownView{figuredView()}}, measuredCollector{allMeasured()}, m.commit, m.lag))
	require.NoError(t, err)
	require.Empty(t, problems)
}

func allMeasured() measured {
	return measured{
		logState: func() (streams.LogState, bool) {
			return streams.LogState{First: 1, Last: 1050, Bytes: 4000, MaxBytes: 8000}, true
		},
		door: func() (int, []streams.Totals) {
			return 3, []streams.Totals{{Feed: "wrh-pas", Unconfirmed: 2, Connections: 1}}
		},
		stalls:    func() uint64 { return 4 },
		storeSize: func() int64 { return 65536 },
		walls: func() dashboard.Stats {
			return dashboard.Stats{Connected: 3, Frames: 12, Bytes: 4096, Slow: 1, Refused: 2}
		},
	}
}

func TestMetricsOfUnits(t *testing.T) {
	want := `
# HELP flowcentre_unit_beds Beds of a unit by state. The states add up to all its beds; in a unit that has not told who is on it, beds that are not closed are unknown.
# TYPE flowcentre_unit_beds gauge
flowcentre_unit_beds{class="adult_ga",site="wrh",state="available",system="worcs",unit="wrh-w4"} 1
flowcentre_unit_beds{class="adult_ga",site="wrh",state="closed",system="worcs",unit="wrh-w4"} 2
flowcentre_unit_beds{class="adult_ga",site="wrh",state="not_ready",system="worcs",unit="wrh-w4"} 0
flowcentre_unit_beds{class="adult_ga",site="wrh",state="occupied",system="worcs",unit="wrh-w4"} 17
flowcentre_unit_beds{class="adult_ga",site="wrh",state="reserved",system="worcs",unit="wrh-w4"} 0
flowcentre_unit_beds{class="adult_ga",site="wrh",state="unknown",system="worcs",unit="wrh-w4"} 0
flowcentre_unit_beds{class="adult_ga",site="wrh",state="available",system="worcs",unit="wrh-w5"} 0
flowcentre_unit_beds{class="adult_ga",site="wrh",state="closed",system="worcs",unit="wrh-w5"} 2
flowcentre_unit_beds{class="adult_ga",site="wrh",state="not_ready",system="worcs",unit="wrh-w5"} 0
flowcentre_unit_beds{class="adult_ga",site="wrh",state="occupied",system="worcs",unit="wrh-w5"} 0
flowcentre_unit_beds{class="adult_ga",site="wrh",state="reserved",system="worcs",unit="wrh-w5"} 0
flowcentre_unit_beds{class="adult_ga",site="wrh",state="unknown",system="worcs",unit="wrh-w5"} 8
flowcentre_unit_beds{class="day",site="wrh",state="available",system="worcs",unit="wrh-w6"} 0
flowcentre_unit_beds{class="day",site="wrh",state="closed",system="worcs",unit="wrh-w6"} 3
flowcentre_unit_beds{class="day",site="wrh",state="not_ready",system="worcs",unit="wrh-w6"} 0
flowcentre_unit_beds{class="day",site="wrh",state="occupied",system="worcs",unit="wrh-w6"} 0
flowcentre_unit_beds{class="day",site="wrh",state="reserved",system="worcs",unit="wrh-w6"} 0
flowcentre_unit_beds{class="day",site="wrh",state="unknown",system="worcs",unit="wrh-w6"} 0
# HELP flowcentre_unit_known 1 when a unit has told who is on it, 0 before.
# TYPE flowcentre_unit_known gauge
flowcentre_unit_known{class="",site="wrh",system="worcs",unit="wrh-ae"} 1
flowcentre_unit_known{class="adult_ga",site="wrh",system="worcs",unit="wrh-w4"} 1
flowcentre_unit_known{class="adult_ga",site="wrh",system="worcs",unit="wrh-w5"} 0
flowcentre_unit_known{class="day",site="wrh",system="worcs",unit="wrh-w6"} 1
# HELP flowcentre_unit_occupancy_ratio Patients of a unit over its open beds; above 1 when some have no bed. Absent while the unit is unknown or has no open bed.
# TYPE flowcentre_unit_occupancy_ratio gauge
flowcentre_unit_occupancy_ratio{class="adult_ga",site="wrh",system="worcs",unit="wrh-w4"} 1
# HELP flowcentre_unit_threshold_ratio Occupancy from which a unit counts as under pressure or full.
# TYPE flowcentre_unit_threshold_ratio gauge
flowcentre_unit_threshold_ratio{class="adult_ga",limit="full",site="wrh",system="worcs",unit="wrh-w4"} 0.98
flowcentre_unit_threshold_ratio{class="adult_ga",limit="pressure",site="wrh",system="worcs",unit="wrh-w4"} 0.92
`
	require.NoError(t, testutil.GatherAndCompare(pedanticRegistry(t, stateCollector{shownView{measuredView()}}), strings.NewReader(want),
		"flowcentre_unit_beds", "flowcentre_unit_known", "flowcentre_unit_occupancy_ratio", "flowcentre_unit_threshold_ratio"))
}

func TestMetricsOfTheRest(t *testing.T) {
	want := `
# HELP flowcentre_applied_sequence Sequence of the last event applied.
# TYPE flowcentre_applied_sequence gauge
flowcentre_applied_sequence 1042
# HELP flowcentre_clock_timestamp_seconds The centre's clock, by its last tick.
# TYPE flowcentre_clock_timestamp_seconds gauge
flowcentre_clock_timestamp_seconds 1.8000000005e+09
# HELP flowcentre_contradictions Open contradictions. A kind without any is absent.
# TYPE flowcentre_contradictions gauge
flowcentre_contradictions{kind="two_in_a_bed"} 2
# HELP flowcentre_events_total Events of a feed by what became of them.
# TYPE flowcentre_events_total counter
flowcentre_events_total{feed="alx-pas",result="duplicate"} 0
flowcentre_events_total{feed="alx-pas",result="ignored"} 0
flowcentre_events_total{feed="alx-pas",result="logged"} 0
flowcentre_events_total{feed="alx-pas",result="refused"} 0
flowcentre_events_total{feed="wrh-pas",result="duplicate"} 3
flowcentre_events_total{feed="wrh-pas",result="ignored"} 7
flowcentre_events_total{feed="wrh-pas",result="logged"} 100
flowcentre_events_total{feed="wrh-pas",result="refused"} 2
# HELP flowcentre_feed_expected_interval_seconds Time within which a feed is expected to send something at this time of the week. Absent while nothing is expected.
# TYPE flowcentre_feed_expected_interval_seconds gauge
flowcentre_feed_expected_interval_seconds{feed="wrh-pas"} 300
# HELP flowcentre_feed_last_event_timestamp_seconds When a feed last sent anything, on the centre's clock. Absent before the first.
# TYPE flowcentre_feed_last_event_timestamp_seconds gauge
flowcentre_feed_last_event_timestamp_seconds{feed="wrh-pas"} 1.79999999e+09
# HELP flowcentre_feed_missing_events Events that a feed has sent, by the count in its heartbeats, and that have not come.
# TYPE flowcentre_feed_missing_events gauge
flowcentre_feed_missing_events{feed="alx-pas"} 0
flowcentre_feed_missing_events{feed="wrh-pas"} 6
# HELP flowcentre_feed_state 1 for the state that a feed is in, 0 for the others.
# TYPE flowcentre_feed_state gauge
flowcentre_feed_state{feed="alx-pas",state="catching_up"} 0
flowcentre_feed_state{feed="alx-pas",state="outage"} 0
flowcentre_feed_state{feed="alx-pas",state="never"} 1
flowcentre_feed_state{feed="alx-pas",state="on_time"} 0
flowcentre_feed_state{feed="alx-pas",state="silent"} 0
flowcentre_feed_state{feed="wrh-pas",state="catching_up"} 0
flowcentre_feed_state{feed="wrh-pas",state="outage"} 0
flowcentre_feed_state{feed="wrh-pas",state="never"} 0
flowcentre_feed_state{feed="wrh-pas",state="on_time"} 1
flowcentre_feed_state{feed="wrh-pas",state="silent"} 0
# HELP flowcentre_held_facts Facts of a feed held until a layout names their place.
# TYPE flowcentre_held_facts gauge
flowcentre_held_facts{feed="alx-pas"} 0
flowcentre_held_facts{feed="wrh-pas"} 4
# HELP flowcentre_site_beds Beds of a site by state, as for units.
# TYPE flowcentre_site_beds gauge
flowcentre_site_beds{class="adult_ga",site="wrh",state="available"} 1
flowcentre_site_beds{class="adult_ga",site="wrh",state="closed"} 4
flowcentre_site_beds{class="adult_ga",site="wrh",state="not_ready"} 0
flowcentre_site_beds{class="adult_ga",site="wrh",state="occupied"} 17
flowcentre_site_beds{class="adult_ga",site="wrh",state="reserved"} 0
flowcentre_site_beds{class="adult_ga",site="wrh",state="unknown"} 8
`
	require.NoError(t, testutil.GatherAndCompare(pedanticRegistry(t, stateCollector{shownView{measuredView()}}), strings.NewReader(want),
		"flowcentre_applied_sequence", "flowcentre_clock_timestamp_seconds", "flowcentre_contradictions", "flowcentre_events_total",
		"flowcentre_feed_expected_interval_seconds", "flowcentre_feed_last_event_timestamp_seconds", "flowcentre_feed_state",
		"flowcentre_held_facts", "flowcentre_site_beds"))
}

func TestMetricsOfTheParts(t *testing.T) {
	want := `
# HELP flowcentre_door_waiting_events Events taken in that are not on disk yet.
# TYPE flowcentre_door_waiting_events gauge
flowcentre_door_waiting_events 3
# HELP flowcentre_log_last_sequence Sequence of the last event in the log.
# TYPE flowcentre_log_last_sequence gauge
flowcentre_log_last_sequence 1050
# HELP flowcentre_log_limit_bytes Limit of the log.
# TYPE flowcentre_log_limit_bytes gauge
flowcentre_log_limit_bytes 8000
# HELP flowcentre_log_size_bytes Size of the log. Producers are refused from nine tenths of its limit.
# TYPE flowcentre_log_size_bytes gauge
flowcentre_log_size_bytes 4000
# HELP flowcentre_log_stalls_total Times that reading the log was begun anew because its server had stopped delivering.
# TYPE flowcentre_log_stalls_total counter
flowcentre_log_stalls_total 4
# HELP flowcentre_mllp_connections Open MLLP connections of a feed.
# TYPE flowcentre_mllp_connections gauge
flowcentre_mllp_connections{feed="wrh-pas"} 1
# HELP flowcentre_store_size_bytes Size of the store.
# TYPE flowcentre_store_size_bytes gauge
flowcentre_store_size_bytes 65536
# HELP flowcentre_unconfirmed_events_total Events of a feed that the log could not take, or did not confirm, since the start.
# TYPE flowcentre_unconfirmed_events_total counter
flowcentre_unconfirmed_events_total{feed="wrh-pas"} 2
# HELP flowcentre_wallboard_connected Walls connected.
# TYPE flowcentre_wallboard_connected gauge
flowcentre_wallboard_connected 3
# HELP flowcentre_wallboard_frames_total Frames sent to walls.
# TYPE flowcentre_wallboard_frames_total counter
flowcentre_wallboard_frames_total 12
# HELP flowcentre_wallboard_refused_total Connections refused because there were too many.
# TYPE flowcentre_wallboard_refused_total counter
flowcentre_wallboard_refused_total 2
# HELP flowcentre_wallboard_sent_bytes_total Bytes of the frames sent to walls.
# TYPE flowcentre_wallboard_sent_bytes_total counter
flowcentre_wallboard_sent_bytes_total 4096
# HELP flowcentre_wallboard_slow_closed_total Connections closed because the wall took no frame in time.
# TYPE flowcentre_wallboard_slow_closed_total counter
flowcentre_wallboard_slow_closed_total 1
`
	require.NoError(t, testutil.CollectAndCompare(measuredCollector{allMeasured()}, strings.NewReader(want)))
	require.Zero(t, testutil.CollectAndCount(measuredCollector{}), "what nobody measures is absent")
}

func TestMetricsBeforeTheFirstView(t *testing.T) {
	require.Zero(t, testutil.CollectAndCount(stateCollector{shownView{nil}}))
}

func TestMetricsAnswer(t *testing.T) {
	m := newMetrics(shownView{measuredView()}, allMeasured())
	m.observeCommit(3*time.Millisecond, 30*time.Millisecond)
	server := httptest.NewServer(m.handler())
	defer server.Close()
	response, err := http.Get(server.URL)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	for _, line := range []string{
		`flowcentre_commit_seconds_bucket{le="0.002"} 0`,
		`flowcentre_commit_seconds_bucket{le="0.005"} 1`,
		`flowcentre_event_lag_seconds_bucket{le="0.05"} 1`,
		`flowcentre_unit_known{class="adult_ga",site="wrh",system="worcs",unit="wrh-w5"} 0`,
		"go_goroutines ", "process_start_time_seconds ", "go_build_info{",
	} {
		require.Contains(t, string(body), "\n"+line)
	}
}
