package dashboard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// board is a Board that shows what a test publishes.
type board struct {
	mu      sync.Mutex
	view    *flow.View
	changed chan struct{}
	stopped chan struct{}
}

func newBoard(v *flow.View) *board {
	return &board{view: v, changed: make(chan struct{}), stopped: make(chan struct{})}
}

func (b *board) Latest() (*flow.View, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.view, b.changed
}

func (b *board) WaitFor(ctx context.Context, seq uint64) error {
	for {
		v, changed := b.Latest()
		if v != nil && v.Seq >= seq {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-b.stopped:
			return errors.New("stopped")
		}
	}
}

func (b *board) publish(v *flow.View) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.view = v
	close(b.changed)
	b.changed = make(chan struct{})
}

// county is a small health system that changes as told and gives views of itself, with
// the same pointers for what did not change.
type county struct {
	v    flow.View
	made int // units, ever
}

func newCounty(epoch string) *county {
	c := &county{v: flow.View{
		Epoch: epoch, Seq: 10, At: 1_800_000_000_000, Digest: "d10",
		System: &flow.SystemView{
			ID: "worcs", Name: "Worcestershire <&>", TimeZone: "Europe/London", Version: 10, Layout: 1,
			Contacts: []capacity.Contact{{Role: "on_call_manager", Phone: "01632 960011"}}, Cards: []capacity.Card{{ID: "extra_staff", Title: "Ask for staff", Scope: "site"}},
		},
	}}
	for _, site := range []string{"wrh", "alx"} {
		c.v.Sites = append(c.v.Sites, &flow.SiteView{ID: site, Name: site, Version: 9, Classes: map[capacity.BedClass]*flow.Figure{
			capacity.AdultGA:  {Beds: capacity.Tally{Total: 8}, Unknown: []string{site + "-w0"}, Silent: []string{}},
			capacity.DayClass: {Unknown: []string{}, Silent: []string{}},
		}})
		for range 4 {
			c.v.Units = append(c.v.Units, c.newUnit(site))
		}
	}
	for _, feed := range []string{"wrh-pas", "alx-pas"} {
		c.v.Feeds = append(c.v.Feeds, &flow.FeedView{ID: feed, Name: feed, Every: 300, Version: 8, State: flow.FeedNever, Supplies: []string{"occupancy"}, Refusals: []flow.Refusal{}})
	}
	return c
}

func (c *county) newUnit(site string) *flow.UnitView {
	c.made++
	return &flow.UnitView{
		ID: fmt.Sprintf("%s-w%d", site, c.made), Site: site, Name: "Ward", Kind: capacity.Ward, Class: capacity.AdultGA,
		Version: c.v.Seq, Feeds: []string{}, Beds: capacity.Tally{Total: 2, Open: 2, Available: 2},
		Places: []flow.PlaceView{{ID: "A1", State: capacity.Available}, {ID: "A2", State: capacity.Occupied, Since: c.v.At}},
	}
}

// view is what the county looks like now.
func (c *county) view() *flow.View {
	v := c.v
	v.Sites, v.Units, v.Feeds = slices.Clone(v.Sites), slices.Clone(v.Units), slices.Clone(v.Feeds)
	v.Contradictions, v.Held, v.Gone = slices.Clone(v.Contradictions), slices.Clone(v.Held), slices.Clone(v.Gone)
	v.Measures, v.Attendances, v.Ambulances = slices.Clone(v.Measures), slices.Clone(v.Attendances), slices.Clone(v.Ambulances)
	v.Requests, v.Discharges, v.Decisions = slices.Clone(v.Requests), slices.Clone(v.Discharges), slices.Clone(v.Decisions)
	v.Referrals, v.Calls, v.Transfers = slices.Clone(v.Referrals), slices.Clone(v.Calls), slices.Clone(v.Transfers)
	v.Statuses, v.Agreements, v.Levels = slices.Clone(v.Statuses), slices.Clone(v.Agreements), slices.Clone(v.Levels)
	v.Alerts, v.Actions, v.Meetings = slices.Clone(v.Alerts), slices.Clone(v.Actions), slices.Clone(v.Meetings)
	v.Digest = fmt.Sprint("d", v.Seq)
	return &v
}

