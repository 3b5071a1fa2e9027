package streams

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// undoFor is how long a report can be taken back by its provider.
const undoFor = 10 * time.Minute

// ClosedReasons are why a provider takes nobody new.
var ClosedReasons = []string{"full", "staffing", "infection_control", "building", "inspection", "other"}

// OwnPlaces is a unit's places as its provider sees them.
type OwnPlaces struct {
	At       capacity.Instant `json:"at"` // the centre's clock
	Centre   string           `json:"centre"`
	TimeZone string           `json:"time_zone"`
	Unit     string           `json:"unit"`
	Name     string           `json:"name"`
	Kind     string           `json:"kind"`
	Locality string           `json:"locality,omitempty"` // its name
	Seq      uint64           `json:"seq"`                // of the newest report; 0 before the first. Send it back with the next
	Undo     *UndoState       `json:"undo,omitempty"`     // the report that can be taken back
	Reasons  []string         `json:"reasons"`            // why it may take nobody new
	Places   *flow.SlotsView  `json:"places"`
	Outcome  string           `json:"outcome,omitempty"` // of what was sent: in effect, or unknown
}

// UndoState is a report that its provider can take back.
type UndoState struct {
	ID    string           `json:"id"`
	Until capacity.Instant `json:"until"`
}

// placesReport is what a provider sends: that it still is so, that the last report was
// wrong, or what has changed.
type placesReport struct {
	ID        string     `json:"id"`
	Seq       *uint64    `json:"seq"` // the newest report that the sender has seen
	Still     bool       `json:"still_true"`
	Undo      string     `json:"undo"`
	Sorts     []sortFree `json:"sorts"`
	Accepting *bool      `json:"accepting"`
	Reason    string     `json:"reason"`
	Assess    *bool      `json:"assess"`
	Returns   *bool      `json:"returns"`
}

// sortFree is how many places of a sort are free, beside those kept for referrals and begun
// since the report before, as the sender saw them.
type sortFree struct {
	Sort  string `json:"sort"`
	Free  *int   `json:"free"`
	Kept  int    `json:"kept"`
	Begun int    `json:"begun"`
}

// turns lets the reports of one unit go one after the other, so that each is set against the
// one before. There are as many as units with links.
type turns struct {
	mu  sync.Mutex
	all map[string]chan struct{}
}

// take waits for the unit's turn. end lets the next have it; it is nil when ctx ended first.
func (t *turns) take(ctx context.Context, unit string) (end func()) {
	t.mu.Lock()
	if t.all == nil {
		t.all = map[string]chan struct{}{}
	}
	turn := t.all[unit]
	if turn == nil {
		turn = make(chan struct{}, 1)
		t.all[unit] = turn
	}
	t.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }
	case <-ctx.Done():
		return nil
	}
}

func (d *Door) getPlaces(w http.ResponseWriter, r *http.Request) {
	v, u, p := d.admit(r)
	if p != nil {
		p.write(w)
		return
	}
	writeJSON(w, typeJSON, http.StatusOK, d.placesOf(v, u))
}

// postPlaces takes what a provider tells by its link, and answers when it can be seen.
func (d *Door) postPlaces(w http.ResponseWriter, r *http.Request) {
	if crossOrigin.Check(r) != nil {
		problem(http.StatusForbidden, "foreign-page", "A page of another site", "A page of another site may not tell places here.", "Open the link itself.").write(w)
		return
	}
	_, u, p := d.admit(r)
	if p != nil {
		p.write(w)
		return
	}
	var told placesReport
	if p := readJSON(w, r, 16<<10, &told); p != nil {
		p.write(w)
		return
	}
	wait, cancel := context.WithTimeout(r.Context(), outcomeWait)
	defer cancel()
	end := d.turns.take(wait, u.ID)
	if end == nil {
		ProblemOf(ErrBusy).write(w)
		return
	}
	defer end()
	v := d.view()
	if u, p = d.linked(v, r.PathValue("token")); p != nil { // it may have ended meanwhile
		p.write(w)
		return
	}
	if slices.ContainsFunc(u.Slots.Reports, func(k flow.PlacesReport) bool { return k.ID == told.ID && told.ID != "" }) {
		state := d.placesOf(v, u)
		state.Outcome = inEffect
		writeJSON(w, typeJSON, http.StatusAccepted, state)
		return
	}
	e, p := d.placesEvent(v, u, &told)
	if p != nil {
		p.write(w)
		return
	}
	answer := d.tellPlaces(r.Context(), e)
	if answer.Error != nil {
		answer.Error.write(w)
		return
	}
	v = d.view()
	for _, now := range v.Units {
		if now.ID == u.ID && now.Slots != nil {
			u = now
		}
	}
	state := d.placesOf(v, u)
	state.Outcome = answer.Outcome
	writeJSON(w, typeJSON, http.StatusAccepted, state)
}

// tellPlaces logs what a provider tells as the word of the unit's own feed, and waits until it
// is applied. Where the unit has no feed of its own, it is the desk's.
func (d *Door) tellPlaces(ctx context.Context, e flow.Event) Answer {
	how := asRead
	if e.Feed == flow.Desk {
		how, e.Happened = decided, 0
	}
	answers := []Answer{answerTo(d.post(ctx, e.Feed, []flow.Event{e}, how)[0])}
	d.outcomes(ctx, answers)
	return answers[0]
}

