package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	browser "github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// TestWeekOne follows docs/week-one.md, and compares what it says of the wall with what
// the centre then answers: which figures there are, which come with time, and which are
// not sent. -update writes that part of the page, and its picture, anew.
func TestWeekOne(t *testing.T) {
	r := newReader(t)
	page := readDocs(t, "week-one.md")
	r.follow(t, page)
	site := r.measures(t, "site/general")
	told := tables(site)
	const from, to = "<!-- made by TestWeekOne -update -->\n", "<!-- end -->"
	before, rest, found := strings.Cut(page, from)
	require.True(t, found)
	was, after, found := strings.Cut(rest, to)
	require.True(t, found)
	if *update {
		r.picture(t, "week-one.png")
		require.NoError(t, os.WriteFile(filepath.Join(root, "docs", "week-one.md"), []byte(before+from+told+to+after), 0o600))
		return
	}
	require.Equal(t, was, told, "go test ./cmd/flowcentre -run TestWeekOne -update")
}

// measures are the figures of a scope, once there are some.
func (r *reader) measures(t *testing.T, scope string) map[string]*flow.MeasureValue {
	t.Helper()
	var answer struct{ Measures []flow.MeasuresView }
	require.Eventually(t, func() bool {
		resp, err := http.Get("http://" + r.ports.Replace(defaultHTTP) + "/api/v1/measures")
		require.NoError(t, err)
		defer resp.Body.Close()
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&answer))
		i := slices.IndexFunc(answer.Measures, func(m flow.MeasuresView) bool { return m.ID == scope })
		if i < 0 {
			return false
		}
		in := answer.Measures[i].Values["ae_in_department"]
		return in != nil && in.Value != nil
	}, 10*time.Second, 50*time.Millisecond)
	i := slices.IndexFunc(answer.Measures, func(m flow.MeasuresView) bool { return m.ID == scope })
	return answer.Measures[i].Values
}

// tables are the figures by what can be said of them.
func tables(values map[string]*flow.MeasureValue) string {
	var figures, later strings.Builder
	missing := map[string][]string{}
	var order []string
	for _, m := range capacity.Measures() {
		v := values[m.Name]
		switch {
		case v == nil:
		case v.Value == nil && why(v, "not_sent"):
			supply := supplies(&m)
			if missing[supply] == nil {
				order = append(order, supply)
			}
			missing[supply] = append(missing[supply], m.Title)
		case m.Window != "now" && m.Form != capacity.Shortfall || v.Small:
			text := "counted from now on"
			if m.Least > 0 {
				text = fmt.Sprintf("given from %d patients on", m.Least)
			}
			fmt.Fprintf(&later, "| %s | %s |\n", m.Title, text)
		case v.Value == nil:
		case m.Form == capacity.Earliest:
			fmt.Fprintf(&figures, "| %s | a time |%s |\n", m.Title, lacking(v))
		default:
			fmt.Fprintf(&figures, "| %s | %s %s |%s |\n", m.Title, strings.TrimSuffix(fmt.Sprintf("%.1f", *v.Value), ".0"), m.Unit, lacking(v))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| figure of the hospital | the wall says | and says that it lacks |\n|---|---|---|\n%s\n", figures.String())
	fmt.Fprintf(&b, "| figure of the hospital, of a time that has only begun | |\n|---|---|\n%s\n", later.String())
	fmt.Fprint(&b, "| not sent, until a feed supplies | figures |\n|---|---|\n")
	for _, s := range order {
		fmt.Fprintf(&b, "| %s | %s |\n", s, strings.Join(missing[s], "; "))
	}
	return b.String()
}

// supplies are what a feed must supply for a measure, and what of those that there are
// on the page.
func supplies(m *capacity.Measure) string {
	text := "`" + strings.Join(m.Supply, "` or `") + "`"
	switch {
	case len(m.Supply) == 0:
		return "nobody yet: a person [tells the figure](events.md#feed)"
	case slices.Contains(m.Supply, "occupancy"):
		return text + ", with the patients in it"
	case slices.Contains(m.Supply, "ae_list"):
		return text + ", with the column in it"
	}
	return text
}

func why(v *flow.MeasureValue, is string) bool {
	return slices.ContainsFunc(v.Missing, func(m flow.Missing) bool { return m.Why == is })
}

// lacking are the units that a figure lacks, and what of the site.
func lacking(v *flow.MeasureValue) string {
	words := map[string]string{"unknown": "no census", "not_sent": "not sent", "never": "nothing came yet", "silent": "silent", "outage": "outage"}
	var all []string
	for _, m := range v.Missing {
		all = append(all, strings.TrimRight(" "+m.Unit+m.Site+": "+m.Supply, " ")+" "+words[m.Why])
	}
	return strings.Join(all, ",")
}

// picture shows the wall as it is, live, into a file of docs.
func (r *reader) picture(t *testing.T, name string) {
	t.Helper()
	ctx := tab(t, 1920, 1080)
	require.NoError(t, browser.Do(ctx, browser.Navigate("http://"+r.ports.Replace(defaultHTTP)+"/")))
	becomes(t, ctx, 10*time.Second, live)
	shot, err := browser.Run(ctx, browser.CaptureScreenshot())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(root, "docs", name), shot, 0o644))
}
