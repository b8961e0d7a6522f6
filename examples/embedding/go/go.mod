module example.org/blueplane-service

go 1.24

require github.com/libblueplane/libblueplane/bindings/go v0.1.0

replace github.com/libblueplane/libblueplane/bindings/go => ../../../bindings/go
