package main

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"flowcentre/capacity"
)

// Fault is one thing that is wrong with a configuration file.
type Fault struct {
	File      string
	Line, Col int // from 1; 0 when the file as a whole is meant
	Reason    string
	Remedy    string
}

func (f Fault) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s\n  -> %s", f.File, f.Line, f.Col, f.Reason, f.Remedy)
}

// page reads one YAML file strictly and remembers where everything stood.
type page struct {
	file   string
	faults *[]Fault
}

// field is one key of a mapping and what reads its value.
type field struct {
	key    string
	needed bool
	read   func(*yaml.Node)
}

func (p *page) fault(n *yaml.Node, reason, remedy string) {
	f := Fault{File: p.file, Line: 1, Col: 1, Reason: reason, Remedy: remedy}
	if n != nil && n.Line > 0 {
		f.Line, f.Col = n.Line, n.Column
	}
	*p.faults = append(*p.faults, f)
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

// root reads the text as YAML and gives its one document.
func (p *page) root(text []byte) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		where, reason := &yaml.Node{Line: 1, Column: 1}, strings.TrimPrefix(err.Error(), "yaml: ")
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			where.Line, _ = strconv.Atoi(m[1])
			reason = m[2]
		}
		p.fault(where, "this is not YAML: "+reason, "look at this line and the one above: indentation by spaces, a colon and a space after each key, quotes closed")
		return nil
	}
	if len(doc.Content) == 0 {
		p.fault(nil, "the file is empty", "start from configs/centre.yaml")
		return nil
	}
	return doc.Content[0]
}

// mapping reads a mapping with exactly the given keys.
func (p *page) mapping(n *yaml.Node, what string, fields ...field) {
	n = followed(n)
	if n.Kind != yaml.MappingNode {
		p.fault(n, fmt.Sprintf("%s is not a mapping", what), "write keys under it: "+keys(fields))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := slices.IndexFunc(fields, func(f field) bool { return f.key == key.Value })
		switch {
		case at < 0:
			p.unknown(key, what, fields)
		case seen[key.Value]:
			p.fault(key, fmt.Sprintf("%s says %s twice", what, key.Value), "keep one of the two")
		case empty(value):
			seen[key.Value] = true
			if fields[at].needed {
				p.fault(key, fmt.Sprintf("%s of %s is empty", key.Value, what), "give it a value")
			}
		default:
			seen[key.Value] = true
			fields[at].read(value)
		}
	}
	for _, f := range fields {
		if f.needed && !seen[f.key] {
			p.fault(n, fmt.Sprintf("%s has no %s", what, f.key), "add "+f.key+":")
		}
	}
}

func (p *page) unknown(key *yaml.Node, what string, fields []field) {
	var known []string
	for _, f := range fields {
		known = append(known, f.key)
	}
	remedy := "use one of " + keys(fields)
	if near := capacity.Nearest(key.Value, known); near != "" {
		remedy = "did you mean " + near + "?"
	}
	p.fault(key, fmt.Sprintf("%s has no key %q", what, key.Value), remedy)
}

func keys(fields []field) string {
	var all []string
	for _, f := range fields {
		all = append(all, f.key)
	}
	return strings.Join(all, ", ")
}

func empty(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// followed is the node an alias stands for.
func followed(n *yaml.Node) *yaml.Node {
	for range 8 {
		if n.Kind != yaml.AliasNode {
			break
		}
		n = n.Alias
	}
	return n
}

// list reads each item of a list.
func (p *page) list(n *yaml.Node, what string, read func(*yaml.Node)) {
	n = followed(n)
	if n.Kind != yaml.SequenceNode {
		p.fault(n, fmt.Sprintf("%s is not a list", what), "write each on its own line after a dash, or as [one, other]")
		return
	}
	for _, item := range n.Content {
		read(item)
	}
}

// pairs reads a mapping of free keys to texts.
func (p *page) pairs(n *yaml.Node, what string, read func(key, value *yaml.Node)) {
	n = followed(n)
	if n.Kind != yaml.MappingNode {
		p.fault(n, fmt.Sprintf("%s is not a mapping", what), "write from: to pairs under it")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		read(n.Content[i], n.Content[i+1])
	}
}

func (p *page) text(n *yaml.Node) string {
	n = followed(n)
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		p.fault(n, "a text is needed here", "write one value")
		return ""
	}
	return n.Value
}

