package hl7

import "flowcentre/flow"

// field is where in a message something stands.
type field struct {
	segment id
	number  int
}

// rule is what one trigger of ADT says, and where it says it. Of several fields the
// first that is filled counts.
type rule struct {
	kind    flow.Kind
	place   []field
	prior   []field
	due     []field
	pv1     bool // the standard asks for a PV1, and without it the message says too little
	visit   bool // say which visit
	class   bool // say the patient class
	care    bool // say service and sex
	arrival bool // say how the patient came, and how urgent it is
	leaving bool // say disposition and destination
	cancels bool // EVN-6 may be the time of what is cancelled: not used
	clears  bool // "" in PV1-3 would take the patient off the bed to nowhere: refused
	fill    func(*mapping) *Refusal
}

var (
	evn2, evn3, evn6 = field{evn, 2}, field{evn, 3}, field{evn, 6}
	msh7             = field{msh, 7}
	pid3             = field{pid, 3}
	pv1to3           = field{pv1, 3}
	here             = []field{pv1to3}
	before6          = []field{{pv1, 6}}
	pending          = []field{{pv1, 42}}
	wasPending       = []field{{pv2, 1}, {pv1, 42}}
	leaves           = []field{{pv2, 9}}

	pid8    = field{pid, 8}
	pv1to10 = field{pv1, 10}
	pv1to14 = field{pv1, 14}
	pv2to38 = field{pv2, 38}
	pv2to40 = field{pv2, 40}
)

// rules is every trigger of ADT that moves the picture of the beds; unaffecting is the
// rest of those the standard has.
var rules = map[string]*rule{
	"A01": {kind: flow.Admitted, pv1: true, visit: true, class: true, care: true, arrival: true, place: here, prior: before6, due: leaves},
	"A02": {kind: flow.Transferred, pv1: true, visit: true, class: true, care: true, place: here, prior: before6, clears: true},
	"A03": {kind: flow.Discharged, pv1: true, visit: true, class: true, place: here, leaving: true},
	"A04": {kind: flow.Admitted, pv1: true, visit: true, class: true, care: true, arrival: true, place: here, prior: before6, due: leaves},
	"A05": {kind: flow.ArrivalExpected, pv1: true, visit: true, class: true, place: pending, due: []field{{pv2, 8}, evn3}, fill: planned},
	"A06": {kind: flow.Admitted, pv1: true, visit: true, class: true, care: true, arrival: true, place: here, prior: before6, due: leaves},
	"A07": {kind: flow.MadeOutpatient, pv1: true, visit: true},
	"A08": {kind: flow.Updated, visit: true, class: true, care: true, place: here, due: leaves, clears: true},
	"A09": {kind: flow.Away, pv1: true, visit: true, place: here, prior: before6},
	"A10": {kind: flow.Returned, pv1: true, visit: true, place: here, prior: before6},
	"A11": {kind: flow.AdmissionCancelled, pv1: true, visit: true, place: here, cancels: true},
	"A12": {kind: flow.TransferCancelled, pv1: true, visit: true, place: here, prior: before6, cancels: true},
	"A13": {kind: flow.DischargeCancelled, pv1: true, visit: true, class: true, place: here, cancels: true},
	"A14": {kind: flow.ArrivalExpected, pv1: true, visit: true, class: true, place: pending, due: []field{{pv2, 8}, evn3}, fill: planned},
	"A15": {kind: flow.TransferExpected, pv1: true, visit: true, place: pending, due: []field{evn3}},
	"A16": {kind: flow.DischargeExpected, pv1: true, visit: true, due: []field{{pv2, 9}, evn3}},
	"A17": {kind: flow.Swapped, pv1: true, visit: true, place: here, fill: swapped},
	"A18": {kind: flow.PatientMerged, fill: merged},
	"A20": {kind: flow.BedStatusTold, place: []field{{npu, 1}}, fill: told},
	"A21": {kind: flow.LeaveStarted, pv1: true, visit: true, due: []field{{pv2, 47}}},
	"A22": {kind: flow.LeaveEnded, pv1: true, visit: true, place: here},
	"A23": {kind: flow.VisitDeleted, pv1: true, visit: true, cancels: true},
	"A25": {kind: flow.DischargeExpectationCancelled, pv1: true, visit: true, cancels: true},
	"A26": {kind: flow.TransferExpectationCancelled, pv1: true, visit: true, place: wasPending, cancels: true},
	"A27": {kind: flow.ArrivalCancelled, pv1: true, visit: true, place: wasPending, cancels: true},
	"A29": {kind: flow.PatientDeleted, cancels: true},
	"A30": {kind: flow.PatientMerged, fill: merged},
	"A33": {kind: flow.Returned, pv1: true, visit: true, place: here, cancels: true},
	"A34": {kind: flow.PatientMerged, fill: merged},
	"A36": {kind: flow.PatientMerged, fill: merged},
	"A38": {kind: flow.ArrivalCancelled, pv1: true, visit: true, place: wasPending, cancels: true},
	"A39": {kind: flow.PatientMerged, fill: merged},
	"A40": {kind: flow.PatientMerged, fill: merged},
	"A42": {kind: flow.VisitMoved, visit: true, fill: moved},
	"A43": {kind: flow.PatientMerged, fill: merged},
	"A45": {kind: flow.VisitMoved, visit: true, fill: moved},
	"A46": {kind: flow.PatientMerged, fill: merged},
	"A47": {kind: flow.PatientMerged, fill: merged},
	"A50": {kind: flow.VisitMoved, visit: true, fill: moved},
	"A52": {kind: flow.LeaveEnded, pv1: true, visit: true, cancels: true},
	"A53": {kind: flow.LeaveStarted, pv1: true, visit: true, cancels: true},
}

// unaffecting are the triggers of ADT that change no bed here: persons (A24, A28, A31,
// A37, A48, A60), accounts (A35, A41, A44, A49), alternate visit numbers (A51) and
// doctors (A54, A55, A61, A62).
var unaffecting = set("A24 A28 A31 A35 A37 A41 A44 A48 A49 A51 A54 A55 A60 A61 A62")

// otherTypes is HL7 table 0076 without ADT: valid messages that change no bed here.
var otherTypes = set("ACK BAR CRM CSU DFT DOC DSR EAC EAN EAR EHC ESR ESU INR INU LSR LSU MDM MFD MFK MFN MFQ MFR " +
	"NMD NMQ NMR OMB OMD OMG OMI OML OMN OMP OMS OPL OPR ORA ORB ORD ORF ORG ORI ORL ORM ORN ORP ORR ORS ORU OSM OSQ OSR OUL " +
	"PEX PGL PIN PMU PPG PPP PPR PPT PPV PRR PTR QBP QCK QCN QRY QSB QSX QVR RAR RAS RCI RCL RDE RDO RDR RDS RDY REF RER RGR RGV ROR " +
	"RPA RPI RPL RPR RQA RQC RQI RQP RRA RRD RRE RRG RRI RSP RTB SCN SDN SDR SIU SLN SLR SMD SQM SQR SRM SRR SSR SSU STC STI SUR " +
	"TBR TCR TCU UDM VXQ VXR VXU VXX")

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for i := 0; i < len(words); i += 4 {
		m[words[i:i+3]] = true
	}
	return m
}
