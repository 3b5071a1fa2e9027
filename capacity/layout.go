package capacity

// Layout is the whole description of a health system: what exists, where it is,
// what it is called and who speaks for it. It comes from the configuration, enters
// the log as events, and holds nothing that changes in the course of a shift.
type Layout struct {
	System        System         `json:"system" yaml:"system"`
	Organisations []Organisation `json:"organisations" yaml:"organisations"`
	Localities    []Locality     `json:"localities,omitempty" yaml:"localities,omitempty"`
	Sites         []Site         `json:"sites" yaml:"sites"`
	Feeds         []Feed         `json:"feeds" yaml:"feeds"`
	Units         []Unit         `json:"units" yaml:"units"`
	OPEL          *Profile       `json:"opel,omitempty" yaml:"-"`       // the rules of its levels; nil where it has none
	Conditions    []Condition    `json:"conditions,omitempty" yaml:"-"` // when somebody is told, and who
	Cards         []Card         `json:"cards,omitempty" yaml:"-"`      // actions as laid down
	Contacts      []Contact      `json:"contacts,omitempty" yaml:"-"`   // where roles are reached
}

// System is the county, or whatever area one flow centre watches.
type System struct {
	ID       string `json:"id" yaml:"id"`
	Name     string `json:"name" yaml:"name"`
	TimeZone string `json:"time_zone" yaml:"time_zone"` // IANA name, such as Europe/London
	Zone     Zone   `json:"zone,omitempty" yaml:"-"`    // what the name means, from the zone files of the machine that laid the system out
}

// Organisation is a trust, council or provider.
type Organisation struct {
	ID   string `json:"id" yaml:"id"`
	Name string `json:"name" yaml:"name"`
	Code string `json:"code,omitempty" yaml:"code,omitempty"` // ODS code
}

// Locality is a town or neighbourhood that people live in and services serve.
type Locality struct {
	ID    string  `json:"id" yaml:"id"`
	Name  string  `json:"name" yaml:"name"`
	East  float64 `json:"east_km" yaml:"east_km"` // where its middle lies, on a flat map of the system; only distances count
	North float64 `json:"north_km" yaml:"north_km"`
}

// Site is a hospital or community base.
type Site struct {
	ID           string   `json:"id" yaml:"id"`
	Organisation string   `json:"organisation" yaml:"organisation"`
	Name         string   `json:"name" yaml:"name"`
	Short        string   `json:"short,omitempty" yaml:"short,omitempty"` // the name where room is scarce, at most 14 characters
	Kind         SiteKind `json:"kind" yaml:"kind"`
	Code         string   `json:"code,omitempty" yaml:"code,omitempty"` // ODS site code

	Rules []SiteRule `json:"rules,omitempty" yaml:"rules,omitempty"` // whom it does not take
}

// SiteRule is a kind of patient that a site never takes, by class of bed, need or
// specialty: all that are given must fit.
type SiteRule struct {
	ID      string   `json:"id" yaml:"id"` // such as no-children
	Class   BedClass `json:"class,omitempty" yaml:"class,omitempty"`
	Need    string   `json:"need,omitempty" yaml:"need,omitempty"`
	Service string   `json:"service,omitempty" yaml:"service,omitempty"`
}

// SiteKind tells acute hospitals from community hospitals.
type SiteKind string

// The kinds of site.
const (
	Acute     SiteKind = "acute"
	Community SiteKind = "community"
)

// Feed is one producer's stream of events.
type Feed struct {
	ID       string    `json:"id" yaml:"id"`
	Name     string    `json:"name" yaml:"name"`
	Owner    string    `json:"owner,omitempty" yaml:"owner,omitempty"`     // the role that answers for it
	Every    int       `json:"every_s" yaml:"every_s"`                     // seconds within which something is expected; silent beyond it
	Supplies []string  `json:"supplies" yaml:"supplies"`                   // what it can supply; see Supplies
	Cadence  []Cadence `json:"cadence,omitempty" yaml:"cadence,omitempty"` // hours of the week with another expectation than Every; the first that fits counts
}

