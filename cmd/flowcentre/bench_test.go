package main

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

// Every part of bench measures something, and every figure has a value under its key.
func TestBenchGivesEveryFigure(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	t.Setenv(asProgram, "1") // what bench starts is this test program
	report, err := runBench(t.Context(), benchSizes{
		Rounds: 1, Replay: 500, Singles: 4, Bulks: 1, Async: 50, Live: 50 * time.Millisecond, Sockets: 10, Deltas: 2,
		History: 300, Few: 48, Many: 96, Applied: 200,
	}, io.Discard)
	require.NoError(t, err)

	var out bytes.Buffer
	require.NoError(t, report.writeJSON(&out))
	var all map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &all))
	for _, g := range benchGoals {
		assert.NotEmpty(t, report.samples[g.Key], g.Key)
		assert.Contains(t, all, g.Key)
		assert.Contains(t, all["figures"], g.Key)
	}
	for _, f := range besides {
		assert.NotEmpty(t, report.samples[f.Key], f.Key)
		assert.Contains(t, all["figures"], f.Key)
	}

	out.Reset()
	require.NoError(t, report.writeTable(&out))
	for _, g := range benchGoals {
		assert.Contains(t, out.String(), g.What)
	}
}

// A made-up county tells nothing that cannot be: nobody is admitted to a bed that is
// taken, and nothing is about a bed that does not exist.
func TestWardsTellWhatCanBe(t *testing.T) {
	w := newWards(100, 1_800_000_000_000, 60, 60)
	for _, e := range w.opening() {
		require.NotEmpty(t, e.ID)
	}
	in, kinds := map[string]string{}, map[flow.Kind]int{}
	for _, e := range w.events(8000) {
		d := e.Data
		require.NoError(t, e.Validate())
		kinds[e.Kind]++
		switch e.Kind.String() {
		case "flowcentre.bed.admitted.v1":
			require.Empty(t, in[d.Place])
			in[d.Place] = d.Patient
		case "flowcentre.bed.transferred.v1":
			require.Equal(t, d.Patient, in[d.Prior])
			require.Empty(t, in[d.Place])
			delete(in, d.Prior)
			in[d.Place] = d.Patient
		case "flowcentre.bed.discharged.v1":
			require.Equal(t, d.Patient, in[d.Place])
			delete(in, d.Place)
		}
	}
	assert.InDelta(t, 90, len(in), 6)
	for _, k := range []flow.Kind{flow.AttendanceArrived, flow.AttendanceSeen, flow.DecidedToAdmit, flow.BedRequested, flow.AttendanceDeparted, flow.DischargeReady, flow.DischargePlanned} {
		assert.Greater(t, kinds[k], 80, "%s of 8000", k)
	}
}

func TestQuantile(t *testing.T) {
	all := []float64{5, 1, 3, 2, 4}
	assert.InDelta(t, 3, quantile(all, 0.5), 0)
	assert.InDelta(t, 5, quantile(all, 0.99), 0)
	assert.InDelta(t, 1, quantile(all, 0), 0)
	assert.Zero(t, quantile([]float64(nil), 0.5))
}
