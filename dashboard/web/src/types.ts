// The shapes the server sends: flow/view.go, flow/view_community.go and capacity/tally.go, by hand. An Instant
// is an RFC 3339 string in UTC, and null or absent when not known.

export type Instant = string | null | undefined;

export type BedState = "occupied" | "reserved" | "not_ready" | "available" | "closed";

export interface Tally {
  total: number;
  open: number;
  closed: number;
  occupied: number;
  reserved: number;
  not_ready: number;
  available: number;
  over: number;
  side_rooms_available: number;
  escalation_open: number;
}

export interface Figure {
  beds: Tally;
  unknown: string[] | null;
  silent: string[] | null;
  as_of?: Instant;
}

export type Classes = Record<string, Figure | undefined>;

export interface Change {
  seq: number;
  at: Instant;
  type: string;
  unit: string;
  bed?: string;
}

export interface System {
  id: string;
  name: string;
  time_zone: string;
  version: number;
  classes: Classes | null;
  last?: Change | null;
  layout_revision: number;
  localities?: Locality[] | null;
  contacts?: Contact[] | null;
  cards?: Card[] | null;
}

/** Where a role is reached; of the whole system where no site is given. */
export interface Contact {
  role: string;
  site?: string;
  phone: string;
}

/** An action as laid down. */
export interface Card {
  id: string;
  title: string;
  pillar?: string;
  level?: number;
  scope: "site" | "system";
  owner: string;
  within_s: number;
  shows?: { measure: string; up: boolean } | null;
  unit?: string;
}

export interface Locality {
  id: string;
  name: string;
}

export interface Site {
  id: string;
  name: string;
  short: string;
  organisation: string;
  kind: string;
  version: number;
  classes: Classes | null;
}

export interface Place {
  id: string;
  bay?: string;
  side_room?: boolean;
  escalation?: boolean;
  state: BedState;
  since?: Instant;
  at_least?: boolean;
  stay?: string;
  also?: string;
  away?: boolean;
  leave?: boolean;
  leaving?: Instant;
  isolated?: boolean;
  contaminated?: boolean;
  assumed_clean?: boolean;
  dirty?: Instant;
  cleaning?: Instant;
  closed_reason?: string;
  until?: Instant;
  reserved_for?: string;
  sex?: string;
}

export interface Unit {
  id: string;
  site: string;
  name: string;
  kind: string;
  class: string;
  assumed: boolean;
  version: number;
  known: boolean;
  known_since?: Instant;
  told?: Instant;
  silent: boolean;
  feeds: string[] | null;
  pressure_at: number;
  full_at: number;
  clean_within_s: number;
  beds: Tally;
  without_bed: number;
  leaving: number;
  expected: number;
  places: Place[] | null;
  specialties?: string[] | null;
  slots?: Slots | null;
  serves?: string[] | null;
}

/** The places of a unit without beds, as its provider told them last. */
export interface Slots {
  locality?: string;
  serves: string[] | null;
  home?: boolean;
  step?: string;
  within_s?: number;
  state: "never" | "told" | "old";
  told?: Instant;
  how?: string;
  role?: string;
  expires?: Instant;
  accepting: boolean;
  reason?: string;
  until?: Instant;
  usable_from?: Instant;
  closes?: Instant;
  assess?: boolean | null;
  returns?: boolean | null;
  sorts: Sort[] | null;
  reports: PlacesReport[] | null;
}

export interface Sort {
  id: string;
  name: string;
  care?: string;
  bought?: string;
  open: number;
  used: number | null;
  kept: number;
  begun: number;
  ended: number;
  free: number | null;
  over?: number;
  waiting?: number | null;
  next?: Instant;
  wait_days?: number | null;
}

export interface PlacesReport {
  id: string;
  seq: number;
  at: Instant;
  how?: string;
  role?: string;
  still?: boolean;
  withdrawn?: boolean;
}

export interface Refusal {
  at: Instant;
  reason: string;
  detail: string;
  digest: string;
}

export interface Outage {
  from: Instant;
  until: Instant;
  reason?: string;
  role?: string;
}

