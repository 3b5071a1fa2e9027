package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	browser "github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/streams"
)

// said is an answer to a provider or to the desk: what was asked for, or the problem.
type said struct {
	ID, Address, Unit, Type, Detail, Code, Next, Field, Outcome string
	Seq                                                         uint64
	Undo                                                        *streams.UndoState
	Places                                                      json.RawMessage // slots; of a problem what stands
	Links                                                       []struct{ ID, Unit, Until, Revoked string }
}

// ofProviders are the addresses of whose answers every one must be as openapi.yaml says.
var ofProviders = regexp.MustCompile(`^/api/v1/(?:places|links)/?([^/]*)`)

// templated is the address as it is described.
func templated(path, variable string) string {
	if variable == "" {
		return path
	}
	return strings.NewReplacer("places/"+variable, "places/{token}", "links/"+variable, "links/{id}").Replace(path)
}

// ask sends one request with a JSON body, or without.
func (c *centre) ask(t *testing.T, method, path, body string, headers ...string) (int, said, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+c.httpAddr+path, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	if part := ofProviders.FindStringSubmatch(path); part != nil {
		readContract(t, "openapi.yaml").describes(t, method, templated(path, part[1]), resp, text)
	}
	var answer said
	if strings.HasSuffix(resp.Header.Get("Content-Type"), "json") {
		require.NoError(t, json.Unmarshal(text, &answer), string(text))
	}
	return resp.StatusCode, answer, resp.Header
}

// TestALinksTokenIsToldOnce: the desk is given the address; neither the log, nor the store,
// nor any answer has the token again.
func TestALinksTokenIsToldOnce(t *testing.T) {
	data := t.TempDir()
	c := shire(t, data, "127.0.0.1:0")
	status, link, _ := c.ask(t, "POST", "/api/v1/links", `{"unit":"w4","role":"coordinator"}`)
	require.Equal(t, http.StatusCreated, status, link.Detail)
	token := strings.TrimPrefix(link.Address, "/places/")
	require.Len(t, token, 32)

	status, all, _ := c.ask(t, "GET", "/api/v1/links", "")
	require.Equal(t, http.StatusOK, status)
	require.Len(t, all.Links, 1)
	assert.Equal(t, link.ID, all.Links[0].ID)

	status, again, _ := c.ask(t, "POST", "/api/v1/links", `{"unit":"w9","role":"coordinator"}`)
	assert.Equal(t, http.StatusConflict, status)
	assert.Equal(t, "place", again.Code)
	status, _, _ = c.ask(t, "POST", "/api/v1/links", `{"unit":"w4"}`)
	assert.Equal(t, http.StatusUnprocessableEntity, status, "in which role?")
	status, _, _ = c.ask(t, "POST", "/api/v1/links", `{"unit":"w4","role":"coordinator"}`, "Sec-Fetch-Site", "cross-site")
	assert.Equal(t, http.StatusForbidden, status)

	status, gone, header := c.ask(t, "GET", "/places/"+token, "")
	require.Equal(t, http.StatusOK, status, gone.Detail)
	assert.Equal(t, "no-referrer", header.Get("Referrer-Policy"))
	assert.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'")

	require.NoError(t, c.Close())
	require.NoError(t, filepath.WalkDir(data, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		assert.False(t, bytes.Contains(content, []byte(token)), path)
		return err
	}))
}

