package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/streams"
)

// described is a schema of asyncapi.yaml or openapi.yaml, as far as the tests go by it.
type described struct {
	Ref        string               `yaml:"$ref"`
	Const      string               `yaml:"const"`
	Enum       []string             `yaml:"enum"`
	Required   []string             `yaml:"required"`
	Properties map[string]described `yaml:"properties"`
	Additional any                  `yaml:"additionalProperties"`
	AllOf      []described          `yaml:"allOf"`
	AnyOf      []described          `yaml:"anyOf"`
	OneOf      []described          `yaml:"oneOf"`
	Pattern    string               `yaml:"pattern"`
	MaxLength  int                  `yaml:"maxLength"`
	MaxItems   int                  `yaml:"maxItems"`
	Items      *described           `yaml:"items"`
}

// closed tells whether nothing but the named properties may be there.
func (d *described) closed() bool { return d.Additional == false }

type asyncAPI struct {
	Channels map[string]struct {
		Address    string               `yaml:"address"`
		Parameters map[string]described `yaml:"parameters"`
		Messages   map[string]struct {
			Ref string `yaml:"$ref"`
		} `yaml:"messages"`
	} `yaml:"channels"`
	Components struct {
		Schemas  map[string]described    `yaml:"schemas"`
		Messages map[string]asyncMessage `yaml:"messages"`
	} `yaml:"components"`
}

type asyncMessage struct {
	Name     string    `yaml:"name"`
	Headers  described `yaml:"headers"`
	Payload  described `yaml:"payload"`
	Examples []struct {
		Headers map[string]string `yaml:"headers"`
		Payload any               `yaml:"payload"`
	} `yaml:"examples"`
}

func readDocs(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	require.NoError(t, err)
	return string(text)
}

func readAsyncAPI(t *testing.T) *asyncAPI {
	t.Helper()
	doc := &asyncAPI{}
	require.NoError(t, yaml.Unmarshal([]byte(readDocs(t, "asyncapi.yaml")), doc))
	return doc
}

// told are the messages that producers may send, in the order of their names.
func (a *asyncAPI) told(t *testing.T) []asyncMessage {
	t.Helper()
	var all []asyncMessage
	messages := maps.Clone(a.Channels["events"].Messages)
	maps.Copy(messages, a.Channels["decisions"].Messages)
	for _, name := range slices.Sorted(maps.Keys(messages)) {
		require.Equal(t, "#/components/messages/"+name, messages[name].Ref)
		m, ok := a.Components.Messages[name]
		require.True(t, ok, name)
		all = append(all, m)
	}
	return all
}

// fields are what a type of event must and may fill, sorted.
type fields struct{ Needs, May []string }

func fieldsOf(needs, may []string) fields {
	return fields{slices.Sorted(slices.Values(needs)), slices.Sorted(slices.Values(may))}
}

// fromProducers is every type that a producer may send, with its fields.
func fromProducers() map[string]fields {
	all := map[string]fields{}
	for _, s := range flow.Kinds() {
		if !s.Inner {
			all[s.Type] = fieldsOf(s.Needs, s.May)
		}
	}
	return all
}

func TestAsyncAPITellsEveryKindOfFact(t *testing.T) {
	doc := readAsyncAPI(t)
	got := map[string]fields{}
	for _, m := range doc.told(t) {
		data := m.Payload.Properties["data"]
		var may []string
		for field := range data.Properties {
			if !slices.Contains(data.Required, field) {
				may = append(may, field)
			}
		}
		got[m.Name] = fieldsOf(data.Required, may)
		assert.True(t, data.closed(), "%s takes fields that it does not name", m.Name)
		assert.Equal(t, len(data.Required)+len(data.AnyOf) > 0, slices.Contains(m.Payload.Required, "data"), "%s: data is required when a field of it is", m.Name)
		assert.Equal(t, m.Name, m.Payload.Properties["type"].Const)
		assert.Equal(t, m.Name, m.Headers.Properties["ce-type"].Const)
		assert.NotEmpty(t, m.Examples, m.Name)
	}
	require.Equal(t, fromProducers(), got)

	var outer, all []string
	for _, s := range flow.Kinds() {
		all = append(all, s.Family())
		if !s.Inner && s.Family() != "decision" {
			outer = append(outer, s.Family())
		}
	}
	distinct := func(names []string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }
	require.ElementsMatch(t, distinct(outer), doc.Channels["events"].Parameters["family"].Enum)
	require.ElementsMatch(t, distinct(all), doc.Channels["log"].Parameters["family"].Enum)
}

