package county

import (
	"fmt"
	"time"

	"flowcentre/capacity"
)

// person is an invented patient.
type person struct {
	record         string // hospital number
	nhs            string
	family, given  string
	title, sex     string
	born           time.Time
	street, town   string
	postcode, tele string
	practice       int
	segment
}

var (
	families = []string{
		"Allen", "Baker", "Barnes", "Bennett", "Bishop", "Bradley", "Brooks", "Byrne", "Carter", "Chapman", "Clarke", "Cole", "Cooper", "Cox",
		"Davies", "Dixon", "Edwards", "Ellis", "Evans", "Farmer", "Fisher", "Foster", "Fox", "Gibson", "Grant", "Green", "Griffiths", "Hall",
		"Harris", "Hart", "Hill", "Holmes", "Hughes", "Hunt", "Jackson", "Jenkins", "Kaur", "Kelly", "Khan", "King", "Lewis", "Lloyd", "Marsh",
		"Mason", "Moore", "Morgan", "Murphy", "Newman", "Nowak", "O'Brien", "Owen", "Palmer", "Patel", "Pearce", "Perry", "Phillips", "Powell",
		"Price", "Reid", "Reynolds", "Roberts", "Rowe", "Russell", "Scott", "Shaw", "Singh", "Stevens", "Tate", "Taylor", "Turner", "Wade", "Walsh",
		"Ward", "Watkins", "Webb", "West", "Williams", "Wood", "Wright", "Young",
	}
	women   = []string{"Ada", "Alice", "Amina", "Anne", "Beryl", "Brenda", "Carol", "Dorothy", "Edith", "Elsie", "Emma", "Freda", "Grace", "Hilda", "Irene", "Jean", "Joan", "Joyce", "Kathleen", "Lily", "Mabel", "Maria", "Mary", "Nora", "Olive", "Pauline", "Priya", "Rita", "Ruth", "Sheila", "Sylvia", "Zofia"}
	men     = []string{"Albert", "Alan", "Arthur", "Bernard", "Brian", "Cyril", "David", "Dennis", "Derek", "Eric", "Ernest", "Frank", "Fred", "George", "Gordon", "Harold", "Imran", "Ivor", "Jack", "James", "John", "Keith", "Kenneth", "Leonard", "Marek", "Norman", "Peter", "Raj", "Raymond", "Reginald", "Ronald", "Stanley", "Thomas"}
	streets = []string{"Abbey Road", "Bridge Street", "Church Lane", "Cornmarket", "Elm Close", "Foregate", "Hill View", "Mill Lane", "Orchard Way", "Park Avenue", "Priory Walk", "Riverside", "Station Road", "The Cross", "Victoria Terrace", "Wharf Side"}
	towns   = []struct {
		name, code, dial string
		people           float64 // thousands, in and around it, roughly
	}{
		{"Worcester", "WR1", "01905", 60},
		{"Worcester", "WR5", "01905", 60},
		{"Malvern", "WR14", "01684", 60},
		{"Pershore", "WR10", "01386", 40},
		{"Evesham", "WR11", "01386", 60},
		{"Droitwich Spa", "WR9", "01905", 45},
		{"Redditch", "B98", "01527", 87},
		{"Bromsgrove", "B61", "01527", 98},
		{"Kidderminster", "DY10", "01562", 98},
		{"Tenbury Wells", "WR15", "01584", 12},
	}
	doctors = []string{"C101^Fletcher^Anna", "C102^Osei^Daniel", "C103^Marlowe^Judith", "C104^Rahman^Yusuf", "C105^Pritchard^Owen", "C106^Lindqvist^Eva", "C107^Banerjee^Anil", "C108^Hadley^Rose"}
)

// newPerson invents a patient of about an age, who lives near a locality, or anywhere.
func (c *County) newPerson(age float64, sex, locality string) *person {
	c.people++
	n := c.people
	p := &person{record: fmt.Sprintf("%07d", 4_100_000+n), nhs: testNumber(n), family: pick(c, families), sex: sex, practice: 1 + c.rnd.IntN(56)}
	if p.sex == "" {
		p.sex = pick(c, []string{"F", "F", "M", "M", "F"})
	}
	p.given, p.title = pick(c, men), "Mr"
	if p.sex == "F" {
		p.given, p.title = pick(c, women), pick(c, []string{"Mrs", "Mrs", "Ms", "Miss"})
	}
	if age < 16 {
		p.title = ""
	}
	days := int(age*365.25) + c.rnd.IntN(365)
	p.born = c.options.Start.Time().AddDate(0, 0, -days)
	home, i := c.near(locality)
	town := towns[i]
	p.segment = c.segmentOf(int(age), home)
	p.street, p.town = fmt.Sprintf("%d %s", 1+c.rnd.IntN(140), pick(c, streets)), town.name
	p.postcode = fmt.Sprintf("%s %d%c%c", town.code, 1+c.rnd.IntN(9), 'A'+rune(c.rnd.IntN(8)), 'L'+rune(c.rnd.IntN(8)))
	p.tele = fmt.Sprintf("%s %06d", town.dial, 100_000+c.rnd.IntN(900_000))
	return p
}

// testNumber is the n-th NHS number of those kept for tests (999), with its check digit;
// numbers whose check digit would be ten are passed over.
func testNumber(n int) string {
	// Two numbers in a row never both lack a check digit, so every other one stays apart.
	for i := n * 2; ; i++ {
		digits := fmt.Sprintf("999%06d", i%1_000_000)
		sum := 0
		for k, d := range digits {
			sum += int(d-'0') * (10 - k)
		}
		check := (11 - sum%11) % 11
		if check != 10 {
			return fmt.Sprintf("%s%d", digits, check)
		}
	}
}

// adultAge is the age of an adult in a hospital bed, most of them old.
func (c *County) adultAge() float64 {
	if c.chance(.3) {
		return 18 + 47*c.rnd.Float64()
	}
	return min(102, 65+35*c.rnd.Float64()*c.rnd.Float64()+12*c.rnd.Float64())
}

// stay is one visit of a person.
type stay struct {
	*person
	visit    string
	doctor   string
	reason   string // the kind of admission: E emergency, C elective, L labour (HL7 table 0007, C as in v2.4 practice)
	need     specialty
	ward     *ward // where the patient is; nil before
	bed      *bed  // nil on a unit without beds
	from     capacity.Instant
	asked    capacity.Instant // began to wait for a bed
	ready    capacity.Instant // no longer needs to be in hospital
	due      capacity.Instant // is expected to leave, as told; zero when nothing was told
	admitted bool             // as an inpatient
	moving   bool             // has a bed to go to, or one is being made out
	queued   bool             // waits for a bed elsewhere
	today    bool             // leaves today
	away     bool             // on leave
	gone     bool
	onward   *stay // in the community, when a bed is kept there

	attending *attendance    // in A&E, while and after
	area      *capacity.Area // of the department
	came      string         // from where, while on the way to a ward
	request   *request       // for a bed
	alone     bool           // needs a side room
	plan      plan           // of the discharge
	care      *referral      // to who takes them on afterwards
	virtual   bool           // leaves for a virtual ward
	transfer  *transfer      // by which they come
	sent      bool           // leaves for another hospital
}

// visitOf makes a visit of a person who is not there yet.
func (c *County) visitOf(p *person, reason string, need specialty) *stay {
	c.visits++
	return &stay{person: p, visit: fmt.Sprintf("V%08d", 20_000_000+c.visits), doctor: pick(c, doctors), reason: reason, need: need, from: c.now}
}
