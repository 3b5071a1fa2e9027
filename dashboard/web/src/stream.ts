// The socket, the timers and the signals they feed. One page has one stream.

import { computed, signal } from "@preact/signals";
import * as clocks from "./clock";
import { localMinute } from "./format";
import * as links from "./link";
import * as night from "./night";
import * as store from "./store";
import type { Frame, Hello, Instant } from "./types";

const TICK_MS = 500;

const mono = signal(performance.now());
const link = signal(links.start(performance.now()));
const clock = signal<clocks.Clock | null>(null);

export const hello = signal<Hello | null>(null);
export const state = signal<store.State | null>(null);

export const phase = computed(() => links.phase(link.value, mono.value));
export const tries = computed(() => link.value.tries);

/** Real seconds since a frame was heard, or null before the first. */
export const quiet = computed(() => (link.value.heard === null ? null : Math.max(0, Math.floor((mono.value - link.value.heard) / 1000))));

/** Whether the picture is too old to be more than the last that was known. */
export const lastKnown = computed(() => links.lastKnown(link.value, mono.value));

/** Real seconds until the page reloads itself for want of frames. */
export const untilReload = computed(() => Math.max(0, Math.ceil((links.RELOAD_MS - silentFor()) / 1000)));

/** The engine's time now, in ms since 1970, or null before the first frame. */
export const now = computed(() => {
  const c = clock.value;
  if (!c) return null;
  return clocks.read(c, mono.value, link.value.proven ?? c.since, phase.value !== "notlive");
});

/** The engine's time to ten seconds: for ages, which are shown in minutes. */
export const coarse = computed(() => Math.floor((now.value ?? 0) / 10_000) * 10_000);

/** The engine's time when it was last heard. */
export const lastHeard = computed(() => (now.value === null || quiet.value === null ? null : now.value - quiet.value * 1000));

/** Real seconds for which the engine's own clock has stood still while it speaks, or 0. */
export const standing = computed(() => {
  const c = clock.value;
  return c && phase.value === "live" ? Math.floor(clocks.standing(c, mono.value) / 1000) : 0;
});

let socket: WebSocket | null = null;
let retry = 0;
let reloading = false;
const ownMinute = night.nightMinute(Math.random());

export function begin(): void {
  connect(true);
  setInterval(tick, TICK_MS);
  addEventListener("online", atOnce);
  addEventListener("visibilitychange", () => document.visibilityState === "visible" && atOnce());
}

function tick(): void {
  mono.value = performance.now();
  const { behind } = link.value;
  if (behind !== null && mono.value - behind > links.BEHIND_MS) reconnect(true);
  if (link.value.open && silentFor() > 2 * links.SILENCE_MS) reconnect(true);
  if (silentFor() > links.RELOAD_MS) reload(0);
  else if (phase.value === "live" && state.value && now.value !== null) {
    const minute = localMinute(now.value, state.value.system.time_zone || "Europe/London");
    if (night.due(minute, ownMinute, mono.value - link.value.opened)) reload(0);
  }
}

function silentFor(): number {
  return mono.value - (link.value.heard ?? link.value.opened);
}

function connect(resume: boolean): void {
  clearTimeout(retry);
  link.value = links.trying(link.value);
  const s = new WebSocket(address(resume), "flowcentre.v1");
  socket = s;
  s.onopen = () => {
    if (s === socket) link.value = links.connected(link.value);
  };
  s.onmessage = (e) => {
    if (s === socket) take(JSON.parse(e.data) as Frame);
  };
  s.onclose = () => {
    if (s !== socket) return;
    socket = null;
    link.value = links.closed(link.value);
    later(links.backoff(link.value.tries, Math.random()));
  };
}

function address(resume: boolean): string {
  const url = new URL("/api/v1/stream", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  if (resume && state.value) {
    url.searchParams.set("epoch", state.value.epoch);
    url.searchParams.set("since", String(state.value.seq));
  }
  return url.href;
}

/** Leaves the present socket, whatever state it is in, for a new one. */
function reconnect(resume: boolean): void {
  const old = socket;
  socket = null;
  old?.close();
  connect(resume);
}

function later(ms: number): void {
  clearTimeout(retry);
  retry = setTimeout(() => connect(true), ms);
}

function atOnce(): void {
  mono.value = performance.now();
  if (phase.value !== "live") reconnect(true);
}

function take(frame: Frame): void {
  mono.value = performance.now();
  const at = mono.value;
  switch (frame.type) {
    case "hello":
      hello.value = frame;
      link.value = links.heardFrame(link.value, at);
      if (frame.assets !== ownAssets()) reload(Math.random() * 60_000, frame.assets);
      return;
    case "snapshot":
      state.value = store.replace(frame);
      link.value = links.tookState(link.value, at);
      tell(frame.at);
      return;
    case "delta": {
      const next = state.value && store.advance(state.value, frame);
      if (!next) return reconnect(false);
      state.value = next;
      link.value = links.tookState(link.value, at);
      tell(frame.at);
      return;
    }
    case "hb": {
      const s = state.value;
      if (s && s.epoch !== frame.epoch) return reconnect(false);
      link.value = links.heartbeat(link.value, at, s?.seq === frame.seq);
      if (s) state.value = store.heard(s, frame);
      tell(frame.at);
      return;
    }
    case "bye":
      link.value = links.heardFrame(link.value, at);
      if (frame.retry_ms) {
        const old = socket;
        socket = null;
        link.value = links.closed(link.value);
        old?.close();
        later(frame.retry_ms * (0.5 + Math.random()));
      }
  }
}

function tell(instant: Instant): void {
  const at = instant ? Date.parse(instant) : NaN;
  if (at) clock.value = clocks.told(clock.value, at, mono.value, hello.value?.speed || 1);
}

function ownAssets(): string {
  return document.querySelector<HTMLMetaElement>("meta[name=assets]")?.content ?? "";
}

/**
 * Loads the page again after ms. For a new version only once each: should the old page
 * come back out of some cache, reloading for ever would not mend it.
 */
function reload(ms: number, version = ""): void {
  if (reloading || (version && sessionStorage.getItem("reloaded-for") === version)) return;
  reloading = true;
  setTimeout(() => void reloadIfServed(version), ms);
}

/** Loads the page again, if there is one to load: a browser's own error page would never come back to life. */
async function reloadIfServed(version: string): Promise<void> {
  const served = await fetch("/", { cache: "no-store" }).then((r) => r.ok, () => false);
  if (!served) {
    setTimeout(() => (reloading = false), 15_000);
    return;
  }
  if (version) sessionStorage.setItem("reloaded-for", version);
  location.reload();
}
