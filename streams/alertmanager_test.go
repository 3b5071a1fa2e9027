package streams

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

// notice is a notification of Alertmanager with these alerts.
func notice(alerts ...string) string {
	return `{"version":"4","groupKey":"{}","status":"firing","receiver":"engine","groupLabels":{},"truncatedAlerts":0,"alerts":[` + strings.Join(alerts, ",") + `]}`
}

func anAlert(status, name, fingerprint, more string) string {
	return fmt.Sprintf(`{"status":%q,"labels":{"alertname":%q,"scope":"site","site":"wrh","severity":"critical"%s},"annotations":{"line":"x"},"startsAt":"2027-01-12T03:15:07.123Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://x","fingerprint":%q}`, status, name, more, fingerprint)
}

const isInput = `,"escalation":"input"`

func taken(t *testing.T, response *http.Response) (a TakenAlerts) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text(t, response)), &a))
	return a
}

// TestAlertsComeBack: what fired and what is over is logged once, whatever order it comes in
// and however often; what is not for the centre is counted and passed over; the watchdog is a
// heartbeat.
func TestAlertsComeBack(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	s := httpServer(t, d)
	firing, over := anAlert("firing", "FlowCentreCrewsHeld", "00112233445566aa", isInput), anAlert("resolved", "FlowCentreCrewsHeld", "00112233445566aa", isInput)
	tell := func(body string) TakenAlerts {
		t.Helper()
		response, a := post(t, s, "/api/v1/alertmanager", typeJSON, body)
		require.Equal(t, http.StatusOK, response.StatusCode, a.Detail)
		return taken(t, response)
	}
	assert.Equal(t, TakenAlerts{Logged: 1}, tell(notice(firing)))
	assert.Equal(t, TakenAlerts{Known: 1}, tell(notice(firing)), "told again within ten minutes")
	assert.Equal(t, TakenAlerts{Logged: 2, Ignored: 1}, tell(notice(anAlert("resolved", "FlowCentreOver12Hours", "ff112233445566aa", isInput), over, anAlert("firing", "FlowCentreFeedSilent", "aa112233445566aa", ""))))
	assert.Equal(t, TakenAlerts{Known: 1}, tell(notice(over)))
	assert.Equal(t, TakenAlerts{Logged: 1}, tell(notice(anAlert("firing", "Watchdog", "bb112233445566aa", ""))))
	assert.Equal(t, TakenAlerts{Known: 1}, tell(notice(anAlert("firing", "Watchdog", "bb112233445566aa", ""))))
	assert.Equal(t, TakenAlerts{Refused: []string{"data.alert.fingerprint: is not 16 hexadecimal digits"}}, tell(notice(anAlert("firing", "FlowCentreCrewsHeld", "zz", isInput))))

	all := follow(t, l, 0, 4)
	first := all[0].Event
	assert.Equal(t, flow.AlertFired, first.Kind)
	assert.Equal(t, flow.Alerts, first.Feed)
	require.NotNil(t, first.Data.Alert)
	assert.Equal(t, "00112233445566aa-1799723707", first.Data.Alert.ID())
	assert.Equal(t, "site/wrh", first.Data.Alert.Scope)
	assert.Equal(t, []flow.Kind{flow.AlertResolved, flow.AlertResolved, flow.Heartbeat}, []flow.Kind{all[1].Event.Kind, all[2].Event.Kind, all[3].Event.Kind})
	assert.NotContains(t, string(all[0].Raw), "annotations")
}

// TestAlertsConfirmed: an alert that is told for hours is logged again every ten minutes.
func TestAlertsConfirmed(t *testing.T) {
	n, err := readNotification([]byte(notice(anAlert("firing", "FlowCentreCrewsHeld", "00112233445566aa", isInput))))
	require.NoError(t, err)
	ids := map[string]bool{}
	for m := range 60 {
		e, ok, err := n.Alerts[0].event(start.Add(time.Duration(m) * time.Minute))
		require.NoError(t, err)
		require.True(t, ok)
		ids[e.ID] = true
	}
	assert.Len(t, ids, 6)
}

