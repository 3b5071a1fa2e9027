// Actions at the desk and on a page of their own: who does what by when, what stands in the
// way, what came of it, and every step that can be decided.

import { useSignal } from "@preact/signals";
import { Alerts } from "./alert-list";
import { capital, clockTime, count, ms, words } from "./format";
import { Ask, Choice, Press, RoleChoice, TokenField } from "./forms";
import { LevelBadge } from "./level";
import { LimitMark } from "./marks";
import { DeskHead, Link, Status, zone } from "./parts";
import { inHours } from "./places";
import { freshID } from "./referrals";
import { roleName, roles } from "./roles";
import { alertAddress } from "./route";
import type { State } from "./store";
import { coarse, state } from "./stream";
import { actionAnswer, blocks, cardDue, cardsFor, dueText, isDoing, isLate, seenText, stateText, taskCounts, taskName, tasks } from "./tasks";
import type { Action, Card, Site } from "./types";

const OVER = 8; // shown of those that are over, at the desk

export function ActionsPage() {
  const s = state.value;
  return (
    <div class="desk">
      <Status />
      <DeskHead title="Alerts and actions" up={{ to: "/", name: s?.system.name ?? "The wall" }}>
        <Link to="/meetings">Bed meetings</Link>
        <RoleChoice />
      </DeskHead>
      <main>
        <TokenField />
        {s ? (
          <div class="provider-columns">
            <Alerts state={s} />
            <Actions state={s} most={Infinity} />
          </div>
        ) : (
          <p class="panel">Nothing has been heard yet.</p>
        )}
      </main>
    </div>
  );
}

/** The actions wanted; new ones are raised for the site, or for the whole system. */
export function Actions({ state: s, site, wanted, most = OVER }: { state: State; site?: Site; wanted?: (a: Action) => boolean; most?: number }) {
  const { open, over } = tasks(s, wanted);
  const cards = cardsFor(s, site?.id ?? null);
  return (
    <section class="panel lists actions">
      <div class="panel-head">
        <h2>Actions: {taskCounts(open, coarse.value)}</h2>
        {cards.length > 0 && <Raise site={site} cards={cards} />}
      </div>
      <ul>
        <Lines state={s} actions={[...open, ...over.slice(0, most)]} />
      </ul>
      {over.length > most && (
        <p>
          <Link to="/actions">{count(over.length - most, "more action")} over</Link>
        </p>
      )}
    </section>
  );
}

export function Lines({ state: s, actions }: { state: State; actions: Action[] }) {
  return (
    <>
      {actions.map((a) => (
        <Line key={a.id} state={s} action={a} />
      ))}
    </>
  );
}

function Line({ state: s, action: a }: { state: State; action: Action }) {
  const t = coarse.value;
  const seen = seenText(a);
  const last = a.answers?.[a.answers.length - 1];
  const told = stateText(a, t, zone());
  return (
    <li data-action={a.id} data-state={a.state} data-outcome={a.outcome}>
      <p>
        <LimitMark level={isLate(a, t) ? 3 : a.state === "blocked" ? 2 : 0} mute />
        <b>{taskName(s, a)}</b>{" "}
        {a.level ? (
          <span class="muted">
            card of OPEL <LevelBadge level={a.level} word={false} />
          </span>
        ) : null}
      </p>
      <p>
        {capital(roleName(a.owner))}
        {isDoing(a) && (
          <>
            , <b class={isLate(a, t) ? "" : "muted"}>{dueText(a, t, zone())}</b>
          </>
        )}
        {told && `, ${told}`}
        {seen && (
          <b>
            {", "}
            <LimitMark level={seen.level} mute />
            {seen.text}
          </b>
        )}
      </p>
      {(last || a.alert) && (
        <p class="muted">
          {last && `${ms(last.at) === null ? "" : clockTime(ms(last.at)!, zone())} ${actionAnswer(last, t, zone())}. `}
          {a.alert && <Link to={alertAddress(a.alert)}>Its alert</Link>}
        </p>
      )}
      {isDoing(a) && (
        <div class="step-row">
          {!a.unit && (
            <Press label={a.title} make={() => ({ type: "decision.action-done", data: { action: a.id } })}>
              Done
            </Press>
          )}
          <Step action={a} />
        </div>
      )}
    </li>
  );
}

const later: [string, string][] = [["0.5", "30 min"], ["1", "1 h"], ["2", "2 h"], ["4", "4 h"], ["8", "8 h"], ["12", "12 h"]];

