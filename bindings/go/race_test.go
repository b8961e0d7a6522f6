//go:build race

package blueplane_test

const race = true
