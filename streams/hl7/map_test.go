package hl7

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
)

const (
	bedA, placeA = "W05^BAY2^03^RXX01", "RXX01/W05/BAY2/03"
	bedB, placeB = "ICU^POD1^04^RXX01", "RXX01/ICU/POD1/04"
)

// own is what every event about patientA's visit V1 says.
func own(d flow.Data) flow.Data {
	d.Patient, d.Also, d.Visit = "RXX/MR/H1", []string{"NHS/NH/999"}, "RXX/VN/V1"
	return d
}

// person is the same without a visit.
func person(d flow.Data) flow.Data {
	d = own(d)
	d.Visit = ""
	return d
}

func TestEveryTriggerThatMovesThePictureOfTheBeds(t *testing.T) {
	pendingB := visitAt("I", bedA, "") + strings.Repeat("|", 23) + bedB
	noon := instant("2026-01-20T12:00:00Z")
	for _, c := range []struct {
		trigger  string
		segments []string
		kind     flow.Kind
		data     flow.Data
	}{
		{"A01", []string{patientA, visitAt("I", bedA, ""), "PV2|||||||||202601201200"}, flow.Admitted, own(flow.Data{Place: placeA, Class: flow.Inpatient, Due: noon})},
		{"A02", []string{patientA, visitAt("I", bedB, bedA)}, flow.Transferred, own(flow.Data{Place: placeB, Prior: placeA, Class: flow.Inpatient})},
		{"A03", []string{patientA, visitAt("I", bedA, "") + strings.Repeat("|", 17) + "19|54"}, flow.Discharged, own(flow.Data{Place: placeA, Class: flow.Inpatient, Outcome: "19", GoingTo: "54"})},
		{"A03", []string{patientA, visitAt("I", bedA, "") + strings.Repeat("|", 17) + "went home|54^Care home"}, flow.Discharged, own(flow.Data{Place: placeA, Class: flow.Inpatient, GoingTo: "54"})},
		{"A03", []string{patientA, visitAt("E", "", "")}, flow.Discharged, own(flow.Data{Class: flow.Emergency})},
		{"A04", []string{patientA, visitAt("EMERGENCY", "", "")}, flow.Admitted, own(flow.Data{Class: flow.Emergency})},
		{"A05", []string{patientA, "PV1|1|P" + strings.Repeat("|", 17) + "V1" + strings.Repeat("|", 23) + bedB, "PV2||||||||20260120120000"}, flow.ArrivalExpected, own(flow.Data{Place: placeB, Class: flow.Preadmit, Due: noon})},
		{"A05", []string{patientA, visitAt("P", bedA, "")}, flow.ArrivalExpected, own(flow.Data{Place: placeA, Class: flow.Preadmit})},
		{"A06", []string{patientA, visitAt("I", bedB, bedA)}, flow.Admitted, own(flow.Data{Place: placeB, Prior: placeA, Class: flow.Inpatient})},
		{"A07", []string{patientA, visitAt("O", bedA, "")}, flow.MadeOutpatient, own(flow.Data{})},
		{"A08", []string{patientA, visitAt("R", bedA, ""), "PV2|||||||||20260120"}, flow.Updated, own(flow.Data{Place: placeA, Class: flow.OtherClass, Due: instant("2026-01-20T23:59:00Z")})},
		{"A08", []string{patientA}, flow.Updated, person(flow.Data{})},
		{"A09", []string{patientA, visitAt("I", "", bedA) + strings.Repeat("|", 3)}, flow.Away, own(flow.Data{Prior: placeA})},
		{"A10", []string{patientA, visitAt("I", bedB, bedA)}, flow.Returned, own(flow.Data{Place: placeB, Prior: placeA})},
		{"A11", []string{patientA, visitAt("I", bedA, "")}, flow.AdmissionCancelled, own(flow.Data{Place: placeA})},
		{"A12", []string{patientA, visitAt("I", bedA, bedB)}, flow.TransferCancelled, own(flow.Data{Place: placeA, Prior: placeB})},
		{"A13", []string{patientA, visitAt("I", bedA, "") + strings.Repeat("|", 26) + "20260114"}, flow.DischargeCancelled, own(flow.Data{Place: placeA, Class: flow.Inpatient})},
		{"A14", []string{patientA, pendingB, "PV2||||||||20260120120000"}, flow.ArrivalExpected, own(flow.Data{Place: placeB, Class: flow.Inpatient, Due: noon})},
		{"A14", []string{patientA, visitAt("E", bedA, "")}, flow.ArrivalExpected, own(flow.Data{Class: flow.Emergency})},
		{"A15", []string{patientA, pendingB}, flow.TransferExpected, own(flow.Data{Place: placeB})},
		{"A16", []string{patientA, visitAt("I", bedA, ""), "PV2|||||||||20260120120000"}, flow.DischargeExpected, own(flow.Data{Due: noon})},
		{"A17", []string{patientA, visitAt("I", bedB, ""), patientB, visitAt("I", bedA, "")}, flow.Swapped, own(flow.Data{Place: placeB, Swap: &flow.SwapLeg{Patient: "RXX/MR/H2", Visit: "RXX/VN/V1", Place: placeA}})},
		{"A20", []string{"NPU|" + bedA + "|K"}, flow.BedStatusTold, flow.Data{Place: placeA, Status: flow.StatusContaminated}},
		{"A21", []string{patientA, visitAt("I", bedA, ""), "PV2" + strings.Repeat("|", 47) + "20260120120000"}, flow.LeaveStarted, own(flow.Data{Due: noon})},
		{"A22", []string{patientA, visitAt("I", bedA, "")}, flow.LeaveEnded, own(flow.Data{Place: placeA})},
		{"A23", []string{patientA, visitAt("I", "", "")}, flow.VisitDeleted, own(flow.Data{})},
		{"A25", []string{patientA, visitAt("I", bedA, "")}, flow.DischargeExpectationCancelled, own(flow.Data{})},
		{"A26", []string{patientA, visitAt("I", bedA, ""), "PV2|" + bedB}, flow.TransferExpectationCancelled, own(flow.Data{Place: placeB})},
		{"A26", []string{patientA, pendingB}, flow.TransferExpectationCancelled, own(flow.Data{Place: placeB})},
		{"A27", []string{patientA, visitAt("I", "", ""), "PV2|" + bedB}, flow.ArrivalCancelled, own(flow.Data{Place: placeB})},
		{"A29", []string{patientA}, flow.PatientDeleted, person(flow.Data{})},
		{"A33", []string{patientA, visitAt("I", bedA, "")}, flow.Returned, own(flow.Data{Place: placeA})},
		{"A38", []string{patientA, visitAt("P", "", "")}, flow.ArrivalCancelled, own(flow.Data{})},
		{"A42", []string{patientA, visitAt("I", "", ""), "MRG|||||V0"}, flow.VisitMoved, own(flow.Data{FromVisit: "RXX/VN/V0"})},
		{"A45", []string{patientA, "MRG|H9^^^RXX^MR||||V0", visitAt("I", "", "")}, flow.VisitMoved, own(flow.Data{FromVisit: "RXX/VN/V0", FromPatient: "RXX/MR/H9"})},
		{"A50", []string{patientA, "MRG|H1^^^RXX^MR|||||V0", visitAt("I", "", "")}, flow.VisitMoved, own(flow.Data{FromVisit: "RXX/VN/V0", FromPatient: "RXX/MR/H1"})},
		{"A52", []string{patientA, visitAt("I", "", "")}, flow.LeaveEnded, own(flow.Data{})},
		{"A53", []string{patientA, visitAt("I", "", "")}, flow.LeaveStarted, own(flow.Data{})},
	} {
		t.Run(c.trigger, func(t *testing.T) { checkEvent(t, adt(c.trigger, c.segments...), c.kind, c.data) })
	}
	for _, trigger := range strings.Fields("A18 A30 A34 A36 A39 A40 A43 A46 A47") {
		t.Run(trigger, func(t *testing.T) {
			checkEvent(t, adt(trigger, patientA, "MRG|H9^^^RXX^MR"), flow.PatientMerged, person(flow.Data{FromPatient: "RXX/MR/H9"}))
		})
	}
}

