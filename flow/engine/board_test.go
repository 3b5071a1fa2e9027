package engine

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

func TestNoReaderMissesTheNewestView(t *testing.T) {
	const last = 3000
	b := newBoard(&flow.View{})
	var wg, ready sync.WaitGroup
	ready.Add(200)
	for i := range 200 {
		wg.Go(func() {
			ready.Done()
			if i%2 == 0 { // follows
				seq := uint64(0)
				for seq < last {
					v, next := b.Latest()
					if !assert.GreaterOrEqual(t, v.Seq, seq, "a view never goes back") {
						return
					}
					if seq = v.Seq; seq < last {
						<-next // hangs for ever if a wake-up is lost
					}
				}
				return
			}
			for seq := uint64(i); seq <= last; seq += 97 { // waits
				if !assert.NoError(t, b.WaitFor(t.Context(), seq)) {
					return
				}
				v, _ := b.Latest()
				assert.GreaterOrEqual(t, v.Seq, seq)
			}
		})
	}
	ready.Wait()
	for seq := range uint64(last) {
		if seq%50 == 0 {
			runtime.Gosched() // let readers come to wait
		}
		b.publish(&flow.View{Seq: seq + 1})
	}
	wg.Wait()
}

func TestAReaderWaitsNoLongerThanItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(&flow.View{Seq: 4})
		require.NoError(t, b.WaitFor(t.Context(), 4))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, b.WaitFor(ctx, 5), context.DeadlineExceeded)
	})
}

func TestAStoppedBoardWakesItsReadersAndKeepsItsView(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(&flow.View{Seq: 4})
		why := errors.New("gap")
		waited := make(chan error, 1)
		go func() { waited <- b.WaitFor(t.Context(), 5) }()
		_, next := b.Latest()
		synctest.Wait()
		require.NoError(t, b.Stopped())

		b.stop(why)
		require.ErrorIs(t, <-waited, why)
		<-next
		require.ErrorIs(t, b.Stopped(), why)
		v, next := b.Latest()
		assert.Equal(t, uint64(4), v.Seq)
		require.NoError(t, b.WaitFor(t.Context(), 4), "what was shown before stays readable")
		select {
		case <-next:
			t.Error("nothing newer comes")
		default:
		}
	})
}
