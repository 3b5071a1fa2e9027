package hl7

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTerminatorsAndWhatStandsAround(t *testing.T) {
	plain := string(adt("A01", patientA, visitAt("I", bedA, "")))
	want := Map([]byte(plain), &Settings{}, arrival).Event.Data
	for name, message := range map[string]string{
		"LF":              strings.ReplaceAll(plain, "\r", "\n"),
		"CR LF":           strings.ReplaceAll(plain, "\r", "\r\n"),
		"mixed":           strings.Replace(strings.Replace(plain, "\r", "\n", 1), "\rPV1", "\r\nPV1", 1),
		"blank lines":     strings.ReplaceAll(plain, "\r", "\r\r\n\n"),
		"no last":         strings.TrimSuffix(plain, "\r"),
		"byte order mark": "\ufeff" + plain,
		"blanks before":   "\r\n \v" + plain,
		"framed":          "\v" + plain + "\x1c\r",
		"lower case":      strings.NewReplacer("PID", "pid", "MSH", "msh", "PV1", "pV1").Replace(plain),
		"unknown":         strings.Replace(plain, "EVN", "ZZZ|1|x\rQ\rPIDX|9\rEVN", 1),
		"PV1 before PID":  string(adt("A01", visitAt("I", bedA, ""), patientA)),
		"extra fields":    strings.Replace(plain, "|V1", "|V1"+strings.Repeat("|x", 60), 1),
	} {
		t.Run(name, func(t *testing.T) {
			r := Map([]byte(message), &Settings{}, arrival)
			require.Nil(t, r.Refusal)
			if name == "extra fields" {
				want.Class = r.Event.Data.Class
			}
			assert.Equal(t, want, r.Event.Data)
		})
	}
}

func TestSeparators(t *testing.T) {
	custom := Map(handwritten(t, "a01-custom-separators"), &Settings{}, arrival)
	require.NotNil(t, custom.Event)
	assert.Equal(t, placeA, custom.Event.Data.Place)
	assert.Equal(t, "RXX/MR/H0000001", custom.Event.Data.Patient)
	for _, signs := range []string{`^`, `^~`, `^~\`, `^~\&`, `^~\&#`, `^~\\&`} {
		m, refusal := Read([]byte("MSH|" + signs + "|A^B|C"))
		require.Nil(t, refusal, signs)
		assert.Equal(t, "B", m.text(m.component(m.field(m.nth(msh, 0), 3), 2)), signs)
		assert.Equal(t, "C", string(m.field(m.nth(msh, 0), 4)))
		assert.Nil(t, m.field(m.nth(msh, 0), 5))
	}
}

func TestSubComponentsAndRepetitions(t *testing.T) {
	m, refusal := Read([]byte("MSH|^~\\&|x\rPID|a&b^c~d&e&f^g~"))
	require.Nil(t, refusal)
	var got []string
	for r := range m.repetitions(m.field(m.nth(pid, 0), 1)) {
		got = append(got, string(m.sub(m.component(r, 1), 2)), string(m.component(r, 2)), string(m.component(r, 3)))
	}
	assert.Equal(t, []string{"b", "c", "", "e", "g", "", "", "", ""}, got)
}

func TestEscapes(t *testing.T) {
	m, refusal := Read([]byte("MSH|^~\\&|x"))
	require.Nil(t, refusal)
	for given, want := range map[string]string{
		`a\F\b\S\c\T\d\R\e\E\f`: `a|b^c&d~e\f`,
		`A\T\E`:                 `A&E`,
		`\X41\\X4243\`:          `ABC`,
		`a\.br\b`:               "a\nb",
		`\H\loud\N\`:            `\H\loud\N\`,
		`\X4\ \XZZ\ \X\`:        `\X4\ \XZZ\ \X\`,
		`open \F`:               `open \F`,
		`\`:                     `\`,
		`\\`:                    `\\`,
		`\Q\F\`:                 `\Q|`,
		`\XC3A9\`:               `é`,
	} {
		assert.Equal(t, want, m.text([]byte(given)), given)
	}
	r := Map(handwritten(t, "a01-escapes-in-location"), &Settings{}, arrival)
	require.NotNil(t, r.Event)
	assert.Equal(t, "RXX01/A&E/MAJORS | RESUS/03", r.Event.Data.Place)
}

func TestCharsets(t *testing.T) {
	place := func(charset, ward string) (string, bool) {
		message := "MSH|^~\\&|PAS|RXX|||20260114093000||ADT^A01|1|P|2.4||||||" + charset + "\r" + patientA + "\r" + visitAt("I", ward, "")
		r := Map([]byte(message), &Settings{}, arrival)
		if r.Event == nil {
			return string(r.Refusal.Code), false
		}
		return r.Event.Data.Place, r.UnknownCharset
	}
	for _, c := range []struct {
		charset, ward, want string
		unknown             bool
	}{
		{"", "S\xc3\xb3", "/Só", false},
		{"ASCII", "S\xf3", "/Só", false},
		{"UNICODE UTF-8", "S\xc3\xb3", "/Só", false},
		{"UNICODE UTF-8", "S\xf3", "/Só", false},
		{"8859/1", "S\xc3\xb3", "/SÃ³", false},
		{"8859/1", "\xa4", "/¤", false},
		{"8859/15~ASCII", "\xa4\xf3", "/€ó", false},
		{"ISO IR 999", "S\xc3\xb3", "/Só", true},
	} {
		got, unknown := place(c.charset, c.ward)
		assert.Equal(t, c.want, got, c.charset)
		assert.Equal(t, c.unknown, unknown, c.charset)
	}
}

func TestSplit(t *testing.T) {
	one, two := string(adt("A01", patientA)), string(adt("A03", patientB))
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"nothing":          {"", nil},
		"blank":            {"\r\n \v\x1c\r", nil},
		"one":              {one, []string{one}},
		"two":              {one + two, []string{one, two}},
		"lines between":    {one + "\n\n" + two + "\n", []string{one, two}},
		"batch":            {"FHS|^~\\&\rBHS|^~\\&\r" + one + two + "BTS|2\rFTS|1\r", []string{one, two}},
		"two batches":      {"BHS|^~\\&\n" + one + "BTS|1\nBHS|^~\\&\n" + two + "BTS|1\n", []string{one, two}},
		"bad in between":   {one + "MSH|^~\r" + two, []string{one, "MSH|^~", two}},
		"framed":           {"\v" + one + "\x1c\r\v" + two + "\x1c\r", []string{one, two}},
		"junk first":       {"hello\r" + one, []string{"hello", one}},
		"junk after batch": {"BTS|1\rhello\r" + one, []string{"hello", one}},
		"byte order mark":  {"\ufeff" + one + two, []string{one, two}},
		"only an envelope": {"FHS|^~\\&\rFTS|0", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for m := range Split([]byte(c.body)) {
				got = append(got, string(m)+"\r")
			}
			var want []string
			for _, m := range c.want {
				want = append(want, strings.TrimSuffix(m, "\r")+"\r")
			}
			assert.Equal(t, want, got)
		})
	}
	for range Split([]byte(one + two)) {
		break // a reader may stop early
	}
	both := slices.Collect(Split(handwritten(t, "batch-two-adt")))
	require.Len(t, both, 2)
	assert.True(t, bytes.HasPrefix(both[1], []byte("MSH|")))
	assert.NotContains(t, string(both[1]), "BTS")
}
