// What is wrong, for the largest sentences of the wall. Pure; now is the engine's time in
// ms since 1970.

import { ageOf, contradiction, count, heldReason, heldRemedy, wholePercent } from "./format";
import { ALERT_PATH, deadPath, patientRisks } from "./risks";
import { bedUnits, feedSite, heldByPlace, heldFacts, itemPlace, occupancy, openItems, silentFeeds, siteName, unitLevel, unitNames, worstFirst } from "./rules";
import type { State } from "./store";

/** Something wrong, in words: longest form first. */
export interface Problem {
  level: 0 | 2 | 3;
  forms: string[];
}

/**
 * What is wrong, the worst first, by a fixed rule: the engine's clock, nothing known at
 * all, patients who wait too long, silent feeds (longest first), feeds never heard, units
 * full or over (fullest first), contradictions, held facts.
 */
export function problems(s: State, now: number, standingSeconds: number): Problem[] {
  const found: Problem[] = [];
  if (standingSeconds > 0) {
    found.push({ level: 3, forms: [`The engine's clock has stood still ${standingSeconds} s`, "The engine's clock stands still"] });
  }
  const units = bedUnits(s);
  if (units.length && units.every((u) => !u.known)) {
    found.push({ level: 2, forms: ["No unit has told who is on it", "No unit is known yet"] });
  }
  const dead = deadPath(s, s.system.time_zone || "Europe/London");
  if (dead) found.push({ level: 3, forms: dead });
  for (const r of patientRisks(s, now, s.system.time_zone || "Europe/London").filter((r) => !r.owner)) {
    found.push({ level: r.level, forms: [`${r.what[0]}, no owner`, ...r.what] });
  }
  const silent = silentFeeds(s).filter((f) => f.id !== ALERT_PATH);
  if (silent.length) {
    const f = silent[0];
    const since = ageOf(f.last, now);
    const more = silent.length > 1 ? [`${count(silent.length, "feed")} silent, longest ${since}`] : [];
    const site = feedSite(s, f);
    const short = site && silent.length === 1 ? [`1 ${site} feed silent ${since}`] : [];
    found.push({ level: 2, forms: [`${f.name} silent ${since}`, ...more, ...short, `1 feed silent ${since}`] });
  }
  const never = [...s.feeds.values()].filter((f) => f.state === "never" && f.id !== ALERT_PATH);
  if (never.length) {
    found.push({ level: 2, forms: [`Nothing yet from ${never.map((f) => f.name).join(", ")}`, `Nothing yet from ${count(never.length, "feed")}`] });
  }
  const full = worstFirst(bedUnits(s)).filter((u) => u.known && unitLevel(u) === 3);
  if (full.length) {
    const u = full[0];
    const p = wholePercent(occupancy(u.beds) ?? 100);
    const tail = u.beds.over > 0 ? `${p}, ${count(u.beds.over, "patient")} over` : `${p} full`;
    const names = unitNames(s, u, u.id).map((n) => `${n} ${tail}`);
    const many = `${full.length} of ${units.length} units full`;
    const over = [...unitNames(s, u, u.id).map((n) => `${n}, ${u.beds.over} over`), `${siteName(s, u.site)}: ${u.beds.over} over`];
    const forms = u.beds.over > 0 ? [...names, ...over] : full.length > 1 ? [...names.map((n) => `${many}: ${n}`), many] : names;
    found.push({ level: 3, forms });
  }
  const items = openItems(s);
  if (items.length) {
    const at = itemPlace(s, items[0]);
    const more = items.length > 1 ? `, ${items.length - 1} more` : "";
    const since = ageOf(items[0].since, now);
    const lasting = since ? ` for ${since}` : "";
    const what = contradiction(items[0].kind);
    found.push({
      level: 2,
      forms: [...at.map((a) => `${a}: ${what}${lasting}${more}`), ...at.map((a) => `${a}: ${what}${more}`), count(items.length, "contradiction")],
    });
  }
  const held = heldFacts(s);
  if (held.length) {
    const [most] = heldByPlace(held);
    const why = `${heldReason(most.reason)} ${most.place}`;
    found.push({ level: 0, forms: [`${count(held.length, "fact")} held: ${why}, ${heldRemedy(most.reason, most.feed)}`, `${count(held.length, "fact")} held: ${why}`, `${count(held.length, "fact")} held`] });
  }
  return found;
}
