//go:build !blueplane_static

package blueplane

// #cgo pkg-config: blueplane
import "C"
