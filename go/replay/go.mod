module reprise/go/replay

go 1.21
