// Who needs a place outside hospital: made without a name, put to units in the order in
// which they fit, accepted or declined, begun, ended. Each step is a decision.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { count, moment, words } from "./format";
import { Ask, Choice, Press, RoleChoice, TokenField } from "./forms";
import { LimitMark } from "./marks";
import { DeskHead, Link, Status, zone } from "./parts";
import { COMMUNITY_BEDS, inHours, kindNames, localityName, servesFrom, usableText, withPlaces } from "./places";
import { askedText, avoidedText, freshID, isOver, needs, offerText, originName, referrals, referralWait, referrers, seeksText, unanswered, whoText } from "./referrals";
import type { Offers } from "./referrals";
import { unitAddress } from "./route";
import type { State } from "./store";
import { coarse, state } from "./stream";
import type { Referral, Unit } from "./types";

const SHOWN = 100; // the others are counted

export function ReferralsPage() {
  const s = state.value;
  const open = s ? referrals(s).filter((r) => r.state === "open").length : 0;
  return (
    <div class="desk">
      <Status />
      <DeskHead title="Referrals" up={{ to: "/", name: s?.system.name ?? "The wall" }} note={s ? `${open || "none"} waiting for an answer` : undefined}>
        <Link to="/community">Places</Link>
        <RoleChoice />
      </DeskHead>
      <main>
        <TokenField />
        {s && (
          <>
            <section class="panel">
              <Make state={s} />
            </section>
            <ReferralTable state={s} title="Referrals" all={referrals(s)} />
          </>
        )}
      </main>
    </div>
  );
}

const columns = ["From", "Seeks", "For", "Waits", "Where it stands", "Decide"];

