package dashboard

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"flowcentre/capacity"
	"flowcentre/flow"
)

type openAPI struct {
	Paths map[string]map[string]struct {
		ServedBy  string              `yaml:"x-served-by"`
		Responses map[string]any      `yaml:"responses"`
		WebSocket *describedWebSocket `yaml:"x-websocket"`
	} `yaml:"paths"`
	Components struct {
		Schemas    map[string]schema `yaml:"schemas"`
		Parameters map[string]any    `yaml:"parameters"`
		Responses  map[string]any    `yaml:"responses"`
		Headers    map[string]any    `yaml:"headers"`
	} `yaml:"components"`
}

type describedWebSocket struct {
	Subprotocol string                       `yaml:"subprotocol"`
	Frames      map[string]map[string]string `yaml:"frames"`
}

type schema struct {
	Required   []string       `yaml:"required"`
	Properties map[string]any `yaml:"properties"`
}

func readOpenAPI(t *testing.T) (doc openAPI, text string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "docs", "openapi.yaml"))
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(b, &doc))
	return doc, string(b)
}

func TestEveryRouteIsDescribedAndTheReverse(t *testing.T) {
	doc, _ := readOpenAPI(t)
	var described, served []string
	for path, methods := range doc.Paths {
		for method, operation := range methods {
			require.NotEmpty(t, operation.Responses, path)
			if operation.ServedBy == "" {
				require.Equal(t, "get", method, path)
				described = append(described, path)
			}
		}
	}
	d := open(t, nil, nil, nil)
	for _, r := range append(d.routes(), d.probes()...) {
		served = append(served, strings.TrimSuffix(r.path, "{$}"))
	}
	require.ElementsMatch(t, served, described)
}

func TestReferencesOfTheDescriptionLeadSomewhere(t *testing.T) {
	doc, text := readOpenAPI(t)
	known := map[string]bool{}
	for name := range doc.Components.Schemas {
		known["schemas/"+name] = true
	}
	for kind, of := range map[string]map[string]any{"parameters": doc.Components.Parameters, "responses": doc.Components.Responses, "headers": doc.Components.Headers} {
		for name := range of {
			known[kind+"/"+name] = true
		}
	}
	used := map[string]bool{}
	for _, rest := range strings.Split(text, "'#/components/")[1:] {
		name, _, _ := strings.Cut(rest, "'")
		require.True(t, known[name], name)
		used[name] = true
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(known)), slices.Collect(maps.Keys(used)))
}

func TestTheEntitiesAreAsDescribed(t *testing.T) {
	doc, _ := readOpenAPI(t)
	for name, entity := range map[string]any{
		"State": flow.View{}, "System": flow.SystemView{}, "Site": flow.SiteView{}, "Unit": flow.UnitView{}, "Place": flow.PlaceView{},
		"Feed": flow.FeedView{}, "Outage": flow.OutageView{}, "Refusal": flow.Refusal{}, "Change": flow.Change{}, "Contradiction": flow.ContradictionView{},
		"Held": flow.HeldView{}, "Figure": flow.Figure{}, "Tally": capacity.Tally{}, "Shown": shown{},
		"Measures": flow.MeasuresView{}, "Value": flow.MeasureValue{}, "Missing": flow.Missing{}, "Reported": flow.ReportedView{},
		"Attendance": flow.AttendanceView{}, "Ambulance": flow.AmbulanceView{}, "Request": flow.RequestView{}, "Discharge": flow.DischargeView{},
		"Decision": flow.DecisionView{}, "Why": flow.WhyView{}, "Input": flow.InputView{}, "Item": capacity.Item{}, "Definition": flow.Definition{},
		"Slots": flow.SlotsView{}, "Sort": flow.SortView{}, "Report": flow.PlacesReport{}, "Referral": flow.ReferralView{}, "Asked": flow.AskedView{}, "Avoided": flow.AvoidedView{},
		"Call": flow.CallView{}, "Transfer": flow.TransferView{}, "Status": flow.StatusView{}, "Agreement": flow.AgreementView{},
		"History": flow.HistoryView{}, "Series": flow.SeriesView{}, "Point": flow.HistoryPoint{}, "Cut": flow.CutView{}, "Outcomes": flow.OutcomesView{}, "Period": flow.PeriodView{}, "Outcome": flow.OutcomeView{}, "Group": flow.GroupView{}, "Compared": flow.CompareView{}, "FiledFigure": flow.FiledFigure{},
		"Level": flow.LevelView{}, "DeclaredLevel": flow.DeclaredLevel{}, "Points": flow.PointsView{},
		"Alert": flow.AlertView{}, "Said": flow.AnswerView{}, "Told": flow.ToldView{}, "Tested": flow.TestedView{}, "Ring": capacity.Ring{},
		"Action": flow.ActionView{}, "Meeting": flow.MeetingView{}, "MeetingLevel": flow.MeetingLevel{}, "MeetingWard": flow.MeetingWard{}, "Promised": flow.Promised{}, "MeetingShort": flow.MeetingShort{},
	} {
		t.Run(name, func(t *testing.T) {
			var all, always []string
			for field := range reflect.TypeOf(entity).Fields() {
				tag, omit, _ := strings.Cut(field.Tag.Get("json"), ",")
				if tag == "-" || !field.IsExported() {
					continue
				}
				all = append(all, tag)
				if omit == "" {
					always = append(always, tag)
				}
			}
			require.ElementsMatch(t, all, slices.Collect(maps.Keys(doc.Components.Schemas[name].Properties)))
			require.ElementsMatch(t, always, doc.Components.Schemas[name].Required)
		})
	}
}

