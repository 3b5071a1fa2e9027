package streams

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// Limits and ways of what Alertmanager sends.
const (
	payloadVersion = "4"
	maxAlerts      = 1_000            // of one notification
	confirmEvery   = 10 * time.Minute // of an alert told again and again as many are logged
	beatEvery      = time.Minute      // the same of the watchdog
	watchdog       = "Watchdog"
)

// notification is what Alertmanager's webhook sends, of version 4; members that are not named
// here are of no use.
type notification struct {
	Version   string  `json:"version"`
	Truncated uint64  `json:"truncatedAlerts"`
	Alerts    []alert `json:"alerts"`
}

// alert is one of a notification's.
type alert struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	StartsAt    time.Time         `json:"startsAt"`
	Fingerprint string            `json:"fingerprint"`
}

// TakenAlerts is the answer to a notification: what became of its alerts.
type TakenAlerts struct {
	Logged  int      `json:"logged"`
	Known   int      `json:"known"`              // they are in the log already
	Ignored int      `json:"ignored"`            // they are not for the centre: escalation="input" is missing
	Refused []string `json:"faults,omitempty"`   // why, of each that could not be used
	Left    uint64   `json:"left_out,omitempty"` // how many the sender left out: set max_alerts: 0
}

// readNotification reads a notification whole.
func readNotification(body []byte) (*notification, error) {
	n := &notification{}
	if err := json.Unmarshal(body, n); err != nil {
		return nil, malformed("the body is not a notification of Alertmanager in JSON")
	}
	switch {
	case n.Version != payloadVersion:
		return nil, &flow.Invalid{Field: "version", Reason: "is not 4: this is no notification of Alertmanager, or one of another version"}
	case len(n.Alerts) == 0:
		return nil, &flow.Invalid{Field: "alerts", Reason: "is empty"}
	case len(n.Alerts) > maxAlerts:
		return nil, &flow.Invalid{Field: "alerts", Reason: fmt.Sprintf("holds more than %d; group by site", maxAlerts)}
	}
	return n, nil
}

// event is what the log keeps of an alert at a moment of the centre's clock; not ok of one that
// is not for the centre. Told again, it has the same id for a while, so that the log keeps only
// some of many.
func (a *alert) event(now capacity.Instant) (e flow.Event, ok bool, err error) {
	e = flow.Event{Feed: flow.Alerts, Happened: now}
	if a.Labels["alertname"] == watchdog {
		e.Kind, e.ID = flow.Heartbeat, "watchdog-"+window(now, beatEvery)
		return e, a.Status == "firing", nil
	}
	if a.Labels["escalation"] != "input" {
		return e, false, nil
	}
	told := &flow.AlertTold{Name: a.Labels["alertname"], Fingerprint: a.Fingerprint, Started: capacity.At(a.StartsAt), Scope: "system"}
	if a.Labels["scope"] == "site" {
		told.Scope = "site/" + a.Labels["site"]
	}
	e.Data.Alert = told
	switch a.Status {
	case "firing":
		e.Kind, e.ID = flow.AlertFired, told.ID()+"-firing-"+window(now, confirmEvery)
	case "resolved":
		e.Kind, e.ID = flow.AlertResolved, told.ID()+"-resolved"
	default:
		return e, true, &flow.Invalid{Field: "alerts.status", Reason: "is neither firing nor resolved"}
	}
	return e, true, nil
}

// window numbers the length of time that a moment lies in.
func window(at capacity.Instant, length time.Duration) string {
	return strconv.FormatInt(int64(at)/length.Milliseconds(), 10)
}

// ofAlertmanager says why a request may not tell of alerts, and nil if it may.
func (d *Door) ofAlertmanager(r *http.Request) *Problem {
	if d.alertSecret == "" {
		if !local(r) || crossOrigin.Check(r) != nil {
			return problem(http.StatusForbidden, "not-local", "Only from this machine",
				"The alert path has no secret, so alerts are taken from this machine only.", "Give centre: alerts: a token_file, and Alertmanager's webhook the same as its credentials_file.")
		}
		return nil
	}
	token, p := bearer(r)
	if p == nil && subtle.ConstantTimeCompare([]byte(token), []byte(d.alertSecret)) != 1 {
		p = problem(http.StatusUnauthorized, "bad-token", "Unknown token", "This is not the alert path's token.", "Give Alertmanager's webhook the token of centre: alerts: token_file as its credentials_file.")
	}
	return p
}

// postAlerts takes what Alertmanager tells. It answers 2xx only when all that is for the centre
// is in the log: Alertmanager sends again what is answered 5xx, and drops what is answered 4xx.
func (d *Door) postAlerts(w http.ResponseWriter, r *http.Request) {
	if p := d.ofAlertmanager(r); p != nil {
		p.write(w)
		return
	}
	raw, p := body(w, r, MaxBody)
	if p != nil {
		p.write(w)
		return
	}
	n, err := readNotification(raw)
	if err != nil {
		d.slates.fault(flow.Alerts, d.clock.Now(), err)
		ProblemOf(err).write(w)
		return
	}
	answer := TakenAlerts{Left: n.Truncated}
	if n.Truncated > 0 {
		d.slates.fault(flow.Alerts, d.clock.Now(), &flow.Invalid{Field: "truncatedAlerts", Reason: "is not 0: the sender left alerts out; set max_alerts: 0"})
	}
	var events []flow.Event
	for i := range n.Alerts {
		e, ok, err := n.Alerts[i].event(d.clock.Now())
		switch {
		case err != nil:
			d.slates.fault(flow.Alerts, d.clock.Now(), err)
			answer.Refused = append(answer.Refused, err.Error())
		case !ok:
			d.slates.ignore(flow.Alerts, "NOT_INPUT")
			answer.Ignored++
		default:
			events = append(events, e)
		}
	}
	for _, result := range d.post(r.Context(), flow.Alerts, events, inward) {
		switch {
		case result.Err == nil && result.Duplicate:
			answer.Known++
		case result.Err == nil:
			answer.Logged++
		default:
			p := ProblemOf(result.Err)
			if p.retryAfter != "" {
				p.write(w)
				return
			}
			answer.Refused = append(answer.Refused, p.Detail)
		}
	}
	writeJSON(w, typeJSON, http.StatusOK, answer)
}