func checkEvent(t *testing.T, message []byte, kind flow.Kind, data flow.Data) {
	r := Map(message, &Settings{TimeZone: london(t)}, arrival)
	require.Nil(t, r.Refusal)
	require.NotNil(t, r.Event)
	assert.Equal(t, kind, r.Event.Kind, "%s", r.Event.Kind)
	assert.Equal(t, data, r.Event.Data)
	assert.Equal(t, instant("2026-01-14T09:29:00Z"), r.Event.Happened)
	checkValid(t, r)
}

// checkValid checks that the door can take what was accepted.
func checkValid(t *testing.T, r Result) {
	filled := 0
	for _, is := range []bool{r.Event != nil, r.Ignored != "", r.Refusal != nil} {
		if is {
			filled++
		}
	}
	require.Equal(t, 1, filled, "exactly one outcome")
	if r.Event != nil {
		e := *r.Event
		e.Feed = "test"
		require.NoError(t, e.Validate())
	}
}

func TestEveryRuleHasATestAndEveryKindOfTheStandardARule(t *testing.T) {
	said := map[flow.Kind]bool{}
	for trigger, r := range rules {
		said[r.kind] = true
		assert.False(t, unaffecting[trigger], trigger)
	}
	for k := flow.Admitted; k <= flow.BedStatusTold; k++ {
		assert.True(t, said[k], "no trigger says %s", k)
	}
}

