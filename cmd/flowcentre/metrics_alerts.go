package main

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"flowcentre/capacity"
	"flowcentre/flow"
)

var (
	descAlertTold    = newDesc("alert_told", "1 for each role beyond the first that is told of an open alert while nobody has taken it and it is not shelved.", "system", "site", "scope", "condition", "alert", "severity", "role", "name", "line")
	descAlertsOpen   = newDesc("alerts_open", "Open alerts that came back, by whether somebody has taken them.", "severity", "taken")
	descAlertFired   = newDesc("alert_fired_total", "Alerts that came back, by name, for as long as the state is kept.", "alertname")
	descActionsOpen  = newDesc("actions_open", "Actions that are open or blocked.", "system", "scope", "site")
	descOverdue      = newDesc("actions_overdue", "Open actions whose time has run out.", "system", "scope", "site")
	descMissed       = newDesc("promises_missed", "Actions that were told done, or whose time has run, and that the facts do not show.", "system", "scope", "site")
	descPromiseUnmet = newDesc("promise_missed_timestamp_seconds", "When it was last settled that an action is not seen. Absent while there is none.", "system", "scope", "site")
)

// alertsCollector gives what has become of alerts and actions.
type alertsCollector struct{ board published }

func (alertsCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descAlertTold, descAlertsOpen, descAlertFired, descActionsOpen, descOverdue, descMissed, descPromiseUnmet} {
		out <- d
	}
}

func (c alertsCollector) Collect(out chan<- prometheus.Metric) {
	v, _ := c.board.Latest()
	if v == nil || v.System == nil {
		return
	}
	gauge := gaugesTo(out)
	names := map[string]string{"": v.System.Name}
	scopes := []string{"system"}
	for _, s := range v.Sites {
		names[s.ID] = s.Short
		scopes = append(scopes, "site/"+s.ID)
	}
	open := map[[2]string]int{}
	for _, a := range v.Alerts {
		if a.State == flow.AlertOver {
			continue
		}
		open[[2]string{a.Severity, strconv.FormatBool(a.Owner != "")}]++
		collectTold(gauge, v, a, names)
	}
	for _, severity := range capacity.Severities {
		for _, taken := range []string{"true", "false"} {
			gauge(descAlertsOpen, float64(open[[2]string{severity, taken}]), severity, taken)
		}
	}
	for _, r := range v.Rules {
		out <- prometheus.MustNewConstMetric(descAlertFired, prometheus.CounterValue, float64(r.Fired), r.Name)
	}
	for _, scope := range scopes {
		kind, site, _ := alarmed(scope)
		of := []string{v.System.ID, kind, site}
		still := 0
		for _, a := range v.Actions {
			if a.Over == 0 && (scope == "system" || a.Scope == scope) {
				still++
			}
		}
		gauge(descActionsOpen, float64(still), of...)
		gauge(descOverdue, v.Reading(scope, "actions_overdue").Value, of...)
		gauge(descMissed, v.Reading(scope, "promises_missed").Value, of...)
		if r := v.Reading(scope, "promise_missed_at"); r.Known {
			gauge(descPromiseUnmet, r.Value, of...)
		}
	}
}

// collectTold gives the roles that an alert has climbed to, each once.
func collectTold(gauge gauges, v *flow.View, a *flow.AlertView, names map[string]string) {
	if a.Owner != "" || a.Shelved > v.At || a.State != flow.AlertFiring {
		return
	}
	kind, site, ok := alarmed(a.Scope)
	if !ok {
		return
	}
	rung := map[string]bool{}
	for i, told := range a.Told {
		if i > 0 && !rung[told.Role] {
			rung[told.Role] = true
			gauge(descAlertTold, 1, v.System.ID, site, kind, a.Condition, a.ID, a.Severity, told.Role, names[site], a.Line)
		}
	}
}
