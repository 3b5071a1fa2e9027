package flow

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLeaversAreUnknownUntilTold: a discharge feed that has just begun knows nothing of those
// it has not told of. No figure of it is 0 until a list has told of everybody, or everybody
// here was told of or came later.
func TestLeaversAreUnknownUntilTold(t *testing.T) {
	ofLeavers := []string{"nctr_here", "nctr_share", "nctr_today", "nctr_pathway_1", "discharges_definite", "leaving_by_17", "failed_discharges"}
	const begun = wards + `
		feed hub
		expect every=900 supplies=discharge
		layout
		feed pas
		03:00 census place=w1 in=p@w1/A1 in=q@w1/A2
		feed hub
		03:10 discharge.ready patient=p pathway=1 place=w1
		`
	one := after(t, begun+"03:11 tick")
	for _, m := range ofLeavers {
		require.Equal(t, "unknown; w1 no_list", one("unit/w1", m), m)
	}
	require.Equal(t, "0; w1 no_list", one("site/site", "nctr_here"), "w2 is empty, and known to be")
	require.Equal(t, "0; w1 no_list", one("system", "nctr_here"))
	require.Equal(t, "0", one("unit/w1", "left_today"), "that needs no discharge feed")

	for _, c := range []struct{ why, script, want string }{
		{"a list of the ward", "03:20 discharge.list place=w1 leaver=p;nctr/03:10", "1"},
		{"a list of the site that names nobody", "03:20 discharge.list place=site/site no_leavers", "0"},
		{"everybody was told of", "03:20 discharge.planned patient=q certainty=potential", "1"},
		{"q left, and r came when the feed had begun", "feed pas\n03:20 discharged patient=q\n03:30 admitted patient=r place=w1/A3", "1"},
		{"r was here before", "feed pas\n03:20 discharged patient=q\n03:05 late admitted patient=r place=w1/A3", "unknown; w1 no_list"},
		{"a census found r", "feed pas\n03:30 census place=w1 in=p@w1/A1 in=r@w1/A2", "unknown; w1 no_list"},
		{"a list of another ward", "03:20 discharge.list place=w2 no_leavers", "unknown; w1 no_list"},
	} {
		require.Equal(t, c.want, after(t, begun+c.script+"\n03:30 feed.heartbeat feed=hub\n03:31 tick")("unit/w1", "nctr_here"), c.why)
	}
}

// TestBalanceWithoutLeavers: beds that leavers will free are a part that a balance lacks.
func TestBalanceWithoutLeavers(t *testing.T) {
	begun := wards + `
		feed hub
		expect every=900 supplies=discharge,requests,electives
		layout
		feed pas
		03:00 census place=w1 in=p@w1/A1
		feed hub
		03:05 feed.heartbeat
		`
	require.Equal(t, "0; site no_list discharge", after(t, begun+"03:06 tick")("site/site", "adult_ga_short_4h"))
	require.Equal(t, "0", after(t, begun+"03:06 discharge.list place=site/site no_leavers\n03:07 tick")("site/site", "adult_ga_short_4h"))
}

// TestListsOfTheSameLeaveNoTrail: a list every few minutes that says the same keeps two facts
// of each patient, whatever the order of arrival.
func TestListsOfTheSameLeaveNoTrail(t *testing.T) {
	for _, order := range [][]int{{1, 2, 3, 4, 5, 6}, {6, 5, 4, 3, 2, 1}, {3, 1, 6, 2, 5, 4}} {
		w := &ward{t: t, s: New("trail"), feed: "pas"}
		w.line("unit w1 A:A1")
		w.line("07:00 census place=w1 in=p@w1/A1")
		for _, n := range order {
			w.line(fmt.Sprintf("0%d:30 discharge.list place=w1 leaver=p;nctr/07:00;reason/capacity", n))
		}
		kinds := []Kind{}
		for _, f := range w.s.patients["p"].facts {
			kinds = append(kinds, f.Kind)
		}
		require.Equal(t, []Kind{dischargeListed, dischargeListed, counted}, kinds, "%v", order)
	}
}