func TestIgnored(t *testing.T) {
	for trigger := range unaffecting {
		r := Map(adt(trigger, patientA, visitAt("I", bedA, "")), &Settings{}, arrival)
		assert.Equal(t, "ADT^"+trigger, r.Ignored)
		checkValid(t, r)
	}
	for kind, what := range map[string]string{
		"ORU^R01": "ORU^R01", "orm^o01^ORM_O01": "ORM^O01", "ORR^O02": "ORR^O02", "MDM^T02": "MDM^T02", "SIU^S12^SIU_S12": "SIU^S12",
		"ACK": "ACK", "ORU^SMITH JOHN": "ORU",
	} {
		r := Map([]byte("MSH|^~\\&|PAS|RXX|||20260114||"+kind+"|1|P|2.4\r"), &Settings{}, arrival)
		assert.Equal(t, what, r.Ignored)
		checkValid(t, r)
	}
}

func TestRefused(t *testing.T) {
	merge := "MRG|H9^^^RXX^MR"
	for _, c := range []struct {
		name    string
		message []byte
		code    Code
		at      string
	}{
		{"empty", nil, NoMSH, "MSH"},
		{"batch header", []byte(`FHS|^~\&|A` + "\r"), NoMSH, "MSH"},
		{"junk first", append([]byte("[SOM]"), adt("A01")...), NoMSH, "MSH"},
		{"letter as field separator", []byte("MSHH0"), NoMSH, "MSH"},
		{"digits as separators", []byte("MSH|0000|||||||ADT^A01\r"), BadSeparators, "MSH-2"},
		{"letters as separators", []byte("MSH|abcd|||||||ADT^A01\r"), BadSeparators, "MSH-2"},
		{"no separators", []byte("MSH||A\r"), BadSeparators, "MSH-2"},
		{"one sign twice", []byte("MSH|^^~|A\r"), BadSeparators, "MSH-2"},
		{"field separator again", []byte("MSH^^~|A\r"), BadSeparators, "MSH-2"},
		{"two messages", slices.Concat(adt("A01", patientA), adt("A01", patientA)), SeveralMessages, "MSH"},
		{"version 3", []byte("MSH|^~\\&|||||||ADT^A01|1|P|3.0\r"), UnsupportedVersion, "MSH-12"},
		{"no type", []byte("MSH|^~"), NoType, "MSH-9"},
		{"unknown type", []byte("MSH|^~\\&|||||||QQQ^A01|1|P|2.4\r"), UnsupportedType, "MSH-9"},
		{"unknown trigger", adt("A99", patientA), UnsupportedTrigger, "MSH-9"},
		{"trigger of words", adt("JOHN SMITH", patientA), UnsupportedTrigger, "MSH-9"},
		{"no trigger at all", adt("", patientA), UnsupportedTrigger, "MSH-9"},
		{"no PV1", adt("A01", patientA), NoPV1, "PV1"},
		{"no PID", adt("A01", visitAt("I", bedA, "")), NoPatient, "PID-3"},
		{"no identifier", adt("A01", `PID|1||""^^^RXX~^^^NHS`, visitAt("I", bedA, "")), NoPatient, "PID-3"},
		{"A02 to nowhere", adt("A02", patientA, visitAt("I", "", bedA)), NoLocation, "PV1-3"},
		{"A02 cleared", adt("A02", patientA, visitAt("I", `""`, bedA)), LocationCleared, "PV1-3"},
		{"A08 cleared", adt("A08", patientA, visitAt("I", `""`, "")), LocationCleared, "PV1-3"},
		{"A15 to nowhere", adt("A15", patientA, visitAt("I", bedA, "")), NoLocation, "PV1-42"},
		{"A16 without a time", adt("A16", patientA, visitAt("I", bedA, "")), NoDue, "PV2-9"},
		{"A16 with words", adt("A16", patientA, visitAt("I", bedA, ""), "PV2|||||||||tomorrow"), BadTime, "PV2-9"},
		{"A16 with a month", adt("A16", patientA, visitAt("I", bedA, ""), "PV2|||||||||202601"), BadTime, "PV2-9"},
		{"A17 of one", adt("A17", patientA, visitAt("I", bedA, "")), NoSecondPatient, "PID"},
		{"A17 of one twice", adt("A17", patientA, visitAt("I", bedA, ""), patientA, visitAt("I", bedB, "")), SamePatient, "PID-3"},
		{"A17 second unnamed", adt("A17", patientA, visitAt("I", bedA, ""), "PID|2", visitAt("I", bedB, "")), NoPatient, "PID-3"},
		{"A17 second nowhere", adt("A17", patientA, visitAt("I", bedA, ""), patientB, visitAt("I", "", "")), NoLocation, "PV1-3"},
		{"A20 of no bed", adt("A20", "NPU||C"), NoLocation, "NPU-1"},
		{"A20 without NPU", adt("A20"), NoStatus, "NPU-2"},
		{"A20 without status", adt("A20", "NPU|"+bedA), NoStatus, "NPU-2"},
		{"A20 with a local status", adt("A20", "NPU|"+bedA+"|2"), UnknownStatus, "NPU-2"},
		{"A23 without visit", adt("A23", patientA, "PV1|1|I"), NoVisit, "PV1-19"},
		{"A40 without MRG", adt("A40", patientA), NoPriorPatient, "MRG-1"},
		{"A40 of itself", adt("A40", patientA, "MRG|H1^^^RXX^MR"), SamePatient, "MRG-1"},
		{"A40 twice", adt("A40", patientA, merge, patientB, merge), SeveralMerges, "MRG"},
		{"A45 without visit", adt("A45", patientA, merge), NoPriorVisit, "MRG-5"},
		{"A45 twice", adt("A45", patientA, merge, merge), SeveralMerges, "MRG"},
		{"bad times", []byte("MSH|^~\\&|PAS|RXX|||01/15/2025||ADT^A01|1|P|2.4\rEVN||Jan 15\r" + patientA + "\r" + visitAt("I", bedA, "") + "\r"), BadTime, "MSH-7"},
		{"long place", adt("A01", patientA, visitAt("I", strings.Repeat("W", 300), "")), BadText, "PV1-3"},
		{"line break in a place", adt("A01", patientA, visitAt("I", `W\.br\5`, "")), BadText, "PV1-3"},
		{"line break in the second place", adt("A17", patientA, visitAt("I", bedA, ""), patientB, visitAt("I", `W\.br\5`, "")), BadText, "PV1"},
		{"long identifier", adt("A29", "PID|1||"+strings.Repeat("9", 300)), BadText, "PID-3"},
		{"too large", adt("A01", strings.Repeat("X", MaxMessage)), TooLarge, ""},
		{"too many segments", adt("A01", strings.Repeat("NTE\r", MaxSegments)), TooManySegments, ""},
		{"field too long", adt("A01", "NTE|"+strings.Repeat("X", MaxField+1)), FieldTooLong, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Map(c.message, &Settings{}, arrival)
			require.NotNil(t, r.Refusal, "%+v", r)
			assert.Equal(t, c.code, r.Refusal.Code)
			assert.Equal(t, c.at, r.Refusal.Location)
			assert.NotContains(t, strings.ToLower(r.Refusal.Detail), "smith")
			assert.Contains(t, conditions, c.code)
			checkValid(t, r)
		})
	}
}

