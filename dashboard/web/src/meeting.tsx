// Bed meetings: what they were told, what came of it, what is to be done, and a sheet to hold.

import { useSignal } from "@preact/signals";
import { role } from "./decide";
import { clockTime, moment, ms } from "./format";
import { Ask, Choice, Press, RoleChoice, TokenField } from "./forms";
import { LevelBadge } from "./level";
import { isSettled, levelName, meetings, promisedText, scopeName, shortTexts, signedText, wardDoubt } from "./meetings";
import { DeskHead, Link, Status, zone } from "./parts";
import { inHours } from "./places";
import { freshID } from "./referrals";
import { roleName } from "./roles";
import { meetingAddress } from "./route";
import { classNames, unitNames } from "./rules";
import type { State } from "./store";
import { coarse, state } from "./stream";
import { Lines, Raise } from "./task-list";
import { cardsFor, tasks } from "./tasks";
import type { Meeting, MeetingWard } from "./types";

export function MeetingsPage() {
  const s = state.value;
  return (
    <div class="desk">
      <Status />
      <DeskHead title="Bed meetings" up={{ to: "/", name: s?.system.name ?? "The wall" }}>
        <Link to="/actions">All actions</Link>
        <RoleChoice />
      </DeskHead>
      <main>
        <TokenField />
        {s ? <List state={s} /> : <p class="panel">Nothing has been heard yet.</p>}
      </main>
    </div>
  );
}

