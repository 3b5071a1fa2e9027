package hl7

import (
	"bytes"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// unescape reads the escapes of HL7 v2.4 chapter 2: \F\ \S\ \T\ \R\ \E\ \Xhh\ and
// \.br\ (a line feed). What it does not know, and an escape without an end, stays.
func (m *Message) unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for {
		i := bytes.IndexByte(b, m.marks.escape)
		if i < 0 {
			return append(out, b...)
		}
		out = append(out, b[:i]...)
		b = b[i:]
		end := bytes.IndexByte(b[1:], m.marks.escape)
		if end < 0 {
			return append(out, b...)
		}
		meant, known := m.escaped(b[1 : 1+end])
		if !known {
			out = append(out, m.marks.escape)
			b = b[1:]
			continue
		}
		out = append(out, meant...)
		b = b[end+2:]
	}
}

func (m *Message) escaped(code []byte) (meant []byte, known bool) {
	switch string(code) {
	case "F":
		return []byte{m.marks.field}, true
	case "S":
		return []byte{m.marks.component}, m.marks.component != 0
	case "T":
		return []byte{m.marks.sub}, m.marks.sub != 0
	case "R":
		return []byte{m.marks.repetition}, m.marks.repetition != 0
	case "E":
		return []byte{m.marks.escape}, true
	case ".br":
		return []byte{'\n'}, true
	}
	if len(code) > 2 && code[0] == 'X' {
		meant = make([]byte, hex.DecodedLen(len(code)-1))
		_, err := hex.Decode(meant, code[1:])
		return meant, err == nil
	}
	return nil, false
}

// charset is what MSH-18 says of the bytes.
type charset uint8

const (
	guessed charset = iota // nothing, ASCII or UTF-8: UTF-8 if the message is, else Latin-1
	latin1
	latin9
	unknownCharset // accepted, guessed and marked
)

func (m *Message) charset() charset {
	declared := m.first(m.field(m.nth(msh, 0), 18))
	switch strings.ToUpper(string(bytes.Trim(declared, " "))) {
	case "", "ASCII", "UNICODE UTF-8", "UTF-8", "UTF8":
		return guessed
	case "8859/1", "ISO-8859-1":
		return latin1
	case "8859/15", "ISO-8859-15":
		return latin9
	}
	return unknownCharset
}

// decode turns text that is not plain ASCII into UTF-8.
func (m *Message) decode(b []byte) string {
	set := m.charset()
	if set != latin1 && set != latin9 && utf8.Valid(m.raw) && utf8.Valid(b) {
		return string(b)
	}
	var out strings.Builder
	for _, c := range b {
		r := rune(c)
		if to, differs := latin9Signs[c]; differs && set == latin9 {
			r = to
		}
		out.WriteRune(r)
	}
	return out.String()
}

// latin9Signs is where ISO 8859-15 differs from ISO 8859-1.
var latin9Signs = map[byte]rune{
	0xA4: '€', 0xA6: 'Š', 0xA8: 'š', 0xB4: 'Ž', 0xB8: 'ž', 0xBC: 'Œ', 0xBD: 'œ', 0xBE: 'Ÿ',
}
