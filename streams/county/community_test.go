package county_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/streams/county"
)

// wholeLayout is the test's county with what lies outside its hospitals.
func wholeLayout() capacity.Layout {
	l := testLayout()
	l.Localities = []capacity.Locality{{ID: "east", Name: "East", East: 8}, {ID: "west", Name: "West", East: -8}}
	for i := range l.Feeds {
		if strings.HasSuffix(l.Feeds[i].ID, "-site") {
			l.Feeds[i].Supplies = append(l.Feeds[i].Supplies, "transfers")
		}
	}
	asked := []capacity.Cadence{{From: 360, To: 720, Every: 6 * 3600}, {To: 1440}}
	for _, f := range []capacity.Feed{
		{ID: "teams", Every: 2 * 3600, Supplies: []string{"places", "referrals"}},
		{ID: "brokerage", Every: 2 * 3600, Supplies: []string{"places", "referrals"}},
		{ID: "calls", Every: 3600, Supplies: []string{"calls", "referrals"}},
		{ID: "home-a", Every: 24 * 3600, Cadence: asked, Supplies: []string{"places"}},
		{ID: "home-b", Every: 24 * 3600, Cadence: asked, Supplies: []string{"places"}},
	} {
		f.Name = f.ID
		l.Feeds = append(l.Feeds, f)
	}
	add := func(id string, kind capacity.UnitKind, open int, feeds string, more func(*capacity.Unit)) {
		u := capacity.Unit{ID: id, Site: "village", Name: id, Kind: kind, Feeds: strings.Fields(feeds)}
		if open > 0 {
			u.Places = []capacity.Places{{ID: "places", Name: "Places", Open: open}}
		}
		if more != nil {
			more(&u)
		}
		l.Units = append(l.Units, u)
	}
	add("vw", capacity.VirtualWard, 110, "teams", func(u *capacity.Unit) { u.Home = true })
	for _, at := range []string{"east", "west"} {
		add("ucr-"+at, capacity.UrgentResponse, 60, "teams", func(u *capacity.Unit) {
			u.Home, u.Serves, u.Within, u.Hours = true, []string{at}, 7200, []capacity.Hours{{Days: "mon-fri", From: 480, To: 1200}, {Days: "sat-sun", From: 480, To: 1200}}
		})
	}
	add("pathway-1", capacity.HomeCare, 35, "brokerage", func(u *capacity.Unit) { u.Home = true })
	add("home-a", capacity.CareHome, 30, "home-a brokerage", func(u *capacity.Unit) { u.Locality = "east" })
	add("home-b", capacity.CareHome, 30, "home-b brokerage", func(u *capacity.Unit) { u.Locality, u.Refuses = "west", []string{"hoist"} })
	add("short", capacity.ShortStay, 10, "brokerage", nil)
	add("sdec", capacity.SameDayCare, 24, "teams", nil)
	add("crisis", capacity.CrisisHouse, 6, "teams", nil)
	add("team", capacity.NeighbourhoodTeam, 6, "teams", nil)
	add("wait", capacity.WaitingService, 40, "teams", nil)
	add("centre", capacity.CoordinationCentre, 0, "calls", nil)
	return l
}

func wholeCounty(t *testing.T, seed uint64, d time.Duration) []told {
	t.Helper()
	return listen(t, county.Options{Layout: wholeLayout(), Seed: seed, Start: tuesday, Desk: true}, d)
}

// Every referral goes its way: nobody answers who was not asked, nothing begins that was not
// accepted, one unit at a time has accepted, and all that began is over once.
func TestReferralsGoTheirWay(t *testing.T) {
	type way struct {
		asked, accepted string
		started, over   bool
	}
	refs := map[string]*way{}
	seen := map[string]int{}
	for _, f := range wholeCounty(t, 1, 5*24*time.Hour) {
		id := f.data.Referral
		family, fact, _ := strings.Cut(f.kind, ".")
		if family != "community" || id == "" || fact == "call-closed" {
			continue
		}
		seen[fact]++
		r := refs[id]
		if fact == "referral-made" {
			require.Nil(t, r, id)
			require.NotEmpty(t, f.data.Seeks)
			require.NotEmpty(t, f.data.Locality)
			refs[id] = &way{}
			continue
		}
		require.NotNil(t, r, "%s of %s before it was made", fact, id)
		unit, _, _ := strings.Cut(f.data.Place, "/")
		require.False(t, r.over && fact != "not-conveyed", "%s after the end", fact)
		switch fact {
		case "referral-offered":
			require.Empty(t, r.accepted)
			r.asked = unit
		case "referral-declined":
			require.Equal(t, r.asked, unit)
			require.NotEmpty(t, f.data.Reason)
			r.asked = ""
		case "referral-accepted":
			require.Empty(t, r.accepted, id)
			require.True(t, r.asked == "" || r.asked == unit)
			r.accepted = unit
		case "acceptance-withdrawn":
			require.Equal(t, r.accepted, unit)
			require.False(t, r.started)
			r.accepted, r.asked = "", ""
		case "referral-started":
			require.Equal(t, r.accepted, unit)
			require.NotEmpty(t, f.data.Patient, "who it is is known when it begins")
			r.started = true
		case "referral-ended":
			require.True(t, r.started)
			r.over = true
		case "referral-cancelled":
			require.False(t, r.started)
			r.over = true
		}
	}
	for _, fact := range []string{"referral-offered", "referral-accepted", "referral-declined", "acceptance-withdrawn", "referral-started", "referral-ended", "referral-cancelled", "not-conveyed"} {
		assert.Positive(t, seen[fact], fact)
	}
}