func TestCapsAreInclusive(t *testing.T) {
	full := adt("A01", patientA, visitAt("I", bedA, ""), "NTE|"+strings.Repeat("X", MaxField))
	assert.Nil(t, Map(full, &Settings{}, arrival).Refusal)
	many := adt("A01", patientA, visitAt("I", bedA, ""), strings.Repeat("NTE\r", MaxSegments-5)+"NTE")
	assert.Nil(t, Map(many, &Settings{}, arrival).Refusal)
}

func TestPatientIdentifiers(t *testing.T) {
	for _, c := range []struct {
		name, pid string
		settings  Settings
		patient   string
		also      []string
	}{
		{"first of PID-3", "PID|1||^^^X~H1^^^RXX^MR~9^^^NHS^NH", Settings{}, "RXX/MR/H1", []string{"NHS/NH/9"}},
		{"preferred type", "PID|1||H1^^^RXX^MR~9^^^NHS^NH~8^^^NHS^NH", Settings{PatientType: "nh"}, "NHS/NH/9", []string{"RXX/MR/H1", "NHS/NH/8"}},
		{"preferred type absent", "PID|1||H1^^^RXX^MR", Settings{PatientType: "NH"}, "RXX/MR/H1", nil},
		{"authority of the message", "PID|1|| H1 ", Settings{}, "RXX//H1", nil},
		{"authority of the feed", "PID|1||H1", Settings{Authority: "RWP50"}, "RWP50//H1", nil},
		{"universal authority", "PID|1||H1^^^&1.2.3&ISO^MR", Settings{}, "1.2.3/MR/H1", nil},
		{"PID-2", "PID|1|H1^^^RXX^MR|", Settings{}, "RXX/MR/H1", nil},
		{"PID-18", "PID|1|||||||||||||||||A1^^^RXX^AN", Settings{}, "RXX/AN/A1", nil},
		{"slash in the value", "PID|1||1/2%^^^R/X^MR", Settings{}, "R%2FX/MR/1%2F2%25", nil},
		{"the same twice", "PID|1||H1^^^RXX^MR~9^^^NHS^NH~H1^^^RXX^MR~9^^^NHS^NH", Settings{}, "RXX/MR/H1", []string{"NHS/NH/9"}},
		{"a further one too long", "PID|1||H1^^^RXX^MR~" + strings.Repeat("9", 300) + "~9^^^NHS^NH", Settings{}, "RXX/MR/H1", []string{"NHS/NH/9"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Map(adt("A01", c.pid, "PV1|1|I|"+bedA), &c.settings, arrival)
			require.NotNil(t, r.Event, "%v", r.Refusal)
			assert.Equal(t, c.patient, r.Event.Data.Patient)
			assert.Equal(t, c.also, r.Event.Data.Also)
			checkValid(t, r)
		})
	}
}

