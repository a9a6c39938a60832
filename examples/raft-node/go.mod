module reprise/examples/raft-node

go 1.19
