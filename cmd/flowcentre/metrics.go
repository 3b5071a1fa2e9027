package main

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"flowcentre/capacity"
	"flowcentre/dashboard"
	"flowcentre/flow"
	"flowcentre/streams"
)

// metrics is what Prometheus reads. What is true of the state is taken from the newest
// view at each reading, so nothing stale can stay; the rest is observed as it happens.
type metrics struct {
	registry *prometheus.Registry
	commit   prometheus.Histogram
	lag      prometheus.Histogram
}

// published gives the newest view, nil before there is any.
type published interface {
	Latest() (*flow.View, <-chan struct{})
}

// measured are the figures that other parts know. A nil one is left out.
type measured struct {
	storeSize func() int64           // bytes
	walls     func() dashboard.Stats // sockets
	logState  func() (streams.LogState, bool)
	door      func() (waiting int, feeds []streams.Totals)
	stalls    func() uint64 // of reading the log
}

func newMetrics(board published, from measured) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		commit:   newDuration("flowcentre_commit_seconds", "Time to commit one batch of events to the store.", .0005, .001, .002, .005, .01, .02, .05, .1, .25, .5, 1, 5),
		lag:      newDuration("flowcentre_event_lag_seconds", "Time from when the first event of a commit was taken from the log until it was on disk.", .001, .002, .005, .01, .02, .05, .1, .25, .5, 1, 5, 30, 300),
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
		m.commit, m.lag,
		stateCollector{board},
		figuresCollector{board},
		alertsCollector{board},
		measuredCollector{from},
	)
	return m
}

// observeCommit takes in how long one commit took and how long its first event waited
// from the log to the disk. It is safe for concurrent use.
func (m *metrics) observeCommit(took, waited time.Duration) {
	m.commit.Observe(took.Seconds())
	m.lag.Observe(waited.Seconds())
}

// handler answers /metrics.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		Registry:            m.registry,
		EnableOpenMetrics:   true,
		MaxRequestsInFlight: 3,
		Timeout:             10 * time.Second,
	})
}

// newDuration is a histogram that old and new Prometheus servers can read: classic
// buckets, and native ones a tenth wide.
func newDuration(name, help string, buckets ...float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: name, Help: help,
		Buckets:                         buckets,
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  100,
		NativeHistogramMinResetDuration: time.Hour,
	})
}

// newDesc describes a metric by what it is called, what it means and its labels.
func newDesc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("flowcentre_"+name, help, labels, nil)
}

var (
	descUnitBeds       = newDesc("unit_beds", "Beds of a unit by state. The states add up to all its beds; in a unit that has not told who is on it, beds that are not closed are unknown.", "system", "site", "unit", "class", "state")
	descUnitOccupancy  = newDesc("unit_occupancy_ratio", "Patients of a unit over its open beds; above 1 when some have no bed. Absent while the unit is unknown or has no open bed.", "system", "site", "unit", "class")
	descUnitKnown      = newDesc("unit_known", "1 when a unit has told who is on it, 0 before.", "system", "site", "unit", "class")
	descUnitThreshold  = newDesc("unit_threshold_ratio", "Occupancy from which a unit counts as under pressure or full.", "system", "site", "unit", "class", "limit")
	descSiteBeds       = newDesc("site_beds", "Beds of a site by state, as for units.", "site", "class", "state")
	descFeedLast       = newDesc("feed_last_event_timestamp_seconds", "When a feed last sent anything, on the centre's clock. Absent before the first.", "feed")
	descFeedInterval   = newDesc("feed_expected_interval_seconds", "Time within which a feed is expected to send something at this time of the week. Absent while nothing is expected.", "feed")
	descFeedMissing    = newDesc("feed_missing_events", "Events that a feed has sent, by the count in its heartbeats, and that have not come.", "feed")
	descFeedState      = newDesc("feed_state", "1 for the state that a feed is in, 0 for the others.", "feed", "state")
	descFeedEvents     = newDesc("events_total", "Events of a feed by what became of them.", "feed", "result")
	descHeldFacts      = newDesc("held_facts", "Facts of a feed held until a layout names their place.", "feed")
	descContradictions = newDesc("contradictions", "Open contradictions. A kind without any is absent.", "kind")
	descClock          = newDesc("clock_timestamp_seconds", "The centre's clock, by its last tick.")
	descApplied        = newDesc("applied_sequence", "Sequence of the last event applied.")

	descLogLast       = newDesc("log_last_sequence", "Sequence of the last event in the log.")
	descLogBytes      = newDesc("log_size_bytes", "Size of the log. Producers are refused from nine tenths of its limit.")
	descLogLimit      = newDesc("log_limit_bytes", "Limit of the log.")
	descLogStalls     = newDesc("log_stalls_total", "Times that reading the log was begun anew because its server had stopped delivering.")
	descDoorWaiting   = newDesc("door_waiting_events", "Events taken in that are not on disk yet.")
	descUnconfirmed   = newDesc("unconfirmed_events_total", "Events of a feed that the log could not take, or did not confirm, since the start.", "feed")
	descConnections   = newDesc("mllp_connections", "Open MLLP connections of a feed.", "feed")
	descStoreSize     = newDesc("store_size_bytes", "Size of the store.")
	descWallConnected = newDesc("wallboard_connected", "Walls connected.")
	descWallFrames    = newDesc("wallboard_frames_total", "Frames sent to walls.")
	descWallBytes     = newDesc("wallboard_sent_bytes_total", "Bytes of the frames sent to walls.")
	descWallSlow      = newDesc("wallboard_slow_closed_total", "Connections closed because the wall took no frame in time.")
	descWallRefused   = newDesc("wallboard_refused_total", "Connections refused because there were too many.")
)

// stateCollector reads the newest view.
type stateCollector struct{ board published }

