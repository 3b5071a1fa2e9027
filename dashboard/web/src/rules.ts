// What the figures of beds mean: levels, limits, doubt and order.
// Pure; now is the engine's time in ms since 1970.

import { age, ageOf, DESK, localDay, ms } from "./format";
import type { State } from "./store";
import type { Contradiction, Feed, Figure, Held, Site, Tally, Unit } from "./types";

/** 0 normal, 2 from the pressure limit, 3 from the full limit. */
export type Level = 0 | 2 | 3;

export interface Limits {
  pressure: number;
  full: number;
}

/** Patients in beds and over, in percent of open beds; null when no bed is open. */
export function occupancy(t: Tally): number | null {
  return t.open === 0 ? null : (100 * (t.occupied + t.over)) / t.open;
}

export function level(t: Tally, limits: Limits): Level {
  const p = occupancy(t);
  if (p === null) return 0;
  if (limits.full > 0 && p >= limits.full) return 3;
  return limits.pressure > 0 && p >= limits.pressure ? 2 : 0;
}

export function unitLimits(u: Unit): Limits {
  return { pressure: u.pressure_at, full: u.full_at };
}

/** The level of one unit: with more patients than beds it is full, whatever its limit. */
export function unitLevel(u: Unit): Level {
  return u.beds.over > 0 ? 3 : level(u.beds, unitLimits(u));
}

/**
 * The limits of several units together: the occupancy they would have if each stood just
 * at its own limit, that is the mean of their limits weighted by their open beds.
 */
export function groupLimits(units: Unit[]): Limits {
  let open = 0;
  let pressure = 0;
  let full = 0;
  for (const u of units) {
    if (!u.known) continue;
    open += u.beds.open;
    pressure += u.beds.open * u.pressure_at;
    full += u.beds.open * u.full_at;
  }
  return open ? { pressure: pressure / open, full: full / open } : { pressure: 0, full: 0 };
}

/** The class of bed that a site is first judged by. */
export function mainClass(site: Site): string {
  const classes = site.classes ?? {};
  for (const c of ["adult_ga", "community"]) if (classes[c]) return c;
  return Object.keys(classes).sort()[0] ?? "adult_ga";
}

export const classNames: Record<string, string> = {
  adult_ga: "Adult G&A",
  critical_care: "Critical care",
  paediatric: "Children",
  maternity: "Maternity",
  community: "Community",
  day: "Day",
};

export function siteName(s: State, id: string): string {
  const site = s.sites.get(id);
  return site ? site.short || site.name : id;
}

/** The last word of the site's short name where no other site has it: "Royal" of "Worcs Royal". */
export function siteBrief(s: State, id: string): string {
  const last = (site: string) => siteName(s, site).split(" ").pop() ?? "";
  const word = last(id);
  const others = [...s.sites.keys()].filter((other) => other !== id && last(other) === word);
  return /^[A-Z]/.test(word) && !others.length ? word : siteName(s, id);
}

/** The unit's name with its site's, longest form first; the site is left out only where the unit's own name says it. */
export function unitNames(s: State, u: Unit | undefined, id: string): string[] {
  if (!u) return [id];
  const site = siteName(s, u.site);
  const said = u.name.split(" ").some((word) => site.split(" ").includes(word));
  return shortNames(u.name).map((name) => (said ? name : `${site} ${name}`));
}

/** By occupancy of the class each is first judged by; those of which nothing is known come first. */
export function fullestFirst(sites: Site[]): Site[] {
  const full = (site: Site) => {
    const figure = site.classes?.[mainClass(site)];
    return !figure || blank(figure) ? Infinity : (occupancy(figure.beds) ?? 0);
  };
  return [...sites].sort((a, b) => (full(a) === full(b) ? 0 : full(b) - full(a)));
}

/** A unit's name inside its site, longest form first: "Ward 4 Gastro", then "Ward 4". */
export function shortNames(name: string): string[] {
  const numbered = /^\S+ [A-Z]?\d+[A-Z]?\b/i.exec(name)?.[0];
  if (numbered) return numbered === name ? [name] : [name, numbered]; // "Ward" alone would be any ward
  const words = name.split(" ");
  return words.map((_, i) => words.slice(0, words.length - i).join(" "));
}

/** An A&E department and a discharge lounge hold patients, but have no beds to be full of. */
export function hasBeds(u: Unit): boolean {
  return u.beds.total > 0;
}

