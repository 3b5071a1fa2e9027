package capacity

import (
	"fmt"
	"time"
)

// Instant is a moment in UTC, in milliseconds since 1970-01-01. Zero means "not
// known". It is written in JSON as an RFC 3339 string, and as null when zero.
type Instant int64

// At is the instant of t, cut to the millisecond.
func At(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixMilli())
}

// Time is the instant as a UTC time, and the zero time when not known.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(i)).UTC()
}

// Add is the instant d later; an unknown instant stays unknown.
func (i Instant) Add(d time.Duration) Instant {
	if i == 0 {
		return 0
	}
	return i + Instant(d.Milliseconds())
}

// Sub is the time from o to i.
func (i Instant) Sub(o Instant) time.Duration {
	return time.Duration(i-o) * time.Millisecond
}

// String is RFC 3339 in UTC with milliseconds only where there are any.
func (i Instant) String() string {
	if i == 0 {
		return ""
	}
	return i.Time().Format("2006-01-02T15:04:05.999Z07:00")
}

// MarshalJSON writes the RFC 3339 string, or null when not known.
func (i Instant) MarshalJSON() ([]byte, error) {
	if i == 0 {
		return []byte("null"), nil
	}
	b := make([]byte, 0, 26)
	b = append(b, '"')
	b = i.Time().AppendFormat(b, "2006-01-02T15:04:05.999Z07:00")
	return append(b, '"'), nil
}

// UnmarshalJSON reads an RFC 3339 string with any offset, or null.
func (i *Instant) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*i = 0
		return nil
	}
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return fmt.Errorf("time %s is not a string in RFC 3339 form, such as \"2027-01-12T04:07:00Z\"", b)
	}
	in, err := ParseInstant(string(b[1 : len(b)-1]))
	if err != nil {
		return err
	}
	*i = in
	return nil
}

// ParseInstant reads RFC 3339 text with its offset. Years outside 1971 to 2199 are refused.
func ParseInstant(text string) (Instant, error) {
	if in, ok := parseUTC(text); ok {
		return in, nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return 0, fmt.Errorf("time %q is not in RFC 3339 form, such as 2027-01-12T04:07:00Z", text)
	}
	if t.Year() < 1971 || t.Year() > 2199 {
		return 0, fmt.Errorf("time %q lies outside 1971 to 2199", text)
	}
	return At(t), nil
}

// parseUTC is the quick path for the form the log itself is written in:
// 2027-01-12T04:07:00Z with at most three decimals.
func parseUTC(s string) (Instant, bool) {
	if len(s) < 20 || len(s) > 24 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[len(s)-1] != 'Z' {
		return 0, false
	}
	num := func(from, to int) (n int) {
		for _, c := range []byte(s[from:to]) {
			if c < '0' || c > '9' {
				return -1
			}
			n = n*10 + int(c-'0')
		}
		return n
	}
	y, mo, d, h, mi, sec := num(0, 4), num(5, 7), num(8, 10), num(11, 13), num(14, 16), num(17, 19)
	if y < 1971 || y > 2199 || mo < 1 || mo > 12 || d < 1 || d > daysIn(y, mo) || h < 0 || h > 23 || mi < 0 || mi > 59 || sec < 0 || sec > 59 {
		return 0, false
	}
	ms := 0
	if len(s) > 20 {
		if s[19] != '.' {
			return 0, false
		}
		if ms = num(20, len(s)-1); ms < 0 {
			return 0, false
		}
		for i := len(s) - 21; i < 3; i++ {
			ms *= 10
		}
	}
	return Instant(daysSince1970(y, mo, d)*86_400_000 + int64(h*3_600_000+mi*60_000+sec*1000+ms)), true
}

func daysIn(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSince1970 counts days in the proleptic Gregorian calendar; years begin in March.
func daysSince1970(y, m, d int) int64 {
	if m <= 2 {
		y, m = y-1, m+12
	}
	return int64(365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 1 - 719468)
}
