// Package county is a synthetic health system: it plays the producers that a flow
// centre listens to, over the same sockets as real ones, and shares no code with the
// gateways it talks to.
//
// Which wards there are comes from a layout. What happens on them follows, from a seed
// and a start time alone, a working week in January. The same seed, start and layout
// give the same bytes, so that whatever was sent before a crash can be sent again and is
// known as a repeat.
//
// # What is simulated, and on what ground
//
// Per 100 core adult general and acute beds at a hospital with an A&E department, a day:
// 53 attendances (375 of type 1 in Worcestershire), 23 emergency admissions (170 with the
// children's, NHS England monthly A&E, January 2024), and 11 elective admissions per 100
// surgical beds on weekdays. Seven in ten adult emergencies come through A&E. Whether all of
// it together looks like a winter is told by Realism (realism.go), which reckons from the
// messages alone: flowcentre simulate --check.
//
//   - A&E (aande.go, attendance.go): arrivals by the hours of a British department and its weekdays; 40 %
//     by ambulance (1,069 a week, February 2020), at half the amplitude. Of those who come
//     by ambulance half are admitted, of the others one in six: 30 % in all. Who is not in
//     need of a bed may be sent on from the front door. Majors that is full makes crews
//     wait outside (ambulance.go), then uses the corridor. About half are there over 4
//     hours, as in 2024; 20 to 40 % of the admitted wait over 4 hours from the decision.
//   - Minor injury units see one in three of all who attend, by day, and admit nobody.
//   - People (segment.go) live in a locality, the nearer to a place the likelier they come
//     to it, and belong to an age band, a degree of frailty and a group of long-term
//     conditions; the shares by age are invented.
//   - Beds (request.go, placing.go): A&E, GPs, theatres, critical care and other hospitals
//     ask for beds. Two thirds of medical patients pass through the acute medical unit,
//     about 12 hours, and wait there or in A&E until a bed of their specialty, for their
//     sex, or alone where need be, is clean and free; who waits long gets what there is: another
//     ward, no side room, and on the AMU alone a bay of the other sex.
//     Coordinators of the centre (desk.go) keep a bed once they can know of the request.
//   - Leaving (leaving.go): by weekday Mon .88 Tue 1.00 Wed 1.05 Thu 1.03 Fri 1.04 Sat .75
//     Sun .56 of a base, 17.6 % before noon and 59 % before 17:00 (the trust, October 2023
//     to December 2024; twelve trusts to May 2023). Who leaves is whoever could for longest;
//     length of stay is a mixture of log-normals (short, medium, long). How many leave leans a
//     little against occupancy, as sites do, which keeps it at 92 to 98 %.
//   - Discharge (discharge.go): 95 to 120 who no longer meet the criteria to reside are here
//     at night, and 166 more leave on the day (the trust's SitRep), by pathway, with reasons
//     and owners. Promises are made in the morning; more than half leave later than that, and 6 %
//     of them not.
//   - A bed is cleaned after each departure, ready 30 to 90 minutes later, at night more.
//   - Community beds: about 95 % full, stays of 21 days in the mean, filled from the acute
//     wards (Worcestershire scrutiny committee, items 22422 and 2564).
//   - Escalation beds are opened bay by bay by the site manager in the evening when the
//     hospital is over 96 % full with patients waiting, and closed to new ones bay by bay
//     when it is not.
//   - Places outside hospital beds (provider.go, services.go): each provider tells of them
//     before what it told is old by its feed's cadence, or that it still is true; 1 report
//     in 25 comes late. Care homes and the hospice are asked once a day, about eleven. Urgent
//     community response is staffed for about half of its places.
//   - Referrals (referral.go, calls.go, onward.go): crews, GPs and care homes ring the
//     co-ordination centre 78 times a day; half are referred to urgent community response,
//     which begins within two hours in four cases of five (standard: 70 %), or to a virtual
//     ward or same day emergency care, and 1 in 8 of those who were not sent to hospital
//     comes within three days after all. A unit declines who is beyond its criteria, when it
//     is full or closed, and now and then besides; the next is asked. Wards refer who needs
//     care at home (35 starts a day), a care home or a virtual ward (stays of 7 days in the
//     median, 110 places four fifths full) and let them go when it has begun to be ready.
//     Shares and rates are invented where no source is named.
//   - Transfers (transfer.go): people come back from hospitals beyond the county, go there, and
//     from the smaller hospital to the larger one. Statuses (status.go) are declared until.
//   - Shocks (shock.go), unless the county is calm: one to three bays closed for norovirus for 5
//     to 9 days; snow, which keeps 12 % from walking in and lets 10 % more fall; the CT scanner
//     down for 6 hours, so that decisions take 1.6 times as long; a ward's flow nurse absent, and a
//     quarter of those who could leave do not; a care agency that hands back 8 starts a day for 10
//     days; care homes that close for an outbreak; 1 message in 200 twice, 1 in 500 out of order; of what people type in 1 in 20
//     over half an hour late, and 1 discharge in 100 missing until the midnight count; A&E
//     lists that never come; feeds that go quiet for longer than expected and then catch up;
//     outages at night, announced to the desk. Admissions, transfers and discharges entered
//     in error are cancelled, beds are swapped, patients go on leave and come back.
//
// Not simulated: operations, what teams do between the first contact and the last, deaths on
// the way. Days and weeks differ by more than chance would have them (drift, mood). The shapes
// between the figures above are invented. Names, numbers and addresses of patients are
// invented; NHS numbers are from the range kept for tests (999).
package county