/** The units with beds, as laid out. */
export function bedUnits(s: State): Unit[] {
  return [...s.units.values()].filter(hasBeds);
}

/** Open contradictions, oldest first. */
export function openItems(s: State): Contradiction[] {
  const since = (c: Contradiction) => ms(c.since) ?? 0;
  return [...s.contradictions.values()].sort((a, b) => since(a) - since(b) || (a.id < b.id ? -1 : 1));
}

/** Held facts, oldest first. */
export function heldFacts(s: State): Held[] {
  return [...s.held.values()].sort((a, b) => a.seq - b.seq);
}

/** The hospital that a feed mostly speaks for, or null when it names no unit. */
export function feedSite(s: State, f: Feed): string | null {
  const units = new Map<string, number>();
  for (const u of s.units.values()) if (u.feeds?.includes(f.id)) units.set(u.site, (units.get(u.site) ?? 0) + 1);
  const [most] = [...units].sort((a, b) => b[1] - a[1]);
  return most ? siteName(s, most[0]) : null;
}

export function unitsOf(s: State, site: string, bedClass?: string): Unit[] {
  return [...s.units.values()].filter((u) => u.site === site && (!bedClass || u.class === bedClass));
}

/** The A&E departments of a site, or of all. */
export function departments(s: State, site?: string): string[] {
  return [...s.units.values()].filter((u) => u.kind === "ae" && (!site || u.site === site)).map((u) => u.id);
}

/** How many units a balance of adult G&A beds is made of: its wards and departments. */
export function balanced(s: State, site: string): number {
  return unitsOf(s, site, "adult_ga").length + departments(s, site).length;
}

/** The sites of the two halves of the wall, as laid out: without an acute hospital, all stand above. */
export function wallSites(s: State): { hospitals: Site[]; community: Site[] } {
  const sites = [...s.sites.values()];
  const hospitals = sites.filter((x) => x.kind !== "community");
  return hospitals.length ? { hospitals, community: sites.filter((x) => x.kind === "community") } : { hospitals: sites, community: [] };
}

/** Patients in beds whose expected discharge is today by the local calendar, or is overdue from a day before. */
export function toLeaveToday(units: Unit[], now: number, zone: string): number {
  const today = localDay(now, zone);
  const due = (at: number | null) => at !== null && localDay(at, zone) <= today;
  return units.reduce((n, u) => n + (u.known ? (u.places ?? []).filter((p) => p.state === "occupied" && due(ms(p.leaving))).length : 0), 0);
}

/** For how long the unit's silent feed has said nothing, in ms, or null when that is not known. */
export function unitAge(s: State, u: Unit, now: number): number | null {
  const last = (u.feeds ?? []).flatMap((id) => {
    const f = s.feeds.get(id);
    return f?.state === "silent" && f.supplies?.includes("occupancy") ? (ms(f.last) ?? []) : [];
  });
  return last.length ? now - Math.min(...last) : null;
}

/** What a figure leaves out or has of old. */
export interface Doubt {
  unknown: number; // units that nobody has told of
  silent: string[]; // feeds
  old: number | null; // age of the oldest input in ms, while a feed is silent
}

export function doubt(f: Figure | undefined, now: number): Doubt {
  const silent = f?.silent ?? [];
  const at = ms(f?.as_of);
  return { unknown: f?.unknown?.length ?? 0, silent, old: silent.length && at !== null ? now - at : null };
}

/** Nothing is known: every unit that could be open has told nothing. */
export function blank(f: Figure | undefined): boolean {
  return !f || (f.beds.open === 0 && (f.unknown?.length ?? 0) > 0);
}

/** Worst first: more patients than beds, full, under pressure, not known, then by occupancy; ties as laid out. */
export function worstFirst(units: Unit[]): Unit[] {
  const rank = (u: Unit) => (!hasBeds(u) ? -1 : u.known ? unitLevel(u) * 1000 + (occupancy(u.beds) ?? 0) : 1500);
  return units
    .map((u, i) => ({ u, i, r: rank(u) }))
    .sort((a, b) => b.r - a.r || a.i - b.i)
    .map((x) => x.u);
}

export function abnormal(u: Unit): boolean {
  return !u.known || u.silent || unitLevel(u) > 0;
}

export function silentFeeds(s: State): Feed[] {
  const last = (f: Feed) => ms(f.last) ?? 0;
  return [...s.feeds.values()].filter((f) => f.state === "silent").sort((a, b) => last(a) - last(b));
}

