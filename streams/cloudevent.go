package streams

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"reflect"
	"strings"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// Malformed says that what came is not what it claims to be: not JSON, not CloudEvents.
type Malformed struct {
	Reason string // nothing of the content in it
}

func (e *Malformed) Error() string { return e.Reason }

func malformed(format string, v ...any) error { return &Malformed{fmt.Sprintf(format, v...)} }

// The content types of CloudEvents 1.0 over HTTP and NATS.
const (
	typeStructured = "application/cloudevents+json"
	typeBatch      = "application/cloudevents-batch+json"
	typeJSON       = "application/json"
)

// ReadStructured reads one CloudEvents 1.0 event in its JSON form, as a producer sends
// it. It refuses what it would have to guess or drop: unknown fields of data, keys that
// come twice, anything after the end. Extension attributes are passed over. A fault is
// *Malformed or *flow.Invalid.
func ReadStructured(body []byte) (flow.Event, error) {
	attributes, data, err := readMembers(body)
	if err != nil {
		return flow.Event{}, err
	}
	return readEvent(attributes, data)
}

// readMembers takes an event in its JSON form apart.
func readMembers(body []byte) (attributes map[string]string, data []byte, err error) {
	if err := wellFormed(body); err != nil {
		return nil, nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return nil, nil, malformed("the event is not a JSON object")
	}
	if _, ok := members["data_base64"]; ok {
		return nil, nil, &flow.Invalid{Field: "data_base64", Reason: "is not taken; send the data as a JSON object in data"}
	}
	attributes = map[string]string{}
	for _, name := range attributeNames {
		raw, ok := members[name]
		if !ok {
			continue
		}
		var text *string
		if err := json.Unmarshal(raw, &text); err != nil || text == nil {
			return nil, nil, &flow.Invalid{Field: name, Reason: "is not a text"}
		}
		attributes[name] = *text
	}
	return attributes, members["data"], nil
}

// ReadBinary reads an event whose attributes stand in headers, percent-encoded, and
// whose data is the body.
func ReadBinary(header func(name string) string, body []byte) (flow.Event, error) {
	if len(bytes.TrimSpace(body)) > 0 {
		if err := wellFormed(body); err != nil {
			return flow.Event{}, err
		}
	}
	attributes := map[string]string{"datacontenttype": header("content-type")}
	for _, name := range attributeNames {
		if value := header("ce-" + name); value != "" {
			text, err := url.PathUnescape(value)
			if err != nil {
				return flow.Event{}, &flow.Invalid{Field: name, Reason: "has a percent sign that begins no percent code"}
			}
			attributes[name] = text
		}
	}
	return readEvent(attributes, body)
}

var attributeNames = []string{"specversion", "id", "source", "type", "time", "datacontenttype"}

func readEvent(attributes map[string]string, data []byte) (flow.Event, error) {
	if attributes["specversion"] != "1.0" {
		return flow.Event{}, &flow.Invalid{Field: "specversion", Reason: `is not "1.0"`}
	}
	if t := attributes["datacontenttype"]; t != "" {
		if media, _, err := mime.ParseMediaType(t); err != nil || media != typeJSON {
			return flow.Event{}, &flow.Invalid{Field: "datacontenttype", Reason: "is not application/json"}
		}
	}
	e := flow.Event{ID: attributes["id"], Feed: attributes["source"], Kind: flow.KindOf(attributes["type"])}
	if t := attributes["time"]; t != "" {
		at, err := capacity.ParseInstant(t)
		if err != nil {
			return flow.Event{}, badTime("time")
		}
		e.Happened = at
	}
	return e, readData(data, &e.Data)
}

func badTime(field string) error {
	return &flow.Invalid{Field: field, Reason: "is not a time in RFC 3339 form between 1971 and 2199, such as 2027-01-12T04:07:00Z"}
}

