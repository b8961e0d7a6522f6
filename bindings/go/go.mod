module github.com/libblueplane/libblueplane/bindings/go

go 1.24