export interface Feed {
  id: string;
  name: string;
  owner: string;
  every_s: number;
  expects_s: number;
  supplies: string[] | null;
  version: number;
  state: "never" | "on_time" | "silent" | "outage" | "catching_up";
  since?: Instant;
  connected: boolean;
  last?: Instant;
  happened?: Instant;
  logged: number;
  duplicates: number;
  ignored: number;
  refused: number;
  held: number;
  sent: number;
  received: number;
  missing: number;
  restarts: number;
  late: number;
  skew_s: number;
  outages: Outage[] | null;
  refusals: Refusal[] | null;
  unlaid: Unlaid[] | null;
}

/** An area of A&E that the feed names and the layout has not. */
export interface Unlaid {
  place: string;
  times: number;
}

export interface Contradiction {
  id: string;
  kind: string;
  unit?: string;
  bed?: string;
  stays?: string[] | null;
  owner: string;
  since: Instant;
  raised: Instant;
  grace_s: number;
  events: number[] | null;
  version: number;
}

export interface Held {
  seq: number;
  feed: string;
  type: string;
  place: string;
  reason: string;
  happened: Instant;
}

export interface Missing {
  unit?: string;
  /** Of a balance: all of the site, or what of it supply says. */
  site?: string;
  /** The part that is lacking; the figure has the rest. */
  supply?: string;
  feed?: string;
  why: "not_sent" | "never" | "silent" | "unknown" | "no_list" | "outage" | "expired";
}

export interface Reported {
  seq: number;
  value: number;
  at: Instant;
  how: string;
  role: string;
  superseded?: Instant;
  difference?: number | null;
}

export interface Measured {
  value: number | null;
  of?: number;
  at?: Instant;
  as_of?: Instant;
  small?: boolean;
  missing?: Missing[] | null;
  reported?: Reported | null;
}

export interface Measures {
  id: string;
  version: number;
  values: Record<string, Measured | undefined> | null;
}

export interface Attendance {
  id: string;
  version: number;
  key: string;
  unit: string;
  area?: string;
  mode?: string;
  acuity?: string;
  service?: string;
  arrived: Instant;
  assessed?: Instant;
  seen?: Instant;
  referred?: Instant;
  requested?: Instant;
  decided?: Instant;
  ready?: Instant;
  events: number[] | null;
}

export interface Ambulance {
  id: string;
  version: number;
  unit: string;
  due?: Instant;
  arrived?: Instant;
  events: number[] | null;
}

export interface Request {
  id: string;
  version: number;
  key: string;
  unit: string;
  site: string;
  origin: string;
  service?: string;
  wants: string;
  needs: string[] | null;
  requested: Instant;
  decided?: Instant;
  due?: Instant;
  bed?: string;
  allocated?: Instant;
  until?: Instant;
  role?: string;
  ready?: Instant;
  left?: Instant;
  events: number[] | null;
}

export interface Discharge {
  id: string;
  version: number;
  key: string;
  unit: string;
  bed?: string;
  expected?: Instant;
  nctr?: Instant;
  pathway?: string;
  certainty?: string;
  due?: Instant;
  going_to?: string;
  reason?: string;
  owner?: string;
  delayed?: Instant;
  start?: Instant;
  failed?: number;
  events: number[] | null;
}

export interface Decision {
  id: string;
  version: number;
  at: Instant;
  type: string;
  role: string;
  account?: string;
  about: string;
  refused?: string;
  detail?: string;
  warning?: string;
}

export interface Referral {
  id: string;
  version: number;
  key?: string;
  place?: string;
  origin?: string;
  seeks: string[] | null;
  needs: string[] | null;
  service?: string;
  locality?: string;
  age?: number;
  sex?: string;
  intent?: string;
  ambulance?: string;
  call?: string;
  state: "open" | "accepted" | "started" | "ended" | "cancelled";
  made: Instant;
  due?: Instant;
  asked: Asked[] | null;
  unit?: string;
  sort?: string;
  accepted?: Instant;
  starts?: Instant;
  breach?: Instant;
  started?: Instant;
  ended?: Instant;
  cancelled?: Instant;
  reason?: string;
  not_conveyed?: Instant;
  avoided?: Avoided | null;
  events: number[] | null;
}

export interface Asked {
  unit: string;
  asked?: Instant;
  answer?: "accepted" | "declined" | "withdrawn";
  answered?: Instant;
  reason?: string;
}

