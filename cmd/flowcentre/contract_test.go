package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// contract is one of the two descriptions, as the JSON schemas in it.
type contract struct {
	file     string
	doc      map[string]any
	compiler *jsonschema.Compiler
}

// readContract reads a description. Its schemas are closed: an object may hold what they
// name and nothing else, so that a field that nobody described is found.
func readContract(t *testing.T, file string) *contract {
	t.Helper()
	c := &contract{file: file, compiler: jsonschema.NewCompiler()}
	var read any
	require.NoError(t, yaml.Unmarshal([]byte(readDocs(t, file)), &read))
	text, err := json.Marshal(read)
	require.NoError(t, err)
	c.doc = parsed(t, text).(map[string]any)
	c.close([]any{c.doc["components"], c.doc["paths"]})
	c.compiler.AssertFormat()
	require.NoError(t, c.compiler.AddResource("contract:///"+file, c.doc))
	return c
}

// parsed is JSON as the schemas take it.
func parsed(t *testing.T, text []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err, "%s", text)
	return value
}

// close closes each object schema that says nothing else, but for those that others add
// properties to by allOf: the whole is closed.
func (c *contract) close(node any) {
	grown := map[string]bool{}
	walk(node, func(schema map[string]any) {
		for _, ref := range refs(schema["allOf"]) {
			part, _ := c.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...).(map[string]any)
			has, _ := part["properties"].(map[string]any)
			adds, _ := schema["properties"].(map[string]any)
			for name := range adds {
				grown[ref] = grown[ref] || has[name] == nil
			}
		}
	})
	walk(node, func(schema map[string]any) {
		_, properties := schema["properties"].(map[string]any)
		if _, said := schema["additionalProperties"]; properties && !said {
			schema["unevaluatedProperties"] = false
		}
	})
	for ref := range grown {
		if grown[ref] {
			delete(c.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...).(map[string]any), "unevaluatedProperties")
		}
	}
}

// walk hands over every object under a node.
func walk(node any, do func(map[string]any)) {
	switch n := node.(type) {
	case []any:
		for _, each := range n {
			walk(each, do)
		}
	case map[string]any:
		do(n)
		for _, each := range n {
			walk(each, do)
		}
	}
}

// refs are what the schemas of a list refer to.
func refs(list any) (all []string) {
	schemas, _ := list.([]any)
	for _, s := range schemas {
		if ref, ok := s.(map[string]any)["$ref"].(string); ok {
			all = append(all, ref)
		}
	}
	return all
}

// schema is the schema at a path of the description.
func (c *contract) schema(t *testing.T, path ...string) *jsonschema.Schema {
	t.Helper()
	pointer := ""
	for _, part := range path {
		pointer += "/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(part))
	}
	s, err := c.compiler.Compile("contract:///" + c.file + "#" + pointer)
	require.NoError(t, err)
	return s
}

// holds requires that a JSON text is as the schema at a path says.
func (c *contract) holds(t *testing.T, text []byte, path ...string) {
	t.Helper()
	require.NoError(t, c.schema(t, path...).Validate(parsed(t, text)), "%s: %.2000s", strings.Join(path, " "), text)
}

// message is the name of the message of a type of event.
func (a *asyncAPI) message(t *testing.T, kind string) string {
	t.Helper()
	for name, m := range a.Components.Messages {
		if m.Name == kind {
			return name
		}
	}
	require.Fail(t, "no message describes it", kind)
	return ""
}

// mutants are values that differ from a JSON value in one thing: something left out, added,
// too much of it, or of the wrong kind.
func mutants(value any) (all []any) {
	switch v := value.(type) {
	case map[string]any:
		with := func(do func(map[string]any)) {
			copied := maps.Clone(v)
			do(copied)
			all = append(all, copied)
		}
		with(func(m map[string]any) { m["surname"] = "x" })
		for _, key := range slices.Sorted(maps.Keys(v)) {
			with(func(m map[string]any) { delete(m, key) })
			for _, other := range mutants(v[key]) {
				with(func(m map[string]any) { m[key] = other })
			}
		}
	case []any:
		if len(v) == 0 {
			break
		}
		all = append(all, slices.Repeat(v, 501), "none")
		for _, other := range mutants(v[0]) {
			all = append(all, append([]any{other}, v[1:]...))
		}
	case string:
		all = append(all, strings.Repeat("x", 257), "Jane Doe", 7)
	default:
		all = append(all, -1, "x")
	}
	return all
}

// describes requires that an answer is one that the description of an address has, with
// a body as its schema says.
func (c *contract) describes(t *testing.T, method, path string, resp *http.Response, body []byte) {
	t.Helper()
	at := []string{"paths", path, strings.ToLower(method), "responses", strconv.Itoa(resp.StatusCode)}
	asked := method + " " + resp.Request.URL.String()
	response, ok := c.at(at...).(map[string]any)
	require.True(t, ok, "%s is answered %s, which is not described: %.500s", asked, resp.Status, body)
	if ref, ok := response["$ref"].(string); ok {
		at = strings.Split(strings.TrimPrefix(ref, "#/"), "/")
		response = c.at(at...).(map[string]any)
	}
	content, _ := response["content"].(map[string]any)
	if len(body) == 0 {
		return
	}
	media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Contains(t, content, media, "%s %d", asked, resp.StatusCode)
	if strings.HasSuffix(media, "json") {
		c.holds(t, body, append(at, "content", media, "schema")...)
	}
}

// at is what stands at a path of the description, nil for nothing.
func (c *contract) at(path ...string) any {
	var node any = c.doc
	for _, part := range path {
		within, _ := node.(map[string]any)
		node = within[part]
	}
	return node
}

// example is the body that the description gives for a post.
func (c *contract) example(path string) any {
	return c.at("paths", path, "post", "requestBody", "content", "application/json", "example")
}
