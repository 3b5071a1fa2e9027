package dashboard

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/flow"
)

func TestAFigureIsOpenedAsItWasAsked(t *testing.T) {
	value := 71.0
	var asked Question
	s := open(t, newCounty("e1").view(), func(o *Options) {
		o.Why = func(_ context.Context, q Question) (*flow.WhyView, error) {
			asked = q
			return &flow.WhyView{
				Measure: flow.Definition{Name: q.Measure}, Scope: q.Scope, Seq: 10, Value: &value, Missing: []flow.Missing{},
				Inputs: []flow.InputView{{Feed: "wrh-pas", Name: "wrh-pas", State: flow.FeedOnTime, Every: 300, Items: 1}},
				Items:  []capacity.Item{{Key: "B2W", Unit: "wrh-ae", Site: "wrh", Value: 1, Events: []uint64{4, 7}}},
			}, nil
		}
	}, nil)
	for query, want := range map[string]Question{
		"":                             {Measure: "ae_patients", Scope: "system"},
		"?scope=site/wrh":              {Measure: "ae_patients", Scope: "site/wrh"},
		"?scope=site/wrh&at=1884977":   {Measure: "ae_patients", Scope: "site/wrh", Moment: Moment{Seq: 1884977}},
		"?at=2027-01-12T04:07:12Z":     {Measure: "ae_patients", Scope: "system", Moment: Moment{At: capacity.At(time.Date(2027, 1, 12, 4, 7, 12, 0, time.UTC))}},
		"?at=2027-01-12T05:07:12%2B01": {},
		"?at=0":                        {},
		"?at=yesterday":                {},
	} {
		t.Run(query, func(t *testing.T) {
			asked = Question{}
			answer := get(t, s.url+"/api/v1/measures/ae_patients/why"+query, nil)
			require.Equal(t, want, asked)
			if want == (Question{}) {
				answer.requireProblem(t, http.StatusBadRequest, "bad-parameter")
				return
			}
			require.Equal(t, http.StatusOK, answer.StatusCode)
			require.Equal(t, "application/json", answer.Header.Get("Content-Type"))
			require.JSONEq(t, `{"measure":{"name":"ae_patients","family":"","title":"","definition":"","unit":"","window":"","scope":"","source":"","supply":null,"form":""},"scope":"`+want.Scope+`",
				"at":null,"seq":10,"value":71,"missing":[],"inputs":[{"feed":"wrh-pas","name":"wrh-pas","state":"on_time","every_s":300,"items":1}],
				"items":[{"key":"B2W","unit":"wrh-ae","site":"wrh","value":1,"events":[4,7]}]}`, answer.body)
		})
	}
}

func TestAFigureThatCannotBeOpenedSaysWhy(t *testing.T) {
	var found error
	s := open(t, newCounty("e1").view(), func(o *Options) {
		o.Why = func(ctx context.Context, _ Question) (*flow.WhyView, error) {
			if errors.Is(found, context.DeadlineExceeded) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return nil, found
		}
	}, func(d *Dashboard) { d.pastFor = 10 * time.Millisecond })
	for _, c := range []struct {
		err    error
		status int
		kind   string
	}{
		{nil, http.StatusNotFound, "not-found"},
		{ErrNotKept, http.StatusNotFound, "not-kept"},
		{context.DeadlineExceeded, http.StatusGatewayTimeout, "too-slow"},
		{errors.New("disk"), http.StatusInternalServerError, "internal"},
	} {
		found = c.err
		answer := get(t, s.url+"/api/v1/measures/none/why", nil)
		answer.requireProblem(t, c.status, c.kind)
		require.NotContains(t, answer.body, "disk")
	}
	without := open(t, newCounty("e1").view(), nil, nil)
	get(t, without.url+"/api/v1/measures/none/why", nil).requireProblem(t, http.StatusServiceUnavailable, "not-ready")
}
