//go:build blueplane_static

package blueplane

// #cgo pkg-config: --static blueplane
import "C"
