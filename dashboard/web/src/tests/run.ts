// The tests of the pure modules, bundled by build -tests and run in a browser by
// pure_test.go, which reads what each found from window.found.

import * as alerts from "./alerts.test";
import * as clock from "./clock.test";
import * as declared from "./declared.test";
import * as format from "./format.test";
import * as levels from "./levels.test";
import * as link from "./link.test";
import * as measures from "./measures.test";
import * as meetings from "./meetings.test";
import * as night from "./night.test";
import * as own from "./own.test";
import * as places from "./places.test";
import * as recount from "./recount.test";
import * as referrals from "./referrals.test";
import * as requests from "./requests.test";
import * as risks from "./risks.test";
import * as rules from "./rules.test";
import * as store from "./store.test";
import * as tasks from "./tasks.test";
import * as transfers from "./transfers.test";

const found: Record<string, string> = {};
for (const [file, tests] of Object.entries<object>({ alerts, clock, declared, format, levels, link, measures, meetings, night, own, places, recount, referrals, requests, risks, rules, store, tasks, transfers })) {
  for (const [name, test] of Object.entries<() => void>(tests as Record<string, () => void>)) {
    try {
      test();
      found[`${file}/${name}`] = "";
    } catch (e) {
      found[`${file}/${name}`] = e instanceof Error ? e.message : String(e);
    }
  }
}
(globalThis as { found?: unknown }).found = found;
