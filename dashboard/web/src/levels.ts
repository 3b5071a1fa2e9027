// OPEL levels: what is shown, what it could be, and the words for both. Pure; now is the
// engine's time in ms since 1970.

import { ageOf, clockTime, moment, ms, words } from "./format";
import { number } from "./measures";
import { roleName } from "./roles";
import { siteBrief } from "./rules";
import type { State } from "./store";
import type { OpelLevel, Points } from "./types";

export const levelWord: Record<number, string> = { 1: "Normal", 2: "Pressure", 3: "Major", 4: "Critical" };

/** The level of a scope, undefined where no profile gives it one. */
export function levelOf(s: State, scope: string): OpelLevel | undefined {
  return s.levels.get(scope);
}

/**
 * Why the level could be higher: the sites whose inputs are old or missing, with the feed's
 * name and its age, the longest first. Longest form first; null without doubt.
 */
export function doubtForms(s: State, l: OpelLevel, now: number): string[] | null {
  if (l.could <= l.level) return null;
  const head = `OPEL ${l.level}, could be ${l.could}`;
  const places = [...s.levels.values()]
    .filter((of) => of.points.some((p) => p.high > p.low) && (l.id === "system" || of.id === l.id || l.id.startsWith("pillar/")))
    .map((of) => {
      const open = of.points.filter((p) => p.high > p.low);
      const since = Math.min(...open.map((p) => ms(p.since) ?? Infinity));
      return { name: siteBrief(s, of.id.replace("site/", "")), since, age: Number.isFinite(since) ? ageOf(new Date(since).toISOString(), now) : "" };
    })
    .sort((a, b) => a.since - b.since);
  if (!places.length) return [head];
  const [first] = places;
  const what = first.age ? `${first.name} silent ${first.age}` : `${first.name} in part not told`;
  const more = places.length > 1 ? `, ${places.length - 1} more` : "";
  return [`${head}: ${what}${more}`, `${head}: ${first.name}${more}`, head];
}

/** The profile, and since when the level is shown: "Illustrative profile v1, since 01:25". */
export function profileForms(l: OpelLevel, now: number, zone: string): string[] {
  const at = ms(l.shown_since);
  if (at === null) return [l.name];
  const since = now - at < 20 * 3_600_000 ? clockTime(at, zone) : ageOf(l.shown_since, now);
  return [`${l.name}, since ${since}`, l.name];
}

/** Who declared another level and when: "22:10, on-call director". Null while it agrees or nobody did. */
export function declaredText(l: OpelLevel, zone: string): { level: number; forms: string[] } | null {
  const d = l.declared;
  if (!d || d.level === l.level) return null;
  const at = ms(d.at);
  const when = at === null ? "" : clockTime(at, zone);
  return { level: d.level, forms: [`${when}, ${roleName(d.role)}`, when] };
}

/** Who may declare the level of a scope. The centre refuses anybody else. */
export function declarers(scope: string): string[] {
  return scope.startsWith("site/") ? ["clinical_site_manager", "on_call_manager", "on_call_director"] : ["on_call_manager", "on_call_director", "icb_on_call"];
}

/** What is declared, whether it agrees or not, and when it is looked at again; late once that has passed. */
export function declaredLine(l: OpelLevel, now: number, zone: string): { text: string; late: boolean } | null {
  const d = l.declared;
  if (!d) return null;
  const late = (ms(d.review) ?? Infinity) < now;
  const why = d.reason ? `: ${words(d.reason)}` : "";
  const review = ms(d.review) === null ? "" : `, review ${late ? "was due" : "due"} ${moment(d.review, now, zone)}`;
  return { text: `Declared ${d.level} ${moment(d.at, now, zone)}, ${roleName(d.role)}${why}. Until ${moment(d.until, now, zone)}${review}.`, late };
}

/** The parameters of a level, those that give the most points first. */
export function scored(l: OpelLevel): Points[] {
  return [...l.points].sort((a, b) => b.high - a.high || b.low - a.low);
}

/** "21 of 44 points", and with doubt "21 to 24 of 44 points". */
export function pointsText(p: { low: number; high: number; most?: number }): string {
  const some = p.high > p.low ? `${number(p.low)} to ${number(p.high)}` : number(p.low);
  return p.most === undefined ? `${some} points` : `${some} of ${number(p.most)} points`;
}

/** What is to be said against a parameter, empty while nothing is. */
export function pointsDoubt(p: Points, now: number): string {
  const since = ageOf(p.since, now);
  return [p.why ? words(p.why) : "", since ? `${since} old` : "", p.phoned ? "by phone" : ""].filter(Boolean).join(", ");
}
