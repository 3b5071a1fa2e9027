package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

const (
	conditionsFile = "../../configs/conditions.yaml"
	rulesFolder    = "../../configs/prometheus"
)

// tool is the path of a program that comes with Prometheus or Alertmanager. Users have them
// only beside a centre.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip(name + " is not installed (Debian: prometheus, prometheus-alertmanager)")
	}
	return path
}

func theConditions(t *testing.T) []capacity.Condition {
	t.Helper()
	all, faults := LoadConditions(conditionsFile)
	require.Empty(t, faults)
	return all
}

func TestTheRulesAreMadeFromTheTable(t *testing.T) {
	file := filepath.Join(rulesFolder, "flow.rules.yml")
	text := prometheusRules(theConditions(t), 1)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	shipped, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(shipped), text, "flowcentre rules --write configs/prometheus/flow.rules.yml")
}

func TestPrometheusTakesTheRules(t *testing.T) {
	promtool := tool(t, "promtool")
	for _, name := range []string{"flow.rules.yml", "service.rules.yml"} {
		out, err := exec.CommandContext(t.Context(), promtool, "check", "rules", "--lint=all", "--lint-fatal", filepath.Join(rulesFolder, name)).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	divided := filepath.Join(t.TempDir(), "divided.yml")
	require.NoError(t, os.WriteFile(divided, []byte(prometheusRules(theConditions(t), 60)), 0o600))
	out, err := exec.CommandContext(t.Context(), promtool, "check", "rules", divided).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// TestEachRuleFiresHoldsAndClears lets Prometheus run each condition through its life: what it
// tests does not hold, holds, and holds no more; and it is not known at all.
func TestEachRuleFiresHoldsAndClears(t *testing.T) {
	promtool := tool(t, "promtool")
	rules, err := filepath.Abs(filepath.Join(rulesFolder, "flow.rules.yml"))
	require.NoError(t, err)
	var b strings.Builder
	fmt.Fprintf(&b, "rule_files: [%s]\nevaluation_interval: 1m\ntests:\n", rules)
	for _, c := range theConditions(t) {
		lifeOf(&b, &c)
	}
	file := filepath.Join(t.TempDir(), "lives.yml")
	require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
	out, err := exec.CommandContext(t.Context(), promtool, "test", "rules", file).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// Minutes of a condition's life: it does not hold until began, then holds for `for` and as long
// again, then no more.
const began = 10

func lifeOf(b *strings.Builder, c *capacity.Condition) {
	held := (c.For+59)/60 + 10
	cleared := began + held
	end := cleared + c.Keep/60 + 10
	sure := func(minute int) bool { return minute >= began && minute < cleared }
	fmt.Fprintf(b, "  - name: %s\n    interval: 1m\n    input_series:\n", c.Name)
	series(b, clockSeries, end, func(minute int) float64 { return clockAt(minute) })
	series(b, fmt.Sprintf(`flowcentre_place_info{job="flowcentre",instance="a",system="worcs",site=%q,name="Royal"}`, siteOf(c)), end, func(int) float64 { return 1 })
	for _, test := range c.Tests {
		testedSeries(b, c, &test, end, sure)
	}
	firing := fmt.Sprintf(`ALERTS{alertname="%s%s",alertstate="firing"}`, alertPrefix, c.Name)
	b.WriteString("    promql_expr_test:\n")
	expect := func(minute int, fires bool) {
		fmt.Fprintf(b, "      - expr: count(%s) or vector(0)\n        eval_time: %dm\n        exp_samples: [{labels: '{}', value: %d}]\n", firing, minute, map[bool]int{false: 0, true: 1}[fires])
	}
	expect(began-1, false)
	if c.For > 60 {
		expect(began+c.For/60-1, false)
	}
	expect(began+c.For/60+1, true)
	expect(cleared-1, true)
	if c.Keep >= 120 {
		expect(cleared+c.Keep/60-1, true)
	}
	expect(cleared+c.Keep/60+2, false)

	fmt.Fprintf(b, "  - name: %s of nothing\n    interval: 1m\n    input_series:\n", c.Name)
	series(b, clockSeries, end, func(minute int) float64 { return clockAt(minute) })
	for i, test := range c.Tests {
		if i > 0 { // all but the first
			testedSeries(b, c, &test, end, sure)
		}
	}
	b.WriteString("    promql_expr_test:\n")
	expect(began+c.For/60+1, false)
}

const clockSeries = `flowcentre_clock_timestamp_seconds{job="flowcentre",instance="a"}`

func clockAt(minute int) float64 { return 1_800_000_000 + 60*float64(minute) }

func siteOf(c *capacity.Condition) string {
	if c.Scope == "system" {
		return ""
	}
	return "wrh"
}

// testedSeries is a series in which a test holds when it should.
func testedSeries(b *strings.Builder, c *capacity.Condition, test *capacity.Test, end int, holds func(minute int) bool) {
	labels := fmt.Sprintf(`job="flowcentre",instance="a",system="worcs",site=%q`, siteOf(c))
	value := func(minute int) float64 {
		by := 1.0 // how far to the side on which it holds
		if !holds(minute) {
			by = -1
		}
		switch test.Kind {
		case capacity.IsAtLeast:
			return test.Value + (by-1)/2
		case capacity.IsAtMost:
			return test.Value - (by-1)/2
		case capacity.IsOlder:
			return clockAt(minute) - test.Value - 60*by
		case capacity.IsYounger:
			return clockAt(minute) - test.Value + 60*by
		}
		return clockAt(minute) + test.Value - 60*by
	}
	if test.Measure == "opel_above_declared" {
		level := fmt.Sprintf(`flowcentre_opel_level{%s,scope=%q,source="%%s"}`, labels, c.Scope)
		series(b, fmt.Sprintf(level, "declared"), end, func(int) float64 { return 2 })
		series(b, fmt.Sprintf(level, "assessed"), end, func(minute int) float64 { return 2 + value(minute) })
		return
	}
	name := selector(c.Scope, test.Measure)
	series(b, strings.Replace(name, "{", "{"+labels+",", 1), end, value)
}

func series(b *strings.Builder, name string, end int, value func(minute int) float64) {
	fmt.Fprintf(b, "      - series: '%s'\n        values: '", name)
	for minute := range end + 1 {
		fmt.Fprintf(b, "%.0f ", value(minute))
	}
	b.WriteString("'\n")
}

// TestConditionsHoldAsTheirRulesDo: a condition means to Go, which rehearses it, what it means
// to Prometheus.
func TestConditionsHoldAsTheirRulesDo(t *testing.T) {
	for _, c := range theConditions(t) {
		for _, holds := range []bool{true, false} {
			is := c.Holds(capacity.Instant(clockAt(0)*1000), func(measure string) capacity.Figure {
				i := slices.IndexFunc(c.Tests, func(x capacity.Test) bool { return x.Measure == measure })
				test := &c.Tests[i]
				by := map[bool]float64{true: 60, false: -60}[holds]
				switch test.Kind {
				case capacity.IsAtLeast:
					return capacity.Figure{Value: test.Value + by, Known: true}
				case capacity.IsAtMost:
					return capacity.Figure{Value: test.Value - by, Known: true}
				case capacity.IsOlder:
					return capacity.Figure{Value: clockAt(0) - test.Value - by, Known: true}
				case capacity.IsYounger:
					return capacity.Figure{Value: clockAt(0) - test.Value + by, Known: true}
				}
				return capacity.Figure{Value: clockAt(0) + test.Value - by, Known: true}
			})
			assert.Equal(t, holds, is, c.Name)
		}
		assert.False(t, c.Holds(0, func(string) capacity.Figure { return capacity.Figure{} }), c.Name)
	}
}

func TestATableOfConditionsEnteredByHand(t *testing.T) {
	good, err := os.ReadFile(conditionsFile)
	require.NoError(t, err)
	for name, c := range map[string]struct{ from, to, told string }{
		"a measure misspelt":      {"measure: ambulances_waiting", "measure: ambulance_waiting", "did you mean ambulances_waiting?"},
		"a moment as a number":    {"ambulance_longest_wait, older: 30m", "ambulance_longest_wait, at_least: 30", "a moment is tested by older"},
		"two things asked":        {"older: 30m", "older: 30m, younger: 60m", "asks one thing"},
		"a name twice":            {"name: CrewHeld45", "name: CrewHeld30", "stands twice"},
		"a page that flaps":       {"keep: 10m\n    severity: critical", "keep: 10s\n    severity: critical", "could flap"},
		"a tier too soon":         {"after: 20m", "after: 5m", "less than 15 minutes"},
		"nobody that can be told": {"tell: clinical_site_manager", "tell: ward_sister", `"ward_sister" is not one of`},
		"too long for a phone":    {"No critical care bed in the county", "There is no critical care bed free at any of the county's hospitals now", "lock screen"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(string(good), c.from, c.to, 1)
			require.NotEqual(t, string(good), text)
			file := filepath.Join(t.TempDir(), "spoilt.yaml")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			var out, diagnostics bytes.Buffer
			assert.Equal(t, 1, rulesCommand(t.Context(), []string{"--conditions", file}, &out, &diagnostics))
			assert.Contains(t, diagnostics.String(), c.told)
			assert.Empty(t, out.String())
		})
	}
}
