package dashboard

import (
	"encoding/json"
	"net/http"
)

// Problem is why a request was not answered, as problem details (RFC 9457): what is
// wrong, where, and what to do about it.
type Problem struct {
	Kind   string // the last part of its type, for programs
	Title  string // the same for every problem of the kind
	Status int
	Detail string // this one
	Remedy string // what the sender can do
}

// refuse answers with a problem.
func refuse(w http.ResponseWriter, p Problem) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail,omitempty"`
		Remedy string `json:"next,omitempty"`
	}{"urn:flowcentre:problem:" + p.Kind, p.Title, p.Status, p.Detail, p.Remedy}) // the client may be gone
}

func notReady(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	refuse(w, Problem{
		Kind: "not-ready", Title: "There is nothing to show yet", Status: http.StatusServiceUnavailable,
		Detail: "The centre is starting, and has not yet published a view, or it is stopping.",
		Remedy: "Ask again in a second; /readyz tells when it is ready.",
	})
}