// TestLinksNeedTheDesksToken: whoever has not the desk's token issues and sees no links.
func TestLinksNeedTheDesksToken(t *testing.T) {
	const desk = "0123456789abcdef0123"
	file := filepath.Join(t.TempDir(), "desk.token")
	require.NoError(t, os.WriteFile(file, []byte(desk+"\n"), 0o600))
	config, faults := LoadConfig("testdata/ward.yaml")
	require.Empty(t, faults)
	config.Data, config.Desk.TokenFile = t.TempDir(), file
	c, err := startCentre(t.Context(), centreOptions{Config: config, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	for _, token := range []string{"", "Bearer wrong"} {
		for _, of := range [][3]string{{"POST", "/api/v1/links", `{"unit":"w4","role":"coordinator"}`}, {"GET", "/api/v1/links", ""}, {"POST", "/api/v1/links/abc/revoke", `{"role":"coordinator"}`}} {
			status, _, _ := c.ask(t, of[0], of[1], of[2], "Authorization", token)
			assert.Equal(t, http.StatusUnauthorized, status, of)
		}
	}
	status, _, _ := c.ask(t, "POST", "/api/v1/links", `{"unit":"w4","role":"coordinator"}`, "Authorization", "Bearer "+desk)
	assert.Equal(t, http.StatusCreated, status)
}

// homes starts the centre of homes.yaml, with a link of Hollybank House.
func homes(t *testing.T) (c *centre, token string) {
	t.Helper()
	config, faults := LoadConfig("testdata/homes.yaml")
	require.Empty(t, faults)
	config.Data = t.TempDir()
	c, err := startCentre(t.Context(), centreOptions{Config: config, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	status, link, _ := c.ask(t, "POST", "/api/v1/links", `{"unit":"hollybank","role":"coordinator"}`)
	require.Equal(t, http.StatusCreated, status, link.Detail)
	return c, strings.TrimPrefix(link.Address, "/places/")
}

// freeAt is what a unit has free of a sort, and -1 while nobody told.
func (c *centre) freeAt(t *testing.T, unit, sort string) int {
	t.Helper()
	for _, u := range c.view().Units {
		if u.ID != unit {
			continue
		}
		for _, s := range u.Slots.Sorts {
			if s.ID == sort && s.Free != nil {
				return *s.Free
			}
		}
	}
	return -1
}

// TestAProviderTellsItsPlaces: what is told by a link is the word of the unit's own feed; two
// phones at once do not overwrite each other; the last report can be taken back; after the link
// is revoked nothing is taken.
func TestAProviderTellsItsPlaces(t *testing.T) {
	c, token := homes(t)
	api := "/api/v1/places/" + token
	status, a, header := c.ask(t, "GET", api, "")
	require.Equal(t, http.StatusOK, status)
	assert.Equal(t, "no-referrer", header.Get("Referrer-Policy"))
	assert.Equal(t, "no-store", header.Get("Cache-Control"))
	assert.Zero(t, a.Seq)
	for _, refused := range []struct {
		body, field string
		status      int
	}{
		{`{"seq":0,"still_true":true}`, "still_true", http.StatusUnprocessableEntity},
		{`{"sorts":[{"sort":"nursing","free":1}]}`, "seq", http.StatusUnprocessableEntity},
		{`{"seq":0}`, "still_true", http.StatusUnprocessableEntity},
		{`{"seq":0,"sorts":[{"sort":"nursing"}]}`, "sorts", http.StatusUnprocessableEntity},
		{`{"seq":0,"sorts":[{"sort":"attic","free":1}]}`, "sorts", http.StatusUnprocessableEntity},
		{`{"seq":0,"sorts":[{"sort":"nursing","free":11}]}`, "sorts", http.StatusUnprocessableEntity},
		{`{"seq":0,"accepting":false}`, "reason", http.StatusUnprocessableEntity},
		{`{"seq":0,"accepting":false,"reason":"Mrs Doe died"}`, "reason", http.StatusUnprocessableEntity},
		{`{"seq":0,"unit":"elms","sorts":[{"sort":"residential","free":1}]}`, "", http.StatusBadRequest},
		{`{"seq":0,"undo":"x"}`, "", http.StatusConflict},
	} {
		status, a, _ := c.ask(t, "POST", api, refused.body)
		assert.Equal(t, refused.status, status, refused.body)
		assert.Equal(t, refused.field, a.Field, refused.body)
	}
	assert.Equal(t, -1, c.freeAt(t, "hollybank", "nursing"), "nothing was taken of what was refused")

	const first = `{"id":"phone-1","seq":0,"sorts":[{"sort":"residential","free":2},{"sort":"nursing","free":1},{"sort":"short","free":0}],"accepting":true}`
	status, a, _ = c.ask(t, "POST", api, first)
	require.Equal(t, http.StatusAccepted, status, a.Detail)
	assert.Equal(t, "in effect", a.Outcome)
	assert.Equal(t, 2, c.freeAt(t, "hollybank", "residential"))
	assert.Equal(t, 0, c.freeAt(t, "hollybank", "short"))
	seen := a.Seq
	status, again, _ := c.ask(t, "POST", api, first)
	assert.Equal(t, http.StatusAccepted, status, "the same once more counts once")
	assert.Equal(t, seen, again.Seq)

	answers := make(chan int, 2)
	for _, body := range []string{
		fmt.Sprintf(`{"id":"phone-2","seq":%d,"sorts":[{"sort":"nursing","free":3}]}`, seen),
		fmt.Sprintf(`{"id":"phone-3","seq":%d,"sorts":[{"sort":"nursing","free":4}]}`, seen),
	} {
		go func() {
			resp, err := http.Post("http://"+c.httpAddr+api, "application/json", strings.NewReader(body))
			if err != nil {
				answers <- 0
				return
			}
			resp.Body.Close()
			answers <- resp.StatusCode
		}()
	}
	assert.ElementsMatch(t, []int{http.StatusAccepted, http.StatusConflict}, []int{<-answers, <-answers}, "two phones at once: one is told what the other said")
	status, a, _ = c.ask(t, "POST", api, fmt.Sprintf(`{"id":"phone-4","seq":%d,"still_true":true}`, seen))
	assert.Equal(t, http.StatusConflict, status)
	assert.Equal(t, "newer", a.Code)
	assert.Contains(t, string(a.Places), `"nursing"`, "with what stands")

	_, now, _ := c.ask(t, "GET", api, "")
	require.NotNil(t, now.Undo)
	status, a, _ = c.ask(t, "POST", api, fmt.Sprintf(`{"id":"phone-5","seq":%d,"undo":%q}`, now.Seq, now.Undo.ID))
	require.Equal(t, http.StatusAccepted, status, a.Detail)
	assert.Equal(t, 1, c.freeAt(t, "hollybank", "nursing"), "what was told before stands again")

	_, all, _ := c.ask(t, "GET", "/api/v1/links", "")
	status, _, _ = c.ask(t, "POST", "/api/v1/links/"+all.Links[0].ID+"/revoke", `{"role":"coordinator"}`)
	require.Equal(t, http.StatusAccepted, status)
	for _, method := range []string{"GET", "POST"} {
		status, a, _ = c.ask(t, method, api, `{"seq":0,"still_true":true}`)
		assert.Equal(t, http.StatusGone, status)
		assert.Contains(t, a.Next, "Ring the flow centre")
	}
	status, _, _ = c.ask(t, "GET", "/api/v1/places/"+strings.Repeat("A", 32), "")
	assert.Equal(t, http.StatusNotFound, status)
	for n := 0; status != http.StatusTooManyRequests && n < 200; n++ { // a new minute of the clock begins a new count
		status, _, _ = c.ask(t, "GET", "/api/v1/places/"+strings.Repeat("A", 32), "")
	}
	assert.Equal(t, http.StatusTooManyRequests, status, "nobody finds a link by trying")
}

// TestAProvidersPageInABrowser: a care home tells its places with taps on a phone.
func TestAProvidersPageInABrowser(t *testing.T) {
	axe, err := os.ReadFile("../../dashboard/web/testdata/axe.min.js")
	require.NoError(t, err)
	for _, width := range []int64{390, 320} {
		c, token := homes(t)
		ctx := tab(t, width, 844)
		require.NoError(t, browser.Do(ctx, browser.Navigate("http://"+c.httpAddr+"/places/"+token)))
		becomes(t, ctx, 10*time.Second, `document.body.innerText.includes("You have not told us yet")`)
		becomes(t, ctx, time.Second, `document.querySelector('[data-sort="nursing"] output').textContent === "—"`)
		tap := func(selector string) {
			t.Helper()
			_, err := browser.Run(ctx, browser.Evaluate[any](fmt.Sprintf(`document.querySelector(%q).click();0`, selector)))
			require.NoError(t, err)
		}
		snap := func(name string) {
			if dir := os.Getenv("FLOWCENTRE_PICTURES"); dir != "" {
				picture, err := browser.Run(ctx, browser.FullScreenshot(100))
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, width)), picture, 0o600))
			}
		}
		fits := func() {
			t.Helper()
			becomes(t, ctx, time.Second, `document.documentElement.scrollWidth <= innerWidth`)
			becomes(t, ctx, time.Second, `[...document.querySelectorAll("button")].every(b => b.getBoundingClientRect().height >= 52 && b.getBoundingClientRect().width >= 52)`)
			requireAccessible(t, ctx, axe)
		}
		fits()
		snap("never")
		for _, step := range []string{`[data-sort="residential"] button:last-child`, `[data-sort="residential"] button:last-child`, `[data-sort="nursing"] button:last-child`, `[data-sort="short"] button`} {
			tap(step)
			becomes(t, ctx, time.Second, `document.querySelector('[data-hook="save"]').textContent === "Save"`)
		}
		becomes(t, ctx, time.Second, `document.querySelector('[data-sort="residential"] output').textContent === "2"`)
		tap(`[data-hook="save"]`)
		becomes(t, ctx, 10*time.Second, `document.querySelector('[data-hook="message"]')?.textContent.startsWith("Saved at")`)
		require.Equal(t, []int{2, 1, 0}, []int{c.freeAt(t, "hollybank", "residential"), c.freeAt(t, "hollybank", "nursing"), c.freeAt(t, "hollybank", "short")})
		becomes(t, ctx, time.Second, `document.querySelector('[data-hook="still"]').innerText.includes("3 places free, nothing has changed")`)
		becomes(t, ctx, time.Second, `document.querySelector('[data-hook="save"]').textContent === "Nothing to save yet"`)
		fits()
		snap("told")

		// another phone tells something meanwhile: what is typed here is kept, and not saved
		tap(`[data-sort="nursing"] button`)
		_, now, _ := c.ask(t, "GET", "/api/v1/places/"+token, "")
		status, a, _ := c.ask(t, "POST", "/api/v1/places/"+token, fmt.Sprintf(`{"seq":%d,"sorts":[{"sort":"nursing","free":4}]}`, now.Seq))
		require.Equal(t, http.StatusAccepted, status, a.Detail)
		tap(`[data-hook="save"]`)
		becomes(t, ctx, 10*time.Second, `document.querySelector('[data-hook="message"]')?.textContent.includes("4 Nursing")`)
		becomes(t, ctx, time.Second, `document.querySelector('[data-sort="nursing"] output').textContent === "0"`)
		require.Equal(t, 4, c.freeAt(t, "hollybank", "nursing"))
		fits()
		snap("conflict")
		tap(`[data-hook="save"]`)
		becomes(t, ctx, 10*time.Second, `document.querySelector('[data-hook="message"]')?.textContent.startsWith("Saved at")`)
		require.Equal(t, 0, c.freeAt(t, "hollybank", "nursing"))

		tap(`[data-hook="undo"]`)
		becomes(t, ctx, 10*time.Second, `document.querySelector('[data-hook="message"]')?.textContent.startsWith("Taken back")`)
		require.Equal(t, 4, c.freeAt(t, "hollybank", "nursing"))

		tap(`[data-hook="accepting"]`)
		becomes(t, ctx, time.Second, `document.querySelector('[data-hook="save"]').textContent === "Say why you are closed"`)
		fits()
		snap("closed")

		// without a connection nothing is lost, and it says so
		tap(`.places-reasons button`)
		require.NoError(t, c.Close())
		tap(`[data-hook="save"]`)
		becomes(t, ctx, 10*time.Second, `document.querySelector('[data-hook="message"]')?.textContent.startsWith("Not saved: there is no connection")`)
		becomes(t, ctx, time.Second, `document.querySelector('[data-hook="accepting"]').getAttribute("aria-checked") === "false"`)
		snap("offline")
	}
}

