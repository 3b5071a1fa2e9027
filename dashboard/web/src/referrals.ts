// Who needs a place outside hospital, and calls to a co-ordination centre: order, waits and
// words. Pure; now is the engine's time in ms since 1970.

import { age, clockTime, moment, ms, words } from "./format";
import { kindNames, localityName, servesFrom } from "./places";
import type { Level } from "./rules";
import type { State } from "./store";
import type { Asked, Avoided, Call, Instant, Referral, Unit } from "./types";

const order = { open: 0, accepted: 1, started: 2, ended: 3, cancelled: 3 } as const;

/** The referrals of a centre, or all: those that wait for an answer first, oldest first; then those to begin, begun, and over. */
export function referrals(s: State, of: (r: Referral) => boolean = () => true): Referral[] {
  const made = (r: Referral) => ms(r.made) ?? 0;
  return [...s.referrals.values()].filter(of).sort((a, b) => order[a.state] - order[b.state] || (order[a.state] < 3 ? made(a) - made(b) : made(b) - made(a)) || (a.id < b.id ? -1 : 1));
}

export const isOver = (r: Referral) => r.state === "ended" || r.state === "cancelled";

/** Whether a referral is looked after by a co-ordination centre: it says so, or it comes from where the centre serves. */
export function looksAfter(centre: Unit, r: { place?: string; locality?: string }): boolean {
  if (r.place) return r.place === centre.id;
  return !r.locality || servesFrom(centre, r.locality);
}

/** The calls of a centre: unanswered first, longest first; then those being dealt with; then the closed ones, newest first. */
export function calls(s: State, centre: Unit): Call[] {
  const rank = (c: Call) => (c.closed ? 2 : c.answered ? 1 : 0);
  const raised = (c: Call) => ms(c.raised) ?? 0;
  return [...s.calls.values()]
    .filter((c) => looksAfter(centre, c))
    .sort((a, b) => rank(a) - rank(b) || (rank(a) < 2 ? raised(a) - raised(b) : raised(b) - raised(a)) || (a.id < b.id ? -1 : 1));
}

/** How long a call has waited, or waited until it was answered; late when it is past its time. */
export function callWait(c: Call, now: number): { text: string; level: Level } {
  const raised = ms(c.raised);
  if (raised === null) return { text: "not told", level: 0 };
  const until = ms(c.answered) ?? ms(c.closed);
  if (until !== null) return { text: `answered after ${age(until - raised)}`, level: 0 };
  const due = ms(c.due);
  return { text: due !== null && due < now ? `${age(now - raised)}, ${age(now - due)} late` : age(now - raised), level: due !== null && due < now ? 3 : 0 };
}

const origins: Record<string, string> = {
  crew: "ambulance crew", ae: "A&E", ward: "ward", gp: "GP", care_home: "care home", co_ordination: "co-ordination centre", self: "the person", other: "other",
  call_before_convey: "crew, before conveying", gp_expected: "GP, patient expected", call_alarm: "call alarm",
};

export const originName = (code: string | undefined) => (code ? (origins[code] ?? words(code)) : "not told");
export const referrers: [string, string][] = ["crew", "gp", "care_home", "ae", "ward", "co_ordination", "self", "other"].map((o) => [o, originName(o)]);

const needNames: Record<string, string> = { two_carers: "two carers", iv: "IV", end_of_life: "end of life", night_care: "care at night" };
export const needs: [string, string][] = ["hoist", "two_carers", "nursing", "dementia", "wandering", "bariatric", "oxygen", "iv", "catheter", "wheelchair", "end_of_life", "infection", "stairs", "night_care"].map((n) => [n, needNames[n] ?? words(n)]);

export function needNamesOf(codes: string[] | null): string {
  return (codes ?? []).map((n) => needNames[n] ?? words(n)).join(", ");
}

const kinds = new Map(kindNames);

/** What is sought and for whom, never who: "urgent community response or short-stay places". */
export function seeksText(r: Referral): string {
  const all = (r.seeks ?? []).map((k) => kinds.get(k) ?? words(k));
  return all.join(" or ") || (r.service ? words(r.service) : "any place");
}

