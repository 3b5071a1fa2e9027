package dashboard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// aReferral is a view of somebody who is to be kept out of hospital, of three services.
func aReferral(t *testing.T) *flow.View {
	l := &capacity.Layout{
		System:     capacity.System{ID: "county", Name: "County", TimeZone: "UTC"},
		Sites:      []capacity.Site{{ID: "base", Name: "Base"}},
		Localities: []capacity.Locality{{ID: "north", Name: "North"}, {ID: "south", Name: "South", East: 3, North: 4.2}},
		Units: []capacity.Unit{
			{ID: "team", Site: "base", Kind: capacity.UrgentResponse, Home: true, Locality: "south", Places: []capacity.Places{{ID: "visits", Open: 3}}},
			{ID: "home", Site: "base", Kind: capacity.CareHome, Refuses: []string{"hoist"}, Places: []capacity.Places{{ID: "beds", Open: 3}}},
			{ID: "down", Site: "base", Kind: capacity.UrgentResponse, Step: "down", Places: []capacity.Places{{ID: "visits", Open: 3}}},
		},
	}
	at, err := capacity.ParseInstant("2027-01-12T08:00:00Z")
	require.NoError(t, err)
	s, used := flow.New("offers"), 1
	log := append(
		flow.LayoutEvents(l, 1, at),
		flow.Event{Feed: "crt", ID: "1", Kind: flow.PlacesReported, Happened: at, Recorded: at, Data: flow.Data{Place: "team", Places: &flow.PlacesTold{Sorts: []flow.SortTold{{Sort: "visits", Used: &used}}}}},
		flow.Event{Feed: "crew", ID: "2", Kind: flow.ReferralMade, Happened: at, Recorded: at, Data: flow.Data{Referral: "F1", Origin: "crew", Intent: "convey", Seeks: []string{"urgent_community_response", "care_home"}, Needs: []string{"hoist"}, Locality: "north"}},
		flow.Event{Feed: flow.Centre, ID: "t", Kind: flow.Tick, Happened: at.Add(1e9), Recorded: at.Add(1e9)},
	)
	for i := range log {
		log[i].Seq, log[i].Digest = uint64(i+1), fmt.Sprintf("%016d", i)
		s.Apply(&log[i])
	}
	return s.View()
}

func TestOffersOfAReferral(t *testing.T) {
	v := aReferral(t)
	s := open(t, v, nil, nil)
	var told struct {
		Seq      uint64
		Referral string
		Offers   []capacity.Offer
		Refused  []capacity.NotOffered
	}
	answer := get(t, s.url+"/api/v1/referrals/F1/offers", nil)
	require.Equal(t, http.StatusOK, answer.StatusCode, answer.body)
	require.NoError(t, json.Unmarshal([]byte(answer.body), &told))
	km, free := 5, 2
	require.Equal(t, v.Seq, told.Seq)
	require.Equal(t, []capacity.Offer{{Unit: "team", Sort: "visits", Home: true, Km: &km, Free: &free, State: "told", Told: v.Referrals[0].Made, Ask: []string{"hoist"}}}, told.Offers)
	require.Equal(t, []capacity.NotOffered{{Unit: "home", Rule: "need", Seen: "no_hoist", Needed: "hoist"}, {Unit: "down", Rule: "step", Seen: "step_down", Needed: "step_up"}}, told.Refused)
	get(t, s.url+"/api/v1/referrals/F2/offers", nil).requireProblem(t, http.StatusNotFound, "not-found")
}
