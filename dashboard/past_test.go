package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

func TestEveryAnswerOfTheAPICanBeOfThePast(t *testing.T) {
	then := newCounty("e1")
	then.contradict(4)
	then.hold()
	past := then.view()
	now := newCounty("e1")
	now.changeUnit(6)
	now.changeSite(1)
	s := open(t, now.view(), func(o *Options) {
		o.Past = func(_ context.Context, at string) (*flow.View, error) {
			require.Equal(t, "2027-01-12T04:07:00+01:00", at)
			return past, nil
		}
	}, nil)
	answers := open(t, past, nil, nil)
	for _, path := range []string{"state", "feeds", "held", "contradictions", "units/alx-w7", "sites/alx"} {
		live := get(t, s.url+"/api/v1/"+path, nil)
		answer := get(t, s.url+"/api/v1/"+path+"?at=2027-01-12T04:07:00%2B01:00", nil)
		require.Equal(t, http.StatusOK, answer.StatusCode, answer.body)
		require.Equal(t, get(t, answers.url+"/api/v1/"+path, nil).body, answer.body)
		require.Equal(t, fmt.Sprintf(`"e1.%d"`, past.Seq), answer.Header.Get("ETag"))
		require.Same(t, now.v.Units[6], s.encoder.known[entityKey{"units", "alx-w7"}].entity, "what the walls need next is still there")
		require.Equal(t, live.body, get(t, s.url+"/api/v1/"+path, nil).body, "the present is as it was")
	}
	get(t, s.url+"/api/v1/units/nowhere?at=2027-01-12T04:07:00%2B01:00", nil).requireProblem(t, http.StatusNotFound, "not-found")
}

func TestWhyThereIsNoAnswerOfThePast(t *testing.T) {
	get(t, open(t, newCounty("e1").view(), nil, nil).url+"/api/v1/state?at=7", nil).requireProblem(t, http.StatusNotImplemented, "no-past")

	var fault error
	s := open(t, newCounty("e1").view(), func(o *Options) {
		o.Past = func(context.Context, string) (*flow.View, error) { return nil, fault }
	}, nil)
	for _, c := range []struct {
		fault  error
		status int
		kind   string
		retry  string
	}{
		{ErrNoMoment, http.StatusBadRequest, "bad-parameter", ""},
		{fmt.Errorf("%w: that is event 7", ErrBefore), http.StatusNotFound, "before-the-log", ""},
		{fmt.Errorf("%w: that is event 9", ErrBeyond), http.StatusNotFound, "beyond-the-log", ""},
		{ErrBusy, http.StatusServiceUnavailable, "busy", "5"},
		{errors.New("disk gone"), http.StatusInternalServerError, "internal", ""},
	} {
		fault = c.fault
		answer := get(t, s.url+"/api/v1/state?at=7", nil)
		answer.requireProblem(t, c.status, c.kind)
		require.Equal(t, c.retry, answer.Header.Get("Retry-After"))
		require.NotContains(t, answer.body, "disk gone")
	}
}