// Every call is answered and closed, and one that ends in a referral names one that was made.
func TestCallsAreAnswered(t *testing.T) {
	step, made, named := map[string]int{}, map[string]bool{}, map[string]int{}
	all := wholeCounty(t, 2, 3*24*time.Hour)
	for _, f := range all {
		switch f.kind {
		case "community.call-raised":
			require.Zero(t, step[f.data.Call])
			step[f.data.Call] = 1
		case "community.call-answered":
			require.Equal(t, 1, step[f.data.Call])
			step[f.data.Call] = 2
		case "community.referral-made":
			made[f.data.Referral] = true
		case "community.call-closed":
			require.Equal(t, 2, step[f.data.Call])
			step[f.data.Call] = 3
			named[f.data.Outcome]++
			require.Equal(t, f.data.Outcome == "referred", f.data.Referral != "")
			require.True(t, f.data.Referral == "" || made[f.data.Referral])
		}
	}
	for _, outcome := range []string{"referred", "conveyed", "advice"} {
		assert.Positive(t, named[outcome], outcome)
	}
	open := 0
	for _, s := range step {
		if s < 3 {
			open++
		}
	}
	assert.Less(t, open, 10)
	assert.Greater(t, len(step), 150)
}

// Providers tell of their places before what they told is old, those who are asked once a
// day around eleven; nobody uses more than there is.
func TestPlacesAreToldByTheirCadence(t *testing.T) {
	l := wholeLayout()
	zone, err := time.LoadLocation("Europe/London")
	require.NoError(t, err)
	last := map[string]capacity.Instant{}
	reports, late, still, morning, asked := 0, 0, 0, 0, 0
	for _, f := range wholeCounty(t, 3, 6*24*time.Hour) {
		if f.kind == "feed.heartbeat" {
			require.False(t, strings.HasPrefix(f.feed, "home-"), "people who are asked have no heartbeat")
		}
		if f.kind != "community.places-reported" && f.kind != "community.still-true" {
			continue
		}
		if f.kind == "community.still-true" {
			still++
		} else {
			for _, s := range f.data.Places.Sorts {
				require.LessOrEqual(t, s.Used, s.Open)
				require.GreaterOrEqual(t, s.Used, 0)
			}
		}
		i := slices.IndexFunc(l.Units, func(u capacity.Unit) bool { return u.ID == f.data.Place })
		require.Equal(t, l.Units[i].Feeds[0], f.feed)
		feed := l.Feeds[slices.IndexFunc(l.Feeds, func(d capacity.Feed) bool { return d.ID == f.feed })]
		if before, ok := last[f.data.Place]; ok {
			reports++
			if f.at > feed.Deadline(before, nil) {
				late++
			}
			if strings.HasPrefix(f.feed, "home-") {
				asked++
				if hour := f.at.Time().In(zone).Hour(); hour == 10 || hour == 11 {
					morning++
				}
			}
		}
		last[f.data.Place] = f.at
	}
	assert.Len(t, last, 11)
	assert.Greater(t, reports, 400)
	assert.InDelta(t, .04, float64(late)/float64(reports), .03, "told late")
	assert.Positive(t, still)
	assert.GreaterOrEqual(t, morning, asked-3)
	assert.GreaterOrEqual(t, asked, 8)
}

