package dashboard

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// mirror is a client as the rules for frames describe it.
type mirror struct {
	Type   string `json:"type"`
	Epoch  string `json:"epoch"`
	Seq    uint64
	At     capacity.Instant
	State  shown
	Frames map[string]int
}

type shown struct {
	System         *flow.SystemView          `json:"system"`
	Sites          []*flow.SiteView          `json:"sites"`
	Units          []*flow.UnitView          `json:"units"`
	Feeds          []*flow.FeedView          `json:"feeds"`
	Contradictions []*flow.ContradictionView `json:"contradictions"`
	Held           []*flow.HeldView          `json:"held"`
	Measures       []*flow.MeasuresView      `json:"measures"`
	Attendances    []*flow.AttendanceView    `json:"attendances"`
	Ambulances     []*flow.AmbulanceView     `json:"ambulances"`
	Requests       []*flow.RequestView       `json:"requests"`
	Discharges     []*flow.DischargeView     `json:"discharges"`
	Decisions      []*flow.DecisionView      `json:"decisions"`
	Referrals      []*flow.ReferralView      `json:"referrals"`
	Calls          []*flow.CallView          `json:"calls"`
	Transfers      []*flow.TransferView      `json:"transfers"`
	Statuses       []*flow.StatusView        `json:"statuses"`
	Agreements     []*flow.AgreementView     `json:"agreements"`
	Levels         []*flow.LevelView         `json:"levels"`
	Alerts         []*flow.AlertView         `json:"alerts"`
	Actions        []*flow.ActionView        `json:"actions"`
	Meetings       []*flow.MeetingView       `json:"meetings"`
}

// showing is what a client of v shows.
func showing(v *flow.View) shown {
	return shown{v.System, v.Sites, v.Units, v.Feeds, v.Contradictions, v.Held, v.Measures, v.Attendances, v.Ambulances, v.Requests, v.Discharges, v.Decisions, v.Referrals, v.Calls, v.Transfers, v.Statuses, v.Agreements, v.Levels, v.Alerts, v.Actions, v.Meetings}
}

type anyFrame struct {
	Type    string              `json:"type"`
	Epoch   string              `json:"epoch"`
	From    *uint64             `json:"from"`
	Seq     uint64              `json:"seq"`
	At      capacity.Instant    `json:"at"`
	State   *shown              `json:"state"`
	Removed map[string][]string `json:"removed"`
	shown
}

// apply takes in one frame.
func (m *mirror) apply(text []byte) error {
	var kind struct{ Type string }
	if err := json.Unmarshal(text, &kind); err != nil {
		return err
	}
	if m.Frames == nil {
		m.Frames = map[string]int{}
	}
	m.Frames[kind.Type]++
	m.Type = kind.Type
	if kind.Type != "snapshot" && kind.Type != "delta" {
		return nil
	}
	var f anyFrame
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	if kind.Type == "snapshot" {
		m.State = *f.State
	} else {
		if f.Epoch != m.Epoch || *f.From != m.Seq {
			return fmt.Errorf("delta of %s from %d for a client of %s at %d", f.Epoch, *f.From, m.Epoch, m.Seq)
		}
		m.State.change(f.shown, f.Removed)
	}
	m.Epoch, m.Seq, m.At = f.Epoch, f.Seq, f.At
	return nil
}

