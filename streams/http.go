package streams

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"

	"flowcentre/flow"
)

// MaxBody is the most bytes of one request.
const MaxBody = 1 << 20

// Answer is what became of one event of a request.
type Answer struct {
	ID        string   `json:"id"`
	Seq       uint64   `json:"seq,omitempty"`
	Duplicate bool     `json:"duplicate,omitempty"`
	Ignored   string   `json:"ignored,omitempty"` // sound, of no use here: an HL7 message by its type
	Outcome   string   `json:"outcome,omitempty"` // of a decision: in effect, or unknown
	Warning   string   `json:"warning,omitempty"` // of a decision in effect: the rules that it breaks
	Note      string   `json:"note,omitempty"`    // it is taken, and something of it could not be used
	Error     *Problem `json:"error,omitempty"`
}

// route is one address of the door and one way to ask it.
type route struct {
	method, path string
	serve        func(*Door, http.ResponseWriter, *http.Request)
}

var routes = []route{
	{http.MethodPost, "/api/v1/events", (*Door).postEvents},
	{http.MethodGet, "/api/v1/events/{seq}", (*Door).getEvent},
	{http.MethodPost, "/api/v1/hl7", (*Door).postHL7},
	{http.MethodPost, "/api/v1/lists/ae", listOf("ae")},
	{http.MethodPost, "/api/v1/lists/discharge", listOf("discharge")},
	{http.MethodPost, "/api/v1/lists/places", (*Door).postPlacesList},
	{http.MethodPost, "/api/v1/decisions", (*Door).postDecisions},
	{http.MethodPost, "/api/v1/alertmanager", (*Door).postAlerts},
	{http.MethodPost, "/api/v1/links", (*Door).postLinks},
	{http.MethodGet, "/api/v1/links", (*Door).getLinks},
	{http.MethodPost, "/api/v1/links/{id}/revoke", (*Door).revokeLink},
	{http.MethodPost, "/api/v1/places/{token}", (*Door).postPlaces},
	{http.MethodGet, "/api/v1/places/{token}", (*Door).getPlaces},
}

// listOf serves lists of one kind.
func listOf(kind string) func(*Door, http.ResponseWriter, *http.Request) {
	return func(d *Door, w http.ResponseWriter, r *http.Request) { d.postList(sheets[kind], w, r) }
}

// Paths are the addresses that Handler serves.
var Paths = func() (all []string) {
	for _, r := range routes {
		if !slices.Contains(all, r.path) {
			all = append(all, r.path)
		}
	}
	return all
}()

// Handler serves Paths. Where feeds have secrets, the caller's token says which feed it
// is that posts; otherwise only callers on this machine are heard. An event of the log,
// with nothing personal in it, is shown to anybody. Whoever holds a provider's link may
// tell its places.
func (d *Door) Handler() http.Handler {
	mux := http.NewServeMux()
	allowed := map[string][]string{}
	for _, r := range routes {
		mux.HandleFunc(r.method+" "+r.path, func(w http.ResponseWriter, req *http.Request) { r.serve(d, w, req) })
		allowed[r.path] = append(allowed[r.path], r.method)
		if r.method == http.MethodGet {
			allowed[r.path] = append(allowed[r.path], http.MethodHead)
		}
	}
	for path, methods := range allowed {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			p := problem(http.StatusMethodNotAllowed, "method", "Only "+methods[0], "This address takes "+methods[0]+" only.", "Post the events.")
			switch {
			case len(methods) > 2:
				p.Title, p.Detail, p.Next = "Only GET and POST", "This address takes GET and POST only.", "Read it, or post what it takes."
			case methods[0] == http.MethodGet:
				p.Detail, p.Next = "This address can only be read.", "Post events to /api/v1/events."
			}
			p.write(w)
		})
	}
	return mux
}

var crossOrigin = http.NewCrossOriginProtection()

// caller is the feed that a request comes from, and empty where no feed has a secret.
func (d *Door) caller(r *http.Request) (string, *Problem) {
	if !d.feeds.secret() {
		if !local(r) || crossOrigin.Check(r) != nil {
			return "", problem(http.StatusForbidden, "not-local", "Only from this machine",
				"No feed has a secret, so events are taken from programs on this machine only.", "Give every feed a secret and send it as a Bearer token.")
		}
		return "", nil
	}
	token, p := bearer(r)
	if p != nil {
		return "", p
	}
	feed, ok := d.feeds.holder(token)
	if !ok {
		return "", problem(http.StatusUnauthorized, "bad-token", "Unknown token", "No feed has this token.", "Ask the centre's operator for the feed's token.")
	}
	return feed, nil
}

// sender is the feed that a request comes from: by its token, or as the address names it
// in the given parameter.
func (d *Door) sender(r *http.Request, parameter string) (string, *Problem) {
	feed, p := d.caller(r)
	if p != nil {
		return "", p
	}
	if asked := r.URL.Query().Get(parameter); feed == "" {
		feed = asked
	} else if asked != "" && asked != feed {
		return "", ProblemOf(ErrForeign)
	}
	if !d.Knows(feed) {
		p := problem(http.StatusForbidden, "no-feed", "No such feed", "The centre's configuration has no feed of that name.", "Name the feed: POST "+r.URL.Path+"?"+parameter+"=….")
		p.Field = parameter
		return "", p
	}
	return feed, nil
}

