package main

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

func figuredView() *flow.View {
	v := measuredView()
	v.System.Name, v.Sites[0].Short = "Worcestershire", "Worcs Royal"
	value := func(n float64) *float64 { return &n }
	v.Measures = []*flow.MeasuresView{
		{ID: "system", Values: map[string]*flow.MeasureValue{"ae_over_12h": {Value: value(0)}}},
		{ID: "site/wrh", Values: map[string]*flow.MeasureValue{
			"ae_over_12h":  {Value: value(17), AsOf: v.At.Add(-2820e9), Missing: []flow.Missing{{Feed: "wrh-ae", Why: "silent"}}},
			"ae_four_hour": {Small: true}, // nothing is known, which is not 0
		}},
		{ID: "unit/wrh-w4", Values: map[string]*flow.MeasureValue{"outliers": {Value: value(3)}}},
	}
	v.Levels = []*flow.LevelView{{
		ID: "site/wrh", Level: 3, True: 2, Could: 4, Low: 22, High: 34.5, ShownSince: 1_799_999_000_000,
		Declared: &flow.DeclaredLevel{Level: 4, Review: 1_800_003_600_000},
	}}
	return v
}

func TestMetricsOfFigures(t *testing.T) {
	want := `
# HELP flowcentre_measure A figure of the catalogue (docs/measures.md), in the measure's own unit; one that is a moment in seconds since 1970. Absent when nothing is known, which is not 0.
# TYPE flowcentre_measure gauge
flowcentre_measure{measure="ae_over_12h",scope="site",site="wrh",system="worcs"} 17
flowcentre_measure{measure="ae_over_12h",scope="system",site="",system="worcs"} 0
# HELP flowcentre_measure_input_age_seconds For how long the oldest input of a figure has said nothing. Absent while all are in time.
# TYPE flowcentre_measure_input_age_seconds gauge
flowcentre_measure_input_age_seconds{measure="ae_over_12h",scope="site",site="wrh",system="worcs"} 2820
# HELP flowcentre_measure_missing_inputs Inputs that a figure lacks. Absent when there are none.
# TYPE flowcentre_measure_missing_inputs gauge
flowcentre_measure_missing_inputs{measure="ae_over_12h",scope="site",site="wrh",system="worcs"} 1
# HELP flowcentre_opel_level OPEL level: shown, by the newest assessment (assessed), what it could be while inputs are old or missing (could), and as a person has declared it (declared).
# TYPE flowcentre_opel_level gauge
flowcentre_opel_level{scope="site",site="wrh",source="assessed",system="worcs"} 2
flowcentre_opel_level{scope="site",site="wrh",source="could",system="worcs"} 4
flowcentre_opel_level{scope="site",site="wrh",source="declared",system="worcs"} 4
flowcentre_opel_level{scope="site",site="wrh",source="shown",system="worcs"} 3
# HELP flowcentre_opel_points Points of an OPEL level: as known (low), and what they could be (high).
# TYPE flowcentre_opel_points gauge
flowcentre_opel_points{bound="high",scope="site",site="wrh",system="worcs"} 34.5
flowcentre_opel_points{bound="low",scope="site",site="wrh",system="worcs"} 22
# HELP flowcentre_opel_review_timestamp_seconds When a declared OPEL level is to be looked at again.
# TYPE flowcentre_opel_review_timestamp_seconds gauge
flowcentre_opel_review_timestamp_seconds{scope="site",site="wrh",system="worcs"} 1.8000036e+09
# HELP flowcentre_opel_shown_since_timestamp_seconds Since when the OPEL level shown has been shown.
# TYPE flowcentre_opel_shown_since_timestamp_seconds gauge
flowcentre_opel_shown_since_timestamp_seconds{scope="site",site="wrh",system="worcs"} 1.799999e+09
# HELP flowcentre_place_info 1, with the short name of a site, or of the system where site is empty.
# TYPE flowcentre_place_info gauge
flowcentre_place_info{name="Worcestershire",site="",system="worcs"} 1
flowcentre_place_info{name="Worcs Royal",site="wrh",system="worcs"} 1
`
	require.NoError(t, testutil.CollectAndCompare(figuresCollector{shownView{figuredView()}}, strings.NewReader(want)))
}
