package main

import (
	"bytes"
	"context"
	"encoding/json"
	"hash/fnv"
	"net/http"
	"time"

	"flowcentre/flow"
)

// playActions plays the owners of actions in the demonstration: most are done in time, some are
// blocked and given up, some are late. It reads what is shown and posts decisions, as people do.
func (c *centre) playActions(ctx context.Context) error {
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
		v := c.view()
		for _, a := range v.Actions {
			if kind, data := answerToAction(v, a); kind != "" {
				c.playAnswer(ctx, a, kind, data)
			}
		}
	}
}

// answerToAction is what an action's owner says of it now, empty for nothing.
func answerToAction(v *flow.View, a *flow.ActionView) (kind string, data map[string]any) {
	h := fnv.New32a()
	h.Write([]byte(a.ID))
	length := a.Due.Sub(a.Raised)
	switch luck := h.Sum32() % 8; {
	case a.Over != 0 || v.At < a.Raised.Add(length*3/4):
		return "", nil
	case luck == 0 && v.At < a.Due.Add(length): // late, and done in the end
		return "", nil
	case luck == 1 && a.State == flow.ActionOpen:
		return "action-blocked", map[string]any{"reason": "no_staff"}
	case luck == 1 && v.At < a.Due.Add(length/2):
		return "", nil
	case luck == 1:
		return "action-not-possible", map[string]any{"reason": "no_staff"}
	}
	data = map[string]any{}
	if a.Count > 0 {
		data["count"] = a.Count
	}
	return "action-done", data
}

// playAnswer posts what an owner says. What is refused is left: the next look sees why.
func (c *centre) playAnswer(ctx context.Context, a *flow.ActionView, kind string, data map[string]any) {
	data["action"], data["role"] = a.ID, a.Owner
	body, err := json.Marshal(map[string]any{"id": "played-" + a.ID + "-" + kind, "type": "flowcentre.decision." + kind + ".v1", "data": data})
	if err != nil {
		return
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.httpAddr+"/api/v1/decisions", bytes.NewReader(body))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.log.Debug("an action was not answered", "error", err)
		return
	}
	resp.Body.Close()
}
