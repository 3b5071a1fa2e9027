package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

func TestCutsAreListedAndOpened(t *testing.T) {
	c := newCounty("e1")
	c.v.Cuts = []*flow.CutView{{Day: "2027-01-12", At: c.v.At, Seq: 7}}
	var asked CutQuestion
	s := open(t, c.view(), func(o *Options) {
		o.Cut = func(_ context.Context, q CutQuestion) (*flow.FiledView, error) {
			asked = q
			if q.Day != "2027-01-12" {
				return nil, fmt.Errorf("%w: none was taken on %s", ErrNotKept, q.Day)
			}
			return &flow.FiledView{CutView: *c.v.Cuts[0], Late: 3, Figures: []flow.FiledFigure{}}, nil
		}
	}, nil)
	answer := get(t, s.url+"/api/v1/cuts", nil)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.JSONEq(t, text(t, map[string]any{"at": c.v.At, "seq": c.v.Seq, "cuts": c.v.Cuts}), answer.body)

	answer = get(t, s.url+"/api/v1/cuts/2027-01-12", nil)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Contains(t, answer.body, `"late":3`)
	require.Equal(t, CutQuestion{Day: "2027-01-12", Measures: flow.FiledMeasures()}, asked)
	require.Contains(t, asked.Measures, "adult_ga_closed_infection")
	get(t, s.url+"/api/v1/cuts/2027-01-12?scope=unit/w6&measure=leaving_by_17&measure=left_today", nil)
	require.Equal(t, CutQuestion{Day: "2027-01-12", Measures: []string{"leaving_by_17", "left_today"}, Scope: "unit/w6"}, asked)

	get(t, s.url+"/api/v1/cuts/2027-01-13", nil).requireProblem(t, http.StatusNotFound, "not-kept")
	for _, bad := range []string{"today", "2027-13-12", "2027-01-12?measure=nothing", "2027-01-12?measure=adult_ga_open_at_0800"} {
		get(t, s.url+"/api/v1/cuts/"+bad, nil).requireProblem(t, http.StatusBadRequest, "bad-parameter")
	}
}
