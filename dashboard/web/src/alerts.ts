// What an alert says: what is wrong and where as it is now, who was told and who is next,
// whom to ring. Pure; now is the engine's time in ms since 1970.

import { age, capital, clockTime, count, moment, ms, words } from "./format";
import { levelWord } from "./levels";
import { number } from "./measures";
import { roleBrief, roleName } from "./roles";
import { siteBrief, siteName } from "./rules";
import type { Level } from "./rules";
import type { State } from "./store";
import type { Alert, Answer, Tested } from "./types";

const SHOWN_AFTER_MS = 10 * 60_000; // for so long an alert that is over is still shown

/** Why an alert is not taken, why nobody is to be rung for a time, and what can be noted: codes of the log. */
export const notNows = ["with_another_alert", "not_on_call", "cannot_reach_anyone", "other"];
export const shelvings = ["known_and_managed", "data_wrong", "planned_work", "other"];
export const notes = ["rang", "no_answer", "visited", "agreed", "refused", "waiting_for_staff", "waiting_for_transport", "improving", "worsening"];

export function isOpen(a: Alert): boolean {
  return a.state !== "resolved";
}

/** The alerts that are open, and for a while those that are over: what nobody owns first, then by severity, the oldest first. */
export function current(s: State, now: number, wanted: (a: Alert) => boolean = () => true): Alert[] {
  const rank = (a: Alert) => (isOpen(a) ? (a.owner ? 10 : 0) : 20) + (3 - alertLevel(a));
  return [...s.alerts.values()]
    .filter((a) => wanted(a) && (isOpen(a) || now - (ms(a.over) ?? 0) < SHOWN_AFTER_MS))
    .sort((a, b) => rank(a) - rank(b) || (ms(a.fired) ?? 0) - (ms(b.fired) ?? 0));
}

export function alertLevel(a: Alert): Level {
  return a.severity === "critical" ? 3 : a.severity === "warning" ? 2 : 0;
}

export function siteOf(scope: string): string | null {
  return scope.startsWith("site/") ? scope.slice(5) : null;
}

const counted: Record<string, (n: number) => string> = {
  ambulances_waiting: (n) => `${count(n, "ambulance")} waiting`,
  ae_over_12h: (n) => `${n} over 12 h from arrival`,
  ae_over_12h_from_decision: (n) => `${n} over 12 h from decision (DTA)`,
  ae_mental_health_over_12h: (n) => `${n} over 12 h, mental health`,
  critical_care_available: (n) => (n ? `${count(n, "critical care bed")} free` : "No critical care bed free"),
  adult_ga_side_rooms_available: (n) => (n ? `${count(n, "side room")} free` : "No side room free"),
  side_room_queue: (n) => `${n} waiting for a side room`,
  escalation_beds_past_review: (n) => `${count(n, "escalation bed")} past review`,
  promises_missed: (n) => `${count(n, "promise")} missed`,
  actions_overdue: (n) => `${count(n, "action")} late`,
  step_downs_over_4h: (n) => `${count(n, "step-down")} waiting over 4 h`,
  opel_shown: (n) => `OPEL ${n} ${levelWord[n] ?? ""}`.trim(),
  opel_assessed: (n) => `OPEL ${n} by the newest figures`,
  opel_could: (n) => `Could be OPEL ${n}`,
  opel_above_declared: (n) => (n ? `Computed OPEL is ${n} above the declared` : "Computed OPEL is not above the declared"),
};

const dated: Record<string, (at: number, now: number, zone: string) => string> = {
  ambulance_longest_wait: (at, now) => `Ambulance held ${Math.max(0, Math.floor((now - at) / 60_000))} min`,
  ae_next_dta_breach: (at, now, zone) => (at > now ? `12 h from decision (DTA) at ${clockTime(at, zone)}` : `12 h from decision (DTA) passed ${clockTime(at, zone)}`),
  opel_shown_since: (at, now, zone) => `Level shown since ${moment(iso(at), now, zone)}`,
  opel_review: (at, now, zone) => `Declared level: review ${at > now ? "due" : "was due"} ${moment(iso(at), now, zone)}`,
};

