package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/streams"
)

// shift is a day in a flow centre, gone through step by step: the centre's clock stands
// until the day goes on.
type shift struct {
	*testing.T
	centre *centre
	clock  *streams.Clock
	day    time.Time
	sent   int
}

// newShift opens the centre of scenario.yaml at that time of 12 January 2027.
func newShift(t *testing.T, at string) *shift {
	t.Helper()
	return shiftIn(t, "testdata/scenario.yaml", at)
}

// shiftIn opens the centre of a configuration.
func shiftIn(t *testing.T, file, at string) *shift {
	t.Helper()
	config, faults := LoadConfig(file)
	require.Empty(t, faults)
	config.Data = t.TempDir()
	d := &shift{T: t, day: time.Date(2027, 1, 12, 0, 0, 0, 0, time.UTC)}
	d.clock = streams.StandingClock(d.time(at))
	c, err := startCentre(t.Context(), centreOptions{
		Config: config, Logger: slog.New(slog.DiscardHandler), Clock: d.clock, Start: d.time(at), FrameEvery: -1,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	d.centre = c
	return d
}

// time is a time of the day, or of a later one: "3d 09:00" is three days on.
func (d *shift) time(clock string) capacity.Instant {
	d.Helper()
	day := d.day
	if days, rest, later := strings.Cut(clock, "d "); later {
		n, err := strconv.Atoi(days)
		require.NoError(d, err)
		day, clock = day.AddDate(0, 0, n), rest
	}
	at, err := time.Parse("15:04", clock)
	require.NoError(d, err)
	return capacity.At(day.Add(at.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))))
}

// at lets the day go on to that time, and waits until the state has come there too.
func (d *shift) at(clock string) {
	d.Helper()
	to := d.time(clock)
	d.clock.Move(to)
	require.Eventually(d, func() bool { return d.centre.view().At >= to }, 20*time.Second, 5*time.Millisecond, "the clock of the state has not come to %s", clock)
}

// tell posts one fact of a feed, as of now or of another time, and returns when it is applied.
func (d *shift) tell(feed, kind string, data map[string]any, when ...string) uint64 {
	d.Helper()
	d.sent++
	at := d.clock.Now()
	if len(when) > 0 {
		at = d.time(when[0])
	}
	body, err := json.Marshal(map[string]any{
		"specversion": "1.0", "id": fmt.Sprintf("s%d", d.sent), "source": feed, "type": "flowcentre." + kind + ".v1", "time": at.String(), "data": data,
	})
	require.NoError(d, err)
	status, answer := d.post("/api/v1/events", "application/cloudevents+json", body)
	require.Equal(d, http.StatusAccepted, status, string(answer))
	var told struct{ Results []struct{ Seq uint64 } }
	require.NoError(d, json.Unmarshal(answer, &told), string(answer))
	d.applied(told.Results[0].Seq)
	return told.Results[0].Seq
}

// decide posts a decision of the desk.
func (d *shift) decide(kind string, data map[string]any) (status int, detail string) {
	d.Helper()
	return d.decideAs("coordinator", kind, data)
}

// decideAs does so in another role.
func (d *shift) decideAs(role, kind string, data map[string]any) (status int, detail string) {
	d.Helper()
	d.sent++
	data["role"] = role
	body, err := json.Marshal(map[string]any{"id": fmt.Sprintf("d%d", d.sent), "type": "flowcentre." + kind + ".v1", "time": d.clock.Now().String(), "data": data})
	require.NoError(d, err)
	status, answer := d.post("/api/v1/decisions", "application/json", body)
	var a struct {
		Seq    uint64
		Detail string
	}
	require.NoError(d, json.Unmarshal(answer, &a), string(answer))
	if status == http.StatusAccepted {
		d.applied(a.Seq)
	}
	return status, a.Detail
}