func TestAsyncAPIHasTheCodesAndLimitsOfTheDoor(t *testing.T) {
	schemas := readAsyncAPI(t).Components.Schemas
	codes := func(values ...string) []string { return values }
	require.Equal(t, codes(string(flow.Inpatient), string(flow.Emergency), string(flow.Outpatient), string(flow.Preadmit), string(flow.OtherClass)), schemas["PatientClass"].Enum)
	require.Equal(t, codes(string(flow.StatusClosed), string(flow.StatusHousekeeping), string(flow.StatusIsolated), string(flow.StatusContaminated),
		string(flow.StatusOccupied), string(flow.StatusUnoccupied)), schemas["BedStatus"].Enum)
	for name, codes := range map[string][]string{
		"Mode": flow.Modes, "Origin": flow.Origins, "Referrer": flow.Referrers, "Caller": flow.Callers, "Sex": flow.Sexes, "Pathway": flow.Pathways, "Certainty": flow.Certainties,
		"AgreementAnswer": {flow.AgreementAgreed, flow.AgreementRefused}, "Way": flow.Ways, "Intent": flow.Intents, "AgeBand": flow.AgeBands, "Frailty": flow.Frailties, "TransferPurpose": flow.Purposes, "AgreementPurpose": flow.Agreements, "DelayGroup": flow.DelayGroups,
	} {
		require.Equal(t, codes, schemas[name].Enum, name)
	}
	require.Equal(t, flow.Needs, schemas["Needs"].Items.Enum)
	require.Equal(t, capacity.PlaceNeeds(), schemas["PlaceNeeds"].Items.Enum)
	require.Equal(t, append(texts(capacity.PlaceKinds()), string(capacity.CommunityWard)), schemas["Seeks"].Items.Enum)
	fieldsAre(t, flow.PlacesTold{}, schemas["PlacesTold"])
	fieldsAre(t, flow.SortTold{}, schemas["SortTold"])
	fieldsAre(t, flow.Declared{}, schemas["Declared"])
	fieldsAre(t, flow.Reported{}, schemas["Figure"])
	statuses := map[string][]string{}
	for _, one := range schemas["Declared"].OneOf {
		statuses[one.Properties["status"].Const] = one.Properties["value"].Enum
	}
	for i, status := range capacity.Statuses() {
		require.Equal(t, status.Name, schemas["Declared"].Properties["status"].Enum[i])
		for j, value := range status.Values {
			require.Equal(t, value.Value, statuses[status.Name][j])
		}
	}
	require.Len(t, statuses, len(capacity.Statuses()))
	require.Equal(t, flow.MaxText, schemas["Event"].Properties["id"].MaxLength)
	require.Equal(t, flow.MaxText, schemas["Place"].MaxLength)
	require.Equal(t, flow.MaxAlso, schemas["Also"].MaxItems)
	require.Equal(t, flow.MaxCensus, schemas["Census"].MaxItems)
	require.Equal(t, flow.MaxListed, schemas["List"].MaxItems)
	require.Equal(t, flow.MaxListed, schemas["Discharges"].MaxItems)
	fieldsAre(t, flow.DischargeEntry{}, schemas["DischargeEntry"])
	require.True(t, schemas["Census"].Items.closed())
	fieldsAre(t, flow.CensusEntry{}, *schemas["Census"].Items)
	fieldsAre(t, flow.SwapLeg{}, schemas["Swap"])

	for _, role := range []string{"clinical_site_manager", "a-B.9", strings.Repeat("x", 40), strings.Repeat("x", 41), "Jane Doe", "Zoë", "x/y"} {
		e := flow.Event{ID: "1", Feed: "f", Kind: flow.Cleaned, Happened: demoStart, Data: flow.Data{Place: "p", Role: role}}
		for _, of := range []string{"Role", "Code"} {
			require.Equal(t, e.Validate() == nil, regexp.MustCompile(schemas[of].Pattern).MatchString(role), "%s %q", of, role)
		}
	}
}