// Cadence is how often a feed is expected to speak in some hours of the week, by local
// time.
type Cadence struct {
	Days  string `json:"days,omitempty" yaml:"days,omitempty"` // mon-fri, sat, sun, or empty for all
	From  int    `json:"from_min" yaml:"from_min"`             // minutes since local midnight
	To    int    `json:"to_min" yaml:"to_min"`                 // and up to; earlier than From crosses midnight
	Every int    `json:"every_s" yaml:"every_s"`               // seconds; 0 means nothing is expected
}

// UnitKind says what sort of capacity a unit is.
type UnitKind string

// The kinds of unit. A unit with beds is a ward, a critical care unit, a community
// ward or a day unit; an A&E department and a discharge lounge hold patients without beds.
// The others have places, which their providers tell (see Unit.Places).
const (
	Ward            UnitKind = "ward"
	AssessmentUnit  UnitKind = "assessment_unit"
	CriticalCare    UnitKind = "critical_care_unit"
	CommunityWard   UnitKind = "community_ward"
	DayUnit         UnitKind = "day_unit"
	AandE           UnitKind = "ae"
	DischargeLounge UnitKind = "discharge_lounge"

	VirtualWard        UnitKind = "virtual_ward"
	UrgentResponse     UnitKind = "urgent_community_response" // Worcestershire's enhanced care teams by an older name
	HomeCare           UnitKind = "home_care"                 // pathway 1 starts
	IntermediateCare   UnitKind = "intermediate_care"
	ShortStay          UnitKind = "short_stay"
	CareHome           UnitKind = "care_home"
	CrisisHouse        UnitKind = "crisis_house"
	Hospice            UnitKind = "hospice"
	SameDayCare        UnitKind = "sdec" // same day emergency care
	NeighbourhoodTeam  UnitKind = "neighbourhood_team"
	LocalityHub        UnitKind = "locality_hub"
	RespiratoryHub     UnitKind = "respiratory_hub"
	WaitingService     UnitKind = "waiting_service" // one with a waiting time, such as physiotherapy
	PlaceOfSafety      UnitKind = "place_of_safety" // section 136 suite
	CoordinationCentre UnitKind = "coordination_centre"
)

// BedClass is what a bed may be counted as. Spare beds of one class never make up
// for a shortage in another. Adult G&A leaves out maternity, mental health,
// critical care and paediatrics (NHS England bed definitions).
type BedClass string

// The bed classes.
const (
	AdultGA           BedClass = "adult_ga"
	CriticalCareClass BedClass = "critical_care"
	Paediatric        BedClass = "paediatric"
	Maternity         BedClass = "maternity"
	CommunityClass    BedClass = "community"
	DayClass          BedClass = "day"
)

// Unit is anything with capacity.
type Unit struct {
	ID      string   `json:"id" yaml:"id"`
	Site    string   `json:"site" yaml:"site"`
	Name    string   `json:"name" yaml:"name"`
	Kind    UnitKind `json:"kind" yaml:"kind"`
	Class   BedClass `json:"class,omitempty" yaml:"class,omitempty"`
	Assumed bool     `json:"assumed,omitempty" yaml:"assumed,omitempty"` // its numbers were invented, no source gives them

	PressureAt int `json:"pressure_at,omitempty" yaml:"pressure_at,omitempty"` // occupancy, percent of open beds, from which the unit is under pressure
	FullAt     int `json:"full_at,omitempty" yaml:"full_at,omitempty"`         // occupancy, percent of open beds, from which it is full

	CleanWithin  int `json:"clean_within_s,omitempty" yaml:"clean_within_s,omitempty"`   // seconds a bed should take to be cleaned
	AssumedClean int `json:"assumed_clean_s,omitempty" yaml:"assumed_clean_s,omitempty"` // seconds after which a bed with no cleaning report counts as clean, marked assumed; 0 never

	Feeds   []string `json:"feeds,omitempty" yaml:"feeds,omitempty"`     // the feeds that may speak for it; empty means any
	Aliases []string `json:"aliases,omitempty" yaml:"aliases,omitempty"` // what feeds call it, such as RWP50/W4 (see Place)
	Beds    []Bed    `json:"beds,omitempty" yaml:"beds,omitempty"`
	Areas   []Area   `json:"areas,omitempty" yaml:"areas,omitempty"` // of an A&E department

	Specialties []string `json:"specialties,omitempty" yaml:"specialties,omitempty"` // service codes whose patients belong here; empty means any

	// Of a unit with places.
	Locality string   `json:"locality,omitempty" yaml:"locality,omitempty"` // where it is
	Serves   []string `json:"serves,omitempty" yaml:"serves,omitempty"`     // localities it takes people from; empty means all
	Places   []Places `json:"places,omitempty" yaml:"places,omitempty"`
	Hours    []Hours  `json:"hours,omitempty" yaml:"hours,omitempty"`       // when it takes people on; empty means always
	Step     string   `json:"step,omitempty" yaml:"step,omitempty"`         // up (instead of hospital), down (after it), or empty for both
	Home     bool     `json:"home,omitempty" yaml:"home,omitempty"`         // people stay at home
	Within   int      `json:"within_s,omitempty" yaml:"within_s,omitempty"` // seconds in which it should have begun after a referral; 0 where no standard is
	Meets    []string `json:"meets,omitempty" yaml:"meets,omitempty"`       // needs it can meet; see PlaceNeeds
	Refuses  []string `json:"refuses,omitempty" yaml:"refuses,omitempty"`   // needs it cannot; of one in neither list it has to be asked
	AgeFrom  int      `json:"age_from,omitempty" yaml:"age_from,omitempty"` // years; 0 for no limit
	AgeTo    int      `json:"age_to,omitempty" yaml:"age_to,omitempty"`
}

