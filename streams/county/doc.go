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
// 23 emergency admissions (170 a day in Worcestershire, NHS England monthly A&E, January
// 2024, with the children's), 48 attendances (457 a day of all types in 2021/22, CQC; the
// minor injury units left out), and 11 elective admissions per 100 surgical beds on
// weekdays. Of adult emergencies 62 % come through A&E, the rest from GPs and clinics.
//
//   - Arrivals by hour: of the admitted, 12 % from 00 to 06, 24 % to 12, 36 % to 18, 28 %
//     to 24 (England 2016-18); of all attendances, the hours of a British department.
//   - Two thirds of medical patients pass through the acute medical unit, about 12 hours,
//     and wait there or in A&E until a bed of their specialty, or failing that another, is
//     clean and free.
//   - Leaving: by weekday Mon .88 Tue 1.00 Wed 1.05 Thu 1.03 Fri 1.04 Sat .75 Sun .56 of a
//     base, 17.6 % before noon and 59 % before 17:00 (the trust, October 2023 to December
//     2024; twelve trusts to May 2023). Who leaves is whoever is ready longest; length of
//     stay is a mixture of log-normals (short, medium, long). How many leave leans a
//     little against occupancy, as sites do, which keeps it at 92 to 98 %.
//   - A bed is cleaned after each departure, ready 30 to 90 minutes later, at night more.
//   - Community beds: about 95 % full, stays of 21 days in the mean, filled from the acute
//     wards (Worcestershire scrutiny committee, items 22422 and 2564).
//   - Escalation beds are opened bay by bay by the site manager in the evening when the
//     hospital is over 96 % full with patients waiting, and closed to new ones bay by bay when it is not; a bay is now and then closed for
//     infection control for 5 to 9 days.
//   - About 1 message in 100 comes twice, 1 in 500 out of order, some moves and discharges
//     are entered an hour late, and every few days a feed goes quiet for longer than
//     expected and then catches up. Admissions, transfers and discharges entered in error
//     are cancelled, beds are swapped, patients go on leave and come back.
//
// Not simulated: ambulances, triage, operations, virtual wards, minor injury units, deaths
// on the way, and the sex of bays. The shapes between the figures above are invented.
// Names, numbers and addresses of patients are invented; NHS numbers are from the range
// kept for tests (999).
package county
