// Places outside hospital beds: what each unit and each kind of unit has free, when it can
// be used, and how far that may be believed. Pure; now is the engine's time in ms since 1970.

import { age, count, localDay, moment, ms, words } from "./format";
import { measured, systemScope } from "./measures";
import { roleName } from "./roles";
import { blank, doubt, oldShort } from "./rules";
import type { State } from "./store";
import type { Instant, Slots, Unit } from "./types";

/** The kinds of unit with places, in the order in which they are shown; longest name first. */
const kinds: Record<string, { names: string[]; one: string; byTheDay?: boolean }> = {
  virtual_ward: { names: ["Virtual wards"], one: "virtual ward" },
  home_care: { names: ["Pathway 1 starts"], one: "pathway 1 starts" },
  urgent_community_response: { names: ["Urgent community response", "Urgent response"], one: "urgent community response", byTheDay: true },
  short_stay: { names: ["Short-stay places"], one: "short-stay places" },
  intermediate_care: { names: ["Intermediate care"], one: "intermediate care" },
  care_home: { names: ["Care homes"], one: "care home" },
  crisis_house: { names: ["Crisis house"], one: "crisis house" },
  hospice: { names: ["Hospice beds", "Hospice"], one: "hospice" },
  sdec: { names: ["Same day emergency care", "SDEC"], one: "same day emergency care", byTheDay: true },
  place_of_safety: { names: ["Section 136 suite"], one: "section 136 suite" },
  neighbourhood_team: { names: ["Neighbourhood teams"], one: "neighbourhood team", byTheDay: true },
  locality_hub: { names: ["Locality hubs"], one: "locality hub", byTheDay: true },
  respiratory_hub: { names: ["Respiratory hub"], one: "respiratory hub", byTheDay: true },
  waiting_service: { names: ["Services with a wait"], one: "service with a wait", byTheDay: true },
};

export const COMMUNITY_BEDS = "community_ward";

/** All kinds that a referral can seek, as people call one of them. */
export const kindNames: [string, string][] = [...Object.entries(kinds).map(([k, v]): [string, string] => [k, v.one]), [COMMUNITY_BEDS, "community hospital bed"]];

export function kindName(kind: string): string {
  return kinds[kind]?.names[0] ?? (kind === COMMUNITY_BEDS ? "Community hospitals" : words(kind));
}

export function withPlaces(s: State): (Unit & { slots: Slots })[] {
  return [...s.units.values()].filter((u): u is Unit & { slots: Slots } => !!u.slots);
}

/** Free places of a unit, or null while nobody told. */
export function freeOf(p: Slots): number | null {
  const told = (p.sorts ?? []).flatMap((s) => s.free ?? []);
  return p.state === "never" || !told.length ? null : told.reduce((n, f) => n + f, 0);
}

export function openOf(p: Slots): number {
  return (p.sorts ?? []).reduce((n, s) => n + s.open, 0);
}

export function keptOf(p: Slots): number {
  return (p.sorts ?? []).reduce((n, s) => n + s.kept, 0);
}

/** When a unit takes somebody on: now, from an instant, or not, by its own word. */
export type Usable = { when: "now" } | { when: "from"; at: number } | { when: "refuses"; until: number | null } | { when: "unknown" };

export function usable(p: Slots, now: number): Usable {
  if (freeOf(p) === null) return { when: "unknown" };
  if (!p.accepting) return { when: "refuses", until: ms(p.until) };
  const from = ms(p.usable_from);
  return from !== null && from > now ? { when: "from", at: from } : { when: "now" };
}

/** "08:00", with its day when that is not today. */
const at = (t: number, now: number, zone: string) => moment(new Date(t).toISOString(), now, zone);

/** When the unit can be used, in words: "now", "from 08:00", "closed to new, staffing". */
export function usableText(p: Slots, now: number, zone: string): string {
  const u = usable(p, now);
  switch (u.when) {
    case "now":
      return p.closes ? `now, until ${moment(p.closes, now, zone)}` : "now";
    case "from":
      return `from ${at(u.at, now, zone)}`;
    case "refuses":
      return `closed to new${p.reason ? `, ${words(p.reason)}` : ""}${u.until === null ? "" : `, until ${at(u.until, now, zone)}`}`;
    case "unknown":
      return "— no data";
  }
}

