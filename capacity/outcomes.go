package capacity

// Outcome is what became of people, counted of a group of them in a period.
type Outcome struct {
	Name       string
	Title      string // as people see it
	Definition string // in plain English
	Unit       string // patients, moves, referrals, days, hours or percent
	Form       Form   // count, share, mean or median

	N  Counter // what is counted; of a median it says how many there are
	Of Counter // the whole of a share; the sum of seconds that a mean is of
}

// Fewest is the smallest count of people that is shown: of fewer a person could be found.
const Fewest = 5

// Outcomes is the catalogue of outcomes, in a fixed order. Nobody changes it.
func Outcomes() []Outcome { return outcomes }

var outcomes = []Outcome{
	{"attendances", "A&E attendances", "Patients who arrived in A&E. Patients streamed away from the front door are left out.", "patients", Count, Arrivals, 0},
	{"emergency_admissions", "Emergency admissions", "Admissions of patients who came by way of A&E, or whose bed A&E or a GP had asked for.", "patients", Count, EmergencyAdmissions, 0},
	{"stays_ended", "Stays ended", "Stays in hospital that ended and whose beginning is known.", "patients", Count, StaysEnded, 0},
	{"stay_mean", "Length of stay, mean", "Mean of the days from admission to leaving hospital, over stays that ended. Stays whose beginning is not known are left out. Not given for fewer than 5.", "days", Mean, StaysEnded, StaySeconds},
	{"stay_median", "Length of stay, median", "Median of the whole days from admission to leaving hospital, over stays that ended. Stays of 90 days and more count as 90. Not given for fewer than 5.", "days", Median, StaysEnded, StayOfDays},
	{"admissions_avoided", "Admissions avoided", "Referrals of people who were to go to hospital and stayed out of it with a service's help, confirmed by 72 hours without A&E, by when the help began.", "referrals", Count, AdmissionsAvoided, 0},
	{"night_moves", "Night moves", "Moves of patients from one unit to another between 23:00 and 06:00 local time. Admissions, and moves from A&E, are none.", "moves", Count, NightMoves, 0},
	{"first_contacts", "First community contacts", "Referrals to services outside hospital that began.", "referrals", Count, FirstContacts, 0},
	{"contact_mean", "Time to first contact, mean", "Mean of the hours from the referral until the service began. Not given for fewer than 5.", "hours", Mean, FirstContacts, ContactSeconds},
	{"contact_in_2h", "First contact within 2 hours", "Referrals whose service began within 2 hours, in percent of those that began. Not given for fewer than 5.", "percent", Share, ContactsIn2h, FirstContacts},
}

// Base is the counter that says how many an outcome is over: it must not be small.
func (o *Outcome) Base() Counter {
	if o.Form == Share {
		return o.Of
	}
	return o.N
}
