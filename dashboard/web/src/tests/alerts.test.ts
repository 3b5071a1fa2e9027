// What an alert says.

import { answerText, current, limitOf, nextText, oldest, ownerText, phoneOf, sinceText, standingOf, tested, tiers, whatForms } from "../alerts";
import { roleName } from "../roles";
import type { Alert } from "../types";
import { same } from "./same";
import { alert, AT, site, state, test, time } from "./samples";

const ZONE = "Europe/London";
const held = test("ambulance_longest_wait", { kind: "older", limit: 2700, at: time("02:15") });
const royal = state({ sites: [{ ...site("royal"), short: "Worcs Royal" }, site("alex")] });

export function whatIsWrongGrowsWithTheClock() {
  const a = alert("a", { now: [held, test("ambulances_waiting", { value: 6 })] });
  same(whatForms(royal, a, AT, ZONE), ["Ambulance held 112 min at Worcs Royal A&E", "Ambulance held 112 min at Royal A&E"]);
  same(whatForms(royal, a, AT + 60_000, ZONE)[1], "Ambulance held 113 min at Royal A&E");
  same(sinceText(a, AT, ZONE), "Since 02:15. Limit 45 min, passed 03:00.");
  same(sinceText(alert("a", { now: [{ ...held, at: time("04:00") }] }), AT, ZONE), "Since 04:00. Limit 45 min, at 04:45.", "another ambulance, that is not late yet");
}

export function whereNoFigureSaysItTheLineStands() {
  same(whatForms(royal, alert("a"), AT, ZONE), ["Royal A&E: 4 crews or more, longest 1 h 45"]);
  same(whatForms(royal, alert("a", { now: [{ ...held, at: undefined }] }), AT, ZONE), ["Royal A&E: 4 crews or more, longest 1 h 45"], "a figure that is not known");
  same(whatForms(royal, alert("a", { now: [held], state: "resolved" }), AT, ZONE), ["Royal A&E: 4 crews or more, longest 1 h 45"], "over: it no longer grows");
  same(sinceText(alert("a", { now: [test("ae_over_12h", { value: 17, limit: 10 })] }), AT, ZONE), "Alert since 03:30. Limit 10.");
}

export function whoWasToldAndWhoIsNext() {
  const words = (a: Alert, me: string) => tiers(a, me, AT, ZONE).map((t) => `${t.at} ${t.words} ${t.state}`);
  same(words(alert("a"), "on_call_manager"), ["03:30 desk told told", "04:00 you now", "04:20 director, if not taken next"]);
  same(nextText(alert("a"), "on_call_manager", AT, ZONE), "On-call director is told at 04:20, if nobody takes it.");
  const taken = alert("a", { owner: "on_call_manager", taken: { what: "taken", at: time("04:05"), role: "on_call_manager", seq: 3 }, next: undefined });
  same(words(taken, "on_call_manager"), ["03:30 desk told told", "04:00 you told", "04:05 you have it has"]);
  same([ownerText(taken, "on_call_manager", AT, ZONE), ownerText(taken, "on_call_director", AT, ZONE)], ["Yours since 04:05", "On-call manager has it since 04:05"]);
  same(nextText(taken, "icb_on_call", AT, ZONE), "On-call manager has it. Nobody else is told.");
  same([ownerText(alert("a"), "coordinator", AT, ZONE), nextText(alert("a", { next: undefined }), "coordinator", AT, ZONE)], ["No owner yet", "Nobody else is told by itself."]);
  same(nextText(alert("a", { shelved: time("05:00") }), "coordinator", AT, ZONE), "Shelved until 05:00: nobody is told.");
}

export function whatIsOverUnconfirmedOrRecoveredIsSaid() {
  same(standingOf(alert("a"), AT, ZONE), []);
  same(standingOf(alert("a", { state: "resolved", over: time("04:05"), recovered: time("03:55") }), AT, ZONE), ["Over since 04:05, after 35 min."]);
  same(standingOf(alert("a", { state: "unconfirmed" }), AT, ZONE), ["Not confirmed since 04:00: nobody knows whether it still holds. Ring to find out."]);
  same(standingOf(alert("a", { recovered: time("03:55") }), AT, ZONE), ["Back within its limit since 03:55. The alert ends when that has held."]);
}

export function figuresAndLimitsAreWords() {
  const all = [held, test("ae_next_dta_breach", { kind: "within", limit: 7200, at: time("06:22") }), test("adult_ga_short_4h", { title: "Adult G&A beds short, in 4 hours", value: 9, limit: 5 }), test("nctr_share", { title: "NCTR", unit: "percent", value: 14.25, limit: 12 }), test("critical_care_available", { kind: "at_most", value: 0, limit: 0 }), test("ae_over_12h")];
  same(all.map((t) => tested(t, AT, ZONE)), ["Ambulance held 112 min", "12 h from decision (DTA) at 06:22", "9 adult G&A beds short in 4 h", "NCTR: 14.3%", "No critical care bed free", null]);
  same(all.map(limitOf), ["limit 45 min", "2 h before", "limit 5", "limit 12%", "limit 0", "limit 4"]);
  same([oldest(alert("a", { now: [{ ...held, as_of: time("03:40") }, held] }), AT), oldest(alert("a"), AT)], ["27 min", null]);
}

export function anAlertWithoutOwnerComesFirst() {
  const all = [
    alert("over", { state: "resolved", over: time("04:00") }), alert("gone", { state: "resolved", over: time("03:50") }), alert("owned", { owner: "coordinator" }), alert("warning", { severity: "warning", fired: time("01:00") }), alert("later", { fired: time("03:40") }), alert("first"),
  ];
  same(current(state({ alerts: all }), AT).map((a) => a.id), ["first", "later", "warning", "owned", "over"]);
}

export function aRolesNumberIsThatOfTheSite() {
  const contacts = [{ role: "clinical_site_manager", phone: "1" }, { role: "clinical_site_manager", site: "royal", phone: "2" }, { role: "ed_nurse_in_charge", site: "alex", phone: "3" }];
  const s = state({ system: { ...state().system, contacts } });
  same([phoneOf(s, "clinical_site_manager", "royal"), phoneOf(s, "clinical_site_manager", "alex"), phoneOf(s, "ed_nurse_in_charge", "royal"), phoneOf(s, "ed_nurse_in_charge", null)], ["2", "1", null, null]);
  same([roleName("ed_nurse_in_charge"), roleName("on_call_manager"), roleName("icb_on_call")], ["ED nurse in charge", "on-call manager", "ICB on-call"]);
}

export function whatWasSaidOfItIsWords() {
  const said = { at: time("04:02"), role: "clinical_site_manager", seq: 4 };
  same(answerText({ ...said, what: "handed_on", to: "on_call_director" }, AT, ZONE), "clinical site manager handed it on to on-call director");
  same(answerText({ ...said, what: "shelved", until: time("05:00"), reason: "data_wrong" }, AT, ZONE), "clinical site manager shelved it until 05:00: data wrong");
}