// readData reads data strictly. encoding/json takes keys of any case; ours are all
// lower case, so any other is unknown.
func readData(raw []byte, d *flow.Data) error {
	if trimmed := bytes.TrimSpace(raw); len(trimmed) == 0 || string(trimmed) == "null" {
		return nil
	} else if trimmed[0] != '{' {
		return &flow.Invalid{Field: "data", Reason: "is not a JSON object"}
	}
	if key := notLowerCase(raw); key != "" {
		return unknownField(key)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(d)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		kind, _, _ := strings.Cut(wrong.Value, " ") // the rest is what was sent
		return &flow.Invalid{Field: "data." + wrong.Field, Reason: "is a " + kind + " of the wrong type or size"}
	case strings.HasPrefix(err.Error(), unknownPrefix):
		return unknownField(strings.Trim(strings.TrimPrefix(err.Error(), unknownPrefix), `"`))
	}
	if field := unreadTime(raw); field != "" {
		return badTime("data." + field)
	}
	return &flow.Invalid{Field: "data", Reason: "cannot be read"}
}

// unreadTime names the first time of data that is none, and nothing where all are.
func unreadTime(raw []byte) string {
	type times map[string]json.RawMessage
	first := func(t times, names ...string) string {
		var at capacity.Instant
		for _, name := range names {
			if v, ok := t[name]; ok && at.UnmarshalJSON(v) != nil {
				return name
			}
		}
		return ""
	}
	var data times
	_ = json.Unmarshal(raw, &data)
	if name := first(data, "due", "until"); name != "" {
		return name
	}
	var list []times
	_ = json.Unmarshal(data["list"], &list)
	for i, entry := range list {
		if name := first(entry, "arrived", "assessed", "seen", "referred", "decided", "ready"); name != "" {
			return fmt.Sprintf("list[%d].%s", i, name)
		}
	}
	return ""
}

const unknownPrefix = "json: unknown field "

func unknownField(key string) error {
	if len(key) > 40 {
		key = key[:40]
	}
	return &flow.Invalid{Field: "data." + strings.ToValidUTF8(key, "?"), Reason: "is not a field of any event; leave it out, and send no names or numbers of people"}
}

// dataFields are the fields of data by their JSON names: the only ones that may be
// repeated in the log when something is wrong with them.
var dataFields = func() map[string]bool {
	names := map[string]bool{}
	t := reflect.TypeFor[flow.Data]()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names[name] = true
	}
	return names
}()

// safeField is a field's name without what a producer may have made up.
func safeField(field string) string {
	rest, ok := strings.CutPrefix(field, "data.")
	if !ok {
		return field
	}
	name := rest
	if i := strings.IndexAny(rest, ".["); i >= 0 {
		name = rest[:i]
	}
	if !dataFields[name] {
		return "data"
	}
	return "data." + name
}

const maxDepth = 12

// wellFormed checks that body is one JSON value with no key twice in an object, nothing
// after it, and no deep nest.
func wellFormed(body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := noKeyTwice(decoder, 0); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return malformed("something stands after the end of the JSON value, at byte %d", decoder.InputOffset())
	}
	return nil
}

func noKeyTwice(d *json.Decoder, depth int) error {
	token, err := d.Token()
	if err != nil {
		return malformed("not valid JSON at byte %d", d.InputOffset())
	}
	opening, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	if depth >= maxDepth {
		return malformed("the JSON is nested more than %d deep", maxDepth)
	}
	keys := map[string]bool{}
	for d.More() {
		if opening == '{' {
			key, err := d.Token()
			if err != nil {
				return malformed("not valid JSON at byte %d", d.InputOffset())
			}
			name, _ := key.(string)
			if keys[name] {
				return malformed("a key comes twice in one object, at byte %d", d.InputOffset())
			}
			keys[name] = true
		}
		if err := noKeyTwice(d, depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return malformed("not valid JSON at byte %d", d.InputOffset())
	}
	return nil
}

// notLowerCase finds a key with a capital letter anywhere in the value.
func notLowerCase(raw []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	var inObject []bool // for each open value, whether it is an object
	key := false        // the next text is a key
	for {
		token, err := decoder.Token()
		if err != nil {
			return ""
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				inObject = append(inObject, t == '{')
			} else {
				inObject = inObject[:len(inObject)-1]
			}
			key = len(inObject) > 0 && inObject[len(inObject)-1]
			continue
		case string:
			if key {
				if t != strings.ToLower(t) {
					return t
				}
				key = false
				continue
			}
		}
		key = len(inObject) > 0 && inObject[len(inObject)-1]
	}
}
