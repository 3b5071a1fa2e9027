package hl7

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAcknowledgmentAsWritten(t *testing.T) {
	message := []byte("MSH|^~\\&|PAS|RXX|FLOW|HUB|20260114093000||ADT^A01^ADT_A01| 42|T|2.3\r" + patientA + "\r")
	assert.Equal(t, "MSH|^~\\&|FLOW|HUB|PAS|RXX|20261122120000+0000||ACK^A01^ACK|FC6bf8cb9a0c8d4de8|T|2.3\rMSA|AA| 42\r",
		normal(Acknowledge(message, nil, "", AckAuto, arrival)))
	assert.Equal(t, "MSH|^~\\&|FLOW|HUB|PAS|RXX|20261122120000+0000||ACK^A01^ACK|FC6bf8cb9a0c8d4de8|T|2.3\r"+
		"MSA|AE| 42|A01 needs a PV1 segment\r"+
		"ERR||PV1|100^Segment sequence error^HL70357|E|no_pv1|||A01 needs a PV1 segment\r",
		normal(Acknowledge(message, Map(message, &Settings{}, arrival).Refusal, "", AckAuto, arrival)))
}

// normal puts a fixed control ID in place of an answer's own.
func normal(ack []byte) string {
	fields := strings.SplitN(string(ack), "|", 11)
	fields[9] = "FC6bf8cb9a0c8d4de8"
	return strings.Join(fields, "|")
}

func TestAcknowledgmentModes(t *testing.T) {
	fault, reject := refuse(NoPV1, "PV1", "x"), refuse(UnsupportedTrigger, "MSH-9", "x")
	for _, c := range []struct {
		msh15, msh16          string
		mode                  AckMode
		taken, faulty, failed string
	}{
		{"", "", AckAuto, "AA", "AE", "AR"},
		{"", "", "", "AA", "AE", "AR"},
		{"AL", "NE", AckAuto, "CA", "CE", "CR"},
		{"AL", "", AckAuto, "CA", "CE", "CR"},
		{"al", "AL", AckAuto, "CA", "CE", "CR"},
		{"NE", "AL", AckAuto, "AA", "AE", "AR"},
		{"", "AL", AckAuto, "AA", "AE", "AR"},
		{"NE", "NE", AckAuto, "", "", ""},
		{"NE", "", AckAuto, "", "", ""},
		{"ER", "NE", AckAuto, "", "CE", "CR"},
		{"SU", "NE", AckAuto, "CA", "", ""},
		{"ER", "AL", AckAuto, "AA", "CE", "CR"},
		{"NE", "ER", AckAuto, "", "AE", "AR"},
		{"XX", "", AckAuto, "CA", "CE", "CR"},
		{"AL", "NE", AckOriginal, "AA", "AE", "AR"},
		{"NE", "NE", AckOriginal, "AA", "AE", "AR"},
		{"", "", AckEnhanced, "CA", "CE", "CR"},
		{"NE", "AL", AckEnhanced, "AA", "AE", "AR"},
	} {
		message := []byte("MSH|^~\\&|PAS|RXX|FLOW|FLOW|2026||ADT^A01|C1|P|2.4|||" + c.msh15 + "|" + c.msh16)
		for want, refusal := range map[*Refusal]string{nil: c.taken, fault: c.faulty, reject: c.failed} {
			answer, ok := ReadAnswer(Acknowledge(message, want, "", c.mode, arrival))
			assert.Equal(t, refusal != "", ok, "%+v", c)
			assert.Equal(t, refusal, answer.Code, "%+v", c)
			assert.Equal(t, want == nil && refusal != "", answer.Taken())
		}
	}
}

func TestAcknowledgmentOfWhatCannotBeRead(t *testing.T) {
	for _, message := range []string{"", "GET / HTTP/1.1\r\n", "MSH", "MSH|", "MSH|0000|A"} {
		_, refusal := Read([]byte(message))
		require.NotNil(t, refusal, message)
		ack := Acknowledge([]byte(message), refusal, "", AckEnhanced, arrival)
		answer, ok := ReadAnswer(ack)
		require.True(t, ok, "%q", ack)
		assert.Contains(t, []string{"AR", "CR"}, answer.Code)
		assert.Empty(t, answer.ControlID)
		assert.Equal(t, refusal.Detail, answer.Text)
	}
}

func TestAcknowledgmentInTheSendersSigns(t *testing.T) {
	message := handwritten(t, "a01-custom-separators")
	ack := string(Acknowledge(message, refuse(BadText, "PV1-3", `of "$*!?%" and ^`), "", AckAuto, arrival))
	assert.True(t, strings.HasPrefix(ack, "MSH$*!?%$FLOW$FLOW$PAS$RXX$20261122120000+0000$$ACK*A01*ACK$FC"), ack)
	assert.Contains(t, ack, "\rERR$$PV1*1*3$102*Data type error*HL70357$E$bad_text$$$of \"?F??S??R??E??T?\" and ^\r")
	answer, ok := ReadAnswer([]byte(ack))
	require.True(t, ok)
	assert.Equal(t, Answer{Code: "AE", ControlID: "CS1", Text: `of "$*!?%" and ^`}, answer)
	bare := string(Acknowledge([]byte("MSH|^|A|B|C|D|||ADT^A01|7|P|2.4"), refuse(BadText, "PV1-3", "a|b"), "", AckAuto, arrival))
	assert.Contains(t, bare, "\rMSA|AE|7|ab\r")
}

func TestEveryReasonHasACondition(t *testing.T) {
	for code, c := range conditions {
		assert.NotEmpty(t, c.code, code)
		assert.Equal(t, c.reject, refuse(code, "", "").Rejected())
	}
	assert.True(t, refuse("not_listed", "", "").Rejected(), "what we cannot place is not the sender's fault")
}
