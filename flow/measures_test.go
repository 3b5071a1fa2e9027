package flow

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// after tells a state a script, and says what a figure then is, and what it lacks. That the
// figure opens to the same is seen each time.
func after(t *testing.T, script string) func(scope, measure string) string {
	t.Helper()
	w := &ward{t: t, s: New("figures"), feed: "pas"}
	for line := range strings.Lines(script) {
		w.line(strings.TrimSpace(line))
	}
	v := w.s.View()
	return func(scope, measure string) string {
		t.Helper()
		m := v.figure(scope, measure)
		opened := v.Why(measure, scope)
		if m == nil {
			assert.Nil(t, opened)
			return "none"
		}
		assert.Equal(t, m.Value, opened.Value, "%s of %s opens to another", measure, scope)
		assert.Equal(t, m.Of, opened.Of, "%s of %s opens to another whole", measure, scope)
		text := "unknown"
		if m.Value != nil {
			text = fmt.Sprint(*m.Value)
		}
		for _, l := range m.Missing {
			text += strings.TrimRight(fmt.Sprintf("; %s %s %s", l.Unit+l.Site, l.Why, l.Supply), " ")
		}
		return text
	}
}

const (
	wards = `
		unit w1 A:A1,A2,A3
		unit w2 A:A1
		expect every=900 supplies=occupancy
		layout
		03:00 census place=w2`
	department = `
		unit ae kind=ae areas=majors,corridor feeds=ed
		feed ed
		expect every=900 supplies=%s
		layout
		`
)

// TestBedsWithoutNames: a census that names nobody tells how many there are, and nothing of
// whom. Once some are named, the figure has them and says that a part is not sent.
func TestBedsWithoutNames(t *testing.T) {
	ofPeople := []string{"stays_over_7_days", "left_today", "left_by_12", "night_moves", "without_bed"}
	nameless := after(t, wards+`
		03:00 census place=w1 in=@w1/A1 in=@w1/A2
		03:01 tick`)
	require.Equal(t, "2", nameless("site/site", "adult_ga_occupied"))
	for _, m := range append(ofPeople, "mixed_sex_bays") {
		require.Equal(t, "unknown; w1 not_sent", nameless("unit/w1", m), m)
		require.Equal(t, "0", nameless("unit/w2", m), "w2 is empty, and known to be: "+m)
		require.Equal(t, "0; w1 not_sent", nameless("site/site", m), m)
	}
	some := after(t, wards+`
		03:00 census place=w1 in=@w1/A1 in=p@w1/A2
		03:01 tick`)
	for _, m := range ofPeople {
		require.Equal(t, "0; w1 not_sent occupancy", some("unit/w1", m), "p is the only one of two: "+m)
	}
	require.Equal(t, "unknown; w1 not_sent", some("unit/w1", "mixed_sex_bays"), "p's sex is not told")
	all := after(t, wards+`
		03:00 census place=w1 in=p@w1/A2
		03:00 updated patient=p sex=male
		03:01 tick`)
	for _, m := range append(ofPeople, "mixed_sex_bays") {
		require.Equal(t, "0", all("site/site", m), m)
	}
}

// TestListWithoutAColumn: what a list has no column for is not sent. It is where the feed
// supplies milestones, or another tells requests, and as soon as one patient has it.
func TestListWithoutAColumn(t *testing.T) {
	rests := []string{"ae_over_12h_from_decision", "ae_next_dta_breach", "ae_time_to_treatment", "ae_corridor", "ae_waiting_for_bed", "ae_ready_to_proceed", "ae_referred_share"}
	ofList := fmt.Sprintf(department, "ae_list")
	bare := after(t, ofList+`09:00 ae.list place=ae list=a/08:10 list=b/08:40
		09:00 tick`)
	require.Equal(t, "2", bare("site/site", "ae_in_department"))
	for _, m := range rests {
		require.Equal(t, "unknown; ae not_sent", bare("site/site", m), m)
	}
	full := after(t, ofList+`09:00 ae.list place=ae list=a/08:10;area/corridor;seen/08:20;decided/08:30 list=b/08:40;referred/08:50;ready/08:55
		09:00 tick`)
	for m, want := range map[string]string{"ae_over_12h_from_decision": "0", "ae_corridor": "1", "ae_waiting_for_bed": "1", "ae_ready_to_proceed": "1", "ae_referred_share": "50", "ae_time_to_treatment": "unknown"} {
		require.Equal(t, want, full("site/site", m), "one of two has it: "+m)
	}
	require.Equal(t, "0", after(t, ofList+`09:00 ae.list place=ae nobody
		09:00 tick`)("site/site", "ae_corridor"), "nobody is there")

	milestones := after(t, fmt.Sprintf(department, "ae,ae_list")+`09:00 ae.list place=ae list=a/08:10
		09:00 tick`)
	for m, want := range map[string]string{"ae_corridor": "0", "ae_waiting_for_bed": "0", "ae_referred_share": "0"} {
		require.Equal(t, want, milestones("site/site", m), m)
	}
	requests := after(t, fmt.Sprintf(department, "ae_list,requests")+`09:00 ae.list place=ae list=a/08:10
		09:00 tick`)
	require.Equal(t, "0", requests("site/site", "ae_waiting_for_bed"), "nobody asked for a bed")
	require.Equal(t, "unknown; ae not_sent", requests("site/site", "ae_referred_share"))
}