// step is one event that may be about any of the rest.
func (c *county) step() {
	c.v.Seq++
	c.v.At += 10_000
}

func (c *county) tick() { c.step() }

func (c *county) changeUnit(n int) {
	c.step()
	i := n % len(c.v.Units)
	u := *c.v.Units[i]
	u.Version, u.NoBed, u.Known = c.v.Seq, u.NoBed+1, true
	c.v.Units[i] = &u
	s := *c.v.System
	s.Version, s.Last = c.v.Seq, &flow.Change{Seq: c.v.Seq, At: c.v.At, Unit: u.ID}
	c.v.System = &s
}

func (c *county) changeFeed(n int) {
	c.step()
	i := n % len(c.v.Feeds)
	f := *c.v.Feeds[i]
	f.Version, f.Last, f.Logged, f.State = c.v.Seq, c.v.At, f.Logged+1, flow.FeedOnTime
	c.v.Feeds[i] = &f
}

func (c *county) changeSite(n int) {
	c.step()
	i := n % len(c.v.Sites)
	s := *c.v.Sites[i]
	s.Version, s.Name = c.v.Seq, s.Name+"'"
	c.v.Sites[i] = &s
}

// contradict raises a contradiction, or changes the one of that number.
func (c *county) contradict(n int) {
	c.step()
	id := fmt.Sprint("c", n)
	item := &flow.ContradictionView{ID: id, Kind: "two_in_a_bed", Since: 1_790_000_000_000 + capacity.Instant(n), Events: []uint64{c.v.Seq}, Version: c.v.Seq}
	c.v.Contradictions = slices.DeleteFunc(c.v.Contradictions, func(x *flow.ContradictionView) bool { return x.ID == id })
	c.v.Contradictions = append(c.v.Contradictions, item)
	slices.SortFunc(c.v.Contradictions, func(a, b *flow.ContradictionView) int { return int(a.Since - b.Since) })
}

func (c *county) agree(n int) {
	if len(c.v.Contradictions) == 0 {
		return
	}
	c.step()
	i := n % len(c.v.Contradictions)
	c.gone("contradictions", c.v.Contradictions[i].ID)
	c.v.Contradictions = slices.Delete(c.v.Contradictions, i, i+1)
}

func (c *county) hold() {
	c.step()
	c.v.Held = append(c.v.Held, &flow.HeldView{Seq: c.v.Seq, Feed: "wrh-pas", Place: "RWP50/NEW", Reason: "unknown_place"})
}

func (c *county) release(n int) {
	if len(c.v.Held) == 0 {
		return
	}
	c.step()
	i := n % len(c.v.Held)
	c.gone("held", strconv.FormatUint(c.v.Held[i].Seq, 10))
	c.v.Held = slices.Delete(c.v.Held, i, i+1)
}

// demands is how many kinds come and go with patients and decisions.
const demands = 15

