package streams

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"time"

	"flowcentre/flow"
)

// What becomes of a decision that is logged and not refused.
const (
	inEffect = "in effect"
	unknown  = "unknown" // it is logged; the engine has not applied it in time, or has forgotten what became of it
)

// outcomeWait is how long the answer to decisions waits for the engine.
const outcomeWait = 5 * time.Second

// besides are the kinds that the desk may say, besides decisions.
var besides = []flow.Kind{
	flow.BedClosed, flow.BedOpened, flow.Cleaned, flow.OutagePlanned, flow.FigureReported, flow.StatusDeclared,
	flow.PlacesReported, flow.StillTrue, flow.ReportWithdrawn,
	flow.ReferralMade, flow.ReferralOffered, flow.ReferralAccepted, flow.ReferralDeclined, flow.AcceptanceWithdrawn, flow.ReferralStarted, flow.ReferralEnded, flow.ReferralCancelled, flow.NotConveyed,
	flow.CallRaised, flow.CallAnswered, flow.CallClosed,
	flow.SiteTransferAsked, flow.SiteTransferAccepted, flow.SiteTransferDeclined, flow.SiteTransferOffered, flow.SiteTransferLeft, flow.SiteTransferArrived, flow.SiteTransferWithdrawn,
}

// decidable checks that e is something people of the centre say, and that it tells in
// which role.
func decidable(e *flow.Event) error {
	spec := e.Kind.Spec()
	if spec.Family() != "decision" && !slices.Contains(besides, e.Kind) {
		return &flow.Invalid{Field: "type", Reason: "is not said at the desk but by a feed; post it to /api/v1/events"}
	}
	if e.Data.Role == "" {
		return &flow.Invalid{Field: "data.role", Reason: "is missing; say in which role it is decided, such as coordinator"}
	}
	return nil
}

// readDecision reads one decision: an event in its JSON form that may leave out
// specversion, source and time.
func readDecision(body []byte) (flow.Event, error) {
	attributes, data, err := readMembers(body)
	if err != nil {
		return flow.Event{}, err
	}
	for name, usual := range map[string]string{"specversion": "1.0", "source": flow.Desk} {
		if _, said := attributes[name]; !said {
			attributes[name] = usual
		}
	}
	return readEvent(attributes, data)
}

// atDesk says why a request may not decide, and nil if it may.
func (d *Door) atDesk(r *http.Request) *Problem {
	if crossOrigin.Check(r) != nil {
		return problem(http.StatusForbidden, "foreign-page", "A page of another site", "A page of another site may not decide here.", "Open the wall at the centre's own address.")
	}
	if d.secret == "" {
		if !local(r) {
			return problem(http.StatusForbidden, "not-local", "Only from this machine",
				"The desk has no secret, so decisions are taken from this machine only.", "Give the desk a token_file and send the token as a Bearer token.")
		}
		return nil
	}
	token, p := bearer(r)
	if p == nil && subtle.ConstantTimeCompare([]byte(token), []byte(d.secret)) != 1 {
		p = problem(http.StatusUnauthorized, "bad-token", "Unknown token", "This is not the desk's token.", "Ask the centre's operator for the desk's token.")
	}
	return p
}

// postDecisions takes one decision or a list of them, and answers when it is known what
// became of each.
func (d *Door) postDecisions(w http.ResponseWriter, r *http.Request) {
	if p := d.atDesk(r); p != nil {
		p.write(w)
		return
	}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if media != typeJSON && media != typeStructured && media != typeBatch {
		problem(http.StatusUnsupportedMediaType, "content-type", "Content type not taken", "The content type says no JSON.", "Send "+typeJSON+".").write(w)
		return
	}
	raw, p := body(w, r, MaxBody)
	if p != nil {
		p.write(w)
		return
	}
	parts := []json.RawMessage{raw}
	several := bytes.HasPrefix(bytes.TrimSpace(raw), []byte("["))
	if several {
		if err := json.Unmarshal(raw, &parts); err != nil {
			ProblemOf(malformed("the body is not a JSON array of decisions")).write(w)
			return
		}
	}
	events, errs := make([]flow.Event, len(parts)), make([]error, len(parts))
	for i, part := range parts {
		events[i], errs[i] = readDecision(part)
	}
	answers := d.postRead(r, flow.Desk, events, errs, decided)
	d.outcomes(r.Context(), answers)
	switch {
	case several:
		writeAnswers(w, answers)
	case answers[0].Error != nil:
		answers[0].Error.write(w)
	default:
		writeJSON(w, typeJSON, http.StatusAccepted, answers[0])
	}
}

// outcomes adds to the answers what became of each decision that is logged.
func (d *Door) outcomes(ctx context.Context, answers []Answer) {
	ctx, cancel := context.WithTimeout(ctx, outcomeWait)
	defer cancel()
	for i := range answers {
		a := &answers[i]
		if a.Error != nil {
			continue
		}
		a.Outcome = unknown
		if d.outcome == nil {
			continue
		}
		refused, detail, err := d.outcome(ctx, a.Seq)
		switch {
		case err != nil: // it stays unknown
		case refused == "":
			a.Outcome, a.Warning = inEffect, detail
		default:
			a.Outcome = ""
			a.Error = problem(http.StatusConflict, "no-effect", "Without effect", detail, "Look at the state as it is now, and decide anew under a new id.")
			a.Error.Seq, a.Error.Code = a.Seq, refused
		}
	}
}
