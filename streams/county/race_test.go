//go:build race

package county

func init() { raced = true }