// placesEvent makes the event of a report, set against what was told before.
func (d *Door) placesEvent(v *flow.View, u *flow.UnitView, told *placesReport) (e flow.Event, p *Problem) {
	if told.ID == "" {
		raw := make([]byte, 12)
		_, _ = rand.Read(raw) // it never fails
		told.ID = "link-" + hex.EncodeToString(raw)
	}
	e = flow.Event{ID: told.ID, Feed: flow.Desk, Happened: d.clock.Now(), Data: flow.Data{Place: u.ID, Role: "provider", How: "link"}}
	if len(u.Feeds) > 0 && d.feeds.has(u.Feeds[0]) {
		e.Feed = u.Feeds[0]
	}
	state := d.placesOf(v, u)
	changes := len(told.Sorts) > 0 || told.Accepting != nil || told.Assess != nil || told.Returns != nil
	switch {
	case told.Seq == nil:
		return e, unsound("seq", "The report does not say on what it is based.", "Send the seq of the state that the numbers were seen in.")
	case *told.Seq != state.Seq:
		return e, d.outdated(state, "newer", "Somebody else has told your places meanwhile.")
	case told.Still && (changes || told.Undo != "") || told.Undo != "" && changes || !told.Still && told.Undo == "" && !changes:
		return e, unsound("still_true", "The report says nothing, or two things at once.", "Send still_true, undo, or what has changed.")
	case told.Still && state.Seq == 0:
		return e, unsound("still_true", "Nothing was told yet that could still be true.", "Tell how many places are free.")
	case told.Still:
		e.Kind = flow.StillTrue
		return e, nil
	case told.Undo != "" && (state.Undo == nil || state.Undo.ID != told.Undo):
		return e, d.outdated(state, "over", "This report can no longer be taken back.")
	case told.Undo != "":
		e.Kind, e.Data.Item = flow.ReportWithdrawn, told.Undo
		return e, nil
	}
	e.Kind, e.Data.Places = flow.PlacesReported, &flow.PlacesTold{Accepting: told.Accepting, Assess: told.Assess, Returns: told.Returns}
	if told.Accepting != nil && !*told.Accepting {
		if !slices.Contains(ClosedReasons, told.Reason) {
			return e, unsound("reason", "The report does not say why nobody new is taken.", "Choose one of the reasons.")
		}
		e.Data.Reason = told.Reason
	}
	for i := range told.Sorts {
		s, p := d.sortTold(state, &told.Sorts[i])
		if p != nil {
			return e, p
		}
		e.Data.Places.Sorts = append(e.Data.Places.Sorts, *s)
	}
	return e, nil
}

// sortTold makes used places of free ones.
func (d *Door) sortTold(state *OwnPlaces, f *sortFree) (*flow.SortTold, *Problem) {
	i := slices.IndexFunc(state.Places.Sorts, func(s flow.SortView) bool { return s.ID == f.Sort })
	switch {
	case i < 0:
		return nil, unsound("sorts", "The unit has no such sort of places.", "Load the page again.")
	case f.Free == nil || *f.Free < 0:
		return nil, unsound("sorts", "It is not said how many places are free.", "Send free, 0 or more.")
	}
	s := &state.Places.Sorts[i]
	if f.Kept != s.Kept || f.Begun != s.Begun {
		return nil, d.outdated(state, "kept", "Meanwhile a place of yours was kept for a referral, or taken.")
	}
	used := s.Open - *f.Free - s.Kept
	if used < 0 {
		return nil, unsound("sorts", fmt.Sprintf("%d free and %d kept for referrals are more than the %d places there are.", *f.Free, s.Kept, s.Open), "Correct the number; where there are more places now, ring the flow centre.")
	}
	return &flow.SortTold{Sort: s.ID, Open: &s.Open, Used: &used, Waiting: s.Waiting, Next: s.Next, Wait: s.Wait}, nil
}

// outdated answers a report that was made without knowing what stands now, with what stands
// now: nothing of either is lost.
func (d *Door) outdated(state *OwnPlaces, code, detail string) *Problem {
	p := problem(http.StatusConflict, "outdated", "Something newer stands", detail, "Look at the numbers as they are now, and save again if yours are right.")
	p.Code, p.Places = code, state
	return p
}

// placesOf is the unit's places as its provider sees them.
func (d *Door) placesOf(v *flow.View, u *flow.UnitView) *OwnPlaces {
	now := d.clock.Now()
	s := &OwnPlaces{At: now, Unit: u.ID, Name: u.Name, Kind: string(u.Kind), Reasons: ClosedReasons, Places: u.Slots}
	if v.System != nil {
		s.Centre, s.TimeZone = v.System.Name, v.System.TimeZone
		for _, l := range v.System.Localities {
			if l.ID == u.Slots.Locality {
				s.Locality = l.Name
			}
		}
	}
	for _, k := range u.Slots.Reports {
		s.Seq = max(s.Seq, k.Seq)
	}
	if n := len(u.Slots.Reports); n > 0 {
		if last := u.Slots.Reports[n-1]; !last.Withdrawn && now < last.At.Add(undoFor) {
			s.Undo = &UndoState{ID: last.ID, Until: last.At.Add(undoFor)}
		}
	}
	return s
}