func TestAlertsRefused(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	s := httpServer(t, d)
	good := notice(anAlert("firing", "FlowCentreCrewsHeld", "00112233445566aa", isInput))
	for title, c := range map[string]struct {
		body   string
		status int
		field  string
	}{
		"not JSON":        {"{", 400, ""},
		"cut off":         {good[:len(good)/2], 400, ""},
		"another version": {strings.Replace(good, `"4"`, `"3"`, 1), 422, "version"},
		"no alert":        {notice(), 422, "alerts"},
		"too large":       {`{"version":"4","x":"` + strings.Repeat("x", MaxBody) + `"}`, 413, ""},
		"too many":        {notice(strings.Repeat(anAlert("firing", "x", "0", "")+",", maxAlerts) + anAlert("firing", "x", "0", "")), 422, "alerts"},
	} {
		response, a := post(t, s, "/api/v1/alertmanager", typeJSON, c.body)
		assert.Equal(t, c.status, response.StatusCode, title)
		assert.Equal(t, c.field, a.Field, title)
		assert.NotEmpty(t, a.Next, title)
	}
	left := strings.Replace(good, `"truncatedAlerts":0`, `"truncatedAlerts":3`, 1)
	response, _ := post(t, s, "/api/v1/alertmanager", typeJSON, left)
	assert.Equal(t, TakenAlerts{Logged: 1, Left: 3}, taken(t, response), "what is there is taken, and what was left out is told")

	response, a := post(t, s, "/api/v1/alertmanager", typeJSON, good, "Host", "elsewhere.example")
	assert.Equal(t, http.StatusForbidden, response.StatusCode)
	assert.Contains(t, a.Next, "token_file")
	response, a = post(t, s, "/api/v1/events", typeStructured, strings.NewReplacer(`"wrh"`, `"alerts"`, "bed.cleaned", "alert.fired").Replace(goodEvent))
	assert.GreaterOrEqual(t, response.StatusCode, 400, "nobody else speaks for the alert path: %s", a.Detail)
	response, _ = post(t, s, "/api/v1/events", typeStructured, strings.NewReplacer(`"wrh"`, `"alerts"`).Replace(goodEvent))
	assert.Equal(t, http.StatusForbidden, response.StatusCode)
	response, a = post(t, s, "/api/v1/decisions", typeJSON, `{"id":"d1","type":"flowcentre.alert.fired.v1","data":{"role":"coordinator","alert":{"name":"X","fingerprint":"00112233445566aa","started":"2027-01-12T03:15:07Z","scope":"system"}}}`)
	assert.Equal(t, http.StatusUnprocessableEntity, response.StatusCode, a.Detail)
}

// TestAlertPathSecret: with a token only who shows it is heard.
func TestAlertPathSecret(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoorWith(t, l, func(o *DoorOptions) { o.AlertSecret = "the alert path's secret" })
	s := httpServer(t, d)
	good := notice(anAlert("firing", "FlowCentreCrewsHeld", "00112233445566aa", isInput))
	for header, status := range map[string]int{"": 401, "Bearer wrong": 401, "Bearer the alert path's secret": 200} {
		var headers []string
		if header != "" {
			headers = []string{"Authorization", header}
		}
		response, _ := post(t, s, "/api/v1/alertmanager", typeJSON, good, headers...)
		assert.Equal(t, status, response.StatusCode, header)
	}
}

// TestAlertsWhileTheLogIsAway: Alertmanager sends again what is answered 5xx.
func TestAlertsWhileTheLogIsAway(t *testing.T) {
	l := newTestLog(t)
	d := newTestDoor(t, l)
	s := httpServer(t, d)
	d.Close()
	response, _ := post(t, s, "/api/v1/alertmanager", typeJSON, notice(anAlert("firing", "FlowCentreCrewsHeld", "00112233445566aa", isInput)))
	assert.GreaterOrEqual(t, response.StatusCode, 429)
	assert.NotEmpty(t, response.Header.Get("Retry-After"))
}

// FuzzReadNotification: whatever comes, nothing panics, and what is made of it is valid or
// refused.
func FuzzReadNotification(f *testing.F) {
	f.Add([]byte(notice(anAlert("firing", "FlowCentreCrewsHeld", "00112233445566aa", isInput), anAlert("resolved", "Watchdog", "", ""))))
	f.Add([]byte(`{"version":"4","alerts":[{"startsAt":"9999-01-01T00:00:00Z","labels":{"escalation":"input"}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := readNotification(body)
		if err != nil {
			return
		}
		for i := range n.Alerts {
			e, ok, err := n.Alerts[i].event(start)
			if err != nil || !ok {
				continue
			}
			require.Contains(t, []flow.Kind{flow.AlertFired, flow.AlertResolved, flow.Heartbeat}, e.Kind)
			if e.Validate() == nil {
				_, err = flow.Encode(&e)
				require.NoError(t, err)
			}
		}
	})
}
