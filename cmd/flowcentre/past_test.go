package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/dashboard"
	"flowcentre/flow"
)

// hurriedShire is the centre of ward.yaml, whose clock runs 600 times as fast and which
// takes a checkpoint every 40 events.
func hurriedShire(t *testing.T, data string) *centre {
	t.Helper()
	config, faults := LoadConfig("testdata/ward.yaml")
	require.Empty(t, faults)
	config.Data = data
	c, err := startCentre(t.Context(), centreOptions{
		Config: config, Logger: slog.New(slog.DiscardHandler), FrameEvery: -1,
		Start: demoStart, Speed: 600, CheckpointEvery: 40,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// shown is the state as the API tells it, without what a restart may change.
func (c *centre) shown(t *testing.T, query string) (state map[string]any) {
	t.Helper()
	resp, err := http.Get("http://" + c.httpAddr + "/api/v1/state?" + query)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, string(body))
	require.NoError(t, json.Unmarshal(body, &state))
	forgetVersions(state)
	return state
}

func forgetVersions(of any) {
	switch of := of.(type) {
	case map[string]any:
		delete(of, "version")
		for _, inner := range of {
			forgetVersions(inner)
		}
	case []any:
		for _, inner := range of {
			forgetVersions(inner)
		}
	}
}

func checkpointsIn(t *testing.T, data string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(data, checkpointFolder, "*.db"))
	require.NoError(t, err)
	return files
}

// TestThePastIsWhatTheWallShowed: every state that the wall has shown is given again, by
// its sequence and by its time, from checkpoints and without, also after a restart.
func TestThePastIsWhatTheWallShowed(t *testing.T) {
	data := t.TempDir()
	c := hurriedShire(t, data)
	var live []map[string]any
	for i := range 120 {
		place, patient := fmt.Sprint("w4/A", 1+i%6), fmt.Sprint("T/MR/", i%17)
		switch i % 6 {
		case 0:
			c.post(t, fmt.Sprint("e", i), "census", fmt.Sprintf(`{"place":"w4","census":[{"place":%q,"patient":%q}]}`, place, patient))
		case 3:
			c.post(t, fmt.Sprint("e", i), "closed", fmt.Sprintf(`{"place":"w4/S%d","reason":"staffing","until":%q}`, 1+i%2, c.clock.Now().Add(time.Hour)))
		case 4:
			c.post(t, fmt.Sprint("e", i), "discharged", fmt.Sprintf(`{"patient":%q,"place":%q}`, patient, place))
		case 5:
			c.post(t, fmt.Sprint("e", i), "admitted", fmt.Sprintf(`{"patient":%q,"visit":"T/VN/%d","place":"w9/A1"}`, patient, i))
		default:
			c.post(t, fmt.Sprint("e", i), "admitted", fmt.Sprintf(`{"patient":%q,"visit":"T/VN/%d","place":%q}`, patient, i, place))
		}
		live = append(live, c.shown(t, ""))
	}
	require.Eventually(t, func() bool { return len(checkpointsIn(t, data)) >= 2 }, 10*time.Second, time.Millisecond)

	same := func(c *centre) {
		for i, want := range live {
			got := c.shown(t, fmt.Sprintf("at=%.0f", want["seq"]))
			require.Equal(t, want, got)
			if text, ticked := want["at"].(string); ticked && i%10 == 0 {
				at, err := time.Parse(time.RFC3339, text)
				require.NoError(t, err)
				zone := time.FixedZone("", 3600)
				got := c.shown(t, "at="+url.QueryEscape(at.In(zone).Format(time.RFC3339Nano)))
				require.Equal(t, want["at"], got["at"], "the clock then was the clock asked for")
			}
		}
	}
	same(c)
	require.NoError(t, c.Close())
	require.GreaterOrEqual(t, len(checkpointsIn(t, data)), 2)
	c = hurriedShire(t, data)
	same(c)
	require.NoError(t, c.Close())
	for _, file := range checkpointsIn(t, data) {
		require.NoError(t, os.Remove(file))
	}
	same(hurriedShire(t, data))
}

// A moment between two ticks has all that was recorded by then, and nothing later.
func TestAMomentOfThePast(t *testing.T) {
	c := shire(t, t.TempDir(), "127.0.0.1:0")
	c.post(t, "c1", "census", `{"place":"w4","census":[]}`)
	c.post(t, "c2", "closed", `{"place":"w4/S1","reason":"staffing"}`)
	logged := c.shown(t, "")
	seq := uint64(logged["seq"].(float64))
	for s := uint64(1); s <= seq; s++ {
		e, err := c.events.Event(t.Context(), s)
		require.NoError(t, err)
		if e.Event.Recorded > c.view().At {
			break // beyond the last tick
		}
		last, err := c.events.Moment(t.Context(), e.Event.Recorded)
		require.NoError(t, err)
		got := c.shown(t, "at="+e.Event.Recorded.String())
		require.EqualValues(t, last, got["seq"])
		require.GreaterOrEqual(t, last, s)
	}
}

func TestWhatThePastCannotAnswer(t *testing.T) {
	c := shire(t, t.TempDir(), "127.0.0.1:0")
	require.Eventually(t, func() bool { return c.view().At != 0 }, 20*time.Second, 10*time.Millisecond)
	now := c.view().At
	for at, want := range map[string]struct {
		status       int
		kind, detail string
	}{
		"0":                           {404, "before-the-log", "that is event 1"},
		"2000-01-01T00:00:00Z":        {404, "before-the-log", "that is event 1"},
		"1000000":                     {404, "beyond-the-log", "that is event "},
		now.Add(time.Minute).String(): {404, "beyond-the-log", "the centre's clock stands at 2"},
		"":                            {400, "bad-parameter", ""},
		"yesterday":                   {400, "bad-parameter", ""},
		"-1":                          {400, "bad-parameter", ""},
		"2027-01-12":                  {400, "bad-parameter", ""},
		"2027-01-12T08:00:00 01:00":   {400, "bad-parameter", "neither"},
		"99999999999999999999999":     {400, "bad-parameter", ""},
		"2027-01-12T08:00:00":         {400, "bad-parameter", ""},
		strings.Repeat("9", 1<<10):    {400, "bad-parameter", ""},
	} {
		resp, err := http.Get("http://" + c.httpAddr + "/api/v1/feeds?at=" + url.QueryEscape(at))
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		require.NoError(t, err)
		assert.Equal(t, want.status, resp.StatusCode, at)
		assert.Contains(t, string(body), "urn:flowcentre:problem:"+want.kind, at)
		assert.Contains(t, string(body), want.detail, at)
	}
}

// One rebuild at a time, a few that wait, each for all who ask for the same; what nobody
// waits for any longer is there for the next.
func TestThePastTakesTurns(t *testing.T) {
	c := shire(t, t.TempDir(), "127.0.0.1:0")
	p := newPast(c.events, c.past.checkpoints, c.view)
	p.patience = 5 * time.Millisecond
	for seq := 1; seq <= pastWaiting; seq++ {
		for range 2 {
			_, err := p.View(t.Context(), strconv.Itoa(seq))
			require.ErrorIs(t, err, dashboard.ErrBusy)
			require.ErrorContains(t, err, "still on its way")
		}
	}
	_, err := p.View(t.Context(), "5")
	require.ErrorIs(t, err, dashboard.ErrBusy)
	require.ErrorContains(t, err, "4 others wait")
	gone, leave := context.WithCancel(t.Context())
	leave()
	_, err = p.View(gone, "1")
	require.ErrorIs(t, err, context.Canceled)

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.run(ctx) }()
	p.patience = time.Minute
	var views []*flow.View
	for seq := uint64(1); seq <= 5; seq++ {
		v, err := p.View(t.Context(), strconv.FormatUint(seq, 10))
		require.NoError(t, err)
		require.Equal(t, seq, v.Seq)
		views = append(views, v)
	}
	again, err := p.View(t.Context(), "3")
	require.NoError(t, err)
	require.Same(t, views[2], again, "it was not rebuilt")
	require.LessOrEqual(t, len(p.asked), pastKept)

	stop()
	require.ErrorIs(t, <-ended, context.Canceled)
	_, err = p.View(t.Context(), "6")
	require.ErrorIs(t, err, dashboard.ErrBusy)
	require.ErrorContains(t, err, "stopping")
}