// bearer is the token that a request shows.
func bearer(r *http.Request) (string, *Problem) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return "", problem(http.StatusUnauthorized, "no-token", "No token", "The request has no Bearer token.", "Send the token of the feed or desk: Authorization: Bearer ….")
	}
	return strings.TrimSpace(token), nil
}

// local says whether both ends of the connection are on this machine, and the caller
// asked for it by such a name: a page elsewhere cannot give itself one.
func local(r *http.Request) bool {
	here, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	asked := r.Host
	if host, _, err := net.SplitHostPort(asked); err == nil {
		asked = host
	}
	return loopback(hostOf(here.String())) && loopback(hostOf(r.RemoteAddr)) && loopback(strings.Trim(asked, "[]"))
}

func hostOf(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return host
}

// body reads the request, up to its limit.
func body(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, *Problem) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, problem(http.StatusRequestEntityTooLarge, "too-large", "Too large", "The body is longer than may be.", "Send it in smaller parts.")
	case err != nil:
		return nil, problem(http.StatusBadRequest, "cut-off", "Cut off", "The body ended early.", "Send it again.")
	}
	return b, nil
}

func (d *Door) postEvents(w http.ResponseWriter, r *http.Request) {
	feed, p := d.caller(r)
	if p != nil {
		p.write(w)
		return
	}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case media == typeBatch:
		d.postBatch(w, r, feed)
	case media == typeStructured, media == typeJSON && r.Header.Get("Ce-Specversion") != "":
		d.postOne(w, r, feed, media == typeStructured)
	default:
		problem(http.StatusUnsupportedMediaType, "content-type", "Content type not taken", "The content type says no form of CloudEvents.",
			"Send "+typeStructured+", "+typeBatch+", or "+typeJSON+" with ce- headers.").write(w)
	}
}

func (d *Door) postOne(w http.ResponseWriter, r *http.Request, feed string, structured bool) {
	raw, p := body(w, r, MaxPayload)
	if p != nil {
		p.write(w)
		return
	}
	var e flow.Event
	var err error
	if structured {
		e, err = ReadStructured(raw)
	} else {
		e, err = ReadBinary(r.Header.Get, raw)
	}
	answers := d.postRead(r, feed, []flow.Event{e}, []error{err}, asSent)
	if p := answers[0].Error; p != nil {
		p.write(w)
		return
	}
	writeAnswers(w, answers)
}

func (d *Door) postBatch(w http.ResponseWriter, r *http.Request, feed string) {
	raw, p := body(w, r, MaxBody)
	if p != nil {
		p.write(w)
		return
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil || parts == nil {
		ProblemOf(malformed("the body is not a JSON array of events")).write(w)
		return
	}
	events, errs := make([]flow.Event, len(parts)), make([]error, len(parts))
	for i, part := range parts {
		events[i], errs[i] = ReadStructured(part)
	}
	writeAnswers(w, d.postRead(r, feed, events, errs, asSent))
}

// postRead posts what could be read, run by run of one feed, and answers for all.
func (d *Door) postRead(r *http.Request, caller string, events []flow.Event, errs []error, how manner) []Answer {
	answers := make([]Answer, len(events))
	feedOf := func(i int) string {
		if caller != "" {
			return caller
		}
		return events[i].Feed
	}
	for from := 0; from < len(events); {
		if errs[from] != nil {
			answers[from] = Answer{ID: events[from].ID, Error: ProblemOf(errs[from])}
			d.slates.fault(feedOf(from), d.clock.Now(), errs[from])
			from++
			continue
		}
		to := from + 1
		for to < len(events) && errs[to] == nil && feedOf(to) == feedOf(from) {
			to++
		}
		for i, result := range d.post(r.Context(), feedOf(from), events[from:to], how) {
			answers[from+i] = answerTo(result)
		}
		from = to
	}
	return answers
}

func answerTo(r Result) Answer {
	a := Answer{ID: r.ID, Seq: r.Seq, Duplicate: r.Duplicate, Note: r.Note}
	if r.Err != nil {
		a.Error = ProblemOf(r.Err)
	}
	return a
}

// writeAnswers answers 202 when any event is in the log, else with a problem that holds
// the answers: with the status of one that is worth sending again, or of all where they
// have the same.
func writeAnswers(w http.ResponseWriter, answers []Answer) {
	var worst *Problem
	same := true
	for _, a := range answers {
		if a.Error == nil {
			writeJSON(w, typeJSON, http.StatusAccepted, struct {
				Results []Answer `json:"results"`
			}{answers})
			return
		}
		if worst != nil && worst.Status != a.Error.Status {
			same = false
		}
		if worst == nil || a.Error.retryAfter != "" {
			worst = a.Error
		}
	}
	if worst == nil {
		problem(http.StatusUnprocessableEntity, "empty", "Nothing in it", "The body holds no event.", "Send at least one.").write(w)
		return
	}
	status := worst.Status
	if !same && worst.retryAfter == "" {
		status = http.StatusUnprocessableEntity
	}
	whole := problem(status, "batch", "Nothing taken", "No event of the batch was taken; results says why for each.", worst.Next)
	whole.Results, whole.retryAfter = answers, worst.retryAfter
	whole.write(w)
}