function Step({ action: a }: { action: Action }) {
  const what = useSignal(a.unit ? "done" : "assigned");
  const to = useSignal(a.owner);
  const reason = useSignal(blocks[0]);
  const long = useSignal("1");
  const number = useSignal(a.count ? String(a.count) : "");
  const steps: [string, string][] = [["done", "done"], ["assigned", "give it to another"], ["extended", "put it off"], ["blocked", "blocked"], ["not-possible", "not possible"]];
  const given = /^\d{1,3}$/.test(number.value) ? Number(number.value) : null;
  const reasoned = what.value === "extended" || what.value === "blocked" || what.value === "not-possible";
  const data: Record<string, unknown> = { action: a.id };
  if (what.value === "assigned") data.owner = to.value;
  if (what.value === "done" && given !== null) data.count = given;
  if (reasoned) data.reason = reason.value;
  const make = () => ({ type: `decision.action-${what.value}`, data: what.value === "extended" ? { ...data, due: inHours(coarse.value, Number(long.value)) } : data });
  return (
    <Ask label={`Tell of ${a.title}`} open="Tell" button="Say so" make={make}>
      <Choice label="What" value={what.value} options={steps} onChange={(v) => (what.value = v)} />
      {what.value === "assigned" && <Choice label="To" value={to.value} options={owners(a.owner)} onChange={(v) => (to.value = v)} />}
      {what.value === "done" && a.unit && <HowMany label={`How many ${a.unit}`} value={number.value} onChange={(v) => (number.value = v)} />}
      {what.value === "extended" && <Choice label="To" value={long.value} options={later.map(([h, name]) => [h, `${name} from now`])} onChange={(v) => (long.value = v)} />}
      {reasoned && <Choice label="Why" value={reason.value} options={blocks.map((r) => [r, capital(words(r))])} onChange={(v) => (reason.value = v)} />}
    </Ask>
  );
}

/** The roles that can own an action, with the one that it has. */
function owners(own: string): [string, string][] {
  return [...(own in roles ? [] : [[own, roleName(own)] as [string, string]]), ...Object.entries(roles)];
}

function HowMany({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <label class="choice">
      <span>{label}</span>
      <input type="text" inputMode="numeric" autocomplete="off" value={value} onInput={(e) => onChange(e.currentTarget.value.trim())} />
    </label>
  );
}

/** Raises an action from its card. Its owner and time are those of the card unless others are chosen. */
export function Raise({ site, cards, meeting }: { site?: Site; cards: Card[]; meeting?: string }) {
  const task = useSignal(cards[0].id);
  const owner = useSignal("");
  const long = useSignal("");
  const number = useSignal("");
  const card = cards.find((c) => c.id === task.value) ?? cards[0];
  const own = owner.value || card.owner;
  const within = long.value ? Number(long.value) * 3600 : card.within_s;
  const given = /^\d{1,3}$/.test(number.value) ? Number(number.value) : null;
  const make = () => ({
    type: "decision.action-raised",
    data: {
      action: freshID("A", coarse.value, zone(), Math.random()),
      task: card.id,
      scope: card.scope === "site" && site ? `site/${site.id}` : "system",
      owner: own,
      due: inHours(coarse.value, within / 3600),
      ...(card.unit && given ? { count: given } : {}),
      ...(meeting ? { meeting } : {}),
    },
  });
  return (
    <Ask label="Raise an action" open="Raise an action" button={`Raise it, due ${cardDue(within, coarse.value, zone())}`} make={make} ready={!card.unit || number.value === "" || given !== null}>
      <Choice label="What" value={card.id} options={cards.map((c) => [c.id, `${c.title}${c.scope === "system" && site ? ", whole system" : ""}`])} onChange={(v) => ((task.value = v), (owner.value = ""), (long.value = ""), (number.value = ""))} />
      {card.unit && <HowMany label={`How many ${card.unit}`} value={number.value} onChange={(v) => (number.value = v)} />}
      <Choice label="Who" value={own} options={owners(card.owner)} onChange={(v) => (owner.value = v)} />
      <Choice label="Due" value={long.value} options={[["", `as the card says, ${cardDue(card.within_s, coarse.value, zone())}`], ...later.map(([h, name]): [string, string] => [h, `${name} from now`])]} onChange={(v) => (long.value = v)} />
    </Ask>
  );
}
