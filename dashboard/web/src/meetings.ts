// What a bed meeting's sheet says. Pure; now is the engine's time in ms since 1970.

import { age, capital, moment, ms } from "./format";
import { number } from "./measures";
import { classNames, siteBrief, siteName } from "./rules";
import type { State } from "./store";
import type { Meeting, MeetingWard, Promised } from "./types";

/** Newest first. */
export function meetings(s: State): Meeting[] {
  return [...s.meetings.values()].sort((a, b) => b.cut - a.cut);
}

export function scopeName(s: State, scope: string): string {
  return scope === "system" ? s.system.name : siteName(s, scope.slice(5));
}

/** How a level's scope is called in a line. */
export function levelName(s: State, scope: string): string {
  const [kind, id] = scope.split("/");
  return kind === "site" ? siteBrief(s, id) : kind === "pillar" ? capital(id.replace(/_/g, " ")) : "Whole system";
}

/** What came of those who were definitely to leave: "9 definite: 6 have left; 3 told, not seen". */
export function promisedText(p: Promised, settled: boolean): string {
  if (!p.told) return "Nobody was told definite.";
  const left = p.left === p.told ? "all have left" : p.left === 0 ? "none has left" : `${p.left} ${p.left === 1 ? "has" : "have"} left`;
  const rest = p.told - p.left;
  if (!rest) return `${p.told} definite: ${left}.`;
  return settled ? `${p.told} definite: ${left}; ${p.not_seen} told, not seen.` : `${p.told} definite: ${left}; ${rest} still here.`;
}

/** Whether it is settled who has left: another meeting of the scope came, or the day is over. */
export function isSettled(s: State, m: Meeting, now: number, zone: string): boolean {
  return m.definite.not_seen > 0 || meetings(s).some((o) => o.before === m.id) || !sameDay(ms(m.opened) ?? now, now, zone);
}

function sameDay(a: number, b: number, zone: string): boolean {
  const day = new Intl.DateTimeFormat("en-GB", { timeZone: zone, dateStyle: "short" });
  return day.format(a) === day.format(b);
}

/** What a ward said, where it is not known or old: "unknown: no census", "old: told 47 min before". */
export function wardDoubt(w: MeetingWard, opened: number): string {
  if (!w.known) return "unknown: nobody has told who is on it";
  const told = ms(w.told);
  return told === null ? "" : `old: last told ${age(opened - told)} before`;
}

/** The shortfalls of a meeting in words, the worst first: "Royal: 9 adult beds short by 08:00". */
export function shortTexts(s: State, m: Meeting): { short: string[]; unknown: string[] } {
  const has = (site: string, bedClass: string) => (m.wards ?? []).some((w) => w.class === bedClass && s.units.get(w.unit)?.site === site);
  const all = (m.shortfalls ?? []).map((f) => ({ ...f, of: `${siteBrief(s, f.site)}, ${classNames[f.class] ?? f.class}` }));
  const short = all.filter((f) => f.short !== null && f.short > 0).sort((a, b) => b.short! - a.short!);
  const unknown = [...new Set(all.filter((f) => f.short === null && has(f.site, f.class)).map((f) => f.of))];
  return { short: short.map((f) => `${number(f.short!)} short by ${f.by}: ${f.of}${f.as_of ? " (from old figures)" : ""}`), unknown };
}

/** Whether it is open, or who signed it and when the next is. */
export function signedText(m: Meeting, now: number, zone: string, roleName: (code: string) => string): string {
  if (!m.signed) return "Not signed";
  return `Signed ${moment(m.signed, now, zone)} by the ${roleName(m.by ?? "")}${m.review ? `; next ${moment(m.review, now, zone)}` : ""}`;
}