// demand tells one thing more, or again, of one of those kinds.
func (c *county) demand(n int) {
	c.step()
	id, at, seqs := strconv.Itoa(n/demands), c.v.At, []uint64{c.v.Seq}
	switch n % demands {
	case 0:
		value := float64(c.v.Seq)
		values := map[string]*flow.MeasureValue{"ae_patients": {Version: c.v.Seq, Value: &value}, "ae_corridor": {Version: c.v.Seq}}
		for _, m := range c.v.Measures {
			if m.ID == "site/"+id {
				values["ae_corridor"] = m.Values["ae_corridor"]
			}
		}
		put(&c.v.Measures, &flow.MeasuresView{ID: "site/" + id, Version: c.v.Seq, Values: values}, figuresID)
	case 1:
		put(&c.v.Attendances, &flow.AttendanceView{ID: id, Version: c.v.Seq, Key: "B2W", Unit: "wrh-w1", Arrived: at, Events: seqs}, attendanceID)
	case 2:
		put(&c.v.Ambulances, &flow.AmbulanceView{ID: id, Version: c.v.Seq, Unit: "wrh-w1", Arrived: at, Events: seqs}, ambulanceID)
	case 3:
		put(&c.v.Requests, &flow.RequestView{ID: id, Version: c.v.Seq, Key: "B2W", Unit: "wrh-w1", Site: "wrh", Origin: "ae", Wants: capacity.AdultGA, Needs: []string{}, Requested: at, Events: seqs}, requestID)
	case 4:
		put(&c.v.Discharges, &flow.DischargeView{ID: id, Version: c.v.Seq, Key: "B2W", Unit: "wrh-w1", NCTR: at, Events: seqs}, dischargeID)
	case 5:
		put(&c.v.Referrals, &flow.ReferralView{ID: id, Version: c.v.Seq, Seeks: []string{"care_home"}, Needs: []string{}, State: flow.ReferralOpen, Made: at, Asked: []flow.AskedView{{Unit: "home-1", Asked: at}}, Events: seqs}, referralID)
	case 6:
		put(&c.v.Calls, &flow.CallView{ID: id, Version: c.v.Seq, Origin: "gp_expected", Needs: []string{}, Raised: at, Events: seqs}, callID)
	case 7:
		put(&c.v.Transfers, &flow.TransferView{ID: id, Version: c.v.Seq, Purpose: "repatriation", From: "out/RRK", To: "wrh", Direction: "in", Needs: []string{}, State: flow.TransferAsked, Asked: at, Events: seqs}, transferID)
	case 8:
		put(&c.v.Statuses, &flow.StatusView{ID: "site/" + id + " reap", Version: c.v.Seq, Status: "reap", Scope: "site/" + id, Value: "2", Weight: 1, At: at, Until: at.Add(time.Hour), Feed: "wmas", Seq: c.v.Seq}, statusID)
	case 9:
		put(&c.v.Agreements, &flow.AgreementView{ID: id, Version: c.v.Seq, Purpose: "divert", From: "wrh", To: "alx", State: flow.AgreementOpen, Asked: at, Role: "on_call_manager", Events: seqs}, agreementID)
	case 10:
		put(&c.v.Levels, &flow.LevelView{ID: "site/" + id, Version: c.v.Seq, Level: 3, Could: 4, ShownSince: at, Points: []flow.PointsView{}}, levelID)
	case 11:
		put(&c.v.Alerts, &flow.AlertView{ID: id, Version: c.v.Seq, Name: "FlowCentreCrewsHeld", Scope: "site/wrh", State: flow.AlertFiring, Fired: at, Confirmed: at, Told: []flow.ToldView{}, Answers: []flow.AnswerView{}, Inputs: []flow.TestedView{}, Now: []flow.TestedView{}, Ring: []capacity.Ring{}, Actions: []string{}, Events: seqs}, alertID)
	case 12:
		put(&c.v.Actions, &flow.ActionView{ID: id, Version: c.v.Seq, Task: "open_escalation_beds", Scope: "site/wrh", Owner: "clinical_site_manager", State: flow.ActionOpen, Raised: at, Due: at.Add(time.Hour), Answers: []flow.AnswerView{}, Events: seqs}, actionID)
	case 13:
		put(&c.v.Meetings, &flow.MeetingView{ID: id, Version: c.v.Seq, Scope: "system", Opened: at, Cut: c.v.Seq, Role: "coordinator", Levels: []flow.MeetingLevel{}, Wards: []flow.MeetingWard{}, Shorts: []flow.MeetingShort{}, Actions: []string{}, Earlier: []string{}, Events: seqs}, meetingID)
	default:
		seq := strconv.FormatUint(c.v.Seq, 10)
		put(&c.v.Decisions, &flow.DecisionView{ID: seq, Version: c.v.Seq, At: at, Type: "flowcentre.decision.bed-allocated.v1", Role: "coordinator", About: "R1"}, decisionID)
	}
}

