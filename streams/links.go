package streams

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"sync"
	"time"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// linkBytes is how much chance a link's token has: 160 bits, so that nobody finds one by
// trying.
const linkBytes = 20

var linkText = base32.StdEncoding.WithPadding(base32.NoPadding)

// LinkAnswer is a link that was issued. Its address is told this once.
type LinkAnswer struct {
	ID      string           `json:"id"`
	Seq     uint64           `json:"seq"`
	Unit    string           `json:"unit"`
	Address string           `json:"address"` // of the page, at the centre's own address
	Until   capacity.Instant `json:"until,omitempty"`
}

// linkAsked is a link that the desk asks for.
type linkAsked struct {
	Unit    string           `json:"unit"`
	Role    string           `json:"role"`
	Account string           `json:"account"`
	Until   capacity.Instant `json:"until"`
}

// postLinks issues a link by which a provider tells its places.
func (d *Door) postLinks(w http.ResponseWriter, r *http.Request) {
	var asked linkAsked
	if p := d.readDesk(w, r, &asked); p != nil {
		p.write(w)
		return
	}
	raw := make([]byte, linkBytes)
	_, _ = rand.Read(raw) // it never fails
	token := linkText.EncodeToString(raw)
	e := flow.Event{
		ID: "link-" + hashOf(token)[:12], Feed: flow.Desk, Kind: flow.LinkIssued,
		Data: flow.Data{Link: hashOf(token), Place: asked.Unit, Role: asked.Role, Account: asked.Account, Until: asked.Until},
	}
	answer := d.sayAtDesk(r.Context(), e)
	if answer.Error != nil {
		answer.Error.write(w)
		return
	}
	writeJSON(w, typeJSON, http.StatusCreated, LinkAnswer{ID: hashOf(token)[:12], Seq: answer.Seq, Unit: asked.Unit, Address: "/places/" + token, Until: asked.Until})
}

// getLinks lists the links without their tokens, which nobody has but who holds them.
func (d *Door) getLinks(w http.ResponseWriter, r *http.Request) {
	if p := d.atDesk(r); p != nil {
		p.write(w)
		return
	}
	links := d.view().Links
	writeJSON(w, typeJSON, http.StatusOK, struct {
		Links []*flow.LinkView `json:"links"`
	}{append([]*flow.LinkView{}, links...)})
}

// revokeLink ends a link by its id.
func (d *Door) revokeLink(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Role    string `json:"role"`
		Account string `json:"account"`
		Reason  string `json:"reason"`
	}
	if p := d.readDesk(w, r, &asked); p != nil {
		p.write(w)
		return
	}
	for _, l := range d.view().Links {
		if l.ID != r.PathValue("id") {
			continue
		}
		answer := d.sayAtDesk(r.Context(), flow.Event{
			ID: "revoke-" + l.ID, Feed: flow.Desk, Kind: flow.LinkRevoked,
			Data: flow.Data{Link: l.Hash, Role: asked.Role, Account: asked.Account, Reason: asked.Reason},
		})
		if answer.Error != nil {
			answer.Error.write(w)
			return
		}
		writeJSON(w, typeJSON, http.StatusAccepted, answer)
		return
	}
	problem(http.StatusNotFound, "no-link", "No such link", "No link has this id.", "Look at GET /api/v1/links.").write(w)
}

// readDesk reads what the desk asks for, as JSON without anything it does not know.
func (d *Door) readDesk(w http.ResponseWriter, r *http.Request, into any) *Problem {
	if p := d.atDesk(r); p != nil {
		return p
	}
	return readJSON(w, r, 16<<10, into)
}

// readJSON reads a small JSON body.
func readJSON(w http.ResponseWriter, r *http.Request, limit int64, into any) *Problem {
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != typeJSON {
		return problem(http.StatusUnsupportedMediaType, "content-type", "Content type not taken", "The content type says no JSON.", "Send "+typeJSON+".")
	}
	raw, p := body(w, r, limit)
	if p != nil {
		return p
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil || decoder.More() {
		return ProblemOf(malformed("the body is not the JSON object that this address takes"))
	}
	return nil
}

// sayAtDesk posts what a person of the centre says, and waits for what becomes of it.
func (d *Door) sayAtDesk(ctx context.Context, e flow.Event) Answer {
	answers := []Answer{answerTo(d.post(ctx, flow.Desk, []flow.Event{e}, decided)[0])}
	d.outcomes(ctx, answers)
	return answers[0]
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// linked finds the unit whose places the token lets its holder tell. How long that takes
// tells nothing of any token.
func (d *Door) linked(v *flow.View, token string) (*flow.UnitView, *Problem) {
	hash := []byte(hashOf(token))
	var found *flow.LinkView
	for _, l := range v.Links {
		if subtle.ConstantTimeCompare(hash, []byte(l.Hash)) == 1 {
			found = l
		}
	}
	const next = "Ring the flow centre: it tells your places for you, and gives you a new link."
	switch {
	case found == nil:
		return nil, problem(http.StatusNotFound, "no-link", "This link is not known", "No provider has this link.", next)
	case found.Revoked != 0:
		return nil, problem(http.StatusGone, "link-ended", "This link has ended", "The link was ended by the flow centre.", next)
	case !found.StandsAt(d.clock.Now()):
		return nil, problem(http.StatusGone, "link-ended", "This link has ended", "The link was given for a time that is over.", next)
	}
	for _, u := range v.Units {
		if u.ID == found.Unit && u.Slots != nil {
			return u, nil
		}
	}
	return nil, problem(http.StatusGone, "link-ended", "This link has ended", "The flow centre no longer has the unit that the link is of, or no places of it.", next)
}

// meter counts requests of the running minute, by whom they come from.
type meter struct {
	mu     sync.Mutex
	minute int64
	counts map[string]int
}

const (
	perLink    = 60     // requests a minute with one link
	perAddress = 30     // with links that are not known, from one address
	maxMetered = 10_000 // counted apart; beyond it everybody further has to wait
)

// over counts one more, and says whether that is more than may be.
func (m *meter) over(who string, limit int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := time.Now().Unix() / 60; now != m.minute {
		m.minute, m.counts = now, map[string]int{}
	}
	if _, known := m.counts[who]; !known && len(m.counts) >= maxMetered {
		return true
	}
	m.counts[who]++
	return m.counts[who] > limit
}

// admit is the unit of the link in the request's address. Too many requests are turned
// away.
func (d *Door) admit(r *http.Request) (*flow.View, *flow.UnitView, *Problem) {
	v, token := d.view(), r.PathValue("token")
	u, p := d.linked(v, token)
	if p == nil && d.meter.over(hashOf(token), perLink) || p != nil && d.meter.over(hostOf(r.RemoteAddr), perAddress) {
		return nil, nil, retry(problem(http.StatusTooManyRequests, "busy", "Too much at once", fmt.Sprintf("There were more than %d requests in a minute.", perLink), "Wait a minute."), "60")
	}
	return v, u, p
}
