import { problems } from "../problems";
import { patientRisks, riskDoubts, risks } from "../risks";
import { siteBrief } from "../rules";
import type { Alert, Measured } from "../types";
import { alert, AT, feed, site, state, test } from "./samples";
import { same } from "./same";

const LONDON = "Europe/London";
const ago = (min: number): string => new Date(AT - min * 60_000).toISOString();
const since = (min: number): Measured => ({ value: (AT - min * 60_000) / 1000, at: ago(min) });

function county(values: Record<string, Measured>, others: Record<string, Measured> = {}) {
  return state({
    sites: [{ ...site("royal"), short: "Worcs Royal" }, { ...site("alex"), short: "Alexandra" }],
    feeds: [feed("pas", { state: "silent", last: ago(47), owner: "Systems desk" })],
    measures: [{ id: "site/royal", version: 1, values }, { id: "site/alex", version: 1, values: others }],
  });
}

export function theWorstRiskToAPatientComesFirst() {
  const s = county({ ambulance_longest_wait: since(112), ambulances_waiting: { value: 6 }, ae_over_12h_from_decision: { value: 2 }, ae_next_dta_breach: since(-90) }, { ambulance_longest_wait: since(50), ambulances_waiting: { value: 0 } });
  same(risks(s, AT, LONDON).map((r) => [r.level, r.what[0], r.then[0]]), [
    [3, "Ambulance held 112 min at Worcs Royal", "Limit 45, 6 waiting. No owner"],
    [3, "Ambulance held 50 min at Alexandra", "Limit 45, 0 waiting. No owner"],
    [3, "Worcs Royal: 2 over 12 h from decision (DTA)", "Waiting for a bed. No owner"],
    [2, "Feed pas silent 47 min", "Ring Systems desk"],
    [2, "Worcs Royal: next DTA breach 05:37", "In 90 min, 12 h from decision. No owner"],
  ]);
  same(problems(s, AT, 0).slice(0, 2).map((p) => p.forms[0]), ["Ambulance held 112 min at Worcs Royal, no owner", "Ambulance held 50 min at Alexandra, no owner"]);
}

export function whatIsWithinItsLimitIsNoRisk() {
  const s = county({ ambulance_longest_wait: since(29), ae_over_12h_from_decision: { value: 0 }, ae_next_dta_breach: since(-121) });
  same(patientRisks(s, AT, LONDON), []);
  same(patientRisks(county({ ambulance_longest_wait: since(30) }), AT, LONDON).map((r) => r.level), [2]);
  same(patientRisks(county({ ambulance_longest_wait: since(45) }), AT, LONDON).map((r) => r.level), [3]);
  same(patientRisks(county({ ambulance_longest_wait: { value: null, missing: [{ unit: "ae", why: "not_sent" }] } }), AT, LONDON), [], "not sent is no risk, and no calm either");
}

export function calmIsNotSaidOfWhatIsNotKnown() {
  const missing: Measured = { value: null, missing: [{ unit: "ae", why: "not_sent" }] };
  same(riskDoubts(county({ ae_over_12h_from_decision: missing, ambulances_waiting: { value: 0 } }), AT, LONDON), [["A&E not sent: Royal", "A&E not sent: 1 site", "A&E not sent"]]);
  same(riskDoubts(county({ ae_over_12h_from_decision: { value: 0 }, ambulances_waiting: missing }), AT, LONDON), [["Ambulances not sent: Royal", "Ambulances not sent: 1 site", "Ambulances not sent"]]);
  same(riskDoubts(county({ ae_over_12h_from_decision: { value: 0 }, ambulances_waiting: { value: 0 } }), AT, LONDON), []);
}

export function aRiskFromAnOldFigureSaysSo() {
  const s = county({ ambulance_longest_wait: { ...since(112), as_of: ago(47), missing: [{ unit: "ae", why: "silent" }] } });
  same(patientRisks(s, AT, LONDON)[0].then[0], "Limit 45, 47 min old. No owner");
}

export function aShortNameIsNeverThatOfAnotherSite() {
  const s = state({ sites: ["Worcs Royal", "Bath Royal", "Alexandra", "Worcester city"].map((short, i) => ({ ...site(`s${i}`), short })) });
  same([...s.sites.keys()].map((id) => siteBrief(s, id)), ["Worcs Royal", "Bath Royal", "Alexandra", "Worcester city"]);
  same(siteBrief(county({}), "royal"), "Royal");
}

