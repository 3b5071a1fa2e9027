package hl7

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

// seed gives the fuzzer the project's own messages, and inputs that once broke other
// parsers where the shared corpus is there.
func seed(f *testing.F) {
	for _, pattern := range []string{
		filepath.Join("testdata", "handwritten", "*.hl7"),
		filepath.Join(shared, "nhapi-fuzz", "*.bin"),
	} {
		files, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, file := range files {
			b, err := os.ReadFile(file)
			require.NoError(f, err)
			f.Add(b[:min(len(b), 4096)])
		}
	}
}

func FuzzRead(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, refusal := Read(b)
		if refusal != nil {
			require.NotEmpty(t, refusal.Detail)
			return
		}
		for _, s := range m.segments {
			content := m.raw[s.start:s.end]
			require.NotContains(t, string(content), "\r")
			for n := 1; n < 60; n++ {
				for repetition := range m.repetitions(m.field(content, n)) {
					m.text(m.sub(m.component(repetition, 4), 2))
				}
			}
		}
	})
}

func FuzzMap(f *testing.F) {
	seed(f)
	zone := london(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		settings := Settings{TimeZone: zone}
		r := Map(b, &settings, arrival)
		checkValidFuzzed(t, b, r)
		for _, mode := range []AckMode{AckAuto, AckOriginal, AckEnhanced} {
			ack := Acknowledge(b, r.Refusal, "", mode, arrival)
			require.LessOrEqual(t, len(ack), 2*len(b)+2048)
		}
	})
}

// checkValidFuzzed checks also that nothing happened in the future, and that the same
// bytes give the same event.
func checkValidFuzzed(t *testing.T, b []byte, r Result) {
	checkValid(t, r)
	if r.Event == nil {
		return
	}
	require.LessOrEqual(t, r.Event.Happened, arrival.Add(ahead))
	require.Positive(t, r.Event.Happened)
	again := Map(bytes.Clone(b), &Settings{TimeZone: london(t)}, arrival)
	require.Equal(t, r, again)
}

func FuzzSplit(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		total := 0
		for message := range Split(b) {
			require.NotEmpty(t, message)
			total += len(message)
			m, refusal := Read(message)
			if refusal == nil {
				require.Equal(t, msh, m.segments[0].id)
				require.NotEqual(t, SeveralMessages, refusal)
			}
		}
		require.LessOrEqual(t, total, len(b))
	})
}

func FuzzStamp(f *testing.F) {
	for _, s := range []string{"20260114093000", "20261025013000", "20260329013000", "2026", "20260114093000.1234+0530"} {
		f.Add([]byte(s))
	}
	zone := london(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		s, ok := parseStamp(b)
		if !ok {
			return
		}
		first, second := s.readings(zone)
		require.Positive(t, first)
		require.LessOrEqual(t, distance(first, second).Hours(), 1.0)
		require.LessOrEqual(t, distance(s.near(arrival, zone), arrival), max(distance(first, arrival), distance(second, arrival)))
		require.NotEqual(t, capacity.Instant(0), s.until(arrival, zone))
	})
}
