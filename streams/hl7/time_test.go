package hl7

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

func TestParseStamp(t *testing.T) {
	for text, want := range map[string]string{
		"2026":                     "2026-01-01T00:00:00Z",
		"202607":                   "2026-06-30T23:00:00Z",
		"20260714":                 "2026-07-13T23:00:00Z",
		"2026071409":               "2026-07-14T08:00:00Z",
		"202607140930":             "2026-07-14T08:30:00Z",
		"20260714093015":           "2026-07-14T08:30:15Z",
		"20260714093015.25":        "2026-07-14T08:30:15.25Z",
		"20260714093015.1234+0530": "2026-07-14T04:00:15.123Z",
		" 20260714093000-0100 ":    "2026-07-14T10:30:00Z",
		"20260714+0100":            "2026-07-13T23:00:00Z",
		"20280229":                 "2028-02-29T00:00:00Z",
	} {
		s, ok := parseStamp([]byte(text))
		require.True(t, ok, text)
		assert.Equal(t, want, s.near(arrival, london(t)).String(), text)
	}
	for _, text := range []string{
		"", "20", "202", "20261", "20261301", "20260431", "20270229", "2026011424", "202601140960", "20260114093060",
		"20260114093000.", "20260114093000.x", "2026.1", "20260114+1", "20260114+1500", "20260114+0160", "01/15/2025", "Aug 14, 2004",
		"1970", "2200", "+0100", `""`, "２０２６",
	} {
		_, ok := parseStamp([]byte(text))
		assert.False(t, ok, text)
	}
}

// In London the hour from 01:00 comes twice on 25 October 2026, and not at all on 29
// March 2026.
func TestReadingsAroundTheChangeOfClocks(t *testing.T) {
	for _, c := range []struct{ name, text, ref, want string }{
		{"autumn, sent in the first", "20261025013000", "2026-10-25T00:31:00Z", "2026-10-25T00:30:00Z"},
		{"autumn, sent in the second", "20261025013000", "2026-10-25T01:29:50Z", "2026-10-25T01:30:00Z"},
		{"autumn, offset given", "20261025013000+0100", "2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z"},
		{"autumn, hour before", "20261025005900", "2026-10-25T12:00:00Z", "2026-10-24T23:59:00Z"},
		{"autumn, hour after", "20261025020000", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"},
		{"spring, clock not yet put forward", "20260329013000", "2026-03-29T01:31:00Z", "2026-03-29T01:30:00Z"},
		{"spring, clock put forward early", "20260329013000", "2026-03-29T00:31:00Z", "2026-03-29T00:30:00Z"},
		{"spring, hour before", "20260329005900", "2026-03-29T12:00:00Z", "2026-03-29T00:59:00Z"},
		{"spring, hour after", "20260329020000", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, ok := parseStamp([]byte(c.text))
			require.True(t, ok)
			assert.Equal(t, c.want, s.near(instant(c.ref), london(t)).String())
		})
	}
}

