package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"flowcentre/capacity"
)

const rulesUsage = `flowcentre rules: make the rules for Prometheus from the table of conditions

  flowcentre rules [--conditions FILE] [--write FILE]

Without --write the rules are printed. Exit 0: made; 1: the table is not sound; 2: wrong use.

  flowcentre rules --conditions configs/conditions.yaml --write configs/prometheus/flow.rules.yml
  promtool check rules configs/prometheus/flow.rules.yml
`

// alertPrefix begins the name of every alert.
const alertPrefix = "FlowCentre"

// rulesCommand is flowcentre rules.
func rulesCommand(_ context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("rules", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, rulesUsage) }
	file := flags.String("conditions", "configs/conditions.yaml", "")
	write := flags.String("write", "", "")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil || flags.NArg() > 0 {
		fmt.Fprint(stderr, rulesUsage)
		return 2
	}
	all, faults := LoadConditions(*file)
	if len(faults) > 0 {
		for _, f := range faults {
			fmt.Fprintln(stderr, f.Error())
		}
		return 1
	}
	text := prometheusRules(all, 1)
	if *write == "" {
		fmt.Fprint(stdout, text)
		return 0
	}
	if err := os.WriteFile(*write, []byte(text), 0o644); err != nil { //nolint:gosec // Prometheus reads it as another user
		fmt.Fprintf(stderr, "flowcentre rules: %v\n", err)
		return 1
	}
	fmt.Fprintf(stdout, "%s: %s\n", *write, count(len(all), "rule"))
	return 0
}

// prometheusRules are the rules of a table, with the times for which they must hold and keep, which
// Prometheus counts, divided: for a centre whose clock runs so many times as fast. What is tested is
// on the centre's clock.
func prometheusRules(all []capacity.Condition, divide int) string {
	var b strings.Builder
	b.WriteString("# Made from the table of conditions by flowcentre rules. Change the table, not this file.\ngroups:\n  - name: flowcentre-flow\n    rules:\n")
	for i := range all {
		c := &all[i]
		fmt.Fprintf(&b, "      - alert: %s%s\n", alertPrefix, c.Name)
		fmt.Fprintf(&b, "        expr: |\n          %s\n", strings.ReplaceAll(expression(c), "\n", "\n          "))
		fmt.Fprintf(&b, "        for: %s\n        keep_firing_for: %s\n", promDuration(c.For, divide), promDuration(c.Keep, divide))
		fmt.Fprintf(&b, "        labels:\n          severity: %s\n          audience: %s\n          scope: %s\n          role: %s\n", c.Severity, c.Audience, c.Scope, c.Role)
		if c.Input {
			b.WriteString("          escalation: input\n")
		}
		fmt.Fprintf(&b, "        annotations:\n          summary: %s\n          description: %s\n", strconv.Quote(c.Description), strconv.Quote(c.Do))
		fmt.Fprintf(&b, "          line: %s\n", strconv.Quote(lockLine(c.Summary)))
		fmt.Fprintf(&b, "          runbook_url: docs/alerts.md#%s\n", strings.ToLower(alertPrefix+c.Name))
	}
	b.WriteString(notTaken)
	return b.String()
}

// notTaken rings the next tier: the centre exports whom it has told beyond the first, while
// nobody has taken the alert. It never comes back as an input.
const notTaken = `      - alert: FlowCentreNotTaken
        expr: max by (system, site, scope, condition, alert, severity, role, name, line) (flowcentre_alert_told) > 0
        labels:
          audience: flow
        annotations:
          summary: "An alert was told and nobody has taken it, so the next is told."
          description: "Open it and take it, or hand it on. Whoever was told before is named there."
          line: "Not taken: {{ $labels.line }}"
          oncall: "/oncall/{{ $labels.alert }}"
          runbook_url: docs/alerts.md#flowcentrenottaken
`

// lockLine is a summary as a Prometheus template.
func lockLine(summary string) string {
	return strings.NewReplacer("{site}", "{{ $labels.name }}", "{value}", `{{ $value | printf "%.0f" }}`, "{duration}", "{{ $value | humanizeDuration }}").Replace(summary)
}

// expression is when a condition holds, in PromQL.
func expression(c *capacity.Condition) string {
	var tests []string
	for _, t := range c.Tests {
		tests = append(tests, testExpression(c.Scope, t))
	}
	return "(" + strings.Join(tests, "\nand on (system, site) ") + ")\n* on (system, site) group_left (name) max by (system, site, name) (flowcentre_place_info)"
}

func testExpression(scope string, t capacity.Test) string {
	const clock = "flowcentre_clock_timestamp_seconds"
	figure := selector(scope, t.Measure)
	value := strconv.FormatFloat(t.Value, 'f', -1, 64)
	switch t.Kind {
	case capacity.IsAtLeast:
		return "max by (system, site) (" + figure + ") >= " + value
	case capacity.IsAtMost:
		return "max by (system, site) (" + figure + ") <= " + value
	case capacity.IsOlder:
		return "max by (system, site) (" + clock + " - on (job, instance) group_right () " + figure + ") > " + value
	case capacity.IsYounger:
		return "max by (system, site) (" + clock + " - on (job, instance) group_right () " + figure + ") < " + value
	}
	return "min by (system, site) (" + figure + " - on (job, instance) group_left () " + clock + ") < " + value
}

// selector is the metric of a measure or signal.
func selector(scope, measure string) string {
	level := func(source string) string {
		return `flowcentre_opel_level{scope="` + scope + `",source="` + source + `"}`
	}
	switch measure {
	case "opel_shown", "opel_assessed", "opel_could":
		return level(strings.TrimPrefix(measure, "opel_"))
	case "opel_above_declared":
		return "(" + level("assessed") + " - ignoring (source) " + level("declared") + ")"
	case "opel_shown_since":
		return `flowcentre_opel_shown_since_timestamp_seconds{scope="` + scope + `"}`
	case "opel_review":
		return `flowcentre_opel_review_timestamp_seconds{scope="` + scope + `"}`
	}
	if s, ok := capacity.SignalNamed(measure); ok {
		return signalMetric(s) + `{scope="` + scope + `"}`
	}
	return `flowcentre_measure{measure="` + measure + `",scope="` + scope + `"}`
}

// signalMetric is the metric of a signal that is not of a level.
func signalMetric(s capacity.Signal) string {
	if s.Moment {
		return "flowcentre_" + strings.TrimSuffix(s.Name, "_at") + "_timestamp_seconds"
	}
	return "flowcentre_" + s.Name
}

// promDuration writes seconds as Prometheus does.
func promDuration(seconds, divide int) string {
	d := time.Duration(seconds) * time.Second / time.Duration(divide)
	if d%time.Second != 0 {
		return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
	}
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}