func TestVisitNumber(t *testing.T) {
	head := "PV1|1|I|" + bedA + strings.Repeat("|", 16)
	for _, c := range []struct{ name, pid, pv1, visit string }{
		{"PV1-19", "PID|1||H1|||||||||||||||A1", head + "V1^^^RXX^VN" + strings.Repeat("|", 31) + "V2", "RXX/VN/V1"},
		{"bare", "PID|1||H1", head + "V1", "RXX/VN/V1"},
		{"PV1-50", "PID|1||H1|||||||||||||||A1", head + strings.Repeat("|", 31) + "V2", "RXX/VN/V2"},
		{"PID-18", "PID|1||H1|||||||||||||||A1^^^RXX^AN", head, "RXX/AN/A1"},
		{"none", "PID|1||H1", head, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Map(adt("A01", c.pid, c.pv1), &Settings{}, arrival)
			require.NotNil(t, r.Event)
			assert.Equal(t, c.visit, r.Event.Data.Visit)
		})
	}
}

func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		name, location string
		settings       Settings
		place          string
	}{
		{"bed", bedA, Settings{}, placeA},
		{"ward", "W07^^^RXX01", Settings{}, "RXX01/W07"},
		{"no facility", "W07^B^1", Settings{}, "/W07/B/1"},
		{"facility of the feed", "W07^B^1", Settings{Facility: "RXX01"}, "RXX01/W07/B/1"},
		{"own name", bedA, Settings{Places: map[string]string{placeA: "wrh-w5/03"}}, "wrh-w5/03"},
		{"nothing", "^^^^^BED", Settings{Facility: "RXX01"}, ""},
		{"first repetition", bedA + "~" + bedB, Settings{}, placeA},
		{"sub-components", "W07&9.8&ISO^B^1^RXX01&1.2&ISO", Settings{}, "RXX01/W07/B/1"},
		{"null parts", `W07^""^""^RXX01`, Settings{}, "RXX01/W07"},
		{"null", `""`, Settings{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Map(adt("A01", patientA, visitAt("I", c.location, "")), &c.settings, arrival)
			require.NotNil(t, r.Event)
			assert.Equal(t, c.place, r.Event.Data.Place)
		})
	}
}