const iso = (at: number) => new Date(at).toISOString();

export function isMoment(t: Tested): boolean {
  return t.kind === "older" || t.kind === "younger" || t.kind === "within";
}

/** A tested figure in words, and null while it is not known. */
export function tested(t: Tested, now: number, zone: string): string | null {
  if (isMoment(t)) {
    const at = ms(t.at);
    if (at === null) return null;
    const say = dated[t.measure];
    return say ? say(at, now, zone) : `${t.title.replace(/, since$/, "")}: ${t.kind === "within" ? moment(t.at, now, zone) : age(now - at)}`;
  }
  if (t.value === null) return null;
  const short = t.measure.endsWith("_short_4h") || t.measure.endsWith("_short_8h") ? t.measure.slice(-2, -1) : "";
  if (short) return `${number(t.value)} ${t.title.replace(/, .*/, "").replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase())} in ${short} h`;
  return counted[t.measure]?.(t.value) ?? `${t.title}: ${number(t.value)}${t.unit === "percent" ? "%" : ""}`;
}

/** The limit that it is tested against, in words. */
export function limitOf(t: Tested): string {
  switch (t.kind) {
    case "younger":
      return "";
    case "within":
      return t.limit ? `${minutesText(t.limit)} before` : "";
    case "older":
      return `limit ${minutesText(t.limit)}`;
    default:
      return `limit ${number(t.limit)}${t.unit === "percent" ? "%" : ""}`;
  }
}

function minutesText(s: number): string {
  return s < 2 * 3600 ? `${Math.round(s / 60)} min` : age(s * 1000);
}

/** What is tested, as it is now; as it was where nothing newer is known. */
export function figures(a: Alert): Tested[] {
  return (a.now?.length ? a.now : a.inputs) ?? [];
}

/** Whether a figure speaks of the site's A&E. */
const ofEmergency = (measure: string) => /^(ae_|ambulance)/.test(measure);

/** Where it is, in forms: "Worcs Royal A&E", "Royal A&E"; empty for the whole system. */
export function whereForms(s: State, a: Alert): string[] {
  const site = siteOf(a.scope);
  if (!site) return [""];
  const tail = figures(a).some((t) => ofEmergency(t.measure)) ? " A&E" : "";
  return [...new Set([siteName(s, site), siteBrief(s, site)])].map((name) => name + tail);
}

/** What is wrong, as it is now; times grow with the clock. Where no figure says it, the line with which it fired. */
export function whatForms(s: State, a: Alert, now: number, zone: string): string[] {
  const [first] = figures(a);
  const known = first && (first.measure in counted || first.measure in dated) ? tested(first, now, zone) : null;
  if (!known || !isOpen(a)) return [a.line];
  return whereForms(s, a).map((where) => (where ? `${known} at ${where}` : known));
}

/** "Since 02:15. Limit 45 min, passed 03:00." */
export function sinceText(a: Alert, now: number, zone: string): string {
  const [first] = figures(a);
  const at = first && first.kind === "older" ? ms(first.at) : null;
  if (first && at !== null) {
    const passed = at + first.limit * 1000;
    return `Since ${moment(first.at, now, zone)}. ${capital(limitOf(first))}, ${passed > now ? "at" : "passed"} ${moment(iso(passed), now, zone)}.`;
  }
  const limit = first ? limitOf(first) : "";
  return `Alert since ${moment(a.fired, now, zone)}.${limit ? ` ${capital(limit)}.` : ""}`;
}

/** The age of the oldest input of its figures, null while all are in time. */
export function oldest(a: Alert, now: number): string | null {
  const at = (a.now ?? []).flatMap((t) => ms(t.as_of) ?? []);
  return at.length ? age(now - Math.min(...at)) : null;
}

