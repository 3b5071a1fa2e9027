// Package docs makes events.md and api.md of asyncapi.yaml and openapi.yaml, and fails
// when they differ: go test ./docs -update writes them anew.
package docs

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write events.md and api.md anew")

// list is a mapping in the order of the file.
type list[T any] []named[T]

type named[T any] struct {
	Name string
	Is   T
}

func (l *list[T]) UnmarshalYAML(n *yaml.Node) error {
	for i := 0; i < len(n.Content); i += 2 {
		e := named[T]{Name: n.Content[i].Value}
		if err := n.Content[i+1].Decode(&e.Is); err != nil {
			return err
		}
		*l = append(*l, e)
	}
	return nil
}

func (l list[T]) find(name string) (T, bool) {
	i := slices.IndexFunc(l, func(e named[T]) bool { return e.Name == name })
	if i < 0 {
		var none T
		return none, false
	}
	return l[i].Is, true
}

// schema is a JSON schema as far as the references show it.
type schema struct {
	Ref         string       `yaml:"$ref"`
	Type        any          `yaml:"type"`
	Description string       `yaml:"description"`
	Const       any          `yaml:"const"`
	Enum        []any        `yaml:"enum"`
	Format      string       `yaml:"format"`
	Required    []string     `yaml:"required"`
	Properties  list[schema] `yaml:"properties"`
	Additional  any          `yaml:"additionalProperties"`
	Items       *schema      `yaml:"items"`
	AllOf       []schema     `yaml:"allOf"`
	OneOf       []schema     `yaml:"oneOf"`
	MaxItems    int          `yaml:"maxItems"`
}

type info struct {
	Title       string
	Description string
}

type tag struct {
	Ref, Name, Description string
}

type events struct {
	Info       info
	Fields     list[schema] `yaml:"x-fields"`
	Components struct {
		Tags     list[tag]
		Schemas  list[schema]
		Messages list[message]
	}
}

type message struct {
	Name, Title, Summary string
	Tags                 []tag
	Payload              schema
	Examples             []struct{ Payload yaml.Node }
}

type api struct {
	Info       info
	Tags       []tag
	Problems   []problem `yaml:"x-problems"`
	Paths      list[list[operation]]
	Components struct {
		Parameters list[parameter]
		Responses  list[response]
		Schemas    list[schema]
	}
}

type problem struct {
	Kinds  []string
	Status string
	Of     string // posting or reading
	Text   string
}

type operation struct {
	Tags                 []string
	Summary, Description string
	Parameters           []parameter
	Body                 struct{ Content list[media] } `yaml:"requestBody"`
	Responses            list[response]
	WebSocket            *struct {
		Subprotocol, Messages, Rules string
		Frames                       list[schema]
	} `yaml:"x-websocket"`
}

type parameter struct {
	Ref, Name, In, Description string
	Required                   bool
}

func (p *parameter) UnmarshalYAML(n *yaml.Node) error {
	type plain parameter
	if err := n.Decode((*plain)(p)); err != nil {
		return err
	}
	p.Ref = refOf(n)
	return nil
}

type response struct {
	Ref, Description string
	Content          list[media]
}

func (r *response) UnmarshalYAML(n *yaml.Node) error {
	type plain response
	if err := n.Decode((*plain)(r)); err != nil {
		return err
	}
	r.Ref = refOf(n)
	return nil
}

func (t *tag) UnmarshalYAML(n *yaml.Node) error {
	type plain tag
	if err := n.Decode((*plain)(t)); err != nil {
		return err
	}
	t.Ref = refOf(n)
	return nil
}

func refOf(n *yaml.Node) string {
	var is struct {
		Ref string `yaml:"$ref"`
	}
	_ = n.Decode(&is) // what is no mapping refers to nothing
	return is.Ref
}

type media struct {
	Schema  schema
	Example yaml.Node
}

func read[T any](t *testing.T, file string) *T {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	doc := new(T)
	require.NoError(t, yaml.Unmarshal(text, doc))
	return doc
}

// TestReferencesAreMadeOfTheirSources compares events.md and api.md with what their
// sources give.
func TestReferencesAreMadeOfTheirSources(t *testing.T) {
	sources := reference{read[events](t, "asyncapi.yaml"), read[api](t, "openapi.yaml")}
	for _, page := range []string{"events.md", "api.md"} {
		t.Run(page, func(t *testing.T) {
			made := sources.page(t, strings.Replace(page, ".md", ".tmpl", 1))
			if *update {
				require.NoError(t, os.WriteFile(page, made, 0o644))
			}
			written, err := os.ReadFile(page)
			require.NoError(t, err)
			require.Equal(t, string(made), string(written), "%s is made of its source: change that, then go test ./docs -update", page)
		})
	}
}