export interface Avoided {
  state: "claimed" | "confirmed" | "withdrawn" | "cannot_be_checked";
  since: Instant;
  check: Instant;
  events: number[] | null;
}

export interface Call {
  id: string;
  version: number;
  place?: string;
  origin: string;
  locality?: string;
  ambulance?: string;
  needs: string[] | null;
  raised: Instant;
  due?: Instant;
  answered?: Instant;
  closed?: Instant;
  outcome?: string;
  referral?: string;
  events: number[] | null;
}

export interface Transfer {
  id: string;
  version: number;
  key?: string;
  purpose: string;
  from: string;
  to: string;
  direction: "in" | "out" | "between";
  service?: string;
  wants?: string;
  needs: string[] | null;
  state: "asked" | "accepted" | "declined" | "bed_offered" | "left" | "arrived" | "withdrawn";
  asked: Instant;
  due?: Instant;
  accepted?: Instant;
  declined?: Instant;
  reason?: string;
  bed?: string;
  until?: Instant;
  request?: string;
  left?: Instant;
  arrived?: Instant;
  rule?: string;
  events: number[] | null;
}

/** Something declared until a time; after it nobody knows. */
export interface Declared {
  id: string;
  version: number;
  status: string;
  title: string;
  pillar: string;
  scope: string;
  value: string;
  word: string;
  weight: number;
  at: Instant;
  until: Instant;
  expired: boolean;
  how?: string;
  role?: string;
  feed: string;
  reason?: string;
  seq: number;
}

export interface OpelLevel {
  id: string;
  version: number;
  pillar?: string;
  level: number;
  could: number;
  assessed: number;
  low: number;
  high: number;
  most?: number;
  true_since?: Instant;
  shown_since: Instant;
  profile: string;
  name: string;
  origin: string;
  declared?: { level: number; at: Instant; until: Instant; review: Instant; role: string; reason?: string; seq: number };
  points: Points[];
}

export interface Points {
  id: string;
  name: string;
  measure: string;
  value: number | null;
  low: number;
  high: number;
  most: number;
  since?: Instant;
  why?: string;
  phoned?: boolean;
}

export interface Alert {
  id: string;
  version: number;
  name: string;
  condition: string;
  scope: string;
  severity: string;
  line: string;
  means: string;
  do: string;
  state: "firing" | "unconfirmed" | "resolved";
  fired: Instant;
  confirmed: Instant;
  over?: Instant;
  recovered?: Instant;
  owner?: string;
  taken?: Answer;
  told: Told[] | null;
  next?: Told;
  answers: Answer[] | null;
  shelved?: Instant;
  inputs: Tested[] | null;
  now: Tested[] | null;
  ring: { role: string; agree: string }[] | null;
  actions: string[] | null;
  events: number[] | null;
}

/** What a person said of an alert or action. */
export interface Answer {
  what: string;
  at: Instant;
  role: string;
  account?: string;
  to?: string;
  reason?: string;
  until?: Instant;
  count?: number;
  seq: number;
}

export interface Told {
  role: string;
  at: Instant;
}

/** A figure that a condition tests, beside its limit. */
export interface Tested {
  measure: string;
  title: string;
  unit: string;
  kind: string;
  limit: number;
  value: number | null;
  at?: Instant;
  as_of?: Instant;
  holds: boolean;
}

export interface Action {
  id: string;
  version: number;
  task: string;
  title: string;
  unit: string;
  scope: string;
  pillar?: string;
  level?: number;
  meeting?: string;
  alert?: string;
  owner: string;
  state: "open" | "blocked" | "done" | "not_possible";
  raised: Instant;
  role?: string;
  due: Instant;
  first_due?: Instant;
  missed?: Instant;
  over?: Instant;
  count?: number;
  told?: number;
  measure?: string;
  before?: number;
  seen?: number;
  outcome?: "came_true" | "told_not_seen";
  reason?: string;
  answers: Answer[] | null;
  events: number[] | null;
}

export interface Meeting {
  id: string;
  version: number;
  scope: string;
  opened: Instant;
  cut: number;
  role: string;
  signed?: Instant;
  by?: string;
  account?: string;
  review?: Instant;
  levels: { scope: string; level: number; could: number; declared?: number }[] | null;
  wards: MeetingWard[] | null;
  shortfalls: { site: string; class: string; by: string; short: number | null; as_of?: Instant }[] | null;
  before?: string;
  actions: string[] | null;
  earlier: string[] | null;
  definite: Promised;
  events: number[] | null;
}