/** It is asked so seldom that its report of hours ago is as new as is expected. */
function daily(p: Slots): boolean {
  const [told, expires] = [ms(p.told), ms(p.expires)];
  return told !== null && expires !== null && expires - told >= 12 * 3_600_000;
}

/** When a unit told: "17:40, daily", "22:05, 6 h old". */
export function toldText(p: Slots, now: number, zone: string): string {
  const told = ms(p.told);
  if (told === null) return "never";
  if (p.state === "old") return `${at(told, now, zone)}, ${age(now - told)} old`;
  return daily(p) ? `${at(told, now, zone)}, daily` : `${age(now - told)} ago`;
}

const ways: Record<string, string> = { phone: "by phone", link: "on its own page", csv: "by list", seen: "counted on the spot", system: "by its system" };

/** By what way and in which role it was told. */
export function whoTold(r: { how?: string; role?: string }): string {
  return [ways[r.how ?? ""] ?? words(r.how ?? ""), roleName(r.role ?? "")].filter(Boolean).join(", ");
}

export const placesLook = (p: Slots, now: number) => (freeOf(p) === null ? "unknown" : p.state === "old" ? "stale" : usable(p, now).when === "refuses" ? "closed" : "plain");

/** All units of one kind on one line. */
export interface Row {
  kind: string;
  names: string[]; // longest form first
  look: "plain" | "stale" | "part" | "unknown" | "closed";
  free: number | null;
  measure?: string; // of the catalogue, that the free places are; absent where it has none
  open: number;
  when: string[]; // when it can be used and how old that is, longest form first
  normal: boolean; // nothing about it needs a look
}

/** The rows of all kinds that are laid out, in a fixed order: community hospitals first. */
export function rows(s: State, now: number, zone: string): Row[] {
  const all = withPlaces(s);
  const found = Object.keys(kinds).flatMap((kind) => {
    const units = all.filter((u) => u.kind === kind);
    return units.length ? [row(s, kind, units.map((u) => u.slots), now, zone)] : [];
  });
  const hospitals = communityRow(s, now);
  return hospitals ? [hospitals, ...found] : found;
}

/** The community hospitals' beds, which their wards tell bed by bed. */
function communityRow(s: State, now: number): Row | null {
  const figure = s.system.classes?.community;
  if (!figure) return null;
  const base = { kind: COMMUNITY_BEDS, names: ["Community hospitals"], open: figure.beds.open };
  if (blank(figure)) return { ...base, look: "unknown", free: null, when: ["no census yet"], normal: false };
  const d = doubt(figure, now);
  const free = figure.beds.available;
  const part = d.unknown ? [`${count(d.unknown, "ward")} unknown`, "part unknown"] : [];
  if (d.silent.length) return { ...base, look: "stale", free, when: [oldShort(d.old)], normal: false };
  return { ...base, look: d.unknown ? "part" : "plain", free, when: part.length ? part : [free ? "now" : "none free"], normal: free > 0 && !d.unknown };
}

function row(s: State, kind: string, units: Slots[], now: number, zone: string): Row {
  const { names, byTheDay } = kinds[kind];
  const open = (some: Slots[]) => some.reduce((n, p) => n + openOf(p), 0);
  const free = (some: Slots[]) => some.reduce((n, p) => n + (freeOf(p) ?? 0), 0);
  const base = { kind, names, open: open(units) };
  const known = units.filter((p) => freeOf(p) !== null);
  if (!known.length) return { ...base, look: "unknown", free: null, when: ["no data"], normal: false };
  const here = known.filter((p) => usable(p, now).when === "now");
  const later = known.filter((p) => usable(p, now).when === "from");
  const opens = later.length ? at(Math.min(...later.map((p) => ms(p.usable_from)!)), now, zone) : "";
  if (!here.length && !later.length) return { ...base, look: "closed", free: null, when: refusal(known, now, zone), normal: false };
  if (!here.length && byTheDay) return { ...base, look: "closed", free: null, when: [`closed till ${opens}`], normal: true };

  const counted = free(here) || !later.length ? here : later;
  const measure = catalogued(s, kind, counted === here, later, now, zone);
  const n = (measure ? measured(s, systemScope, measure)?.value : null) ?? free(counted);
  const when = n === 0 ? noneText(known, now, zone) : counted === here ? "now" : here.length ? `none till ${opens}` : `from ${opens}`;
  const old = counted.filter((p) => p.state === "old");
  const lacking = units.length - known.length;
  const part = lacking ? [`${lacking} of ${units.length} no data`, `${lacking} no data`] : [];
  const told = oldest(old.length ? old : counted);
  const look = old.length === counted.length ? "stale" : old.length || lacking ? "part" : "plain";
  const words = ageWords(look, old.length, told, counted, when, now, zone);
  return {
    ...base,
    open: open(known),
    look,
    free: n,
    measure,
    when: part.length ? [...words.map((w) => `${w}; ${part[0]}`), ...words.map((w) => `${w}; ${part[1]}`), part[1]] : words,
    normal: look === "plain" && n > 0,
  };
}