func (s *shown) change(by shown, removed map[string][]string) {
	if by.System != nil {
		if laid := s.System; laid != nil {
			by.System.Localities, by.System.Contacts, by.System.Cards = laid.Localities, laid.Contacts, laid.Cards
		}
		s.System = by.System
	}
	s.Sites = changed(s.Sites, by.Sites, removed["sites"], siteID)
	s.Units = changed(s.Units, by.Units, removed["units"], unitID)
	s.Feeds = changed(s.Feeds, by.Feeds, removed["feeds"], feedID)
	s.Contradictions = changed(s.Contradictions, by.Contradictions, removed["contradictions"], clashID)
	s.Held = changed(s.Held, by.Held, removed["held"], heldID)
	for _, m := range by.Measures {
		whole := &flow.MeasuresView{ID: m.ID, Version: m.Version, Values: map[string]*flow.MeasureValue{}}
		if i := slices.IndexFunc(s.Measures, func(old *flow.MeasuresView) bool { return old.ID == m.ID }); i >= 0 {
			maps.Copy(whole.Values, s.Measures[i].Values)
		}
		maps.Copy(whole.Values, m.Values)
		s.Measures = changed(s.Measures, []*flow.MeasuresView{whole}, nil, figuresID)
	}
	s.Measures = changed(s.Measures, nil, removed["measures"], figuresID)
	s.Attendances = changed(s.Attendances, by.Attendances, removed["attendances"], attendanceID)
	s.Ambulances = changed(s.Ambulances, by.Ambulances, removed["ambulances"], ambulanceID)
	s.Requests = changed(s.Requests, by.Requests, removed["requests"], requestID)
	s.Discharges = changed(s.Discharges, by.Discharges, removed["discharges"], dischargeID)
	s.Decisions = changed(s.Decisions, by.Decisions, removed["decisions"], decisionID)
	s.Referrals = changed(s.Referrals, by.Referrals, removed["referrals"], referralID)
	s.Calls = changed(s.Calls, by.Calls, removed["calls"], callID)
	s.Transfers = changed(s.Transfers, by.Transfers, removed["transfers"], transferID)
	s.Statuses = changed(s.Statuses, by.Statuses, removed["statuses"], statusID)
	s.Agreements = changed(s.Agreements, by.Agreements, removed["agreements"], agreementID)
	s.Levels = changed(s.Levels, by.Levels, removed["levels"], levelID)
	s.Alerts = changed(s.Alerts, by.Alerts, removed["alerts"], alertID)
	s.Actions = changed(s.Actions, by.Actions, removed["actions"], actionID)
	s.Meetings = changed(s.Meetings, by.Meetings, removed["meetings"], meetingID)
	slices.SortFunc(s.Contradictions, func(a, b *flow.ContradictionView) int {
		return cmp.Or(cmp.Compare(a.Since, b.Since), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(s.Held, func(a, b *flow.HeldView) int { return cmp.Compare(a.Seq, b.Seq) })
	slices.SortFunc(s.Decisions, func(a, b *flow.DecisionView) int {
		return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
}

func siteID(e *flow.SiteView) string             { return e.ID }
func unitID(e *flow.UnitView) string             { return e.ID }
func feedID(e *flow.FeedView) string             { return e.ID }
func clashID(e *flow.ContradictionView) string   { return e.ID }
func figuresID(e *flow.MeasuresView) string      { return e.ID }
func attendanceID(e *flow.AttendanceView) string { return e.ID }
func ambulanceID(e *flow.AmbulanceView) string   { return e.ID }
func requestID(e *flow.RequestView) string       { return e.ID }
func dischargeID(e *flow.DischargeView) string   { return e.ID }
func decisionID(e *flow.DecisionView) string     { return e.ID }
func referralID(e *flow.ReferralView) string     { return e.ID }
func callID(e *flow.CallView) string             { return e.ID }
func transferID(e *flow.TransferView) string     { return e.ID }
func statusID(e *flow.StatusView) string         { return e.ID }
func agreementID(e *flow.AgreementView) string   { return e.ID }
func levelID(e *flow.LevelView) string           { return e.ID }
func alertID(e *flow.AlertView) string           { return e.ID }
func actionID(e *flow.ActionView) string         { return e.ID }
func meetingID(e *flow.MeetingView) string       { return e.ID }
func heldID(e *flow.HeldView) string             { return strconv.FormatUint(e.Seq, 10) }

func changed[E any](list, by []E, removed []string, id func(E) string) []E {
	list = slices.DeleteFunc(slices.Clone(list), func(e E) bool { return slices.Contains(removed, id(e)) })
	for _, e := range by {
		if i := slices.IndexFunc(list, func(old E) bool { return id(old) == id(e) }); i >= 0 {
			list[i] = e
		} else {
			list = append(list, e)
		}
	}
	return list
}

// requireShows checks that the mirror shows v, and nothing else.
func (m *mirror) requireShows(t require.TestingT, v *flow.View) {
	require.Equal(t, v.Epoch, m.Epoch)
	require.Equal(t, v.Seq, m.Seq)
	require.Equal(t, v.At, m.At)
	require.JSONEq(t, text(t, showing(v).full().sorted()), text(t, m.State.full().sorted()))
}

// sorted has those lists by id of which a delta tells no order.
func (s shown) sorted() shown {
	slices.SortFunc(s.Measures, func(a, b *flow.MeasuresView) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Attendances, func(a, b *flow.AttendanceView) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Ambulances, func(a, b *flow.AmbulanceView) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Requests, func(a, b *flow.RequestView) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Discharges, func(a, b *flow.DischargeView) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Referrals, func(a, b *flow.ReferralView) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Calls, func(a, b *flow.CallView) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Transfers, func(a, b *flow.TransferView) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Statuses, func(a, b *flow.StatusView) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Agreements, func(a, b *flow.AgreementView) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Levels, func(a, b *flow.LevelView) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Alerts, func(a, b *flow.AlertView) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Actions, func(a, b *flow.ActionView) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Meetings, func(a, b *flow.MeetingView) int { return cmp.Compare(a.ID, b.ID) })
	return s
}

// full has empty lists for absent ones.
func (s shown) full() shown {
	s.Sites = append([]*flow.SiteView{}, s.Sites...)
	s.Units = append([]*flow.UnitView{}, s.Units...)
	s.Feeds = append([]*flow.FeedView{}, s.Feeds...)
	s.Contradictions = append([]*flow.ContradictionView{}, s.Contradictions...)
	s.Held = append([]*flow.HeldView{}, s.Held...)
	s.Measures = append([]*flow.MeasuresView{}, s.Measures...)
	s.Attendances = append([]*flow.AttendanceView{}, s.Attendances...)
	s.Ambulances = append([]*flow.AmbulanceView{}, s.Ambulances...)
	s.Requests = append([]*flow.RequestView{}, s.Requests...)
	s.Discharges = append([]*flow.DischargeView{}, s.Discharges...)
	s.Decisions = append([]*flow.DecisionView{}, s.Decisions...)
	s.Referrals = append([]*flow.ReferralView{}, s.Referrals...)
	s.Calls = append([]*flow.CallView{}, s.Calls...)
	s.Transfers = append([]*flow.TransferView{}, s.Transfers...)
	s.Statuses = append([]*flow.StatusView{}, s.Statuses...)
	s.Agreements = append([]*flow.AgreementView{}, s.Agreements...)
	s.Levels = append([]*flow.LevelView{}, s.Levels...)
	s.Alerts = append([]*flow.AlertView{}, s.Alerts...)
	s.Actions = append([]*flow.ActionView{}, s.Actions...)
	s.Meetings = append([]*flow.MeetingView{}, s.Meetings...)
	return s
}

func text(t require.TestingT, v any) string {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}