// A transfer goes its way, and whoever is sent from one hospital to the other is never in
// both.
func TestTransfersGoTheirWay(t *testing.T) {
	ways := []string{"bed.transfer-asked", "bed.transfer-accepted", "bed.transfer-bed-offered", "bed.transfer-left", "bed.transfer-arrived"}
	step, purposes := map[string]int{}, map[string]int{}
	in := map[string]string{}
	between := 0
	for _, f := range wholeCounty(t, 4, 8*24*time.Hour) {
		if f.feed == "big-pas" || f.feed == "small-pas" {
			who := f.data.Patient
			switch f.kind {
			case "A01":
				require.Empty(t, in[who], "admitted at %s while in another bed", f.feed)
				in[who] = f.feed
			case "A03", "A11":
				delete(in, who)
			}
		}
		i := slices.Index(ways, f.kind)
		switch {
		case f.kind == "bed.transfer-declined", f.kind == "bed.transfer-withdrawn":
			require.Contains(t, []int{1, 2}, step[f.data.Transfer])
			step[f.data.Transfer] = 9
		case i < 0:
		default:
			require.Greater(t, i+1, step[f.data.Transfer], "%s out of order", f.kind)
			step[f.data.Transfer] = i + 1
			if i == 0 {
				purposes[f.data.Purpose]++
				if f.data.From == "small" && f.data.To == "big" {
					between++
				}
			}
		}
	}
	done := 0
	for _, s := range step {
		if s == 5 {
			done++
		}
	}
	assert.Greater(t, done, 8)
	assert.Positive(t, between)
	assert.Positive(t, purposes["repatriation"])
	assert.Positive(t, purposes["transfer"])
}

// Who was not sent to hospital now and then comes after all, under the same number.
func TestSomeAttendAfterAll(t *testing.T) {
	at := map[string]capacity.Instant{}
	claimed, came := 0, 0
	convey := map[string]bool{}
	for _, f := range wholeCounty(t, 5, 10*24*time.Hour) {
		who := f.data.Patient
		for _, id := range f.data.Also {
			if strings.HasPrefix(id, "NHS/") {
				who = id
			}
		}
		switch f.kind {
		case "community.referral-made":
			convey[f.data.Referral] = f.data.Intent != ""
		case "community.referral-started":
			if convey[f.data.Referral] {
				at[who] = f.at
				claimed++
			}
		case "A04":
			if since, ok := at[who]; ok && f.at.Sub(since) < 72*time.Hour {
				came++
			}
		}
	}
	assert.Greater(t, claimed, 200)
	assert.InDelta(t, .11, float64(came)/float64(claimed), .06)
}

// Statuses are declared again before they expire.
func TestStatusesAreDeclared(t *testing.T) {
	until := map[string]capacity.Instant{}
	for _, f := range wholeCounty(t, 6, 3*24*time.Hour) {
		if f.kind != "feed.status-declared" {
			continue
		}
		s := f.data.Declared.Status
		if before, ok := until[s]; ok {
			assert.Less(t, f.at, before, "%s lapsed", s)
		}
		until[s] = f.data.Until
	}
	assert.Len(t, until, 4)
}

// A care agency that hands starts back keeps people in hospital; snow keeps people from
// walking in.
func TestShocksOutsideTheHospitals(t *testing.T) {
	starts := func(handBack bool) (open, most int) {
		c, err := county.New(county.Options{Layout: wholeLayout(), Seed: 7, Start: tuesday, Desk: true, Calm: true})
		require.NoError(t, err)
		if handBack {
			county.HandBack(c)
		}
		perDay := map[string]int{}
		for m := c.Next(); m.At < tuesday.Add(8*24*time.Hour); m = c.Next() {
			body := string(m.Body)
			if m.Feed != "brokerage" || !strings.Contains(body, `"place":"pathway-1"`) {
				continue
			}
			if strings.Contains(body, "community.referral-started") {
				day := m.At.Time().Format(time.DateOnly)
				perDay[day]++
				most = max(most, perDay[day])
			}
			if _, after, ok := strings.Cut(body, `"open":`); ok && m.At > tuesday.Add(24*time.Hour) {
				n, _, _ := strings.Cut(after, ",")
				if open, err = strconv.Atoi(n); err != nil {
					t.Fatal(body)
				}
			}
		}
		return open, most
	}
	open, _ := starts(false)
	assert.Equal(t, 35, open)
	open, most := starts(true)
	assert.Equal(t, 27, open, "8 are handed back")
	assert.LessOrEqual(t, most, 32, "and no more begin: the limit, and who was to begin the day before")

	onFoot := func(snow bool) (n int) {
		c, err := county.New(county.Options{Layout: wholeLayout(), Seed: 8, Start: tuesday, Desk: true, Calm: true})
		require.NoError(t, err)
		if snow {
			county.Snow(c)
		}
		for m := c.Next(); m.At < tuesday.Add(6*24*time.Hour); m = c.Next() {
			body := string(m.Body)
			if strings.Contains(body, "|ADT^A04") {
				if !strings.Contains(body, "|A\r") {
					n++
				}
			}
		}
		return n
	}
	assert.InDelta(t, .88, float64(onFoot(true))/float64(onFoot(false)), .1)
}