/** Where a contradiction is: "Royal Ward 4 A3", longest form first. */
export function itemPlace(s: State, c: Contradiction): string[] {
  if (!c.unit) return ["Place not told"];
  return unitNames(s, s.units.get(c.unit), c.unit).map((n) => (c.bed ? `${n} ${c.bed}` : n));
}

/** Held facts by place and reason, most first; ties oldest first. What people decided stands apart from what feeds told. */
export function heldByPlace(held: Iterable<Held>): { place: string; reason: string; feed: string; facts: Held[] }[] {
  const groups = new Map<string, { place: string; reason: string; feed: string; facts: Held[] }>();
  for (const h of held) {
    const key = `${h.reason} ${h.place} ${h.feed === DESK}`;
    const g = groups.get(key) ?? { place: h.place, reason: h.reason, feed: h.feed, facts: [] };
    g.facts.push(h);
    groups.set(key, g);
  }
  return [...groups.values()].sort((a, b) => b.facts.length - a.facts.length);
}

/** Empty closed beds by unit, most first. */
export function closures(s: State): { unit: Unit; beds: number; reasons: string[] }[] {
  const found = [];
  for (const unit of s.units.values()) {
    if (!unit.beds.closed) continue;
    const shut = (unit.places ?? []).filter((p) => p.state === "closed");
    const reasons = [...new Set(shut.map((p) => p.closed_reason ?? (p.escalation ? "escalation" : "")))].filter(Boolean);
    found.push({ unit, beds: unit.beds.closed, reasons });
  }
  return found.sort((a, b) => b.beds - a.beds);
}

/** The feeds on one line, longest form first: "6 of 7 on time. Late: Alexandra 47 min." */
export function feedLine(s: State, now: number): string[] {
  const feeds = [...s.feeds.values()];
  const onTime = feeds.filter((f) => f.state === "on_time" || f.state === "catching_up").length;
  const silent = silentFeeds(s);
  const never = feeds.filter((f) => f.state === "never");
  const outage = feeds.filter((f) => f.state === "outage");
  const planned = outage.length ? ` Planned outage: ${outage.map((f) => f.name).join(", ")}.` : "";
  const head = `${onTime} of ${feeds.length} on time.`;
  const named = (name: (f: Feed) => string) => (silent.length ? ` Late: ${silent.map((f) => `${name(f)} ${ageOf(f.last, now)}`).join(", ")}.` : "");
  const late = named((f) => f.name);
  const lateSites = named((f) => feedSite(s, f) ?? f.name);
  const none = never.length ? ` No data: ${never.map((f) => f.name).join(", ")}.` : "";
  const lateShort = silent.length ? ` ${silent.length} late, longest ${ageOf(silent[0].last, now)}.` : "";
  const noneShort = never.length ? ` ${never.length} with no data.` : "";
  if (!feeds.length) return ["none laid out yet"];
  const rest = outage.length ? ` ${outage.length} in outage.` : "";
  return [head + late + none + planned, head + late + noneShort + rest, head + lateSites + noneShort, head + lateShort + noneShort, head];
}

/** The limit of a figure that stands beside it: "limit 98%". */
export function limitText(l: Limits): string {
  return l.full > 0 ? `limit ${Math.round(l.full)}%` : "no limit";
}

/** The limits of units, pressure and full: "limits 92%, 98%", or "limits 95 to 98%" where they differ. */
export function limitsText(units: Unit[]): string {
  const full = units.map((u) => u.full_at);
  const low = Math.min(...full);
  const high = Math.max(...full);
  if (!units.length || low <= 0) return "";
  if (low !== high) return `limits ${low} to ${high}%`;
  const pressure = units[0].pressure_at;
  return pressure > 0 && units.every((u) => u.pressure_at === pressure) ? `limits ${pressure}%, ${high}%` : `limit ${high}%`;
}

/** An age in place of two short cells. */
export function oldShort(old: number | null): string {
  return old === null ? "feed silent" : `${age(old)} old`;
}

/** Whom to ask while nothing is live: the owners of the feeds that tell of beds, as laid out. */
export function bedOwners(s: State): string[] {
  const owners = (supply: string) => [...s.feeds.values()].filter((f) => f.owner && f.supplies?.includes(supply)).map((f) => f.owner);
  const beds = owners("beds");
  return [...new Set(beds.length ? beds : owners("occupancy"))];
}

export function oldText(d: Doubt): string {
  return d.old === null ? "feed silent" : `${age(d.old)} old`;
}