// pv1With is a PV1 with hospital service and admit source.
func pv1With(service, source string) string {
	return "PV1|1|E|" + bedA + "|||||||" + service + "||||" + source + "||||"
}

func TestServiceSexModeAndAcuity(t *testing.T) {
	own := Settings{
		Services: map[string]string{"A&E": "180", "MED": "300"},
		Modes:    map[string]string{"AMB": "ambulance", "19": "gp", "C": "other"},
		Acuities: map[string]string{"Orange": "2"},
	}
	said := func(service, sex, mode, acuity string) flow.Data {
		return flow.Data{Service: service, Sex: sex, Mode: mode, Acuity: acuity}
	}
	pv2 := func(mode, level string) string {
		return "PV2" + strings.Repeat("|", 38) + mode + "||" + level
	}
	for _, c := range []struct {
		name, sex, pv1, pv2 string
		settings            Settings
		want                flow.Data
	}{
		{"of the standard", "F", pv1With("CAR", "7"), pv2("A^Ambulance", "3"), Settings{}, said("CAR", "female", "ambulance", "3")},
		{"on foot", "m", pv1With("", ""), pv2("f", "5"), Settings{}, said("", "male", "walk_in", "5")},
		{"words", "U", pv1With("General Medicine", "GP letter"), pv2("by taxi", "very urgent"), Settings{}, flow.Data{}},
		{"an escape is words", "", pv1With(`A\T\E`, ""), pv2("", "6"), Settings{}, flow.Data{}},
		{"an escape that is mapped", "", pv1With(`A\T\E`, ""), pv2("", "Orange"), own, said("180", "", "", "2")},
		{"a code with a name", "O", pv1With("MED^General Medicine", ""), pv2("AMB", "1"), own, said("300", "", "ambulance", "1")},
		{"the source where the mode says nothing", "", pv1With("SUR", "19"), pv2("", ""), own, said("SUR", "", "gp", "")},
		{"the mode before the source", "", pv1With("", "19"), pv2("AMB", ""), own, said("", "", "ambulance", "")},
		{"the feed's own before the table", "", pv1With("", ""), pv2("C", ""), own, said("", "", "other", "")},
		{"null", `""`, pv1With(`""`, `""`), pv2(`""`, `""`), own, flow.Data{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			who := "PID|1||H1^^^RXX^MR|||||" + c.sex
			for _, trigger := range []string{"A01", "A04", "A06", "A02", "A08"} {
				r := Map(adt(trigger, who, c.pv1, c.pv2), &c.settings, arrival)
				require.NotNil(t, r.Event, "%v", r.Refusal)
				checkValid(t, r)
				want := c.want
				if trigger == "A02" || trigger == "A08" {
					want.Mode, want.Acuity = "", ""
				}
				got := r.Event.Data
				assert.Equal(t, want, said(got.Service, got.Sex, got.Mode, got.Acuity), trigger)
			}
			r := Map(adt("A03", who, c.pv1, c.pv2), &c.settings, arrival)
			checkValid(t, r)
			assert.Empty(t, r.Event.Data.Service+r.Event.Data.Sex, "a discharge does not say")
		})
	}
}