/** The measure of what is free now, or later today while nothing is free now. It has none of tomorrow's. */
function catalogued(s: State, kind: string, isNow: boolean, later: Slots[], now: number, zone: string): string | undefined {
  const name = isNow ? `places_free_${kind}` : `places_free_today_${kind}`;
  const today = later.every((p) => localDay(ms(p.usable_from)!, zone) === localDay(now, zone));
  return (isNow || today) && measured(s, systemScope, name) ? name : undefined;
}

/** The when of a row with what age there is to tell. */
function ageWords(look: string, old: number, told: number | null, counted: Slots[], when: string, now: number, zone: string): string[] {
  if (told === null) return [when];
  if (look === "stale") return [`told ${at(told, now, zone)}, ${age(now - told)} old`, `${age(now - told)} old`];
  if (old) return [`${when}, ${old} of ${counted.length} old`, "part old"];
  if (counted.every(daily)) {
    const said = `told ${at(told, now, zone)}`;
    return when === "now" ? [`${said}, daily`, said] : [`${when}, ${said}`, when];
  }
  return [when];
}

function oldest(units: Slots[]): number | null {
  const told = units.flatMap((p) => ms(p.told) ?? []);
  return told.length ? Math.min(...told) : null;
}

function noneText(units: Slots[], now: number, zone: string): string {
  const next = units.flatMap((p) => (p.sorts ?? []).flatMap((s) => ms(s.next) ?? [])).filter((t) => t > now);
  return next.length ? `none till ${at(Math.min(...next), now, zone)}` : "none free";
}

function refusal(units: Slots[], now: number, zone: string): string[] {
  const until = units.map((p) => ms(p.until));
  const all = until.every((t): t is number => t !== null) ? ` till ${at(Math.min(...(until as number[])), now, zone)}` : "";
  const why = new Set(units.map((p) => words(p.reason ?? "")).filter(Boolean));
  const [reason] = why;
  return [...(why.size === 1 ? [`closed to new${all}, ${reason}`] : []), `closed to new${all}`, "closed to new"];
}

/**
 * The rows that there is room for, in their fixed order: those that need a look before
 * those that are normal; and what is left out, in words.
 */
export function fitRows(all: Row[], room: number): { shown: Row[]; rest: string[] } {
  if (all.length <= room) return { shown: all, rest: [] };
  const order = [...all.filter((r) => !r.normal), ...all.filter((r) => r.normal && r.look !== "closed"), ...all.filter((r) => r.normal && r.look === "closed")];
  const shown = new Set(order.slice(0, room - 1));
  return { shown: all.filter((r) => shown.has(r)), rest: restForms(order.slice(room - 1)) };
}

function restForms(left: Row[]): string[] {
  const closed = left.filter((r) => r.normal && r.look === "closed").length;
  const normal = left.filter((r) => r.normal).length - closed;
  const bad = left.length - normal - closed;
  const parts = [bad ? `${bad} not normal` : "", normal ? `${normal} normal` : "", closed ? `${closed} closed by hours` : ""].filter(Boolean);
  if (!bad && !closed) return [`${count(normal, "service")} normal`];
  return [`${count(left.length, "more service")}: ${parts.join(", ")}`, `${left.length} more: ${parts.join(", ")}`, `${left.length} more${bad ? `, ${bad} not normal` : ""}`];
}

export function localityName(s: State, id: string | undefined): string {
  return id ? (s.system.localities?.find((l) => l.id === id)?.name ?? words(id)) : "";
}

/** Whether a unit takes people from a locality; one that names none takes them from all. */
export function servesFrom(p: { serves?: string[] | null }, locality: string): boolean {
  return !locality || !p.serves?.length || p.serves.includes(locality);
}

/** The instant as an event has it, so many hours from now. */
export function inHours(now: number, hours: number): Instant {
  return new Date(now + hours * 3_600_000).toISOString();
}
