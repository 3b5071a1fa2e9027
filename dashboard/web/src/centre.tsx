// The desk of a co-ordination centre: who calls, what was referred, and what is free in the
// localities that it looks after.

import { useSignal } from "@preact/signals";
import { Alerts } from "./alert-list";
import { count, moment, words } from "./format";
import { Ask, Choice, Press, RoleChoice, TokenField } from "./forms";
import { LimitMark } from "./marks";
import { DeskHead, Link, Status, Value, zone } from "./parts";
import { PlaceTable } from "./place-list";
import { inHours, kindName, localityName, rows, servesFrom, withPlaces } from "./places";
import { Make, ReferralTable } from "./referral-list";
import { calls, callWait, freshID, looksAfter, needNamesOf, originName, referrals } from "./referrals";
import type { State } from "./store";
import { coarse } from "./stream";
import { Actions } from "./task-list";
import type { Call, Unit } from "./types";

const CLOSED = 8; // closed calls shown

export function CentreDesk({ state: s, unit }: { state: State; unit: Unit }) {
  const mine = withPlaces(s).filter((u) => !unit.serves?.length || unit.serves.some((l) => servesFrom(u.slots, l)));
  const urgent = mine.filter((u) => u.kind === "urgent_community_response");
  const others = rows(s, coarse.value, zone()).map((r) => r.kind).filter((k) => k !== "urgent_community_response");
  const where = unit.serves?.length ? unit.serves.map((l) => localityName(s, l)).join(", ") : "the whole system";
  return (
    <div class="desk" data-unit={unit.id}>
      <Status />
      <DeskHead title={unit.name} up={{ to: "/", name: s.system.name }} note={where}>
        <Link to="/referrals">All referrals</Link>
        <RoleChoice />
      </DeskHead>
      <main>
        <TokenField />
        <Calls state={s} centre={unit} />
        <div class="provider-columns">
          <Alerts state={s} wanted={(a) => a.scope === "system"} />
          <Actions state={s} wanted={(a) => a.scope === "system" || a.pillar === "community"} />
        </div>
        <ReferralTable state={s} title="Its referrals" all={referrals(s, (r) => looksAfter(unit, r))} />
        {urgent.length > 0 && <PlaceTable state={s} title={kindName("urgent_community_response")} units={urgent} />}
        {others.map((k) => {
          const units = mine.filter((u) => u.kind === k);
          return units.length > 0 && <PlaceTable key={k} state={s} title={kindName(k)} units={units} />;
        })}
      </main>
    </div>
  );
}

const callers: [string, string][] = ["call_before_convey", "gp_expected", "care_home", "call_alarm", "other"].map((c) => [c, originName(c)]);
const outcomes = ["referral_made", "advice_given", "conveyed", "gp_to_see", "nothing_needed", "other"];

function Calls({ state: s, centre }: { state: State; centre: Unit }) {
  const all = calls(s, centre);
  const open = all.filter((c) => !c.closed);
  const closed = all.filter((c) => c.closed);
  const waiting = open.filter((c) => !c.answered).length;
  return (
    <section class="panel lists calls">
      <div class="panel-head">
        <h2>
          Calls waiting: <Value name="waiting">{waiting}</Value>
          {open.length > waiting && <span class="muted">, {open.length - waiting} being dealt with</span>}
        </h2>
        <Raise state={s} centre={centre} />
      </div>
      <ul class="rows">
        {[...open, ...closed.slice(0, CLOSED)].map((c) => (
          <CallLine key={c.id} state={s} centre={centre} call={c} />
        ))}
      </ul>
      {closed.length > CLOSED && <p class="muted">{count(closed.length - CLOSED, "more call")} closed lately</p>}
    </section>
  );
}

const asReferrer: Record<string, string> = { call_before_convey: "crew", gp_expected: "gp", care_home: "care_home", call_alarm: "self" };

function CallLine({ state: s, centre, call: c }: { state: State; centre: Unit; call: Call }) {
  const t = coarse.value;
  const wait = callWait(c, t);
  const about = [localityName(s, c.locality), c.ambulance ? `ambulance ${c.ambulance}` : "", needNamesOf(c.needs)].filter(Boolean).join(", ");
  return (
    <li data-call={c.id} data-state={c.closed ? "closed" : c.answered ? "answered" : "waiting"}>
      <span>
        <LimitMark level={wait.level} mute />
        <b>{originName(c.origin)}</b>
        {about && `, ${about}`}: raised {moment(c.raised, t, zone())}, {wait.text}
        {c.closed && (
          <>
            ; closed {moment(c.closed, t, zone())}: {words(c.outcome ?? "")}
            {c.referral && ` ${c.referral}`}
          </>
        )}
      </span>
      {!c.closed && (
        <div class="step-row">
          {!c.answered && (
            <Press label={`the call of ${moment(c.raised, t, zone())}`} primary make={() => ({ type: "community.call-answered", data: { call: c.id } })}>
              Answer
            </Press>
          )}
          <Make state={s} open="Refer" known={{ origin: asReferrer[c.origin] ?? "other", locality: c.locality, needs: c.needs ?? [], ambulance: c.ambulance, call: c.id, place: centre.id }} />
          <Close state={s} call={c} />
        </div>
      )}
    </li>
  );
}

function Close({ state: s, call: c }: { state: State; call: Call }) {
  const made = [...s.referrals.values()].filter((r) => r.call === c.id).pop();
  const chosen = useSignal("");
  const outcome = chosen.value || (made ? outcomes[0] : outcomes[1]);
  return (
    <Ask label={`Close the call of ${moment(c.raised, coarse.value, zone())}`} open="Close" button="Close the call" make={() => ({ type: "community.call-closed", data: { call: c.id, outcome, ...(outcome === outcomes[0] && made ? { referral: made.id } : {}) } })}>
      <Choice label="What came of it" value={outcome} options={outcomes.map((o) => [o, o === outcomes[0] && made ? `referral ${made.id} made` : words(o)])} onChange={(v) => (chosen.value = v)} />
    </Ask>
  );
}

function Raise({ state: s, centre }: { state: State; centre: Unit }) {
  const origin = useSignal(callers[0][0]);
  const locality = useSignal("");
  const some = (s.system.localities ?? []).filter((l) => !centre.serves?.length || centre.serves.includes(l.id));
  const make = () => ({
    type: "community.call-raised",
    data: { call: freshID("C", coarse.value, zone(), Math.random()), origin: origin.value, place: centre.id, due: inHours(coarse.value, 0.25), ...(locality.value ? { locality: locality.value } : {}) },
  });
  return (
    <Ask label="A call has come" open="A call has come" button="Put it in the queue" make={make}>
      <Choice label="From" value={origin.value} options={callers} onChange={(v) => (origin.value = v)} />
      <Choice label="About somebody in" value={locality.value} options={[["", "not told"], ...some.map((l): [string, string] => [l.id, l.name])]} onChange={(v) => (locality.value = v)} />
    </Ask>
  );
}
