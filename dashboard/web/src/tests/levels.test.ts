import { declaredText, doubtForms, levelOf, profileForms } from "../levels";
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
