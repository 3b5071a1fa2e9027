// What may harm a patient and nobody owns: the worst first, by a fixed rule. Pure; now is
// the engine's time in ms since 1970.

import { alertLevel, figures, isOpen, whatForms } from "./alerts";
import { age, ageOf, capital, clockTime, count, ms } from "./format";
import { measured, named, read, siteScope } from "./measures";
import { roleName } from "./roles";
import { silentFeeds, siteBrief, siteName } from "./rules";
import type { State } from "./store";
import type { Alert, Instant, Referral, Site } from "./types";

export const HELD_LIMIT_MIN = 45; // no ambulance should wait longer (NHS handover standard)
const HELD_WARN_MIN = 30;
const BREACH_WARN_MS = 2 * 3_600_000;

export interface Risk {
  level: 2 | 3;
  past: number; // how far past its limit, in ms; below 0 while it is to come
  what: string[]; // longest form first
  then: string[];
  owner?: string; // the role that has it
}

/** Everything that somebody should own: by severity, then by the time past the limit. */
export function risks(s: State, now: number, zone: string): Risk[] {
  return [...patientRisks(s, now, zone), ...silences(s, now, zone)].sort(worst);
}

/** Patients who wait too long, or soon will. */
export function patientRisks(s: State, now: number, zone: string): Risk[] {
  const said = [...s.sites.values()].flatMap((site): Said[] => [
    { scope: siteScope(site.id), measures: HELD, risks: held(s, site, now, zone) },
    { scope: siteScope(site.id), measures: BREACH, risks: breaches(s, site, now, zone) },
  ]).filter((x) => x.risks.length);
  return [...said.flatMap((x) => x.risks), ...told(s, said, now, zone), ...unheard(s, now), ...unplaced(s, now)].sort(worst);
}

/** What of A&E and ambulances is not known, so that nobody can say that no patient waits too long; each in its forms. */
export function riskDoubts(s: State, now: number, zone: string): string[][] {
  const sites = new Map<string, string[]>();
  for (const [name, what] of [[named.over12DTA, "A&E"], [named.waiting, "Ambulances"]] as const) {
    for (const site of s.sites.values()) {
      if (name === named.waiting && site.kind !== "acute") continue; // no ambulance goes to a minor injury unit
      const r = read(measured(s, siteScope(site.id), name), now, zone);
      const said = `${what} ${r.doubts[0]}`;
      if (r.look === "unknown") sites.set(said, [...(sites.get(said) ?? []), siteBrief(s, site.id)]);
    }
  }
  return [...sites].map(([said, at]) => [`${said}: ${at.join(", ")}`, `${said}: ${count(at.length, "site")}`, said]);
}

function worst(a: Risk, b: Risk): number {
  return Number(!!a.owner) - Number(!!b.owner) || b.level - a.level || b.past - a.past;
}

/** What an alert of these figures says of who has it: a role, or undefined while nobody has. */
function ownerOf(s: State, scope: string, measures: string[]): string | undefined {
  return [...s.alerts.values()].find((a) => isOpen(a) && a.owner && a.scope === scope && figures(a).some((f) => measures.includes(f.measure)))?.owner || undefined;
}

/** A risk with its owner, where somebody has it. */
function owned(r: Risk, owner: string | undefined): Risk {
  if (!owner) return r;
  const has = `${capital(roleName(owner))} has it`;
  return { ...r, owner, then: r.then.map((text) => text.replace("No owner", has)) };
}

/** What the figures of a place say themselves, and by which. */
interface Said {
  scope: string;
  measures: string[];
  risks: Risk[];
}

const HELD = ["ambulance_longest_wait", "ambulances_waiting"];
const BREACH = ["ae_next_dta_breach", "ae_over_12h_from_decision"];

/** What else somebody was told of: alerts that are open, but for those that a risk of the same place says already, and those back within their limit. */
function told(s: State, said: Said[], now: number, zone: string): Risk[] {
  const again = (a: Alert) => said.some((r) => r.scope === a.scope && figures(a).some((f) => r.measures.includes(f.measure)));
  return [...s.alerts.values()]
    .filter((a) => isOpen(a) && !a.recovered && alertLevel(a) > 1 && !again(a))
    .map((a) => owned({ level: alertLevel(a) === 3 ? 3 : 2, past: now - (ms(a.fired) ?? now), what: whatForms(s, a, now, zone), then: ["No owner"] }, a.owner || undefined));
}