export interface MeetingWard {
  unit: string;
  class: string;
  known: boolean;
  told?: Instant;
  open: number;
  occupied: number;
  available: number;
  definite: number;
  potential: number;
  promised: Promised;
}

/** What came of those who were told definite. */
export interface Promised {
  told: number;
  left: number;
  not_seen: number;
}

export interface Agreement {
  id: string;
  version: number;
  purpose: string;
  from: string;
  to: string;
  state: "asked" | "agreed" | "refused" | "over";
  asked: Instant;
  role: string;
  answered?: Instant;
  by?: string;
  begins?: Instant;
  until?: Instant;
  reason?: string;
  events: number[] | null;
}

export interface Definition {
  name: string;
  family: string;
  title: string;
  definition: string;
  unit: string;
  window: string;
  scope: string;
  source: string;
  supply: string[] | null;
  form: string;
  class?: string;
  least?: number;
}

export interface Input {
  feed: string;
  name: string;
  state: Feed["state"];
  last?: Instant;
  every_s: number;
  items: number;
}

export interface Item {
  key: string;
  unit: string;
  site: string;
  at?: Instant;
  until?: Instant;
  value: number;
  side?: string;
  events: number[] | null;
}

export interface Why {
  measure: Definition;
  scope: string;
  at: Instant;
  seq: number;
  value: number | null;
  of?: number;
  moment?: Instant;
  small?: boolean;
  missing: Missing[] | null;
  reported?: Reported | null;
  inputs: Input[] | null;
  items: Item[] | null;
}

/** What became of groups of people, beside the period before. */
export interface Outcomes {
  by: string;
  at: Instant;
  seq: number;
  period: Period;
  before: Period;
  outcomes: Outcome[];
  groups: { group: string; name: string; figures: Compared[] }[];
  all: Compared[];
}

export interface Period {
  from: string;
  until: string;
  days: number;
  open?: boolean;
  missing?: Missing[];
}

export interface Outcome {
  name: string;
  title: string;
  definition: string;
  unit: string;
  form: string;
}

export interface Compared {
  value: number | null;
  before: number | null;
  change: number | null;
  withheld?: boolean;
  withheld_before?: boolean;
}

/** An event of the log without who it is about. */
export interface LoggedEvent {
  seq: number;
  id: string;
  feed: string;
  type: string;
  happened?: Instant;
  recorded?: Instant;
  data?: Record<string, unknown>;
}

export interface Hello {
  type: "hello";
  proto: unknown;
  version: string;
  assets: string;
  heartbeat_ms: number;
  at: Instant;
  speed: number;
  simulated: boolean;
}

export interface Snapshot {
  type: "snapshot";
  epoch: string;
  seq: number;
  at: Instant;
  state: { system: System | null } & Lists;
}

/** The lists of a view, by kind. */
export interface Kinds {
  sites: Site;
  units: Unit;
  feeds: Feed;
  contradictions: Contradiction;
  held: Held;
  measures: Measures;
  attendances: Attendance;
  ambulances: Ambulance;
  requests: Request;
  discharges: Discharge;
  decisions: Decision;
  referrals: Referral;
  calls: Call;
  transfers: Transfer;
  statuses: Declared;
  agreements: Agreement;
  levels: OpelLevel;
  alerts: Alert;
  actions: Action;
  meetings: Meeting;
}

export type Lists = { [K in keyof Kinds]?: Kinds[K][] | null };

export interface Delta extends Lists {
  type: "delta";
  epoch: string;
  from: number;
  seq: number;
  at: Instant;
  system?: System | null;
  removed?: Partial<Record<keyof Kinds, string[] | null>> | null;
}

export interface Heartbeat {
  type: "hb";
  epoch: string;
  seq: number;
  at: Instant;
  feeds?: Record<string, Instant> | null;
}

export interface Bye {
  type: "bye";
  reason: string;
  retry_ms?: number;
}

export type Frame = Hello | Snapshot | Delta | Heartbeat | Bye;
