package dashboard

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// seriesNames are the series there are, for who asks for another.
var seriesNames = func() string {
	var all []string
	for _, s := range capacity.AllSeries() {
		all = append(all, s.Name)
	}
	return strings.Join(all, ", ")
}()

// history answers with a series by hour or by local day.
func (d *Dashboard) history(w http.ResponseWriter, r *http.Request) {
	v, ok := d.asked(w, r)
	if !ok {
		return
	}
	query := r.URL.Query()
	q := flow.HistoryQuestion{Series: query.Get("measure"), Scope: cmp.Or(query.Get("scope"), "system"), ByDay: query.Get("by") == "day"}
	if by := query.Get("by"); by != "" && by != "hour" && by != "day" {
		badParameter(w, "by is neither hour nor day.", "Give by=hour or by=day.")
		return
	}
	if q.From, ok = momentParameter(w, r, v, "from"); !ok {
		return
	}
	if q.Until, ok = momentParameter(w, r, v, "to"); !ok {
		return
	}
	if q.Until != 0 && q.From >= q.Until {
		badParameter(w, "to is not later than from.", "Give a later to, or leave it out for now.")
		return
	}
	h := v.History(q)
	if h == nil {
		refuse(w, Problem{
			Kind: "not-found", Title: "There is no such history", Status: http.StatusNotFound,
			Detail: "History has no measure of that name, or it means nothing for that scope.",
			Remedy: "Give one of these as measure: " + seriesNames + "; and as scope system, organisation/…, site/… or unit/….",
		})
		return
	}
	answerJSON(w, h)
}

// momentParameter reads a time, or a local day, which is when it begins; 0 when it is
// left out. When it returns false the request is answered.
func momentParameter(w http.ResponseWriter, r *http.Request, v *flow.View, name string) (capacity.Instant, bool) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, true
	}
	at, err := v.Moment(text)
	if err != nil {
		badParameter(w, name+" is neither a time such as 2027-01-12T04:00:00Z nor a day such as 2027-01-12.", "Give one of these, a + in an offset written %2B.")
	}
	return at, err == nil
}

func badParameter(w http.ResponseWriter, detail, remedy string) {
	refuse(w, Problem{Kind: "bad-parameter", Title: "A parameter cannot be read", Status: http.StatusBadRequest, Detail: detail, Remedy: remedy})
}

func answerJSON(w http.ResponseWriter, answer any) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // the client may be gone
}
