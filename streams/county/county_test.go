package county_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/streams/county"
)

// A Tuesday in January, before the day begins.
var tuesday = capacity.At(time.Date(2027, 1, 12, 4, 7, 0, 0, time.UTC))

func play(t *testing.T, seed uint64, start capacity.Instant) *county.County {
	t.Helper()
	c, err := county.New(county.Options{Layout: testLayout(), Seed: seed, Start: start, Desk: true})
	require.NoError(t, err)
	return c
}

// playWhole is a county with what lies outside its hospitals.
func playWhole(t *testing.T, seed uint64) *county.County {
	t.Helper()
	c, err := county.New(county.Options{Layout: wholeLayout(), Seed: seed, Start: tuesday, Desk: true})
	require.NoError(t, err)
	return c
}

func TestSameSeedSameBytes(t *testing.T) {
	for seed := range uint64(2) {
		one, same, other := playWhole(t, seed), playWhole(t, seed), playWhole(t, seed+7)
		differs := false
		for m := one.Next(); m.At < tuesday.Add(3*24*time.Hour); m = one.Next() {
			again := same.Next()
			require.Equal(t, string(m.Body), string(again.Body))
			m.Body, again.Body = nil, nil
			require.Equal(t, m, again)
			differs = differs || m.ID != other.Next().ID
		}
		assert.True(t, differs)
	}
}

func TestMessagesComeInTheOrderTheyAreSent(t *testing.T) {
	c := play(t, 1, tuesday)
	last := tuesday
	for range 6_000 {
		m := c.Next()
		require.GreaterOrEqual(t, m.At, last)
		last = m.At
	}
}

// Two weeks must look like two weeks in January.
func TestTwoWeeksLookReal(t *testing.T) {
	county.Weeks(t)
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			l := testLayout()
			b := newBooks(t, &l)
			c := play(t, seed, tuesday)
			until := tuesday.Add(15*24*time.Hour - 5*time.Hour)
			messages, most := 0, 0
			for m := c.Next(); m.At < until; m = c.Next() {
				b.take(m)
				messages++
				if messages%997 == 0 {
					require.NoError(t, county.Consistent(c))
					most = max(most, county.MixedBays(c))
				}
			}
			r := b.reckon()

			admitted, days := 0, 0
			byDay := map[time.Weekday][]int{}
			for day, n := range r.leavers {
				if day > "2027-01-12" && day <= "2027-01-26" {
					admitted += r.admissions[day]
					byDay[r.weekday[day]] = append(byDay[r.weekday[day]], n)
					days++
				}
			}
			require.Equal(t, 14, days)
			assert.Less(t, most, 8, "mixed-sex bays")
			perDay := float64(admitted) / 14
			assert.InDelta(t, 170, perDay, 12, "emergency admissions a day")

			occupancy := 0.0
			for day, o := range r.occupied {
				percent := 100 * float64(o["adult_ga"]) / float64(b.core[capacity.AdultGA]+r.extra[day])
				occupancy += percent / float64(len(r.occupied))
				assert.Greater(t, percent, 87.0, day)
				assert.Less(t, percent, 102.0, day)
				village := 100 * float64(o["community"]) / float64(b.core[capacity.CommunityClass])
				assert.InDelta(t, 95, village, 6, day)
			}
			assert.InDelta(t, 95, occupancy, 3, "adult occupancy at 08:00")

			by17, by12, all := 0, 0, 0
			for hour, n := range r.byHour {
				all += n
				if hour < 12 {
					by12 += n
				}
				if hour < 17 {
					by17 += n
				}
			}
			assert.InDelta(t, 59, 100*float64(by17)/float64(all), 4, "left by 17:00")
			assert.InDelta(t, 17.6, 100*float64(by12)/float64(all), 4, "left by noon")
			ratio := mean(byDay[time.Sunday]) / mean(byDay[time.Friday])
			assert.InDelta(t, .55, ratio, .14, "two Sundays to two Fridays")

			for _, trigger := range strings.Fields("A01 A02 A03 A04 A05 A08 A11 A12 A13 A14 A15 A16 A17 A21 A22 A25 A26 bed.census bed.cleaned bed.cleaning-started bed.opened bed.closed bed.admitted bed.discharged bed.arrival-expected bed.discharge-expected feed.heartbeat " +
				"ae.arrived ae.assessed ae.seen ae.referred ae.moved ae.decided-to-admit ae.ready-to-proceed ae.streamed ae.departed ae.list ae.ambulance-inbound ae.ambulance-arrived ae.ambulance-handed-over ae.ambulance-clear ae.ambulance-cancelled " +
				"bed.requested bed.request-ready bed.request-left bed.request-arrived bed.request-cancelled decision.bed-allocated decision.allocation-ended " +
				"discharge.ready discharge.not-ready discharge.planned discharge.delayed discharge.delay-ended discharge.failed discharge.start-accepted discharge.start-withdrawn discharge.list") {
				assert.Positive(t, b.kinds[trigger], trigger)
			}
			assert.InDelta(t, .005, float64(b.repeats)/float64(messages), .0015, "repeats")
			t.Logf("%d messages, %.1f admissions a day, %.1f %% full, %.0f %% by 17:00, Sunday/Friday %.2f, %v", messages, perDay, occupancy, 100*float64(by17)/float64(all), ratio, b.kinds)
		})
	}
}

func mean(of []int) float64 {
	sum := 0
	for _, n := range of {
		sum += n
	}
	return float64(sum) / float64(len(of))
}

func TestNewRefusesWhatItCannotPlay(t *testing.T) {
	_, err := county.New(county.Options{Layout: testLayout()})
	assert.ErrorContains(t, err, "no start time")
	l := testLayout()
	l.System.TimeZone = "Europe/Worcester"
	_, err = county.New(county.Options{Layout: l, Start: tuesday})
	assert.ErrorContains(t, err, "time zone")
}

// A layout without wards has nothing to play, and must not hang.
func TestHeartbeatsOfACountyWithoutHospitals(t *testing.T) {
	l := testLayout()
	l.Units = l.Units[len(l.Units)-10:]
	c, err := county.New(county.Options{Layout: l, Start: tuesday})
	require.NoError(t, err)
	for range 500 {
		assert.Equal(t, "care", c.Next().Feed)
	}
}

func BenchmarkNext(b *testing.B) {
	c, err := county.New(county.Options{Layout: testLayout(), Seed: 1, Start: tuesday})
	require.NoError(b, err)
	for b.Loop() {
		c.Next()
	}
}