// Places is one sort of places of a unit, told as one number: a care home's nursing
// places, a team's visits.
type Places struct {
	ID      string   `json:"id" yaml:"id"` // unique in its unit; elsewhere unit/places
	Name    string   `json:"name" yaml:"name"`
	Open    int      `json:"open" yaml:"open"`                         // as a rule; a report may say otherwise
	Bought  string   `json:"bought,omitempty" yaml:"bought,omitempty"` // how a care home's are paid for: discharge_to_assess, spot or block; empty where that goes without saying
	Care    string   `json:"care,omitempty" yaml:"care,omitempty"`     // residential, nursing, dementia, dementia_nursing and the like
	Aliases []string `json:"aliases,omitempty" yaml:"aliases,omitempty"`
}

// Hours are hours of the week, by local time.
type Hours struct {
	Days string `json:"days,omitempty" yaml:"days,omitempty"` // mon-fri, sat, sun, or empty for all
	From int    `json:"from_min" yaml:"from_min"`             // minutes since local midnight
	To   int    `json:"to_min" yaml:"to_min"`                 // and up to; earlier than From crosses midnight
}

// AreaKind is what an area of an A&E department is for.
type AreaKind string

// The kinds of area.
const (
	Resus     AreaKind = "resus"
	Majors    AreaKind = "majors"
	Minors    AreaKind = "minors"
	Streaming AreaKind = "streaming" // the front door: GP, urgent treatment
	Corridor  AreaKind = "corridor"  // corridor care: no space meant for a patient
	OtherArea AreaKind = "other"
)

// Area is a part of an A&E department. A feed names it unit/area, or by an alias.
type Area struct {
	ID      string   `json:"id" yaml:"id"`
	Name    string   `json:"name" yaml:"name"`
	Kind    AreaKind `json:"kind" yaml:"kind"`
	Spaces  int      `json:"spaces,omitempty" yaml:"spaces,omitempty"` // patients it is meant for; 0 where none
	Aliases []string `json:"aliases,omitempty" yaml:"aliases,omitempty"`
}

// Bed is a bed space as laid out. Its ID is unique in its unit; elsewhere it is
// written unit/bed.
type Bed struct {
	ID         string   `json:"id" yaml:"id"`
	Bay        string   `json:"bay,omitempty" yaml:"bay,omitempty"`
	SideRoom   bool     `json:"side_room,omitempty" yaml:"side_room,omitempty"`
	Sex        string   `json:"sex,omitempty" yaml:"sex,omitempty"`               // male or female where its bay is for one of them only
	Escalation bool     `json:"escalation,omitempty" yaml:"escalation,omitempty"` // beyond the core complement: closed until a person opens it
	Aliases    []string `json:"aliases,omitempty" yaml:"aliases,omitempty"`
}
