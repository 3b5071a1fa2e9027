package capacity

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMisfits(t *testing.T) {
	ward := &Unit{ID: "w4", Name: "W4", Kind: Ward, Class: AdultGA, Specialties: []string{"300", "430"}}
	plain, side := &Bed{ID: "A1"}, &Bed{ID: "S1", SideRoom: true}
	for _, c := range []struct {
		why  string
		r    Request
		b    Bedspace
		sex  string
		want []string
	}{
		{"it fits", Request{Wants: AdultGA, Service: "300"}, Bedspace{ward, plain, "male"}, "male", nil},
		{"nothing is told of service and sex", Request{}, Bedspace{ward, plain, "male"}, "", nil},
		{"another class", Request{Wants: Maternity}, Bedspace{ward, nil, ""}, "", []string{"W4 is adult G&A, and the request is for maternity."}},
		{"critical care", Request{Wants: AdultGA, Needs: []string{"level_2"}}, Bedspace{ward, plain, ""}, "", []string{"W4 is adult G&A, and the request is for critical care."}},
		{"a child", Request{Needs: []string{"paediatric"}}, Bedspace{ward, plain, "male"}, "female", []string{"W4 is adult G&A, and the request is for paediatric."}},
		{"no ward at all", Request{}, Bedspace{&Unit{Name: "Lounge"}, nil, ""}, "", []string{"Lounge is no ward, and the request is for adult G&A."}},
		{"another specialty", Request{Service: "110"}, Bedspace{ward, plain, ""}, "", []string{"The patient would be an outlier: W4 is for 300, 430, and not for 110."}},
		{"a side room is needed", Request{Needs: []string{"side_room"}}, Bedspace{ward, plain, ""}, "", []string{"The request needs a side room, and A1 is none."}},
		{"and is one", Request{Needs: []string{"side_room", "female"}}, Bedspace{ward, side, "male"}, "", nil},
		{"the other sex", Request{}, Bedspace{ward, plain, "male"}, "female", []string{"A1 is in a men's bay, and the patient is a woman."}},
		{"as the request says", Request{Needs: []string{"male"}}, Bedspace{ward, plain, "female"}, "", []string{"A1 is in a women's bay, and the patient is a man."}},
		{"all of it", Request{Service: "110", Wants: Maternity, Needs: []string{"side_room"}}, Bedspace{ward, plain, "male"}, "female", []string{
			"W4 is adult G&A, and the request is for maternity.", "The patient would be an outlier: W4 is for 300, 430, and not for 110.",
			"The request needs a side room, and A1 is none.", "A1 is in a men's bay, and the patient is a woman.",
		}},
	} {
		assert.Equal(t, c.want, c.r.Misfits(c.b, c.sex), c.why)
	}
}