func TestTheFramesAreAsDescribed(t *testing.T) {
	doc, _ := readOpenAPI(t)
	socket := doc.Paths["/api/v1/stream"]["get"].WebSocket
	require.Equal(t, Protocol, socket.Subprotocol)

	c := newCounty("e1")
	c.contradict(1)
	s := open(t, c.view(), nil, nil)
	before := c.v.Seq
	c.changeUnit(1)
	c.changeSite(1)
	c.changeFeed(1)
	c.contradict(2)
	c.agree(0)
	c.hold()
	for n := range demands {
		c.demand(n)
	}
	now := follow(s.cutter.latest.Load().cut, c.view(), s.encoder)
	frames := map[string][]byte{}
	keep := func(f *frame, err error) {
		require.NoError(t, err)
		var kind struct{ Type string }
		require.NoError(t, json.Unmarshal(f.json, &kind))
		frames[kind.Type] = f.json
	}
	keep(now.from("", 0))
	keep(now.from("e1", before))
	keep(now.heartbeat())
	conn := s.dial(t, &mirror{})
	defer conn.Close()
	frames["hello"] = read(t, conn)
	read(t, conn)
	go s.Shutdown(t.Context(), ByeRestart)
	frames["bye"] = read(t, conn)

	require.Len(t, socket.Frames, len(frames))
	for kind, text := range frames {
		var got map[string]any
		require.NoError(t, json.Unmarshal(text, &got))
		described := doc.Components.Schemas[strings.TrimPrefix(socket.Frames[kind]["$ref"], "#/components/schemas/")]
		require.ElementsMatch(t, slices.Collect(maps.Keys(described.Properties)), slices.Collect(maps.Keys(got)), kind)
	}
}

func TestProblemsAreAsDescribed(t *testing.T) {
	doc, _ := readOpenAPI(t)
	s := open(t, newCounty("e1").view(), nil, nil)
	var got map[string]any
	require.NoError(t, json.Unmarshal([]byte(get(t, s.url+"/api/v1/units/none", nil).body), &got))
	require.ElementsMatch(t, slices.Collect(maps.Keys(doc.Components.Schemas["Problem"].Properties)), slices.Collect(maps.Keys(got)))
}

// TestEveryProblemIsListed compares the problems that this package makes with the list
// of the description.
func TestEveryProblemIsListed(t *testing.T) {
	var doc struct {
		Problems []struct {
			Kinds []string
			Of    string
		} `yaml:"x-problems"`
	}
	_, text := readOpenAPI(t)
	require.NoError(t, yaml.Unmarshal([]byte(text), &doc))
	var listed []string
	for _, p := range doc.Problems {
		if p.Of == "reading" {
			listed = append(listed, p.Kinds...)
		}
	}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	made := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range problemKind.FindAllSubmatch(source, -1) {
			made[string(m[1])] = true
		}
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(made)), listed, "x-problems of docs/openapi.yaml")
}

var problemKind = regexp.MustCompile(`Problem\{\s*Kind: "([a-z-]+)"`)
