// Figures, ages and times as words. Pure; times are ms since 1970 in the engine's clock.

import type { Instant } from "./types";

export function ms(i: Instant): number | null {
  const n = i ? Date.parse(i) : NaN;
  return Number.isNaN(n) ? null : n;
}

/** An age as words: "under 1 min", "47 min", "2 h 05", "14 h", "3 d". */
export function age(forMs: number): string {
  const min = Math.floor(forMs / 60_000);
  if (min < 1) return "under 1 min";
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 10) return min % 60 ? `${h} h ${String(min % 60).padStart(2, "0")}` : `${h} h`;
  return h < 48 ? `${h} h` : `${Math.floor(h / 24)} d`;
}

/** The age of an instant, or null when it is not known. */
export function ageOf(i: Instant, now: number): string | null {
  const at = ms(i);
  return at === null ? null : age(now - at);
}

/** Real seconds: "35 s", "2 min 5 s". */
export function seconds(s: number): string {
  return s < 60 ? `${s} s` : `${Math.floor(s / 60)} min ${s % 60} s`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${name}`;
  let f = formats.get(key);
  if (!f) formats.set(key, (f = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options })));
  return f;
}

export function clockTime(at: number, zone: string): string {
  return format(zone, "time", { hour: "2-digit", minute: "2-digit" }).format(at);
}

export function clockSeconds(at: number, zone: string): string {
  return format(zone, "seconds", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at);
}

/** The local minute of the day, 0 to 1439. */
export function localMinute(at: number, zone: string): number {
  const [h, m] = clockTime(at, zone).split(":").map(Number);
  return h * 60 + m;
}

/** "Tuesday 12 January", and shorter forms of it. */
export function longDate(at: number, zone: string): string[] {
  const forms = [
    format(zone, "date", { weekday: "long", day: "numeric", month: "long" }),
    format(zone, "shorter date", { weekday: "short", day: "numeric", month: "long" }),
    format(zone, "short date", { weekday: "short", day: "numeric", month: "short" }),
  ];
  return forms.map((f) => f.format(at).replace(",", ""));
}

/** The local calendar day, as text that sorts: "2027-01-12". */
export function localDay(at: number, zone: string): string {
  const parts = new Map(format(zone, "day", { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(at).map((p) => [p.type, p.value]));
  return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
}

/** The time, with its day when that is not today: "14:20", "Sun 14:20", "3 Jan 14:20". */
export function moment(i: Instant, now: number, zone: string): string {
  const at = ms(i);
  if (at === null) return "time not told";
  const time = clockTime(at, zone);
  if (localDay(at, zone) === localDay(now, zone)) return time;
  const near = Math.abs(now - at) < 6 * 86_400_000;
  const date = near ? format(zone, "weekday", { weekday: "short" }) : format(zone, "short", { day: "numeric", month: "short" });
  return `${date.format(at)} ${time}`;
}

/** At most three digits, and 100 only when it is. */
export function percent(p: number): string {
  if (p >= 100) return `${Math.round(p)}%`;
  return `${Math.min(p, 99.9).toFixed(1)}%`;
}

/** Whole percent, and 100 only when it is. */
export function wholePercent(p: number): string {
  return `${p >= 100 ? Math.round(p) : Math.min(Math.round(p), 99)}%`;
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** A code as words: "infection_control" is "infection control", "ae_full" is "A&E full". */
export function words(code: string): string {
  return code.replace(/[_-]+/g, " ").replace(/^ae\b/, "A&E").trim();
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const changes: Record<string, string> = {
  admitted: "patient admitted",
  transferred: "patient moved",
  swapped: "two patients swapped",
  discharged: "patient left",
  "made-outpatient": "patient left",
  "admission-cancelled": "admission cancelled",
  "transfer-cancelled": "move cancelled",
  "discharge-cancelled": "discharge cancelled",
  "arrival-expected": "arrival expected",
  "arrival-cancelled": "arrival cancelled",
  "transfer-expected": "move expected",
  "transfer-expectation-cancelled": "expected move cancelled",
  "discharge-expected": "discharge expected",
  "discharge-expectation-cancelled": "expected discharge cancelled",
  updated: "details corrected",
  away: "patient off the unit",
  returned: "patient back",
  "leave-started": "leave started",
  "leave-ended": "leave ended",
  "status-told": "bed status told",
  "cleaning-started": "cleaning started",
  cleaned: "bed cleaned",
  closed: "bed closed",
  opened: "bed opened",
  census: "census taken",
  requested: "bed requested",
  "request-ready": "ready for the bed",
  "request-left": "on the way to the bed",
  "request-arrived": "in the bed",
  "request-cancelled": "bed request cancelled",
  arrived: "arrived in A&E",
  assessed: "initial assessment",
  seen: "seen for treatment",
  referred: "referred",
  moved: "moved in A&E",
  "decided-to-admit": "decision to admit",
  "ready-to-proceed": "clinically ready to proceed",
  streamed: "streamed away",
  departed: "left A&E",
  "departure-cancelled": "has not left A&E after all",
  list: "A&E list taken",
  "ambulance-inbound": "ambulance inbound",
  "ambulance-arrived": "ambulance outside",
  "ambulance-handed-over": "handed over",
  "ambulance-clear": "ambulance clear",
  "ambulance-cancelled": "ambulance does not come",
  ready: "no longer meets the criteria to reside",
  "not-ready": "meets the criteria to reside again",
  planned: "discharge planned",
  delayed: "discharge delayed",
  "delay-ended": "delay ended",
  failed: "discharge failed",
  "start-accepted": "start accepted",
  "start-withdrawn": "start withdrawn",
  "bed-allocated": "bed allocated",
  "allocation-ended": "allocation ended",
  "contradiction-settled": "contradiction settled",
  "outage-planned": "outage planned",
  "figure-reported": "figure reported",
};

/** What a CloudEvents type says in words: "flowcentre.bed.cleaned.v1" is "bed cleaned". */
export function fact(type: string): string {
  const [, family, name = type] = type.split(".");
  if (family === "ae" && name === "cancelled") return "attendance cancelled";
  return changes[name] ?? words(name);
}

const contradictions: Record<string, string> = {
  two_in_bed: "two patients, one bed",
  in_two_beds: "one patient, two beds",
  free_with_patient: "told free, patient in it",
  held_after_leaving: "patient left, bed still held",
  reserved_occupied: "kept for one, another in it",
  never_arrived: "left A&E, never arrived",
  clocks_apart: "ambulance and A&E clocks apart",
  ambiguous_stay: "which stay is not told",
  moved_after_leaving: "moved after leaving",
  missing_from_census: "missing from census",
  counted_after_leaving: "counted after leaving",
  no_attendance: "A&E fact, no attendance",
  no_request: "bed request never made",
  no_stay: "discharge fact, not in",
  cancels_nothing: "cancelled, never told",
  no_transfer: "transfer nobody asked for",
  against_rule: "accepted against a hospital's rule",
  offered_closed: "closed bed offered",
  accepted_twice: "one referral, two acceptances",
  no_place_free: "accepted, no place free",
  declined_after_start: "declined after it began",
  ended_before_start: "over before it began",
  place_removed: "unit no longer laid out",
  unreadable: "events that cannot be read",
};

export function contradiction(kind: string): string {
  return contradictions[kind] ?? words(kind);
}

const questions: Record<string, string> = {
  two_in_bed: "ask the ward who is in it",
  in_two_beds: "ask the wards which bed",
  free_with_patient: "ask the ward if it is free",
  held_after_leaving: "ask the ward who is in it, or free it",
  reserved_occupied: "ask the ward: is it so, or is the patient expected to leave?",
  never_arrived: "ask A&E where the patient went, and the ward if the patient is there",
  clocks_apart: "ask A&E when the patient came",
  ambiguous_stay: "ask records which stay it is",
  moved_after_leaving: "ask the ward if the patient is still here",
  missing_from_census: "ask the ward if the patient is still here",
  counted_after_leaving: "ask the ward if the patient is still here",
  no_attendance: "ask the feed's owner for the arrival",
  no_request: "ask the feed's owner for the request",
  no_stay: "ask the feed's owner for the admission",
  cancels_nothing: "ask the feed's owner for what it cancels",
  no_transfer: "ask the feed's owner for the transfer",
  against_rule: "ask the hospital that accepted if it can take the patient",
  offered_closed: "ask the ward if the bed can be used",
  accepted_twice: "ask both services which has the person",
  no_place_free: "ask the service what is free",
  declined_after_start: "ask the service if it still has the person",
  ended_before_start: "ask the service if it began",
  unreadable: "ask the systems desk to look at the log",
  place_removed: "find out where the patient is, or put the unit back into the layout",
};

/** What a person can do about a contradiction. */
export function contradictionRemedy(kind: string): string {
  return questions[kind] ?? "ask the ward";
}

/** The feed of what people decide. */
export const DESK = "desk";

const heldReasons: Record<string, { why: string; remedy: string }> = {
  unknown_place: { why: "unknown place", remedy: "add it to the layout" },
  unknown_sort: { why: "unknown sort of places", remedy: "add it to the unit's places, or ask its provider" },
  unknown_referral: { why: "referral never made", remedy: "ask the feed's owner for the referral" },
  unknown_call: { why: "call never raised", remedy: "ask the feed's owner for the call" },
  not_its_unit: { why: "not this feed's unit", remedy: "add the feed to the unit, or ask its owner to stop" },
};

export function heldReason(reason: string): string {
  return heldReasons[reason]?.why ?? words(reason);
}

/** What a person can do about a held fact. */
export function heldRemedy(reason: string, feed = ""): string {
  if (feed === DESK) return "ask the desk";
  return heldReasons[reason]?.remedy ?? "ask the feed's owner";
}
