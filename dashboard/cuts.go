package dashboard

import (
	"context"
	"net/http"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// CutQuestion asks for the bed position of a day.
type CutQuestion struct {
	Day      string   // local, such as 2027-01-12
	Measures []string // by name
	Scope    string   // as for measures; empty for all but units
}

// Cut gives the bed position of a day as it was filed and as it is now known. Its errors
// are those of Past.
type Cut func(ctx context.Context, q CutQuestion) (*flow.FiledView, error)

// cuts answers with the bed positions that were taken.
func (d *Dashboard) cuts(w http.ResponseWriter, r *http.Request) {
	v, ok := d.asked(w, r)
	if !ok {
		return
	}
	answerJSON(w, struct {
		At   capacity.Instant `json:"at"`
		Seq  uint64           `json:"seq"`
		Cuts []*flow.CutView  `json:"cuts"`
	}{v.At, v.Seq, append([]*flow.CutView{}, v.Cuts...)})
}

// cut answers with one of them, beside what is now known of that moment.
func (d *Dashboard) cut(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	q := CutQuestion{Day: r.PathValue("day"), Measures: query["measure"], Scope: query.Get("scope")}
	if _, err := capacity.ParseInstant(q.Day + "T00:00:00Z"); err != nil || len(q.Day) != len("2027-01-12") {
		badParameter(w, "The last part of the address is not a day such as 2027-01-12.", "Give the local day; GET /api/v1/cuts lists those there are.")
		return
	}
	for _, name := range q.Measures {
		if m, ok := capacity.MeasureNamed(name); !ok || m.Base != "" {
			badParameter(w, "measure names none of the catalogue, or one that is of 08:00 already.", "Give the name of what it is taken of, such as adult_ga_occupied; GET /api/v1/measures has all.")
			return
		}
	}
	if len(q.Measures) == 0 {
		q.Measures = flow.FiledMeasures()
	}
	if d.o.Cut == nil {
		notReady(w)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.pastFor)
	defer cancel()
	filed, err := d.o.Cut(ctx, q)
	if err != nil {
		d.notThen(w, r, err)
		return
	}
	answerJSON(w, filed)
}
