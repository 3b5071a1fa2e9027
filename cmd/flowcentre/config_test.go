package main

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/configs"
	"flowcentre/flow"
)

func readText(t *testing.T, text string) *Config {
	t.Helper()
	c, faults := readConfig("centre.yaml", func(name string) ([]byte, error) {
		if name != "centre.yaml" {
			return configs.OPEL.ReadFile(filepath.ToSlash(name))
		}
		return []byte(text), nil
	})
	require.Empty(t, faults)
	return c
}

// Every line of configs/centre.yaml that claims to be a default must make no
// difference when it goes.
func TestDocumentedDefaultsAreTheDefaults(t *testing.T) {
	whole := readText(t, string(configs.Centre))
	lines := strings.Split(string(configs.Centre), "\n")
	claims := 0
	for i, line := range lines {
		if !strings.HasSuffix(line, "# default") {
			continue
		}
		claims++
		without := append(append([]string{}, lines[:i]...), lines[i+1:]...)
		got := readText(t, strings.Join(without, "\n"))
		want := *whole
		if strings.Contains(line, "origins:") || strings.Contains(line, "from:") {
			want.HTTP.Origins, got.HTTP.Origins = nil, nil
			want.MLLP[0].From, got.MLLP[0].From = nil, nil
		}
		assert.Equal(t, &want, got, "without %q", line)
	}
	assert.GreaterOrEqual(t, claims, 16)
}

func TestAnnotatedConfigurationSaysWhatItSays(t *testing.T) {
	c := readText(t, string(configs.Centre))
	assert.Equal(t, "data", c.Data)
	assert.Equal(t, int64(8<<30), c.Log.MaxBytes)
	assert.Equal(t, "127.0.0.1:8080", c.HTTP.Listen)
	assert.Equal(t, []MLLPConfig{{Listen: "127.0.0.1:2575", Feed: "pas"}}, c.MLLP)
	assert.Equal(t, &HL7Config{
		TimeZone: "Europe/London", Authority: "XEX", Ack: "auto",
		BedStatus: map[string]string{"1": "housekeeping", "2": "unoccupied"},
		Places:    map[string]string{"XEX01/MAU/OVERFLOW": "general-amu"},
		Services:  map[string]string{"General Medicine": "300"}, ArrivalModes: map[string]string{"AMB": "ambulance", "GPREF": "gp"},
		Acuities: map[string]string{"RED": "1", "ORANGE": "2"},
	}, c.Feed("pas").HL7)
	assert.Nil(t, c.Feed("wards").HL7)
	assert.Nil(t, c.Feed("none"))
	pas := c.Layout.Feeds[0]
	assert.Equal(t, []capacity.Cadence{{Days: "mon-fri", From: 480, To: 1200, Every: 300}, {From: 1380, To: 360, Every: 7200}}, pas.Cadence)
	ae := c.Layout.Units[0]
	assert.Len(t, ae.Areas, 5)
	assert.Equal(t, capacity.Area{ID: "resus", Name: "Resus", Kind: capacity.Resus, Spaces: 4, Aliases: []string{"XEX01/ED/RES"}}, ae.Areas[0])
	assert.Equal(t, capacity.Area{ID: "corridor", Name: "Corridor", Kind: capacity.Corridor}, ae.Areas[4])
	amu := c.Layout.Units[1]
	assert.Len(t, amu.Beds, 15)
	assert.Equal(t, capacity.Bed{ID: "B6", Bay: "Bay B"}, amu.Beds[10])
	assert.Equal(t, capacity.Bed{ID: "S4", Bay: "Side rooms", SideRoom: true, Aliases: []string{"XEX01/MAU/ISOLATION"}}, amu.Beds[14])
	ward := c.Layout.Units[2]
	assert.Equal(t, 92, ward.PressureAt)
	assert.Equal(t, 98, ward.FullAt)
	assert.Equal(t, 3600, ward.CleanWithin)
	assert.Equal(t, 4*3600, ward.AssumedClean)
	assert.True(t, ward.Beds[len(ward.Beds)-1].Escalation)
	assert.Equal(t, []string{"300", "301"}, ward.Specialties)
	assert.Equal(t, []string{"female", "male", ""}, []string{ward.Beds[0].Sex, ward.Beds[6].Sex, ward.Beds[12].Sex})
	assert.Equal(t, []capacity.Locality{{ID: "easton", Name: "Easton"}, {ID: "weston", Name: "Weston", East: -12.5, North: 3}}, c.Layout.Localities)
	assert.Equal(t, []capacity.SiteRule{{ID: "no-children", Class: capacity.Paediatric}, {ID: "no-stroke", Service: "STR"}}, c.Layout.Sites[0].Rules)
	home, team, centre := c.Layout.Units[4], c.Layout.Units[5], c.Layout.Units[6]
	assert.Equal(t, capacity.Unit{
		ID: "orchard", Site: "general", Name: "Orchard", Kind: capacity.CareHome, Assumed: true, Feeds: []string{"orchard"},
		PressureAt: 92, FullAt: 98, CleanWithin: 3600, AssumedClean: 4 * 3600,
		Locality: "weston", Serves: []string{"easton", "weston"}, Step: "down", AgeFrom: 65, AgeTo: 120,
		Places: []capacity.Places{
			{ID: "nursing", Name: "Nursing", Open: 6, Care: "nursing", Bought: "discharge_to_assess"},
			{ID: "dementia", Name: "Dementia", Open: 4, Care: "dementia", Bought: "spot", Aliases: []string{"ORCH/EMI"}},
		},
		Hours: []capacity.Hours{{Days: "mon-fri", From: 540, To: 1080}, {Days: "sat", From: 600, To: 840}},
		Meets: []string{"hoist", "nursing", "dementia", "catheter"}, Refuses: []string{"bariatric"},
	}, home)
	assert.True(t, team.Home)
	assert.Equal(t, 7200, team.Within)
	assert.Equal(t, []capacity.Hours{{From: 480, To: 1200}}, team.Hours)
	assert.Equal(t, []string{"easton", "weston"}, centre.Serves)
}

