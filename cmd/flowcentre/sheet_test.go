package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTheSheet is of a night with a held crew, an alert that nobody has, an action that is late
// and a feed that says nothing; -update writes it anew.
func TestTheSheet(t *testing.T) {
	d := shiftIn(t, "testdata/night.yaml", "02:00")
	d.tell("beds", "bed.census", map[string]any{"place": "wrh-w1", "census": []map[string]any{{"place": "wrh-w1/A1", "patient": patient("b1"), "visit": "T/VN/b1"}}})
	d.crowd("wrh-ed", "wrh-ae", 0, 5)
	d.tell("alex-ed", "feed.heartbeat", map[string]any{})
	d.crew("arrived", "A", "wrh-ae")
	status, answer := d.post("/api/v1/alertmanager", "application/json", []byte(`{"version":"4","alerts":[{"status":"firing","fingerprint":"3f2a9c01d4e5b677","startsAt":"2027-01-12T02:00:00Z","labels":{"alertname":"FlowCentreCrewHeld45","escalation":"input","scope":"site","site":"wrh"}}]}`))
	require.Equal(t, 200, status, string(answer))
	d.says("on_call_manager", "decision.action-raised", map[string]any{"action": "N1", "task": "cohort_area", "scope": "site/wrh", "owner": "clinical_site_manager", "due": d.time("02:30").String()})
	d.at("02:50")
	zone, err := time.LoadLocation("Europe/London")
	require.NoError(t, err)
	s := &sheets{SheetConfig: SheetConfig{Dir: filepath.Join(t.TempDir(), "sheets"), Keep: 2}, zone: zone, view: d.centre.view}
	v := *d.centre.view()
	v.Seq = 70 // ticks come as they come
	require.NoError(t, s.write(&v))
	got, err := os.ReadFile(filepath.Join(s.Dir, newestSheet))
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("testdata/sheet.html", got, 0o600))
	}
	want, err := os.ReadFile("testdata/sheet.html")
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "go test ./cmd/flowcentre -run TestTheSheet -update")
	require.NotZero(t, s.written.Load())

	for _, clock := range []string{"03:20", "03:50"} {
		d.at(clock)
		require.NoError(t, s.write(d.centre.view()))
	}
	left, err := filepath.Glob(filepath.Join(s.Dir, "*"))
	require.NoError(t, err)
	require.Len(t, left, 3, "the newest and two dated ones: %v", left)
}

// TestTheSheetCannotBeWritten: it is told, and tried again.
func TestTheSheetCannotBeWritten(t *testing.T) {
	d := shiftIn(t, "testdata/night.yaml", "02:00")
	file := filepath.Join(t.TempDir(), "a file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	told := make(chan error, 10)
	s := &sheets{SheetConfig: SheetConfig{Dir: filepath.Join(file, "sheets"), Every: time.Hour, Keep: 2}, zone: time.UTC, view: d.centre.view, failed: func(err error) { told <- err }}
	stop := make(chan struct{})
	go func() { _ = s.run(t.Context()); close(stop) }()
	first := <-told
	require.Error(t, first)
	var path *os.PathError
	require.True(t, errors.As(first, &path))
	d.at("02:01")
	require.Error(t, <-told)
	require.NoError(t, os.Remove(file))
	d.at("02:02")
	require.Eventually(t, func() bool { return s.written.Load() != 0 }, 20*time.Second, 20*time.Millisecond)
}
