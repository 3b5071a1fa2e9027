package hl7

import (
	"bytes"
	"time"

	"flowcentre/capacity"
)

// stamp is a time as HL7 writes it: YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ].
type stamp struct {
	local  time.Time     // the wall clock's reading, held as if it were UTC
	span   time.Duration // what the last part given stands for: a second, a day, a year
	offset time.Duration // from UTC
	fixed  bool          // the sender gave the offset
}

// clocked tells whether the time of day is given.
func (s stamp) clocked() bool { return s.span <= time.Hour }

var spans = map[int]time.Duration{
	4: 366 * 24 * time.Hour, 6: 31 * 24 * time.Hour, 8: 24 * time.Hour,
	10: time.Hour, 12: time.Minute, 14: time.Second,
}

// parseStamp reads the first component of a time field. Years outside 1971 to 2199 are
// no times.
func parseStamp(b []byte) (s stamp, ok bool) {
	b = bytes.Trim(b, " ")
	if i := bytes.LastIndexAny(b, "+-"); i >= 0 {
		if s.offset, ok = parseOffset(b[i:]); !ok {
			return s, false
		}
		s.fixed, b = true, b[:i]
	}
	var millis int
	if i := bytes.IndexByte(b, '.'); i >= 0 {
		if i != 14 || i+1 == len(b) {
			return s, false
		}
		for n, unit := i+1, 100; n < len(b); n, unit = n+1, unit/10 {
			if b[n] < '0' || b[n] > '9' {
				return s, false
			}
			millis += int(b[n]-'0') * unit
		}
		b = b[:i]
	}
	if s.span, ok = spans[len(b)]; !ok {
		return s, false
	}
	parts := [6]int{0, 1, 1, 0, 0, 0}
	for n, at := 0, 0; at < len(b); n++ {
		width := 2
		if n == 0 {
			width = 4
		}
		if parts[n], ok = digits(b[at : at+width]); !ok {
			return s, false
		}
		at += width
	}
	y, mo, d, h, mi, sec := parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]
	if y < 1971 || y > 2199 || mo < 1 || mo > 12 || d < 1 || h > 23 || mi > 59 || sec > 59 {
		return s, false
	}
	s.local = time.Date(y, time.Month(mo), d, h, mi, sec, millis*int(time.Millisecond), time.UTC)
	return s, s.local.Day() == d // a 31st of April would have become the 1st of May
}

func parseOffset(b []byte) (time.Duration, bool) {
	if len(b) != 5 {
		return 0, false
	}
	h, okHours := digits(b[1:3])
	m, okMinutes := digits(b[3:5])
	offset := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if b[0] == '-' {
		offset = -offset
	}
	return offset, okHours && okMinutes && h <= 14 && m <= 59
}

func digits(b []byte) (n int, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// readings are the instants that s can mean in zone: two in the hour that autumn has
// twice, and two as well in the hour that spring leaves out (a clock put forward too
// early, or not yet); otherwise both are the same.
func (s stamp) readings(zone *time.Location) (a, b capacity.Instant) {
	if s.fixed {
		at := capacity.At(s.local.Add(-s.offset))
		return at, at
	}
	first := s.local.Add(-offsetAt(s.local.Add(-24*time.Hour), zone))
	second := s.local.Add(-offsetAt(s.local.Add(24*time.Hour), zone))
	if first.Equal(second) {
		return capacity.At(first), capacity.At(first)
	}
	firstHolds, secondHolds := s.reads(first, zone), s.reads(second, zone)
	switch {
	case firstHolds && !secondHolds:
		second = first
	case secondHolds && !firstHolds:
		first = second
	}
	return capacity.At(first), capacity.At(second)
}

func offsetAt(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// reads tells whether a clock in zone shows s at t.
func (s stamp) reads(t time.Time, zone *time.Location) bool {
	return t.Add(offsetAt(t, zone)).Equal(s.local)
}

// near is the reading of s nearest to ref.
func (s stamp) near(ref capacity.Instant, zone *time.Location) capacity.Instant {
	a, b := s.readings(zone)
	if distance(b, ref) < distance(a, ref) {
		return b
	}
	return a
}

// until is the reading of s nearest to limit among those not after it; of those after
// it, when all are.
func (s stamp) until(limit capacity.Instant, zone *time.Location) capacity.Instant {
	a, b := s.readings(zone)
	if a > b {
		a, b = b, a
	}
	if b <= limit {
		return b
	}
	return a
}

func distance(a, b capacity.Instant) time.Duration { return a.Sub(b).Abs() }

// Reading is the instant at which a clock in zone showed what local reads as UTC; of two,
// in the hour that autumn has twice, the later that is not after limit.
func Reading(local time.Time, zone *time.Location, limit capacity.Instant) capacity.Instant {
	return stamp{local: local}.until(limit, zone)
}