// reference is what the pages are made of.
type reference struct {
	Events *events
	API    *api
}

func (r reference) page(t *testing.T, name string) []byte {
	t.Helper()
	page, err := template.New(name).Funcs(template.FuncMap{
		"short": short, "line": line, "code": code, "lower": lower, "json": compact, "kind": kindOf, "upper": strings.ToUpper, "trim": strings.TrimSpace, "ref": last,
	}).ParseFiles(name)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, page.Execute(&b, r))
	return append(bytes.TrimSpace(b.Bytes()), '\n')
}

// Told are the messages of a family, in the order of the file.
func (r reference) Told(family string) (all []message) {
	for _, m := range r.Events.Components.Messages {
		if len(m.Is.Tags) > 0 && last(m.Is.Tags[0].Ref) == family {
			all = append(all, m.Is)
		}
	}
	return all
}

// Needs and May are the fields of a message.
func (m message) Needs() []string {
	data, _ := m.Payload.Properties.find("data")
	return data.Required
}

func (m message) May() (all []string) {
	data, _ := m.Payload.Properties.find("data")
	for _, field := range data.Properties {
		if !slices.Contains(data.Required, field.Name) {
			all = append(all, field.Name)
		}
	}
	return all
}

// field is fields of one meaning.
type field struct {
	Names []string
	Is    schema
}

// Fields are the fields of data; those of one schema share a row.
func (r reference) Fields() (all []field) {
	for _, f := range r.Events.Fields {
		i := slices.IndexFunc(all, func(g field) bool { return g.Is.Ref == f.Is.Ref })
		if i < 0 {
			i, all = len(all), append(all, field{Is: f.Is})
		}
		all[i].Names = append(all[i].Names, f.Name)
	}
	for i := range all {
		all[i].Is, _ = r.Events.Components.Schemas.find(last(all[i].Is.Ref))
	}
	return all
}

// Others are the fields of data that have other codes in some messages.
func (r reference) Others() map[string]schema {
	return map[string]schema{
		"`origin` of a referral":              r.Part("Referrer"),
		"`origin` of a call":                  r.Part("Caller"),
		"`needs` of a referral or call":       r.Part("PlaceNeeds"),
		"`purpose` of a divert or mutual aid": r.Part("AgreementPurpose"),
	}
}

// Part is a schema of the events by its name.
func (r reference) Part(name string) schema {
	s, _ := r.Events.Components.Schemas.find(name)
	return s
}

// Of are the problems of posting or of reading.
func (r reference) Of(what string) (all []problem) {
	for _, p := range r.API.Problems {
		if p.Of == what {
			all = append(all, p)
		}
	}
	return all
}

// served is one operation and its address.
type served struct {
	Method, Path string
	operation
}

// Served are the operations under a tag, in the order of the file.
func (r reference) Served(tag string) (all []served) {
	for _, path := range r.API.Paths {
		for _, o := range path.Is {
			if slices.Contains(o.Is.Tags, tag) {
				all = append(all, served{strings.ToUpper(o.Name), path.Name, o.Is})
			}
		}
	}
	return all
}

// Asked are the parameters of an operation but its headers.
func (r reference) Asked(o served) (all []parameter) {
	for _, p := range o.Parameters {
		if p.Ref != "" {
			p, _ = r.API.Components.Parameters.find(last(p.Ref))
		}
		if p.In != "header" {
			all = append(all, p)
		}
	}
	return all
}

// Answered are the answers of an operation.
func (r reference) Answered(o served) list[response] {
	var all list[response]
	for _, a := range o.Responses {
		if ref := a.Is.Ref; ref != "" {
			a.Is, _ = r.API.Components.Responses.find(last(ref))
			a.Is.Ref = ref
		}
		all = append(all, a)
	}
	return all
}

// Otherwise are the statuses of an operation that are answered by a plain problem.
func (r reference) Otherwise(o served) string {
	var all []string
	for _, a := range o.Responses {
		if last(a.Is.Ref) == "Problem" {
			all = append(all, a.Name)
		}
	}
	return strings.Join(slices.Sorted(slices.Values(all)), ", ")
}

