//go:build fixed

package seeded

// Fixed is what tells a program from its twin.
const Fixed = true