// TestBalanceWithoutNeeds: free beds alone are none to spare. What else a balance does
// without it says.
func TestBalanceWithoutNeeds(t *testing.T) {
	const short = "adult_ga_short_4h"
	beds := wards + `
		03:00 census place=w1 in=p@w1/A1` + "\n"
	for _, c := range []struct{ why, script, want string }{
		{"no department, no requests: three free beds and nobody knows who needs them", "03:01 tick", "unknown; site not_sent"},
		{
			"a department of which nothing is sent", "unit ae kind=ae feeds=ed\nlayout\n03:01 tick",
			"unknown; ae not_sent; site not_sent",
		},
		{
			"a list that has no decisions", fmt.Sprintf(department, "ae_list") + "03:00 ae.list place=ae list=a/02:00\n03:01 tick",
			"unknown; ae not_sent; site not_sent",
		},
		{
			"a list that has one: one bed needed, three free", fmt.Sprintf(department, "ae_list") + "03:00 ae.list place=ae list=a/02:00;decided/02:30\n03:01 tick",
			"0; site not_sent requests; site not_sent electives; site not_sent discharge",
		},
		{
			"requests alone tell needs", "unit ae kind=ae feeds=ed\nfeed site\nexpect every=900 supplies=requests\nlayout\n03:00 requested patient=q place=w1 origin=gp request=R1\n03:01 tick",
			"0; ae not_sent; site not_sent electives; site not_sent discharge",
		},
		{
			"they would, but nothing came yet", "feed site\nexpect every=900 supplies=requests,discharge\nlayout\n03:01 tick",
			"unknown; site never",
		},
		{
			"no department, and an elective list: those are the needs", "feed theatres\nexpect every=900 supplies=electives\nlayout\n03:00 feed.heartbeat\n03:01 tick",
			"0; site not_sent requests; site not_sent discharge",
		},
		{
			"all is sent", fmt.Sprintf(department, "ae") + "feed site\nexpect every=900 supplies=requests,electives,discharge\nlayout\n03:00 discharge.list place=site/site no_leavers feed=site\n03:00 feed.heartbeat feed=ed\n03:01 tick",
			"0",
		},
	} {
		figure := after(t, beds+c.script)
		require.Equal(t, c.want, figure("site/site", short), c.why)
		require.Equal(t, c.want, figure("system", short), c.why)
	}

	// one ward's feeds tell of discharges, the other's do not: that is lacking
	figure := after(t, `
		unit w1 A:A1 feeds=pas,site
		unit w2 A:A1 feeds=pas
		expect every=900 supplies=occupancy,requests,electives
		feed site
		expect every=900 supplies=discharge
		feed pas
		03:00 census place=w1
		03:00 census place=w2
		03:00 feed.heartbeat feed=site
		03:01 tick`)
	require.Equal(t, "0; site not_sent discharge", figure("site/site", short))
}

// TestSpareBedsOfUntoldNeeds: the beds of a site without needs are not to spare in the
// county, and what another is short stands.
func TestSpareBedsOfUntoldNeeds(t *testing.T) {
	script := `
		unit w1 A:A1 feeds=pas
		unit ae kind=ae feeds=ed
		unit c1 site=cottage A:A1,A2,A3 feeds=pas
		expect every=900 supplies=occupancy
		feed ed
		expect every=900 supplies=ae,requests
		layout
		03:00 census place=c1 feed=pas
		03:00 census place=w1 feed=pas in=p@w1/A1
		03:00 ae.arrived patient=a place=ae
		03:00 ae.decided-to-admit patient=a
		03:01 tick`
	figure := after(t, script)
	require.Equal(t, "1; site not_sent electives; site not_sent discharge", figure("site/site", "adult_ga_short_4h"))
	require.Equal(t, "unknown; cottage not_sent", figure("site/cottage", "adult_ga_short_4h"))
	require.Equal(t, "1; site not_sent electives; site not_sent discharge; cottage not_sent", figure("system", "adult_ga_short_4h"))
}

