package main

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"flowcentre/flow"
)

var (
	descMeasure        = newDesc("measure", "A figure of the catalogue (docs/measures.md), in the measure's own unit; one that is a moment in seconds since 1970. Absent when nothing is known, which is not 0.", "system", "scope", "site", "measure")
	descMeasureAge     = newDesc("measure_input_age_seconds", "For how long the oldest input of a figure has said nothing. Absent while all are in time.", "system", "scope", "site", "measure")
	descMeasureMissing = newDesc("measure_missing_inputs", "Inputs that a figure lacks. Absent when there are none.", "system", "scope", "site", "measure")
	descPlaceInfo      = newDesc("place_info", "1, with the short name of a site, or of the system where site is empty.", "system", "site", "name")
	descOPELLevel      = newDesc("opel_level", "OPEL level: shown, by the newest assessment (assessed), what it could be while inputs are old or missing (could), and as a person has declared it (declared).", "system", "scope", "site", "source")
	descOPELPoints     = newDesc("opel_points", "Points of an OPEL level: as known (low), and what they could be (high).", "system", "scope", "site", "bound")
	descOPELShown      = newDesc("opel_shown_since_timestamp_seconds", "Since when the OPEL level shown has been shown.", "system", "scope", "site")
	descOPELReview     = newDesc("opel_review_timestamp_seconds", "When a declared OPEL level is to be looked at again.", "system", "scope", "site")
)

// figuresCollector gives the figures and OPEL levels of the system and its sites.
type figuresCollector struct{ board published }

func (figuresCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descMeasure, descMeasureAge, descMeasureMissing, descPlaceInfo, descOPELLevel, descOPELPoints, descOPELShown, descOPELReview} {
		out <- d
	}
}

func (c figuresCollector) Collect(out chan<- prometheus.Metric) {
	v, _ := c.board.Latest()
	if v == nil || v.System == nil {
		return
	}
	gauge := gaugesTo(out)
	gauge(descPlaceInfo, 1, v.System.ID, "", v.System.Name)
	for _, s := range v.Sites {
		gauge(descPlaceInfo, 1, v.System.ID, s.ID, s.Short)
	}
	for _, scope := range v.Measures {
		kind, site, ok := alarmed(scope.ID)
		if !ok {
			continue
		}
		for name, value := range scope.Values {
			of := []string{v.System.ID, kind, site, name}
			if value.Value != nil {
				gauge(descMeasure, *value.Value, of...)
			}
			if value.AsOf != 0 {
				gauge(descMeasureAge, v.At.Sub(value.AsOf).Seconds(), of...)
			}
			if n := len(value.Missing); n > 0 {
				gauge(descMeasureMissing, float64(n), of...)
			}
		}
	}
	for _, l := range v.Levels {
		if kind, site, ok := alarmed(l.ID); ok {
			collectLevel(gauge, l, v.System.ID, kind, site)
		}
	}
}

func collectLevel(gauge gauges, l *flow.LevelView, of ...string) {
	with := func(more string) []string { return append(of[:len(of):len(of)], more) }
	gauge(descOPELLevel, float64(l.Level), with("shown")...)
	gauge(descOPELLevel, float64(l.True), with("assessed")...)
	gauge(descOPELLevel, float64(l.Could), with("could")...)
	gauge(descOPELPoints, l.Low, with("low")...)
	gauge(descOPELPoints, l.High, with("high")...)
	gauge(descOPELShown, unixSeconds(l.ShownSince), of...)
	if d := l.Declared; d != nil {
		gauge(descOPELLevel, float64(d.Level), with("declared")...)
		gauge(descOPELReview, unixSeconds(d.Review), of...)
	}
}

// alarmed are the scopes of which rules can be written: the system and its sites. Those of
// every unit would be some ten thousand series.
func alarmed(scope string) (kind, site string, ok bool) {
	if scope == "system" {
		return scope, "", true
	}
	kind, site, _ = strings.Cut(scope, "/")
	return kind, site, kind == "site"
}