func (stateCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descUnitBeds, descUnitOccupancy, descUnitKnown, descUnitThreshold, descSiteBeds,
		descFeedLast, descFeedInterval, descFeedMissing, descFeedState, descFeedEvents, descHeldFacts, descContradictions, descClock, descApplied,
	} {
		out <- d
	}
}

func (c stateCollector) Collect(out chan<- prometheus.Metric) {
	v, _ := c.board.Latest()
	if v == nil {
		return
	}
	gauge := gaugesTo(out)
	system := ""
	if v.System != nil {
		system = v.System.ID
	}
	for _, u := range v.Units {
		collectUnit(gauge, system, u)
	}
	for _, s := range v.Sites {
		for class, figure := range s.Classes {
			collectBeds(figure.Beds, func(n int, state string) { gauge(descSiteBeds, float64(n), s.ID, string(class), state) })
		}
	}
	for _, f := range v.Feeds {
		collectFeed(out, f)
	}
	kinds := map[string]int{}
	for _, item := range v.Contradictions {
		kinds[item.Kind]++
	}
	for kind, n := range kinds {
		gauge(descContradictions, float64(n), kind)
	}
	gauge(descApplied, float64(v.Seq))
	if v.At != 0 {
		gauge(descClock, unixSeconds(v.At))
	}
}

func collectUnit(gauge gauges, system string, u *flow.UnitView) {
	labels := func(more ...string) []string {
		return append([]string{system, u.Site, u.ID, string(u.Class)}, more...)
	}
	gauge(descUnitKnown, oneIf(u.Known), labels()...)
	if u.Beds.Total == 0 {
		return // A&E and lounges have patients, not beds
	}
	beds := u.Beds
	if !u.Known { // what was seen so far is not the truth
		beds = capacity.Tally{Total: beds.Total, Closed: beds.Closed}
	}
	collectBeds(beds, func(n int, state string) { gauge(descUnitBeds, float64(n), labels(state)...) })
	if percent, ok := beds.Occupancy(); ok {
		gauge(descUnitOccupancy, percent/100, labels()...)
	}
	if u.PressureAt > 0 {
		gauge(descUnitThreshold, float64(u.PressureAt)/100, labels("pressure")...)
	}
	if u.FullAt > 0 {
		gauge(descUnitThreshold, float64(u.FullAt)/100, labels("full")...)
	}
}

// collectBeds gives each state's beds. What is neither open nor closed is unknown.
func collectBeds(t capacity.Tally, each func(n int, state string)) {
	each(t.Occupied, string(capacity.Occupied))
	each(t.Reserved, string(capacity.Reserved))
	each(t.NotReady, string(capacity.NotReady))
	each(t.Available, string(capacity.Available))
	each(t.Closed, string(capacity.Closed))
	each(t.Total-t.Open-t.Closed, "unknown")
}

func collectFeed(out chan<- prometheus.Metric, f *flow.FeedView) {
	gauge := gaugesTo(out)
	if f.Last != 0 {
		gauge(descFeedLast, unixSeconds(f.Last), f.ID)
	}
	if f.Expects != 0 {
		gauge(descFeedInterval, float64(f.Expects), f.ID)
	}
	gauge(descFeedMissing, float64(f.Missing), f.ID)
	for _, state := range flow.FeedStates {
		gauge(descFeedState, oneIf(f.State == state), f.ID, state)
	}
	gauge(descHeldFacts, float64(f.Held), f.ID)
	for result, n := range map[string]uint64{"logged": f.Logged, "duplicate": f.Duplicates, "ignored": f.Ignored, "refused": f.Refused} {
		out <- prometheus.MustNewConstMetric(descFeedEvents, prometheus.CounterValue, float64(n), f.ID, result)
	}
}

// measuredCollector asks the parts.
type measuredCollector struct{ from measured }

func (c measuredCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descLogLast, descLogBytes, descLogLimit, descLogStalls, descDoorWaiting, descUnconfirmed, descConnections, descStoreSize, descWallConnected, descWallFrames, descWallBytes, descWallSlow, descWallRefused} {
		out <- d
	}
}

func (c measuredCollector) Collect(out chan<- prometheus.Metric) {
	gauge := gaugesTo(out)
	if c.from.logState != nil {
		if s, ok := c.from.logState(); ok {
			gauge(descLogLast, float64(s.Last))
			gauge(descLogBytes, float64(s.Bytes))
			gauge(descLogLimit, float64(s.MaxBytes))
		}
	}
	if c.from.stalls != nil {
		out <- prometheus.MustNewConstMetric(descLogStalls, prometheus.CounterValue, float64(c.from.stalls()))
	}
	if c.from.door != nil {
		waiting, feeds := c.from.door()
		gauge(descDoorWaiting, float64(waiting))
		for _, f := range feeds {
			gauge(descConnections, float64(f.Connections), f.Feed)
			out <- prometheus.MustNewConstMetric(descUnconfirmed, prometheus.CounterValue, float64(f.Unconfirmed), f.Feed)
		}
	}
	if c.from.storeSize != nil {
		gauge(descStoreSize, float64(c.from.storeSize()))
	}
	if c.from.walls == nil {
		return
	}
	walls := c.from.walls()
	gauge(descWallConnected, float64(walls.Connected))
	for desc, n := range map[*prometheus.Desc]uint64{descWallFrames: walls.Frames, descWallBytes: walls.Bytes, descWallSlow: walls.Slow, descWallRefused: walls.Refused} {
		out <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(n))
	}
}

type gauges func(desc *prometheus.Desc, value float64, labels ...string)

func gaugesTo(out chan<- prometheus.Metric) gauges {
	return func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func unixSeconds(i capacity.Instant) float64 { return float64(i) / 1000 }
