package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

const alertmanagerFile = "../../configs/alertmanager/alertmanager.yml"

func amtool(t *testing.T, args ...string) string {
	t.Helper()
	var out, diagnostics strings.Builder
	command := exec.CommandContext(t.Context(), tool(t, "amtool"), args...)
	command.Stdout, command.Stderr = &out, &diagnostics
	require.NoError(t, command.Run(), "%s%s", out.String(), diagnostics.String())
	return strings.TrimSpace(out.String())
}

func TestAlertmanagerTakesItsConfiguration(t *testing.T) {
	assert.Contains(t, amtool(t, "check-config", alertmanagerFile), "SUCCESS")
}

// TestEveryAlertReachesWhoItIsFor: of each condition, whom the table says.
func TestEveryAlertReachesWhoItIsFor(t *testing.T) {
	route := func(labels ...string) string {
		return amtool(t, append([]string{"config", "routes", "test", "--config.file=" + alertmanagerFile}, labels...)...)
	}
	for _, c := range theConditions(t) {
		want := map[string]string{
			"on_call_manager": "on-call-manager", "on_call_director": "on-call-director", "icb_on_call": "icb-on-call",
			"clinical_site_manager": "site-manager", "coordinator": "coordinators",
		}[c.Role]
		if c.Severity != "critical" && c.Role != "clinical_site_manager" {
			want = "coordinators" // only what rings a phone leaves the desk
		}
		labels := []string{"alertname=" + alertPrefix + c.Name, "severity=" + c.Severity, "audience=" + c.Audience, "role=" + c.Role, "system=worcs", "site=wrh"}
		if c.Input {
			labels, want = append(labels, "escalation=input"), "engine,"+want
		}
		got := route(labels...)
		assert.Equal(t, want, got, c.Name)
	}
	assert.Equal(t, "dead-man,engine", route("alertname=Watchdog", "severity=none", "audience=it"))
	assert.Equal(t, "systems-desk", route("alertname=FlowCentreDown", "severity=critical", "audience=it"))
	assert.Equal(t, "systems-tickets", route("alertname=FlowCentreFeedSilent", "severity=warning", "audience=it"))
}

// TestWhoIsToldNextIsRung: FlowCentreNotTaken rings whomever the centre has told next.
func TestWhoIsToldNextIsRung(t *testing.T) {
	for role, want := range map[string]string{
		"on_call_manager": "on-call-manager", "on_call_director": "on-call-director", "icb_on_call": "icb-on-call",
		"clinical_site_manager": "site-manager", "coordinator": "coordinators", "systems_desk": "systems-desk",
	} {
		assert.Equal(t, want, amtool(t, "config", "routes", "test", "--config.file="+alertmanagerFile,
			"alertname=FlowCentreNotTaken", "severity=critical", "audience=flow", "role="+role, "system=worcs", "site=wrh"), role)
	}
}

// TestNoLoop: what comes back into the log is never made of what the log says of alerts, and
// never held back from it.
func TestNoLoop(t *testing.T) {
	text, err := os.ReadFile(alertmanagerFile)
	require.NoError(t, err)
	inhibits, _, _ := strings.Cut(strings.Split(string(text), "inhibit_rules:")[1], "receivers:")
	for _, c := range theConditions(t) {
		if !c.Input {
			continue
		}
		assert.NotContains(t, expression(&c), "flowcentre_alert", c.Name)
		for _, target := range regexp.MustCompile(`target_matchers: (.*)`).FindAllString(inhibits, -1) {
			assert.NotContains(t, target, alertPrefix+c.Name, "an inhibited alert does not reach the centre")
			assert.NotRegexp(t, `severity="?~?"?.*critical`, target)
		}
	}
	rule := strings.Split(prometheusRules(theConditions(t), 1), "FlowCentreNotTaken")[1]
	assert.NotContains(t, rule, "escalation")
}

// TestWhatIsInhibitedHasTheLabelsThatMustAgree: a label that both sides lack counts as equal,
// and would silence the alerts of every site.
func TestWhatIsInhibitedHasTheLabelsThatMustAgree(t *testing.T) {
	text, err := os.ReadFile(alertmanagerFile)
	require.NoError(t, err)
	named := regexp.MustCompile(`FlowCentre(\w+)`)
	inhibits := strings.Split(string(text), "inhibit_rules:")[1]
	for _, name := range named.FindAllStringSubmatch(strings.Split(inhibits, "receivers:")[0], -1) {
		if name[1] == "Down" {
			continue // of the service: see its rule
		}
		c := conditionNamed(theConditions(t), alertPrefix+name[1])
		require.NotNil(t, c, name[0])
		assert.Equal(t, "site", c.Scope, "%s is inhibited by site", name[0])
		assert.Contains(t, expression(c), "by (system, site)")
	}
}

// TestTheFirstLineFitsALockScreen renders the template that messages begin with.
func TestTheFirstLineFitsALockScreen(t *testing.T) {
	longest := "Kidderminster A&E: ambulance 1h 52m 0s, limit 45 min"
	data := map[string]any{"status": "firing", "receiver": "r", "alerts": []map[string]any{
		{"status": "firing", "annotations": map[string]string{"line": longest, "summary": "s", "description": "d"}},
		{"status": "firing", "annotations": map[string]string{"line": "other", "summary": "s", "description": "d"}},
	}}
	text, err := json.Marshal(data)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "data.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	out := amtool(t, "template", "render", "--template.glob=../../configs/alertmanager/*.tmpl", "--template.data="+file, `--template.text={{ template "flow.line" . }}`)
	assert.Equal(t, longest+", and 1 more", out)
	assert.LessOrEqual(t, utf8.RuneCountInString(out), 70)
}

// TestEveryAlertHasARunbook and says nothing that only a clinician may decide.
func TestEveryAlertHasARunbook(t *testing.T) {
	doc, err := os.ReadFile("../../docs/alerts.md")
	require.NoError(t, err)
	rules, err := os.ReadFile(filepath.Join(rulesFolder, "service.rules.yml"))
	require.NoError(t, err)
	names := regexp.MustCompile(`alert: (\w+)`).FindAllStringSubmatch(string(rules)+prometheusRules(theConditions(t), 1), -1)
	require.NotEmpty(t, names)
	for _, name := range names {
		assert.Contains(t, string(doc), "\n### "+name[1]+"\n")
	}
	for _, c := range theConditions(t) {
		assert.NotRegexp(t, `(?i)\b(discharge|admit|move) (the |a )?patients?\b`, c.Do, "%s: an alert informs; whom to move is for clinicians", c.Name)
	}
	for _, r := range capacity.Roles() {
		assert.Contains(t, string(doc), "`"+r+"`")
	}
}
