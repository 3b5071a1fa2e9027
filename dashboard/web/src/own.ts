// What a provider sees and sends of its places: words and the report, without the page.

import { roleName } from "./roles";

/** The answer of GET /api/v1/places/{token}; see OwnPlaces in streams/places.go. */
export interface OwnPlaces {
  at: string;
  centre: string;
  time_zone: string;
  unit: string;
  name: string;
  kind: string;
  locality?: string;
  seq: number;
  undo?: { id: string; until: string };
  reasons: string[];
  outcome?: string;
  places: Slots;
}

export interface Slots {
  state: "never" | "told" | "old";
  told?: string;
  how?: string;
  role?: string;
  expires?: string;
  accepting: boolean;
  reason?: string;
  assess?: boolean;
  returns?: boolean;
  sorts: Sort[];
}

export interface Sort {
  id: string;
  name: string;
  open: number;
  used: number | null;
  kept: number;
  begun: number;
  ended: number;
  free: number | null;
}

/** What was typed and is not saved. */
export interface Edits {
  free: Record<string, number>;
  accepting?: boolean;
  reason?: string;
  assess?: boolean;
  returns?: boolean;
}

export const nothing: Edits = { free: {} };

export const kinds: Record<string, string> = {
  virtual_ward: "Virtual ward",
  urgent_community_response: "Urgent community response",
  home_care: "Home care",
  intermediate_care: "Intermediate care",
  short_stay: "Short-stay places",
  care_home: "Care home",
  crisis_house: "Crisis house",
  hospice: "Hospice",
  sdec: "Same day emergency care",
  neighbourhood_team: "Neighbourhood team",
  locality_hub: "Locality hub",
  respiratory_hub: "Respiratory hub",
  waiting_service: "Service",
  place_of_safety: "Place of safety",
};

export const reasons: Record<string, string> = {
  full: "Full",
  staffing: "Not enough staff",
  infection_control: "Infection control",
  building: "Building or equipment",
  inspection: "Told not to admit",
  other: "Another reason",
};

const ways: Record<string, string> = { link: "On this page", csv: "By a file", system: "By your own system", seen: "Seen by the flow centre" };

/** Who told it, as a sentence. */
export function by(slots: Slots): string {
  if (slots.how === "phone") return `By phone, taken by the ${roleName(slots.role || "flow centre")}.`;
  return `${ways[slots.how ?? ""] ?? "By your own system"}.`;
}

/** The local day and clock time of an instant. */
function local(at: string, zone: string): { day: string; clock: string } {
  const parts = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(new Date(at));
  return { day: parts({ year: "numeric", month: "2-digit", day: "2-digit" }), clock: parts({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) };
}

export const clock = (at: string, zone: string) => local(at, zone).clock;

/** A clock time with its day where that is not today: "17:40", "yesterday, 17:40". */
export function when(at: string, now: string, zone: string): string {
  const that = local(at, zone);
  const beside = (hours: number) => local(new Date(Date.parse(now) + hours * 3_600_000).toISOString(), zone).day;
  if (that.day === beside(0)) return that.clock;
  if (that.day === beside(-24)) return `yesterday, ${that.clock}`;
  if (that.day === beside(24)) return `tomorrow, ${that.clock}`;
  const date = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", day: "numeric", month: "short" }).format(new Date(at));
  return `${date}, ${that.clock}`;
}

/** When the next report is due, and what late means. */
export function due(s: OwnPlaces): string {
  const { state, expires } = s.places;
  if (state === "never") return "Until you tell us, the wall says that nobody knows.";
  if (!expires) return "Tell us when something changes.";
  if (state === "old") return `The next was due by ${when(expires, s.at, s.time_zone)}: the wall marks your places old.`;
  return `The next is due by ${when(expires, s.at, s.time_zone)}: nothing is late.`;
}

/** What "still true" says, such as "3 places free, nothing has changed". */
export function still(slots: Slots): string {
  if (!slots.accepting) return "Closed to new people, nothing has changed";
  if (slots.sorts.some((s) => s.free === null)) return "Nothing has changed";
  const free = slots.sorts.reduce((sum, s) => sum + (s.free ?? 0), 0);
  return `${free === 0 ? "No place" : free === 1 ? "1 place" : `${free} places`} free, nothing has changed`;
}

/** What stands under the name of a sort. */
export function note(sort: Sort, free: number | null): string {
  const parts = [free === null ? "not told yet" : free === 0 ? "none free" : "free now"];
  if (sort.kept) parts.push(`${sort.kept} more kept for ${sort.kept === 1 ? "a referral" : "referrals"}`);
  if (sort.ended) parts.push(`${sort.ended} left since: count ${sort.ended === 1 ? "it" : "them"} if free`);
  return parts.join(", ");
}

/** The most that can be free beside what is kept. */
export const most = (sort: Sort) => Math.max(0, sort.open - sort.kept);

/** What is free as it stands on the page: typed, else told. */
export const free = (sort: Sort, edits: Edits): number | null => edits.free[sort.id] ?? sort.free;

/** One step of a sort. From unknown, down is 0 and up is 1. */
export function step(sort: Sort, edits: Edits, by: 1 | -1): Edits {
  const now = Math.min(most(sort), Math.max(0, (free(sort, edits) ?? 0) + by));
  const all = { ...edits.free, [sort.id]: now };
  if (now === sort.free) delete all[sort.id];
  return { ...edits, free: all };
}

/** What is typed and differs from what stands. */
export function changed(slots: Slots, e: Edits): boolean {
  return (
    slots.sorts.some((s) => e.free[s.id] !== undefined && e.free[s.id] !== s.free) ||
    (e.accepting !== undefined && (e.accepting !== slots.accepting || (!e.accepting && e.reason !== slots.reason))) ||
    (e.assess !== undefined && e.assess !== slots.assess) ||
    (e.returns !== undefined && e.returns !== slots.returns)
  );
}

/** Why it cannot be saved yet, empty where it can. */
export function lacks(e: Edits): string {
  return e.accepting === false && !e.reason ? "Say why you are closed" : "";
}

/** What is sent of the edits. */
export function report(s: OwnPlaces, e: Edits): Record<string, unknown> {
  const sorts = s.places.sorts
    .filter((sort) => e.free[sort.id] !== undefined && e.free[sort.id] !== sort.free)
    .map((sort) => ({ sort: sort.id, free: e.free[sort.id], kept: sort.kept, begun: sort.begun }));
  const told: Record<string, unknown> = { seq: s.seq };
  if (sorts.length) told.sorts = sorts;
  if (e.accepting !== undefined) told.accepting = e.accepting;
  if (e.accepting === false) told.reason = e.reason;
  if (e.assess !== undefined) told.assess = e.assess;
  if (e.returns !== undefined) told.returns = e.returns;
  return told;
}

/** What stands now, in one line, such as "2 Residential, 1 Nursing free". */
export function summary(slots: Slots): string {
  const told = slots.sorts.map((s) => `${s.free ?? "—"} ${s.name}`).join(", ");
  return slots.accepting ? `${told} free` : `closed to new people; ${told} free`;
}
