import { declaredLine, declaredText, declarers, doubtForms, levelOf, pointsDoubt, pointsText, profileForms, scored } from "../levels";
import type { OpelLevel, Points } from "../types";
import { AT, site, state } from "./samples";
import { same } from "./same";

const zone = "Europe/London";
const points = (low: number, high: number, since?: string): Points => ({ id: "crowd", name: "In A&E", measure: "ae_in_department", value: 4, low, high, most: 5, since });
const level = (id: string, more: Partial<OpelLevel> = {}): OpelLevel => ({
  id, version: 1, level: 3, could: 3, assessed: 3, low: 30, high: 30, shown_since: "2027-01-12T01:25:00Z", profile: "p v7", name: "Illustrative profile v7", origin: "illustrative", points: [], ...more,
});

export function theDoubtNamesWhoIsSilentTheLongestFirst() {
  const system = level("system", { could: 4 });
  const s = state({
    sites: [site("Royal"), site("Alexandra")],
    levels: [system, level("site/Royal", { points: [points(2, 3, "2027-01-12T04:00:00Z")] }), level("site/Alexandra", { points: [points(2, 5, "2027-01-12T03:20:00Z")] })],
  });
  same(doubtForms(s, system, AT), ["OPEL 3, could be 4: Alexandra silent 47 min, 1 more", "OPEL 3, could be 4: Alexandra, 1 more", "OPEL 3, could be 4"]);
  same(doubtForms(s, level("system"), AT), null, "no doubt, no sentence");
}

export function theProfileIsAlwaysNamed() {
  same(profileForms(level("system"), AT, zone), ["Illustrative profile v7, since 01:25", "Illustrative profile v7"]);
}

export function aDeclaredLevelIsShownWhileItDiffers() {
  const declared = { level: 2, at: "2027-01-11T22:10:00Z", until: "2027-01-12T12:00:00Z", review: "2027-01-12T06:00:00Z", role: "on_call_director", seq: 9 };
  same(declaredText(level("system", { declared }), zone), { level: 2, forms: ["22:10, on-call director", "22:10"] });
  same(declaredText(level("system", { declared: { ...declared, level: 3 } }), zone), null);
  same(declaredText(level("system"), zone), null);
}

export function aSiteWithoutAProfileHasNoLevel() {
  same(levelOf(state({ levels: [level("site/Royal")] }), "site/Kidderminster"), undefined);
}

export function aDeclaredLevelIsLookedAtAgain() {
  const declared = { level: 3, at: "2027-01-11T22:10:00Z", until: "2027-01-12T12:00:00Z", review: "2027-01-12T06:00:00Z", role: "on_call_director", reason: "ae_full", seq: 9 };
  const said = (review: string) => declaredLine(level("system", { declared: { ...declared, review } }), AT, zone);
  same(said("2027-01-12T06:00:00Z"), { text: "Declared 3 Mon 22:10, on-call director: A&E full. Until 12:00, review due 06:00.", late: false }, "also while it agrees");
  same(said("2027-01-12T04:00:00Z")?.late, true);
  same(declaredLine(level("system"), AT, zone), null);
  same([declarers("site/Royal").includes("icb_on_call"), declarers("system").includes("clinical_site_manager")], [false, false]);
}

export function thePointsOfALevelOpenTheWorstFirst() {
  const all = [points(1, 1), { ...points(2, 4, "2027-01-12T03:20:00Z"), id: "old", why: "silent" }, { ...points(3, 3), id: "told", phoned: true }];
  same(scored(level("site/Royal", { points: all })).map((p) => [p.id, pointsText(p), pointsDoubt(p, AT)]), [
    ["old", "2 to 4 of 5 points", "silent, 47 min old"],
    ["told", "3 of 5 points", "by phone"],
    ["crowd", "1 of 5 points", ""],
  ]);
  same(pointsText({ low: 21, high: 21 }), "21 points");
}