// A visit to A&E is told by the triggers of any other, with its class, and PV1-3 names
// the area.
func TestEmergencyVisits(t *testing.T) {
	majors := "A\\T\\E^MAJORS^^RXX01"
	for trigger, kind := range map[string]flow.Kind{"A01": flow.Admitted, "A04": flow.Admitted, "A02": flow.Transferred, "A03": flow.Discharged} {
		for _, class := range []string{"E", "EMERGENCY", "emergency"} {
			r := Map(adt(trigger, patientA, visitAt(class, majors, "")), &Settings{}, arrival)
			require.NotNil(t, r.Event, "%v", r.Refusal)
			assert.Equal(t, kind, r.Event.Kind)
			assert.Equal(t, flow.Emergency, r.Event.Data.Class)
			assert.Equal(t, "RXX01/A&E/MAJORS", r.Event.Data.Place)
		}
	}
}

func TestTriggerOfEVN1WhereMSH9HasNone(t *testing.T) {
	message := []byte("MSH|^~\\&|PAS|RXX|||20260114093000||ADT|1|P|2.2\rEVN|A03|20260114092900\r" + patientA + "\r" + visitAt("I", bedA, ""))
	r := Map(message, &Settings{}, arrival)
	require.NotNil(t, r.Event)
	assert.Equal(t, flow.Discharged, r.Event.Kind)
}

func TestMergeIdentifiers(t *testing.T) {
	bare := Map(adt("A40", patientA, "MRG|H9"), &Settings{}, arrival)
	assert.Equal(t, "RXX/MR/H9", bare.Event.Data.FromPatient, "read as PID-3 is")
	shared := Map(adt("A40", patientA, "MRG|999^^^NHS^NH~H9^^^RXX^MR~7^^^OLD^MR"), &Settings{}, arrival)
	assert.Equal(t, "RXX/MR/H9", shared.Event.Data.FromPatient, "the survivor's own does not end")
	assert.Equal(t, []string{"NHS/NH/999", "OLD/MR/7"}, shared.Event.Data.Also)
	external := Map(adt("A46", patientA, "MRG||||H9^^^RXX^MR"), &Settings{}, arrival)
	assert.Equal(t, "RXX/MR/H9", external.Event.Data.FromPatient)
}

func TestBedStatuses(t *testing.T) {
	for file, want := range map[string]flow.BedStatus{
		"C": flow.StatusClosed, "H": flow.StatusHousekeeping, "I": flow.StatusIsolated,
		"K": flow.StatusContaminated, "O": flow.StatusOccupied, "U": flow.StatusUnoccupied,
	} {
		r := Map(handwritten(t, "a20-bed-status-"+file), &Settings{}, arrival)
		require.NotNil(t, r.Event, file)
		assert.Equal(t, flow.Data{Place: placeA, Status: want}, r.Event.Data)
	}
	own := Settings{BedStatus: map[string]flow.BedStatus{"2": flow.StatusUnoccupied, "C": flow.StatusHousekeeping}}
	assert.Equal(t, flow.StatusUnoccupied, Map(handwritten(t, "a20-bed-status-local-code"), &own, arrival).Event.Data.Status)
	assert.Equal(t, flow.StatusHousekeeping, Map(handwritten(t, "a20-bed-status-C"), &own, arrival).Event.Data.Status)
}

// The dialects of A12 differ in what they call place and prior. Both are passed on as
// sent; the fold undoes the latest transfer from its own history.
func TestDialectsOfA12(t *testing.T) {
	for file, want := range map[string]flow.Data{
		"a12-restored-in-pv1-3":  {Place: placeA, Prior: placeB},
		"a12-repeats-the-a02":    {Place: placeB, Prior: placeA},
		"a12-only-pv1-3":         {Place: placeA},
		"a12-no-location-at-all": {},
	} {
		r := Map(handwritten(t, file), &Settings{TimeZone: london(t)}, arrival)
		require.NotNil(t, r.Event, file)
		assert.Equal(t, flow.TransferCancelled, r.Event.Kind)
		assert.Equal(t, want.Place, r.Event.Data.Place, file)
		assert.Equal(t, want.Prior, r.Event.Data.Prior, file)
		if file != "a12-no-location-at-all" { // it names no visit in PV1-19
			assert.Equal(t, "RXX/VN/V0001", r.Event.Data.Visit, file)
		}
	}
}