// drop posts a CSV of places.
func (c *centre) drop(t *testing.T, csv string) (int, streams.PlacesListAnswer, streams.Problem) {
	t.Helper()
	resp, err := http.Post("http://"+c.httpAddr+"/api/v1/lists/places?source=homes", "text/csv", strings.NewReader(csv))
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var answer streams.PlacesListAnswer
	var problem streams.Problem
	if resp.StatusCode == http.StatusAccepted {
		require.NoError(t, json.Unmarshal(text, &answer), string(text))
	} else {
		require.NoError(t, json.Unmarshal(text, &problem), string(text))
	}
	return resp.StatusCode, answer, problem
}

// TestAListOfPlaces: each row counts by itself; last week's file changes no figure; what is no
// list is refused whole.
func TestAListOfPlaces(t *testing.T) {
	c, _ := homes(t)
	now := c.clock.Now()
	today, lastWeek := now.Add(-time.Hour).String(), now.Add(-7*24*time.Hour).String()
	file := "\ufeffUnit,sort,as_at,open,used,vacant,accepting,reason\n" +
		"hollybank,residential," + today + ",20,18,,yes,\n" +
		"hollybank,nursing," + today + ",10,,1,yes,\n" +
		"hollybank,short," + today + ",4,5,,yes,\n" + // more than there are
		"=cmd(),residential," + today + ",8,8,,yes,\n" +
		"elms,residential," + today + ",8,8,,no,full\n" +
		"cedars,residential," + today + ",8,8,,,\n" // nobody knows it: held
	status, a, _ := c.drop(t, file)
	require.Equal(t, http.StatusAccepted, status)
	require.Len(t, a.Results, 3, "%+v", a)
	assert.Equal(t, []int{2, 3}, a.Results[0].Lines)
	assert.Equal(t, "in effect", a.Results[0].Outcome)
	assert.Equal(t, "in effect", a.Results[1].Outcome)
	require.NotNil(t, a.Results[2].Error)
	assert.Equal(t, "unknown_place", a.Results[2].Error.Code)
	require.Len(t, a.Refused, 2)
	assert.Equal(t, []int{4, 5}, []int{a.Refused[0].Line, a.Refused[1].Line})
	assert.Equal(t, []int{2, 1, -1}, []int{c.freeAt(t, "hollybank", "residential"), c.freeAt(t, "hollybank", "nursing"), c.freeAt(t, "hollybank", "short")})
	assert.Equal(t, 0, c.freeAt(t, "elms", "residential"))

	_, a, _ = c.drop(t, file)
	assert.True(t, a.Results[0].Duplicate, "the same file counts once")

	status, a, _ = c.drop(t, "unit,sort,as_at,open,used\nhollybank,residential,"+lastWeek+",20,11\n")
	require.Equal(t, http.StatusAccepted, status)
	assert.Equal(t, "older", a.Results[0].Outcome)
	assert.NotZero(t, a.Results[0].Seq, "it is kept as history")
	assert.Contains(t, a.Results[0].Note, "figures are unchanged")
	assert.Equal(t, 2, c.freeAt(t, "hollybank", "residential"))

	for why, csv := range map[string]string{
		"a column too many":      "unit,sort,used,manager\nhollybank,nursing,1,Jane Doe\n",
		"no column for how many": "unit,sort\nhollybank,nursing\n",
		"half a file":            "unit,sort,open,used\nhollybank,nursing,10,1\nhollybank,resi",
		"no line end":            "unit,sort,open,used",
	} {
		status, _, p := c.drop(t, csv)
		assert.Equal(t, http.StatusUnprocessableEntity, status, why)
		assert.NotContains(t, p.Detail, "Jane", why)
	}
	assert.Equal(t, 1, c.freeAt(t, "hollybank", "nursing"))
}
