// A unit with places: what it told, what was referred to it, and the links by which its
// people tell it themselves.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { moment } from "./format";
import { Choice, Outcome, RoleChoice, TokenField } from "./forms";
import { role, token, tokenAsked } from "./decide";
import type { Said } from "./outcome";
import { said } from "./outcome";
import { DeskHead, Link, Status, Value, zone } from "./parts";
import { extras, Reports, SortList, Told } from "./place-list";
import { freeOf, inHours, kindName, localityName, openOf, placesLook, toldText, usableText, whoTold } from "./places";
import { ReferralTable } from "./referral-list";
import { referrals } from "./referrals";
import { roleName } from "./roles";
import { communityAddress } from "./route";
import type { State } from "./store";
import { coarse } from "./stream";
import type { Instant, Slots, Unit } from "./types";

export function ProviderDesk({ state: s, unit }: { state: State; unit: Unit & { slots: Slots } }) {
  const p = unit.slots;
  const t = coarse.value;
  const free = freeOf(p);
  const about = [kindName(unit.kind), localityName(s, p.locality)].filter(Boolean).join(", ");
  const here = referrals(s, (r) => r.unit === unit.id || !!r.asked?.some((a) => a.unit === unit.id));
  return (
    <div class="desk" data-unit={unit.id} data-look={placesLook(p, t)}>
      <Status />
      <DeskHead title={unit.name} up={{ to: communityAddress({ kind: unit.kind }), name: "Places" }} note={about}>
        <Link to="/referrals">Referrals</Link>
        <RoleChoice />
      </DeskHead>
      <main>
        <TokenField />
        <section class="panel provider" data-look={placesLook(p, t)}>
          <p class="total-figure">
            {free === null ? <b class="value">—</b> : <Value name="free">{free}</Value>} {free === null ? "nobody has told yet" : `free of ${openOf(p)}`}, {usableText(p, t, zone())}
          </p>
          <p>
            {p.state === "never" ? "Never told." : `Told ${toldText(p, t, zone())}${whoTold(p) ? `, ${whoTold(p)}` : ""}. ${p.expires && p.state === "told" ? `The next is due by ${moment(p.expires, t, zone())}.` : ""}`} {extras(p)}
          </p>
          <SortList slots={p} />
          <p class="muted">{serving(s, p)}</p>
          <Told unit={unit} />
        </section>
        <ReferralTable state={s} title="Referrals put to it" all={here} />
        <div class="provider-columns">
          <Reports unit={unit} />
          <Links unit={unit} />
        </div>
      </main>
    </div>
  );
}

function serving(s: State, p: Slots): string {
  const who = p.serves?.length ? `Serves ${p.serves.map((l) => localityName(s, l)).join(", ")}` : "Serves all localities";
  const step = { up: "instead of hospital", down: "after hospital" }[p.step ?? ""];
  const within = p.within_s ? `to begin within ${p.within_s / 3600} h` : "";
  return [who, p.home ? "at home" : "", step, within].filter(Boolean).join(", ");
}

interface LinkShown {
  id: string;
  unit: string;
  issued: Instant;
  role: string;
  until?: Instant;
  revoked?: Instant;
}

/** Posts to the links' address as the desk does. */
async function post(to: string, data: Record<string, unknown>): Promise<{ said: Said; told: Record<string, unknown> | null }> {
  const headers: Record<string, string> = { "Content-Type": "application/json", ...bearer() };
  const answer = await fetch(to, { method: "POST", headers, body: JSON.stringify({ ...data, role: role.value }) }).catch(() => null);
  if (!answer) return { said: { taken: false, text: "The centre cannot be reached. Look at the list before you try again." }, told: null };
  const told = await answer.json().catch(() => null);
  if (answer.status === 401) tokenAsked.value = true;
  return { said: said(answer.ok, told), told };
}

const bearer = (): Record<string, string> => (token.value ? { Authorization: `Bearer ${token.value}` } : {});

/** The links by which the unit's people tell its places on a phone. An address is shown once, when it is issued. */
function Links({ unit }: { unit: Unit }) {
  const all = useSignal<LinkShown[] | null>(null);
  const fault = useSignal("");
  const days = useSignal("90");
  const shown = useSignal(false);
  const result = useSignal<Said | null>(null);
  const address = useSignal("");
  const load = async () => {
    const answer = await fetch("/api/v1/links", { headers: bearer() }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (answer?.status === 401) tokenAsked.value = true;
    fault.value = answer?.ok ? "" : (told?.detail ?? "The links cannot be read now.");
    if (answer?.ok) all.value = ((told?.links ?? []) as LinkShown[]).filter((l) => l.unit === unit.id);
  };
  useEffect(() => void load(), [unit.id, token.value]);
  const issue = async (e: Event) => {
    e.preventDefault();
    const until = days.value ? { until: inHours(coarse.value, 24 * Number(days.value)) } : {};
    const { said: what, told } = await post("/api/v1/links", { unit: unit.id, ...until });
    result.value = what;
    if (!what.taken) return;
    shown.value = false;
    address.value = String(told?.address ?? "");
    await load();
  };
  const revoke = async (id: string) => {
    const { said: what } = await post(`/api/v1/links/${encodeURIComponent(id)}/revoke`, {});
    result.value = what;
    await load();
  };
  const t = coarse.value;
  return (
    <section class="panel lists">
      <div class="panel-head">
        <h2>Links by which it tells its places</h2>
        <button type="button" aria-expanded={shown.value} onClick={() => ((shown.value = !shown.value), (result.value = null))}>
          {shown.value ? "Put away" : "Issue a link"}
        </button>
      </div>
      {shown.value && (
        <form class="ask-form" aria-label="Issue a link" onSubmit={issue}>
          <p>Whoever has the address can tell the places of {unit.name}, and nothing else.</p>
          <Choice label="It holds for" value={days.value} options={[["90", "90 days"], ["30", "30 days"], ["365", "a year"], ["", "until it is revoked"]]} onChange={(v) => (days.value = v)} />
          <button type="submit" class="primary">Issue it</button>
        </form>
      )}
      {address.value && (
        <label class="choice">
          <span>The address. It is shown this once: send it to {unit.name} now.</span>
          <input type="text" readOnly value={address.value} data-address onFocus={(e) => e.currentTarget.select()} />
        </label>
      )}
      <Outcome said={result.value} />
      {fault.value && <p role="alert">{fault.value}</p>}
      <ul class="rows">
        {(all.value ?? []).map((l) => (
          <li key={l.id} data-link={l.id}>
            <span>
              <b>{l.id}</b> issued {moment(l.issued, t, zone())}, {roleName(l.role)}
              {l.revoked ? `; revoked ${moment(l.revoked, t, zone())}` : l.until ? `; until ${moment(l.until, t, zone())}` : "; until it is revoked"}
            </span>
            {!l.revoked && (
              <button type="button" onClick={() => void revoke(l.id)}>
                Revoke<span class="unseen"> link {l.id}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      {all.value?.length === 0 && <p class="muted">None. It tells its places by telephone, by list or by its own system.</p>}
    </section>
  );
}