func TestWhenItHappened(t *testing.T) {
	for _, c := range []struct {
		name, trigger, sent, evn string
		arrival                  string
		want                     string
		fellBack                 bool
	}{
		{"EVN-6", "A01", "20260114093000", "||20260114092900||||20260114092500", "2026-01-14T09:30:01Z", "2026-01-14T09:25:00Z", false},
		{"EVN-6 of a cancel is not it", "A12", "20260114093000", "||20260114092900||||20260114080000", "2026-01-14T09:30:01Z", "2026-01-14T09:29:00Z", false},
		{"EVN-2", "A01", "20260114093000", "||20260114092900", "2026-01-14T09:30:01Z", "2026-01-14T09:29:00Z", false},
		{"EVN-2 late", "A01", "20260114093000", "||20260101120000", "2026-01-14T09:30:01Z", "2026-01-01T12:00:00Z", false},
		{"MSH-7", "A01", "20260114093000", "", "2026-01-14T10:30:01Z", "2026-01-14T09:30:00Z", false},
		{"arrival", "A01", "", "", "2026-01-14T10:30:01.5Z", "2026-01-14T10:30:01.5Z", false},
		{"EVN-2 ahead of MSH-7", "A02", "20260114093000", "||20260114103000", "2026-01-14T09:30:01Z", "2026-01-14T09:30:00Z", true},
		{"EVN-2 within the minute of MSH-7", "A02", "202601140930", "||20260114093045", "2026-01-14T09:31:01Z", "2026-01-14T09:30:45Z", false},
		{"MSH-7 five minutes ahead", "A02", "20260114093500", "", "2026-01-14T09:30:00Z", "2026-01-14T09:35:00Z", false},
		{"MSH-7 further ahead", "A02", "20260114093501", "", "2026-01-14T09:30:00Z", "2026-01-14T09:30:00Z", true},
		{"all ahead", "A02", "20260114113000", "||20260114103000", "2026-01-14T09:30:00Z", "2026-01-14T09:30:00Z", true},
		{"MSH-7 ahead, EVN-2 not", "A02", "20260114113000", "||20260114092900", "2026-01-14T09:30:00Z", "2026-01-14T09:29:00Z", false},
		{"EVN-2 unreadable", "A02", "20260114093000", "||yesterday", "2026-01-14T09:30:00Z", "2026-01-14T09:30:00Z", true},
		{"EVN-2 null", "A02", "20260114093000", `||""`, "2026-01-14T09:30:00Z", "2026-01-14T09:30:00Z", false},
		{"MSH-7 unreadable", "A02", "yesterday", "||20260114092900", "2026-01-14T09:30:00Z", "2026-01-14T09:29:00Z", false},
		{"a date says less than MSH-7 of that date", "A02", "20260114093000", "||20260114", "2026-01-14T10:30:00Z", "2026-01-14T09:30:00Z", false},
		{"a date before it stands", "A02", "20260114093000", "||20260113", "2026-01-14T10:30:00Z", "2026-01-13T00:00:00Z", false},
		{"a date only, arrived that day", "A02", "20260114", "", "2026-01-14T10:30:00Z", "2026-01-14T10:30:00Z", false},
		{"autumn, both in the second hour", "A02", "20261025014000", "||20261025013000", "2026-10-25T01:40:00Z", "2026-10-25T01:30:00Z", false},
		{"autumn, EVN-2 must lie in the first", "A02", "20261025011000", "||20261025015000", "2026-10-25T01:10:00Z", "2026-10-25T00:50:00Z", false},
		{"autumn, EVN-2 sent an hour late", "A02", "20261025011000", "||20261025013000", "2026-10-25T01:10:00Z", "2026-10-25T00:30:00Z", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			message := `MSH|^~\&|PAS|RXX|||` + c.sent + `||ADT^` + c.trigger + "|1|P|2.4\rEVN" + c.evn + "\r" + patientA + "\r" + visitAt("I", bedA, "")
			r := Map([]byte(message), &Settings{TimeZone: london(t)}, instant(c.arrival))
			require.Nil(t, r.Refusal)
			assert.Equal(t, c.want, r.Event.Happened.String())
			assert.Equal(t, c.fellBack, r.TimeFellBack)
		})
	}
}

// EVN-6 of a message that cancels may be the time of what it cancels.
func TestEVN6IsReadUnlessTheTriggerCancels(t *testing.T) {
	cancels := "A11 A12 A13 A23 A25 A26 A27 A29 A33 A38 A52 A53"
	for trigger := range rules {
		x := mapping{settings: &Settings{}, arrival: arrival}
		var refusal *Refusal
		x.Message, refusal = Read([]byte(`MSH|^~\&|PAS|RXX|||20260114093000||ADT^` + trigger + "|1|P|2.4\rEVN||20260114092900||||20260114080000"))
		require.Nil(t, refusal)
		require.Nil(t, x.when(rules[trigger]))
		want := "2026-01-14T08:00:00Z"
		if strings.Contains(cancels, trigger) {
			want = "2026-01-14T09:29:00Z"
		}
		assert.Equal(t, want, x.event.Happened.String(), trigger)
	}
}

func TestTimesOfTheHandwrittenDischarges(t *testing.T) {
	offset := Map(handwritten(t, "a03-to-care-home-with-bst-offset"), &Settings{TimeZone: time.UTC}, arrival)
	assert.Equal(t, "2026-07-14T08:30:00Z", offset.Event.Happened.String(), "the sender's offset, not the feed's zone")
	assert.Equal(t, "54", offset.Event.Data.Outcome)
	for at, want := range map[string]string{"2026-10-25T00:30:05Z": "2026-10-25T00:30:00Z", "2026-10-25T01:30:05Z": "2026-10-25T01:30:00Z"} {
		r := Map(handwritten(t, "a03-in-repeated-dst-hour-no-offset"), &Settings{TimeZone: london(t)}, instant(at))
		assert.Equal(t, want, r.Event.Happened.String())
	}
}

func TestDue(t *testing.T) {
	due := func(pv2 string) Result {
		return Map(adt("A05", patientA, visitAt("P", bedA, ""), "PV2||||||||"+pv2), &Settings{TimeZone: london(t)}, arrival)
	}
	assert.Equal(t, "2026-07-14T22:59:00Z", due("20260714").Event.Data.Due.String(), "a date is its last minute")
	assert.Equal(t, "2026-07-14T08:30:00Z", due("202607140930").Event.Data.Due.String())
	unread := due("soon")
	assert.Equal(t, capacity.Instant(0), unread.Event.Data.Due)
	assert.True(t, unread.DueUnread)
	assert.False(t, due("").DueUnread)
}