func TestIdentity(t *testing.T) {
	message := adt("A01", patientA, visitAt("I", bedA, ""))
	id := func(message []byte, at capacity.Instant) string {
		r := Map(message, &Settings{}, at)
		require.NotNil(t, r.Event)
		return r.Event.ID
	}
	first := id(message, arrival)
	assert.Regexp(t, `^hl7-[0-9a-f]{64}$`, first)
	assert.Equal(t, first, id(message, arrival.Add(3600e9)), "sent again later")
	assert.Equal(t, first, id(append([]byte("\v\r\n"), message...), arrival), "framing is no part of it")
	assert.NotEqual(t,
		id(handwritten(t, "a01-same-control-id-different-body-1"), arrival),
		id(handwritten(t, "a01-same-control-id-different-body-2"), arrival), "MSH-10 alone does not make a repeat")
	timeless := []byte("MSH|^~\\&|PAS|RXX|||||ADT^A01|1|P|2.4\r" + patientA + "\r" + visitAt("I", bedA, ""))
	assert.NotEqual(t, id(timeless, arrival), id(timeless, arrival+1), "nothing in it tells a repeat from a new fact")
}

// The counts are those of the capture; see its README.
func TestAcuteRun(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(corpus(t), "stream", "acute-run.hl7"))
	require.NoError(t, err)
	kinds, ignored := map[flow.Kind]int{}, map[string]int{}
	messages, fellBack := 0, 0
	ids := map[string]bool{}
	settings := Settings{TimeZone: london(t), PatientType: "NHSNMBR"}
	for message := range Split(file) {
		messages++
		r := Map(message, &settings, arrival)
		checkValid(t, r)
		require.Nil(t, r.Refusal)
		if r.TimeFellBack {
			fellBack++
		}
		if r.Event == nil {
			ignored[r.Ignored]++
			continue
		}
		kinds[r.Event.Kind]++
		ids[r.Event.ID] = true
		assert.Regexp(t, `^NHSNBR/NHSNMBR/\d+$`, r.Event.Data.Patient)
	}
	assert.Equal(t, 2050, messages)
	assert.Equal(t, 86, fellBack, "transfers after a pending one say the hour they were planned for")
	assert.Len(t, ids, 1914-110-21, "every message is its own event")
	assert.Equal(t, map[string]int{"ORU^R01": 111, "ORM^O01": 9, "ORR^O02": 8, "MDM^T02": 8, "ADT^A28": 21, "ADT^A31": 110}, ignored)
	assert.Equal(t, map[flow.Kind]int{
		flow.Admitted: 328 + 237, flow.Transferred: 275, flow.Discharged: 344, flow.ArrivalExpected: 53 + 122, flow.Updated: 39,
		flow.Away: 15, flow.Returned: 14, flow.AdmissionCancelled: 18, flow.TransferCancelled: 20, flow.DischargeCancelled: 19,
		flow.TransferExpected: 102, flow.DischargeExpected: 88, flow.Swapped: 20, flow.VisitDeleted: 17,
		flow.DischargeExpectationCancelled: 14, flow.TransferExpectationCancelled: 14, flow.ArrivalCancelled: 15, flow.PatientMerged: 11 + 18,
	}, kinds)
}

func BenchmarkMapAcuteRun(b *testing.B) {
	file, err := os.ReadFile(filepath.Join(corpus(b), "stream", "acute-run.hl7"))
	require.NoError(b, err)
	messages := slices.Collect(Split(file))
	settings := Settings{TimeZone: london(b)}
	b.ReportAllocs()
	b.SetBytes(int64(len(file) / len(messages)))
	n := 0
	for b.Loop() {
		Map(messages[n%len(messages)], &settings, arrival)
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "msg/s")
}

func BenchmarkReadAcuteRun(b *testing.B) {
	file, err := os.ReadFile(filepath.Join(corpus(b), "stream", "acute-run.hl7"))
	require.NoError(b, err)
	messages := slices.Collect(Split(file))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		m, _ := Read(messages[n%len(messages)])
		header := m.nth(msh, 0)
		m.field(header, 9)
		m.field(m.nth(pid, 0), 3)
		m.field(m.nth(pv1, 0), 3)
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "msg/s")
}
