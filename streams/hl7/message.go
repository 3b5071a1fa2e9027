package hl7

import (
	"bytes"
	"math"
	"unicode/utf8"
)

// The caps on one message. What is over is refused as a whole.
const (
	MaxMessage  = 1 << 20  // bytes of a message
	MaxField    = 64 << 10 // bytes of a field, with all its repetitions
	MaxSegments = 2000
)

// Message is one message, cut into segments; fields are found when asked for. It
// refers to the bytes it was read from, which must not change. Safe for concurrent
// reading.
type Message struct {
	raw      []byte
	segments []segment
	marks    separators
}

// separators are the characters that MSH-1 and MSH-2 declare; 0 where none is. The
// truncation character (v2.7) is accepted and has no effect here.
type separators struct {
	field, component, repetition, escape, sub byte
}

type segment struct {
	id         id
	start, end uint32
}

// id is a segment's three letters, upper case.
type id [3]byte

var (
	msh = id{'M', 'S', 'H'}
	evn = id{'E', 'V', 'N'}
	pid = id{'P', 'I', 'D'}
	pv1 = id{'P', 'V', '1'}
	pv2 = id{'P', 'V', '2'}
	mrg = id{'M', 'R', 'G'}
	npu = id{'N', 'P', 'U'}
)

func (i id) String() string { return string(i[:]) }

// Read cuts one message into segments. The byte order mark, blanks and framing bytes
// around it are left off; CR, LF and both together end a segment; lower-case names,
// unknown segments and short ones are let pass. A fault is one of *Refusal.
func Read(message []byte) (*Message, *Refusal) {
	raw := trim(message)
	if len(raw) > MaxMessage {
		return nil, refuse(TooLarge, "", "the message is longer than 1 MiB")
	}
	marks, refusal := readSeparators(raw)
	if refusal != nil {
		return nil, refusal
	}
	m := &Message{raw: raw, marks: marks, segments: make([]segment, 0, 16)}
	for start, end := range lines(raw) {
		if end-start < 3 {
			continue
		}
		if len(m.segments) == MaxSegments {
			return nil, refuse(TooManySegments, "", "the message has more than 2,000 segments")
		}
		s := segment{id: upper(raw[start:]), start: uint32(start), end: uint32(end)}
		if s.id == msh && len(m.segments) > 0 && end-start > 3 && raw[start+3] == marks.field {
			return nil, refuse(SeveralMessages, "MSH", "one message was expected and there are several; send each by itself")
		}
		if end-start == 3 || raw[start+3] == marks.field {
			m.segments = append(m.segments, s)
		}
	}
	if len(raw) > MaxField && m.longestField() > MaxField {
		return nil, refuse(FieldTooLong, "", "a field is longer than 64 KiB")
	}
	return m, nil
}

var byteOrderMark = []byte{0xEF, 0xBB, 0xBF}

// trim leaves off what is around a message and no part of it.
func trim(b []byte) []byte {
	b = bytes.TrimLeft(b, blanks)
	b = bytes.TrimPrefix(b, byteOrderMark)
	b = bytes.TrimLeft(b, blanks)
	return bytes.TrimRight(b, blanks)
}

const blanks = " \r\n\v\x1c"

// readSeparators reads MSH-1 and MSH-2. A backslash written twice, as source code
// escapes it, is taken for one.
func readSeparators(raw []byte) (separators, *Refusal) {
	if len(raw) < 4 || upper(raw) != msh || !mark(raw[3]) {
		return separators{}, refuse(NoMSH, "MSH", "the message does not begin with an MSH segment")
	}
	s := separators{field: raw[3]}
	rest := raw[4:]
	end := 0
	for end < len(rest) && rest[end] != s.field && rest[end] != '\r' && rest[end] != '\n' {
		end++
	}
	given := rest[:end]
	given = bytes.Replace(given, twice, twice[:1], 1)
	if !differentMarks(given) {
		return separators{}, refuse(BadSeparators, "MSH-2", "MSH-2 must hold one to five different signs, normally ^~\\&")
	}
	for i, to := range []*byte{&s.component, &s.repetition, &s.escape, &s.sub} {
		if i < len(given) {
			*to = given[i]
		}
	}
	return s, nil
}