// meet takes away the oldest of one of those kinds, if there is any.
func (c *county) meet(n int) {
	c.step()
	switch n % demands {
	case 0:
		c.drop("measures", take(&c.v.Measures, figuresID))
	case 1:
		c.drop("attendances", take(&c.v.Attendances, attendanceID))
	case 2:
		c.drop("ambulances", take(&c.v.Ambulances, ambulanceID))
	case 3:
		c.drop("requests", take(&c.v.Requests, requestID))
	case 4:
		c.drop("discharges", take(&c.v.Discharges, dischargeID))
	case 5:
		c.drop("referrals", take(&c.v.Referrals, referralID))
	case 6:
		c.drop("calls", take(&c.v.Calls, callID))
	case 7:
		c.drop("transfers", take(&c.v.Transfers, transferID))
	case 8:
		c.drop("statuses", take(&c.v.Statuses, statusID))
	case 9:
		c.drop("agreements", take(&c.v.Agreements, agreementID))
	case 10:
		c.drop("levels", take(&c.v.Levels, levelID))
	case 11:
		c.drop("alerts", take(&c.v.Alerts, alertID))
	case 12:
		c.drop("actions", take(&c.v.Actions, actionID))
	case 13:
		c.drop("meetings", take(&c.v.Meetings, meetingID))
	default:
		c.drop("decisions", take(&c.v.Decisions, decisionID))
	}
}

func put[E any](list *[]E, e E, id func(E) string) {
	if i := slices.IndexFunc(*list, func(old E) bool { return id(old) == id(e) }); i >= 0 {
		(*list)[i] = e
		return
	}
	*list = append(*list, e)
}

func take[E any](list *[]E, id func(E) string) string {
	if len(*list) == 0 {
		return ""
	}
	first := id((*list)[0])
	*list = slices.Delete(*list, 0, 1)
	return first
}

func (c *county) drop(kind, id string) {
	if id != "" {
		c.gone(kind, id)
	}
}

// relay is a new layout: the units in another order, one taken away or put in the middle.
func (c *county) relay(n int) {
	c.step()
	s := *c.v.System
	s.Version, s.Layout = c.v.Seq, s.Layout+1
	c.v.System = &s
	i := n % len(c.v.Units)
	if n%2 == 0 && len(c.v.Units) > 1 {
		c.gone("units", c.v.Units[i].ID)
		c.v.Units = slices.Delete(c.v.Units, i, i+1)
	} else {
		c.v.Units = slices.Insert(c.v.Units, i, c.newUnit("wrh"))
	}
	slices.Reverse(c.v.Units)
}

func (c *county) gone(kind, id string) {
	c.v.Gone = append(c.v.Gone, flow.Tombstone{Kind: kind, ID: id, Version: c.v.Seq})
}

// forget drops the older half of the tombstones.
func (c *county) forget() {
	half := len(c.v.Gone) / 2
	if half > 0 {
		c.v.Floor = c.v.Gone[half-1].Version
		c.v.Gone = c.v.Gone[half:]
	}
}

// restore is another store's state.
func (c *county) restore(epoch string) {
	c.v.Epoch = epoch
	c.v.Seq /= 2
	c.v.Gone, c.v.Floor = nil, c.v.Seq
	c.v.Contradictions, c.v.Held = nil, nil
	c.v.Measures, c.v.Attendances, c.v.Ambulances, c.v.Requests, c.v.Discharges, c.v.Decisions = nil, nil, nil, nil, nil, nil
	c.v.Referrals, c.v.Calls, c.v.Transfers, c.v.Statuses, c.v.Agreements, c.v.Levels = nil, nil, nil, nil, nil, nil
	c.v.Alerts, c.v.Actions, c.v.Meetings = nil, nil, nil
	c.step()
	for i, u := range c.v.Units {
		u := *u
		u.Version = c.v.Seq
		c.v.Units[i] = &u
	}
}
