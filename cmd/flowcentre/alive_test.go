package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/streams/county"
)

// TestEveryKindOfPlaceIsAlive: in the first minutes of the demonstration each unit outside
// the hospitals has told of its places, nothing is held, and of each kind some report still
// holds; somebody rings the co-ordination centre, is referred, and statuses are declared.
func TestEveryKindOfPlaceIsAlive(t *testing.T) {
	c := demonstrationAt(t, 240)
	require.NoError(t, c.simulate(county.Options{Seed: 1, Start: demoStart, Desk: true}))
	told := func() (never []string, kinds map[capacity.UnitKind]int) {
		kinds = map[capacity.UnitKind]int{}
		for _, u := range c.view().Units {
			switch {
			case u.Slots == nil:
			case u.Slots.State == flow.PlacesNever:
				never = append(never, u.ID)
			case u.Slots.State == flow.PlacesTrue:
				kinds[u.Kind]++
			}
		}
		return never, kinds
	}
	require.Eventually(t, func() bool {
		never, kinds := told()
		v := c.view()
		return len(never) == 0 && len(kinds) == len(capacity.PlaceKinds()) && len(v.Referrals) > 0 && len(v.Calls) > 0 && len(v.Statuses) == 4
	}, 3*time.Minute, 250*time.Millisecond)
	require.Empty(t, c.view().Held)
	_, kinds := told()
	for _, kind := range capacity.PlaceKinds() {
		require.Positive(t, kinds[kind], kind)
	}
	for _, r := range c.view().Referrals {
		require.NotEmpty(t, r.Locality, r.ID)
	}
}
