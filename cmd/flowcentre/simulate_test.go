package main

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var realismRow = regexp.MustCompile(`(?m)^(.+?), \S.*?  +([\d.]+)-([\d.]+)  +([\d.]+|NaN)  +\S+  +(ok|out)  `)

// TestTheCountyLooksReal: ten days of one county stray further than the median of five of
// sixty days, so each range is widened by its own width on both sides, and what takes weeks
// to be seen is left out.
func TestTheCountyLooksReal(t *testing.T) {
	var out, diagnostics bytes.Buffer
	exit := simulateCommand(t.Context(), strings.Fields("--check --days 10 --seeds 1"), &out, &diagnostics)
	rows := realismRow.FindAllStringSubmatch(out.String(), -1)
	require.Greater(t, len(rows), 40, out.String())
	strays := 0
	for _, r := range rows {
		least, _ := strconv.ParseFloat(r[2], 64)
		most, _ := strconv.ParseFloat(r[3], 64)
		value, err := strconv.ParseFloat(r[4], 64)
		require.NoError(t, err)
		inside := value >= least && value <= most
		assert.Equal(t, inside, r[5] == "ok", r[0])
		if !inside {
			strays++
		}
		if strings.HasPrefix(r[1], "virtual ward stay") || strings.HasPrefix(r[1], "variance") || strings.HasPrefix(r[1], "greatest difference") {
			continue
		}
		width := most - least
		assert.GreaterOrEqual(t, value, least-width, r[1])
		assert.LessOrEqual(t, value, most+width, r[1])
	}
	assert.Equal(t, strays > 0, exit == 1)
	assert.Equal(t, strays > 0, strings.Contains(diagnostics.String(), "out of range"))
	t.Logf("%d of %d rows stray\n%s", strays, len(rows), out.String())
}

func TestSimulateIsUsedWrongly(t *testing.T) {
	for _, args := range []string{"", "--check x", "--check --seeds 0", "--check --days 401", "--nonsense"} {
		var out, diagnostics bytes.Buffer
		assert.Equal(t, 2, simulateCommand(t.Context(), strings.Fields(args), &out, &diagnostics), args)
		assert.Contains(t, diagnostics.String(), "flowcentre simulate --check")
		assert.Empty(t, out.String())
	}
	var out, diagnostics bytes.Buffer
	assert.Equal(t, 1, simulateCommand(t.Context(), strings.Fields("--check --days 5"), &out, &diagnostics))
	assert.Contains(t, diagnostics.String(), "too few")
}
