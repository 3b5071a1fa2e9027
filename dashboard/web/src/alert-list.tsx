// Alerts at the desk: what is open, who has it, who is next, and the answers.

import { useSignal } from "@preact/signals";
import { alertLevel, answerText, current, isOpen, nextText, notes, notNows, ownerText, shelvings, sinceText, standingOf, whatForms } from "./alerts";
import { role } from "./decide";
import { capital, clockTime, ms, words } from "./format";
import { Ask, Choice, Press } from "./forms";
import { LimitMark } from "./marks";
import { Link, zone } from "./parts";
import { inHours } from "./places";
import { roles } from "./roles";
import { alertAddress } from "./route";
import type { State } from "./store";
import { coarse } from "./stream";
import type { Alert } from "./types";

export function Alerts({ state: s, wanted }: { state: State; wanted?: (a: Alert) => boolean }) {
  const all = current(s, coarse.value, wanted);
  const open = all.filter(isOpen);
  const alone = open.filter((a) => !a.owner).length;
  return (
    <section class="panel lists alerts">
      <div class="panel-head">
        <h2>Alerts: {open.length ? `${open.length} open` : "none open"}</h2>
        {alone > 0 && <b>{alone === open.length ? "no owner" : `${alone} without an owner`}</b>}
      </div>
      <ul>
        {all.map((a) => (
          <Line key={a.id} state={s} alert={a} />
        ))}
      </ul>
    </section>
  );
}

function Line({ state: s, alert: a }: { state: State; alert: Alert }) {
  const t = coarse.value;
  const last = a.answers?.[a.answers.length - 1];
  return (
    <li data-alert={a.id} data-state={a.state} data-owner={a.owner ?? ""}>
      <p>
        <LimitMark level={isOpen(a) ? alertLevel(a) : 0} mute />
        <Link to={alertAddress(a.id)}>
          <b>{whatForms(s, a, t, zone())[0]}</b>
        </Link>
      </p>
      <p>
        {sinceText(a, t, zone())} <b class={a.owner ? "muted" : ""}>{ownerText(a, role.value, t, zone())}.</b>
      </p>
      {standingOf(a, t, zone()).map((text) => (
        <p key={text}>{text}</p>
      ))}
      <p class="muted">
        {isOpen(a) && !a.owner && `${nextText(a, role.value, t, zone())} `}
        {last && `${ms(last.at) === null ? "" : clockTime(ms(last.at)!, zone())} ${answerText(last, t, zone())}.`}
      </p>
      {isOpen(a) && (
        <div class="step-row">
          {a.owner !== role.value && (
            <Press label={a.line} primary={!a.owner} make={() => ({ type: "decision.alert-taken", data: { item: a.id } })}>
              I have it
            </Press>
          )}
          <Reply alert={a} />
        </div>
      )}
    </li>
  );
}

const replies: [string, string][] = [["handed-on", "hand it on"], ["not-now", "not now"], ["shelved", "shelve it: nobody is rung for a time"], ["noted", "note what happened"]];
const hours: [string, string][] = [["0.5", "30 min"], ["1", "1 h"], ["2", "2 h"], ["4", "4 h"], ["8", "8 h"]];

function Reply({ alert: a }: { alert: Alert }) {
  const what = useSignal("handed-on");
  const to = useSignal("clinical_site_manager");
  const reason = useSignal("");
  const long = useSignal("1");
  const reasons: Record<string, string[]> = { "not-now": notNows, shelved: shelvings, noted: notes };
  const some = reasons[what.value];
  const why = some?.includes(reason.value) ? reason.value : some?.[0];
  const spans = a.severity === "critical" ? hours.slice(0, 2) : hours;
  const make = () => ({
    type: what.value === "noted" ? "decision.noted" : `decision.alert-${what.value}`,
    data: { item: a.id, ...(what.value === "handed-on" ? { owner: to.value } : { reason: why }), ...(what.value === "shelved" ? { until: inHours(coarse.value, Number(long.value)) } : {}) },
  });
  return (
    <Ask label={`Answer ${a.line}`} open="Answer" button="Say so" make={make}>
      <Choice label="What" value={what.value} options={replies} onChange={(v) => (what.value = v)} />
      {what.value === "handed-on" && <Choice label="To" value={to.value} options={Object.entries(roles)} onChange={(v) => (to.value = v)} />}
      {some && <Choice label={what.value === "noted" ? "What happened" : "Why"} value={why!} options={some.map((r) => [r, capital(words(r))])} onChange={(v) => (reason.value = v)} />}
      {what.value === "shelved" && <Choice label="For" value={spans.some(([h]) => h === long.value) ? long.value : "1"} options={spans} onChange={(v) => (long.value = v)} />}
    </Ask>
  );
}
