package capacity

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestWithholdByHand(t *testing.T) {
	for _, w := range []struct {
		counts []int64
		hidden []bool
		why    string
	}{
		{[]int64{10, 20, 30}, []bool{false, false, false}, "none is small"},
		{[]int64{0, 20, 30}, []bool{false, false, false}, "nobody is no person"},
		{[]int64{3, 20, 9}, []bool{true, false, true}, "one alone is the total less the others, so the next smallest goes too"},
		{[]int64{3, 4, 9}, []bool{true, true, false}, "two cover each other"},
		{[]int64{1, 1, 9}, []bool{true, true, true}, "of two that sum to 2 each is 1"},
		{[]int64{0, 3, 0}, []bool{false, true, false}, "there is no other to go with it"},
		{[]int64{4, 5}, []bool{true, true}, "fewer than 5 is small, 5 is not"},
	} {
		require.Equal(t, w.hidden, Withhold(w.counts), w.why)
	}
}

// TestWithheldCannotBeWorkedOut: whoever knows the total and every count that is shown finds
// for each withheld one at least two numbers that it could be.
func TestWithheldCannotBeWorkedOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 6), rapid.Int64Range(0, 40)), 1, 6).Draw(t, "counts")
		hidden := Withhold(counts)
		var unknown []int64
		for i, n := range counts {
			if hidden[i] {
				unknown = append(unknown, n)
			} else {
				require.False(t, n > 0 && n < Fewest, "%d is shown", n)
			}
			require.False(t, hidden[i] && n == 0, "0 is withheld")
		}
		rest := slices.ContainsFunc(counts, func(n int64) bool { return n >= Fewest && !hidden[slices.Index(counts, n)] })
		if len(unknown) == 0 || !rest {
			return // nothing is withheld, or nothing is left that could go with it
		}
		var sum int64
		for _, n := range unknown {
			sum += n
		}
		could := make([]map[int64]bool, len(unknown))
		for i := range could {
			could[i] = map[int64]bool{}
		}
		var try func(so []int64, left int64)
		try = func(so []int64, left int64) {
			if len(so) == len(unknown)-1 {
				if left >= 1 {
					for i, n := range append(so, left) {
						could[i][n] = true
					}
				}
				return
			}
			for n := int64(1); n < left; n++ {
				try(append(slices.Clone(so), n), left-n)
			}
		}
		if len(unknown) <= 3 {
			try(nil, sum)
			for i := range could {
				require.Greater(t, len(could[i]), 1, "%d of %v, with %v withheld", unknown[i], counts, hidden)
			}
		}
	})
}
