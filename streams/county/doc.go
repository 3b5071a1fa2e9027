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
// surgical beds on weekdays. Seven in ten adult emergencies come through A&E.
//
//   - A&E (aande.go, attendance.go): arrivals by the hours of a British department and its weekdays; 40 %
//     by ambulance (1,069 a week, February 2020), at half the amplitude. Of those who come
//     by ambulance half are admitted, of the others one in six: 30 % in all. Who is not in
//     need of a bed may be sent on from the front door. Majors that is full makes crews
//     wait outside (ambulance.go), then uses the corridor. About half are there over 4
//     hours, as in 2024; 20 to 40 % of the admitted wait over 4 hours from the decision.
//   - A minor injury unit sees 80 a day, and admits nobody: invented.
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
//   - Shocks (shock.go), unless the county is calm: a bay closed for norovirus for 5 to 9
//     days; 1 message in 200 twice, 1 in 500 out of order; of what people type in 1 in 20
//     over half an hour late, and 1 discharge in 100 missing until the midnight count; A&E
//     lists that never come; feeds that go quiet for longer than expected and then catch up;
//     outages at night, announced to the desk. Admissions, transfers and discharges entered
//     in error are cancelled, beds are swapped, patients go on leave and come back.
//
// Not simulated: operations, virtual wards, community teams, deaths on the way. The shapes
// between the figures above are invented. Names, numbers and addresses of patients are
// invented; NHS numbers are from the range kept for tests (999).
package county
