package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	profiles     = "../../configs/opel/"
	countyConfig = "../../configs/worcestershire.yaml"
)

func TestTheIllustrativeProfileIsSoundAndSaysWhatItIs(t *testing.T) {
	var out, diagnostics bytes.Buffer
	require.Equal(t, 0, checkCommand(t.Context(), []string{"--opel", profiles + "illustrative.yaml", countyConfig}, &out, &diagnostics), out.String())
	assert.Contains(t, out.String(), "v1, illustrative")
	assert.Contains(t, out.String(), "wrh has a level, and 60 %")
	assert.NotContains(t, out.String(), "ktc", "a site without an acute profile has no level")
}

// TestAProfileWithoutItsNumbersIsRefused: what is known of the 2023/24 framework is not enough
// to score by.
func TestAProfileWithoutItsNumbersIsRefused(t *testing.T) {
	var out, diagnostics bytes.Buffer
	require.Equal(t, 1, checkCommand(t.Context(), []string{"--opel", profiles + "2023-24.yaml", countyConfig}, &out, &diagnostics))
	assert.Equal(t, 9, strings.Count(out.String(), "are missing: it has fewer than two steps"))
	assert.Contains(t, out.String(), "2023-24.yaml:16:")
}

// TestATableEnteredByHand spoils the illustrative profile as a tired hand might.
func TestATableEnteredByHand(t *testing.T) {
	good, err := os.ReadFile(profiles + "illustrative.yaml")
	require.NoError(t, err)
	for name, c := range map[string]struct{ from, to, told string }{
		"a slip in a total":        {"{from: 60, points: 5}]", "{from: 60, points: 6}]", "make at most 45 points, and the last band reaches to 44"},
		"a step out of order":      {"{from: 25, points: 2}", "{from: 12, points: 2}", "12 does not lie beyond 15"},
		"no number":                {"{from: 25, points: 2}", "{from: 25, points: two}", `"two" is not a number`},
		"a first step with a from": {"[{points: 0}, {from: 15, points: 1}", "[{from: 0, points: 0}, {from: 15, points: 1}", "the first step has a from"},
		"a measure misspelt":       {"measure: nctr_share", "measure: nctr_shared", "did you mean nctr_share?"},
		"a site that is not there": {"{wrh: 0.6, alex: 0.4}", "{wrh: 0.6, alexandra: 0.4}", `the layout has no site "alexandra"`},
		"a pillar nothing feeds":   {"sites: {wrh: 0.6, alex: 0.4}", "sites: {ktc: 1}", "no feed of ktc supplies"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(string(good), c.from, c.to, 1)
			require.NotEqual(t, string(good), text)
			file := filepath.Join(t.TempDir(), "spoilt.yaml")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			var out, diagnostics bytes.Buffer
			assert.Equal(t, 1, checkCommand(t.Context(), []string{"--opel", file, countyConfig}, &out, &diagnostics))
			assert.Contains(t, out.String(), c.told)
			assert.Regexp(t, `spoilt\.yaml:\d+:\d+: `, out.String())
		})
	}
}
