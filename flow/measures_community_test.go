package flow

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const services = `
	unit centre kind=coordination_centre
	unit team kind=urgent_community_response places=visits:4 within=7200 home hours=daily/08:00/20:00 feeds=crt
	unit home1 kind=care_home places=nursing:4,residential:6 feeds=h1
	unit home2 kind=care_home places=nursing:2
	feed crt
	expect every=3600 supplies=places,referrals
	feed h1
	expect daily/12:00/10:00/0 every=7200 supplies=places
	layout
	08:00 tick
	feed crt
	08:10 community.places-reported place=team sort=visits/used:1
	feed h1
	11:00 community.places-reported place=home1 sort=nursing/used:1/waiting:2
`

// TestFiguresOfPlaces: what was never told is not known, what is old says so with its age,
// and who is asked once a day is not old at night; what is kept, begun and left to be
// confirmed is not free.
func TestFiguresOfPlaces(t *testing.T) {
	morning := after(t, services+`
		11:05 tick`)
	require.Equal(t, "3; home1 not_sent places; home2 never", morning("system", "places_free_care_home"))
	require.Equal(t, "unknown; home2 never", morning("unit/home2", "places_free_care_home"))
	require.Equal(t, "3; team expired", morning("unit/team", "places_free_urgent_community_response"), "it is expected every hour")
	require.Equal(t, "2; home2 never", morning("system", "places_waiting_care_home"))
	require.Equal(t, "none", morning("unit/team", "places_free_care_home"))

	phoned := after(t, services+`
		feed desk
		12:00 community.places-reported place=home2 sort=nursing/used:0 how=phone role=coordinator
		12:01 community.places-reported place=home1 sort=residential/used:5 how=phone role=coordinator
		1+03:00 tick`)
	require.Equal(t, "6", phoned("system", "places_free_care_home"), "3, 1 and 2, by phone and by itself, and none is old")
	require.Equal(t, "0; team expired", phoned("unit/team", "places_free_urgent_community_response"), "at three in the morning")
	require.Equal(t, "3; team expired", phoned("unit/team", "places_free_today_urgent_community_response"), "and from eight o'clock")

	old := after(t, services+`
		1+12:00 tick`)
	require.Equal(t, "3; home1 expired; home2 never", old("system", "places_free_care_home"))
}

// TestFiguresOfReferrals: a referral counts at one unit, its claim where it was kept, and the
// desk tells what no feed does.
func TestFiguresOfReferrals(t *testing.T) {
	got := after(t, services+`
		feed desk
		12:00 community.referral-made referral=F1 origin=crew intent=convey seeks=urgent_community_response role=coordinator
		12:01 community.referral-made referral=F2 origin=gp seeks=care_home role=coordinator
		12:02 community.referral-offered referral=F2 place=home1 role=coordinator
		12:03 community.referral-declined referral=F2 place=home1 reason=hoist role=coordinator
		feed crt
		12:10 community.referral-accepted referral=F1 place=team
		feed alarm
		12:11 community.call-raised call=C1 origin=call_alarm
		14:01 tick`)
	for measure, want := range map[string]string{"referrals_waiting": "1", "referrals_over_time": "1", "referrals_declined": "1", "calls_waiting": "1", "admissions_avoided_claimed": "0"} {
		require.Equal(t, want, bare(got("system", measure)), measure)
	}
	require.Equal(t, "1", bare(got("unit/centre", "referrals_waiting")))
	require.Equal(t, "1; team silent", got("unit/team", "referrals_over_time"), "its feed has said nothing for an hour")
	require.Equal(t, "1", got("unit/home1", "referrals_declined"))
}

// bare is a figure without what it lacks.
func bare(text string) string {
	for i := range text {
		if text[i] == ';' {
			return text[:i]
		}
	}
	return text
}
