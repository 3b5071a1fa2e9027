// Who waits for a bed, and which beds fit. Pure; now is the engine's time in ms since 1970.

import { age, moment, ms, words } from "./format";
import { classNames } from "./rules";
import type { State } from "./store";
import type { Discharge, Place, Request, Unit } from "./types";

/** Since when a patient waits: from the decision, else from the request; of the elective list from when due. */
export function waitsSince(r: Request): number | null {
  return (r.origin === "elective" ? ms(r.due) : null) ?? ms(r.decided) ?? ms(r.requested);
}

/** How long a patient has waited: "3 h 08"; "due 09:30" of one who is not due yet. */
export function waitText(r: Request, now: number, zone: string): string {
  const since = waitsSince(r);
  if (since === null) return "not told";
  return since > now ? `due ${moment(new Date(since).toISOString(), now, zone)}` : age(now - since);
}

/** The open requests of a site, or of all: without a bed first, then by how long they wait. */
export function waiting(s: State, site?: string): Request[] {
  const since = (r: Request) => waitsSince(r) ?? 0;
  return [...s.requests.values()]
    .filter((r) => !site || r.site === site)
    .sort((a, b) => Number(!!a.bed) - Number(!!b.bed) || since(a) - since(b) || (a.id < b.id ? -1 : 1));
}

/** Those of them without a bed. */
export function unplaced(s: State, site?: string): Request[] {
  return waiting(s, site).filter((r) => !r.bed);
}

/** Who waits for a side room: without a bed, longest first. */
export function sideRoomQueue(s: State, site: string): Request[] {
  return unplaced(s, site).filter((r) => r.needs?.includes("side_room"));
}

const needWords: Record<string, string> = { side_room: "side room", male: "men's bay", female: "women's bay", level_2: "level 2", level_3: "level 3", paediatric: "child", monitored: "monitored" };

/** What a request needs in words: "Adult G&A, side room, men's bay". */
export function needsText(r: Request): string {
  return needForms(r)[0];
}

/** The same in shorter forms, the side room last to go. */
export function needForms(r: Request): string[] {
  const wants = classNames[r.wants] ?? words(r.wants);
  const needs = (r.needs ?? []).map((n) => needWords[n] ?? words(n));
  const least = needs.find((n) => n === needWords.side_room) ?? needs[0] ?? wants;
  return [[wants, ...needs].join(", "), needs.join(", ") || wants, least];
}

const origins: Record<string, string> = { ae: "A&E", elective: "elective", transfer: "transfer", step_down: "step-down", gp: "GP" };

/** Whom a request is for: the service, and where it comes from unless that is A&E. */
export function originText(r: Request): string {
  const from = r.origin === "ae" && r.service ? "" : (origins[r.origin] ?? words(r.origin));
  return [from, words(r.service ?? "")].filter(Boolean).join(", ");
}

/** A bed that could be given to a request, with what is to be asked before it is. */
export interface Offer {
  unit: Unit;
  bed: Place;
  place: string; // as events name it
  notes: string[];
  spare: number; // higher is a better fit
}

/** The beds that fit a request, best first: its own site before others, wards of its service before those for any and those where it would be an outlier, a plain bed before a side room that it does not need. */
export function offers(s: State, r: Request): Offer[] {
  const found: Offer[] = [];
  for (const unit of s.units.values()) {
    if (!unit.known || unit.class !== wanted(r)) continue;
    for (const bed of unit.places ?? []) {
      const fit = fits(r, bed);
      if (!fit) continue;
      const away = unit.site !== r.site;
      const home = belongs(r, unit);
      const notes = [...(home < -1 ? ["would be an outlier"] : []), ...fit, ...(unit.silent ? ["figures old: ask the ward"] : []), ...(bed.assumed_clean ? ["assumed clean: ask the ward"] : [])];
      found.push({ unit, bed, place: placeOf(unit.id, bed.id), notes, spare: -(away ? 8 : 0) + home - (keeps(r, bed) ? 2 : 0) - (unit.silent ? 1 : 0) });
    }
  }
  return found.sort((a, b) => b.spare - a.spare);
}

/** Whether the unit is for the patient's service: 0, for any service: -1, or for others: -4. */
function belongs(r: Request, unit: Unit): number {
  if (!r.service) return 0;
  if (!unit.specialties?.length) return -1;
  return unit.specialties.includes(r.service) ? 0 : -4;
}

function wanted(r: Request): string {
  const needs = r.needs ?? [];
  if (needs.includes("level_2") || needs.includes("level_3")) return "critical_care";
  return needs.includes("paediatric") ? "paediatric" : r.wants;
}

/** A side room is kept for who needs one. */
function keeps(r: Request, bed: Place): boolean {
  return !!bed.side_room && !r.needs?.includes("side_room");
}

/** What is to be asked of a bed, or null when it does not fit. */
function fits(r: Request, bed: Place): string[] | null {
  if (bed.state !== "available") return null;
  const needs = r.needs ?? [];
  const notes: string[] = [];
  if (needs.includes("side_room") && !bed.side_room) return null;
  const sex = needs.find((n) => n === "male" || n === "female");
  if (!bed.side_room) {
    if (sex && bed.sex && bed.sex !== sex) return null;
    if (!sex && bed.sex) notes.push(`${bed.sex === "male" ? "men's" : "women's"} bay`);
  }
  if (needs.includes("monitored")) notes.push("ask if it is monitored");
  if (keeps(r, bed)) notes.push("side room: keep it for who needs one");
  return notes;
}

/** The place of a bed or bay as events name it: a slash or percent sign in a part is written %2F or %25. */
export function placeOf(unit: string, part: string): string {
  return `${unit}/${part.replace(/%/g, "%25").replace(/\//g, "%2F")}`;
}

/** Patients who no longer meet the criteria to reside, by pathway, reason and owner: most first, ties longest first. */
export interface Delay {
  pathway: string;
  reason: string;
  owner: string;
  count: number;
  since: number | null; // of the longest
}

export function delays(s: State, site: string): Delay[] {
  const groups = new Map<string, Delay>();
  for (const d of s.discharges.values()) {
    if (!d.nctr || s.units.get(d.unit)?.site !== site) continue;
    const key = [d.pathway ?? "", d.reason ?? "", d.owner ?? ""].join("|");
    const g = groups.get(key) ?? { pathway: d.pathway ?? "", reason: d.reason ?? "", owner: d.owner ?? "", count: 0, since: null };
    g.count++;
    g.since = earliest(g.since, d);
    groups.set(key, g);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || (a.since ?? 0) - (b.since ?? 0));
}

function earliest(since: number | null, d: Discharge): number | null {
  const at = ms(d.nctr);
  return since === null || (at !== null && at < since) ? at : since;
}

const pathwayNames: Record<string, string> = { "0": "P0 no new support", "1": "P1 support at home", "2": "P2 community bed", "3": "P3 care home" };

export function pathwayText(pathway: string): string {
  return pathwayNames[pathway] ?? "not given";
}