// TestZoneIsWhatItsNameMeans: at every hour of the years a centre may run, the zone of a
// layout reads what the zone files say, and it enters the log with the layout.
func TestZoneIsWhatItsNameMeans(t *testing.T) {
	for _, name := range []string{"Europe/London", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"} {
		c := readText(t, strings.Replace(string(configs.Centre), "Europe/London # an", name+" # an", 1))
		location, err := time.LoadLocation(name)
		require.NoError(t, err)
		zone := c.Layout.System.Zone
		for at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2046; at = at.Add(time.Hour) {
			_, seconds := at.In(location).Zone()
			require.Equal(t, capacity.At(at)+capacity.Instant(seconds)*1000, zone.Local(capacity.At(at)), "%s at %s", name, at)
		}
		frame := flow.LayoutEvents(&c.Layout, 1, capacity.At(time.Now()))[0].Data.Layout.Frame
		assert.Equal(t, zone, frame.System.Zone)
	}
}

// A feed's own name of a place may be turned into an area.
func TestPlaceTurnedIntoAnArea(t *testing.T) {
	text := strings.Replace(string(configs.Centre), "XEX01/MAU/OVERFLOW: general-amu", "XEX01/ED/CUBICLE: general-ae/majors", 1)
	assert.Equal(t, map[string]string{"XEX01/ED/CUBICLE": "general-ae/majors"}, readText(t, text).Feed("pas").HL7.Places)
}

