// What people agree and declare at the desk: diverts, mutual aid, and statuses that expire.

import { useSignal } from "@preact/signals";
import { moment, words } from "./format";
import { Ask, Choice } from "./forms";
import { LimitMark } from "./marks";
import { zone } from "./parts";
import { inHours } from "./places";
import { freshID } from "./referrals";
import { placeBrief } from "./declared";
import { roleName } from "./roles";
import type { State } from "./store";
import { coarse } from "./stream";
import type { Agreement, Declared, Site } from "./types";

const hours: [string, string][] = [["2", "2 h"], ["4", "4 h"], ["8", "8 h"], ["12", "12 h"], ["24", "24 h"]];

export function Agreements({ state: s, site }: { state: State; site: Site }) {
  const rank = { asked: 0, agreed: 1, refused: 2, over: 2 };
  const all = [...s.agreements.values()].filter((a) => a.from === site.id || a.to === site.id).sort((a, b) => rank[a.state] - rank[b.state]);
  return (
    <section class="panel lists">
      <div class="panel-head">
        <h2>Diverts and mutual aid{all.length ? "" : ": none"}</h2>
        <AskFor state={s} site={site} />
      </div>
      <ul class="rows">
        {all.map((a) => (
          <li key={a.id} data-agreement={a.id} data-state={a.state}>
            <span>
              <LimitMark level={a.state === "agreed" ? 2 : 0} mute />
              <b>{agreementText(s, a)}</b>: {stateText(a)}
            </span>
            {a.state === "asked" && <Answer agreement={a} />}
            {a.state === "agreed" && <End agreement={a} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function agreementText(s: State, a: Agreement): string {
  const [from, to] = [placeBrief(s, a.from), placeBrief(s, a.to)];
  return a.purpose === "divert" ? `Divert from ${from} to ${to}` : `${from} helps ${to}`;
}

function stateText(a: Agreement): string {
  const t = coarse.value;
  const until = a.until ? `, until ${moment(a.until, t, zone())}` : "";
  const why = a.reason ? `, ${words(a.reason)}` : "";
  switch (a.state) {
    case "asked":
      return `asked ${moment(a.asked, t, zone())}, ${roleName(a.role)}; not answered${until}${why}`;
    case "agreed":
      return `agreed ${moment(a.answered, t, zone())}, ${roleName(a.by ?? "")}${until}${why}`;
    case "refused":
      return `refused ${moment(a.answered, t, zone())}, ${roleName(a.by ?? "")}${why}`;
    case "over":
      return `over${why}`;
  }
}

const refusals = ["no_capacity", "no_staff", "not_needed", "other"];

function Answer({ agreement: a }: { agreement: Agreement }) {
  const outcome = useSignal("agreed");
  const long = useSignal("4");
  const reason = useSignal(refusals[0]);
  const make = () => ({
    type: "decision.agreement-answered",
    data: { agreement: a.id, outcome: outcome.value, ...(outcome.value === "agreed" ? { until: inHours(coarse.value, Number(long.value)) } : { reason: reason.value }) },
  });
  return (
    <Ask label={`Answer ${a.id}`} open="Answer" button={outcome.value === "agreed" ? "Agree" : "Refuse"} make={make}>
      <Choice label="Answer" value={outcome.value} options={[["agreed", "agreed"], ["refused", "refused"]]} onChange={(v) => (outcome.value = v)} />
      {outcome.value === "agreed" ? <Choice label="For" value={long.value} options={hours} onChange={(v) => (long.value = v)} /> : <Choice label="Why not" value={reason.value} options={refusals.map((r) => [r, words(r)])} onChange={(v) => (reason.value = v)} />}
    </Ask>
  );
}

const endings = ["no_longer_needed", "no_capacity", "other"];

function End({ agreement: a }: { agreement: Agreement }) {
  const reason = useSignal(endings[0]);
  return (
    <Ask label={`End ${a.id}`} open="End it" button="End it now" make={() => ({ type: "decision.agreement-ended", data: { agreement: a.id, reason: reason.value } })}>
      <Choice label="Why" value={reason.value} options={endings.map((r) => [r, words(r)])} onChange={(v) => (reason.value = v)} />
    </Ask>
  );
}

/** Why help is asked for or a level is declared: codes of the log. */
export const reasons = ["ambulance_delays", "ae_full", "no_beds", "staffing", "equipment_down", "other"];

function AskFor({ state: s, site }: { state: State; site: Site }) {
  const others = [...s.sites.values()].filter((x) => x.id !== site.id && x.kind === "acute");
  const purpose = useSignal("divert");
  const other = useSignal(others[0]?.id ?? "");
  const reason = useSignal(reasons[0]);
  const long = useSignal("2");
  if (!others.length) return null;
  const make = () => {
    const [from, to] = purpose.value === "divert" ? [site.id, other.value] : [other.value, site.id];
    return { type: "decision.agreement-asked", data: { agreement: freshID("G", coarse.value, zone(), Math.random()), purpose: purpose.value, from, to, reason: reason.value, until: inHours(coarse.value, Number(long.value)) } };
  };
  return (
    <Ask label="Ask for a divert or mutual aid" open="Ask for help" button="Ask" make={make}>
      <Choice label="What" value={purpose.value} options={[["divert", "divert: ambulances go past this hospital"], ["mutual_aid", "mutual aid: another hospital helps this one"]]} onChange={(v) => (purpose.value = v)} />
      <Choice label="Which hospital" value={other.value} options={others.map((x) => [x.id, x.name])} onChange={(v) => (other.value = v)} />
      <Choice label="Why" value={reason.value} options={reasons.map((r) => [r, words(r)])} onChange={(v) => (reason.value = v)} />
      <Choice label="For" value={long.value} options={hours} onChange={(v) => (long.value = v)} />
    </Ask>
  );
}

/** The statuses that can be declared, and their values. */
const declarable: Record<string, { title: string; scope: "system" | "site"; values: [string, string][] }> = {
  reap: { title: "Ambulance REAP level", scope: "system", values: [["1", "1 Steady state"], ["2", "2 Moderate"], ["3", "3 Severe"], ["4", "4 Extreme"]] },
  critcon: { title: "Critical care (CRITCON)", scope: "site", values: [["0", "0 business as usual"], ["1", "1 normal winter"], ["2", "2 stretched"], ["3", "3 full stretch"], ["4", "4 triage"]] },
  nhs111: { title: "NHS 111", scope: "system", values: [["normal", "normal"], ["pressure", "under pressure"], ["failing", "calls abandoned or diverted"]] },
  mental_health: { title: "Mental health crisis services", scope: "system", values: [["normal", "normal"], ["pressure", "under pressure"], ["full", "no bed in the county"]] },
};

export function Statuses({ state: s, site }: { state: State; site: Site }) {
  const all = [...s.statuses.values()].filter((d) => d.scope === "system" || d.scope === `site/${site.id}`);
  return (
    <section class="panel lists">
      <div class="panel-head">
        <h2>Declared{all.length ? "" : ": nothing yet"}</h2>
        <Declare site={site} />
      </div>
      <ul>
        {all.map((d) => (
          <li key={d.id} data-status={d.id} data-look={d.expired ? "unknown" : "plain"}>
            <LimitMark level={d.expired ? 0 : d.weight >= 2 ? 3 : d.weight === 1 ? 2 : 0} mute />
            <b>{d.title}</b>: {statusText(d)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function statusText(d: Declared): string {
  const t = coarse.value;
  const said = `${d.word}, declared ${moment(d.at, t, zone())}${d.role ? `, ${roleName(d.role)}` : ""}`;
  return d.expired ? `— nobody knows since ${moment(d.until, t, zone())} (${said})` : `${said}, until ${moment(d.until, t, zone())}`;
}

function Declare({ site }: { site: Site }) {
  const status = useSignal("reap");
  const value = useSignal("1");
  const wide = useSignal("system");
  const long = useSignal("12");
  const choice = declarable[status.value];
  const scope = wide.value === "system" ? "system" : `site/${site.id}`;
  const make = () => ({ type: "feed.status-declared", data: { declared: { status: status.value, scope, value: value.value }, until: inHours(coarse.value, Number(long.value)), how: "phone" } });
  return (
    <Ask label="Declare a status" open="Declare a status" button="Declare it" make={make}>
      <Choice label="What" value={status.value} options={Object.entries(declarable).map(([k, v]) => [k, v.title])} onChange={(v) => ((status.value = v), (value.value = declarable[v].values[0][0]), (wide.value = declarable[v].scope))} />
      <Choice label="Value" value={value.value} options={choice.values} onChange={(v) => (value.value = v)} />
      <Choice label="Of" value={wide.value} options={[["system", "the whole system"], ["site", site.name]]} onChange={(v) => (wide.value = v)} />
      <Choice label="Until" value={long.value} options={[["4", "4 h from now"], ["8", "8 h from now"], ["12", "12 h from now"], ["24", "24 h from now"]]} onChange={(v) => (long.value = v)} />
    </Ask>
  );
}
