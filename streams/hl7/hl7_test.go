package hl7

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

var update = flag.Bool("update", false, "write the golden file anew")

var shared = filepath.Join("..", "..", "..", "shared", "testdata", "hl7")

// arrival is when every test message comes in, unless a test says otherwise.
var arrival = instant("2026-11-22T12:00:00Z")

func instant(text string) capacity.Instant {
	at, err := capacity.ParseInstant(text)
	if err != nil {
		panic(err)
	}
	return at
}

func london(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("Europe/London")
	require.NoError(t, err)
	return zone
}

// handwritten is one of the project's own messages.
func handwritten(t testing.TB, name string) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", "handwritten", name+".hl7"))
	require.NoError(t, err)
	return b
}

// corpus is the shared folder of messages, or a skip.
func corpus(t testing.TB) string {
	if _, err := os.Stat(shared); err != nil {
		t.Skipf("the shared message corpus is not here: %v", err)
	}
	return shared
}

// adt builds a message of one trigger out of further segments.
func adt(trigger string, segments ...string) []byte {
	head := `MSH|^~\&|PAS|RXX|FLOW|FLOW|20260114093000||ADT^` + trigger + `|C1|P|2.4`
	return []byte(strings.Join(append([]string{head, "EVN||20260114092900"}, segments...), "\r") + "\r")
}

const (
	patientA = "PID|1||H1^^^RXX^MR~999^^^NHS^NH"
	patientB = "PID|2||H2^^^RXX^MR"
)

// visitAt is a PV1 with class, location, prior location and visit V1.
func visitAt(class, place, prior string) string {
	return "PV1|1|" + class + "|" + place + "|||" + prior + strings.Repeat("|", 13) + "V1"
}
