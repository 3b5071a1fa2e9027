package web

import (
	"io/fs"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page works under Policy only with nothing inline, and only if all that it names is there.
func TestPageNamesWhatIsServedAndHoldsNothingInline(t *testing.T) {
	page := text(FS, "index.html")

	assert.Contains(t, page, `<meta name="assets" content="`+Assets+`">`)
	assert.Regexp(t, `^[0-9a-f]{16}$`, Assets)
	assert.NotRegexp(t, `<style|\sstyle=|\son\w+=|<script[^>]*>[^<]`, page)

	named := regexp.MustCompile(`(?:src|href)="/([^"]+)"`).FindAllStringSubmatch(page, -1)
	require.Len(t, named, 4, "script, style, font and icon")
	for _, m := range named {
		_, err := fs.Stat(FS, m[1])
		assert.NoError(t, err)
		assert.Regexp(t, `-[0-9A-Z]{8}\.\w+$`, m[1], "a name without a hash of the content is kept by caches")
	}
}

func TestStyleLoadsNothingFromElsewhere(t *testing.T) {
	for _, name := range served(t, ".css") {
		for _, m := range regexp.MustCompile(`url\(["']?([^"')]+)`).FindAllStringSubmatch(text(FS, name), -1) {
			_, err := fs.Stat(FS, strings.TrimPrefix(m[1], "/"))
			assert.NoError(t, err, "%s names %s", name, m[1])
		}
	}
}

// WCAG 2.2 success criteria 1.4.3 (text, 4.5:1) and 1.4.11 (shapes, 3:1).
func TestColoursHaveContrast(t *testing.T) {
	themes := tokens(t)
	require.Len(t, themes, 4, "light, dark by system, dark by choice, not live")
	assert.Equal(t, themes[1], themes[2], "the two dark themes are the same")
	for i, theme := range themes {
		for _, c := range []struct {
			front, back string
			least       float64
		}{
			{"ink", "panel", 7},
			{"ink", "field", 4.5},
			{"ink", "free", 7},
			{"muted", "panel", 4.5},
			{"muted", "field", 4.5},
			{"muted", "hatch", 3},
			{"ink", "hatch", 4.5},
			{"press", "panel", 4.5},
			{"press", "field", 4.5},
			{"level-3-mark", "panel", 3},
			{"level-2-edge", "panel", 3},
		} {
			if i == 3 && c.front == "muted" && c.back == "field" {
				c.least = 3.5 // on the field of a page that is not live stands large text alone
			}
			front, back := theme[c.front], theme[c.back]
			require.NotEmpty(t, front, c.front)
			require.NotEmpty(t, back, c.back)
			assert.GreaterOrEqual(t, contrast(t, front, back), c.least, "theme %d: %s %s on %s %s", i, c.front, front, c.back, back)
		}
	}
}

// served are the files of the bundle whose name ends so.
func served(t *testing.T, suffix string) []string {
	t.Helper()
	names, err := fs.Glob(FS, "assets/*"+suffix)
	require.NoError(t, err)
	require.NotEmpty(t, names)
	return names
}

// tokens are the colours of each theme in src/style/tokens.css, in the file's order.
func tokens(t *testing.T) []map[string]string {
	t.Helper()
	css, err := os.ReadFile("src/style/tokens.css")
	require.NoError(t, err)
	var themes []map[string]string
	for _, block := range strings.Split(string(css), " color-scheme:")[1:] {
		theme := map[string]string{}
		for _, m := range regexp.MustCompile(`--([\w-]+): (#[0-9a-f]{6})`).FindAllStringSubmatch(block, -1) {
			theme[m[1]] = m[2]
		}
		themes = append(themes, theme)
	}
	return themes
}

// contrast is the contrast ratio of two colours, as WCAG 2 defines it.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		require.NoError(t, err)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
