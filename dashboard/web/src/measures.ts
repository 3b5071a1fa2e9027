// What a measure says of a scope, and how far it may be believed: the words and the look
// of a figure, never its arithmetic. Pure; now is the engine's time in ms since 1970.

import { age, count, localMinute, moment, ms, words } from "./format";
import { roleName } from "./roles";
import type { State } from "./store";
import type { Measured, Missing, Reported } from "./types";

/** The measures that the pages show, by their names in the catalogue. */
export const named = {
  inDepartment: "ae_in_department",
  corridor: "ae_corridor",
  over4: "ae_over_4h",
  over12: "ae_over_12h",
  over12DTA: "ae_over_12h_from_decision",
  nextBreach: "ae_next_dta_breach",
  waiting: "ambulances_waiting",
  longest: "ambulance_longest_wait",
  inbound: "ambulances_inbound",
  shortHour: "adult_ga_short_next_hour",
  short4: "adult_ga_short_4h",
  short8: "adult_ga_short_8h",
  nctr: "nctr_here",
  byNoon: "leaving_by_12",
  by17: "leaving_by_17",
  requests: "requests_without_bed",
  sideRooms: "side_room_queue",
} as const;

/** The balances of adult G&A beds, soonest first. */
export const balances = [named.shortHour, named.short4, named.short8];

/**
 * How a figure is drawn. none: it means nothing for the scope; empty: all is known and
 * there is nothing to make it of; unknown: nothing is known, which is not 0; stale: old;
 * part: partly old; lacking: it leaves out what nobody sends; reported: a person told it.
 */
export type Look = "plain" | "part" | "lacking" | "stale" | "reported" | "empty" | "unknown" | "none";

export interface Reading {
  look: Look;
  value: number | null;
  at: number | null; // of a measure that is a moment, or that is for one
  of: number;
  doubts: string[]; // what there is to say against it, longest form first; none when it is plain
}

export const systemScope = "system";
export const siteScope = (id: string) => `site/${id}`;
export const unitScope = (id: string) => `unit/${id}`;

export function measured(s: State, scope: string, name: string): Measured | undefined {
  return s.measures.get(scope)?.values?.[name];
}

/** Reads a figure. made is how many units it is made of, where that is known. */
export function read(v: Measured | undefined, now: number, zone: string, made = 0): Reading {
  if (!v) return { look: "none", value: null, at: null, of: 0, doubts: [] };
  const told = v.reported && !v.reported.superseded ? v.reported : null;
  const figure = { value: v.value, at: ms(v.at), of: v.of ?? 0 };
  const missing = v.missing ?? [];
  if (told) return { ...figure, look: "reported", value: told.value, doubts: reportedBy(told, now, zone) };
  if (v.value === null) return { ...figure, ...valueless(v, missing) };
  const asOf = ms(v.as_of);
  const whole = made > 0 && new Set(missing.filter((m) => m.unit && !m.supply).map((m) => m.unit)).size >= made;
  if (asOf !== null && (whole || made === 0)) return { ...figure, look: "stale", doubts: [`${age(now - asOf)} old`] };
  if (missing.length) return { ...figure, look: missing.some((m) => m.why === "silent" || m.why === "outage") ? "part" : "lacking", doubts: partly(missing) };
  if (asOf !== null) return { ...figure, look: "part", doubts: ["part old"] };
  return { ...figure, look: "plain", doubts: [] };
}

function valueless(v: Measured, missing: Missing[]): { look: Look; doubts: string[] } {
  if (missing.length) return { look: "unknown", doubts: [why(missing[0])] };
  if (v.small) return { look: "empty", doubts: ["too few to say"] };
  return { look: "empty", doubts: [] };
}

const reasons: Record<Missing["why"], { all: string; part: string }> = {
  not_sent: { all: "not sent", part: "part not sent" },
  never: { all: "no data", part: "part no data" },
  silent: { all: "feed silent", part: "part old" },
  unknown: { all: "no census yet", part: "part unknown" },
  no_list: { all: "no discharge list yet", part: "part not told" },
  outage: { all: "planned outage", part: "part in outage" },
  expired: { all: "told too long ago", part: "part old" },
};

/** Why nothing is known. */
export function why(m: Missing): string {
  return reasons[m.why]?.all ?? words(m.why);
}

function partly(missing: Missing[]): string[] {
  const untold = new Set(missing.filter((m) => m.why === "no_list" && m.unit).map((m) => m.unit)).size;
  const found = [...new Set(missing.map((m) => (m.why === "no_list" && untold ? `${count(untold, "ward")} not told` : (reasons[m.why]?.part ?? words(m.why)))))];
  const rest = found.map((f) => f.replace(/^part /, ""));
  return found.length > 1 ? [`${found[0]}, ${rest.slice(1).join(", ")}`, "part missing"] : found;
}

/** Reads a balance of beds. Of a site where nobody tells who needs a bed there is none: free beds alone are none to spare. */
export function readBalance(v: Measured | undefined, now: number, zone: string, made = 0): Reading {
  const r = read(v, now, zone, made);
  const needless = (v?.missing ?? []).some((m) => m.site && !m.supply);
  return r.value === null && needless ? { ...r, doubts: ["needs not sent"] } : r;
}

/** "by phone, 03:40, desk coordinator", and shorter forms of it; with its day when that is not today. */
export function reportedBy(r: Reported, now: number, zone: string): string[] {
  const how = { phone: "by phone", seen: "counted", other: "told" }[r.how] ?? words(r.how);
  const when = ms(r.at) === null ? "" : `, ${moment(r.at, now, zone)}`;
  return [`${how}${when}, ${roleName(r.role)}`, `${how}${when}`, how];
}

/** "; the feed has spoken since 04:05: 4 more", once it has. */
export function spokenSince(r: Reported, now: number, zone: string): string {
  if (!r.superseded) return "";
  const d = r.difference;
  return `; the feed has spoken since ${moment(r.superseded, now, zone)}${d == null ? "" : `: ${number(Math.abs(d))} ${d < 0 ? "fewer" : "more"}`}`;
}

/** How many leave by the next hour that people speak of: at 19:00 nobody asks who leaves by noon. */
export function leavingBy(now: number, zone: string): { name: string; by: string } {
  return localMinute(now, zone) < 12 * 60 ? { name: named.byNoon, by: "by noon" } : { name: named.by17, by: "by 17:00" };
}

/** A shortfall in words: a shortage is never a minus, and beds to spare are never a shortage. */
export function shortfall(r: Reading): { figure: string; word: string } {
  if (r.value === null) return { figure: "—", word: "" };
  if (r.value > 0 || r.of === 0) return { figure: String(r.value), word: "short" };
  return { figure: String(r.of), word: "free" };
}

/** What is shown in place of a figure that has no value: never 0, never nothing. */
export function noValue(r: Reading): string {
  return r.look === "unknown" ? `— ${r.doubts[0] ?? "no data"}` : r.look === "none" ? "— does not apply" : `— ${r.doubts[0] ?? "none"}`;
}

/** A figure as text: minutes and shares to one decimal at most. */
export function number(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
