package capacity

// Withhold says which of a column's counts must not be shown, where their total may be
// known from elsewhere: those from 1 to 4, and as many of the smallest others as it takes
// that none of the withheld can be worked out from the rest. Zeros are always shown.
func Withhold(counts []int64) []bool {
	hidden := make([]bool, len(counts))
	some := false
	for i, n := range counts {
		hidden[i] = n > 0 && n < Fewest
		some = some || hidden[i]
	}
	for some && !guarded(counts, hidden) {
		next := -1
		for i, n := range counts {
			if !hidden[i] && n > 0 && (next < 0 || n < counts[next]) {
				next = i
			}
		}
		if next < 0 {
			break // all are withheld; who knows their total knows no more
		}
		hidden[next] = true
	}
	return hidden
}

// guarded says whether each count that is withheld could be another one too, for somebody
// who knows the total, the counts that are shown, and the rule, but not which of the withheld
// are small.
func guarded(counts []int64, hidden []bool) bool {
	var cells, sum int64
	for i, n := range counts {
		if hidden[i] {
			cells++
			sum += n
		}
	}
	// Each is at least 1. One alone is the sum; when all are 1 the sum is as many as there are.
	return cells > 1 && sum > cells
}
