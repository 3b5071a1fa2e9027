package streams

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"flowcentre/flow"
)

// maxBatch is the most events that JetStream takes in one atomic batch.
const maxBatch = 1000

// Headers of the atomic batch protocol (ADR-50).
const (
	batchID       = "Nats-Batch-Id"
	batchSequence = "Nats-Batch-Sequence"
	batchCommit   = "Nats-Batch-Commit"
)

// JetStream's error codes that mean something to us.
const (
	codeStoreFailed  = 10077 // maximum bytes exceeded
	codeWrongLast    = 10071
	codeWrongLastAny = 10164
	codeNoResources  = 10023
)

// Append writes the events in their order, and returns when they are on disk, with
// their sequences: one event by itself, several as one atomic batch, all or none, of at
// most 1,000. After ErrUnknown they may be in the log or not; after any other error
// they are not.
func (l *Log) Append(ctx context.Context, events []Pending) ([]uint64, error) {
	return l.append(ctx, events, nil)
}

// AppendAfter is Append for events of one subject, and gives ErrMoved where the newest
// of that subject is not at last (0: there is none). So two centres on one log do not
// both say the same thing. Longer runs than a batch go in several, each after the other.
func (l *Log) AppendAfter(ctx context.Context, last uint64, events []flow.Event) ([]uint64, error) {
	pending := make([]Pending, len(events))
	for i := range events {
		digest, err := flow.BodyDigest(&events[i])
		if err != nil {
			return nil, fmt.Errorf("digest event: %w", err)
		}
		events[i].Digest = digest
		if pending[i], err = Encode(&events[i]); err != nil {
			return nil, err
		}
		if pending[i].Subject != pending[0].Subject {
			return nil, fmt.Errorf("append after: subjects %s and %s in one call", pending[0].Subject, pending[i].Subject)
		}
	}
	var seqs []uint64
	for len(pending) > 0 {
		n := min(len(pending), maxBatch)
		logged, err := l.append(ctx, pending[:n], &last)
		if err != nil {
			return seqs, err
		}
		seqs, last, pending = append(seqs, logged...), logged[n-1], pending[n:]
	}
	return seqs, nil
}

func (l *Log) append(ctx context.Context, events []Pending, last *uint64) ([]uint64, error) {
	switch len(events) {
	case 0:
		return nil, nil
	case 1:
		seq, err := l.commit(ctx, l.message(&events[0], last))
		if err != nil {
			return nil, err
		}
		l.used.Add(int64(events[0].size()))
		return []uint64{seq}, nil
	}
	if len(events) > maxBatch {
		return nil, fmt.Errorf("append: %d events in one batch, at most %d", len(events), maxBatch)
	}
	return l.batch(ctx, events, last)
}

// batch publishes all but the last without waiting, and the last as the commit that is
// answered once everything is synced. The log numbers a batch without a gap.
func (l *Log) batch(ctx context.Context, events []Pending, last *uint64) ([]uint64, error) {
	id := nuid.Next()
	size := 0
	for i := range events {
		msg := l.message(&events[i], last)
		last = nil // only the first may say what it expects
		msg.Header.Set(batchID, id)
		msg.Header.Set(batchSequence, strconv.Itoa(i+1))
		size += events[i].size()
		if i < len(events)-1 {
			if err := l.write.PublishMsg(msg); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrAway, err) // never committed, so none is logged
			}
			continue
		}
		msg.Header.Set(batchCommit, "1")
		end, err := l.commit(ctx, msg)
		if err != nil {
			return nil, err
		}
		l.used.Add(int64(size))
		seqs := make([]uint64, len(events))
		for j := range seqs {
			seqs[j] = end - uint64(len(events)-1-j)
		}
		return seqs, nil
	}
	return nil, nil
}

func (l *Log) message(p *Pending, last *uint64) *nats.Msg {
	msg := &nats.Msg{Subject: p.Subject, Data: p.Body, Header: nats.Header{}}
	if last != nil {
		msg.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(*last, 10))
	}
	return msg
}

// commit sends one message and waits for its acknowledgment.
func (l *Log) commit(ctx context.Context, msg *nats.Msg) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, l.ackWait)
	defer cancel()
	ack, err := l.js.PublishMsg(ctx, msg, jetstream.WithRetryAttempts(0))
	if err != nil {
		return 0, outcome(err)
	}
	return ack.Sequence, nil
}

// each writes the events one by one in their order, several on their way at a time,
// and gives every one its own outcome.
func (l *Log) each(ctx context.Context, events []Pending) ([]uint64, []error) {
	seqs, errs := make([]uint64, len(events)), make([]error, len(events))
	if len(events) == 1 {
		seqs[0], errs[0] = l.commit(ctx, l.message(&events[0], nil))
	} else {
		l.pipeline(ctx, events, seqs, errs)
	}
	for i := range events {
		if errs[i] == nil {
			l.used.Add(int64(events[i].size()))
		}
	}
	return seqs, errs
}

func (l *Log) pipeline(ctx context.Context, events []Pending, seqs []uint64, errs []error) {
	acks := make([]jetstream.PubAckFuture, len(events))
	for i := range events {
		acks[i], errs[i] = l.js.PublishMsgAsync(l.message(&events[i], nil), jetstream.WithRetryAttempts(0))
		if errs[i] != nil {
			errs[i] = outcome(errs[i])
		}
	}
	timeout := time.After(l.ackWait)
	for i, ack := range acks {
		if ack == nil {
			continue
		}
		select {
		case ok := <-ack.Ok():
			seqs[i] = ok.Sequence
		case err := <-ack.Err():
			errs[i] = outcome(err)
		case <-timeout:
			errs[i], timeout = ErrUnknown, closedTimer
		case <-ctx.Done():
			errs[i] = ErrUnknown
		}
	}
}

var closedTimer = func() <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}()

// outcome tells what a failed publish leaves behind. Only the server's own words mean
// that nothing was logged; silence means that nobody knows.
func outcome(err error) error {
	var api *jetstream.APIError
	switch {
	case errors.As(err, &api):
		switch api.ErrorCode {
		case codeWrongLast, codeWrongLastAny:
			return ErrMoved
		case codeStoreFailed, codeNoResources:
			return ErrFull
		}
		return fmt.Errorf("log refused: %w", api)
	case errors.Is(err, nats.ErrReconnectBufExceeded), errors.Is(err, nats.ErrNoResponders), errors.Is(err, jetstream.ErrNoStreamResponse):
		return ErrAway // never reached a stream
	case errors.Is(err, nats.ErrMaxPayload):
		return fmt.Errorf("publish: %w", err)
	}
	return ErrUnknown
}
