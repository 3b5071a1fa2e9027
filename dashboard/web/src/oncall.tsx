// The on-call manager's page of one alert, for a phone held in one hand: what is wrong, who
// was told and who is next, why, whom to ring, and three answers under the thumb. It says
// what is so and whom to ring; what is done for patients is for those whom it has rung.

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { alertLevel, answerText, figures, isOpen, limitOf, nextText, notes, notNows, oldest, ownerText, phoneOf, sinceText, siteOf, standingOf, tested, tiers, whatForms } from "./alerts";
import { ageOf, capital, clockTime, count, moment, ms, words } from "./format";
import { decide } from "./decide";
import { Choice, TokenField } from "./forms";
import { LevelBadge } from "./level";
import { levelOf } from "./levels";
import { LimitMark } from "./marks";
import { measured, named, read } from "./measures";
import type { Said } from "./outcome";
import { ClockTime, lastUpdate, Link, Simulated, Status, zone } from "./parts";
import { roleName, roles } from "./roles";
import { query, siteAddress, whyAddress } from "./route";
import { siteBrief } from "./rules";
import type { State } from "./store";
import { coarse, lastKnown, now, phase, quiet, state, tries } from "./stream";
import type { Alert } from "./types";

const KEPT = "oncall-role";

/** Who answers on this phone: as the address says, else as was chosen here before. */
const chosen = signal(fromAddress() || (localStorage.getItem(KEPT) ?? ""));
const opened = signal<"" | "hand_on" | "not_now">("");
const result = signal<Said | null>(null);
const busy = signal(false);

function fromAddress(): string {
  const asked = new URLSearchParams(query.value).get("role") ?? "";
  return asked in roles ? asked : "";
}

function choose(role: string): void {
  chosen.value = role;
  localStorage.setItem(KEPT, role);
}

/** Who answers: as chosen, else who was told last. */
function me(a: Alert): string {
  const last = a.told?.[a.told.length - 1]?.role ?? "";
  return chosen.value in roles ? chosen.value : last in roles ? last : "on_call_manager";
}

async function answer(a: Alert, type: string, data: Record<string, unknown> = {}): Promise<void> {
  if (busy.value) return;
  busy.value = true;
  result.value = null;
  result.value = await decide(`decision.${type}`, { item: a.id, ...data }, undefined, me(a));
  busy.value = false;
  if (result.value.taken) opened.value = "";
}

export function OnCall({ id }: { id: string }) {
  const s = state.value;
  const a = s?.alerts.get(id);
  useEffect(() => {
    opened.value = "";
    result.value = null;
  }, [id]);
  if (!s || !a) return <NoAlert state={s} id={id} />;
  const look = isOpen(a) ? `opel-${alertLevel(a) || 1}` : "opel-1";
  return (
    <div class="oncall" data-alert={a.id} data-state={a.state} data-owner={a.owner ?? ""}>
      <Status />
      <header class={`oncall-head ${look}`}>
        <Top role={<RoleOf alert={a} />} />
        <NotLive />
        <Head state={s} alert={a} />
      </header>
      <main>
        <Standing alert={a} />
        <Tiers alert={a} />
        <Why state={s} alert={a} />
        <Ring state={s} alert={a} />
        <Said alert={a} />
      </main>
      <Answers alert={a} />
    </div>
  );
}

function NoAlert({ state: s, id }: { state: State | null; id: string }) {
  return (
    <div class="oncall">
      <Status />
      <header class="oncall-head opel-1">
        <Top role={<span>On call</span>} />
        <NotLive />
        <h1 tabIndex={-1}>{s ? "This alert is not known here" : "Asking the centre"}</h1>
        <p>{s ? `${id} is not here: it never came, or was over more than two days ago.` : "Nothing has been heard yet."}</p>
      </header>
      <main>
        <section class="oncall-card">
          <p>
            <Link to="/">See the wall</Link>
          </p>
        </section>
      </main>
    </div>
  );
}

/** The clock, who answers, and how old this is. */
function Top({ role }: { role: ComponentChildren }) {
  const live = { connecting: "Connecting", live: `Live, ${quiet.value} s ago`, catching: `Reconnecting, ${quiet.value} s`, notlive: `Try ${tries.value}` }[phase.value];
  return (
    <p class="oncall-top">
      <ClockTime />
      {role}
      <span>{live}</span>
    </p>
  );
}

function NotLive() {
  if (phase.value !== "notlive") return null;
  return (
    <p class="oncall-dead not-live-block" role="alert">
      <b>NOT LIVE</b> {lastUpdate()}. {lastKnown.value ? "All below is old" : "What stands below is old"}: ring to find out.
    </p>
  );
}

