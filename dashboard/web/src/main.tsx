// Starts the page: theme, address, stream, and one tree that follows them.

import { render } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { Desk } from "./desk";
import { Feeds } from "./feeds";
import { OutcomesPage } from "./outcomes";
import { OnCall } from "./oncall";
import { room } from "./parts";
import { Places } from "./own-page";
import { Community } from "./place-list";
import { ReferralsPage } from "./referral-list";
import { follow, path, route } from "./route";
import { begin, lastKnown, phase, state } from "./stream";
import { MeetingPage, MeetingsPage } from "./meeting";
import { ActionsPage } from "./task-list";
import { UnitPage } from "./unit";
import { Wall } from "./wall";
import { WhyPage } from "./why";

const SHIFT_MS = 600_000; // against burn-in: the wall moves by 2 px

function Page() {
  const where = route(path.value);
  const s = state.value;
  const root = document.documentElement;
  useLayoutEffect(() => {
    root.dataset.live = phase.value;
    root.toggleAttribute("data-lastknown", lastKnown.value);
    room.value++;
  }, [phase.value, lastKnown.value]);
  useLayoutEffect(() => {
    root.dataset.page = where.page === "wall" ? "wall" : where.page === "oncall" ? "oncall" : "desk";
    room.value++;
  }, [where.page]);
  const what = where.page === "site" ? s?.sites.get(where.id)?.name : where.page === "unit" ? s?.units.get(where.id)?.name : where.page === "feeds" ? "Feeds" : where.page === "outcomes" ? "Outcomes" : where.page === "why" ? "Why" : where.page === "community" ? "Places" : where.page === "referrals" ? "Referrals" : where.page === "oncall" ? "On call" : where.page === "actions" ? "Actions" : where.page === "meetings" || where.page === "meeting" ? "Bed meetings" : "";
  const title = [phase.value === "notlive" ? "NOT LIVE" : "", what, s?.system.name, "Flow Centre"].filter(Boolean).join(" - ");
  useLayoutEffect(() => {
    document.title = title;
  }, [title]);
  switch (where.page) {
    case "wall":
      return <Wall />;
    case "site":
      return <Desk id={where.id} />;
    case "unit":
      return <UnitPage id={where.id} />;
    case "feeds":
      return <Feeds />;
    case "outcomes":
      return <OutcomesPage />;
    case "why":
      return <WhyPage measure={where.measure} />;
    case "community":
      return <Community />;
    case "referrals":
      return <ReferralsPage />;
    case "actions":
      return <ActionsPage />;
    case "meetings":
      return <MeetingsPage />;
    case "meeting":
      return <MeetingPage id={where.id} />;
    case "oncall":
      return <OnCall id={where.id} />;
    case "places":
    case "none":
      return (
        <main class="desk">
          <h1>No such page</h1>
          <p>
            <a href="/">The wall</a>
          </p>
        </main>
      );
  }
}

function theme(): void {
  const chosen = new URLSearchParams(location.search).get("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}

function keepAwake(): void {
  const ask = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => undefined);
  addEventListener("visibilitychange", ask);
  ask();
}

function shift(): void {
  let n = 0;
  setInterval(() => {
    document.documentElement.dataset.shift = String(++n % 4);
  }, SHIFT_MS);
}

theme();
const page = document.getElementById("page")!;
if (route(location.pathname).page === "places") {
  document.documentElement.dataset.page = "places";
  delete document.documentElement.dataset.live;
  render(<Places />, page);
} else {
  follow();
  keepAwake();
  shift();
  addEventListener("resize", () => room.value++);
  void document.fonts.ready.then(() => room.value++);
  begin();
  render(<Page />, page);
}