func (d *shift) decided(kind string, data map[string]any) {
	d.Helper()
	status, detail := d.decide(kind, data)
	require.Equal(d, http.StatusAccepted, status, detail)
}

// message sends one HL7 message and returns its sequence when it is applied.
func (d *shift) message(segments ...string) uint64 {
	d.Helper()
	status, answer := d.post("/api/v1/hl7?feed=pas", "application/hl7-v2", []byte(joined(segments)))
	require.Equal(d, http.StatusAccepted, status, string(answer))
	var told struct{ Results []struct{ Seq uint64 } }
	require.NoError(d, json.Unmarshal(answer, &told), string(answer))
	d.applied(told.Results[0].Seq)
	return told.Results[0].Seq
}

func joined(segments []string) (text string) {
	for _, s := range segments {
		text += s + "\r"
	}
	return text
}

func (d *shift) post(path, media string, body []byte) (int, []byte) {
	d.Helper()
	resp, err := http.Post("http://"+d.centre.httpAddr+path, media, bytes.NewReader(body))
	require.NoError(d, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(d, err)
	return resp.StatusCode, answer
}

func (d *shift) applied(seq uint64) {
	d.Helper()
	ctx, cancel := context.WithTimeout(d.Context(), 20*time.Second)
	defer cancel()
	require.NoError(d, d.centre.engine.Board().WaitFor(ctx, seq))
}

// state is the state as the API tells it now, or at a moment of the past.
func (d *shift) state(at ...string) *flow.View {
	d.Helper()
	path := "/api/v1/state"
	if len(at) > 0 {
		path += "?at=" + at[0]
	}
	resp, err := http.Get("http://" + d.centre.httpAddr + path)
	require.NoError(d, err)
	defer resp.Body.Close()
	var v flow.View
	require.Equal(d, http.StatusOK, resp.StatusCode)
	require.NoError(d, json.NewDecoder(resp.Body).Decode(&v))
	return &v
}

// figure requires that a measure of the hospital, figureOf that one of a scope, is that, and
// that its why page counts the same.
func (d *shift) figure(want float64, measure string) {
	d.Helper()
	d.figureOf("site/general", want, measure)
}

func (d *shift) figureOf(scope string, want float64, measure string) {
	d.Helper()
	got := valueIn(d.state(), scope, measure)
	require.NotNil(d, got.Value, "%s is not known: %+v", measure, got.Missing)
	require.InDelta(d, want, *got.Value, 0.05, measure)
	resp, err := http.Get("http://" + d.centre.httpAddr + "/api/v1/measures/" + measure + "/why?scope=" + scope)
	require.NoError(d, err)
	defer resp.Body.Close()
	var why flow.WhyView
	require.NoError(d, json.NewDecoder(resp.Body).Decode(&why))
	require.NotNil(d, why.Value, measure)
	m, _ := capacity.MeasureNamed(measure)
	again, _, _ := m.Value(m.Recount(why.Items))
	require.InDelta(d, want, again, 0.05, "%s counted again from its items", measure)
}

func valueIn(v *flow.View, scope, measure string) *flow.MeasureValue {
	for _, m := range v.Measures {
		if m.ID == scope && m.Values[measure] != nil {
			return m.Values[measure]
		}
	}
	return &flow.MeasureValue{}
}

// bed is a bed as the API shows it.
func (d *shift) bed(unit, id string) flow.PlaceView {
	d.Helper()
	for _, u := range d.state().Units {
		for _, p := range u.Places {
			if u.ID == unit && p.ID == id {
				return p
			}
		}
	}
	require.Fail(d, "no such bed", unit+"/"+id)
	return flow.PlaceView{}
}

// contradictions are those that people see, by kind.
func (d *shift) contradictions() map[string]int {
	d.Helper()
	all := map[string]int{}
	for _, c := range d.state().Contradictions {
		all[c.Kind]++
	}
	return all
}

func patient(id string) string { return "T/MR/" + id }

// census tells who is in which bed of a unit.
func (d *shift) census(unit string, in ...string) {
	d.Helper()
	entries := []map[string]any{}
	for i := 0; i < len(in); i += 2 {
		entries = append(entries, map[string]any{"place": unit + "/" + in[i], "patient": patient(in[i+1]), "visit": "T/VN/" + in[i+1]})
	}
	d.tell("pas", "bed.census", map[string]any{"place": unit, "census": entries})
}

// TestNorovirusAndTheLastSideRoom is a morning with an infection on a ward: every point of
// it is what the API tells and what each figure counts.
func TestNorovirusAndTheLastSideRoom(t *testing.T) {
	d := newShift(t, "06:50")
	d.census("w6", "C1", "c1", "C2", "c2", "D1", "d1", "D2", "d2", "D5", "d5", "M1", "m1", "M2", "m2")
	d.census("w7", "W1", "w1", "W2", "w2")
	d.tell("ed", "ae.list", map[string]any{"place": "ae", "list": []any{}})
	d.at("07:00")
	d.figure(5, "adult_ga_available") // D3, D4, D6, S4, W3
	d.figure(9, "adult_ga_occupied")

	// 1. Bay D is closed to new patients: three available beds are lost, nobody moves.
	d.decided("bed.closed", map[string]any{"place": "w6/Bay D", "reason": "infection_control"})
	d.figure(2, "adult_ga_available")
	d.figure(9, "adult_ga_occupied")
	d.figure(3, "adult_ga_closed")

	// 2. A man in A&E needs a side room. 3. A woman needs a bed in a bay.
	d.at("07:20")
	for _, who := range []string{"man", "woman"} {
		d.tell("ed", "ae.arrived", map[string]any{"patient": patient(who), "visit": "T/VN/" + who, "place": "ae", "mode": "walk_in"}, "05:00")
		d.tell("ed", "ae.decided-to-admit", map[string]any{"patient": patient(who), "visit": "T/VN/" + who}, "07:15")
	}
	d.tell("ed", "bed.requested", map[string]any{"patient": patient("man"), "visit": "T/VN/man", "place": "ae", "request": "R-man", "origin": "ae", "needs": []string{"side_room", "male"}})
	d.tell("ed", "bed.requested", map[string]any{"patient": patient("woman"), "visit": "T/VN/woman", "place": "ae", "request": "R-woman", "origin": "ae", "needs": []string{"female"}})
	d.figure(1, "side_room_queue")
	d.figure(2, "requests_without_bed")
	d.figure(2, "ae_waiting_for_bed")

	// 4. Side room S4 is the only one, and the only bed there is beside W3.
	d.figure(1, "adult_ga_side_rooms_available")
	require.True(t, d.bed("w6", "S4").SideRoom)
	require.Equal(t, capacity.Available, d.bed("w6", "S4").State)

	// 5. It is given to the man, and kept for him until 09:00.
	d.decided("decision.bed-allocated", map[string]any{"request": "R-man", "place": "w6/S4", "until": d.time("09:00").String()})
	require.Equal(t, capacity.Reserved, d.bed("w6", "S4").State)
	require.Equal(t, d.time("09:00"), d.bed("w6", "S4").Until)
	d.figure(0, "adult_ga_side_rooms_available")
	d.figure(0, "side_room_queue")
	d.figure(1, "requests_without_bed")

	// 6. A second allocation of S4 is refused, and names who has it.
	status, detail := d.decide("decision.bed-allocated", map[string]any{"request": "R-woman", "place": "w6/S4"})
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, detail, "R-man")
	d.figure(1, "adult_ga_reserved")

	// 7. A man's bed falls free; no cleaning system speaks for the ward, so that it will be
	// assumed clean after four hours.
	d.at("07:30")
	d.tell("pas", "bed.discharged", map[string]any{"patient": patient("m1"), "visit": "T/VN/m1"})
	require.Equal(t, capacity.NotReady, d.bed("w6", "M1").State)
	d.figure(1, "adult_ga_not_ready")

	// 8. The ward confirms it clean.
	d.at("07:50")
	d.tell("wards", "bed.cleaned", map[string]any{"place": "w6/M1"})
	require.Equal(t, capacity.Available, d.bed("w6", "M1").State)
	require.False(t, d.bed("w6", "M1").AssumedClean)

	// 9. It is in a men's bay, and what is shown of it says so: it is not for the woman.
	require.Equal(t, "male", d.bed("w6", "M1").Sex)

	// 10. The man arrives in S4 and is counted once.
	d.tell("ed", "ae.departed", map[string]any{"patient": patient("man"), "visit": "T/VN/man", "going_to": "admitted"}, "07:55")
	d.at("07:58")
	d.figure(1, "in_transit")
	d.figure(1, "ae_in_department")
	d.tell("pas", "bed.admitted", map[string]any{"patient": patient("man"), "visit": "T/VN/man-in", "place": "w6/S4", "class": "inpatient"})
	d.figure(0, "in_transit")
	d.figure(9, "adult_ga_occupied")
	d.figure(0, "adult_ga_reserved")
	d.figure(1, "requests_open")
	require.Empty(t, d.contradictions())

	// 14 (the cut at 08:00, looked at later): closed and empty are D3, D4 and D6.
	d.at("08:00")
	cut := d.state()
	require.InDelta(t, 3, *valueIn(cut, "site/general", "adult_ga_closed").Value, 0)

	// 11. D1's patient leaves: D1 is closed, not free.
	d.at("08:20")
	d.tell("pas", "bed.discharged", map[string]any{"patient": patient("d1"), "visit": "T/VN/d1"})
	d.tell("wards", "bed.cleaned", map[string]any{"place": "w6/D1"})
	require.Equal(t, capacity.Closed, d.bed("w6", "D1").State)
	d.figure(4, "adult_ga_closed")

	// 12. The woman is given a bed on another ward, and arrives.
	d.decided("decision.bed-allocated", map[string]any{"request": "R-woman", "place": "w7/W3", "until": d.time("10:00").String()})
	d.tell("ed", "ae.departed", map[string]any{"patient": patient("woman"), "visit": "T/VN/woman", "going_to": "admitted"})
	d.at("08:40")
	d.tell("pas", "bed.admitted", map[string]any{"patient": patient("woman"), "visit": "T/VN/woman-in", "place": "w7/W3", "class": "inpatient"})
	d.figure(0, "requests_open")
	d.figure(0, "ae_in_department")

	// 13. Deep clean, and Bay D opens again: four beds come back.
	d.at("12:00")
	for _, bed := range []string{"D1", "D3", "D4", "D6"} {
		d.tell("wards", "bed.cleaned", map[string]any{"place": "w6/" + bed})
	}
	d.decided("bed.opened", map[string]any{"place": "w6/Bay D"})
	d.figure(5, "adult_ga_available") // M1, D1, D3, D4, D6
	d.figure(0, "adult_ga_closed")

	// 14. The cut at 08:00 is still what it was.
	require.InDelta(t, 3, *valueIn(d.state(fmt.Sprint(cut.Seq)), "site/general", "adult_ga_closed").Value, 0)
	require.Equal(t, cut.Digest, d.state(fmt.Sprint(cut.Seq)).Digest)
	closed := d.filed("2027-01-12", "adult_ga_closed_infection")
	require.InDelta(t, 3, *closed.Filed, 0)
	require.InDelta(t, 3, *closed.Known, 0)
	require.Empty(t, closed.Events)
	kept := valueIn(d.state(), "site/general", "adult_ga_closed_infection_at_0800")
	require.InDelta(t, 3, *kept.Value, 0)
	require.Equal(t, d.time("08:00"), kept.At)
	require.InDelta(t, 0, *valueIn(d.state(), "site/general", "adult_ga_closed_infection").Value, 0)
	var why flow.WhyView
	d.get("/api/v1/measures/adult_ga_closed_infection_at_0800/why?scope=site/general", &why)
	require.Equal(t, cut.Seq, why.Seq)
	require.Len(t, why.Items, 3)
}