// Holds is what a body is, in words with links.
func (r response) Holds() string {
	var all []string
	for _, c := range r.Content {
		if text := kindOf(c.Is.Schema); text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return strings.Join(all, " or ")
}

// Always says whether a property is there in every object.
func (s schema) Always(property string) bool { return slices.Contains(s.Required, property) }

// kindOf says in a few words what a value is, with a link to its table.
func kindOf(s schema) string {
	switch {
	case s.Ref != "":
		name := last(s.Ref)
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
	case s.Const != nil:
		return "`" + strings.TrimSpace(fmt.Sprint(s.Const)) + "`"
	case len(s.Enum) > 0:
		return choice(s.Enum)
	case s.Items != nil:
		return "list of " + kindOf(*s.Items)
	case len(s.OneOf) > 0:
		var all []string
		for _, one := range s.OneOf {
			all = append(all, kindOf(one))
		}
		return strings.Join(all, " or ")
	case len(s.AllOf) > 0:
		all := []string{kindOf(s.AllOf[0])}
		if kinds, ok := s.Properties.find("type"); ok {
			return all[0] + " " + strings.ReplaceAll(kindOf(kinds), "urn:flowcentre:problem:", "")
		}
		for _, p := range s.Properties {
			all = append(all, "`"+p.Name+"`: "+kindOf(p.Is))
		}
		return strings.Join(all, ", ")
	case len(s.Properties) > 0:
		var all []string
		for _, p := range s.Properties {
			all = append(all, "`"+p.Name+"`: "+kindOf(p.Is))
		}
		return "object of " + strings.Join(all, ", ")
	}
	if of, ok := s.Additional.(map[string]any); ok {
		to := "values"
		if ref, ok := of["$ref"].(string); ok {
			to = kindOf(schema{Ref: ref})
		}
		return "object by name, of " + to
	}
	if types, ok := s.Type.([]any); ok {
		var all []string
		for _, t := range types {
			all = append(all, fmt.Sprint(t))
		}
		return strings.Join(all, " or ")
	}
	if s.Format == "date-time" {
		return "time"
	}
	if s.Type == nil {
		return ""
	}
	return fmt.Sprint(s.Type)
}

// choice lists codes.
func choice(of []any) string {
	var all []string
	for _, v := range of {
		all = append(all, "`"+cmp.Or(fmt.Sprint(v), `""`)+"`")
	}
	return strings.Join(all, ", ")
}

// Codes are the codes that a field takes, its own or its items'.
func (s schema) Codes() string {
	if s.Items != nil && len(s.Items.Enum) > 0 {
		return choice(s.Items.Enum)
	}
	return choice(s.Enum)
}

// short is a type without what all types have.
func short(name string) string {
	return strings.TrimSuffix(strings.TrimPrefix(name, "flowcentre."), ".v1")
}

func last(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// line makes a text fit a cell of a table.
func line(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}

func code(names []string) string {
	var all []string
	for _, n := range names {
		all = append(all, "`"+n+"`")
	}
	return strings.Join(all, ", ")
}

// lower begins a text with a small letter, but for names such as NHS.
func lower(text string) string {
	if len(text) > 1 && text[1] >= 'a' && text[1] <= 'z' || len(text) > 1 && text[1] == ' ' {
		return strings.ToLower(text[:1]) + text[1:]
	}
	return text
}

// compact is a value as one line of JSON, its keys in the order of the file.
func compact(n yaml.Node) (string, error) {
	switch n.Kind {
	case yaml.AliasNode:
		return compact(*n.Alias)
	case yaml.MappingNode, yaml.SequenceNode:
		step, open, shut := 1, "[", "]"
		if n.Kind == yaml.MappingNode {
			step, open, shut = 2, "{", "}"
		}
		var all []string
		for i := 0; i < len(n.Content); i += step {
			value, err := compact(*n.Content[i+step-1])
			if err != nil {
				return "", err
			}
			if step == 2 {
				value = fmt.Sprintf("%q:%s", n.Content[i].Value, value)
			}
			all = append(all, value)
		}
		return open + strings.Join(all, ",") + shut, nil
	}
	var value any
	if err := n.Decode(&value); err != nil {
		return "", err
	}
	if n.Tag == "!!timestamp" {
		value = n.Value
	}
	text, err := json.Marshal(value)
	return string(text), err
}