function RoleOf({ alert: a }: { alert: Alert }) {
  return (
    <label>
      <span class="unseen">Answering as</span>
      <select value={me(a)} onChange={(e) => choose(e.currentTarget.value)}>
        {Object.entries(roles).map(([code, name]) => (
          <option key={code} value={code}>
            {capital(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Head({ state: s, alert: a }: { state: State; alert: Alert }) {
  const t = Math.max(coarse.value, now.value ?? 0);
  const yours = a.told?.filter((told) => told.role === me(a)).pop();
  return (
    <>
      <p class="oncall-owner">
        <span data-figure="owner">
          {isOpen(a) && !a.owner && <LimitMark level={alertLevel(a)} mute />}
          {ownerText(a, me(a), t, zone())}
        </span>
        {yours && !a.owner && isOpen(a) && <span>yours since {moment(yours.at, t, zone())}</span>}
        <Simulated />
      </p>
      <h1 tabIndex={-1}>{whatForms(s, a, t, zone())[0]}</h1>
      <p data-figure="since">{sinceText(a, t, zone())}</p>
      <p>{besides(s, a, t)}</p>
    </>
  );
}

/** What it means; of ambulances how many wait and how many come. */
function besides(s: State, a: Alert, t: number): string {
  if (!isOpen(a) || !figures(a)[0]?.measure.startsWith("ambulance")) return a.means;
  const waiting = read(measured(s, a.scope, named.waiting), t, zone()).value;
  const coming = read(measured(s, a.scope, named.inbound), t, zone()).value;
  const said = [waiting === null ? "" : `${waiting} waiting`, coming ? `${coming} more coming` : ""].filter(Boolean);
  return said.length ? `${said.join(", ")}.` : a.means;
}

/** Whether it is over, unconfirmed, back within its limit or shelved. */
function Standing({ alert: a }: { alert: Alert }) {
  const said = standingOf(a, coarse.value, zone());
  if (!said.length) return null;
  return (
    <section class="oncall-card oncall-standing" role="status" data-figure="standing">
      {said.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </section>
  );
}

function Tiers({ alert: a }: { alert: Alert }) {
  const all = tiers(a, me(a), coarse.value, zone());
  if (!all.length) return null;
  return (
    <section class="oncall-card" aria-label="Who was told, and who is next">
      <ol class="tiers">
        {all.map((t, i) => (
          <li key={i} data-tier={t.state}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <circle cx="12" cy="12" r={t.state === "told" ? 11 : 9.5} />
              {t.state === "now" && <circle class="tier-now" cx="12" cy="12" r="5" />}
            </svg>
            <b>{t.at}</b>
            <span>{t.words}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Why({ state: s, alert: a }: { state: State; alert: Alert }) {
  const t = coarse.value;
  const tests = figures(a);
  const old = oldest(a, t);
  const level = levelOf(s, a.scope);
  const site = siteOf(a.scope);
  const opens = tests.find((f) => !f.measure.startsWith("opel_") && measured(s, a.scope, f.measure));
  return (
    <section class="oncall-card" aria-label="Why">
      <div class="oncall-card-head">
        <h2>Why{old ? `, oldest fact ${old}` : ""}</h2>
        {opens ? <Link to={whyAddress(opens.measure, a.scope)}>See the facts</Link> : site && <Link to={siteAddress(site)}>See the site</Link>}
      </div>
      <ul>
        {tests.map((f) => {
          const own = ageOf(f.as_of, t);
          return (
            <li key={f.measure} data-tested={f.measure} data-look={tested(f, t, zone()) === null ? "unknown" : f.as_of ? "stale" : "plain"}>
              <span>
                {f.holds && <LimitMark level={alertLevel(a) || 2} />}
                {tested(f, t, zone()) ?? `— ${f.title}: not known`}
                {own && own !== old && <span class="muted">, {own} old</span>}
              </span>
              <span>{limitOf(f).replace(/ min$/, "")}</span>
            </li>
          );
        })}
        {level && (
          <li>
            <span>
              {site ? siteBrief(s, site) : "System"}: OPEL <LevelBadge level={level.level} /> since {moment(level.shown_since, t, zone())}
            </span>
          </li>
        )}
        {!tests.length && <li>{a.means}</li>}
      </ul>
    </section>
  );
}

function Ring({ state: s, alert: a }: { state: State; alert: Alert }) {
  const site = siteOf(a.scope);
  const all = (a.ring ?? []).filter((r) => r.role !== me(a));
  return (
    <section class="oncall-card oncall-next" aria-label="Whom to ring">
      <h2>Next: ring, agree who does what by when</h2>
      {all.length === 0 && <p>{a.do}</p>}
      <ul>
        {all.map((r) => {
          const phone = phoneOf(s, r.role, site);
          const who = (
            <span>
              <b>{capital(roleName(r.role))}</b>
              <span class="muted">{r.agree}</span>
            </span>
          );
          return (
            <li key={r.role}>
              {phone ? (
                <a href={`tel:${phone.replace(/[^+\d]/g, "")}`} target="_self">
                  {who}
                  <span class="oncall-number">{phone}</span>
                </a>
              ) : (
                <p>
                  {who}
                  <span class="muted">no number here</span>
                </p>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What people have said of it so far. */
function Said({ alert: a }: { alert: Alert }) {
  const t = coarse.value;
  const all = a.answers ?? [];
  if (!all.length && !a.actions?.length) return null;
  return (
    <section class="oncall-card" aria-label="What was said">
      <h2>What was said</h2>
      <ul>
        {[...all].reverse().map((said) => (
          <li key={said.seq}>
            <span>
              <b>{ms(said.at) === null ? "" : clockTime(ms(said.at)!, zone())}</b> {answerText(said, t, zone())}
            </span>
          </li>
        ))}
      </ul>
      {a.actions && a.actions.length > 0 && <Link to="/actions">{count(a.actions.length, "action")} raised for it</Link>}
    </section>
  );
}

/** The answers, under the thumb; once it is this phone's, what can be noted. */
function Answers({ alert: a }: { alert: Alert }) {
  const t = coarse.value;
  const mine = a.owner === me(a);
  return (
    <footer class="oncall-answers">
      <TokenField />
      <p role="status" class={result.value ? (result.value.taken ? "oncall-said" : "oncall-said oncall-refused") : "unseen"} data-figure="said">
        {result.value ? (result.value.taken ? nextText(a, me(a), t, zone()) : result.value.text) : ""}
      </p>
      {!isOpen(a) ? (
        <p class="oncall-over">{nextText(a, me(a), t, zone())}</p>
      ) : (
        <>
          {opened.value === "hand_on" && <HandOn alert={a} />}
          {opened.value === "not_now" && <NotNow alert={a} />}
          {mine ? <Note alert={a} /> : opened.value === "" && <Take alert={a} />}
          <div class="oncall-two">
            <Opens what="hand_on">Hand on</Opens>
            {!mine && <Opens what="not_now">Not now, say why</Opens>}
          </div>
        </>
      )}
    </footer>
  );
}

function Take({ alert: a }: { alert: Alert }) {
  return (
    <button type="button" class="oncall-main" aria-disabled={busy.value} onClick={() => void answer(a, "alert-taken")} data-hook="take">
      {busy.value ? "Telling the centre…" : a.owner ? "I have it now" : "I have it"}
    </button>
  );
}

function Opens({ what, children }: { what: "hand_on" | "not_now"; children: ComponentChildren }) {
  const open = opened.value === what;
  const press = () => {
    opened.value = open ? "" : what;
    result.value = null;
  };
  return (
    <button type="button" aria-expanded={open} onClick={press} data-hook={what}>
      {open ? "Back" : children}
    </button>
  );
}

function HandOn({ alert: a }: { alert: Alert }) {
  return (
    <div class="oncall-list" role="group" aria-label="Hand on to">
      {Object.entries(roles)
        .filter(([code]) => code !== me(a))
        .map(([code, name]) => (
          <button key={code} type="button" aria-disabled={busy.value} onClick={() => void answer(a, "alert-handed-on", { owner: code })} data-to={code}>
            {capital(name)}
          </button>
        ))}
    </div>
  );
}

function NotNow({ alert: a }: { alert: Alert }) {
  return (
    <div class="oncall-list" role="group" aria-label="Why not now">
      {notNows.map((code) => (
        <button key={code} type="button" aria-disabled={busy.value} onClick={() => void answer(a, "alert-not-now", { reason: code })} data-to={code}>
          {capital(words(code))}
        </button>
      ))}
    </div>
  );
}

const noted = signal(notes[0]);

function Note({ alert: a }: { alert: Alert }) {
  return (
    <div class="oncall-note">
      <Choice label="Note what happened" value={noted.value} options={notes.map((n) => [n, capital(words(n))])} onChange={(v) => (noted.value = v)} />
      <button type="button" aria-disabled={busy.value} onClick={() => void answer(a, "noted", { reason: noted.value })} data-hook="note">
        Note it
      </button>
    </div>
  );
}
