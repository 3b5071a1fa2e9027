package hl7

import (
	"bytes"
	"strings"
)

// cx is an identifier (data type CX): who gave it, what it is, and itself.
type cx struct{ authority, kind, value string }

// String is authority/type/value. A slash or percent sign inside a part is written %2F
// or %25.
func (i cx) String() string {
	return escaped(i.authority) + "/" + escaped(i.kind) + "/" + escaped(i.value)
}

// Identifier is authority/type/value, as identifiers of messages are written.
func Identifier(authority, kind, value string) string { return cx{authority, kind, value}.String() }

func escaped(part string) string {
	if strings.IndexByte(part, '/') < 0 && strings.IndexByte(part, '%') < 0 {
		return part
	}
	return partEscape.Replace(part)
}

var partEscape = strings.NewReplacer("%", "%25", "/", "%2F")

// identifier reads one repetition of a CX field; what it leaves out is taken from the
// model.
func (x *mapping) identifier(repetition []byte, model cx) (cx, bool) {
	i := cx{value: x.text(x.sub(x.component(repetition, 1), 1))}
	if i.value == "" {
		return i, false
	}
	assigner := x.component(repetition, 4)
	if i.authority = x.text(x.sub(assigner, 1)); i.authority == "" {
		i.authority = x.text(x.sub(assigner, 2))
	}
	if i.kind = x.text(x.component(repetition, 5)); i.kind == "" {
		i.kind = model.kind
	}
	if i.authority == "" {
		i.authority = model.authority
	}
	return i, true
}

// patients are the identifiers of PID-3, the one to go by first: of the preferred type,
// else the first. Where PID-3 has none, PID-2 and then PID-18 stand in.
func (x *mapping) patients(segment []byte) []cx {
	for _, n := range [...]int{3, 2, 18} {
		found := x.identifiers(x.field(segment, n), cx{authority: x.authority})
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

func (x *mapping) identifiers(field []byte, model cx) []cx {
	if len(field) == 0 || null(field) {
		return nil
	}
	found := make([]cx, 0, 1+bytes.Count(field, []byte{x.marks.repetition}))
	preferred := x.settings.PatientType
	for repetition := range x.repetitions(field) {
		i, ok := x.identifier(repetition, model)
		if !ok {
			continue
		}
		found = append(found, i)
		if preferred != "" && strings.EqualFold(i.kind, preferred) && !strings.EqualFold(found[0].kind, preferred) {
			found[0], found[len(found)-1] = i, found[0]
		}
	}
	return found
}

// visit is the visit number: PV1-19, else PV1-50, else PID-18. One without a type is
// taken for a VN, so that a bare number and a full one are the same visit.
func (x *mapping) visit(pidSegment, pv1Segment []byte) string {
	for _, f := range [...][]byte{x.field(pv1Segment, 19), x.field(pv1Segment, 50), x.field(pidSegment, 18)} {
		if v := x.visitNumber(f); v != "" {
			return v
		}
	}
	return ""
}

func (x *mapping) visitNumber(field []byte) string {
	v, ok := x.identifier(x.first(field), cx{authority: x.authority, kind: "VN"})
	if !ok {
		return ""
	}
	return v.String()
}
