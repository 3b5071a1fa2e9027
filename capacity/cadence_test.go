package capacity_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

// london2027 is British time of a year in which the clocks change on 28 March and 31
// October, at 01:00 UTC.
var london2027 = capacity.Zone{
	{From: utc(2027, 1, 1, 0, 0), Seconds: 0},
	{From: utc(2027, 3, 28, 1, 0), Seconds: 3600},
	{From: utc(2027, 10, 31, 1, 0), Seconds: 0},
}

func utc(year int, month time.Month, day, hour, minute int) capacity.Instant {
	return capacity.At(time.Date(year, month, day, hour, minute, 0, 0, time.UTC))
}

// ward is expected every 15 minutes; every 5 by day on weekdays; every 2 hours at night;
// not at all on Sundays.
func ward() *capacity.Feed {
	return &capacity.Feed{ID: "ward", Every: 900, Cadence: []capacity.Cadence{
		{Days: "sun", From: 0, To: 24 * 60},
		{Days: "mon-fri", From: 8 * 60, To: 20 * 60, Every: 300},
		{From: 23 * 60, To: 6 * 60, Every: 7200},
	}}
}

// TestExpects walks a winter week, and the days on which the clocks change. Times are UTC.
func TestExpects(t *testing.T) {
	for _, tt := range []struct {
		name    string
		at      capacity.Instant
		every   int
		changes capacity.Instant
	}{
		{"Monday early: Sunday's last hour has no night of its own left", utc(2027, 1, 11, 3, 0), 7200, utc(2027, 1, 11, 6, 0)},
		{"Monday, before the day", utc(2027, 1, 11, 7, 59), 900, utc(2027, 1, 11, 8, 0)},
		{"Monday, on the minute", utc(2027, 1, 11, 8, 0), 300, utc(2027, 1, 11, 20, 0)},
		{"Monday evening", utc(2027, 1, 11, 20, 0), 900, utc(2027, 1, 11, 23, 0)},
		{"Monday night", utc(2027, 1, 11, 23, 30), 7200, utc(2027, 1, 12, 6, 0)},
		{"Saturday by day is no weekday", utc(2027, 1, 16, 12, 0), 900, utc(2027, 1, 16, 23, 0)},
		{"Saturday night ends where Sunday begins", utc(2027, 1, 16, 23, 30), 7200, utc(2027, 1, 17, 0, 0)},
		{"Sunday, until the night that began on it goes on past midnight", utc(2027, 1, 17, 23, 30), 0, utc(2027, 1, 18, 0, 0)},
		{"summer: the day begins an hour earlier in UTC", utc(2027, 7, 12, 7, 0), 300, utc(2027, 7, 12, 19, 0)},
		{"23 hours: the Saturday night before is cut by Sunday alone", utc(2027, 3, 27, 23, 0), 7200, utc(2027, 3, 28, 0, 0)},
		{"23 hours: Sunday ends at 23:00 UTC", utc(2027, 3, 28, 22, 59), 0, utc(2027, 3, 28, 23, 0)},
		{"25 hours: Sunday ends at 24:00 UTC", utc(2027, 10, 31, 23, 30), 0, utc(2027, 11, 1, 0, 0)},
		{"25 hours: Sunday began at 23:00 UTC", utc(2027, 10, 30, 23, 0), 0, utc(2027, 11, 1, 0, 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			every, changes := ward().Expects(tt.at, london2027)
			assert.Equal(t, tt.every, every)
			assert.Equal(t, tt.changes.String(), changes.String())
		})
	}
}

// TestExpectsThroughTheRepeatedHour: hours that begin or end within the hour that is
// skipped in March or comes twice in October leave no gap and no second beginning.
func TestExpectsThroughTheRepeatedHour(t *testing.T) {
	f := &capacity.Feed{Every: 900, Cadence: []capacity.Cadence{{From: 60, To: 90, Every: 60}, {From: 90, To: 180, Every: 120}}}
	run := func(at, end capacity.Instant) (all []string) {
		for at < end {
			every, changes := f.Expects(at, london2027)
			require.Greater(t, changes, at)
			all = append(all, at.Time().Format("15:04 ")+(time.Duration(every)*time.Second).String())
			at = changes
		}
		return all
	}
	assert.Equal(t, []string{"00:30 15m0s", "01:00 1m0s", "01:30 2m0s", "02:00 15m0s"}, run(utc(2027, 3, 28, 0, 30), utc(2027, 3, 28, 12, 0)))
	assert.Equal(t, []string{"00:00 1m0s", "00:30 2m0s", "03:00 15m0s"}, run(utc(2027, 10, 31, 0, 0), utc(2027, 10, 31, 12, 0)))
}

func TestDeadline(t *testing.T) {
	for _, tt := range []struct {
		name       string
		last, want capacity.Instant
	}{
		{"by day", utc(2027, 1, 11, 12, 0), utc(2027, 1, 11, 12, 5)},
		{"at night", utc(2027, 1, 11, 23, 30), utc(2027, 1, 12, 1, 30)},
		{"just before a busier time: it is given the time from there", utc(2027, 1, 11, 7, 58), utc(2027, 1, 11, 8, 5)},
		{"just before a calmer time", utc(2027, 1, 11, 19, 58), utc(2027, 1, 11, 20, 15)},
		{"due on the very minute at which another expectation begins", utc(2027, 1, 11, 19, 55), utc(2027, 1, 11, 20, 0)},
		{"over a Sunday", utc(2027, 1, 16, 22, 50), utc(2027, 1, 18, 2, 0)},
		{"over the 25 hours of a Sunday", utc(2027, 10, 30, 22, 50), utc(2027, 11, 1, 2, 0)},
		{"over the 23 hours of a Sunday", utc(2027, 3, 27, 23, 50), utc(2027, 3, 29, 1, 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want.String(), ward().Deadline(tt.last, london2027).String())
		})
	}
	plain := &capacity.Feed{Every: 900}
	assert.Equal(t, utc(2027, 1, 11, 12, 15), plain.Deadline(utc(2027, 1, 11, 12, 0), nil))
	never := &capacity.Feed{Every: 900, Cadence: []capacity.Cadence{{From: 0, To: 24 * 60}}}
	assert.Zero(t, never.Deadline(utc(2027, 1, 11, 12, 0), nil))
}