/** Who has it: "No owner yet", "Yours since 04:12", "On-call manager has it since 04:12". */
export function ownerText(a: Alert, me: string, now: number, zone: string): string {
  if (!a.owner) return isOpen(a) ? "No owner yet" : "Nobody took it";
  const since = a.taken ? ` since ${moment(a.taken.at, now, zone)}` : "";
  return a.owner === me ? `Yours${since}` : `${capital(roleName(a.owner))} has it${since}`;
}

export interface Tier {
  at: string;
  words: string;
  state: "told" | "now" | "next" | "has";
}

/** Who was told, last at the end; then who is next, or who has it. At most four. */
export function tiers(a: Alert, me: string, now: number, zone: string): Tier[] {
  const told = (a.told ?? []).map((t): Tier => ({ at: moment(t.at, now, zone), words: t.role === me ? "you" : roleBrief(t.role), state: "told" }));
  if (told.length) told[0].words += told[0].words === "you" ? "" : " told";
  if (a.owner && a.taken) told.push({ at: moment(a.taken.at, now, zone), words: a.owner === me ? "you have it" : `${roleBrief(a.owner)} has it`, state: "has" });
  else if (told.length && isOpen(a)) told[told.length - 1].state = "now";
  if (a.next && !a.owner && isOpen(a)) told.push({ at: moment(a.next.at, now, zone), words: `${a.next.role === me ? "you" : roleBrief(a.next.role)}, if not taken`, state: "next" });
  return told.slice(-4);
}

/** What happens now: who is next, or that nobody is. */
export function nextText(a: Alert, me: string, now: number, zone: string): string {
  if (!isOpen(a)) return a.owner ? "Nothing is left to answer." : "Nobody took it. Nothing is left to answer.";
  if (a.owner) return `${a.owner === me ? "You have it" : `${capital(roleName(a.owner))} has it`}. Nobody else is told.`;
  if ((ms(a.shelved) ?? 0) > now) return `Shelved until ${moment(a.shelved, now, zone)}: nobody is told.`;
  if (!a.next) return "Nobody else is told by itself.";
  return `${a.next.role === me ? "You are" : `${capital(roleName(a.next.role))} is`} told at ${moment(a.next.at, now, zone)}, if nobody takes it.`;
}

/** What else there is to know of it as a whole, the gravest first. */
export function standingOf(a: Alert, now: number, zone: string): string[] {
  const said: string[] = [];
  if (a.state === "resolved") said.push(`Over since ${moment(a.over, now, zone)}${lasted(a)}.`);
  if (a.state === "unconfirmed") said.push(`Not confirmed since ${moment(a.confirmed, now, zone)}: nobody knows whether it still holds. Ring to find out.`);
  if (a.state !== "resolved" && a.recovered) said.push(`Back within its limit since ${moment(a.recovered, now, zone)}. The alert ends when that has held.`);
  if (isOpen(a) && (ms(a.shelved) ?? 0) > now) said.push(`Shelved until ${moment(a.shelved, now, zone)}: nobody is told.`);
  return said;
}

function lasted(a: Alert): string {
  const [from, to] = [ms(a.fired), ms(a.over)];
  return from === null || to === null ? "" : `, after ${age(to - from)}`;
}

const answers: Record<string, string> = { taken: "took it", handed_on: "handed it on", not_now: "not now", shelved: "shelved it", noted: "noted" };

/** What somebody said of it: "on-call manager took it", "site manager not now: not on call". */
export function answerText(a: Answer, now: number, zone: string): string {
  const to = a.to ? ` to ${roleName(a.to)}` : "";
  const until = a.until ? ` until ${moment(a.until, now, zone)}` : "";
  const reason = a.reason ? `: ${words(a.reason)}` : "";
  return `${roleName(a.role)} ${answers[a.what] ?? words(a.what)}${to}${until}${reason}`;
}

/** Where a role is reached: its number at the site, else for the whole system. */
export function phoneOf(s: State, role: string, site: string | null): string | null {
  const all = (s.system.contacts ?? []).filter((c) => c.role === role);
  return (all.find((c) => site !== null && c.site === site) ?? all.find((c) => !c.site))?.phone ?? null;
}
