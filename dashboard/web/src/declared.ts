// What people have declared or agreed: statuses that expire, diverts and mutual aid. Pure;
// now is the engine's time in ms since 1970.

import { moment, ms, words } from "./format";
import { siteBrief } from "./rules";
import type { Level } from "./rules";
import type { State } from "./store";
import type { Agreement, Declared, Site } from "./types";

const short: Record<string, string> = { reap: "REAP", critcon: "CRITCON", nhs111: "NHS 111", mental_health: "Mental health" };

/** A status beside others: its name, and its value as a digit or a word; once expired, since when nobody knows. */
export interface Badge {
  id: string;
  title: string;
  value: string;
  level: Level;
  expired: boolean;
}

/** The statuses of a scope, those that need a look first: expired, then by weight; ties in the order of the list. */
export function badges(s: State, scope: string, now: number, zone: string): Badge[] {
  const rank = (d: Declared) => (d.expired ? 3 : d.weight);
  return [...s.statuses.values()]
    .filter((d) => d.scope === scope && d.status !== "opel") // a declared level stands beside the computed one
    .map((d, i) => ({ d, i }))
    .sort((a, b) => rank(b.d) - rank(a.d) || a.i - b.i)
    .map(({ d }) => ({
      id: d.id,
      title: short[d.status] ?? d.title,
      value: d.expired ? `since ${moment(d.until, now, zone)}` : valueText(d),
      level: d.expired ? 0 : d.weight >= 2 ? 3 : d.weight === 1 ? 2 : 0,
      expired: d.expired,
    }));
}

/** A level by its digit, anything else by its word. */
function valueText(d: Declared): string {
  return /^\d$/.test(d.value) ? d.value : words(d.value);
}

/** The agreements in force at now. */
export function inForce(s: State, now: number): Agreement[] {
  return [...s.agreements.values()].filter((a) => a.state === "agreed" && (ms(a.begins) ?? -Infinity) <= now && (ms(a.until) ?? Infinity) > now);
}

/** What is in force at a site, in words and shorter forms: "diverts to Alexandra until 14:00". */
export function divertForms(s: State, site: Site, now: number, zone: string): string[] | null {
  const all = inForce(s, now).filter((a) => a.purpose === "divert" && (a.from === site.id || a.to === site.id));
  if (!all.length) return null;
  const [a] = all;
  const out = a.from === site.id;
  const other = placeBrief(s, out ? a.to : a.from);
  const till = a.until ? ` till ${moment(a.until, now, zone)}` : "";
  const more = all.length > 1 ? `, ${all.length - 1} more` : "";
  const what = out ? `diverts to ${other}` : `takes ${other}'s divert`;
  return [`${what}${till}${more}`, `${what}${more}`, out ? `divert${till}` : "takes a divert", "divert"];
}

/** A site, or a hospital outside the system: "out/ABC" is "ABC, outside". */
export function placeBrief(s: State, id: string): string {
  if (s.sites.has(id)) return siteBrief(s, id);
  return id.startsWith("out/") ? `${id.slice(4)}, outside` : id;
}
