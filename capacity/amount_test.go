package capacity

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestSwappedIsAdded: a sum whose parts were exchanged one by one, in any order, is the sum
// of the parts that there are in the end.
func TestSwappedIsAdded(t *testing.T) {
	number := rapid.Int64Range(-3, 9)
	amount := rapid.Custom(func(t *rapid.T) Amount {
		a := Amount{Units: 1, N: number.Draw(t, "n"), Of: number.Draw(t, "of"), Sum: number.Draw(t, "sum")}
		a.Spread = slices.Sorted(slices.Values(rapid.SliceOfN(rapid.Int32Range(0, 5), 0, 4).Draw(t, "spread")))
		if rapid.Bool().Draw(t, "balanced") {
			a.Balances = []Balance{{rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "site"), number.Draw(t, "usable"), number.Draw(t, "needed")}}
		}
		return a
	})
	rapid.Check(t, func(t *rapid.T) {
		parts := make([]Amount, 4)
		var sum Amount
		for range rapid.IntRange(0, 12).Draw(t, "exchanges") {
			i := rapid.IntRange(0, len(parts)-1).Draw(t, "part")
			in := amount.Draw(t, "amount")
			sum.Swap(&parts[i], &in)
			parts[i] = in
		}
		var added Amount
		for _, p := range parts {
			added.Add(p)
		}
		require.Equal(t, added.Units, sum.Units)
		a, b := same(added), same(sum)
		require.True(t, a.Equal(&b), "%+v is not %+v", sum, added)
		require.True(t, slices.IsSorted(sum.Spread))
		require.Equal(t, []int64{added.Short(), added.Spare()}, []int64{sum.Short(), sum.Spare()})
	})
}
