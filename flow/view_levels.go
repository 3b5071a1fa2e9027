package flow

import "flowcentre/capacity"

// LevelView is the OPEL level of one scope by the profile in force. Level is what is shown;
// it is reached only when it has held for a while, and so is a lower one.
type LevelView struct {
	ID         string           `json:"id"` // scope: system, pillar/<id>, organisation/<id> or site/<id>
	Version    uint64           `json:"version"`
	Pillar     string           `json:"pillar,omitempty"`     // none for the system, whose level is that of its worst pillar
	Level      int              `json:"level"`                // 1 to 4
	Could      int              `json:"could"`                // what it could be, as some of its inputs are old or missing; never below Level
	True       int              `json:"assessed"`             // by the newest assessment
	Low        float64          `json:"low"`                  // points
	High       float64          `json:"high"`                 // points that it could have
	Most       float64          `json:"most,omitempty"`       // points that there are
	TrueSince  capacity.Instant `json:"true_since,omitempty"` // since when Level has been reached without a break; absent while it is no longer reached
	ShownSince capacity.Instant `json:"shown_since"`
	Profile    string           `json:"profile"`            // its id and version
	Name       string           `json:"name"`               // as people see it
	Origin     string           `json:"origin"`             // national, local or illustrative
	Declared   *DeclaredLevel   `json:"declared,omitempty"` // what a person says it is, until that expires
	Points     []PointsView     `json:"points"`             // of a site, or of a pillar that is scored as one
}

// PointsView is what one parameter scores.
type PointsView struct {
	ID      string           `json:"id"`
	Name    string           `json:"name"`
	Measure string           `json:"measure"`
	Value   *float64         `json:"value"` // as it was scored: of a silent input the last; null when there was none
	Low     float64          `json:"low"`
	High    float64          `json:"high"` // what it may have become
	Most    float64          `json:"most"`
	Since   capacity.Instant `json:"since,omitempty"` // of an old value: when its oldest input last spoke
	Why     string           `json:"why,omitempty"`   // what is the matter with its inputs
	Phoned  bool             `json:"phoned,omitempty"`
}

// DeclaredLevel is the level that a person has declared. It is kept beside the computed one
// and never replaces it.
type DeclaredLevel struct {
	Level  int              `json:"level"`
	At     capacity.Instant `json:"at"`
	Until  capacity.Instant `json:"until"`
	Review capacity.Instant `json:"review"` // when it is to be looked at again; once that has passed, it is late
	Role   string           `json:"role"`
	Reason string           `json:"reason,omitempty"`
	Seq    uint64           `json:"seq"`
}
