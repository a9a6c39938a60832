module reprise/examples/ex01

go 1.21

require reprise/go/replay v0.0.0

replace reprise/go/replay => ../../../go/replay
