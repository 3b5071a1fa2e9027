package hl7

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"flowcentre/capacity"
)

// AckMode says which acknowledgments a feed expects (HL7 v2.4 chapter 2).
type AckMode string

// The modes. In enhanced mode MSH-15 and MSH-16 say whether an answer is wanted.
const (
	AckAuto     AckMode = "auto"     // original when MSH-15 and MSH-16 are both empty, else enhanced
	AckOriginal AckMode = "original" // always AA, AE or AR
	AckEnhanced AckMode = "enhanced" // CA, CE or CR, also when MSH-15 and MSH-16 are empty
)

// Acknowledge builds the answer to a message at time at: accepted when refusal is nil,
// which a repeat and an ignored message are too. It is nil when the sender wants none.
// note is what of an accepted message could not be used, empty for nothing: it stands in
// MSA-3 and, where the sender's version has warnings (2.5), in an ERR of severity W.
// A message without a readable MSH is answered in original mode with default separators.
func Acknowledge(message []byte, refusal *Refusal, note string, mode AckMode, at capacity.Instant) []byte {
	header := readHeader(message)
	code := header.code(mode, refusal)
	if code == "" {
		return nil
	}
	a := answer{marks: header.marks}
	comp := string(header.marks.component)
	kind := "ACK"
	if trigger := strings.ToUpper(string(header.trigger)); isTrigger(trigger) && comp != "\x00" {
		kind = "ACK" + comp + trigger + comp + "ACK"
	}
	a.segment("MSH", header.signs, header.fields[5], header.fields[6], header.fields[3], header.fields[4],
		[]byte(at.Time().Format("20060102150405")+"+0000"), nil, []byte(kind), controlID(message, at), header.fields[11], header.fields[12])
	if refusal == nil {
		a.segment("MSA", []byte(code), header.fields[10], a.escape(note))
		if note != "" && warns(string(header.fields[12])) {
			a.segment("ERR", nil, nil, a.components("0", "Message accepted", "HL70357"), []byte("W"), nil, nil, nil, a.escape(note))
		}
		return a.out
	}
	a.segment("MSA", []byte(code), header.fields[10], a.escape(refusal.Detail))
	a.segment("ERR", nil, a.location(refusal.Location), a.condition(refusal.Code), []byte("E"),
		[]byte(refusal.Code), nil, nil, a.escape(refusal.Detail))
	return a.out
}

// warns tells whether a version's ERR can be a warning.
func warns(version string) bool {
	version, _, _ = strings.Cut(version, "^")
	return version >= "2.5" && len(version) >= 3 && version[1] == '.'
}

// header is what an answer needs of an MSH.
type header struct {
	marks   separators
	signs   []byte // MSH-2 as sent
	fields  [19][]byte
	trigger []byte
}

func readHeader(message []byte) header {
	raw := trim(message)
	marks, refusal := readSeparators(raw)
	if refusal != nil {
		h := header{marks: separators{'|', '^', '~', '\\', '&'}, signs: []byte(`^~\&`)}
		h.fields[11], h.fields[12] = []byte("P"), []byte("2.4")
		return h
	}
	if end := bytes.IndexAny(raw, "\r\n"); end >= 0 {
		raw = raw[:end]
	}
	m := Message{raw: raw, marks: marks}
	h := header{marks: marks, signs: m.field(raw, 2)}
	for n := 3; n < len(h.fields); n++ {
		h.fields[n] = m.field(raw, n)
	}
	h.trigger = m.component(h.fields[9], 2)
	return h
}

// code is what the answer says, and empty when none is wanted. One answer is sent to a
// message: where both are asked for, the accept acknowledgment.
func (h *header) code(mode AckMode, refusal *Refusal) string {
	last := "A"
	switch {
	case refusal != nil && refusal.Rejected():
		last = "R"
	case refusal != nil:
		last = "E"
	}
	accept, application := string(h.fields[15]), string(h.fields[16])
	silent := accept == "" && application == ""
	switch {
	case mode == AckOriginal, silent && mode != AckEnhanced:
		return "A" + last
	case silent, wanted(accept, refusal):
		return "C" + last
	case wanted(application, refusal):
		return "A" + last
	}
	return ""
}

// wanted reads MSH-15 or MSH-16 (table 0155). A code not in the table is taken for AL.
func wanted(condition string, refusal *Refusal) bool {
	switch strings.ToUpper(condition) {
	case "", "NE":
		return false
	case "ER":
		return refusal != nil
	case "SU":
		return refusal == nil
	}
	return true
}

// controlID names the answer: the same answer to the same message at the same time.
func controlID(message []byte, at capacity.Instant) []byte {
	h := sha256.New()
	h.Write(message)
	h.Write([]byte(at.String()))
	return []byte("FC" + hex.EncodeToString(h.Sum(nil)[:8]))
}

type answer struct {
	marks separators
	out   []byte
}

func (a *answer) segment(name string, fields ...[]byte) {
	a.out = append(a.out, name...)
	for _, f := range fields {
		a.out = append(a.out, a.marks.field)
		a.out = append(a.out, f...)
	}
	a.out = append(bytes.TrimRight(a.out, string(a.marks.field)), '\r')
}

// location is ERR-2: segment, sequence, field.
func (a *answer) location(at string) []byte {
	segment, number, _ := strings.Cut(at, "-")
	if segment == "" {
		return nil
	}
	if number == "" {
		return []byte(segment)
	}
	return a.components(segment, "1", number)
}

// condition is ERR-3, a code of table 0357.
func (a *answer) condition(c Code) []byte {
	of, known := conditions[c]
	if !known {
		of = conditions[Unavailable]
	}
	return a.components(of.code, of.text, "HL70357")
}

func (a *answer) components(parts ...string) []byte {
	if a.marks.component == 0 {
		return []byte(parts[0])
	}
	return []byte(strings.Join(parts, string(a.marks.component)))
}

// escape writes the separators in s as escapes, and leaves them out where the sender
// declared no escape.
func (a *answer) escape(s string) []byte {
	m := a.marks
	var out []byte
	for _, c := range []byte(s) {
		name := byte(0)
		switch c {
		case m.field:
			name = 'F'
		case m.component:
			name = 'S'
		case m.repetition:
			name = 'R'
		case m.escape:
			name = 'E'
		case m.sub:
			name = 'T'
		}
		switch {
		case name == 0:
			out = append(out, c)
		case m.escape != 0:
			out = append(out, m.escape, name, m.escape)
		}
	}
	return out
}

// Answer is what a receiver answered.
type Answer struct {
	Code      string // AA, AE, AR, CA, CE or CR
	ControlID string // MSA-2: the MSH-10 of the message answered
	Text      string // MSA-3, for a person
}

// Taken tells whether the receiver has the message and takes responsibility for it.
func (a Answer) Taken() bool { return a.Code == "AA" || a.Code == "CA" }

// ReadAnswer reads an acknowledgment; false when it has no MSA.
func ReadAnswer(acknowledgment []byte) (Answer, bool) {
	m, refusal := Read(acknowledgment)
	if refusal != nil {
		return Answer{}, false
	}
	msa := m.nth(id{'M', 'S', 'A'}, 0)
	if msa == nil {
		return Answer{}, false
	}
	return Answer{
		Code:      strings.ToUpper(m.text(m.field(msa, 1))),
		ControlID: string(m.field(msa, 2)),
		Text:      m.text(m.field(msa, 3)),
	}, true
}
