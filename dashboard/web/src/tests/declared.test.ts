import { badges, divertForms, inForce, placeBrief } from "../declared";
import type { Agreement, Declared } from "../types";
import { AT, site, state } from "./samples";
import { same } from "./same";

const zone = "Europe/London";
const declared = (status: string, value: string, weight: number, more: Partial<Declared> = {}): Declared => ({
  id: `system ${status}`, version: 1, status, title: status, pillar: "acute", scope: "system", value, word: value, weight, at: "2027-01-12T00:00:00Z", until: "2027-01-12T08:00:00Z", expired: false, feed: "desk", seq: 1, ...more,
});
const divert = (more: Partial<Agreement> = {}): Agreement => ({
  id: "G1", version: 1, purpose: "divert", from: "Royal", to: "Alexandra", state: "agreed", asked: "2027-01-12T02:00:00Z", role: "clinical_site_manager", begins: "2027-01-12T03:00:00Z", until: "2027-01-12T06:00:00Z", events: [1], ...more,
});

export function onceADeclarationHasExpiredNobodyKnows() {
  const s = state({ statuses: [declared("nhs111", "normal", 0), declared("reap", "3", 1), declared("mental_health", "full", 2, { expired: true, until: "2027-01-12T02:00:00Z" }), declared("critcon", "4", 2), declared("reap", "1", 0, { id: "site/x reap", scope: "site/x" })] });
  same(badges(s, "system", AT, zone).map((b) => [b.title, b.value, b.level, b.expired]), [
    ["Mental health", "since 02:00", 0, true],
    ["CRITCON", "4", 3, false],
    ["REAP", "3", 2, false],
    ["NHS 111", "normal", 0, false],
  ]);
}

export function aDivertInForceStandsBesideBothSites() {
  const sites = [site("Royal"), site("Alexandra"), site("Other")];
  const s = (more: Partial<Agreement> = {}) => state({ sites, agreements: [divert(more)] });
  const said = (more: Partial<Agreement> = {}) => sites.map((x) => divertForms(s(more), x, AT, zone)?.[0] ?? null);
  same(said(), ["diverts to Alexandra till 06:00", "takes Royal's divert till 06:00", null]);
  same(said({ state: "asked" }), [null, null, null], "asked is not agreed");
  same(said({ until: "2027-01-12T04:00:00Z" }), [null, null, null], "over");
  same(said({ begins: "2027-01-12T05:00:00Z" }), [null, null, null], "to come");
  same(said({ purpose: "mutual_aid" }), [null, null, null]);
  same(inForce(s({ purpose: "mutual_aid" }), AT).length, 1);
}

export function aHospitalOutsideIsNamedAsOne() {
  same([placeBrief(state({ sites: [site("Royal")] }), "Royal"), placeBrief(state(), "out/RRK")], ["Royal", "RRK, outside"]);
}
