package capacity

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// zoneOf writes down what the machine's zone files say of a place from 2019 to 2041.
func zoneOf(t *testing.T, name string) (*time.Location, Zone) {
	t.Helper()
	place, err := time.LoadLocation(name)
	require.NoError(t, err)
	var z Zone
	for at := time.Date(2019, 1, 1, 0, 0, 0, 0, place); at.Year() < 2041; {
		from, until := at.ZoneBounds()
		_, seconds := at.Zone()
		z = append(z, Offset{From: At(from), Seconds: seconds})
		if !until.After(at) { // never, or the end of 2040, at which ZoneBounds stands still
			break
		}
		at = until
	}
	return place, z
}

// TestZoneAgreesWithTime: days, hours and weekdays are those of the zone files, in
// places north and south, where half hours are gained, and where midnight is skipped.
func TestZoneAgreesWithTime(t *testing.T) {
	for _, name := range []string{"Europe/London", "Australia/Sydney", "Australia/Lord_Howe", "America/Santiago", "UTC"} {
		place, z := zoneOf(t, name)
		changes := make([]Instant, 0, len(z))
		for _, o := range z[1:] {
			if at := o.From.Time(); at.Year() >= 2020 && at.Year() < 2040 {
				changes = append(changes, o.From)
			}
		}
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				at := Instant(rapid.Int64Range(time.Date(2020, 1, 1, 0, 0, 0, 0, place).UnixMilli(), time.Date(2039, 12, 31, 0, 0, 0, 0, place).UnixMilli()).Draw(t, "at"))
				if len(changes) > 0 && rapid.Bool().Draw(t, "near a change") {
					at = rapid.SampledFrom(changes).Draw(t, "change") + Instant(rapid.Int64Range(-30*3_600_000, 30*3_600_000).Draw(t, "by"))
				}
				want := at.Time().In(place)
				y, m, d := want.Date()
				require.Equal(t, time.Date(y, m, d, want.Hour(), want.Minute(), want.Second(), want.Nanosecond(), time.UTC), z.Local(at).Time())
				require.Equal(t, 60*want.Hour()+want.Minute(), z.Minute(at))
				require.Equal(t, int(want.Weekday()), z.Weekday(at))
				require.Equal(t, dayBegins(place, y, m, d), z.Midnight(at), "the day of %s", want)
				require.Equal(t, dayBegins(place, y, m, d+1), z.NextMidnight(at), "the day after %s", want)

				minute := rapid.IntRange(0, 24*60-1).Draw(t, "minute")
				reading := z.Clock(at, minute)
				shown := reading.Time().In(place)
				if wall := time.Date(y, m, d, 0, minute, 0, 0, time.UTC); shown.Format(time.DateTime) != wall.Format(time.DateTime) {
					for skipped := reading - 3_600_000; skipped < reading+3_600_000; skipped += 60_000 {
						require.NotEqual(t, wall.Format(time.DateTime), skipped.Time().In(place).Format(time.DateTime), "the reading exists, and Clock gave another")
					}
				}
				for earlier := reading - 3*3_600_000; earlier < reading; earlier += 60_000 {
					require.NotEqual(t, shown.Format(time.DateTime), earlier.Time().In(place).Format(time.DateTime), "the reading comes twice, and Clock gave the second")
				}
			})
		})
	}
}

// dayBegins is the first minute of a local date.
func dayBegins(place *time.Location, y int, m time.Month, d int) Instant {
	noon := time.Date(y, m, d, 12, 0, 0, 0, place)
	at := noon.Add(-14 * time.Hour)
	for at.Day() != noon.Day() {
		at = at.Add(time.Minute)
	}
	return At(at)
}

func TestLocalDays(t *testing.T) {
	for date, hours := range map[string]int{"2026-03-29": 23, "2026-03-30": 24, "2026-10-25": 25, "2026-10-26": 24} {
		noon, err := ParseInstant(date + "T12:00:00Z")
		require.NoError(t, err)
		require.Equal(t, time.Duration(hours)*time.Hour, london.NextMidnight(noon).Sub(london.Midnight(noon)), date)
	}
	spring, autumn := instant("2026-03-29T12:00:00Z"), instant("2026-10-25T12:00:00Z")
	require.Equal(t, "2026-03-29T01:30:00Z", london.Clock(spring, 90).String(), "01:30 is skipped: an hour later")
	require.Equal(t, "2026-10-25T00:30:00Z", london.Clock(autumn, 90).String(), "01:30 comes twice: the first")
	require.Equal(t, autumn, Zone(nil).Clock(autumn, 720), "no zone is UTC")
}
