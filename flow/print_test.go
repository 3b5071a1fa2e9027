package flow

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/capacity"
)

// TestEncodeIsStandard: the quick way writes what encoding/json writes, whatever the
// texts hold.
func TestEncodeIsStandard(t *testing.T) {
	plain := rapid.StringMatching(`[ !#-%'-;=?-[\]-~]{0,12}`)
	wild := rapid.OneOf(plain, rapid.StringMatching(`[ -~]{0,12}`), rapid.String())
	moment := rapid.Custom(func(t *rapid.T) capacity.Instant {
		return capacity.Instant(rapid.Int64Range(0, 7_000_000_000_000).Draw(t, "ms"))
	})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]*rapid.Generator[string]{plain, wild}).Draw(t, "texts")
		draw := func(name string) string { return text.Draw(t, name) }
		e := Event{
			ID: draw("id"), Feed: draw("feed"), Kind: rapid.SampledFrom(Kinds()).Draw(t, "kind").Kind, Digest: draw("digest"),
			Happened: moment.Draw(t, "time"), Recorded: moment.Draw(t, "recorded"),
			Data: Data{
				Patient: draw("patient"), Also: rapid.SliceOfN(text, 0, 3).Draw(t, "also"), Visit: draw("visit"), FromPatient: draw("from"), FromVisit: draw("was"),
				Place: draw("place"), Prior: draw("prior"), Class: PatientClass(draw("class")), Due: moment.Draw(t, "due"), Outcome: draw("outcome"),
				GoingTo: draw("going"), Reason: draw("reason"), Until: moment.Draw(t, "until"), Status: BedStatus(draw("status")), Role: draw("role"),
				Counter: rapid.Uint64().Draw(t, "counter"), Revision: rapid.Uint64().Draw(t, "revision"), LayoutID: draw("layout"),
			},
		}
		if rapid.Bool().Draw(t, "swap") {
			e.Data.Swap = &SwapLeg{Patient: draw("other"), Place: draw("there")}
		}
		want, err := json.Marshal(&wireEvent{"1.0", e.ID, e.Feed, e.Kind.String(), e.Happened, e.Recorded, e.Digest, e.Data})
		require.NoError(t, err)
		p := printed{}
		p.event(&e)
		if !p.bad {
			require.Equal(t, string(want), string(p.b))
		}
		require.False(t, p.bad && text == plain && e.Data.Swap == nil, "given up without need: %s", want)
		got, err := Encode(&e)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	})
}

// BenchmarkEncode measures an admission.
func BenchmarkEncode(b *testing.B) {
	e := Event{
		ID: "hl7-0000000000000000000012", Feed: "pas", Kind: Admitted, Happened: 1_800_000_000_123, Recorded: 1_800_000_000_456, Digest: "0123456789abcdef",
		Data: Data{
			Patient: "kAb3_kAb3_kAb3_kAb3_k2", Visit: "kAb3_kAb3_kAb3_kAb3_k2", Also: []string{"kAb3_kAb3_kAb3_kAb3_k1", "kAb3_kAb3_kAb3_kAb3_k3"},
			Place: "ward00001/B01", Class: Inpatient, Due: 1_800_000_900_000,
		},
	}
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = Encode(&e)
		}
	})
	b.Run("digest", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = BodyDigest(&e)
		}
	})
}
