package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

// TestACensusEveryFiveMinutesLosesNoAdmission: what is told again and again is the first to
// be forgotten of a patient with more facts than are kept.
func TestACensusEveryFiveMinutesLosesNoAdmission(t *testing.T) {
	w := &ward{t: t, s: New("census"), feed: "pas"}
	w.unit([]string{"w1", "A:A1,A2"})
	w.line("06:00 admitted patient=p place=w1/A1")
	at := capacity.At(day.Add(7 * time.Hour))
	for n := range 2 * maxFacts {
		at = at.Add(5 * time.Minute)
		e := Event{ID: "c" + itoa(uint64(n)), Feed: "pas", Kind: CensusTaken, Happened: at, Recorded: at, Data: Data{Place: "w1", Census: []CensusEntry{{Place: "w1/A1", Patient: "p", Visit: "v-p"}}}}
		w.apply(&e)
	}
	require.Len(t, w.s.patients["p"].facts, maxFacts)
	require.Equal(t, Admitted, w.s.patients["p"].facts[0].Kind)
	bed := w.s.View().Units[0].Places[0]
	require.Equal(t, capacity.Occupied, bed.State)
	require.Equal(t, capacity.At(day.Add(6*time.Hour)), bed.Since)
}