// texts reads a list of texts; one alone may stand without a list.
func (p *page) texts(n *yaml.Node, what string) []string {
	if followed(n).Kind == yaml.ScalarNode {
		return []string{p.text(n)}
	}
	var all []string
	p.list(n, what, func(item *yaml.Node) { all = append(all, p.text(item)) })
	return all
}

func (p *page) truth(n *yaml.Node) bool {
	n = followed(n)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		p.fault(n, fmt.Sprintf("%q is neither true nor false", n.Value), "write true or false")
	}
	return n.Value == "true"
}

func (p *page) percent(n *yaml.Node) int {
	n = followed(n)
	v, err := strconv.Atoi(strings.TrimSuffix(n.Value, "%"))
	if n.Kind != yaml.ScalarNode || err != nil {
		p.fault(n, fmt.Sprintf("%q is not a whole percentage", n.Value), "write a number, such as 92")
	}
	return v
}

// whole reads a number without a fraction.
func (p *page) whole(n *yaml.Node) int {
	n = followed(n)
	v, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		p.fault(n, fmt.Sprintf("%q is not a whole number", n.Value), "write a number, such as 12")
	}
	return v
}

// number reads a number that may have a fraction.
func (p *page) number(n *yaml.Node) float64 {
	n = followed(n)
	v, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != yaml.ScalarNode || err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		p.fault(n, fmt.Sprintf("%q is not a number", n.Value), "write a number, such as 4.5")
		return 0
	}
	return v
}

// clock reads a time of day such as 08:00, in minutes since midnight.
func (p *page) clock(n *yaml.Node) int {
	n = followed(n)
	minutes, ok := timeOfDay(n.Value)
	if n.Kind != yaml.ScalarNode || !ok {
		p.fault(n, fmt.Sprintf("%q is not a time of day", n.Value), "write hours and minutes, such as \"08:00\"")
	}
	return minutes
}

func timeOfDay(text string) (minutes int, ok bool) {
	if text == "24:00" {
		return 24 * 60, true
	}
	at, err := time.Parse("15:04", text)
	return at.Hour()*60 + at.Minute(), err == nil
}

// hours makes hours of the week of a text such as mon-fri 08:00-20:00, without days for
// every day.
func (p *page) hours(n *yaml.Node, text string) (h capacity.Hours) {
	words := strings.Fields(text)
	if len(words) == 2 {
		h.Days, words = words[0], words[1:]
	}
	from, to, isRange := strings.Cut(strings.Join(words, " "), "-")
	var fromOK, toOK bool
	h.From, fromOK = timeOfDay(from)
	h.To, toOK = timeOfDay(to)
	if !isRange || !fromOK || !toOK {
		p.fault(n, fmt.Sprintf("%q are no hours of the week", text), `write them like "mon-fri 08:00-20:00", or "08:00-20:00" for every day`)
		return capacity.Hours{To: 24 * 60}
	}
	return h
}

// seconds reads a duration such as 90s, 15m, 4h or 2d, cut to seconds.
func (p *page) seconds(n *yaml.Node) int {
	n = followed(n)
	text := n.Value
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if d, err := strconv.Atoi(days); err == nil && d < 1000 {
			text = fmt.Sprintf("%dh", d*24)
		}
	}
	d, err := time.ParseDuration(text)
	if n.Kind != yaml.ScalarNode || err != nil || d < 0 {
		p.fault(n, fmt.Sprintf("%q is not a length of time", n.Value), "write a number with s, m, h or d, such as 15m")
		return 0
	}
	return int(d / time.Second)
}

var sizes = []struct {
	suffix string
	bytes  int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"", 1}}

// size reads a number of bytes such as 8GiB.
func (p *page) size(n *yaml.Node) int64 {
	n = followed(n)
	for _, s := range sizes {
		number, ok := strings.CutSuffix(n.Value, s.suffix)
		if !ok {
			continue
		}
		v, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err == nil && v > 0 && v <= (1<<60)/s.bytes {
			return v * s.bytes
		}
		break
	}
	p.fault(n, fmt.Sprintf("%q is not a size", n.Value), "write a number with MiB or GiB, such as 8GiB")
	return 0
}