export function ReferralTable({ state: s, title, all }: { state: State; title: string; all: Referral[] }) {
  return (
    <section class="panel waiting-table">
      <div class="panel-head">
        <h2>{all.length ? title : `${title}: none`}</h2>
        {all.length > SHOWN && <span class="muted">{`first ${SHOWN} of ${all.length}`}</span>}
      </div>
      {all.length > 0 && (
        <table role="table">
          <caption class="unseen">{title}: those that wait for an answer first, oldest first</caption>
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">Referral</th>
              {columns.map((c) => (
                <th scope="col" role="columnheader" key={c}>{c}</th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {all.slice(0, SHOWN).map((r) => (
              <Row key={r.id} state={s} referral={r} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({ state: s, referral: r }: { state: State; referral: Referral }) {
  const open = useSignal(false);
  const t = coarse.value;
  const wait = referralWait(r, t, zone());
  return (
    <>
      <tr role="row" data-referral={r.id} data-state={r.state}>
        <th scope="row" role="rowheader">
          <span class="key-small">{r.id}</span>
          {r.key && <span class="key-small"> {r.key}</span>}
        </th>
        <td role="cell" data-label="From">
          {originName(r.origin)}
          {r.intent && <span class="muted">, meant to {r.intent}</span>}
        </td>
        <td role="cell" data-label="Seeks">{seeksText(r)}</td>
        <td role="cell" data-label="For">{whoText(s, r) || "—"}</td>
        <td role="cell" data-label="Waits">
          <LimitMark level={wait.level} mute />
          {wait.text}
        </td>
        <td role="cell" data-label="Where it stands">
          <Standing state={s} referral={r} />
        </td>
        <td role="cell" data-label="Decide">
          <button type="button" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
            {open.value ? "Put away" : isOver(r) ? "Look" : r.state === "open" ? "Find a place" : "Go on"}
            <span class="unseen">: referral {r.id}</span>
          </button>
        </td>
      </tr>
      {open.value && (
        <tr role="row" class="form-row">
          <td role="cell" class="whole" colSpan={columns.length + 1}>
            <Steps state={s} referral={r} />
          </td>
        </tr>
      )}
    </>
  );
}

const unitName = (s: State, id: string) => s.units.get(id)?.name ?? id;

function Standing({ state: s, referral: r }: { state: State; referral: Referral }) {
  const t = coarse.value;
  const name = r.unit ? unitName(s, r.unit) : "";
  const asked = unanswered(r);
  const said = {
    open: asked.length ? `asked ${asked.map((a) => unitName(s, a.unit)).join(", ")}` : (r.asked ?? []).length ? `${count((r.asked ?? []).length, "unit")} asked, none has it` : "nobody asked yet",
    accepted: `place kept: ${name}${r.starts ? `, from ${moment(r.starts, t, zone())}` : ""}`,
    started: `begun ${moment(r.started, t, zone())}: ${name}`,
    ended: `ended ${moment(r.ended, t, zone())}: ${name}`,
    cancelled: `cancelled ${moment(r.cancelled, t, zone())}${r.reason ? `: ${words(r.reason)}` : ""}`,
  }[r.state];
  return (
    <>
      {said}
      {r.not_conveyed && <span>; not conveyed</span>}
      {r.avoided && <span class="muted">; {avoidedText(r.avoided, t, zone())}</span>}
    </>
  );
}

const declines = ["full", "no_staff", "needs_not_met", "out_of_area", "clinically_unsuitable", "other"];
const cancels = ["no_longer_needed", "conveyed", "went_elsewhere", "entered_in_error", "other"];
const ends = ["goal_met", "to_hospital", "to_another_service", "died", "other"];

/** What can be done next, and how it came to be so. */
function Steps({ state: s, referral: r }: { state: State; referral: Referral }) {
  const t = coarse.value;
  return (
    <div class="steps">
      {(r.asked ?? []).length > 0 && (
        <ul class="rows">
          {(r.asked ?? []).map((a) => (
            <li key={`${a.unit} ${a.asked}`} data-asked={a.unit}>
              <span>
                <b>{unitName(s, a.unit)}</b> {askedText(a, t, zone())}
              </span>
              {!a.answer && r.state === "open" && <Answer referral={r} unit={a.unit} name={unitName(s, a.unit)} />}
            </li>
          ))}
        </ul>
      )}
      {r.state === "open" && <FindPlace state={s} referral={r} />}
      <div class="step-row">
        {r.state === "accepted" && (
          <>
            <Press label={`referral ${r.id}`} primary make={() => ({ type: "community.referral-started", data: { referral: r.id, place: r.unit } })}>
              It has begun
            </Press>
            <Reasoned open="Acceptance withdrawn" referral={r} button="Withdraw it" reasons={declines} make={(reason) => ({ type: "community.acceptance-withdrawn", data: { referral: r.id, place: r.unit, reason, how: "phone" } })} />
          </>
        )}
        {r.state === "started" && <Reasoned open="It has ended" referral={r} button="End it" reasons={ends} make={(outcome) => ({ type: "community.referral-ended", data: { referral: r.id, place: r.unit, outcome } })} />}
        {r.intent === "convey" && !r.not_conveyed && r.unit && !isOver(r) && (
          <Press label={`referral ${r.id}`} make={() => ({ type: "community.not-conveyed", data: { referral: r.id, ...(r.ambulance ? { ambulance: r.ambulance } : {}) } })}>
            Not conveyed
          </Press>
        )}
        {(r.state === "open" || r.state === "accepted") && <Reasoned open="Cancel it" referral={r} button="Cancel the referral" reasons={cancels} make={(reason) => ({ type: "community.referral-cancelled", data: { referral: r.id, reason } })} />}
      </div>
      <Trail referral={r} />
    </div>
  );
}

/** The events of a referral, and of the admission avoided, by their sequence in the log. */
function Trail({ referral: r }: { referral: Referral }) {
  const event = (seq: number) => (
    <a key={seq} href={`/api/v1/events/${seq}`} target="_blank" rel="noreferrer">
      {seq}
    </a>
  );
  const list = (all: number[] | null) => (all ?? []).flatMap((seq, i) => (i ? [", ", event(seq)] : [event(seq)]));
  return (
    <p class="muted">
      Facts {list(r.events)}
      {r.avoided && (
        <>
          ; {avoidedText(r.avoided, coarse.value, zone())}: {list(r.avoided.events)}
        </>
      )}
    </p>
  );
}

interface ReasonedProps {
  open: string;
  referral: Referral;
  button: string;
  reasons: string[];
  make: (reason: string) => { type: string; data: Record<string, unknown> };
}

function Reasoned({ open, referral: r, button, reasons, make }: ReasonedProps) {
  const reason = useSignal(reasons[0]);
  return (
    <Ask label={`${open}: referral ${r.id}`} open={open} button={button} make={() => make(reason.value)}>
      <Choice label="Why" value={reason.value} options={reasons.map((x) => [x, words(x)])} onChange={(v) => (reason.value = v)} />
    </Ask>
  );
}

const starts: [string, string][] = [["", "not said"], ["0.5", "within half an hour"], ["1", "within an hour"], ["2", "within 2 h"], ["4", "within 4 h"], ["12", "within 12 h"], ["24", "tomorrow"]];

/** What a unit that was asked says by telephone. */
function Answer({ referral: r, unit, name }: { referral: Referral; unit: string; name: string }) {
  const hours = useSignal("");
  return (
    <div class="step-row">
      <Ask label={`Accepted by ${name}`} open="Accepted" button={`${name} keeps a place`} make={() => ({ type: "community.referral-accepted", data: { referral: r.id, place: unit, how: "phone", ...(hours.value ? { due: inHours(coarse.value, Number(hours.value)) } : {}) } })}>
        <Choice label="It will begin" value={hours.value} options={starts} onChange={(v) => (hours.value = v)} />
      </Ask>
      <Reasoned open="Declined" referral={r} button={`${name} declines`} reasons={declines} make={(reason) => ({ type: "community.referral-declined", data: { referral: r.id, place: unit, reason, how: "phone" } })} />
    </div>
  );
}

/** The units in the order in which they fit, as the centre's published rules have it, and those that do not with the rule. */
function FindPlace({ state: s, referral: r }: { state: State; referral: Referral }) {
  const found = useSignal<Offers | string | null>(null);
  const t = coarse.value;
  useEffect(() => {
    let here = true;
    void ask(r.id).then((o) => here && (found.value = o));
    return () => {
      here = false;
    };
  }, [r.id, r.version]);
  const asked = new Set(unanswered(r).map((a) => a.unit));
  const put = (unit: string, sort?: string) => ({ type: "community.referral-offered", data: { referral: r.id, place: sort ? `${unit}/${sort}` : unit, how: "phone" } });
  const o = found.value;
  return (
    <div class="find" data-offers={o && typeof o !== "string" ? o.offers.length : ""}>
      {o === null && <p class="muted">Looking for places that fit.</p>}
      {typeof o === "string" && <p role="alert">{o}</p>}
      {o && typeof o !== "string" && (
        <>
          <h3>{o.offers.length ? `${count(o.offers.length, "unit")} that may fit, best first` : "No unit fits"}</h3>
          <ol class="rows offers">
            {o.offers.map((x) => (
              <li key={`${x.unit}/${x.sort ?? ""}`} data-offer={x.unit}>
                <span>
                  <b>
                    <Link to={unitAddress(x.unit)}>{unitName(s, x.unit)}</Link>
                  </b>{" "}
                  {offerText(x, t, zone())}
                </span>
                {asked.has(x.unit) ? <span class="muted">asked</span> : <Press label={unitName(s, x.unit)} make={() => put(x.unit, x.sort)}>Ask</Press>}
              </li>
            ))}
          </ol>
          {o.refused.length > 0 && (
            <details>
              <summary>{count(o.refused.length, "unit")} not offered, and why</summary>
              <ul>
                {o.refused.map((x) => (
                  <li key={`${x.unit} ${x.rule}`}>
                    <b>{unitName(s, x.unit)}</b>: {words(x.rule)}
                    {x.seen && `, ${words(x.seen)}`}
                    {x.needed && <span class="muted"> where {words(x.needed)} is needed</span>}
                    {x.next && `, next ${moment(x.next, t, zone())}`}
                  </li>
                ))}
              </ul>
            </details>
          )}
        </>
      )}
      <AskAnother state={s} referral={r} />
    </div>
  );
}

async function ask(id: string): Promise<Offers | string> {
  const answer = await fetch(`/api/v1/referrals/${encodeURIComponent(id)}/offers`).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok || !told) return "The places that fit cannot be worked out now: choose a unit below and ask it.";
  return { offers: told.offers ?? [], refused: told.refused ?? [] };
}

/** A person may ask any unit of the kinds that are sought, whatever the rules say. */
function AskAnother({ state: s, referral: r }: { state: State; referral: Referral }) {
  const sought = (u: Unit) => !r.seeks?.length || r.seeks.includes(u.kind);
  const units = [...withPlaces(s).filter((u) => sought(u) && servesFrom(u.slots, r.locality ?? "")), ...[...s.units.values()].filter((u) => u.kind === COMMUNITY_BEDS && r.seeks?.includes(u.kind))];
  const unit = useSignal(units[0]?.id ?? "");
  if (!units.length) return <p class="muted">No unit of the kinds sought serves the locality.</p>;
  const name = (u: Unit): [string, string] => [u.id, u.slots ? `${u.name}: ${usableText(u.slots, coarse.value, zone())}` : u.name];
  return (
    <Ask label={`Ask another unit for ${r.id}`} open="Ask another unit" button={`Ask ${unitName(s, unit.value)}`} make={() => ({ type: "community.referral-offered", data: { referral: r.id, place: unit.value, how: "phone" } })}>
      <Choice label="Unit" value={unit.value} options={units.map(name)} onChange={(v) => (unit.value = v)} />
    </Ask>
  );
}

export interface Known {
  origin?: string;
  locality?: string;
  needs?: string[];
  ambulance?: string;
  call?: string;
  place?: string; // the co-ordination centre
}

/** A referral without a name. What a call has told already is filled in. */
export function Make({ state: s, known = {}, open = "Make a referral" }: { state: State; known?: Known; open?: string }) {
  const id = useSignal("");
  const origin = useSignal(known.origin ?? "crew");
  const intent = useSignal(known.origin && known.origin !== "crew" ? "" : "convey");
  const seeks = useSignal<string[]>(["urgent_community_response"]);
  const needed = useSignal<string[]>(known.needs ?? []);
  const locality = useSignal(known.locality ?? "");
  const years = useSignal("");
  const hours = useSignal("2");
  const given = years.value === "" || (/^\d{1,3}$/.test(years.value) && Number(years.value) <= 120);
  const make = () => {
    id.value = freshID("R", coarse.value, zone(), Math.random());
    return {
      type: "community.referral-made",
      data: {
        referral: id.value,
        origin: origin.value,
        seeks: seeks.value,
        ...(needed.value.length ? { needs: needed.value } : {}),
        ...(intent.value ? { intent: intent.value } : {}),
        ...(locality.value ? { locality: locality.value } : {}),
        ...(years.value ? { age: Number(years.value) } : {}),
        ...(hours.value ? { due: inHours(coarse.value, Number(hours.value)) } : {}),
        ...(known.ambulance ? { ambulance: known.ambulance } : {}),
        ...(known.call ? { call: known.call } : {}),
        ...(known.place ? { place: known.place } : {}),
      },
    };
  };
  return (
    <Ask label={open} open={open} button="Make the referral" make={make} ready={seeks.value.length > 0 && given}>
      <p class="muted">Say nothing of who it is: no name, number or date of birth.</p>
      <Choice label="From" value={origin.value} options={referrers} onChange={(v) => (origin.value = v)} />
      <Choice label="Without it" value={intent.value} options={[["convey", "would be taken to hospital"], ["admit", "would be admitted"], ["", "neither"]]} onChange={(v) => (intent.value = v)} />
      <Several legend="Any of these would do" options={kindNames} chosen={seeks.value} onChange={(v) => (seeks.value = v)} />
      <Several legend="Needs" options={needs} chosen={needed.value} onChange={(v) => (needed.value = v)} />
      <Choice label="Lives in" value={locality.value} options={[["", "not told"], ...(s.system.localities ?? []).map((l): [string, string] => [l.id, localityName(s, l.id)])]} onChange={(v) => (locality.value = v)} />
      <label class="choice">
        <span>Age, in years</span>
        <input type="text" inputMode="numeric" autocomplete="off" placeholder="not told" value={years.value} onInput={(e) => (years.value = e.currentTarget.value.trim())} />
      </label>
      <Choice label="Needed" value={hours.value} options={[["2", "within 2 h"], ["4", "within 4 h"], ["12", "within 12 h"], ["24", "within 24 h"], ["", "not said"]]} onChange={(v) => (hours.value = v)} />
    </Ask>
  );
}

function Several({ legend, options, chosen, onChange }: { legend: string; options: [string, string][]; chosen: string[]; onChange: (chosen: string[]) => void }) {
  return (
    <fieldset class="several">
      <legend>{legend}</legend>
      {options.map(([code, name]) => (
        <label key={code}>
          <input type="checkbox" checked={chosen.includes(code)} onChange={(e) => onChange(e.currentTarget.checked ? [...chosen, code] : chosen.filter((c) => c !== code))} />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
