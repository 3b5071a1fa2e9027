// Who waits for a bed at a site, and the coordinator's action: a bed kept for a request.

import { useSignal } from "@preact/signals";
import { age, clockTime, count, moment, ms, words } from "./format";
import { Choice, DecisionForm, Outcome } from "./forms";
import type { Decision } from "./forms";
import { LimitMark } from "./marks";
import { measured, named, noValue, read, siteScope } from "./measures";
import type { Said } from "./outcome";
import { Counted, zone } from "./parts";
import { needsText, offers, originText, sideRoomQueue, waitText, waiting, waitsSince } from "./requests";
import type { Offer } from "./requests";
import { breachOf } from "./risks";
import { siteName, unitNames } from "./rules";
import type { State } from "./store";
import { coarse } from "./stream";
import type { Request, Site } from "./types";

const OFFERED = 12; // beds to choose among; the others are counted
const HOURS = ["1", "2", "4", "8"]; // how long a bed may be kept

export function Waiting({ state: s, site }: { state: State; site: Site }) {
  const all = waiting(s, site.id);
  const queue = sideRoomQueue(s, site.id);
  const without = read(measured(s, siteScope(site.id), named.requests), coarse.value, zone());
  return (
    <section class="panel waiting-table">
      <div class="panel-head">
        <h2>Waiting for a bed</h2>
        <span class="muted">
          {without.value === null ? noValue(without) : <Counted name={named.requests} scope={siteScope(site.id)} reading={without} />} without a bed
          {queue.length > 0 && `; side rooms: ${count(queue.length, "patient")} in the queue`}
        </span>
      </div>
      {all.length === 0 && <p class="muted">{without.value === null ? `${noValue(without)}: no feed tells of bed requests` : without.value ? "Who they are is not told" : "Nobody waits"}</p>}
      {all.length > 0 && (
        <table role="table">
          <caption class="unseen">Bed requests, those without a bed first, longest first</caption>
          <thead role="rowgroup">
            <tr role="row">
              {["Patient", "From", "Needs", "Waits", "12 h from decision", "Bed", "Decide"].map((c) => (
                <th scope="col" role="columnheader" key={c}>{c}</th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {all.map((r) => (
              <Row key={r.id} state={s} request={r} place={queue.indexOf(r)} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({ state: s, request: r, place }: { state: State; request: Request; place: number }) {
  const open = useSignal(false);
  const found = useSignal<Said | null>(null);
  const t = coarse.value;
  const breach = breachOf(r.decided);
  const from = unitNames(s, s.units.get(r.unit), r.unit);
  const take = (said: Said) => {
    found.value = said;
    if (said.taken) open.value = false;
  };
  return (
    <>
      <tr role="row" data-request={r.id}>
        <th scope="row" role="rowheader">
          <span class="key-small">{r.key}</span>
        </th>
        <td role="cell" data-label="From">
          {from[0]}
          <span class="muted">{originText(r) && `, ${originText(r)}`}</span>
        </td>
        <td role="cell" data-label="Needs">
          {needsText(r)}
          {place >= 0 && <span class="muted">; {place + 1} in the side-room queue</span>}
        </td>
        <td role="cell" data-label="Waits">
          {waitText(r, t, zone())}
          {(waitsSince(r) ?? 0) <= t && <span class="muted"> since {r.origin === "elective" && r.due ? "due" : r.decided ? "decision" : "asked"}</span>}
          {r.ready && <b>, ready</b>}
        </td>
        <td role="cell" data-label="12 h from decision">
          {breach === null ? (
            <span class="muted">— no decision</span>
          ) : (
            <>
              <LimitMark level={breach <= t ? 3 : breach - t < 2 * 3_600_000 ? 2 : 0} />
              {clockTime(breach, zone())}
            </>
          )}
        </td>
        <td role="cell" data-label="Bed" data-figure="bed">{r.bed ? allocated(s, r, t) : <span class="muted">none</span>}</td>
        <td role="cell" data-label="Decide">
          <button type="button" aria-expanded={open.value} onClick={() => ((open.value = !open.value), (found.value = null))}>
            {open.value ? "Put away" : r.bed ? "End" : "Find a bed"}
            <span class="unseen"> {r.bed ? `the allocation of ${r.key}` : `for ${r.key}`}</span>
          </button>
        </td>
      </tr>
      {(open.value || found.value) && (
        <tr role="row" class="form-row">
          <td role="cell" class="whole" colSpan={7}>
            {open.value && (r.bed ? <EndAllocation request={r} onSaid={take} /> : <Allocate state={s} request={r} onSaid={take} />)}
            <Outcome said={found.value} />
          </td>
        </tr>
      )}
    </>
  );
}

function allocated(s: State, r: Request, t: number): string {
  const [unit, bed = ""] = (r.bed ?? "").split("/");
  const until = r.until ? ` until ${moment(r.until, t, zone())}` : "";
  const on = r.left ? ", on the way" : "";
  return `${unitNames(s, s.units.get(unit), unit)[0]} ${bed}${until}${on}`.replace(/ {2}/g, " ");
}

function Allocate({ state: s, request: r, onSaid }: { state: State; request: Request; onSaid: (said: Said) => void }) {
  const all = offers(s, r);
  const chosen = useSignal("");
  const unit = useSignal("");
  const units = new Map(all.map((o) => [o.unit.id, o.unit.site === r.site ? o.unit.name : `${siteName(s, o.unit.site)}, ${o.unit.name}`]));
  const narrowed = all.filter((o) => !unit.value || o.unit.id === unit.value);
  const hours = useSignal("2");
  const offer = all.find((o) => o.place === chosen.value);
  const make = (): Decision => {
    const until = new Date(coarse.value + Number(hours.value) * 3_600_000).toISOString();
    return { type: "decision.bed-allocated", data: { request: r.id, place: chosen.value, until } };
  };
  return (
    <DecisionForm label={`Keep a bed for ${r.key}`} onSaid={onSaid} button={offer ? `Keep ${offer.unit.name} ${offer.bed.id}` : "Choose a bed"} make={make} ready={!!offer}>
      {all.length > OFFERED && <Choice label="Unit" value={unit.value} options={[["", "any unit"], ...units]} onChange={(u) => ((unit.value = u), (chosen.value = ""))} />}
      <fieldset>
        <legend>{all.length ? `${count(all.length, "bed")} that fit ${r.key}: ${needsText(r)}` : `No bed fits ${r.key}: ${needsText(r)}`}</legend>
        {narrowed.slice(0, OFFERED).map((o) => (
          <label class="offer" key={o.place}>
            <input type="radio" name={`bed-${r.id}`} value={o.place} checked={o.place === chosen.value} onChange={() => (chosen.value = o.place)} />
            <span>
              <b>
                {o.unit.site === r.site ? "" : `${siteName(s, o.unit.site)}, `}
                {o.unit.name} {o.bed.id}
              </b>{" "}
              {offerText(o)}
            </span>
          </label>
        ))}
        {narrowed.length > OFFERED && <p class="muted">{narrowed.length - OFFERED} more fit{unit.value ? "" : ": choose a unit"}</p>}
      </fieldset>
      <Choice label="Keep it for" value={hours.value} options={HOURS.map((h) => [h, `${h} h`])} onChange={(h) => (hours.value = h)} />
    </DecisionForm>
  );
}

function offerText(o: Offer): string {
  const since = ms(o.bed.since);
  return [o.bed.side_room && !o.notes.length ? "side room" : "", since === null ? "" : `free ${age(coarse.value - since)}`, ...o.notes].filter(Boolean).join(", ");
}

const endings = ["patient_not_coming", "bed_needed_elsewhere", "wrong_bed", "other"];

function EndAllocation({ request: r, onSaid }: { request: Request; onSaid: (said: Said) => void }) {
  const reason = useSignal(endings[0]);
  return (
    <DecisionForm label={`End the allocation of ${r.key}`} onSaid={onSaid} button="End it" make={() => ({ type: "decision.allocation-ended", data: { request: r.id, reason: reason.value } })}>
      <Choice label="Why" value={reason.value} options={endings.map((e) => [e, words(e)])} onChange={(v) => (reason.value = v)} />
    </DecisionForm>
  );
}