// texts are codes as texts.
func texts[C ~string](codes []C) (all []string) {
	for _, c := range codes {
		all = append(all, string(c))
	}
	return all
}

// fieldsAre compares a struct's JSON with the schema that describes it.
func fieldsAre(t *testing.T, of any, is described) {
	t.Helper()
	var all, always []string
	for field := range reflect.TypeOf(of).Fields() {
		tag, omit, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tag == "" {
			continue
		}
		all = append(all, tag)
		if omit == "" {
			always = append(always, tag)
		}
	}
	require.ElementsMatch(t, all, slices.Collect(maps.Keys(is.Properties)))
	require.ElementsMatch(t, always, is.Required)
}

// problems are those that sources of streams make: each kind with its statuses. batch
// takes the status of what is in it.
func problems(t *testing.T, sources string) map[string][]int {
	t.Helper()
	statuses := map[string]int{}
	for code := 400; code < 600; code++ {
		statuses["Status"+strings.ReplaceAll(http.StatusText(code), " ", "")] = code
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "streams", sources))
	require.NoError(t, err)
	all := map[string][]int{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 5 {
				return true
			}
			if name, ok := call.Fun.(*ast.Ident); !ok || name.Name != "problem" {
				return true
			}
			kind, ok := call.Args[1].(*ast.BasicLit)
			if !ok { // made of an HL7 refusal; docs/hl7.md
				return true
			}
			slug, err := strconv.Unquote(kind.Value)
			require.NoError(t, err)
			if status, ok := call.Args[0].(*ast.SelectorExpr); ok {
				code := statuses[status.Sel.Name]
				require.NotZero(t, code, status.Sel.Name)
				all[slug] = append(all[slug], code)
			} else {
				all[slug] = nil
			}
			return true
		})
	}
	for slug, codes := range all {
		all[slug] = slices.Compact(slices.Sorted(slices.Values(codes)))
	}
	require.NotEmpty(t, all)
	return all
}

// ofEvents are the statuses that an error of the door can have: those of ProblemOf.
func ofEvents(t *testing.T) []int {
	t.Helper()
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(slices.Collect(maps.Values(problems(t, "problem.go")))...))))
}

type openAPI struct {
	Paths map[string]map[string]struct {
		RequestBody struct {
			Content map[string]struct {
				Example any `yaml:"example"`
			} `yaml:"content"`
		} `yaml:"requestBody"`
		ServedBy  string                  `yaml:"x-served-by"`
		Responses map[string]openResponse `yaml:"responses"`
	} `yaml:"paths"`
	Components struct {
		Responses map[string]openResponse `yaml:"responses"`
		Schemas   map[string]described    `yaml:"schemas"`
	} `yaml:"components"`
}

type openResponse struct {
	Ref     string `yaml:"$ref"`
	Content map[string]struct {
		Schema described `yaml:"schema"`
	} `yaml:"content"`
}

func readOpenAPI(t *testing.T) *openAPI {
	t.Helper()
	doc := &openAPI{}
	require.NoError(t, yaml.Unmarshal([]byte(readDocs(t, "openapi.yaml")), doc))
	return doc
}

const urn = "urn:flowcentre:problem:"

// kinds are the problems of the door that a response of the description may be.
func (o *openAPI) kinds(r openResponse) []string {
	if name, ok := strings.CutPrefix(r.Ref, "#/components/responses/"); ok {
		r = o.Components.Responses[name]
	}
	var all []string
	s := r.Content["application/problem+json"].Schema
	for _, one := range append(s.OneOf, s) {
		if len(one.AllOf) > 0 && one.AllOf[0].Ref == "#/components/schemas/NotTaken" {
			for _, kind := range one.Properties["type"].Enum {
				all = append(all, strings.TrimPrefix(kind, urn))
			}
		}
	}
	return all
}