export function callsAndReferralsPastTheirTimeHaveNoOwner() {
  const call = { version: 1, origin: "crew", needs: [], raised: "2027-01-12T03:30:00Z", due: "2027-01-12T03:45:00Z", events: [] };
  const referral = { version: 1, seeks: [], needs: [], made: "2027-01-12T01:00:00Z", asked: [], events: [] };
  const s = state({
    calls: [{ ...call, id: "a" }, { ...call, id: "b", due: "2027-01-12T05:00:00Z" }, { ...call, id: "c", answered: "2027-01-12T03:50:00Z" }],
    referrals: [
      { ...referral, id: "a", state: "open", breach: "2027-01-12T03:00:00Z" }, { ...referral, id: "b", state: "open", due: "2027-01-12T04:00:00Z" },
      { ...referral, id: "c", state: "accepted", breach: "2027-01-12T03:00:00Z" }, { ...referral, id: "d", state: "open" },
    ],
  });
  same(risks(s, AT, "Europe/London").map((r) => r.what[0]), ["2 referrals without a place, 1 h 07 late", "Call not answered, 22 min late"]);
}

export function whatSomebodyHasIsOwned() {
  const values = { ambulance_longest_wait: since(112), ambulances_waiting: { value: 6 } };
  const taken = alert("a", { owner: "on_call_manager", inputs: [test("ambulance_longest_wait", { kind: "older", limit: 3600, at: ago(112) })] });
  const s = state({
    sites: [{ ...site("royal"), short: "Worcs Royal" }, { ...site("alex"), short: "Alexandra" }],
    measures: [{ id: "site/royal", version: 1, values }, { id: "site/alex", version: 1, values: { ambulance_longest_wait: since(50) } }],
    alerts: [taken],
  });
  same(patientRisks(s, AT, LONDON).map((r) => [r.what[0], r.then[0]]), [
    ["Ambulance held 50 min at Alexandra", "Limit 45. No owner"],
    ["Ambulance held 112 min at Worcs Royal", "Limit 45, 6 waiting. On-call manager has it"],
  ]);
  same(problems(s, AT, 0)[0].forms[0], "Ambulance held 50 min at Alexandra, no owner", "the largest sentence is of what nobody has");
  const icu = alert("b", { scope: "system", line: "No critical care bed in the county", inputs: [test("critical_care_available", { value: 0 })] });
  same(risks(state({ sites: [site("royal")], alerts: [icu] }), AT, LONDON)[0].then, ["No owner"]);
}

export function aDeadAlertPathIsSaidFirst() {
  const dead = feed("alerts", { name: "Alert path", state: "silent", last: "2027-01-12T03:40:00Z" });
  const s = state({ sites: [site("royal")], feeds: [dead, feed("pas")] });
  same(problems(s, AT, 0)[0], { level: 3, forms: ["Alerts reach nobody since 03:40", "Alerts reach nobody"] });
  same(risks(s, AT, LONDON)[0].what[0], "Alerts reach nobody since 03:40");
  same(problems(state({ sites: [site("royal")], feeds: [{ ...dead, state: "on_time" }] }), AT, 0).some((p) => p.forms[0].startsWith("Alerts")), false);
}

export function anAlertWhoseFigureIsGoneStillHasNoOwner() {
  const crews = (more: Partial<Alert>) => state({ sites: [{ ...site("royal"), short: "Worcs Royal" }], alerts: [alert("a", { inputs: [test("ambulance_longest_wait", { kind: "older", limit: 3600 })], ...more })] });
  const said = (more: Partial<Alert>) => risks(crews(more), AT, LONDON).map((r) => [r.what[0], r.then[0]]);
  same(said({}), [["Royal A&E: 4 crews or more, longest 1 h 45", "No owner"]], "its feed is silent: nothing else says it");
  same(said({ recovered: "2027-01-12T04:00:00Z" }), [], "back within its limit");
  same(said({ state: "resolved", over: "2027-01-12T04:00:00Z" }), []);
}
