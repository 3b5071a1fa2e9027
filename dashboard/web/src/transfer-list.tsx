// Transfers at a site's desk: asked, accepted or declined, a bed offered, left, arrived. A
// rule of a site against it is named by the centre when it refuses.

import { useSignal } from "@preact/signals";
import { words } from "./format";
import { Ask, Choice, Press } from "./forms";
import { LimitMark } from "./marks";
import { zone } from "./parts";
import { inHours } from "./places";
import { freshID } from "./referrals";
import { placeOf } from "./requests";
import { siteName, unitsOf } from "./rules";
import type { State } from "./store";
import { coarse } from "./stream";
import { classOptions, isOver, standsText, transfersOf, transferWait, wantsText, wayText } from "./transfers";
import type { Site, Transfer } from "./types";

const columns = ["Needs", "Waits", "Where it stands", "Decide"];
const declines = ["no_bed", "site_rule", "clinically_unsuitable", "needs_another_service", "other"];
const withdrawals = ["no_longer_needed", "went_elsewhere", "entered_in_error", "other"];

export function Transfers({ state: s, site }: { state: State; site: Site }) {
  const all = transfersOf(s, site.id);
  const waiting = all.filter((t) => t.state === "asked").length;
  return (
    <section class="panel waiting-table transfers">
      <div class="panel-head">
        <h2>Transfers and repatriations{waiting ? `: ${waiting} to be answered` : ""}</h2>
        <AskFor state={s} site={site} />
      </div>
      {all.length === 0 && <p class="muted">None is asked for, and none was lately.</p>}
      {all.length > 0 && (
        <table role="table">
          <caption class="unseen">Transfers, those to be answered first</caption>
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">Transfer</th>
              {columns.map((c) => (
                <th scope="col" role="columnheader" key={c}>{c}</th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {all.map((t) => (
              <Row key={t.id} state={s} site={site} transfer={t} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({ state: s, site, transfer: t }: { state: State; site: Site; transfer: Transfer }) {
  const wait = transferWait(t, coarse.value);
  return (
    <tr role="row" data-transfer={t.id} data-state={t.state}>
      <th scope="row" role="rowheader">
        {words(t.purpose)} {wayText(s, t, site.id)} <span class="key-small">{t.key ?? ""}</span>
        <span class="muted"> {t.id}</span>
      </th>
      <td role="cell" data-label="Needs">{wantsText(t)}</td>
      <td role="cell" data-label="Waits">
        <LimitMark level={wait.level} mute />
        {wait.text}
      </td>
      <td role="cell" data-label="Where it stands">{standsText(s, t, coarse.value, zone())}</td>
      <td role="cell" data-label="Decide">{isOver(t) ? "" : <Steps state={s} site={site} transfer={t} />}</td>
    </tr>
  );
}

/** What can be done next at this side of a transfer; for a hospital outside the system its side is entered here too. */
function Steps({ state: s, site, transfer: t }: { state: State; site: Site; transfer: Transfer }) {
  const here = (id: string) => id === site.id || id.startsWith("out/");
  const [gives, takes] = [here(t.from), here(t.to)];
  const step = (type: string) => ({ type: `bed.transfer-${type}`, data: { transfer: t.id } });
  const accepted = t.state === "accepted" || t.state === "bed_offered";
  return (
    <div class="step-row">
      {takes && t.state === "asked" && <Press label={`transfer ${t.id}`} primary make={() => step("accepted")}>Accept</Press>}
      {t.to === site.id && accepted && <Offer state={s} site={site} transfer={t} />}
      {gives && accepted && <Press label={`transfer ${t.id}`} make={() => step("left")}>Left</Press>}
      {takes && t.state === "left" && <Press label={`transfer ${t.id}`} primary make={() => step("arrived")}>Arrived</Press>}
      {takes && (t.state === "asked" || t.state === "accepted") && <Reasoned open="Decline" transfer={t} reasons={declines} button="Decline it" type="bed.transfer-declined" />}
      {gives && t.state !== "left" && <Reasoned open="Withdraw" transfer={t} reasons={withdrawals} button="Withdraw it" type="bed.transfer-withdrawn" />}
    </div>
  );
}

function Reasoned({ open, transfer: t, reasons, button, type }: { open: string; transfer: Transfer; reasons: string[]; button: string; type: string }) {
  const reason = useSignal(reasons[0]);
  return (
    <Ask label={`${open} transfer ${t.id}`} open={open} button={button} make={() => ({ type, data: { transfer: t.id, reason: reason.value } })}>
      <Choice label="Why" value={reason.value} options={reasons.map((r) => [r, words(r)])} onChange={(v) => (reason.value = v)} />
    </Ask>
  );
}

function Offer({ state: s, site, transfer: t }: { state: State; site: Site; transfer: Transfer }) {
  const fit = unitsOf(s, site.id).filter((u) => u.beds.total > 0 && (!t.wants || u.class === t.wants));
  const places = fit.flatMap((u): [string, string][] => [[u.id, `${u.name}, bed to be found`], ...(u.places ?? []).filter((p) => p.state === "available").map((p): [string, string] => [placeOf(u.id, p.id), `${u.name} ${p.id}`])]);
  const place = useSignal(places[0]?.[0] ?? "");
  const hours = useSignal("4");
  if (!places.length) return <span class="muted">no unit of its class here</span>;
  return (
    <Ask label={`Offer a bed for transfer ${t.id}`} open="Offer a bed" button="Offer it" make={() => ({ type: "bed.transfer-bed-offered", data: { transfer: t.id, place: place.value, until: inHours(coarse.value, Number(hours.value)) } })}>
      <Choice label="Bed" value={place.value} options={places} onChange={(v) => (place.value = v)} />
      <Choice label="It is kept for" value={hours.value} options={["2", "4", "8", "12"].map((h) => [h, `${h} h`])} onChange={(v) => (hours.value = v)} />
    </Ask>
  );
}

/** Asks another hospital of the system to take somebody, or notes that one outside asks. */
function AskFor({ state: s, site }: { state: State; site: Site }) {
  const others = [...s.sites.values()].filter((x) => x.id !== site.id);
  const way = useSignal("out");
  const other = useSignal(others[0]?.id ?? "outside");
  const code = useSignal("");
  const purpose = useSignal("transfer");
  const wants = useSignal("adult_ga");
  const service = useSignal("");
  const there = other.value === "outside" ? `out/${code.value.trim().toUpperCase()}` : other.value;
  const ready = (other.value !== "outside" || /^[A-Za-z0-9]{2,12}$/.test(code.value.trim())) && /^[\w-]{0,32}$/.test(service.value.trim());
  const make = () => ({
    type: "bed.transfer-asked",
    data: {
      transfer: freshID("T", coarse.value, zone(), Math.random()),
      from: way.value === "out" ? site.id : there,
      to: way.value === "out" ? there : site.id,
      purpose: purpose.value,
      wants: wants.value,
      ...(service.value.trim() ? { service: service.value.trim() } : {}),
    },
  });
  return (
    <Ask label="Ask for a transfer" open="Ask for a transfer" button="Ask" make={make} ready={ready}>
      <Choice label="Way" value={way.value} options={[["out", `from ${siteName(s, site.id)}`], ["in", `to ${siteName(s, site.id)}`]]} onChange={(v) => (way.value = v)} />
      <Choice label={way.value === "out" ? "To" : "From"} value={other.value} options={[...others.map((x): [string, string] => [x.id, x.name]), ["outside", "a hospital outside the system"]]} onChange={(v) => (other.value = v)} />
      {other.value === "outside" && (
        <label class="choice">
          <span>Its code</span>
          <input type="text" autocomplete="off" value={code.value} onInput={(e) => (code.value = e.currentTarget.value)} />
        </label>
      )}
      <Choice label="What" value={purpose.value} options={[["transfer", "transfer, for care that is not here"], ["repatriation", "repatriation, back to the home hospital"]]} onChange={(v) => (purpose.value = v)} />
      <Choice label="Bed" value={wants.value} options={classOptions} onChange={(v) => (wants.value = v)} />
      <label class="choice">
        <span>Service, as a code</span>
        <input type="text" autocomplete="off" placeholder="not told" value={service.value} onInput={(e) => (service.value = e.currentTarget.value)} />
      </label>
    </Ask>
  );
}
