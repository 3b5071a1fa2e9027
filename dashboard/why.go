package dashboard

import (
	"cmp"
	"context"
	"net/http"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// definitions is the catalogue of measures.
var definitions = func() []flow.Definition {
	catalogue := capacity.Measures()
	all := make([]flow.Definition, len(catalogue))
	for i := range catalogue {
		all[i] = flow.DefinitionOf(&catalogue[i])
	}
	return all
}()

// measures answers with the catalogue and the figures of every scope.
func (d *Dashboard) measures(w http.ResponseWriter, r *http.Request) {
	d.answer(w, r, func(b *body, v *flow.View) bool {
		b.member("definitions", definitions)
		b.list("measures", v, every)
		return true
	})
}

// Question is a figure that is to be opened, as it stands now or stood then.
type Question struct {
	Measure string
	Scope   string
	Moment
}

// Why opens a figure; nil where there is no such measure or the scope does not have it.
// Its errors are those of Past.
type Why func(ctx context.Context, q Question) (*flow.WhyView, error)

// why answers with a figure, its definition, its inputs and every thing that it counts.
func (d *Dashboard) why(w http.ResponseWriter, r *http.Request) {
	moment, ok := momentOf(w, r)
	if !ok {
		return
	}
	if d.o.Why == nil {
		notReady(w)
		return
	}
	q := Question{r.PathValue("name"), cmp.Or(r.URL.Query().Get("scope"), "system"), moment}
	ctx, cancel := context.WithTimeout(r.Context(), d.pastFor)
	defer cancel()
	found, err := d.o.Why(ctx, q)
	switch {
	case err != nil:
		d.notThen(w, r, err)
	case found == nil:
		refuse(w, Problem{
			Kind: "not-found", Title: "There is no such figure", Status: http.StatusNotFound,
			Detail: "The catalogue has no measure of that name, or it means nothing for that scope.",
			Remedy: "GET /api/v1/measures lists every measure that each scope has.",
		})
	default:
		answerJSON(w, found)
	}
}
