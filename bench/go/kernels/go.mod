module reprise/bench/kernels

go 1.19