func TestEveryProblemOfTheDoorIsDescribed(t *testing.T) {
	doc := readOpenAPI(t)
	made := problems(t, "*.go")
	got := map[string][]int{}
	for path, methods := range doc.Paths {
		for _, operation := range methods {
			if operation.ServedBy != "streams" {
				continue
			}
			for text, r := range operation.Responses {
				status, err := strconv.Atoi(text)
				require.NoError(t, err)
				kinds := doc.kinds(r)
				require.True(t, len(kinds) > 0 || status < 300 || status == http.StatusMisdirectedRequest, "%s %s names no problem", path, text)
				for _, kind := range kinds {
					require.Contains(t, made, kind, "%s %s", path, text)
					got[kind] = slices.Compact(slices.Sorted(slices.Values(append(got[kind], status))))
				}
			}
		}
	}
	require.Equal(t, ofEvents(t), got["batch"], "it has the status of its events")
	got["batch"] = nil
	require.Equal(t, made, got)
	var answered []int
	for _, code := range readAsyncAPI(t).Components.Messages["Refused"].Payload.Properties["error"].Properties["code"].Enum {
		status, err := strconv.Atoi(code)
		require.NoError(t, err)
		answered = append(answered, status)
	}
	require.Equal(t, ofEvents(t), answered, "asyncapi.yaml")
	fieldsAre(t, streams.Problem{}, doc.Components.Schemas["NotTaken"])
	fieldsAre(t, streams.Answer{}, doc.Components.Schemas["Answer"])
	fieldsAre(t, streams.ListAnswer{}, doc.Components.Schemas["ListAnswer"])
	fieldsAre(t, streams.RowFault{}, doc.Components.Schemas["RowFault"])
}

func TestTheListOfProblemsIsThatOfTheDoor(t *testing.T) {
	var doc struct {
		Problems []struct {
			Kinds      []string
			Status, Of string
		} `yaml:"x-problems"`
	}
	require.NoError(t, yaml.Unmarshal([]byte(readDocs(t, "openapi.yaml")), &doc))
	got := map[string][]int{}
	for _, p := range doc.Problems {
		if p.Of != "posting" {
			continue
		}
		for _, kind := range p.Kinds {
			require.NotContains(t, got, kind)
			got[kind] = nil
			if status, err := strconv.Atoi(p.Status); err == nil {
				got[kind] = []int{status}
			}
		}
	}
	require.Equal(t, problems(t, "*.go"), got)
}

// TestTheGlossaryHasEveryCode: whatever code a reader may meet is explained.
func TestTheGlossaryHasEveryCode(t *testing.T) {
	text := readDocs(t, "glossary.md")
	codes := slices.Concat(flow.Modes, flow.Origins, flow.Needs, flow.Pathways, flow.Certainties, flow.Hows, flow.DelayGroups, capacity.Supplies(),
		flow.Ways, flow.Callers, flow.Referrers, flow.Intents, flow.Purposes, flow.Agreements, flow.AgeBands, flow.Frailties, capacity.PlaceNeeds())
	for _, status := range capacity.Statuses() {
		codes = append(codes, status.Name)
		for _, value := range status.Values {
			codes = append(codes, value.Value)
		}
	}
	codes = slices.Concat(codes, texts(capacity.UnitKinds()), texts(capacity.AreaKinds()), texts(capacity.BedClasses()))
	for _, code := range codes {
		assert.Contains(t, text, "`"+code+"`")
	}
}

func TestTheRunbookHasEveryReasonWhyAFactIsHeld(t *testing.T) {
	page := readDocs(t, "runbook.md")
	for _, reason := range heldReasons(t) {
		require.Regexp(t, "(?m)^\\|[^|]*`"+reason+"`[^|]*\\|", page)
	}
}