// TestRequestsWhereTheyAreMade: a community ward lacks no requests; where its feeds supply
// them they count.
func TestRequestsWhereTheyAreMade(t *testing.T) {
	const script = `
		unit w1 A:A1 feeds=pas
		unit lounge kind=discharge_lounge feeds=pas
		unit c1 site=cottage A:A1 feeds=cottage
		expect every=900 supplies=occupancy,requests
		feed cottage
		expect every=900 supplies=occupancy%s
		layout
		03:00 requested feed=pas patient=q place=w1 origin=gp request=R1
		03:00 census place=c1
		03:01 tick`
	figure := after(t, fmt.Sprintf(script, ""))
	require.Equal(t, []string{"1", "none", "0"}, []string{figure("system", "requests_open"), figure("unit/c1", "requests_open"), figure("unit/lounge", "requests_open")})
	figure = after(t, fmt.Sprintf(script, ",requests"))
	require.Equal(t, []string{"1", "0"}, []string{figure("system", "requests_open"), figure("unit/c1", "requests_open")})
	figure = after(t, `
		unit w1 A:A1
		unit lounge kind=discharge_lounge
		expect every=900 supplies=occupancy
		03:00 census place=w1
		03:01 tick`)
	require.Equal(t, "unknown; w1 not_sent", figure("system", "requests_open"))
}

// TestListFillsIn: a list adds how the patient came and how urgent it is where nobody has
// told, and takes back nothing that is told, whenever that comes.
func TestListFillsIn(t *testing.T) {
	w := &ward{t: t, s: New("list"), feed: "pas"}
	attendances := func(script string) (all []string) {
		for line := range strings.Lines(script) {
			w.line(strings.TrimSpace(line))
		}
		w.line("09:30 tick")
		for _, a := range w.s.View().Attendances {
			all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %s", clock(a.Arrived), a.Mode, a.Acuity)))
		}
		return all
	}
	require.Equal(t, []string{"08:00 walk_in 3", "08:10 ambulance 2"}, attendances(`
		unit ae kind=ae areas=majors
		08:00 admitted patient=a place=ae class=emergency
		08:10 ae.arrived patient=b place=ae/majors mode=ambulance
		09:00 ae.list place=ae list=a/07:50;mode/walk_in;acuity/3 list=b/08:05;mode/walk_in;acuity/2`))
	facts := w.facts()
	require.Equal(t, []string{"08:00 walk_in 3", "08:10 ambulance 2"}, attendances(`
		09:05 ae.list place=ae list=a/07:50;mode/other;acuity/5 list=b/08:05;mode/walk_in;acuity/2
		09:05 tick`), "a list tells once")
	require.Equal(t, facts, w.facts())
	require.Equal(t, []string{"08:00 walk_in 4", "08:10 ambulance 1"}, attendances(`
		08:01 late ae.assessed patient=a acuity=4
		09:10 ae.assessed patient=b acuity=1`), "what a nurse says stands, also from before the list")
	require.Equal(t, []string{"08:00 walk_in 4", "08:10 ambulance 1", "09:15 helicopter 2"}, attendances(`
		09:15 admitted patient=c place=ae class=emergency acuity=2
		09:20 ae.list place=ae list=a/07:50 list=b/08:05 list=c/09:12;mode/helicopter;acuity/3`), "how c came is new")
}

// facts is how many are kept of all patients.
func (w *ward) facts() (n int) {
	for _, p := range w.s.patients {
		n += len(p.facts)
	}
	return n
}

// TestACensusTellsHowLongStaysAre: who was admitted before the centre began is a long stay from
// the first day, where the census tells since when; a later one may still tell it.
func TestACensusTellsHowLongStaysAre(t *testing.T) {
	untold := after(t, wards+`
		03:00 census place=w1 in=p@w1/A1 in=q@w1/A2
		03:01 tick`)
	require.Equal(t, "0", untold("unit/w1", "stays_over_7_days"))
	told := after(t, wards+`
		03:00 census place=w1 in=p@w1/A1;days/8 in=q@w1/A2;days/6
		03:01 tick`)
	require.Equal(t, "1", told("unit/w1", "stays_over_7_days"))
	later := after(t, wards+`
		03:00 census place=w1 in=p@w1/A1
		03:10 census place=w1 in=p@w1/A1;days/22
		03:11 tick`)
	require.Equal(t, "1", later("unit/w1", "stays_over_21_days"))
}
