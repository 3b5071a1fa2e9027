package capacity

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/measures.md anew")

var families = []struct{ name, title, about string }{
	{"beds", "Beds", "Each class of bed is counted apart, and classes are never added. Of a unit before its first census only the beds that exist and those that are closed are known."},
	{"ae", "A&E", "An attendance is in the department from its arrival to its departure. Hours are real ones, also in the nights when the clocks change."},
	{"ambulances", "Ambulances", "The handover clock starts when the ambulance arrives outside and stops when clinical handover is complete."},
	{"requests", "Bed requests", "A request is open from when a bed is asked for until the patient is in it or the request is cancelled."},
	{"transfers", "Transfers between hospitals", "Repatriations are among them. Where no feed sends them they are known as long as the desk has told of any within the last days; before that they are not sent, which is not 0."},
	{"discharge", "Discharge", "NCTR: no longer meets the criteria to reside. Of several such times of one patient the latest stands."},
	{"cut", "At 08:00", "The bed position of the daily return. It is taken at the first tick at or after 08:00 local time and stays until the next is."},
	{"community", "Places, referrals and calls", "What a unit tells of its places is old by the cadence of the feed that told it, or a day later where none says so; a figure with an old part says so, and of a unit that never told nothing is known. A referral counts at one unit: at the one that has accepted it, or while nobody has at the co-ordination centre."},
	{"balance", "Beds usable against beds needed", "Given for a site and beyond, not for a unit. A full hour is one by the local clock: at 04:07 the three are 05:00, 08:00 and 12:00."},
	{"reported", "Reported from outside", "Nothing here counts these: they are what somebody tells, with when and by whom, or not sent."},
}

// TestPageOfMeasures: docs/measures.md says what the catalogue says.
func TestPageOfMeasures(t *testing.T) {
	const page = "../docs/measures.md"
	made := pageOfMeasures()
	if *update {
		require.NoError(t, os.WriteFile(page, made, 0o644))
	}
	written, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, string(written), string(made), "write it anew: go test ./capacity -run TestPageOfMeasures -update")
	for _, m := range Measures() {
		require.Contains(t, string(made), "`"+m.Name+"`")
	}
}

func pageOfMeasures() []byte {
	var b bytes.Buffer
	b.WriteString(`# Measures

Every figure of demand and capacity on the wall, its pages and the API is one of these, has the one definition given here, and opens to the patients, beds and journeys that it counts. This page is made of the
catalogue in ` + "`capacity/`" + `; names are part of addresses and are never changed.

- **Scope**: a measure is taken from each unit. That of a site, an organisation or the system is the sum of its units': counts are added; of a share both its parts; a mean is over all, a median of all.
- **Now** is the centre's clock. **Today** and **since midnight** are of the local day, which has 23 or 25 hours when the clocks change. **Over** 4 hours is more than 4 hours: 4 hours to the minute are not over.
- **Unknown is not 0.** A figure that no unit has told of has no value. So has a share of nothing, and a share, mean or median over fewer than its least number, which says so.
- **Needs** is what a feed of the unit must supply; any one of several is enough.
- Shares and minutes are given to one decimal.
`)
	for _, f := range families {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| name | title | what it is | unit | window | needs | after |\n|---|---|---|---|---|---|---|\n", f.title, f.about)
		for _, m := range Measures() {
			if m.Family == f.name {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n", m.Name, m.Title, m.Definition, m.Unit, strings.ReplaceAll(m.Window, "_", " "), cmp.Or(strings.Join(m.Supply, ", "), "somebody tells it"), m.Source)
			}
		}
	}
	b.WriteString(`
## History

By the hour or by the local day in which it happened, at ` + "[`GET /api/v1/history`](api.md)" + `. A fact that comes late, or is taken back, changes its own hour, for 35 days; after that the day stands as it is, and is kept for 400.
Of the hours before a feed first spoke, and of those of its silence unless it told of them later, nothing is known: that is a gap and not 0.

| name | title | what it is | unit | needs |
|---|---|---|---|---|
`)
	for _, s := range AllSeries() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", s.Name, s.Title, s.Definition, s.Unit, strings.Join(s.Supply, ", "))
	}
	b.WriteString(`
## Outcomes

What became of people, by the local day in which it happened and by their locality, age band, frailty or long-term condition group, at ` + "[`/outcomes` and `GET /api/v1/outcomes`](api.md)" + `: a period beside as many days before it. The group is what the events of the
attendance, stay or referral tell; where these do not, what others of the same patient do. A count from 1 to 4 is shown as fewer than 5, and so are as many others of its column as it takes that it cannot be worked out; the total of such a column is not given.

| name | title | what it is | unit |
|---|---|---|---|
`)
	for _, o := range Outcomes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", o.Name, o.Title, o.Definition, o.Unit)
	}
	return b.Bytes()
}
