// The feeds: who sends, when it last spoke, and what became of what it sent.

import { age, ageOf, count, moment, words } from "./format";
import { LimitMark } from "./marks";
import { DeskHead, Status, Value, zone } from "./parts";
import { coarse, state } from "./stream";
import type { Feed } from "./types";

export function Feeds() {
  const s = state.value;
  const feeds = [...(s?.feeds.values() ?? [])];
  const refused = feeds.filter((f) => f.refusals?.length);
  const unlaid = feeds.filter((f) => f.unlaid?.length);
  return (
    <div class="desk">
      <Status />
      <DeskHead title="Feeds" up={{ to: "/", name: s?.system.name ?? "The wall" }} note={s ? count(feeds.length, "feed") : undefined}>
        <a class="button" href="/outcomes">
          Outcomes
        </a>
      </DeskHead>
      <main>
        <section class="panel">
          <h2>What each feed sent since the centre began</h2>
          <FeedRows feeds={feeds} />
        </section>
        {unlaid.length > 0 && (
          <section class="panel lists">
            <h2>Areas of A&E that are not laid out: who is there counts in the department, without an area</h2>
            {unlaid.map((f) => (
              <Unlaid key={f.id} feed={f} />
            ))}
          </section>
        )}
        <section class="panel lists">
          <h2>{!s ? "Refusals: not known yet" : refused.length ? "Newest refusals" : "Nothing was refused lately"}</h2>
          {refused.map((f) => (
            <Refusals key={f.id} feed={f} />
          ))}
        </section>
      </main>
    </div>
  );
}

const all = ["Owner", "State", "Last spoke", "Expected", "Logged", "Late", "Missing", "Restarts", "Duplicates", "Ignored", "Refused", "Held"];
const few = ["State", "Last spoke", "Refused", "Held"];

/** The feeds as rows; brief leaves out what a site's page has no room for. */
export function FeedRows({ feeds, brief = false }: { feeds: Feed[]; brief?: boolean }) {
  const columns = brief ? few : all;
  return (
    <table role="table" class={brief ? "feed-table brief" : "feed-table"}>
      <caption class="unseen">Feeds</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Feed</th>
          {columns.map((c) => (
            <th scope="col" role="columnheader" key={c}>{c}</th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {feeds.map((f) => (
          <FeedRow key={f.id} feed={f} columns={columns} brief={brief} />
        ))}
      </tbody>
    </table>
  );
}

const looks = { never: "unknown", on_time: "plain", silent: "stale", outage: "stale", catching_up: "plain" } as const;

function FeedRow({ feed: f, columns, brief }: { feed: Feed; columns: string[]; brief: boolean }) {
  const cells: Record<string, { key: string; value: string | number }> = {
    Owner: { key: "owner", value: f.owner || "nobody named" },
    State: { key: "state", value: stateText(f) },
    "Last spoke": { key: "last", value: lastText(f) },
    Expected: { key: "every", value: expectedText(f) },
    Missing: { key: "missing", value: f.missing },
    Restarts: { key: "restarts", value: f.restarts },
    Late: { key: "late", value: f.late },
    Logged: { key: "logged", value: f.logged },
    Duplicates: { key: "duplicates", value: f.duplicates },
    Ignored: { key: "ignored", value: f.ignored },
    Refused: { key: "refused", value: f.refused },
    Held: { key: "held", value: f.held },
  };
  return (
    <tr role="row" data-feed={f.id} data-state={f.state} data-look={looks[f.state] ?? "plain"}>
      <th scope="row" role="rowheader">
        {f.name}
      </th>
      {columns.map((label) => {
        const { key, value } = cells[label];
        return (
          <td role="cell" key={label} data-label={label} class={typeof value === "number" ? (value === 0 ? "number zero" : "number") : ""}>
            {label === "State" && <LimitMark level={f.state === "on_time" ? 0 : 2} mute />}
            {typeof value === "number" ? <Value name={key}>{value}</Value> : <span data-figure={key}>{value}</span>}
            {label === "State" && !brief && f.connected && ", connected"}
          </td>
        );
      })}
    </tr>
  );
}

/** The state in words, with its end or beginning where that is told. */
function stateText(f: Feed): string {
  const on = f.outages?.[0];
  switch (f.state) {
    case "never":
      return "— nothing yet";
    case "on_time":
      return f.expects_s ? "on time" : "quiet, as expected";
    case "silent":
      return f.since ? `silent since ${moment(f.since, coarse.value, zone())}` : "silent";
    case "outage":
      return on ? `planned outage until ${moment(on.until, coarse.value, zone())}` : "planned outage";
    case "catching_up":
      return "catching up";
  }
}

function expectedText(f: Feed): string {
  const every = f.expects_s ?? f.every_s;
  return every ? `every ${age(every * 1000)}` : "nothing now";
}

function lastText(f: Feed): string {
  const a = ageOf(f.last, coarse.value);
  if (a === null) return "never";
  return f.state === "silent" ? `${a} old` : `${a} ago`;
}

function Unlaid({ feed }: { feed: Feed }) {
  return (
    <>
      <h3>{feed.name}</h3>
      <ul>
        {(feed.unlaid ?? []).map((a) => (
          <li key={a.place}>
            area not laid out: <b>{a.place === "*" ? "further ones" : a.place}</b>, {count(a.times, "time")}
          </li>
        ))}
      </ul>
    </>
  );
}

function Refusals({ feed }: { feed: Feed }) {
  return (
    <>
      <h3>{feed.name}</h3>
      <ul>
        {[...(feed.refusals ?? [])].reverse().map((r, i) => (
          <li key={i}>
            {moment(r.at, coarse.value, zone())} <b>{words(r.reason)}</b>: {r.detail} <span class="muted">message {r.digest}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
