module reprise/bench/live

go 1.19
