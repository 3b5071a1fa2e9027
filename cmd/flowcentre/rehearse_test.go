package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

// TestAWatchGoesAsPrometheusDoes: conditions with random times hold at random, and Prometheus's own
// rule engine fires and clears at the same evaluations.
func TestAWatchGoesAsPrometheusDoes(t *testing.T) {
	looksOnly(t)
	promtool := tool(t, "promtool")
	random := rand.New(rand.NewPCG(7, 11))
	const steps = 90
	var b, rules strings.Builder
	rules.WriteString("groups:\n  - name: watches\n    rules:\n")
	file := filepath.Join(t.TempDir(), "rules.yml")
	fmt.Fprintf(&b, "rule_files: [%s]\nevaluation_interval: 1m\ntests:\n", file)
	for n := range 40 {
		c := capacity.Condition{For: 60 * random.IntN(6), Keep: 60 * random.IntN(6)}
		fmt.Fprintf(&rules, "      - alert: A%d\n        expr: figure%d > 0\n        for: %ds\n        keep_firing_for: %ds\n", n, n, c.For, c.Keep)
		holds, values := make([]bool, steps), make([]string, steps)
		for i := range steps {
			holds[i] = random.IntN(5) > 1
			values[i] = map[bool]string{false: "0", true: "1"}[holds[i]]
		}
		fmt.Fprintf(&b, "  - interval: 1m\n    input_series:\n      - {series: figure%d, values: %q}\n    promql_expr_test:\n", n, strings.Join(values, " "))
		w := capacity.Watch{}
		for i := range steps {
			fires := w.Step(capacity.Instant((i+1)*60_000), holds[i], &c)
			fmt.Fprintf(&b, "      - expr: count(ALERTS{alertname=\"A%d\",alertstate=\"firing\"}) or vector(0)\n        eval_time: %dm\n        exp_samples: [{labels: '{}', value: %d}]\n", n, i, map[bool]int{false: 0, true: 1}[fires])
		}
	}
	require.NoError(t, os.WriteFile(file, []byte(rules.String()), 0o600))
	lives := filepath.Join(t.TempDir(), "watches.yml")
	require.NoError(t, os.WriteFile(lives, []byte(b.String()), 0o600))
	out, err := exec.CommandContext(t.Context(), promtool, "test", "rules", lives).CombinedOutput()
	require.NoError(t, err, "%.2000s", out)
}

// TestRehearsal: a night is gone through again with a profile that is stricter and a table that is
// laxer, and set beside what was.
func TestRehearsal(t *testing.T) {
	d := shiftIn(t, "testdata/night.yaml", "02:00")
	d.crowd("wrh-ed", "wrh-ae", 0, 5)
	d.crowd("alex-ed", "alex-ae", 0, 3)
	d.crew("arrived", "A", "wrh-ae")
	for m := 1; m <= 100; m++ {
		if m == 25 {
			status, answer := d.post("/api/v1/alertmanager", "application/json", []byte(`{"version":"4","alerts":[{"status":"firing","fingerprint":"3f2a9c01d4e5b677","startsAt":"2027-01-12T02:25:00Z","labels":{"alertname":"FlowCentreOver12Hours","escalation":"input","scope":"site","site":"wrh"}}]}`))
			require.Equal(t, 200, status, string(answer))
		}
		if m == 60 {
			d.says("on_call_manager", "feed.status-declared", map[string]any{"declared": map[string]any{"scope": "site/wrh", "status": "opel", "value": "2"}, "until": d.time("08:00").String(), "due": d.time("06:00").String()})
		}
		if m == 70 {
			d.crew("handed-over", "A", "wrh-ae")
		}
		d.at(fmt.Sprintf("%02d:%02d", 2+m/60, m%60))
	}
	require.NoError(t, d.centre.Close())
	data := d.centre.o.Config.Data

	lax := filepath.Join(t.TempDir(), "conditions.yaml")
	table, err := os.ReadFile(conditionsFile)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(lax, []byte(strings.Replace(string(table), "older: 45m", "older: 65m", 1)), 0o600))
	strict := filepath.Join(t.TempDir(), "strict.yaml")
	profile, err := os.ReadFile("testdata/night-opel.yaml")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(strict, []byte(strings.Replace(string(profile), "{from: 4, points: 1}", "{from: 4, points: 2}", 1)), 0o600))

	rehearse := func(args ...string) string {
		t.Helper()
		var out, diagnostics bytes.Buffer
		require.Zero(t, rehearseCommand(t.Context(), append([]string{"--data", data}, args...), &out, &diagnostics), diagnostics.String())
		return out.String()
	}
	alone := rehearse()
	require.Contains(t, alone, "only rehearsed: CrewHeld45, site/wrh, Tue 12 Jan 02:46:00 to 03:15:00", "45 minutes and the first tick after; 5 minutes kept")
	require.Contains(t, alone, "only in the log: Over12Hours, site/wrh")
	require.Regexp(t, `alerts CrewHeld30 +1\n`, alone)
	require.Regexp(t, `site/wrh: OPEL 2 entered, time at it +1, 1h3\dm0s`, alone)

	both := rehearse("--profile", strict, "--conditions", lax)
	require.Regexp(t, `alerts CrewHeld45 +1 +1\n`, both)
	require.Regexp(t, `site/wrh: OPEL 3 entered, time at it +0, 0s +1, 1h`, both)
	require.Regexp(t, `before a declared level, median +\S+, 1 of 1 reached`, both)
	require.NotContains(t, both, "only today: CrewHeld45", "it fires later, and at the same time")

	early := rehearse("--conditions", lax, "--from", "2027-01-12T02:00:00Z", "--to", "2027-01-12T02:50:00Z")
	require.Contains(t, early, "only today: CrewHeld45, site/wrh, Tue 12 Jan 02:46:00 to still firing")

	var out, diagnostics bytes.Buffer
	require.Equal(t, 2, rehearseCommand(t.Context(), nil, &out, &diagnostics))
	require.Equal(t, 2, rehearseCommand(t.Context(), []string{"--data", data, "--from", "yesterday"}, &out, &diagnostics))
	require.Equal(t, 1, rehearseCommand(t.Context(), []string{"--data", t.TempDir()}, &out, &diagnostics))
	require.Contains(t, diagnostics.String(), "has no store of a centre")
	require.Equal(t, 1, rehearseCommand(t.Context(), []string{"--data", data, "--profile", "testdata/night.yaml"}, &out, &diagnostics))
}