/** Of whom it is, as codes: "84, Worcester, two carers". */
export function whoText(s: State, r: Referral): string {
  return [r.age ? `aged ${r.age}` : "", localityName(s, r.locality), needNamesOf(r.needs)].filter(Boolean).join(", ");
}

/** Since when and until when a referral may wait, in words, with how grave it is. */
export function referralWait(r: Referral, now: number, zone: string): { text: string; level: Level } {
  const made = ms(r.made);
  const since = made === null ? "not told" : age(now - made);
  const limit = ms(r.breach) ?? ms(r.due);
  const started = ms(r.started);
  if (started !== null) return { text: made === null ? "begun" : `begun after ${age(started - made)}${limit !== null && started > limit ? ", late" : ""}`, level: 0 };
  if (isOver(r)) return { text: r.state, level: 0 };
  if (limit === null) return { text: since, level: 0 };
  return limit < now ? { text: `${since}, ${age(now - limit)} late`, level: 3 } : { text: `${since}, to begin by ${moment(new Date(limit).toISOString(), now, zone)}`, level: limit - now < 30 * 60_000 ? 2 : 0 };
}

/** What a unit that was asked has said. */
export function askedText(a: Asked, now: number, zone: string): string {
  if (!a.answer) {
    const at = ms(a.asked);
    return at === null ? "asked" : `asked ${age(now - at)} ago, no answer yet`;
  }
  return `${a.answer === "withdrawn" ? "took it back" : a.answer} ${moment(a.answered, now, zone)}${a.reason ? `: ${words(a.reason)}` : ""}`;
}

/** Those that were asked and have not answered. */
export function unanswered(r: Referral): Asked[] {
  return (r.asked ?? []).filter((a) => !a.answer);
}

const avoidedWords: Record<Avoided["state"], string> = {
  claimed: "admission avoided, claimed",
  confirmed: "admission avoided: not seen in A&E for 72 h",
  withdrawn: "admission not avoided: seen in hospital after all",
  cannot_be_checked: "admission avoided, cannot be checked: nobody said who it is",
};

/** What became of the claim that an admission was avoided. */
export function avoidedText(a: Avoided, now: number, zone: string): string {
  const check = a.state === "claimed" ? `, checked until ${moment(a.check, now, zone)}` : `, ${moment(a.since, now, zone)}`;
  return avoidedWords[a.state] + check;
}

/** A unit that can be put to a referral. */
export interface Offer {
  unit: string;
  sort?: string;
  free?: number | null;
  km?: number | null;
  home?: boolean;
  usable_from?: Instant;
  told?: Instant;
  state?: string;
  ask?: string[] | null;
}

/** A unit that is not eligible: the rule, what was seen and what is needed. */
export interface NotOffered {
  unit: string;
  rule: string;
  seen?: string;
  needed?: string;
  next?: Instant;
}

export interface Offers {
  offers: Offer[];
  refused: NotOffered[];
}

/** What is known of an offer, and how old that is: "2 free, 6 km, told 40 min ago". */
export function offerText(o: Offer, now: number, zone: string): string {
  const told = ms(o.told);
  const from = ms(o.usable_from);
  return [
    o.home ? "at home" : "",
    o.free == null ? "— not told: ask" : `${o.free} free`,
    from !== null && from > now ? `from ${moment(o.usable_from, now, zone)}` : "",
    o.km == null ? "" : `${o.km} km`,
    told === null ? "" : `${o.state === "old" ? "old, told" : "told"} ${age(now - told)} ago`,
    o.ask?.length ? `ask: ${needNamesOf(o.ask)}` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** An id for what is made here, that nothing else has and that says nothing of a person. */
export function freshID(prefix: string, now: number, zone: string, random: number): string {
  return `${prefix}-${clockTime(now, zone).replace(":", "")}-${Math.floor(random * 36 ** 5).toString(36).padStart(5, "0")}`;
}