function List({ state: s }: { state: State }) {
  const t = coarse.value;
  const all = meetings(s);
  return (
    <section class="panel lists meetings">
      <div class="panel-head">
        <h2>{all.length ? "The last eight days" : "None in the last eight days"}</h2>
        <Open state={s} />
      </div>
      <ul>
        {all.map((m) => (
          <li key={m.id} data-meeting={m.id}>
            <p>
              <Link to={meetingAddress(m.id)}>
                <b>
                  {scopeName(s, m.scope)}, {moment(m.opened, t, zone())}
                </b>
              </Link>
            </p>
            <p>{promisedText(m.definite, isSettled(s, m, t, zone()))}</p>
            <p class={m.signed ? "muted" : ""}>{signedText(m, t, zone(), roleName)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Open({ state: s }: { state: State }) {
  const scope = useSignal("system");
  const scopes: [string, string][] = [["system", s.system.name], ...[...s.sites.values()].filter((x) => x.kind === "acute").map((x): [string, string] => [`site/${x.id}`, x.name])];
  const make = () => ({ type: "decision.meeting-opened", data: { meeting: freshID("M", coarse.value, zone(), Math.random()), scope: scope.value } });
  return (
    <Ask label="Open a bed meeting" open="Open a meeting" button="Open it: the figures are taken now" make={make}>
      <Choice label="Of" value={scope.value} options={scopes} onChange={(v) => (scope.value = v)} />
    </Ask>
  );
}

export function MeetingPage({ id }: { id: string }) {
  const s = state.value;
  const m = s?.meetings.get(id);
  if (!s || !m) {
    return (
      <div class="desk">
        <Status />
        <DeskHead title="Bed meeting" up={{ to: "/meetings", name: "Bed meetings" }} />
        <main>
          <p class="panel">{s ? `No meeting ${id} is kept here: it never was, or is more than eight days old.` : "Nothing has been heard yet."}</p>
        </main>
      </div>
    );
  }
  return (
    <div class="desk sheet" data-meeting={m.id} data-signed={m.signed ?? ""}>
      <Status />
      <DeskHead title={`Bed meeting, ${scopeName(s, m.scope)}`} up={{ to: "/meetings", name: "Bed meetings" }} note={`Figures of ${moment(m.opened, coarse.value, zone())}, event ${m.cut}`}>
        <button type="button" class="no-print" onClick={() => print()}>
          Print
        </button>
        <RoleChoice />
      </DeskHead>
      <main>
        <TokenField />
        <div class="sheet-columns">
          <div>
            <Came state={s} meeting={m} />
            <Levels state={s} meeting={m} />
            <Shortfalls state={s} meeting={m} />
          </div>
          <div>
            <ToDo state={s} meeting={m} />
            <Sign meeting={m} />
          </div>
        </div>
        <Wards state={s} meeting={m} />
      </main>
    </div>
  );
}

/** What came of the meeting before, with which this one begins. */
function Came({ state: s, meeting: m }: { state: State; meeting: Meeting }) {
  const before = m.before ? s.meetings.get(m.before) : undefined;
  const t = coarse.value;
  return (
    <section class="panel" data-figure="came">
      <h2>Since the last</h2>
      {before ? (
        <p>
          <Link to={meetingAddress(before.id)}>{moment(before.opened, t, zone())}</Link>: {promisedText(before.definite, true)}
        </p>
      ) : (
        <p>There was no meeting of this before, or it is no longer kept.</p>
      )}
      <p data-figure="definite">Of those told now: {promisedText(m.definite, isSettled(s, m, t, zone()))}</p>
    </section>
  );
}

function Levels({ state: s, meeting: m }: { state: State; meeting: Meeting }) {
  const all = m.levels ?? [];
  return (
    <section class="panel">
      <h2>Levels then</h2>
      {all.length === 0 && <p>No OPEL profile is in force, or nothing was known.</p>}
      <ul class="sheet-levels">
        {all.map((l) => (
          <li key={l.scope}>
            <span>{levelName(s, l.scope)}</span> <LevelBadge level={l.level} />
            {l.could > l.level && <span> could be {l.could}</span>}
            {l.declared ? <span> declared {l.declared}</span> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Shortfalls({ state: s, meeting: m }: { state: State; meeting: Meeting }) {
  const { short, unknown } = shortTexts(s, m);
  return (
    <section class="panel">
      <h2>Beds short then</h2>
      {short.length === 0 && <p>None that is known. Spare beds of one hospital or class make up for no other's shortage.</p>}
      <ul>
        {short.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {unknown.length > 0 && <p class="muted">Not known: {unknown.join("; ")}.</p>}
    </section>
  );
}

function ToDo({ state: s, meeting: m }: { state: State; meeting: Meeting }) {
  const site = m.scope.startsWith("site/") ? s.sites.get(m.scope.slice(5)) : undefined;
  const here = tasks(s, (a) => a.meeting === m.id);
  const earlier = tasks(s, (a) => a.meeting !== m.id && (m.earlier ?? []).includes(a.id));
  const cards = cardsFor(s, site?.id ?? null);
  return (
    <section class="panel lists actions">
      <div class="panel-head">
        <h2>To be done</h2>
        {cards.length > 0 && !m.signed && <Raise site={site} cards={cards} meeting={m.id} />}
      </div>
      {here.open.length + here.over.length === 0 && <p>Nothing was agreed yet.</p>}
      <ul>
        <Lines state={s} actions={[...here.open, ...here.over]} />
      </ul>
      {earlier.open.length + earlier.over.length > 0 && <h3>From before</h3>}
      <ul>
        <Lines state={s} actions={[...earlier.open, ...earlier.over]} />
      </ul>
    </section>
  );
}

function Sign({ meeting: m }: { meeting: Meeting }) {
  const next = useSignal("4");
  const t = coarse.value;
  if (m.signed) {
    return (
      <section class="panel">
        <p data-figure="signed">{signedText(m, t, zone(), roleName)}.</p>
      </section>
    );
  }
  const hours = ["1", "2", "3", "4", "6", "8", "12"].map((h): [string, string] => [h, clockTime(t + Number(h) * 3_600_000, zone())]);
  return (
    <section class="panel no-print">
      <div class="ask-form">
        <Choice label="Next meeting" value={next.value} options={hours} onChange={(v) => (next.value = v)} />
        <Press label={`the meeting as ${roleName(role.value)}`} primary make={() => ({ type: "decision.meeting-signed", data: { meeting: m.id, due: inHours(t, Number(next.value)) } })}>
          Sign as {roleName(role.value)}
        </Press>
      </div>
    </section>
  );
}

function Wards({ state: s, meeting: m }: { state: State; meeting: Meeting }) {
  const all = m.wards ?? [];
  const opened = ms(m.opened) ?? 0;
  const settled = isSettled(s, m, coarse.value, zone());
  return (
    <section class="panel table-panel">
      <h2>Wards then</h2>
      <div class="scrolls" tabIndex={0} role="region" aria-label="Wards as they were">
        <table class="ward-table">
          <thead>
            <tr>
              <th scope="col">Ward</th>
              <th scope="col">Beds open</th>
              <th scope="col">Occupied</th>
              <th scope="col">Available</th>
              <th scope="col">Definite today</th>
              <th scope="col">Potential</th>
              <th scope="col">Left since</th>
              <th scope="col">{settled ? "Told, not seen" : "Still here"}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((w) => (
              <Ward key={w.unit} state={s} ward={w} opened={opened} settled={settled} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Ward({ state: s, ward: w, opened, settled }: { state: State; ward: MeetingWard; opened: number; settled: boolean }) {
  const doubt = wardDoubt(w, opened);
  const known = (n: number) => (w.known ? n : "—");
  return (
    <tr data-unit={w.unit} data-look={!w.known ? "unknown" : doubt ? "stale" : "plain"}>
      <th scope="row">
        {unitNames(s, s.units.get(w.unit), w.unit)[0]} <span class="muted">{classNames[w.class] ?? w.class}</span>
        {doubt && <span class="ward-doubt">{doubt}</span>}
      </th>
      <td>{known(w.open)}</td>
      <td>{known(w.occupied)}</td>
      <td>{known(w.available)}</td>
      <td>{w.definite}</td>
      <td>{w.potential}</td>
      <td>{w.promised.told ? w.promised.left : ""}</td>
      <td>{w.promised.told ? (settled ? w.promised.not_seen : w.promised.told - w.promised.left) : ""}</td>
    </tr>
  );
}
