package dashboard

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// outcomes answers with what became of groups of people in a period, beside the one before.
func (d *Dashboard) outcomes(w http.ResponseWriter, r *http.Request) {
	v, ok := d.asked(w, r)
	if !ok {
		return
	}
	query := r.URL.Query()
	q := flow.OutcomesQuestion{By: cmp.Or(query.Get("by"), "locality"), Until: v.Today()}
	if !slices.Contains(capacity.Segments(), q.By) {
		badParameter(w, "by is no way of grouping people.", "Give one of "+strings.Join(capacity.Segments(), ", ")+".")
		return
	}
	if q.Until, ok = dayParameter(w, r, "to", q.Until); !ok {
		return
	}
	if q.From, ok = dayParameter(w, r, "from", q.Until-28); !ok {
		return
	}
	if days := q.Until - q.From; days < flow.LeastPeriod || days > flow.MostPeriod {
		badParameter(w, fmt.Sprintf("From from to to are %d days.", days), fmt.Sprintf("Give a period of %d to %d whole days: to is the day after its last.", flow.LeastPeriod, flow.MostPeriod))
		return
	}
	answerJSON(w, v.Outcomes(q))
}

// dayParameter reads a local day. When it returns false the request is answered.
func dayParameter(w http.ResponseWriter, r *http.Request, name string, otherwise int64) (int64, bool) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, true
	}
	day, err := flow.Day(text)
	if err != nil {
		badParameter(w, name+" is not a day such as 2027-01-12.", "Give a local day.")
	}
	return day, err == nil
}