func TestWhoMayConnect(t *testing.T) {
	text := strings.Replace(string(configs.Centre), "from: [] # default", "from: [10.20.0.15, 10.20.4.0/24]", 1)
	text = strings.Replace(text, "listen: 127.0.0.1:2575 # default", "listen: 0.0.0.0:2575", 1)
	c := readText(t, text)
	assert.Equal(t, []netip.Prefix{netip.MustParsePrefix("10.20.0.15/32"), netip.MustParsePrefix("10.20.4.0/24")}, c.MLLP[0].From)
}

// The county's totals are those of the public sources named in its comments.
func TestWorcestershireAddsUp(t *testing.T) {
	c := readText(t, string(configs.Worcestershire))
	core, escalation, sideRooms, all := map[string]int{}, map[string]int{}, 0, 0
	places := map[capacity.UnitKind]int{}
	for _, u := range c.Layout.Units {
		for _, p := range u.Places {
			places[u.Kind] += p.Open
		}
		for _, b := range u.Beds {
			key := u.Site + " " + string(u.Class)
			if u.Class == capacity.CommunityClass {
				key = "community"
			}
			if b.Escalation {
				escalation[key]++
			} else {
				core[key]++
			}
			all++
			if b.SideRoom {
				sideRooms++
			}
		}
		spaces := slices.ContainsFunc(u.Areas, func(a capacity.Area) bool { return a.Spaces > 0 })
		centre := u.Kind == capacity.CoordinationCentre
		assert.Equal(t, len(u.Beds) > 0 || spaces || len(u.Places) > 0 || centre, u.Assumed, "beds, spaces and places of %s come from no source", u.ID)
		assert.NotEmpty(t, u.Feeds, u.ID)
	}
	assert.Equal(t, map[string]int{
		"wrh adult_ga": 440, "wrh critical_care": 12, "wrh paediatric": 24, "wrh maternity": 30,
		"alex adult_ga": 270, "alex critical_care": 6, "ktc adult_ga": 20, "community": 233,
	}, core)
	assert.Equal(t, map[string]int{"wrh adult_ga": 28, "alex adult_ga": 16, "community": 12}, escalation)
	assert.InDelta(t, 22, 100*float64(sideRooms)/float64(all), 2)
	for _, kind := range capacity.PlaceKinds() {
		assert.Positive(t, places[kind], kind)
	}
	assert.Equal(t, 110, places[capacity.VirtualWard], "19.7 per 100,000")
	assert.Equal(t, 120, places[capacity.UrgentResponse], "40 a day in each of three areas")
	assert.Equal(t, 35, places[capacity.HomeCare])
}

func TestBedRanges(t *testing.T) {
	for text, want := range map[string]string{
		"A1-A3": "A1 A2 A3", "A1-3": "A1 A2 A3", "08-11": "08 09 10 11", "A7": "A7", "Bed 1-Bed 2": "Bed 1,Bed 2", "9-10": "9 10",
	} {
		got, wrong := bedRange(text)
		assert.Empty(t, wrong)
		if strings.Contains(want, ",") {
			assert.Equal(t, strings.Split(want, ","), got)
			continue
		}
		assert.Equal(t, strings.Fields(want), got, text)
	}
	for _, text := range []string{"A3-A1", "A1-B2", "A-B", "A1-A900", "-", "A99999999999999999999-A2"} {
		_, wrong := bedRange(text)
		assert.NotEmpty(t, wrong, text)
	}
}

func FuzzReadConfig(f *testing.F) {
	f.Add(string(configs.Centre))
	for _, name := range []string{"words", "layout", "listeners", "indent", "places", "hours"} {
		text, err := os.ReadFile("testdata/" + name + ".bad.yml")
		require.NoError(f, err)
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, faults := readConfig("centre.yaml", func(string) ([]byte, error) { return []byte(text), nil })
		for _, fault := range faults {
			if fault.Line < 1 || fault.Col < 1 || fault.Reason == "" || fault.Remedy == "" {
				t.Fatalf("a fault that helps nobody: %+v", fault)
			}
		}
	})
}