var twice = []byte(`\\`)

func differentMarks(given []byte) bool {
	for i, c := range given {
		if !mark(c) || bytes.IndexByte(given[:i], c) >= 0 {
			return false
		}
	}
	return len(given) >= 1 && len(given) <= 5
}

// mark tells whether c may separate: a visible sign of ASCII that is no letter or digit.
func mark(c byte) bool {
	return c > ' ' && c < 0x7f && !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z')
}

func upper(b []byte) (i id) {
	for n := range i {
		c := b[n]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		i[n] = c
	}
	return i
}

// lines yields start and end of each line of b; CR, LF and CR LF end one.
func lines(b []byte) func(yield func(start, end int) bool) {
	return func(yield func(start, end int) bool) {
		cr, lf := -1, -1 // the next of each, at or after start
		for start := 0; start < len(b); {
			cr, lf = next(b, start, cr, '\r'), next(b, start, lf, '\n')
			end := min(cr, lf, len(b))
			if !yield(start, end) {
				return
			}
			start = end + 1
		}
	}
}

// next is the position of c at or after from, given where it was found before.
func next(b []byte, from, known int, c byte) int {
	if known >= from {
		return known
	}
	if i := bytes.IndexByte(b[from:], c); i >= 0 {
		return from + i
	}
	return math.MaxInt
}

func (m *Message) longestField() int {
	longest := 0
	for _, s := range m.segments {
		for f := range bytes.SplitSeq(m.raw[s.start:s.end], []byte{m.marks.field}) {
			longest = max(longest, len(f))
		}
	}
	return longest
}

// nth is the content of the n-th segment of a name, from 0; nil when there is none.
func (m *Message) nth(name id, n int) []byte {
	for _, s := range m.segments {
		if s.id == name {
			if n == 0 {
				return m.raw[s.start:s.end]
			}
			n--
		}
	}
	return nil
}

// field is field n of a segment as it stands; nil when the segment is shorter.
func (m *Message) field(segment []byte, n int) []byte {
	if len(segment) >= 3 && upper(segment) == msh {
		n-- // MSH-1 is the separator itself
	}
	for ; n > 0; n-- {
		i := bytes.IndexByte(segment, m.marks.field)
		if i < 0 {
			return nil
		}
		segment = segment[i+1:]
	}
	return before(segment, m.marks.field)
}

// repetitions yields the repetitions of a field.
func (m *Message) repetitions(field []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for {
			i := -1
			if m.marks.repetition != 0 {
				i = bytes.IndexByte(field, m.marks.repetition)
			}
			if i < 0 {
				yield(field)
				return
			}
			if !yield(field[:i]) {
				return
			}
			field = field[i+1:]
		}
	}
}

// first is the first repetition of a field.
func (m *Message) first(field []byte) []byte { return before(field, m.marks.repetition) }

// component is component n of a repetition, from 1, as it stands.
func (m *Message) component(repetition []byte, n int) []byte {
	return part(repetition, m.marks.component, n)
}

// sub is sub-component n of a component, from 1, as it stands.
func (m *Message) sub(component []byte, n int) []byte { return part(component, m.marks.sub, n) }

func part(b []byte, separator byte, n int) []byte {
	for ; n > 1; n-- {
		i := -1
		if separator != 0 {
			i = bytes.IndexByte(b, separator)
		}
		if i < 0 {
			return nil
		}
		b = b[i+1:]
	}
	return before(b, separator)
}

func before(b []byte, separator byte) []byte {
	if separator == 0 {
		return b
	}
	if i := bytes.IndexByte(b, separator); i >= 0 {
		return b[:i]
	}
	return b
}

// null tells whether a field says "delete what you have" (""), which an empty one
// does not.
func null(field []byte) bool { return string(field) == `""` }

// text is a sub-component as UTF-8, its escapes read and its outer blanks cut off;
// "" gives nothing.
func (m *Message) text(b []byte) string {
	b = bytes.Trim(b, " ")
	if len(b) == 0 || null(b) {
		return ""
	}
	if m.marks.escape != 0 && bytes.IndexByte(b, m.marks.escape) >= 0 {
		b = m.unescape(b)
	}
	if ascii(b) {
		return string(b)
	}
	return m.decode(b)
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