/** The ambulance that has stood longest outside a hospital. */
function held(s: State, site: Site, now: number, zone: string): Risk[] {
  const longest = read(measured(s, siteScope(site.id), named.longest), now, zone);
  if (longest.at === null) return [];
  const min = Math.floor((now - longest.at) / 60_000);
  if (min < HELD_WARN_MIN) return [];
  const waiting = read(measured(s, siteScope(site.id), named.waiting), now, zone);
  const many = waiting.value !== null ? `, ${waiting.value} waiting` : "";
  const old = longest.doubts[0] ? `, ${longest.doubts[0]}` : "";
  const name = siteName(s, site.id);
  const brief = siteBrief(s, site.id);
  return [
    owned(
      {
        level: min >= HELD_LIMIT_MIN ? 3 : 2,
        past: now - longest.at - HELD_LIMIT_MIN * 60_000,
        what: [`Ambulance held ${min} min at ${name}`, `Ambulance held ${min} min at ${brief}`, `${brief}: ambulance ${min} min`],
        then: [`Limit ${HELD_LIMIT_MIN}${many}${old}. No owner`, `Limit ${HELD_LIMIT_MIN}. No owner`],
      },
      ownerOf(s, siteScope(site.id), HELD),
    ),
  ];
}

/** Twelve hours from the decision to admit: passed, or soon to be. */
function breaches(s: State, site: Site, now: number, zone: string): Risk[] {
  const scope = siteScope(site.id);
  const name = siteName(s, site.id);
  const brief = siteBrief(s, site.id);
  const over = read(measured(s, scope, named.over12DTA), now, zone);
  const next = read(measured(s, scope, named.nextBreach), now, zone);
  const found: Risk[] = [];
  if (over.value) {
    found.push({
      level: 3,
      past: 0,
      what: [`${name}: ${over.value} over 12 h from decision (DTA)`, `${brief}: ${over.value} over 12 h from decision (DTA)`, `${brief}: ${over.value} over 12 h from DTA`],
      then: [`Waiting for a bed${over.doubts[0] ? `, ${over.doubts[0]}` : ""}. No owner`, "Waiting for a bed. No owner"],
    });
  }
  if (next.at !== null && next.at > now && next.at - now < BREACH_WARN_MS) {
    found.push({
      level: 2,
      past: now - next.at,
      what: [`${name}: next DTA breach ${clockTime(next.at, zone)}`, `${brief}: DTA breach ${clockTime(next.at, zone)}`],
      then: [`In ${Math.ceil((next.at - now) / 60_000)} min, 12 h from decision. No owner`, "12 h from decision. No owner"],
    });
  }
  return found.map((r) => owned(r, ownerOf(s, scope, BREACH)));
}

/** Calls to a co-ordination centre that nobody has answered by the time they should have been. */
function unheard(s: State, now: number): Risk[] {
  const late = [...s.calls.values()].filter((c) => !c.answered && !c.closed && (ms(c.due) ?? Infinity) < now).map((c) => now - ms(c.due)!);
  return lateness(late, "call not answered", "calls not answered", ["Co-ordination centre. No owner", "No owner"]);
}

/** Referrals that nobody has accepted by the time at which they should have begun. */
function unplaced(s: State, now: number): Risk[] {
  const limit = (r: Referral) => ms(r.breach) ?? ms(r.due) ?? Infinity;
  const late = [...s.referrals.values()].filter((r) => r.state === "open" && limit(r) < now).map((r) => now - limit(r));
  return lateness(late, "referral without a place", "referrals without a place", ["Nobody has accepted. No owner", "No owner"]);
}

function lateness(late: number[], one: string, many: string, then: string[]): Risk[] {
  if (!late.length) return [];
  const longest = Math.max(...late);
  const what = capital(late.length === 1 ? one : `${late.length} ${many}`);
  return [{ level: 3, past: longest, what: [`${what}, ${age(longest)} late`, what, capital(late.length === 1 ? one : many)], then }];
}

/** By what feed alerts come back: while it is silent nobody may be told of anything. */
export const ALERT_PATH = "alerts";

/** That alerts reach nobody, since when, where the alert path is watched and silent. */
export function deadPath(s: State, zone: string): string[] | null {
  const f = s.feeds.get(ALERT_PATH);
  if (!f || (f.state !== "silent" && f.state !== "never")) return null;
  const last = ms(f.last);
  return last === null ? ["Alerts have reached nobody yet"] : [`Alerts reach nobody since ${clockTime(last, zone)}`, "Alerts reach nobody"];
}

function silences(s: State, now: number, zone: string): Risk[] {
  const dead = deadPath(s, zone);
  const path: Risk[] = dead ? [{ level: 3, past: Number.MAX_SAFE_INTEGER, what: dead, then: ["Ring people. Systems desk", "Ring people"] }] : [];
  return [...path, ...quiet(s, now)];
}

function quiet(s: State, now: number): Risk[] {
  return silentFeeds(s).filter((f) => f.id !== ALERT_PATH).map((f) => {
    const last = ms(f.last);
    const since = ageOf(f.last, now);
    return {
      level: 2,
      past: last === null ? 0 : now - last - f.every_s * 1000,
      what: [`${f.name} silent ${since ?? ""}`.trim(), `Feed silent ${since ?? ""}`.trim()],
      then: f.owner ? [`Ring ${f.owner}`, f.owner, "Ring its owner"] : ["No owner named"],
    };
  });
}

/** When a request passes 12 hours from its decision, or null where none is told. */
export function breachOf(decided: Instant): number | null {
  const at = ms(decided);
  return at === null ? null : at + 12 * 3_600_000;
}