// heldReasons are those why a fact is held.
func heldReasons(t *testing.T) []string {
	t.Helper()
	return slices.Concat(constants(t, "flow/place.go", "Unknown"), constants(t, "flow/place.go", "Not"))
}

// constants are the values of the texts that a file names with a prefix, in its order.
func constants(t *testing.T, file, prefix string) (all []string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", file), nil, 0)
	require.NoError(t, err)
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, prefix) {
			return true
		}
		text, ok := spec.Values[0].(*ast.BasicLit)
		if !ok || text.Kind != token.STRING {
			return true
		}
		value, err := strconv.Unquote(text.Value)
		require.NoError(t, err)
		all = append(all, value)
		return true
	})
	return all
}

func TestOpenAPIHasTheCodes(t *testing.T) {
	schemas := readOpenAPI(t).Components.Schemas
	require.Equal(t, texts(capacity.UnitKinds()), schemas["UnitKind"].Enum)
	require.Equal(t, []string{flow.PlacesNever, flow.PlacesTrue, flow.PlacesOld}, schemas["PlacesState"].Enum)
	require.Equal(t, []string{flow.AvoidedClaimed, flow.AvoidedConfirmed, flow.AvoidedWithdrawn, flow.AvoidedUncertain}, schemas["AvoidedState"].Enum)
	require.Equal(t, flow.Ways, schemas["Way"].Enum)
	referral, call, transfer, agreement := schemas["Referral"].Properties, schemas["Call"].Properties, schemas["Transfer"].Properties, schemas["Agreement"].Properties
	require.Equal(t, []string{flow.ReferralOpen, flow.ReferralTaken, flow.ReferralBegun, flow.ReferralOver, flow.ReferralUnneeded}, referral["state"].Enum)
	require.Equal(t, flow.Referrers, referral["origin"].Enum)
	require.Equal(t, flow.Intents, referral["intent"].Enum)
	require.Equal(t, flow.Callers, call["origin"].Enum)
	require.Equal(t, []string{flow.TransferAsked, flow.TransferAgreed, flow.TransferRefused, flow.TransferBedKept, flow.TransferOnWay, flow.TransferThere, flow.TransferUnwanted}, transfer["state"].Enum)
	require.Equal(t, flow.Purposes, transfer["purpose"].Enum)
	require.Equal(t, []string{flow.AgreementOpen, flow.AgreementAgreed, flow.AgreementRefused, flow.AgreementOver}, agreement["state"].Enum)
	require.Equal(t, flow.Agreements, agreement["purpose"].Enum)
	for i, status := range capacity.Statuses() {
		require.Equal(t, status.Name, schemas["Status"].Properties["status"].Enum[i])
		require.Contains(t, schemas["Status"].Properties["pillar"].Enum, status.Pillar)
	}
	require.Equal(t, []string{flow.FeedNever, flow.FeedOnTime, flow.FeedSilent, flow.FeedOutage, flow.FeedCatchingUp}, schemas["FeedState"].Enum)
	require.ElementsMatch(t, constants(t, "flow/decision.go", "Refused"), schemas["NotTaken"].Properties["code"].OneOf[0].Enum)
	require.ElementsMatch(t, heldReasons(t), schemas["HeldReason"].Enum)
	var kinds, owners []string
	for _, k := range flow.ContradictionKinds() {
		kinds = append(kinds, k.Kind)
		if !slices.Contains(owners, k.Owner) {
			owners = append(owners, k.Owner)
		}
	}
	require.Equal(t, kinds, schemas["Contradiction"].Properties["kind"].Enum)
	require.ElementsMatch(t, owners, schemas["Contradiction"].Properties["owner"].Enum)
	var decidable []string
	for _, m := range readAsyncAPI(t).Channels["decisions"].Messages {
		decidable = append(decidable, readAsyncAPI(t).Components.Messages[strings.TrimPrefix(m.Ref, "#/components/messages/")].Name)
	}
	require.ElementsMatch(t, decidable, schemas["Decide"].Properties["type"].Enum)
}
