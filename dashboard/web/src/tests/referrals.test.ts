import { askedText, avoidedText, calls, callWait, freshID, looksAfter, offerText, referrals, referralWait, seeksText, unanswered, whoText } from "../referrals";
import type { Call, Referral } from "../types";
import { AT, state, ward } from "./samples";
import { same } from "./same";

const zone = "Europe/London";
const referral = (id: string, more: Partial<Referral> = {}): Referral => ({ id, version: 1, seeks: ["virtual_ward"], needs: [], state: "open", made: "2027-01-12T03:00:00Z", asked: [], events: [1], ...more });
const call = (id: string, more: Partial<Call> = {}): Call => ({ id, version: 1, origin: "gp_expected", needs: [], raised: "2027-01-12T03:50:00Z", events: [1], ...more });

export function whoWaitsForAnAnswerComesFirstOldestFirst() {
  const s = state({
    referrals: [
      referral("over", { state: "ended" }), referral("begun", { state: "started" }), referral("kept", { state: "accepted" }),
      referral("new", { made: "2027-01-12T04:00:00Z" }), referral("old", { made: "2027-01-12T01:00:00Z" }), referral("newer-over", { state: "cancelled", made: "2027-01-12T03:30:00Z" }),
    ],
  });
  same(referrals(s).map((r) => r.id), ["old", "new", "kept", "begun", "newer-over", "over"]);
  same(referrals(s, (r) => r.state === "open").map((r) => r.id), ["old", "new"]);
}

export function aReferralIsLateAfterItsStandardElseAfterWhenItIsNeeded() {
  const wait = (more: Partial<Referral>) => referralWait(referral("r", more), AT, zone);
  same(wait({}), { text: "1 h 07", level: 0 });
  same(wait({ breach: "2027-01-12T05:00:00Z", due: "2027-01-12T04:00:00Z" }), { text: "1 h 07, to begin by 05:00", level: 0 });
  same(wait({ breach: "2027-01-12T04:30:00Z" }), { text: "1 h 07, to begin by 04:30", level: 2 });
  same(wait({ due: "2027-01-12T04:00:00Z" }), { text: "1 h 07, 7 min late", level: 3 });
  same(wait({ state: "started", started: "2027-01-12T05:10:00Z", breach: "2027-01-12T05:00:00Z" }).text, "begun after 2 h 10, late");
  same(wait({ state: "cancelled", breach: "2027-01-12T04:00:00Z" }), { text: "cancelled", level: 0 }, "nothing is late that is over");
}

export function whatAUnitSaidOfAReferralIsTold() {
  const asked = [
    { unit: "a", asked: "2027-01-12T04:00:00Z" },
    { unit: "b", asked: "2027-01-12T03:30:00Z", answer: "declined" as const, answered: "2027-01-12T03:40:00Z", reason: "no_staff" },
    { unit: "c", answer: "withdrawn" as const, answered: "2027-01-12T03:50:00Z" },
  ];
  same(asked.map((a) => askedText(a, AT, zone)), ["asked 7 min ago, no answer yet", "declined 03:40: no staff", "took it back 03:50"]);
  same(unanswered(referral("r", { asked })).map((a) => a.unit), ["a"]);
}

export function anAdmissionIsAvoidedOnlyOnceItIsChecked() {
  const said = (state: "claimed" | "confirmed" | "withdrawn" | "cannot_be_checked") => avoidedText({ state, since: "2027-01-12T02:00:00Z", check: "2027-01-14T02:00:00Z", events: [] }, AT, zone);
  same(said("claimed"), "admission avoided, claimed, checked until Thu 02:00");
  same(said("confirmed"), "admission avoided: not seen in A&E for 72 h, 02:00");
  same(said("withdrawn"), "admission not avoided: seen in hospital after all, 02:00");
  same(said("cannot_be_checked"), "admission avoided, cannot be checked: nobody said who it is, 02:00");
}

export function aCentreLooksAfterItsLocalitiesAndWhatNamesIt() {
  const centre = ward("centre", 0, { kind: "coordination_centre", serves: ["evesham"] });
  const mine = (r: { place?: string; locality?: string }) => looksAfter(centre, r);
  same([mine({ locality: "evesham" }), mine({ locality: "malvern" }), mine({}), mine({ place: "centre", locality: "malvern" }), mine({ place: "other", locality: "evesham" })], [true, false, true, true, false]);
}

export function callsWaitLongestFirstAndAnsweredOnesAfter() {
  const centre = ward("centre", 0, { kind: "coordination_centre" });
  const s = state({
    calls: [
      call("new", { raised: "2027-01-12T04:05:00Z" }), call("answered", { answered: "2027-01-12T03:55:00Z" }), call("old", { raised: "2027-01-12T03:40:00Z", due: "2027-01-12T03:55:00Z" }),
      call("closed", { closed: "2027-01-12T04:00:00Z", outcome: "advice_given" }),
    ],
  });
  same(calls(s, centre).map((c) => c.id), ["old", "new", "answered", "closed"]);
  same(calls(s, centre).map((c) => callWait(c, AT)), [{ text: "27 min, 12 min late", level: 3 }, { text: "2 min", level: 0 }, { text: "answered after 5 min", level: 0 }, { text: "answered after 10 min", level: 0 }]);
}

export function nothingIsSaidOfWhoItIs() {
  const r = referral("r", { seeks: ["urgent_community_response", "short_stay"], age: 84, locality: "evesham", needs: ["two_carers", "iv"], key: "K7" });
  same(seeksText(r), "urgent community response or short-stay places");
  same(whoText(state(), r), "aged 84, evesham, two carers, IV");
  same(freshID("R", AT, zone, 0.5), "R-0407-i0000");
}

export function anOfferSaysWhatIsKnownAndHowOld() {
  same(offerText({ unit: "a", free: 2, km: 6, home: true, told: "2027-01-12T03:27:00Z", state: "told", ask: ["hoist"] }, AT, zone), "at home, 2 free, 6 km, told 40 min ago, ask: hoist");
  same(offerText({ unit: "a", free: null }, AT, zone), "— not told: ask");
  same(offerText({ unit: "a", free: 0, usable_from: "2027-01-12T08:00:00Z", told: "2027-01-11T22:07:00Z", state: "old" }, AT, zone), "0 free, from 08:00, old, told 6 h ago");
}
