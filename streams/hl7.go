package streams

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"mime"
	"net/http"
	"strings"

	"flowcentre/flow"
	"flowcentre/streams/hl7"
)

// HL7Result is what became of one HL7 message.
type HL7Result struct {
	Result               // of its event; ID is empty when it has none
	Ignored string       // a sound message of no use here, by what it is
	Refusal *hl7.Refusal // of a message whose content is at fault
	Ack     []byte       // to send back; nil when the sender wants none
}

// Final says whether the message needs no sending again: it is logged, of no use, or at
// fault. Otherwise the log could not take it, and Ack must not be sent unless the
// sender can be told so.
func (r *HL7Result) Final() bool { return r.Err == nil || r.Refusal != nil }

// HL7 takes messages of one feed, each as one event, and returns when each is on disk,
// ignored or refused, with their acknowledgments.
func (d *Door) HL7(ctx context.Context, feed string, messages ...[]byte) []HL7Result {
	settings := d.feeds.byID[feed].HL7
	results := make([]HL7Result, len(messages))
	var events []flow.Event
	var of []int // the message of each event
	for i, message := range messages {
		mapped := hl7.Map(message, &settings, d.clock.Now())
		switch {
		case mapped.Refusal != nil:
			results[i].Refusal = mapped.Refusal
			results[i].Err = mapped.Refusal
			d.Refuse(feed, flow.Refusal{Reason: string(mapped.Refusal.Code), Detail: mapped.Refusal.Detail, Digest: digestOf(message)})
		case mapped.Ignored != "":
			results[i].Ignored = mapped.Ignored
			d.Ignore(feed, mapped.Ignored)
		default:
			mapped.Event.Feed = feed
			events, of = append(events, *mapped.Event), append(of, i)
		}
	}
	for j, r := range d.post(ctx, feed, events, asRead) {
		results[of[j]].Result = r
		results[of[j]].Refusal = refusalOf(r.Err)
	}
	for i, message := range messages {
		refusal := results[i].Refusal
		if refusal == nil && results[i].Err != nil {
			refusal = &hl7.Refusal{Code: hl7.Unavailable, Detail: "the message was not confirmed as stored; send it again"}
		}
		results[i].Ack = hl7.Acknowledge(message, refusal, results[i].Note, settings.Ack, d.clock.Now())
	}
	return results
}

// refusalOf is a fault of an event in HL7's words, and nil for what the sender cannot
// mend.
func refusalOf(err error) *hl7.Refusal {
	var invalid *flow.Invalid
	var large *TooLarge
	switch {
	case errors.As(err, &invalid):
		code := hl7.BadText
		if invalid.Field == "time" || invalid.Field == "data.due" {
			code = hl7.BadTime
		}
		return &hl7.Refusal{Code: code, Detail: safeField(invalid.Field) + " " + invalid.Reason}
	case errors.As(err, &large):
		return &hl7.Refusal{Code: hl7.TooLarge, Detail: "its event " + large.Error()}
	}
	return nil
}

func digestOf(message []byte) string {
	sum := sha256.Sum256(message)
	return hex.EncodeToString(sum[:8])
}

var typesHL7 = []string{"application/hl7-v2", "x-application/hl7-v2+er7", "text/plain"}

func (d *Door) postHL7(w http.ResponseWriter, r *http.Request) {
	feed, p := d.sender(r, "feed")
	if p != nil {
		p.write(w)
		return
	}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if media != typesHL7[0] && media != typesHL7[1] && media != typesHL7[2] {
		problem(http.StatusUnsupportedMediaType, "content-type", "Content type not taken", "The content type says no form of HL7 v2.", "Send "+strings.Join(typesHL7, " or ")+".").write(w)
		return
	}
	raw, p := body(w, r, MaxBody)
	if p != nil {
		p.write(w)
		return
	}
	var messages [][]byte
	for message := range hl7.Split(raw) {
		messages = append(messages, message)
	}
	results := d.HL7(r.Context(), feed, messages...)
	if wantsAck(r) {
		writeAcks(w, results)
		return
	}
	answers := make([]Answer, len(results))
	for i := range results {
		answers[i] = answerToHL7(&results[i])
	}
	writeAnswers(w, answers)
}

func answerToHL7(r *HL7Result) Answer {
	a := answerTo(r.Result)
	a.Ignored = r.Ignored
	if r.Refusal != nil {
		a.Seq = 0
		a.Error = problem(http.StatusUnprocessableEntity, "hl7-"+strings.ReplaceAll(string(r.Refusal.Code), "_", "-"), "Message refused", r.Refusal.Detail, "Correct the message and send it again.")
		a.Error.Field = r.Refusal.Location
	}
	return a
}

func wantsAck(r *http.Request) bool {
	for _, accepted := range r.Header.Values("Accept") {
		for one := range strings.SplitSeq(accepted, ",") {
			if media, _, _ := mime.ParseMediaType(one); media == typesHL7[0] || media == typesHL7[1] {
				return true
			}
		}
	}
	return false
}

// writeAcks answers with the acknowledgments in their order: 202 when every message is
// dealt with, 422 when one of one is refused, and a problem when the log took nothing.
func writeAcks(w http.ResponseWriter, results []HL7Result) {
	if len(results) == 0 {
		writeAnswers(w, nil)
		return
	}
	status := http.StatusAccepted
	var acks []byte
	for i := range results {
		if !results[i].Final() && len(results) == 1 {
			ProblemOf(results[i].Err).write(w)
			return
		}
		if results[i].Refusal != nil && len(results) == 1 {
			status = http.StatusUnprocessableEntity
		}
		acks = append(acks, results[i].Ack...)
	}
	w.Header().Set("Content-Type", typesHL7[0])
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(acks)
}
