// Parts that wall and desk share. Hooks for tests, stable: <html data-live="connecting |
// live | catching | notlive"> is the state of the picture, with data-lastknown once it
// is too old to use; data-system, data-site, data-unit, data-class, data-feed, data-bed,
// data-contradiction, data-held, data-request, data-cleaning (unit/bed), data-decision,
// data-kind (of a service), data-referral, data-call,
// data-transfer, data-status, data-agreement, data-balance (a measure), data-why (a measure), data-input, data-item, data-facts and
// data-event name what a part shows; inside them data-figure names a figure: that of a
// measure by its name in the catalogue (ae_in_department), those of beds and feeds by
// their names in the API (occupancy, available, side_rooms_available, told; owner, state,
// last), bed of a request, value of an opened figure; its text is the bare value.
// data-look tells how a part is drawn (plain, stale, part: partly old, lacking: something
// is not sent, reported: by a person, empty, unknown, none: does not apply, closed);
// data-state is the state of a bed tile (occupied, reserved, not_ready, available, closed,
// unknown) or of a feed; data-doubt is there while the system's figure leaves something out.

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { clockSeconds, clockTime, longDate, seconds } from "./format";
import { Mark } from "./marks";
import { number } from "./measures";
import type { Reading } from "./measures";
import { href, whyAddress } from "./route";
import { hello, lastHeard, lastKnown, now, phase, quiet, state, tries, untilReload } from "./stream";

/** Grows when the room for text may have changed: font loaded, window resized. */
export const room = signal(0);

/** One line of text in the longest form that fits; never wrapped, never cut with dots. */
export function Fit({ forms, class: name = "" }: { forms: string[]; class?: string }) {
  const ref = useRef<HTMLSpanElement>(null);
  const key = forms.join("\n");
  const epoch = room.value;
  useLayoutEffect(() => {
    const el = ref.current;
    if (!el) return;
    for (const form of forms) {
      el.textContent = form;
      if (el.scrollWidth <= el.clientWidth) return;
    }
  }, [key, epoch]);
  return <span class={`fit ${name}`} ref={ref} />;
}

/** A name and what is said of it on one line: the longest forms that fit, what is said shortened before the name. */
export function FitPair({ names, notes }: { names: string[]; notes: string[] }) {
  const ref = useRef<HTMLSpanElement>(null);
  const key = [...names, "", ...notes].join("\n");
  const epoch = room.value;
  useLayoutEffect(() => {
    const el = ref.current;
    const [first, second] = el?.children ?? [];
    if (!el || !first || !second) return;
    for (const name of names) {
      for (const note of notes) {
        first.textContent = name;
        second.textContent = note ? `, ${note}` : "";
        if (el.scrollWidth <= el.clientWidth) return;
      }
    }
  }, [key, epoch]);
  return (
    <span class="fit" ref={ref}>
      <span class="fit-name" />
      <span class="muted" />
    </span>
  );
}

/** A value that outlines itself for a moment when it changes. */
export function Value({ name, children }: { name: string; children: string | number }) {
  const text = String(children);
  const ref = useRef<HTMLElement>(null);
  const was = useRef(text);
  useLayoutEffect(() => {
    const el = ref.current;
    if (!el || was.current === text) return;
    was.current = text;
    const next = el.classList.contains("changed-a") ? "changed-b" : "changed-a";
    el.classList.remove("changed-a", "changed-b");
    el.classList.add(next);
  }, [text]);
  return (
    <b class="value" data-figure={name} ref={ref}>
      {text}
    </b>
  );
}

/** A figure of the catalogue as people see it, with its page that opens it. */
export function Counted({ name, scope, reading: r, text }: { name: string; scope: string; reading: Reading; text?: string }) {
  return (
    <Link to={whyAddress(name, scope)} class="opens">
      <Value name={name}>{text ?? (r.value === null ? "—" : number(r.value))}</Value>
    </Link>
  );
}

export function Link({ to, children, class: name }: { to: string; children: ComponentChildren; class?: string }) {
  return (
    <a href={href(to)} class={name}>
      {children}
    </a>
  );
}

export function zone(): string {
  return state.value?.system.time_zone || "Europe/London";
}

/** "Live, engine 1 s ago": real seconds since a frame was heard. */
export function LiveLine() {
  const s = quiet.value;
  switch (phase.value) {
    case "live":
      return (
        <span class="live-line">
          <b>Live</b>, engine {s} s ago
        </span>
      );
    case "catching":
      return (
        <span class="live-line">
          <b>Reconnecting</b>, {s} s
        </span>
      );
    case "connecting":
      return <span class="live-line">Connecting</span>;
    case "notlive":
      return <span class="live-line">Reconnecting, try {tries.value}</span>;
  }
}

export function ClockTime({ withSeconds = false }: { withSeconds?: boolean }) {
  const t = now.value;
  const text = t === null ? "--:--" : withSeconds ? clockSeconds(t, zone()) : clockTime(t, zone());
  return <time class="clock-time">{text}</time>;
}

export function ClockDate() {
  const t = now.value;
  return <Fit class="clock-date" forms={t === null ? [""] : longDate(t, zone())} />;
}

export function Simulated() {
  const h = hello.value;
  if (!h?.simulated) return null;
  return <span class="simulated">Simulated{h.speed !== 1 ? `, ${h.speed}x` : ""}</span>;
}

/** "Last update 04:07:12, 35 s ago" */
export function lastUpdate(): string {
  const at = lastHeard.value;
  if (at === null) return "No update since this page opened";
  return `Last update ${clockSeconds(at, zone())}, ${seconds(quiet.value ?? 0)} ago`;
}

export function reloadText(): string {
  const s = untilReload.value;
  if (s === 0) return "Reloads when the engine answers";
  return s > 60 ? `Reloads itself in ${Math.ceil(s / 60)} min` : `Reloads itself in ${s} s`;
}

/** The one place that tells a screen reader how the connection is. */
export function Status() {
  const text = { connecting: "Connecting", live: "Live", catching: "Reconnecting", notlive: "Not live. What is shown is old." }[phase.value];
  return (
    <p class="unseen" role="status">
      {text}
    </p>
  );
}

/** The head of every page but the wall. */
export function DeskHead({ title, up, note, children }: { title: string; up?: { to: string; name: string }; note?: string; children?: ComponentChildren }) {
  return (
    <header class="desk-head">
      {up && <Link to={up.to}>{up.name}</Link>}
      <h1 tabIndex={-1}>{title}</h1>
      {note && <span class="muted">{note}</span>}
      <span class="push" />
      {children}
      <Simulated />
      {phase.value === "notlive" ? (
        <strong class="not-live-block">
          <span class="not-live-word">NOT LIVE</span> <span>{lastUpdate()}</span> <LiveLine />
          {lastKnown.value && <span>These figures are old: phone for every bed.</span>}
        </strong>
      ) : (
        <span class="desk-live">
          {phase.value === "live" && <Mark shape="check" />}
          <LiveLine />
        </span>
      )}
      <ClockTime />
    </header>
  );
}