// adt is one ADT message of the patient system about a patient with visit number V-patient.
func adt(trigger, id, at, who, class, place string, more ...string) []string {
	pv1 := "PV1|1|" + class + "|" + place + "||||||||||||||||T-" + who + "^^^T^VN"
	for _, m := range more {
		pv1 += m
	}
	return []string{
		`MSH|^~\&|PAS|GEN|FC|FC|` + at + `||ADT^` + trigger + `|` + id + `|P|2.4`,
		"EVN|" + trigger + "|" + at,
		"PID|1||" + who + "^^^T^MR",
		pv1,
	}
}

// TestGoingLiveAndTheLateTruth is a hospital's first day, with an outage of its patient
// system and a burst of what was kept back.
func TestGoingLiveAndTheLateTruth(t *testing.T) {
	d := newShift(t, "06:30")

	// 1. Connected: the wards are unknown, and their figures are not 0.
	d.message(adt("A01", "1", "20270112063000", "S1", "I", "W6^^C1^GEN")...)
	require.False(t, d.unit("w6").Known)
	occupied := valueIn(d.state(), "site/general", "adult_ga_occupied")
	require.Nil(t, occupied.Value)
	require.Contains(t, occupied.Missing, flow.Missing{Unit: "w6", Why: "unknown"})

	// 2. A census: the counts are right.
	d.at("07:00")
	d.tell("pas", "bed.census", map[string]any{"place": "w6", "census": []map[string]any{
		{"place": "w6/C1", "patient": "T/MR/S1", "visit": "T/VN/T-S1"},
		{"place": "w6/C2", "patient": "T/MR/S2", "visit": "T/VN/T-S2"},
		{"place": "w6/D1", "patient": "T/MR/S3", "visit": "T/VN/T-S3"},
	}})
	d.tell("pas", "bed.census", map[string]any{"place": "w7", "census": []map[string]any{{"place": "w7/W1", "patient": "T/MR/G1", "visit": "T/VN/T-G1"}}})
	d.tell("ed", "ae.list", map[string]any{"place": "ae", "list": []any{}})
	require.True(t, d.unit("w6").Known)
	d.figure(4, "adult_ga_occupied")
	d.figure(10, "adult_ga_available")

	// 3. S1 no longer meets the criteria to reside, pathway 1. Of the others nobody has told so
	// far, until the list of the morning has: it is S1 alone.
	d.tell("wards", "discharge.ready", map[string]any{"patient": "T/MR/S1", "pathway": "1"})
	nctr := valueIn(d.state(), "unit/w6", "nctr_here")
	require.Nil(t, nctr.Value)
	require.Contains(t, nctr.Missing, flow.Missing{Unit: "w6", Why: "no_list"})
	d.tell("wards", "discharge.list", map[string]any{"place": "site/general", "discharges": []map[string]any{{"patient": "T/MR/S1", "nctr": d.time("07:00").String(), "pathway": "1"}}})
	d.figure(1, "nctr_here")
	d.figure(1, "nctr_pathway_1")
	d.figure(0, "leaving_by_17")

	// 4. A start is accepted for 14:00: one patient leaves today.
	d.tell("wards", "discharge.start-accepted", map[string]any{"patient": "T/MR/S1", "pathway": "1", "due": d.time("14:00").String()})
	d.figure(1, "leaving_by_17")
	filed := d.state() // the cut that goes into the morning's return

	d.tell("wards", "bed.closed", map[string]any{"place": "w7/W3", "reason": "staffing"})
	d.at("08:00")

	// 5. The agency hands back its starts: S1's is withdrawn, and nobody is leaving any more.
	d.at("09:00")
	d.tell("wards", "discharge.start-withdrawn", map[string]any{"patient": "T/MR/S1", "reason": "provider"})
	d.figure(0, "leaving_by_17")
	d.figure(1, "nctr_here")

	// 6. The patient system will be down: its silence is no silence.
	d.decided("feed.outage-planned", map[string]any{"about": "pas", "due": d.time("09:30").String(), "until": d.time("13:00").String(), "reason": "upgrade"})
	d.at("11:00") // an hour and a half without a word, expected within one
	require.Equal(t, flow.FeedOutage, d.feed("pas").State)
	require.Equal(t, "outage", valueIn(d.state(), "site/general", "adult_ga_occupied").Missing[0].Why)

	// 7. The wards phone their figures in.
	d.decided("feed.figure-reported", map[string]any{"figure": map[string]any{"measure": "adult_ga_occupied", "scope": "site/general", "value": 5, "how": "phone"}})
	told := valueIn(d.state(), "site/general", "adult_ga_occupied").Reported
	require.NotNil(t, told)
	require.InDelta(t, 5, told.Value, 0)
	require.Equal(t, "phone", told.How)
	require.Equal(t, "coordinator", told.Role)
	require.Zero(t, told.Superseded)

	// 8. S2 leaves at 10:00, and nobody can record it. 9. The system is back with 140 messages
	// that were kept: 10. one of them puts somebody into S2's bed before S2's own discharge
	// comes. It contradicts for a moment and reaches nobody.
	d.at("12:30")
	d.message(adt("A01", "90", "20270112103000", "N1", "I", "W6^^C2^GEN")...)
	require.Empty(t, d.contradictions(), "two in a bed is kept back: clerks enter moves late")
	for i := range 137 {
		who := fmt.Sprintf("L%d", i)
		d.message(adt("A01", "a"+who, fmt.Sprintf("202701121%d%02d00", i%2, i%60), who, "I", "W7")...)
		if i%2 == 0 {
			d.message(adt("A03", "d"+who, fmt.Sprintf("202701121%d%02d30", 1+i%2, i%60), who, "I", "W7")...)
		}
	}
	require.Equal(t, flow.FeedCatchingUp, d.feed("pas").State)
	d.message(adt("A03", "91", "20270112100000", "S2", "I", "W6^^C2^GEN")...)
	early := d.message(adt("A01", "early", "20270112074500", "N2", "I", "W7^^W2^GEN")...) // before the cut at 08:00
	gone := d.message(adt("A03", "gone", "20270112075500", "G1", "I", "W7^^W1^GEN")...)
	require.Equal(t, capacity.Occupied, d.bed("w6", "C2").State)
	d.at("14:00")
	require.Zero(t, d.contradictions()[flow.TwoInBed], "settled by the late discharge")
	reported := valueIn(d.state(), "site/general", "adult_ga_occupied").Reported
	require.NotZero(t, reported.Superseded, "the feed's word stands again")
	require.NotNil(t, reported.Difference)

	// 11. S3's discharge is cancelled by an A13 that still bears the discharge time (PV1-45).
	d.message(adt("A03", "92", "20270112140000", "S3", "I", "W6^^D1^GEN")...)
	require.Equal(t, capacity.NotReady, d.bed("w6", "D1").State)
	d.message(adt("A13", "93", "20270112140000", "S3", "I", "W6^^D1^GEN", "||||||||||||||||||||||||||20270112140000")...)
	require.Equal(t, capacity.Occupied, d.bed("w6", "D1").State)

	// 12. S1 is unwell: meets the criteria again. 13. Ready later: the latest date stands.
	d.tell("wards", "discharge.not-ready", map[string]any{"patient": "T/MR/S1"})
	d.figure(0, "nctr_here")
	d.at("16:00")
	d.tell("wards", "discharge.ready", map[string]any{"patient": "T/MR/S1", "pathway": "1"})
	require.Equal(t, d.time("16:00"), d.state().Discharges[0].NCTR)

	// 14. The list of the day and those still here tonight: S3 is ready and leaves, S1 stays.
	d.tell("wards", "discharge.ready", map[string]any{"patient": "T/MR/S3", "pathway": "0"})
	d.at("18:00")
	d.message(adt("A03", "94", "20270112180000", "S3", "I", "W6^^D1^GEN")...)
	d.figure(2, "nctr_today")
	d.figure(1, "nctr_left_today")
	d.figure(1, "nctr_here")

	// 15. As filed stands as it was filed, whatever has come since; as now known is another.
	again := d.state(fmt.Sprint(filed.Seq))
	require.Equal(t, filed.Digest, again.Digest)
	require.InDelta(t, 1, *valueIn(again, "site/general", "leaving_by_17").Value, 0)
	d.figure(0, "leaving_by_17")

	// The return of the morning had four patients in beds and nine beds to give. As is now
	// known W2 had its patient before 08:00, and W1's had gone: as many in beds, and one
	// bed fewer to give. What was withdrawn at 09:00 was still so at 08:00.
	for measure, want := range map[string]struct {
		filed, known float64
		events       []uint64
	}{
		"adult_ga_occupied":  {4, 4, []uint64{early, gone}},
		"adult_ga_available": {9, 8, []uint64{early}},
		"adult_ga_not_ready": {0, 1, []uint64{gone}},
		"left_today":         {0, 1, []uint64{gone}},
		"adult_ga_closed":    {1, 1, []uint64{}},
		"leaving_by_17":      {1, 1, []uint64{}},
	} {
		f := d.filed("2027-01-12", measure)
		require.InDelta(t, want.filed, *f.Filed, 0, "%s as filed", measure)
		require.InDelta(t, want.known, *f.Known, 0, "%s as now known", measure)
		require.InDelta(t, want.known-want.filed, *f.Difference, 0, measure)
		require.Equal(t, want.events, f.Events, measure)
	}
	var taken flow.FiledView
	d.get("/api/v1/cuts/2027-01-12", &taken)
	require.Equal(t, 2, taken.Late)
	require.Equal(t, d.time("08:00"), taken.At)
	require.NotEmpty(t, taken.Figures)

	// By the hour, the late ones stand in theirs; the hours of the outage are filled by them.
	var left flow.HistoryView
	d.get("/api/v1/history?measure=left&scope=unit/w7&from=2027-01-12T07:00:00Z&to=2027-01-12T08:00:00Z", &left)
	require.InDelta(t, 1, *left.Points[0].Value, 0)
}

// filed is a figure of the hospital at 08:00, as filed and as now known.
func (d *shift) filed(day, measure string) flow.FiledFigure {
	d.Helper()
	var v flow.FiledView
	d.get("/api/v1/cuts/"+day+"?scope=site/general&measure="+measure, &v)
	require.Len(d, v.Figures, 1, measure)
	return v.Figures[0]
}

// get reads an answer of the API.
func (d *shift) get(path string, into any) {
	d.Helper()
	resp, err := http.Get("http://" + d.centre.httpAddr + path)
	require.NoError(d, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(d, err)
	require.Equal(d, http.StatusOK, resp.StatusCode, string(body))
	require.NoError(d, json.Unmarshal(body, into))
}

func (d *shift) unit(id string) *flow.UnitView {
	d.Helper()
	for _, u := range d.state().Units {
		if u.ID == id {
			return u
		}
	}
	require.Fail(d, "no such unit", id)
	return nil
}

func (d *shift) feed(id string) *flow.FeedView {
	d.Helper()
	for _, f := range d.state().Feeds {
		if f.ID == id {
			return f
		}
	}
	require.Fail(d, "no such feed", id)
	return nil
}
