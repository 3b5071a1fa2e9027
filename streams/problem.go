package streams

import (
	"encoding/json"
	"errors"
	"net/http"

	"flowcentre/flow"
)

// Problem is an answer to what was not done: RFC 9457 problem details, with the field
// at fault and what to do next.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Field  string `json:"field,omitempty"`
	Seq    uint64 `json:"seq,omitempty"`  // of the event that has the id already, or of the decision without effect
	Code   string `json:"code,omitempty"` // why a decision has no effect
	Next   string `json:"next"`

	Results []Answer   `json:"results,omitempty"` // of a batch of which nothing was logged
	Refused []RowFault `json:"refused,omitempty"` // of a list with too many rows at fault

	Places *OwnPlaces `json:"places,omitempty"` // what stands instead of a provider's report

	retryAfter string
}

func problem(status int, slug, title, detail, next string) *Problem {
	return &Problem{Type: "urn:flowcentre:problem:" + slug, Title: title, Status: status, Detail: detail, Next: next}
}

// ProblemOf tells a producer what an error of the door means.
func ProblemOf(err error) *Problem {
	var (
		invalid  *flow.Invalid
		bad      *Malformed
		conflict *Conflict
		large    *TooLarge
	)
	switch {
	case errors.As(err, &bad):
		return problem(http.StatusBadRequest, "malformed", "Not readable", bad.Error(), "Send what the content type promises.")
	case errors.As(err, &invalid):
		p := problem(http.StatusUnprocessableEntity, "invalid", "Event not valid", invalid.Error(), "Correct the field and send the event again.")
		p.Field = invalid.Field
		return p
	case errors.As(err, &conflict):
		p := problem(http.StatusConflict, "conflict", "Id used before", conflict.Error(), "Send a changed event under a new id.")
		p.Field, p.Seq = "id", conflict.Seq
		return p
	case errors.As(err, &large):
		return problem(http.StatusRequestEntityTooLarge, "too-large", "Too large", "It "+large.Error()+".", "Send it in smaller parts.")
	case errors.Is(err, ErrForeign):
		p := problem(http.StatusForbidden, "foreign", "Not this feed's event", err.Error(), "Put the sending feed's id into source.")
		p.Field = "source"
		return p
	case errors.Is(err, ErrNoFeed):
		p := problem(http.StatusForbidden, "no-feed", "No such feed", err.Error(), "Put the sending feed's id into source, or add the feed to the configuration.")
		p.Field = "source"
		return p
	case errors.Is(err, ErrBusy):
		return retry(problem(http.StatusTooManyRequests, "busy", "Too much at once", err.Error(), "Send the same again after the time in Retry-After."), "1")
	case errors.Is(err, ErrFull):
		return retry(problem(http.StatusServiceUnavailable, "full", "Log full", err.Error(), "Keep it and send the same again; tell the centre's operator."), "60")
	case errors.Is(err, ErrAway), errors.Is(err, ErrUnknown):
		return retry(problem(http.StatusServiceUnavailable, "unavailable", "Not confirmed", err.Error(), "Keep it and send the same again, with the same id."), "5")
	}
	return retry(problem(http.StatusServiceUnavailable, "unavailable", "Not logged", "The log did not take it.", "Keep it and send the same again, with the same id."), "5")
}

func retry(p *Problem, seconds string) *Problem {
	p.retryAfter = seconds
	return p
}

func (p *Problem) write(w http.ResponseWriter) {
	if p.retryAfter != "" {
		w.Header().Set("Retry-After", p.retryAfter)
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="flow centre"`)
	}
	writeJSON(w, "application/problem+json", p.Status, p)
}

func writeJSON(w http.ResponseWriter, contentType string, status int, body any) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
