package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
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
		o.Past = func(_ context.Context, m Moment) (*flow.View, error) {
			require.Equal(t, capacity.At(time.Date(2027, 1, 12, 3, 7, 0, 0, time.UTC)), m.At)
			require.Zero(t, m.Seq)
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
	get(t, open(t, newCounty("e1").view(), nil, nil).url+"/api/v1/state?at=7", nil).requireProblem(t, http.StatusServiceUnavailable, "not-ready")

	var asked Moment
	var fault error
	s := open(t, newCounty("e1").view(), func(o *Options) {
		o.Past = func(ctx context.Context, m Moment) (*flow.View, error) {
			if asked = m; fault == nil {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return nil, fault
		}
	}, func(d *Dashboard) { d.pastFor = 10 * time.Millisecond })
	for _, c := range []struct {
		fault  error
		status int
		kind   string
		retry  string
	}{
		{fmt.Errorf("%w: the log has come to event 9", ErrNotKept), http.StatusNotFound, "not-kept", ""},
		{ErrBusy, http.StatusServiceUnavailable, "busy", "5"},
		{nil, http.StatusGatewayTimeout, "too-slow", "5"},
		{errors.New("disk gone"), http.StatusInternalServerError, "internal", ""},
	} {
		fault = c.fault
		answer := get(t, s.url+"/api/v1/state?at=10", nil)
		require.Equal(t, Moment{Seq: 10}, asked)
		answer.requireProblem(t, c.status, c.kind)
		require.Equal(t, c.retry, answer.Header.Get("Retry-After"))
		require.NotContains(t, answer.body, "disk gone")
		require.Equal(t, errors.Is(c.fault, ErrNotKept), strings.Contains(answer.body, "come to event 9"))
	}
	asked = Moment{}
	for _, at := range []string{"0", "-1", "yesterday", "2027-01-12", "2027-01-12T08:00:00", "2027-01-12T08:00:00+01:00", strings.Repeat("9", 21)} {
		get(t, s.url+"/api/v1/feeds?at="+at, nil).requireProblem(t, http.StatusBadRequest, "bad-parameter")
	}
	require.Zero(t, asked)
	require.Equal(t, http.StatusOK, get(t, s.url+"/api/v1/feeds?at=", nil).StatusCode, "at of nothing is now")
}
